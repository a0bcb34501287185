package cyclonedx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/testenv"
)

func TestGoldenJSON(t *testing.T) {
	schema := officialSchema(t, "bom-1.6.schema.json")
	golden.EachAndList(t, "json",
		func(b *bytes.Buffer, r *report.Report) error { return WriteJSON(b, r, report.WriteOptions{}) }, valid(schema))
}

func TestGoldenJSON17(t *testing.T) {
	schema := officialSchema(t, "bom-1.7.schema.json")
	golden.EachAndList(t, "1.7.json",
		func(b *bytes.Buffer, r *report.Report) error { return WriteJSON17(b, r, report.WriteOptions{}) },
		valid(schema))
}

func TestGoldenXML(t *testing.T) {
	golden.EachAndList(t, "xml",
		func(b *bytes.Buffer, r *report.Report) error { return WriteXML(b, r, report.WriteOptions{}) })
}

func TestGoldenXML17(t *testing.T) {
	golden.EachAndList(t, "1.7.xml",
		func(b *bytes.Buffer, r *report.Report) error { return WriteXML17(b, r, report.WriteOptions{}) })
}

// The format's own Python library validates what is written against its schemas, JSON and XML.
func TestOfficialValidator(t *testing.T) {
	python := testenv.Tool(t, "cyclonedx-python")
	const script = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import XmlValidator
bad = 0
for f in sys.argv[1:]:
    v = SchemaVersion.V1_7 if '.1.7.' in f else SchemaVersion.V1_6
    e = (XmlValidator if f.endswith('.xml') else JsonStrictValidator)(v).validate_str(open(f).read())
    if e: bad += 1; print(f, repr(e)[:600])
sys.exit(bad)`
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) < 4*len(golden.Names) {
		t.Fatal(files, err)
	}
	if out, err := exec.Command(python, append([]string{"-c", script}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// officialSchema compiles a schema of those that the CycloneDX Go module carries.
func officialSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "schema")
	c := jsonschema.NewCompiler()
	for id, file := range map[string]string{
		name: name, "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("http://cyclonedx.org/schema/"+id, doc); err != nil {
			t.Fatal(err)
		}
	}
	// 1.7 names the definitions of cryptographic algorithms, which the module does not carry and we do not use.
	if err := c.AddResource("http://cyclonedx.org/schema/cryptography-defs.schema.json",
		map[string]any{"definitions": map[string]any{"algorithmFamiliesEnum": true,
			"ellipticCurvesEnum": true}}); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("http://cyclonedx.org/schema/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(s *jsonschema.Schema) func(*testing.T, []byte) {
	return func(t *testing.T, doc []byte) {
		t.Helper()
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Error(err)
		}
	}
}

func TestTimeDecidesTheSerialNumber(t *testing.T) {
	write := func(now time.Time) (serial string, rest string) {
		var b bytes.Buffer
		if err := WriteJSON(&b, golden.Load(t, "host"), report.WriteOptions{Now: now}); err != nil {
			t.Fatal(err)
		}
		var doc struct{ SerialNumber string }
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		return doc.SerialNumber, strings.NewReplacer(doc.SerialNumber, "", now.Format(time.RFC3339),
			"").Replace(b.String())
	}
	t0 := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s0, rest0 := write(t0)
	s1, rest1 := write(t0.Add(time.Hour))
	if s0 == s1 || rest0 != rest1 {
		t.Errorf("serial numbers %s, %s; the rest is the same: %v", s0, s1, rest0 == rest1)
	}
}

// big is a report of n packages as an image of a few hundred megabytes has them.
func big(n int) *report.Report {
	r := report.New(report.Tool{Name: "drydock", Version: "0"}, "image", time.Unix(0, 0))
	base := true
	for i := range n {
		r.Packages = append(r.Packages, inventory.Package{
			Name: fmt.Sprintf("package-%d", i), Version: "1.2.3-4",
			PURL:         fmt.Sprintf("pkg:deb/debian/package-%d@1.2.3-4?arch=amd64&distro=debian-12", i),
			Ecosystem:    "Debian:12",
			Source:       inventory.Source{Name: "source", Version: "1.2.3-4"},
			Layer:        "sha256:" + strings.Repeat("0123456789abcdef", 4),
			IntroducedBy: "RUN apt-get install -y something and more",
			FromBase:     &base, Paths: []string{"var/lib/dpkg/status", "var/lib/dpkg/info/x.list"},
			Licences: []string{"MIT", "GPL-2"},
		})
	}
	r.Finish()
	return r
}

func BenchmarkWriteJSON(b *testing.B) {
	r := big(2200)
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := WriteJSON(&out, r, report.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}

func BenchmarkWriteXML(b *testing.B) {
	r := big(2200)
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := WriteXML(&out, r, report.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}
