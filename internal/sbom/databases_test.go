package sbom

import (
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/sbom/distro"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// opaqueELF is a program that tells nothing of itself.
var opaqueELF = "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 4000)

func TestPacman(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "etc/os-release", Data: "ID=arch\nPRETTY_NAME=\"Arch Linux\"\n"},
		entry{Name: "var/lib/pacman/local/openssl-3.0.0-1/desc",
			Data: "%NAME%\nopenssl\n\n%VERSION%\n3.0.0-1\n\n%BASE%\nopenssl\n\n%ARCH%\nx86_64\n\n%LICENSE%\n" +
				"Apache-2.0\n\n%SIZE%\n1000\n"},
		entry{Name: "var/lib/pacman/local/openssl-3.0.0-1/files", Data: "%FILES%\nusr/\nusr/bin/openssl\n"},
		entry{Name: "var/lib/pacman/local/broken-1-1/desc", Data: "%NAME%\nbroken\n"},
		entry{Name: "usr/bin/openssl", Data: opaqueELF, Mode: 0o755}))
	expect(t, inv, `
Arch Linux openssl 3.0.0-1 Apache-2.0 var/lib/pacman/local/openssl-3.0.0-1/desc source openssl 3.0.0-1 by RUN step 1
! var/lib/pacman/local/broken-1-1/desc: a package without name or version (missing false)
`)
	if p := inv.Packages[0].PURL; p != "pkg:alpm/arch/openssl@3.0.0-1?arch=x86_64&distro=arch" {
		t.Error(p)
	}
	if c := inv.Completeness; c.ExplainedBytes != int64(len(opaqueELF)) {
		t.Errorf("%+v", c)
	}
}

func TestPortage(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "etc/os-release", Data: "ID=gentoo\nVERSION_ID=2.14\n"},
		entry{Name: "var/db/pkg/dev-libs/openssl-3.0.11-r1/PF", Data: "openssl-3.0.11-r1\n"},
		entry{Name: "var/db/pkg/dev-libs/openssl-3.0.11-r1/CONTENTS",
			Data: "dir /usr\nobj /usr/bin/open ssl 0123 1700000000\n"},
		entry{Name: "usr/bin/open ssl", Data: opaqueELF, Mode: 0o755}))
	expect(t, inv, `
Gentoo dev-libs/openssl 3.0.11-r1 var/db/pkg/dev-libs/openssl-3.0.11-r1/PF by RUN step 1
`)
	if p := inv.Packages[0].PURL; p != "pkg:ebuild/dev-libs/openssl@3.0.11-r1?distro=gentoo-2.14" {
		t.Error(p)
	}
	if c := inv.Completeness; c.ExplainedBytes != int64(len(opaqueELF)) {
		t.Errorf("%+v", c)
	}
}

func TestOpkg(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "etc/os-release", Data: "ID=openwrt\nVERSION_ID=23.05.2\n"},
		entry{Name: "usr/lib/opkg/info/busybox.control",
			Data: "Package: busybox\nVersion: 1.36.1-1\nSource: package/utils/busybox\nArchitecture: x86_64\n"},
		entry{Name: "usr/lib/opkg/info/busybox.list", Data: "/bin/busybox\n"},
		entry{Name: "bin/busybox", Data: opaqueELF, Mode: 0o755}))
	expect(t, inv, `
OpenWrt:23.05.2 busybox 1.36.1-1 usr/lib/opkg/info/busybox.control by RUN step 1
`)
}

// A distroless image of Azure Linux.
func TestRPMManifest(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "etc/os-release", Data: "ID=azurelinux\nVERSION_ID=3.0\n"},
		entry{Name: "var/lib/rpmmanifest/container-manifest-1", Data: "openssl-libs\n"},
		entry{Name: "var/lib/rpmmanifest/container-manifest-2",
			Data: "openssl-libs\t3.3.0-1.azl3\t1\t2\tMicrosoft " +
				"Corporation\t(none)\t100\tx86_64\t0\topenssl-3.3.0-1.azl3.src.rpm\n" +
				"dbus\t1.15.8-2.azl3\t1\t2\tMicrosoft Corporation\t2\t100\tx86_64\t2\tdbus-1.15.8-2.azl3.src.rpm\n" +
				"broken\n"}))
	expect(t, inv, `
Azure Linux:3 dbus 2:1.15.8-2.azl3 var/lib/rpmmanifest/container-manifest-2 source dbus 2:1.15.8-2.azl3 by RUN step 1
Azure Linux:3 openssl-libs 3.3.0-1.azl3 var/lib/rpmmanifest/container-manifest-2 source openssl 3.3.0-1.azl3 by RUN step 1
! var/lib/rpmmanifest/container-manifest-2: line 3: not a package with its version (missing false)
`)
	if p := inv.Packages[0].PURL; p != "pkg:rpm/azurelinux/dbus@1.15.8-2.azl3?arch=x86_64&distro=azurelinux-3.0&epoch=2&upstream=dbus-1.15.8-2.azl3.src.rpm" {
		t.Error(p)
	}
}

