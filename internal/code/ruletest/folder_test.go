package ruletest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/syntax"
)

func TestFolderFixtures(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("across.yaml", `
rules:
- id: across
  languages: [python]
  severity: HIGH
  message: tainted
  mode: taint
  options: {interfile: true}
  pattern-sources: [{pattern: src(...)}]
  pattern-sinks: [{pattern: sink($X)}]
`)
	write("across/a.py", "from b import go\ngo(src())\n")
	write("across/b.py", "def go(x):\n    # ruleid: across\n    sink(x)\n    # ok: across\n    sink('a')\n")
	write("across/not-a-rule.yaml", "a: [b\n")
	tests, untested, errs := TestRules(dir)
	if len(errs) > 0 || len(untested) > 0 || len(tests) != 1 || len(tests[0].Failures) > 0 {
		t.Fatalf("right fixture: %+v, untested %v, errors %v", tests, untested, errs)
	}
	write("across/b.py", "def go(x):\n    # ok: across\n    sink(x)\n    # ruleid: across\n    sink('a')\n")
	tests, _, _ = TestRules(dir)
	got := strings.Join(tests[0].Failures, "; ")
	if want := "b.py, line 3: the rule should not match and does; b.py, line 5: the rule should match and does not"; got != want {
		t.Errorf("wrong marks: %q, want %q", got, want)
	}
}
