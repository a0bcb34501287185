package document_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/format/cyclonedx"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/format/spdx"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom/document"
)

// tree is what syft finds in the tree that its documents in testdata were made of.
var tree = []string{
	"Debian:12 libssl3 3.0.11-1~deb12u1 from openssl 3.0.11-1~deb12u1",
	"Debian:12 login 1:4.13+dfsg1-1+b1 from shadow 1:4.13+dfsg1-1",
	"Debian:12 python3-requests 2.28.1+dfsg-1 from requests 2.28.1+dfsg-1",
	"Go golang.org/x/net 0.16.0",
	"Maven org.apache.logging.log4j:log4j-core 2.14.1",
	"Maven org.example:app 1",
	"PyPI requests 2.28.1 owned by python3-requests",
	"npm @babel/traverse 7.21.0",
	"npm app 1.0.0",
	"npm lodash 4.17.15",
}

var trivyTree = []string{
	"Debian:12 libssl3 3.0.11-1~deb12u1 from openssl 3.0.11-1~deb12u1",
	"Debian:12 login 1:4.13+dfsg1-1+b1 from shadow 1:4.13+dfsg1-1",
}

// smaller is the tree that syft.json was made of.
var smaller = []string{
	"Debian:12 libssl3 3.0.11-1~deb12u1 from openssl 3.0.11-1~deb12u1",
	"Debian:12 login 1:4.13+dfsg1-1+b1 from shadow 1:4.13+dfsg1-1",
	"Debian:12 python3-requests 2.28.1+dfsg-1 from requests 2.28.1+dfsg-1",
	"PyPI requests 2.28.1 owned by python3-requests",
	"npm @babel/traverse 7.21.0",
	"npm app 1.0.0",
	"npm lodash 4.17.15",
}

func TestOtherToolsDocuments(t *testing.T) {
	for name, want := range map[string][]string{
		"syft.cdx.json": tree, "syft.cdx.xml": tree, "syft.spdx.json": tree, "syft.spdx": tree,
		"syft-1.18.cdx.json": tree, "syft-1.18.spdx.json": tree,
		"syft.json": smaller, "syft.spdx.yaml": tree, "syft.spdx.rdf.xml": tree,
		"spdx3.json": {" inhouse 2", "Debian:12 libssl3 3.0.11-1~deb12u1 from openssl 3.0.11-1~deb12u1",
			"npm lodash 4.17.15"},
		"cdxgen.cdx.json": {"npm @babel/traverse 7.21.0", "npm lodash 4.17.15", "npm minimist 1.2.0"},
		"trivy.spdx.json": trivyTree,
		"trivy.cdx.json": append([]string{"Alpine:v3.20 busybox 1.36.1-r29 from busybox 1.36.1-r29"}, append(trivyTree,
			"Rocky Linux:9 openssl-libs 1:3.0.7-27.el9 from openssl 1:3.0.7-27.el9", "npm @babel/traverse 7.21.0")...),
	} {
		inv, err := document.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Error(err)
			continue
		}
		var got []string
		for _, p := range inv.Packages {
			s := fmt.Sprintf("%s %s %s", p.Ecosystem, p.Name, p.Version)
			if p.Source.Name != "" {
				s += " from " + p.Source.Name + " " + p.Source.Version
			}
			if p.OwnedBy != "" {
				s += " owned by " + p.OwnedBy
			}
			got = append(got, s)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
		if len(inv.Problems) > 0 {
			t.Errorf("%s: %v", name, inv.Problems)
		}
	}
}

func TestBesideTheName(t *testing.T) {
	inv, err := document.ReadFile("testdata/trivy.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	if d := inv.Distro; d == nil || d.ID != "debian" || d.VersionID != "12.5" || d.Ecosystem != "Debian:12" {
		t.Errorf("distro %+v", d)
	}
	ssl := inv.Packages[1]
	if ssl.Layer != "sha256:1111" || !reflect.DeepEqual(ssl.Licences, []string{"Apache-2.0", "GPL-1+"}) {
		t.Errorf("%+v", ssl)
	}
	if npm := inv.Packages[4]; !reflect.DeepEqual(npm.Paths,
		[]string{"app/node_modules/@babel/traverse/package.json"}) {
		t.Errorf("%+v", npm)
	}
}