// A Python package of conda's is listed once, by the metadata by which it is judged.
func TestConda(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "opt/conda/conda-meta/history", Data: "x"},
		entry{Name: "opt/conda/conda-meta/numpy-1.26.0-py311.json",
			Data: `{"name":"numpy","version":"1.26.0","license":"BSD-3-Clause","files":["lib/python3.11/site-packages/numpy-1.26.0.dist-info/METADATA"]}`},
		entry{Name: "opt/conda/lib/python3.11/site-packages/numpy-1.26.0.dist-info/METADATA",
			Data: "Name: numpy\nVersion: 1.26.0\n"},
		entry{Name: "opt/conda/conda-meta/lost-1.0.json",
			Data: `{"name":"lost","version":"1.0","files":["lib/python3.11/site-packages/lost-1.0.dist-info/METADATA"]}`},
		entry{Name: "opt/conda/conda-meta/openssl-3.0.11.json",
			Data: `{"name":"openssl","version":"3.0.11","license":"Apache-2.0","files":["bin/openssl","lib/libssl.so.3"]}`},
		entry{Name: "opt/conda/conda-meta/broken-1.json", Data: `{"name":`},
		entry{Name: "opt/conda/bin/openssl", Data: opaqueELF, Mode: 0o755}))
	expect(t, inv, `
PyPI numpy 1.26.0 opt/conda/lib/python3.11/site-packages/numpy-1.26.0.dist-info/METADATA by RUN step 1
conda lost 1.0 opt/conda/conda-meta/lost-1.0.json by RUN step 1
conda openssl 3.0.11 Apache-2.0 opt/conda/conda-meta/openssl-3.0.11.json by RUN step 1
! opt/conda/conda-meta/broken-1.json: line 1: unexpected end of JSON input (missing false)
`)
	if c := inv.Completeness; c.ExplainedBytes != int64(len(opaqueELF)) {
		t.Errorf("%+v", c)
	}
}

func TestBitnamiSPDX(t *testing.T) {
	const doc = `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-redis","name":"redis","versionInfo":"7.0.0","externalRefs":[` +
		`{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:bitnami/redis@7.0.0-1?arch=amd64&distro=debian-12"}]}]}`
	inv := read(t, imagetest.Tar(t,
		entry{Name: "opt/bitnami/redis/.spdx-redis.spdx", Data: doc},
		entry{Name: "opt/bitnami/redis/bin/redis-server", Data: opaqueELF, Mode: 0o755},
		entry{Name: "opt/bitnami/other/.spdx-other.spdx", Data: "{"}))
	expect(t, inv, `
Bitnami redis 7.0.0 opt/bitnami/redis/.spdx-redis.spdx by RUN step 1
! opt/bitnami/other/.spdx-other.spdx: opt/bitnami/other/.spdx-other.spdx:1:2: unexpected EOF (missing false)
`)
	if c := inv.Completeness; c.ExplainedBytes != int64(len(opaqueELF)) {
		t.Errorf("%+v", c)
	}
}

// What is not read is told by its name.
func TestUnreadDatabases(t *testing.T) {
	inv := read(t, imagetest.Tar(t, entry{Name: "nix/store/abc-openssl-3.0/lib/libssl.so", Data: "x"},
		entry{Name: "nix/store/abd-zlib/lib/libz.so", Data: "x"},
		entry{Name: "var/db/xbps/pkgdb-0.38.plist", Data: "x"}))
	expect(t, inv, `
! nix/store/abc-openssl-3.0/lib/libssl.so: Nix: its packages are not read, and nothing is known of what they bring (missing false)
! var/db/xbps/pkgdb-0.38.plist: Void Linux's xbps: its packages are not read, and nothing is known of what they bring (missing false)
`)
	expect(t, read(t, imagetest.Tar(t, entry{Name: "etc/os-release", Data: osDebian})), `
! etc/os-release: the image is of Debian GNU/Linux 12 (bookworm), and no package database that can be read is in it (missing false)
`)
	expect(t, read(t, imagetest.Tar(t, entry{Name: "bin/app", Data: opaqueELF, Mode: 0o755})), `
! bin/app: a program that tells nothing of what it was made of, and no package does (missing false)
`)
	expect(t, read(t, imagetest.Tar(t, entry{Name: "bin/app", Data: opaqueELF, Mode: 0o755},
		entry{Name: "bin/large", Data: opaqueELF + "x", Mode: 0o755})), `
! bin/large: of 2 programs, this the largest, none tells what it was made of, and no package does (missing false)
`)
}

