package spdx

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	spdxjson "github.com/spdx/tools-golang/json"

	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/testenv"
)

func TestGolden(t *testing.T) {
	golden.EachAndList(t, "json",
		func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) }, readable)
}

// readable reads the document with the SPDX project's own Go library and checks that every reference is to something.
func readable(t *testing.T, out []byte) {
	t.Helper()
	doc, err := spdxjson.Read(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{"DOCUMENT": true}
	for _, p := range doc.Packages {
		if ids[string(p.PackageSPDXIdentifier)] {
			t.Errorf("two packages are called %s", p.PackageSPDXIdentifier)
		}
		ids[string(p.PackageSPDXIdentifier)] = true
	}
	for _, r := range doc.Relationships {
		if !ids[string(r.RefA.ElementRefID)] || !ids[string(r.RefB.ElementRefID)] {
			t.Errorf("a relationship names what is not there: %v", r)
		}
	}
	for _, l := range doc.OtherLicenses {
		if !bytes.Contains(out, []byte(`"licenseDeclared": "`+l.LicenseIdentifier)) &&
			!bytes.Contains(out, []byte(" AND "+l.LicenseIdentifier)) {
			t.Errorf("%s is declared by no package", l.LicenseIdentifier)
		}
	}
}

// The schema is SPDX's own, as the syft module carries it for its tests.
func TestOfficialSchema(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	found, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(cache)), "github.com", "anchore", "syft@*",
		"schema", "spdx-json", "spdx-schema-2.3.json"))
	if len(found) == 0 {
		testenv.Absent(t, "the SPDX schema (.ci/peers spdx-schema)")
	}
	f, err := os.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("spdx.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("spdx.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range golden.Names {
		var b bytes.Buffer
		if err := Write(&b, golden.Load(t, name), report.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOfficialValidator(t *testing.T) {
	tool := testenv.Tool(t, "pyspdxtools")
	for _, name := range golden.Names {
		path := filepath.Join(t.TempDir(), name+".spdx.json")
		var b bytes.Buffer
		if err := Write(&b, golden.Load(t, name), report.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(tool, "-i", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