// What drydock writes it reads again, whole.
func TestRoundTrip(t *testing.T) {
	writers := map[string]func(io.Writer, *report.Report, report.WriteOptions) error{
		"cyclonedx 1.6 json": cyclonedx.WriteJSON, "cyclonedx 1.7 json": cyclonedx.WriteJSON17,
		"cyclonedx 1.6 xml": cyclonedx.WriteXML, "cyclonedx 1.7 xml": cyclonedx.WriteXML17, "spdx json": spdx.Write,
	}
	for format, write := range writers {
		t.Run(format, func(t *testing.T) {
			r := golden.Load(t, "host")
			// The report adds packages that findings name and the inventory does not; they are no part of this.
			r.Findings = nil
			var b bytes.Buffer
			if err := write(&b, r, report.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			inv, err := document.Read(&b, "x")
			if err != nil {
				t.Fatal(err)
			}
			// An image of the host was not read, and CycloneDX has a word for that.
			said := len(inv.Problems) == 1 && strings.Contains(inv.Problems[0].Reason, "incomplete")
			if said != strings.HasPrefix(format, "cyclonedx") || len(inv.Problems) > 1 {
				t.Error(inv.Problems)
			}
			if len(inv.Packages) != len(r.Packages) {
				t.Fatalf("%d packages, want %d", len(inv.Packages), len(r.Packages))
			}
			for i := range inv.Packages {
				got, want := inv.Packages[i], r.Packages[i]
				if !reflect.DeepEqual(got, want) {
					t.Errorf("\n got %+v\nwant %+v", got, want)
				}
			}
			if d := inv.Distro; d == nil || d.ID != "debian" || d.VersionID != "12" || d.Codename != "bookworm" {
				t.Errorf("distro %+v", d)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	deep := strings.Repeat(`{"type":"library","components":[`, 5000)
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "x.json: an empty file"},
		{"binary", "\x7fELF", "x.json: this is a program, and not an SBOM"},
		{"cut off", "{\n  \"bomFormat\": \"CycloneDX\",\n  \"components\": [\n    {\"name\": \"a\"",
			"x.json:4:17: unexpected EOF, in /components/0"},
		{"bad JSON", "{\n\"bomFormat\": \"CycloneDX\",\n\"components\": [}",
			"x.json:3:16: invalid character '}' at start of value, in /components/0"},
		{"trailing", `{"bomFormat":"CycloneDX","specVersion":"1.6"} {}`,
			"x.json:1:48: something follows the end of the document"},
		{"other JSON", `{"name": "x"}`, "x.json: this JSON is not an SBOM: it has neither bomFormat nor spdxVersion"},
		{"array", `[]`, "x.json: this JSON is not an SBOM"},
		{"old", `{"bomFormat":"CycloneDX","specVersion":"1.1"}`,
			`x.json: CycloneDX 1.1 is too old: it is read from 1.2 on`},
		{"SPDX 3", `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}`,
			`x.json: an SPDX 3 document without @graph`},
		{"nested", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + deep, "nested more than 64 deep"},
		{"nested arrays", `{"bomFormat":"CycloneDX","x":` + strings.Repeat("[", 20000), "exceeded max depth"},
		{"XML", "<html/>", `x.json: this XML is not an SBOM: its root is "html" in ""`},
		{"XML cut off", "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">\n<components>",
			"x.json:2: unexpected EOF"},
		{"XML entity",
			`<!DOCTYPE bom [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>&a;</name></component></components></bom>`, "invalid character entity &a;"},
		{"XML nested", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">` +
			strings.Repeat(`<components><component type="library">`, 200), "nested more than 64 deep"},
		{"tag without value", "SPDXVersion: SPDX-2.3\nPackageName", `x.json:2: "PackageName" is no tag with a value`},
		{"endless text", "SPDXVersion: SPDX-2.3\nPackageComment: <text>a\nb",
			"a <text> that begins in line 2 never ends"},
	} {
		_, err := document.Read(strings.NewReader(c.in), "x.json")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
			continue
		}
		if clierr.Code(err) != clierr.ExitInput {
			t.Errorf("%s: exit code %d", c.name, clierr.Code(err))
		}
	}
	if _, err := document.ReadFile(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Error(err)
	}
	if _, err := document.ReadFile("testdata/none.json"); clierr.Code(err) != clierr.ExitInput {
		t.Error(err)
	}
}

// What cannot be matched is told, not hidden.
func TestUnmatchable(t *testing.T) {
	const doc = `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
		{"type":"library","name":"a","version":"1"},{"type":"library","name":"b","version":"2","purl":"not a purl"},
		{"type":"library","name":"c","version":"3","purl":"pkg:npm/c@3"},{"type":"file","name":"/etc/passwd"},
		{"type":"library","name":"d","version":"4","purl":"pkg:npm/d@4","components":[{"type":"library","name":"e","version":"5","purl":"pkg:npm/e@5","scope":"excluded"}]}]}`
	inv, err := document.Read(strings.NewReader(doc), "x")
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Packages) != 5 || len(inv.Problems) != 1 {
		t.Fatalf("%+v\n%+v", inv.Packages, inv.Problems)
	}
	if !inv.Packages[4].Dev || inv.Packages[4].Name != "e" {
		t.Errorf("%+v", inv.Packages[4])
	}
}

// What stands before the place of an error is not lost.
func TestCutOffKeepsWhatWasRead(t *testing.T) {
	whole, err := os.ReadFile("testdata/syft.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	inv, err := document.Read(bytes.NewReader(whole[:len(whole)/2]), "x")
	if clierr.Code(err) != clierr.ExitInput || inv == nil || len(inv.Packages) < 2 || len(inv.Packages) >= len(tree) {
		t.Errorf("%v, %+v", err, inv)
	}
}

// hugeDocument yields a CycloneDX document of at least n bytes, with few distinct packages.
func hugeDocument(n int) io.Reader {
	const one = `{"type":"library","name":"lodash","version":"4.17.15","purl":"pkg:npm/lodash@4.17.15","description":"%s"},`
	return io.MultiReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`),
		&repeat{[]byte(fmt.Sprintf(one, strings.Repeat("d", 4000))), n, 0},
		strings.NewReader(`{"type":"file","name":"x"}]}`))
}

type repeat struct {
	b       []byte
	left, i int
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.left <= 0 && r.i == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b[r.i:])
	r.i = (r.i + n) % len(r.b)
	r.left -= n
	return n, nil
}

func TestHundredMegabytesInBoundedMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	inv, err := document.Read(hugeDocument(100<<20), "huge")
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if len(inv.Packages) < 20_000 {
		t.Errorf("%d packages", len(inv.Packages))
	}
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 100 {
		t.Errorf("%d MB were allocated in all", mb)
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.*")
	for _, p := range files {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(
		[]byte(
			`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":1,"licenses":{},"properties":[1,{"name":"drydock:line","value":"x"}],"components":[[]]}]}`))
	f.Add([]byte("SPDXVersion: SPDX-2.3\nPackageName: a\nExternalRef: PACKAGE-MANAGER purl " +
		"pkg:rpm/x/y@1?upstream=-&epoch=1&distro=-"))
	f.Fuzz(func(t *testing.T, b []byte) {
		inv, err := document.Read(bytes.NewReader(b), "x")
		if err == nil && inv == nil || err != nil && inv != nil && len(inv.Packages) == 0 {
			t.Fatalf("inventory %v, error %v", inv, err)
		}
		if err != nil && clierr.Code(err) != clierr.ExitInput {
			t.Error(err)
		}
		if inv != nil {
			for _, p := range inv.Packages {
				if p.Paths == nil || p.Licences == nil {
					t.Errorf("a package is not normalised: %+v", p)
				}
			}
		}
	})
}

func big(n int) []byte {
	r := report.New(report.Tool{Name: "drydock", Version: "0"}, "image", golden.Load(&testing.T{}, "empty").Started)
	base := true
	for i := range n {
		r.Packages = append(r.Packages, inventory.Package{
			Name: fmt.Sprintf("package-%d", i), Version: "1.2.3-4",
			PURL:         fmt.Sprintf("pkg:deb/debian/package-%d@1.2.3-4?arch=amd64&distro=debian-12", i),
			Ecosystem:    "Debian:12",
			Source:       inventory.Source{Name: fmt.Sprint("source-", i), Version: "1.2.3-4"},
			Layer:        "sha256:" + strings.Repeat("0123456789abcdef", 4),
			IntroducedBy: "RUN apt-get install -y something", FromBase: &base, Paths: []string{"var/lib/dpkg/status"},
			Licences: []string{"MIT", "GPL-2"},
		})
	}
	r.Finish()
	var b bytes.Buffer
	if err := cyclonedx.WriteJSON(&b, r, report.WriteOptions{}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	doc := big(2200)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := document.Read(bytes.NewReader(doc), "x"); err != nil {
			b.Fatal(err)
		}
	}
}
