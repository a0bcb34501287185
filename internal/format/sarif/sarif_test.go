package sarif

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/testenv"
)

func TestGolden(t *testing.T) {
	golden.Each(t, "sarif", func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) },
		github)
}

// github checks what GitHub code scanning asks for beyond the schema.
func github(t *testing.T, doc []byte) {
	t.Helper()
	var l log
	if err := json.Unmarshal(doc, &l); err != nil {
		t.Fatal(err)
	}
	categories := map[string]bool{}
	for _, run := range l.Runs {
		if categories[run.Automation.ID] {
			t.Errorf("two runs have the category %s", run.Automation.ID)
		}
		categories[run.Automation.ID] = true
		prints := map[string]bool{}
		if run.Results == nil {
			continue
		}
		for _, res := range *run.Results {
			if len(res.Locations) == 0 || res.Locations[0].Physical.Artifact.URI == "" ||
				res.Locations[0].Physical.Region == nil {
				t.Errorf("%s has no place", res.RuleID)
			}
			if rule := run.Tool.Driver.Rules[res.RuleIndex]; rule.ID != res.RuleID || rule.Help.Text == "" ||
				rule.Help.Markdown == "" {
				t.Errorf("%s: rule %+v", res.RuleID, rule)
			}
			p := res.Fingerprints["primaryLocationLineHash"]
			if p == "" || prints[p] {
				t.Errorf("fingerprint %q is empty or there twice", p)
			}
			prints[p] = true
		}
	}
}

func TestOfficialSchema(t *testing.T) {
	f, err := os.Open(filepath.Join(testenv.Peers(), "npm", "sarif", "node_modules", "@microsoft",
		"sarif-multitool-linux", "sarif-2.1.0.json"))
	if err != nil {
		testenv.Absent(t, "the SARIF schema (.ci/peers sarif)")
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range golden.Names {
		var b bytes.Buffer
		if err := Write(&b, golden.Load(t, name), report.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Microsoft's validator knows rules of the standard that no schema can say.
func TestOfficialValidator(t *testing.T) {
	dir := filepath.Join(testenv.Peers(), "npm", "sarif", "node_modules", "@microsoft", "sarif-multitool-linux")
	tool := filepath.Join(dir, "Sarif.Multitool")
	if _, err := os.Stat(tool); err != nil {
		testenv.Absent(t, "Sarif.Multitool (.ci/peers sarif)")
	}
	args := []string{"validate"}
	for _, name := range golden.Names {
		path := filepath.Join(t.TempDir(), name+".sarif")
		var b bytes.Buffer
		if err := Write(&b, golden.Load(t, name), report.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte(": error ")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestPlacesAreURIs(t *testing.T) {
	for in, want := range map[string]artifactLocation{
		"a/b c.py":       {URI: "a/b%20c.py", BaseID: root},
		"./x/../y.py":    {URI: "y.py", BaseID: root},
		"../up.py":       {URI: "../up.py", BaseID: root},
		"/abs/olute.py":  {URI: "file:///abs/olute.py"},
		"100%#?.py":      {URI: "100%25%23%3F.py", BaseID: root},
		"c:evil.py":      {URI: "c%3Aevil.py", BaseID: root},
		"名.py":           {URI: "%E5%90%8D.py", BaseID: root},
		`win\slashes.py`: {URI: "win/slashes.py", BaseID: root},
	} {
		if got := artifact(in); got != want {
			t.Errorf("%q: %+v, want %+v", in, got, want)
		}
	}
}

func TestRegionsAreNeverBackwards(t *testing.T) {
	for _, c := range []struct {
		in   finding.Location
		want region
	}{
		{finding.Location{Line: 3}, region{StartLine: 3}},
		{finding.Location{Line: 3, Column: 2, EndLine: 3, EndColumn: 9},
			region{StartLine: 3, StartColumn: 2, EndLine: 3, EndColumn: 9}},
		{finding.Location{Line: 3, Column: 2, EndLine: 2, EndColumn: 9}, region{StartLine: 3, StartColumn: 2}},
		{finding.Location{Line: 3, Column: 5, EndLine: 3, EndColumn: 1},
			region{StartLine: 3, StartColumn: 5, EndLine: 3}},
	} {
		if got := area(c.in); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.in, got, c.want)
		}
	}
}
