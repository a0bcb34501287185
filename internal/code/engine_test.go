package code

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/syntax"
)

func engine(t *testing.T, text string) *Engine {
	t.Helper()
	rules, errs := rule.Parse("rules.yaml", []byte(text))
	eng, more := New(rules, Options{Workers: 2})
	for _, err := range append(errs, more...) {
		t.Fatal(err)
	}
	return eng
}

const evalRule = `
rules:
- id: no-eval
  languages: [python]
  severity: HIGH
  message: $X is run
  pattern: eval($X)
`

func needTrees(t *testing.T) {
	t.Helper()
	if !syntax.Available {
		t.Skip("built without cgo")
	}
}

func TestSuppression(t *testing.T) {
	needTrees(t)
	src := `eval(a)
eval(b)  # drydock:ignore no-eval -- b is ours
# drydock:ignore no-eval -- the next line
eval(c)
eval(d)  # drydock:ignore another-rule -- not this one
eval(e)  # nosemgrep
eval(f)  # nosemgrep: some.path.no-eval
eval(g)  # nosec
x = "# drydock:ignore"
y = 1  # drydock:ignore no-eval -- nothing here
`
	res := engine(t, evalRule).File("a.py", []byte(src))
	got := ""
	for _, f := range res.Findings {
		if f.Suppressed == "" {
			got += f.Message + "; "
		}
	}
	if want := "a is run; d is run; "; got != want {
		t.Errorf("open: %q, want %q", got, want)
	}
	var lines []int
	for _, u := range res.Unused {
		lines = append(lines, u.Location.Line)
	}
	if len(lines) != 2 || lines[0] != 5 || lines[1] != 10 {
		t.Errorf("unused: %v", res.Unused)
	}
}

func TestFingerprintSurvives(t *testing.T) {
	needTrees(t)
	eng := engine(t, evalRule)
	id := func(src string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.py"), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		tree, err := source.Walk(dir, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := eng.Run(context.Background(), tree, nil)
		if err != nil || len(res.Findings) != 1 {
			t.Fatalf("%v, %v", res, err)
		}
		return res.Findings[0].ID()
	}
	if a, b := id("eval(a + 1)\n"), id("# moved\n\nif x:\n    eval( a\n      + 1 )\n"); a != b {
		t.Errorf("moved and reformatted: %s, then %s", a, b)
	}
	if a, b := id("eval(a)\n"), id("eval(b)\n"); a == b {
		t.Error("different code has the same fingerprint")
	}
}

func TestWrongRules(t *testing.T) {
	needTrees(t)
	head := "rules:\n- id: a\n  languages: [python]\n  severity: HIGH\n  message: m\n"
	for _, c := range []struct {
		text, want string
		line       int
	}{
		{"x: 1\n", "no list named `rules`", 1},
		{"rules:\n- languages: [python]\n", "`id` is missing", 2},
		{"rules:\n- id: a\n  severity: HIGH\n  message: m\n  pattern: f()\n", "`languages` is missing", 2},
		{"rules:\n- id: a\n  languages: [python]\n  severity: BAD\n  message: m\n  pattern: f()\n", "CRITICAL, HIGH",
			4},
		{head, "there is no pattern", 2},
		{head + "  patterns:\n  - pattern-not: f()\n", "not negated", 2},
		{head + "  patterns:\n  - patern: f()\n", "no pattern operator", 7},
		{head + "  pattern: \"f(\"\n", "does not parse", 6},
		{head + "  pattern-regex: \"(\"\n", "not a regular expression", 6},
		{head + "  patterns:\n  - pattern: f($X)\n  - metavariable-regex: {metavariable: X, regex: a}\n",
			"no metavariable", 8},
		{head + "  patterns:\n  - pattern: f($X)\n  - metavariable-comparison: {comparison: $X >}\n", "ends too early",
			8},
		{head + "  mode: taint\n  pattern-sources: [{pattern: f()}]\n", "needs `pattern-sinks`", 2},
		{"rules:\n- id: a\n  languages: [cobol]\n  severity: HIGH\n  message: m\n  pattern: f()\n", "cobol", 2},
		{"rules: [\n", "not YAML", 0},
	} {
		rules, errs := rule.Parse("r.yaml", []byte(c.text))
		_, more := New(rules, Options{})
		errs = append(errs, more...)
		if len(errs) != 1 {
			t.Errorf("%q: %v", c.text, errs)
			continue
		}
		if !strings.Contains(errs[0].Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, errs[0], c.want)
		}
		var f *clierr.Error
		if !errors.As(errs[0], &f) || f.Path != "r.yaml" || c.line > 0 && f.Line != c.line {
			t.Errorf("%q: place %v, want line %d", c.text, errs[0], c.line)
		}
	}
}

func TestHostileSources(t *testing.T) {
	needTrees(t)
	eng := engine(t, evalRule+`
- id: everything
  languages: [python, javascript]
  severity: LOW
  message: any
  pattern: $X
`)
	for name, src := range map[string]string{
		"deep.py":     strings.Repeat("(", 20_000) + strings.Repeat(")", 20_000),
		"deep.js":     strings.Repeat("[", 5_000),
		"long.js":     strings.Repeat("a.b(c);", 20_000),
		"binary.py":   "\xff\xfe\x80eval(\x81)\n",
		"chain.py":    "x = " + strings.Repeat("a + ", 20_000) + "a\n",
		"empty.py":    "",
		"unclosed.py": "eval(\"\"\"",
	} {
		res := eng.File(name, []byte(src))
		if strings.Contains(res.Problem, "internal error") {
			t.Errorf("%s: %s", name, res.Problem)
		}
		if len(res.Findings) > 2*maxPerFile {
			t.Errorf("%s: %d findings", name, len(res.Findings))
		}
	}
}

// look runs an engine on a folder.
func look(t *testing.T, eng *Engine, dir string, o source.Options) *Result {
	t.Helper()
	tree, err := source.Walk(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	res, err := eng.Run(context.Background(), tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestCacheBringsTheSame(t *testing.T) {
	needTrees(t)
	dir, cacheDir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.py"), []byte("eval(a)\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rules, _ := rule.Parse("rules.yaml", []byte(evalRule))
	run := func(build string) *Result {
		eng, _ := New(rules, Options{Cache: cacheDir, Build: build})
		return look(t, eng, dir, source.Options{})
	}
	a, b, c := run("1"), run("1"), run("2")
	if len(a.Findings) != 1 || len(b.Findings) != 1 || len(c.Findings) != 1 ||
		a.Findings[0].ID() != b.Findings[0].ID() {
		t.Errorf("%v\n%v\n%v", a, b, c)
	}
	if files, _ := filepath.Glob(filepath.Join(cacheDir, "*", "*", "*")); len(files) != 2 {
		t.Errorf("kept: %v", files)
	}
}
