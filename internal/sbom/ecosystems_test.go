package sbom

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// fromModule reads a file of a dependency's own test data.
func fromModule(t testing.TB, module, file string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", module, err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), file))
	if err != nil {
		t.Skipf("absent: %v", err)
	}
	return string(data)
}

const (
	rpmModule     = "github.com/erikvarga/go-rpmdb"
	scalibrModule = "github.com/google/osv-scalibr"
	scalibrFiles  = "extractor/filesystem/language/"
)

func TestRPM(t *testing.T) {
	for _, c := range []struct{ name, os, data, path, want, purl string }{
		{"Berkeley DB", "ID=rocky\nVERSION_ID=\"8.9\"\n", "pkg/testdata/centos7-plain/Packages", "var/lib/rpm/Packages",
			"Rocky Linux:8 openssl-libs 1:1.0.2k-12.el7 OpenSSL var/lib/rpm/Packages source openssl 1:1.0.2k-12.el7 " +
				"by RUN step 1",
			"pkg:rpm/rocky/openssl-libs@1.0.2k-12.el7?arch=x86_64&distro=rocky-8.9&epoch=1&upstream=openssl-1.0.2k-12.el7.src.rpm"},
		{"NDB", "ID=opensuse-leap\nVERSION_ID=\"15.5\"\n", "pkg/testdata/sle15-bci/Packages.db",
			"usr/lib/sysimage/rpm/Packages.db",
			"openSUSE:Leap 15.5 libzstd1 1.4.4-1.6.1 BSD-3-Clause AND GPL-2.0-only usr/lib/sysimage/rpm/Packages.db " +
				"source zstd 1.4.4-1.6.1 by RUN step 1", ""},
		{"SQLite", "ID=fedora\nVERSION_ID=35\n", "pkg/testdata/fedora35/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite",
			"Fedora:35 openssl-libs 1:1.1.1l-2.fc35 OpenSSL and ASL 2.0 var/lib/rpm/rpmdb.sqlite source openssl " +
				"1:1.1.1l-2.fc35 by RUN step 1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := fromModule(t, rpmModule, c.data)
			inv := read(t, imagetest.Tar(t, entry{Name: "etc/os-release", Data: c.os}, entry{Name: c.path, Data: db}))
			if got := describe(inv); !strings.Contains(got, c.want+"\n") || strings.Contains(got, "gpg-pubkey") {
				t.Errorf("no line %q in\n%s", c.want, got)
			}
			if c.purl != "" {
				found := false
				for _, p := range inv.Packages {
					found = found || p.PURL == c.purl
				}
				if !found {
					t.Errorf("no %s", c.purl)
				}
			}
			// A database that breaks off gives what could be read, or says that it could not.
			inv = read(t, imagetest.Tar(t, entry{Name: c.path, Data: db[:len(db)/3]}))
			if len(inv.Problems) == 0 {
				t.Error("a database that breaks off was read without a word")
			}
		})
	}
}

