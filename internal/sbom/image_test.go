package sbom

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/inventory"
)

type entry = imagetest.File

const osDebian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n" +
	"VERSION_CODENAME=bookworm\n"

// status is a dpkg status file of packages given as "name version" or "name version source-name source-version".
func status(packages ...string) string {
	var b strings.Builder
	for _, p := range packages {
		f := strings.Fields(p)
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nArchitecture: amd64\n", f[0])
		if len(f) == 4 {
			fmt.Fprintf(&b, "Source: %s (%s)\n", f[2], f[3])
		}
		fmt.Fprintf(&b, "Version: %s\nDescription: x\n more: of it\n\n", f[1])
	}
	return b.String()
}

// read makes an image of the layers and reads it, both by seeking and as a stream, which must agree.
func read(t *testing.T, layers ...[]byte) *inventory.Inventory {
	t.Helper()
	var instructions []string
	for i := range layers {
		instructions = append(instructions, fmt.Sprintf("RUN /bin/sh -c step %d # buildkit", i+1))
	}
	img := imagetest.Image(t, layers, instructions...)
	var invs []*inventory.Inventory
	for _, ref := range []string{imagetest.DockerPlain(t, img, "app:1"), imagetest.Docker(t, img, "app:1")} {
		inv, err := From(context.Background(), ref, image.Options{}, Options{})
		if inv == nil || (err == nil) != (damage(inv) == nil) {
			t.Fatal(err)
		}
		invs = append(invs, inv)
	}
	if a, b := describe(invs[0]), describe(invs[1]); a != b {
		t.Errorf("by seeking\n%s\nas a stream\n%s", a, b)
	}
	return invs[0]
}

// describe is an inventory as text: what the tests compare.
func describe(inv *inventory.Inventory) string {
	var b strings.Builder
	for i := range inv.Packages {
		p := &inv.Packages[i]
		b.WriteString(brief(p))
		if p.Source.Name != "" {
			fmt.Fprintf(&b, " source %s %s", p.Source.Name, p.Source.Version)
		}
		fmt.Fprintf(&b, " by %s", p.IntroducedBy)
		if p.OwnedBy != "" {
			b.WriteString(" of " + p.OwnedBy)
		}
		b.WriteByte('\n')
	}
	for _, p := range inv.Problems {
		fmt.Fprintf(&b, "! %s: %s (missing %v)\n", p.Path, p.Reason, p.Missing)
	}
	return b.String()
}

func expect(t *testing.T, inv *inventory.Inventory, want string) {
	t.Helper()
	if got := describe(inv); got != strings.TrimLeft(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimLeft(want, "\n"))
	}
}

func TestEachPackageIsTheLayersThatBroughtIt(t *testing.T) {
	inv := read(t,
		imagetest.Tar(t, entry{Name: "usr/lib/os-release", Data: osDebian},
			entry{Name: "etc/os-release", Link: "../usr/lib/os-release"},
			entry{Name: "var/lib/dpkg/status", Data: status("base-files 12.4", "libssl3 3.0.9-1 openssl 3.0.9-1",
				"gone 1.0")}),
		imagetest.Tar(t, entry{Name: "var/lib/dpkg/status",
			Data: status("base-files 12.4", "libssl3 3.0.11-1 openssl 3.0.11-1", "curl 7.88-1+b1 curl 7.88-1")}),
		imagetest.Tar(t, entry{Name: "app/x", Data: "nothing"}),
	)
	expect(t, inv, `
Debian:12 base-files 12.4 var/lib/dpkg/status source base-files 12.4 by RUN step 1
Debian:12 curl 7.88-1+b1 var/lib/dpkg/status source curl 7.88-1 by RUN step 2
Debian:12 libssl3 3.0.11-1 var/lib/dpkg/status source openssl 3.0.11-1 by RUN step 2
`)
	if p := inv.Packages[1].PURL; p != "pkg:deb/debian/curl@7.88-1%2Bb1?arch=amd64&distro=debian-12&upstream=curl%407.88-1" {
		t.Error(p)
	}
	if inv.Distro == nil || inv.Distro.Codename != "bookworm" {
		t.Errorf("%+v", inv.Distro)
	}
}

