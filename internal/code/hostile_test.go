package code

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/testenv"
)

// inTime fails a test whose work takes longer than anybody would wait, on a slow machine too.
func inTime(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if took := time.Since(start); took > limit {
		t.Errorf("took %s, at most %s", took, limit)
	}
}

// runOn writes files and looks at them as a folder.
func runOn(t *testing.T, eng *Engine, files map[string]string) *Result {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("..", filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	return look(t, eng, dir, source.Options{Wanted: eng.Wanted})
}

// A regular expression that backtracks without end gives up, with a word, however often it is asked.
func TestExplodingExpressions(t *testing.T) {
	needTrees(t)
	eng := engine(t, `
rules:
- id: in-a-name
  languages: [python]
  severity: LOW
  message: m
  patterns:
  - pattern: $F("$X")
  - metavariable-regex: {metavariable: $X, regex: "(?=a)((a+)+)+$"}
- id: in-a-pattern
  languages: [python]
  severity: LOW
  message: m
  pattern: f("=~/(?=a)((a+)+)+$/")
- id: in-the-text
  languages: [regex]
  severity: LOW
  message: m
  pattern-regex: "(?=a)((a+)+)+$"
`)
	src := strings.Repeat("f(\""+strings.Repeat("a", 40)+"!\")\n", 5_000)
	inTime(t, 60*time.Second, func() {
		if res := eng.File("a.py", []byte(src)); !strings.Contains(res.Problem, "bound on work") {
			t.Errorf("no word of it: %q", res.Problem)
		}
	})
}

// A pattern with several ellipses tries very many ways on a long list; there is a bound to it for the whole file.
func TestExplodingPatterns(t *testing.T) {
	needTrees(t)
	eng := engine(t, `
rules:
- id: many
  languages: [python]
  severity: LOW
  message: m
  pattern: f(..., $A, ..., $B, ..., $C, ..., $D, ..., $A, ..., 77)
`)
	src := strings.Repeat("f("+strings.Repeat("a, b, c, d, e, ", 20)+"1)\n", 2_000)
	inTime(t, 60*time.Second, func() {
		if res := eng.File("a.py", []byte(src)); !strings.Contains(res.Problem, "bound on work") {
			t.Errorf("no word of it: %q", res.Problem)
		}
	})
}

// One line of a minified file: places are right, and finding them costs no more than anywhere.
func TestLongLine(t *testing.T) {
	needTrees(t)
	eng := engine(t, strings.Replace(evalRule, "[python]", "[javascript]", 1))
	src := strings.Repeat("é=1;b(c);", 100_000) + strings.Repeat("eval(x);", 300)
	inTime(t, 60*time.Second, func() {
		res := eng.File("a.js", []byte(src))
		if len(res.Findings) != 300 {
			t.Fatalf("%d findings: %s", len(res.Findings), res.Problem)
		}
		for i, f := range res.Findings {
			if want := 9*100_000 + 8*i + 1; f.Location.Column != want || f.Location.EndColumn != want+7 {
				t.Fatalf("finding %d at %+v, want column %d", i, f.Location, want)
			}
			if !strings.Contains(f.Snippet, "eval(x)") || len(f.Snippet) > 2*maxSnippet {
				t.Fatalf("snippet %q", f.Snippet)
			}
		}
	})
}

// A thousand brackets in each language, broken text, UTF-16, links in a circle.
func TestOddFiles(t *testing.T) {
	needTrees(t)
	var langs, files = []string{}, map[string]string{}
	for _, l := range ast.Languages {
		langs = append(langs, l.Name)
		if len(l.Exts) == 0 {
			continue
		}
		for name, open := range map[string]string{"round": "()", "square": "[]", "braces": "{}", "angle": "<>"} {
			files[l.Name+"/"+name+l.Exts[0]] = strings.Repeat(
				open[:1],
				1000,
			) + "x" + strings.Repeat(
				open[1:],
				1000,
			) + "\n"
			files[l.Name+"/open-"+name+l.Exts[0]] = strings.Repeat(open[:1], 1000)
		}
		files[l.Name+"/broken"+l.Exts[0]] = "\xff\xfe\x80 eval(\xc3\x28)\n\xed\xa0\x80"
	}
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("x = 'é€'\neval(a)\n")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	files["utf16.py"] = string(wide)
	// Where $X alone is no pattern of a language, its files are read all the same: by the other rule.
	rules, errs := rule.Parse("rules.yaml", []byte(evalRule+`
- id: everything
  languages: [`+strings.Join(langs, ", ")+`]
  severity: LOW
  message: any
  pattern: $X
- id: names
  languages: [`+strings.Join(langs, ", ")+`]
  severity: LOW
  message: any
  pattern: x
`))
	eng, _ := New(rules, Options{})
	if len(errs) > 0 || len(eng.Rules()) != 3 {
		t.Fatal(errs)
	}
	inTime(t, 120*time.Second, func() {
		res := runOn(t, eng, files)
		for _, p := range res.Partial {
			if strings.Contains(p.Reason, "internal error") {
				t.Errorf("%s: %s", p.Path, p.Reason)
			}
		}
		found := false
		for _, f := range res.Findings {
			found = found ||
				f.Rule == "no-eval" && f.Location.Path == "utf16.py" && f.Location.Line == 2 && f.Location.Column == 1
		}
		if !found {
			t.Error("nothing found in UTF-16")
		}
	})
}

// A rule that matches everything stops, and says so.
func TestRuleThatMatchesEverything(t *testing.T) {
	needTrees(t)
	eng := engine(t, "rules:\n- id: all\n  languages: [python]\n  severity: LOW\n  message: m\n  pattern: $X\n")
	files := map[string]string{}
	for i := range 20 {
		files[fmt.Sprintf("f%d.py", i)] = strings.Repeat("a = b + c\n", 1000)
	}
	res := runOn(t, eng, files)
	if n := len(res.Findings); n > maxPerRule+2*maxPerFile || n < maxPerRule/2 {
		t.Errorf("%d findings", n)
	}
	words := 0
	for _, p := range res.Partial {
		if strings.Contains(p.Reason, "rule all matches more than 5000 places") ||
			strings.Contains(p.Reason, "bound on work") {
			words++
		}
	}
	if words < 2 {
		t.Errorf("no word of it: %v", res.Partial)
	}
}

// Ten thousand rules load, compile and run.
func TestTenThousandRules(t *testing.T) {
	needTrees(t)
	var text strings.Builder
	text.WriteString("rules:\n")
	for i := range 10_000 {
		fmt.Fprintf(
			&text,
			"- id: r%d\n  languages: [python]\n  severity: LOW\n  message: m\n  patterns:\n  - pattern: "+
				"lib%d.f%d($X, ...)\n  - pattern-not: lib%d.f%d(\"...\")\n",
			i,
			i%100,
			i,
			i%100,
			i,
		)
	}
	inTime(t, 120*time.Second, func() {
		rules, errs := rule.Parse("many.yaml", []byte(text.String()))
		eng, more := New(rules, Options{})
		if len(errs)+len(more) > 0 || len(eng.Rules()) != 10_000 {
			t.Fatalf("%v %v: %d rules", errs, more, len(eng.Rules()))
		}
		res := eng.File("a.py", []byte("import lib7\nlib7.f707(a, b)\nlib7.f707('x')\nlib8.f707(a)\n"))
		if len(res.Findings) != 1 || res.Findings[0].Rule != "r707" {
			t.Errorf("%v", res.Findings)
		}
	})
}

// A folder with more files than a walk takes is looked at as far as it goes, and the rest is counted.
func TestVeryManyFiles(t *testing.T) {
	needTrees(t)
	testenv.Slow(t)
	dir := t.TempDir()
	for d := range 20 {
		sub := filepath.Join(dir, fmt.Sprint(d))
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("%d.py", i)), []byte("eval(a)\n"),
				0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	eng := engine(t, evalRule)
	tree, err := source.Walk(dir, source.Options{Wanted: eng.Wanted, MaxFiles: 12_000})
	if err != nil || len(tree.Files) != 12_000 {
		t.Fatalf("%d files, %v", len(tree.Files), err)
	}
	res, err := eng.Run(context.Background(), tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Skipped) != 1 || res.Skipped[0].Files != 8_000 {
		t.Errorf("left out: %+v", res.Skipped)
	}
	if len(res.Findings) < maxPerRule || len(res.Findings) > maxPerRule+maxPerFile {
		t.Errorf("%d findings", len(res.Findings))
	}
}

// Two lines that are the same are two findings, each with a fingerprint of its own that a line put between them or
// before them does not change.
func TestFingerprintsOfEqualLines(t *testing.T) {
	needTrees(t)
	eng := engine(t, evalRule)
	ids := func(src string) (out []string) {
		for _, f := range runOn(t, eng, map[string]string{"a.py": src}).Findings {
			out = append(out, f.ID())
		}
		return out
	}
	a, b := ids("eval(x)\neval(x)\n"), ids("import os\neval( x )\n\n# between\neval(x)\n")
	if len(a) != 2 || a[0] == a[1] {
		t.Errorf("equal lines: %v", a)
	}
	if len(b) != 2 || a[0] != b[0] || a[1] != b[1] {
		t.Errorf("moved: %v, then %v", a, b)
	}
}

// Modules that take all names from all others, and classes that all have all others as bases: each is looked into once
// a search, where there are more ways through them than could ever be gone.
func TestImportsAndBasesInCircles(t *testing.T) {
	needTrees(t)
	const n = 40
	var stars, bases strings.Builder
	for i := range n {
		fmt.Fprintf(&stars, "from m%d import *\n", i)
		fmt.Fprintf(&bases, "B%d, ", i)
	}
	var files strings.Builder
	for i := range n {
		fmt.Fprintf(
			&files,
			"-- m%d.py\n%sclass B%d(%s):\n    def f%d(self, x):\n        self.missing(x)\n        self.f(src())\n",
			i,
			stars.String(),
			i,
			bases.String(),
			i,
		)
	}
	files.WriteString(
		"-- z.py\nfrom m0 import *\nclass C(B0):\n    def f(self, x):\n        sink(x)  # HIT\nC().f(src())\n" +
			"C().missing(src())\nmissing(src())\n",
	)
	inTime(t, 60*time.Second, func() {
		res, dir := runProject(t, acrossRule, files.String(), Options{Workers: 2})
		if got, want := places(res), marked(t, dir); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("found %v, want %v", got, want)
		}
	})
}
