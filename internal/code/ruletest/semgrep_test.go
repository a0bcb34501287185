package ruletest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/rules"
	"github.com/drydock/drydock/internal/testenv"
	"gopkg.in/yaml.v3"
)

// ours marks in a fixture what only drydock knows, as values that cross functions or that it works out: semgrep is not
// asked about that line.
const ours = "(drydock)"

// The exported pack under semgrep itself: on the fixtures of one file it finds the same lines.
func TestExportedPackUnderSemgrep(t *testing.T) {
	tool := testenv.Tool(t, "semgrep")
	pack, fixtures := filepath.Join(t.TempDir(), "pack"), filepath.Join(t.TempDir(), "fixtures")
	if _, err := rules.Export(pack); err != nil {
		t.Fatal(err)
	}
	want := map[string]*expectation{} // by fixture below the folder, whose name is that of its rule
	lines := 0
	files, _ := yamlFiles(pack)
	for _, f := range files {
		withoutPaths(t, f)
		lang, id := filepath.Base(filepath.Dir(f)), strings.TrimSuffix(filepath.Base(f), ".yaml")
		for _, fx := range fixturesOf(filepath.Join("..", "rules", lang, id+".yaml")) {
			src, err := os.ReadFile(fx)
			if err != nil {
				continue // a folder: a fixture across files
			}
			rel := filepath.Join(lang, filepath.Base(fx))
			e := marksOf(src)[id]
			if e == nil {
				continue
			}
			want[rel] = withoutOurs(e, src)
			lines += len(want[rel].must)
			to := filepath.Join(fixtures, rel)
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, src, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if lines < 20 {
		t.Fatalf("only %d lines are marked", lines)
	}
	got := semgrep(t, tool, pack, fixtures)
	wrong := 0
	for rel, e := range want {
		id, _, _ := strings.Cut(filepath.Base(rel), ".")
		var r RuleTest
		r.compare(e, got[rel][id])
		wrong += len(r.Failures)
		for _, f := range r.Failures {
			t.Errorf("%s: semgrep differs from the fixture: %s", rel, f)
		}
	}
	t.Logf("%d rules, %d fixtures, %d lines to be found: semgrep differs in %d", len(files), len(want), lines, wrong)
}

// withoutOurs asks nothing of the lines that only drydock knows.
func withoutOurs(e *expectation, src []byte) *expectation {
	text := strings.Split(string(src), "\n")
	for line := range text {
		if !strings.Contains(text[line], ours) || !ruleMark.MatchString(text[line]) {
			continue
		}
		about := line + 1 // the next line that is no such comment
		for about < len(text) && ruleMark.MatchString(text[about]) {
			about++
		}
		delete(e.must, about+1)
		delete(e.mustNot, about+1)
		e.any[about+1] = true
	}
	return e
}

// withoutPaths takes out where a rule looks: a fixture lies elsewhere.
func withoutPaths(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string][]map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["rules"][0]["paths"] == nil {
		return
	}
	delete(doc["rules"][0], "paths")
	text, err = yaml.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// semgrep runs rules on a folder and tells the lines found, by file and rule.
func semgrep(t *testing.T, tool, pack, dir string) map[string]map[string]map[int]bool {
	t.Helper()
	cmd := exec.Command(tool, "scan", "--quiet", "--metrics=off", "--disable-version-check", "--disable-nosem",
		"--no-git-ignore", "--max-target-bytes=0", "--json", "--config", pack, dir)
	cmd.Env = append(os.Environ(), "PYTHONWARNINGS=ignore")
	if err := os.WriteFile(filepath.Join(dir, ".semgrepignore"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := cmd.Output()
	var o struct {
		Results []struct {
			CheckID string `json:"check_id"`
			Path    string
			Start   struct{ Line int }
		}
		Errors []struct{ Message, Level, Path string }
	}
	if jsonErr := json.Unmarshal(data, &o); jsonErr != nil {
		t.Fatal(err, jsonErr)
	}
	var told []string
	for _, e := range o.Errors {
		told = append(told, fmt.Sprintf("semgrep says: %s: %s %s", e.Level, e.Path, e.Message))
	}
	sort.Strings(told)
	for _, text := range told {
		t.Error(text)
	}
	out := map[string]map[string]map[int]bool{}
	for _, r := range o.Results {
		rel, err := filepath.Rel(dir, r.Path)
		if err != nil {
			t.Fatal(err)
		}
		id := r.CheckID[strings.LastIndexByte(r.CheckID, '.')+1:]
		if out[rel] == nil {
			out[rel] = map[string]map[int]bool{}
		}
		if out[rel][id] == nil {
			out[rel][id] = map[int]bool{}
		}
		out[rel][id][r.Start.Line] = true
	}
	return out
}