func TestOverlay(t *testing.T) {
	pkg := func(name, version string) string { return fmt.Sprintf(`{"name":%q,"version":%q}`, name, version) }
	inv := read(t,
		imagetest.Tar(t,
			entry{Name: "a/node_modules/kept/package.json", Data: pkg("kept", "1.0.0")},
			entry{Name: "a/node_modules/removed/package.json", Data: pkg("removed", "1.0.0")},
			entry{Name: "a/node_modules/upgraded/package.json", Data: pkg("upgraded", "1.0.0")},
			entry{Name: "b/node_modules/hidden/package.json", Data: pkg("hidden", "1.0.0")},
			entry{Name: "c/node_modules/under-file/package.json", Data: pkg("under-file", "1.0.0")},
			entry{Name: "d/node_modules/gone-with-folder/package.json", Data: pkg("gone-with-folder", "1.0.0")},
			entry{Name: "e/node_modules/turned/package.json", Data: pkg("turned", "1.0.0")},
			entry{Name: "f/store/package.json", Data: pkg("linked", "1.0.0")},
			entry{Name: "f/node_modules/linked/package.json", Hard: "f/store/package.json"},
		),
		imagetest.Tar(t,
			entry{Name: "a/node_modules/.wh.removed"},
			entry{Name: "a/node_modules/upgraded/package.json", Data: pkg("upgraded", "2.0.0")},
			entry{Name: "b/.wh..wh..opq"},
			entry{Name: "b/node_modules/shown/package.json", Data: pkg("shown", "1.0.0")},
			entry{Name: "c", Data: "a file now"},
			entry{Name: ".wh.d"},
			entry{Name: "e/node_modules/turned/package.json/"},
		),
	)
	expect(t, inv, `
npm kept 1.0.0 a/node_modules/kept/package.json by RUN step 1
npm linked 1.0.0 f/node_modules/linked/package.json,f/store/package.json by RUN step 1
npm shown 1.0.0 b/node_modules/shown/package.json by RUN step 2
npm upgraded 2.0.0 a/node_modules/upgraded/package.json by RUN step 2
`)
}

func TestDistributionsOwnWhatTheyInstalled(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "bin", Link: "usr/bin"}, entry{Name: "lib", Link: "/usr/lib"},
		entry{Name: "etc/os-release", Data: osDebian},
		entry{Name: "var/lib/dpkg/status", Data: status("python3-requests 2.28.1-1 requests 2.28.1-1")},
		entry{Name: "var/lib/dpkg/info/python3-requests.list",
			Data: "/.\n/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO\n"},
		entry{Name: "usr/share/doc/python3-requests/copyright",
			Data: "Format: https://example.test/dep5\n\nFiles: *\nLicense: Apache-2.0\n text\n"},
		entry{Name: "usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO",
			Data: "Name: requests\nVersion: 2.28.1\n"},
		entry{Name: "usr/local/lib/python3.11/site-packages/idna-3.3.dist-info/METADATA",
			Data: "Name: idna\nVersion: 3.3\nLicense: BSD\n"},
	))
	expect(t, inv, `
Debian:12 python3-requests 2.28.1-1 Apache-2.0 var/lib/dpkg/status source requests 2.28.1-1 by RUN step 1
PyPI idna 3.3 BSD usr/local/lib/python3.11/site-packages/idna-3.3.dist-info/METADATA by RUN step 1
PyPI requests 2.28.1 usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO by RUN step 1 of python3-requests
`)
}

func TestOtherDatabases(t *testing.T) {
	t.Run("distroless", func(t *testing.T) {
		expect(t, read(t,
			imagetest.Tar(t, entry{Name: "etc/os-release", Data: osDebian},
				entry{Name: "var/lib/dpkg/status.d/base",
					Data: "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n"}),
			imagetest.Tar(t, entry{Name: "var/lib/dpkg/status.d/libc6",
				Data: "Package: libc6\nSource: glibc\nVersion: 2.36-9\nArchitecture: amd64\n"},
				entry{Name: "var/lib/dpkg/status.d/libc6.md5sums", Data: "0123  lib/x86_64-linux-gnu/libc.so.6\n"}),
		), `
Debian:12 base-files 12.4 var/lib/dpkg/status.d/base source base-files 12.4 by RUN step 1
Debian:12 libc6 2.36-9 var/lib/dpkg/status.d/libc6 source glibc 2.36-9 by RUN step 2
`)
	})
	t.Run("Alpine", func(t *testing.T) {
		expect(t, read(t,
			imagetest.Tar(t, entry{Name: "etc/os-release", Data: "ID=alpine\nVERSION_ID=3.20.1\n"},
				entry{Name: "lib/apk/db/installed",
					Data: "C:Q1x=\nP:libcrypto3\nV:3.3.1-r0\nA:x86_64\nL:Apache-2.0\no:openssl\nF:lib\n" +
						"R:libcrypto.so.3\n\nP:musl\nV:1.2.5-r0\nA:x86_64\n\n"}),
		), `
Alpine:v3.20 libcrypto3 3.3.1-r0 Apache-2.0 lib/apk/db/installed source openssl 3.3.1-r0 by RUN step 1
Alpine:v3.20 musl 1.2.5-r0 lib/apk/db/installed source musl 1.2.5-r0 by RUN step 1
`)
	})
}