// zipped is a zip of one entry.
func zipped(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, err := w.Create(name)
	if err == nil {
		_, err = e.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileJars(t *testing.T) {
	deep := zipped(t, "META-INF/maven/a/b/pom.properties", []byte("groupId=deep.group\nartifactId=deep\nversion=1.0\n"))
	for range 3 {
		deep = zipped(t, "lib/inner.jar", deep)
	}
	deeper := deep
	for range 6 {
		deeper = zipped(t, "lib/inner.jar", deeper)
	}
	inv := read(t, imagetest.Tar(t,
		entry{Name: "a/deep.jar", Data: string(deep)},
		entry{Name: "a/deeper.jar", Data: string(deeper)},
		entry{Name: "a/manifest.jar", Data: string(zipped(t, "META-INF/MANIFEST.MF", make([]byte, 64<<20)))},
		entry{Name: "a/nothing.jar", Data: string(zipped(t, "readme", []byte("x")))},
	))
	got := describe(inv)
	for _, want := range []string{"Maven deep.group:deep 1.0 a/deep.jar", "! a/deeper.jar: lib/inner.jar",
		"! a/manifest.jar: META-INF/MANIFEST.MF: too large"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if len(inv.Packages) != 1 {
		t.Errorf("packages of nothing:\n%s", got)
	}
}

func TestInstalledLanguages(t *testing.T) {
	archive := scalibrFiles + "java/archive/testdata/"
	inv := read(t, imagetest.Tar(t,
		entry{Name: "app/lib/guava.jar", Data: fromModule(t, scalibrModule, archive+"guava-31.1-jre.jar")},
		entry{Name: "app/nested.war", Data: fromModule(t, scalibrModule, archive+"complex.jar")},
		entry{Name: "app/broken.jar", Data: "PK\x03\x04" + strings.Repeat("no archive", 20)},
		entry{Name: "usr/local/bundle/specifications/yaml-0.2.1.gemspec",
			Data: fromModule(t, scalibrModule, scalibrFiles+"ruby/gemspec/testdata/yaml-0.2.1.gemspec")},
		entry{Name: "usr/local/bundle/gems/yaml-0.2.1/ext/x.so", Data: "\x7fELF" + strings.Repeat("\x00", 100)},
		entry{Name: "app/bin/tool", Mode: 0o755,
			Data: fromModule(t, scalibrModule,
				scalibrFiles+"rust/cargoauditable/testdata/uses_serde_json/uses_serde_json")},
		entry{Name: "app/vendor/composer/installed.json",
			Data: `{"packages":[{"name":"a/b","version":"v1.2.3","license":["MIT"]},{"name":"c/d","version":"2.0.0"}],"dev-package-names":["c/d"]}`},
		entry{Name: "app/old/vendor/composer/installed.json", Data: `[{"name":"e/f","version":"1.0.0"}]`},
		entry{Name: "app/App.deps.json",
			Data: `{"libraries":{"Newtonsoft.Json/12.0.1":{"type":"package"},"App/1.0.0":{"type":"project"}}}`},
		entry{Name: "usr/lib/python3/dist-packages/six.egg-info", Data: "Name: six\nVersion: 1.16.0\n"},
		entry{Name: "venv/lib/python3.11/site-packages/fast-1.0.dist-info/METADATA",
			Data: "Name: fast\nVersion: 1.0\nLicense-Expression: MIT\n\nName: not me\n"},
		entry{Name: "venv/lib/python3.11/site-packages/fast-1.0.dist-info/RECORD",
			Data: "fast/_c.so,sha256=x,1\n../../../bin/fast,,\n"},
		entry{Name: "venv/lib/python3.11/site-packages/fast/_c.so", Data: "\x7fELF" + strings.Repeat("\x00", 100)},
		entry{Name: "app/package-lock.json", Data: `{"packages":{"node_modules/left":{"version":"9.9.9"}}}`},
	))
	got := describe(inv)
	for _, want := range []string{
		"Maven com.google.guava:guava 31.1-jre app/lib/guava.jar",
		"RubyGems yaml 0.2.1 usr/local/bundle/specifications/yaml-0.2.1.gemspec",
		"crates.io serde_json ",
		"Packagist a/b 1.2.3 MIT app/vendor/composer/installed.json",
		"Packagist c/d 2.0.0 dev app/vendor/composer/installed.json",
		"Packagist e/f 1.0.0 app/old/vendor/composer/installed.json",
		"NuGet Newtonsoft.Json 12.0.1 app/App.deps.json",
		"PyPI six 1.16.0 usr/lib/python3/dist-packages/six.egg-info",
		"PyPI fast 1.0 MIT venv/lib/python3.11/site-packages/fast-1.0.dist-info/METADATA",
		"! app/broken.jar: ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "left") {
		t.Error("a lockfile left in an image was taken for what is installed")
	}
	if len(inv.Completeness.Unexplained) != 0 {
		t.Errorf("%+v", inv.Completeness.Unexplained)
	}
}

// What PEAR, NuGet and Go keep of packages in an image.
func TestStoresOfInstalledPackages(t *testing.T) {
	const pear = `a:3:{s:4:"name";s:11:"Archive_Tar";s:7:"channel";s:12:"pear.php.net";` +
		`s:7:"version";a:2:{s:7:"release";s:5:"1.4.9";s:3:"api";s:5:"1.4.0";}}`
	const nuspec = `<?xml version="1.0" encoding="utf-8"?><package xmlns="x"><metadata><id>Newtonsoft.Json</id>` +
		`<version>12.0.1</version></metadata></package>`
	module := entry{Name: "root/go/pkg/mod/cache/download/example.com/a/@v/v1.0.0.zip", Data: "PK"}
	inv := read(t, imagetest.Tar(t,
		entry{Name: "usr/local/lib/php/.registry/archive_tar.reg", Data: pear},
		entry{Name: "usr/local/lib/php/.registry/.channel.own/x.reg", Data: strings.ReplaceAll(pear, "pear.php.net",
			"pear.example.c")},
		entry{Name: "root/.nuget/packages/newtonsoft.json/12.0.1/newtonsoft.json.nuspec", Data: nuspec},
		entry{Name: "usr/share/templates/own.nuspec", Data: strings.Replace(nuspec, "12.0.1", "$version$", 1)},
		module))
	got := describe(inv)
	for _, p := range inv.Problems {
		got += "! " + p.Path + ": " + p.Reason + "\n"
	}
	for _, want := range []string{
		"Packagist pear/archive_tar 1.4.9 ", "NuGet Newtonsoft.Json 12.0.1 ",
		"! " + module.Name + ": Go's module cache",
		"! usr/local/lib/php/.registry/.channel.own/x.reg: ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "template") {
		t.Errorf("a template is taken for a package:\n%s", got)
	}
}

// Beside a program that tells its modules, Go's module cache is a remark and no gap.
func TestModuleCacheBesideAProgram(t *testing.T) {
	l := &layerFacts{Files: []extract.Facts{{Path: "app",
		Packages: []inventory.Package{extract.NewPackage(ecosystem.Go, "example.com/a", "v1.0.0")}}}}
	l.Paths.add("app")
	l.Paths.add("go/pkg/mod/cache/download/example.com/a/@v/v1.0.0.zip")
	inv := compose(&inventory.Image{Name: "own"}, []*layerFacts{l})
	if len(inv.Problems) > 0 || len(inv.Remarks) != 1 || !strings.Contains(inv.Remarks[0].Reason, moduleCache) {
		t.Errorf("problems %v, remarks %v", inv.Problems, inv.Remarks)
	}
}
