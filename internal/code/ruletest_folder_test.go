package code

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFolderFixtures(t *testing.T) {
	needTrees(t)
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
	write("across.yaml", acrossRule)
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