func TestRuntimesWithoutAPackage(t *testing.T) {
	pad := strings.Repeat("\x00", 100)
	inv := read(t, imagetest.Tar(t,
		entry{Name: "usr/local/include/python3.11/patchlevel.h",
			Data: "#define PY_MAJOR_VERSION 3\n#define PY_VERSION             \"3.11.4\"\n"},
		entry{Name: "usr/local/lib/libpython3.11.so.1.0", Data: "\x7fELF" + pad + "\x003.40.1\x003.11.4\x00" + pad,
			Mode: 0o755},
		entry{Name: "usr/local/lib/python3.11/lib-dynload/_ssl.so", Data: "\x7fELF" + pad, Mode: 0o755},
		entry{Name: "opt/py/bin/python3.13", Data: "\x7fELF" + pad + "\x003.13.0rc1\x00" + pad, Mode: 0o755},
		entry{Name: "usr/local/include/node/node_version.h",
			Data: "#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 11\n#define NODE_PATCH_VERSION 1\n"},
		entry{Name: "usr/local/bin/node",
			Data: "\x7fELF" + pad + "https://example.test/v20.11.1/node-v20.11.1-headers.tar.gz", Mode: 0o755},
		entry{Name: "opt/java/openjdk/release", Data: "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.9\"\n"},
		entry{Name: "opt/java/openjdk/lib/server/libjvm.so", Data: "\x7fELF" + pad},
		entry{Name: "opt/jdk8/release", Data: "JAVA_VERSION=\"1.8.0_392\"\n"},
		entry{Name: "usr/local/include/php/main/php_version.h", Data: "#define PHP_VERSION \"8.2.1\"\n"},
		entry{Name: "usr/local/lib/ruby/3.2.0/x86_64-linux/rbconfig.rb",
			Data: "CONFIG[\"RUBY_PROGRAM_VERSION\"] = \"3.2.2\"\n"},
		entry{Name: "usr/local/sbin/nginx", Data: "\x7fELF" + pad + "nginx version: nginx/1.25.3\x00", Mode: 0o755},
		entry{Name: "usr/local/bin/postgres", Data: "\x7fELF" + pad + "postgres (PostgreSQL) 16.1\n", Mode: 0o755},
		entry{Name: "usr/local/bin/redis-server",
			Data: "\x7fELF" + pad + "\x005.2.1\x007.2.3\x007.2.3buildkitsandbox-1698850000000000000" + "00000000\x00",
			Mode: 0o755},
		entry{Name: "usr/local/sbin/haproxy",
			Data: "\x7fELF" + pad + "since HAProxy version 2.5.\x00\n version 2.9.1-f72603c, released 2023/12/15\n",
			Mode: 0o755},
		entry{Name: "usr/local/go/VERSION", Data: "go1.22.3\ntime 2024\n"},
		entry{Name: "usr/local/share/release", Data: "no java here\n"},
		entry{Name: "usr/local/bin/mystery", Data: "\x7fELF" + pad, Mode: 0o755},
		entry{Name: "usr/local/bin/script", Data: "#!/bin/sh\n" + pad, Mode: 0o755},
	))
	expect(t, inv, `
Bitnami golang 1.22.3 usr/local/go/VERSION by RUN step 1
Bitnami haproxy 2.9.1 usr/local/sbin/haproxy by RUN step 1
Bitnami java 17.0.9 opt/java/openjdk/release by RUN step 1
Bitnami java 8.0.392 opt/jdk8/release by RUN step 1
Bitnami nginx 1.25.3 usr/local/sbin/nginx by RUN step 1
Bitnami node 20.11.1 usr/local/bin/node,usr/local/include/node/node_version.h by RUN step 1
Bitnami php 8.2.1 usr/local/include/php/main/php_version.h by RUN step 1
Bitnami postgresql 16.1.0 usr/local/bin/postgres by RUN step 1
Bitnami python 3.11.4 usr/local/include/python3.11/patchlevel.h,usr/local/lib/libpython3.11.so.1.0 by RUN step 1
Bitnami python 3.13.0-rc1 opt/py/bin/python3.13 by RUN step 1
Bitnami redis 7.2.3 usr/local/bin/redis-server by RUN step 1
Bitnami ruby 3.2.2 usr/local/lib/ruby/3.2.0/x86_64-linux/rbconfig.rb by RUN step 1
`)
	if c := inv.Completeness; len(c.Unexplained) != 1 || c.Unexplained[0].Path != "usr/local/bin/mystery" ||
		c.ExplainedBytes != c.ExecutableBytes-c.Unexplained[0].Bytes {
		t.Errorf("%+v", inv.Completeness)
	}
}