// FuzzDatabases gives any bytes to the reader of any database: it must return, without a panic, in bounded time.
func FuzzDatabases(f *testing.F) {
	for name, text := range map[string]string{
		"var/lib/dpkg/status":                                "Package: a\nVersion: 1\nSource: b (2)\n\n",
		"var/lib/dpkg/info/a.list":                           "/usr/bin/a\n",
		"lib/apk/db/installed":                               "P:a\nV:1-r0\nF:bin\nR:a\n\n",
		"etc/os-release":                                     osDebian,
		"var/lib/pacman/local/a-1-1/desc":                    "%NAME%\na\n\n%VERSION%\n1-1\n",
		"var/lib/pacman/local/a-1-1/files":                   "%FILES%\nbin/a\n",
		"var/db/pkg/a-b/c-1.0-r1/PF":                         "c-1.0-r1",
		"var/db/pkg/a-b/c-1.0-r1/CONTENTS":                   "obj /bin/c 0 1\n",
		"usr/lib/opkg/status":                                "Package: a\nVersion: 1\n",
		"var/lib/rpmmanifest/container-manifest-2":           "a\t1-1\t1\t2\tv\t(none)\t3\tx86_64\t0\ta-1-1.src.rpm\n",
		"opt/conda/conda-meta/a.json":                        `{"name":"a","version":"1","files":["bin/a"]}`,
		"opt/bitnami/redis/.spdx-redis.spdx":                 `{"spdxVersion":"SPDX-2.3","packages":[{"name":"a"}]}`,
		"usr/share/doc/a/copyright":                          "Format: x\nLicense: MIT\n",
		"usr/lib/python3/dist-packages/a-1.dist-info/RECORD": "a/b.so,sha256=x,1\n",
	} {
		f.Add(name, []byte(text))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		look := distro.Task(name, name[strings.LastIndexByte(name, '/')+1:])
		if look == nil {
			return
		}
		facts, _, _ := look(&extract.File{Path: name, Size: int64(len(data)), Data: data})
		if facts == nil || facts.DB == nil || facts.DB.Kind == "copyright" {
			return
		}
		for i := range facts.DB.Packages {
			if p := &facts.DB.Packages[i]; p.Name == "" || p.Version == "" ||
				distro.PURL(facts.DB.Kind, nil, p) == "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
	})
}

// Stores of languages: what has advisories is read, the rest is named.
func TestStoresOfLanguages(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "usr/local/lib/R/site-library/jsonlite/DESCRIPTION",
			Data: "Package: jsonlite\nVersion: 1.8.7\nLicense: MIT + file LICENSE\nAuthor: A\n  Version: none\n"},
		entry{Name: "usr/local/lib/R/library/base/DESCRIPTION",
			Data: "Package: base\nVersion: 4.3.1\nPriority: base\n"},
		entry{Name: "usr/local/lib/R/library/broken/DESCRIPTION", Data: "Package: broken\n"},
		entry{Name: "app/DESCRIPTION", Data: "Package: own\nVersion: 1\n"},
		entry{Name: "app/lib/phoenix-1.5.0/ebin/phoenix.app",
			Data: "{application,phoenix,\n [{description,\"web\"},{vsn,\"1.5.0\"}]}.\n"},
		entry{Name: "app/lib/kernel-9.0/ebin/kernel.app", Data: "{application,kernel,[{vsn,\"9.0\"}]}.\n"},
		entry{Name: "usr/lib/erlang/lib/jose-1/ebin/jose.app", Data: "{application,jose,[{vsn,\"1\"}]}.\n"},
		entry{Name: "app/lib/odd/ebin/odd.app", Data: "{application,odd,[]}.\n"},
		entry{Name: "usr/local/lib/perl5/site_perl/5.36.0/x86_64-linux-gnu/auto/DBI/.packlist",
			Data: "/usr/local/bin/dbiprof\n"},
		entry{Name: "usr/local/lib/luarocks/rocks-5.1/lua-cjson/2.1.0-1/rock_manifest", Data: "rock_manifest = {}\n"},
		entry{Name: "root/.opam/5.0/.opam-switch/packages/cohttp.5.0.0/opam", Data: "opam-version: \"2.0\"\n"},
		entry{Name: "srv/.yarn/cache/lodash-npm-4.17.20-0123-8.zip", Data: "PK"}))
	expect(t, inv, `
CRAN jsonlite 1.8.7 MIT + file LICENSE usr/local/lib/R/site-library/jsonlite/DESCRIPTION by RUN step 1
Hex phoenix 1.5.0 app/lib/phoenix-1.5.0/ebin/phoenix.app by RUN step 1
! app/lib/odd/ebin/odd.app: no vsn: the application's version is not known (missing false)
! root/.opam/5.0/.opam-switch/packages/cohttp.5.0.0/opam: opam: its packages are not read, and nothing is known of what they bring (missing false)
! srv/.yarn/cache/lodash-npm-4.17.20-0123-8.zip: Yarn's Plug'n'Play cache: its packages are not read, and nothing is known of what they bring (missing false)
! usr/local/lib/R/library/broken/DESCRIPTION: no Package and Version (missing false)
! usr/local/lib/luarocks/rocks-5.1/lua-cjson/2.1.0-1/rock_manifest: LuaRocks: its packages are not read, and nothing is known of what they bring (missing false)
! usr/local/lib/perl5/site_perl/5.36.0/x86_64-linux-gnu/auto/DBI/.packlist: CPAN: its packages are not read, and nothing is known of what they bring (missing false)
`)
}