// A runtime that the distribution installed is the distribution's package, and judged by its advisories alone.
func TestTheDistributionsRuntimeIsNotNamedTwice(t *testing.T) {
	inv := read(t, imagetest.Tar(t, entry{Name: "etc/os-release", Data: osDebian},
		entry{Name: "var/lib/dpkg/status", Data: status("python3.11-minimal 3.11.2-6")},
		entry{Name: "var/lib/dpkg/info/python3.11-minimal.list", Data: "/usr/bin/python3.11\n"},
		entry{Name: "usr/bin/python3.11", Data: "\x7fELF" + strings.Repeat("\x00", 100) + "3.11.2\x00", Mode: 0o755}))
	if len(inv.Packages) != 1 || inv.Completeness.ExplainedBytes != inv.Completeness.ExecutableBytes {
		t.Errorf("%s%+v", describe(inv), inv.Completeness)
	}
}

func TestGoProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", program,
		"github.com/klauspost/compress/s2/cmd/s2c").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	self, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	inv := read(t, imagetest.Tar(t, entry{Name: "app/server", Data: string(self), Mode: 0o755}))
	var names []string
	for _, p := range inv.Packages {
		names = append(names, p.Name)
		if strings.HasPrefix(p.Version, "v") || p.Name != "stdlib" && !strings.Contains(p.PURL, "@v") {
			t.Errorf("version %q, %s", p.Version, p.PURL)
		}
	}
	if !slices.Contains(names, "stdlib") || !slices.Contains(names, "github.com/klauspost/compress") ||
		len(inv.Completeness.Unexplained) != 0 {
		t.Errorf("%v, %+v", names, inv.Completeness)
	}
}

func TestMissingDatabase(t *testing.T) {
	for name, c := range map[string]struct {
		files []entry
		want  string
	}{
		"Debian, removed": {[]entry{{Name: "usr/bin/dpkg", Data: "\x7fELF", Mode: 0o755}}, "var/lib/dpkg/status"},
		"Debian, emptied": {[]entry{{Name: "usr/bin/dpkg", Data: "x"}, {Name: "var/lib/dpkg/status"}},
			"var/lib/dpkg/status"},
		"Debian, by lists":  {[]entry{{Name: "var/lib/dpkg/info/a.list", Data: "/usr/bin/a\n"}}, "var/lib/dpkg/status"},
		"Alpine, removed":   {[]entry{{Name: "sbin/apk", Data: "x"}}, "lib/apk/db/installed"},
		"nothing was there": {[]entry{{Name: "app", Data: "x"}}, ""},
	} {
		inv := read(t, imagetest.Tar(t, c.files...))
		got := ""
		for _, p := range inv.Problems {
			if p.Missing {
				got = p.Path
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestBadFilesAreToldAndTheRestIsRead(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "etc/os-release", Data: osDebian},
		entry{Name: "var/lib/dpkg/status", Data: status("good 1.0") + "Package: bad\nno field\n\n" +
			status("also-good 2.0")},
		entry{Name: "app/node_modules/broken/package.json", Data: "{\n\"name\": oops"},
		entry{Name: "var/lib/rpm/Packages", Data: "not a database"},
	))
	expect(t, inv, `
Debian:12 also-good 2.0 var/lib/dpkg/status source also-good 2.0 by RUN step 1
Debian:12 good 1.0 var/lib/dpkg/status source good 1.0 by RUN step 1
! app/node_modules/broken/package.json: line 2: invalid character 'o' looking for beginning of value (missing false)
! var/lib/dpkg/status: line 9: not a field (and 1 more faults) (missing false)
! var/lib/rpm/Packages: rpm database: not a package database of rpm (missing false)
`)
}

// A store that comes before what is installed from it holds the content, under names that tell nothing.
func TestHardLinksIntoAStore(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "root/store/0a1b", Data: `{"name":"linked","version":"1.0.0"}`},
		entry{Name: "root/store/0a1c", Data: `{"type":"module"}`},
		entry{Name: "root/store/0a1d", Data: "Metadata-Version: 2.1\nName: flask\nVersion: 2.0.1\n"},
		entry{Name: "root/store/0a1e", Data: "const x = 1"},
		entry{Name: "root/store/0a1f", Data: "{}"},
		entry{Name: "srv/node_modules/linked/package.json", Hard: "root/store/0a1b"},
		entry{Name: "srv/node_modules/linked/esm/package.json", Hard: "root/store/0a1c"},
		entry{Name: "srv/node_modules/linked/index.js", Hard: "root/store/0a1e"},
		entry{Name: "srv/node_modules/linked/min/package.json", Hard: "root/store/0a1f"},
		entry{Name: "srv/site-packages/flask-2.0.1.dist-info/METADATA", Hard: "root/store/0a1d"},
		entry{Name: "tmp/flask-2.0.1.dist-info/METADATA", Hard: "srv/site-packages/flask-2.0.1.dist-info/METADATA"},
	))
	expect(t, inv, `
PyPI flask 2.0.1 srv/site-packages/flask-2.0.1.dist-info/METADATA,tmp/flask-2.0.1.dist-info/METADATA by RUN step 1
npm linked 1.0.0 srv/node_modules/linked/package.json by RUN step 1
`)
}

// A hard link to what was too large to be held is told.
func TestHardLinkToALargeFile(t *testing.T) {
	img := imagetest.Image(t, [][]byte{imagetest.Tar(t,
		entry{Name: "store/x", Data: `{"name":"x","version":"1.0.0","pad":"` + strings.Repeat("x", maxPassedFile) +
			`"}`},
		entry{Name: "x/package.json", Hard: "store/x"},
	)})
	inv, err := From(context.Background(), imagetest.Docker(t, img, "app:1"), image.Options{}, Options{})
	if err != nil || !strings.Contains(describe(inv), "! x/package.json: a hard link") {
		t.Error(describe(inv), err)
	}
}

func TestDamagedLayerKeepsTheOthers(t *testing.T) {
	img := imagetest.Image(t, [][]byte{
		imagetest.Tar(t, entry{Name: "node_modules/a/package.json", Data: `{"name":"a","version":"1.0.0"}`}),
		imagetest.Tar(t, entry{Name: "node_modules/b/package.json", Data: `{"name":"b","version":"1.0.0"}`})[:520],
	})
	inv, err := From(context.Background(), imagetest.DockerPlain(t, img, "app:1"), image.Options{}, Options{})
	if clierr.Code(err) != clierr.ExitInput || !strings.Contains(err.Error(), "layer 2") ||
		!strings.Contains(err.Error(), "cut off") {
		t.Errorf("error %v", err)
	}
	if inv == nil || !strings.Contains(describe(inv), "npm a 1.0.0") || len(inv.Problems) == 0 {
		t.Errorf("%+v", inv)
	}
}

func TestBaseLayersAreMarked(t *testing.T) {
	base := imagetest.Tar(t, entry{Name: "etc/os-release", Data: osDebian},
		entry{Name: "var/lib/dpkg/status", Data: status("base-files 12.4")})
	app := imagetest.Tar(t, entry{Name: "app/node_modules/a/package.json", Data: `{"name":"a","version":"1.0.0"}`})
	img, err := image.Open(context.Background(), imagetest.DockerPlain(t, imagetest.Image(t, [][]byte{base, app}),
		"app:1"), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	img.Known = []image.Known{{Name: "debian:12", DiffIDs: []string{img.Info.Layers[0].DiffID}}}
	inv, err := FromImage(context.Background(), img, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d, a := inv.Packages[0].FromBase, inv.Packages[1].FromBase; d == nil || !*d || a == nil || *a ||
		inv.Image.Base.By != "layers" {
		t.Errorf("%v %v %+v", d, a, inv.Image.Base)
	}
}
