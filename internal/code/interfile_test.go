package code

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/source"
)

// acrossRule is one rule for all languages: src() gives taint, clean(x) takes it away, sink(x) is where it must not
// come.
const acrossRule = `
rules:
- id: across
  languages: [python, javascript, typescript, java, go, php, ruby]
  severity: HIGH
  message: tainted
  mode: taint
  options: {interfile: true}
  pattern-sources: [{pattern: src(...)}]
  pattern-sanitizers: [{pattern: clean(...)}]
  pattern-sinks:
  - patterns: [{pattern: sink($X)}, {focus-metavariable: $X}]
`

// runProject writes files ("-- path" heads each) and runs rules on them.
func runProject(t *testing.T, rules, files string, opt Options) (*Result, string) {
	t.Helper()
	dir := t.TempDir()
	for _, part := range strings.Split("\n"+files, "\n-- ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		p := filepath.Join(dir, filepath.FromSlash(strings.TrimSpace(name)))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return runDir(t, rules, dir, opt), dir
}

func runDir(t *testing.T, rules, dir string, opt Options) *Result {
	t.Helper()
	rs, errs := rule.Parse("rules.yaml", []byte(rules))
	eng, more := New(rs, opt)
	for _, err := range append(errs, more...) {
		t.Fatal(err)
	}
	return look(t, eng, dir, source.Options{})
}

// places lists findings as file:line.
func places(res *Result) []string {
	var out []string
	for _, f := range res.Findings {
		out = append(out, fmt.Sprintf("%s:%d", f.Location.Path, f.Location.Line))
	}
	sort.Strings(out)
	return out
}

// marked lists the lines of files that a comment HIT marks.
func marked(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		for i, line := range strings.Split(string(b), "\n") {
			if strings.Contains(line, "HIT") {
				out = append(out, fmt.Sprintf("%s:%d", filepath.ToSlash(rel), i+1))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(out)
	return out
}

// TestAcrossFiles runs each file of testdata/interfile: a project, whose lines with HIT are to be found, and no others.
func TestAcrossFiles(t *testing.T) {
	needTrees(t)
	files, err := filepath.Glob("testdata/interfile/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no cases")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut("\n"+string(b), "\n-- ")
			rules := acrossRule
			if strings.Contains(head, "rules:") {
				rules = head
			}
			res, dir := runProject(t, rules, "-- "+body, Options{Workers: 2})
			want := marked(t, dir)
			if len(want) == 0 && !strings.Contains(head, "nothing") {
				t.Fatal("the case marks nothing")
			}
			got := places(res)
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("found %v\nwant  %v", got, want)
			}
			for _, f := range res.Findings {
				if testing.Verbose() {
					for _, s := range f.Flow {
						t.Logf("%s:%d %s", s.Location.Path, s.Location.Line, s.Text)
					}
				}
			}
		})
	}
}

// TestAcrossFilesCached changes one file at a time between runs that share a cache: each run finds what a fresh one
// does.
func TestAcrossFilesCached(t *testing.T) {
	needTrees(t)
	cache := t.TempDir()
	res, dir := runProject(t, acrossRule, `-- a.py
from b import go
from c import fmt
go(fmt(src()))
-- b.py
def go(x):
    sink(x)
-- c.py
def fmt(x):
    return "a" + x
`, Options{Cache: cache, Workers: 2})
	if got := places(res); len(got) != 1 || got[0] != "b.py:2" {
		t.Fatalf("first run: %v", got)
	}
	steps := len(res.Findings[0].Flow)
	for _, c := range []struct{ file, text, want string }{
		{"", "", "b.py:2"},
		{"c.py", "def fmt(x):\n    return 'a'\n", ""},
		{"c.py", "\n\ndef fmt(x):\n    return 'a' + x\n", "b.py:2"},
		{"b.py", "import d\n\ndef go(x):\n    d.far(x)\n", ""},
		{"d.py", "def far(x):\n    sink(x)\n", "d.py:2"},
		{"b.py", "def go(x):\n    sink(clean(x))\n", ""},
		{"b.py", "def go(x):\n    sink(x)  # drydock:ignore across -- known\n", "b.py:2"},
	} {
		if c.file != "" {
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		res := runDir(t, acrossRule, dir, Options{Cache: cache, Workers: 2})
		if got := strings.Join(places(res), " "); got != c.want {
			t.Errorf("after %s: found %q, want %q", c.file, got, c.want)
		}
		if c.file == "" && len(res.Findings) == 1 && len(res.Findings[0].Flow) != steps {
			t.Errorf("from the cache the way has %d steps, before %d", len(res.Findings[0].Flow), steps)
		}
		if strings.Contains(c.text, "drydock:ignore") && (res.Findings[0].Suppressed == "" || len(res.Unused) > 0) {
			t.Errorf("suppression: %+v, unused %v", res.Findings[0].Suppressed, res.Unused)
		}
	}
}

// TestFactsSurviveStoring packs and unpacks what the cases' files say.
func TestFactsSurviveStoring(t *testing.T) {
	needTrees(t)
	rs, _ := rule.Parse("rules.yaml", []byte(acrossRule))
	eng, _ := New(rs, Options{})
	n := 0
	for name, src := range map[string]string{
		"a.py": "from b import c\nclass A(B):\n    def f(self, *a, k=1, **o):\n        self.x = src()\n        " +
			"sink(c(self.x, q=k)['a'])\n",
		"a.ts": "export { a as b } from './c'; export class K { constructor(private s: S) {} go(x: string) { " +
			"sink(this.s.run(src(), { x })); } }",
		"A.java": "package p; import q.R; class A extends B { R r; void f(String x) { r.go(src()); sink(x); } }",
	} {
		f := eng.file(name, []byte(src), true).facts
		b := f.Pack()
		g, err := facts.Unpack(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if string(g.Pack()) != string(b) {
			t.Errorf("%s: packed again it is different", name)
		}
		n += len(f.Rules)
		for i := range b {
			c := append([]byte(nil), b...)
			c[i] ^= 0x55
			if _, err := facts.Unpack(c[:len(c)-i%3]); err != nil {
				continue
			}
		}
	}
	if n != 3 {
		t.Errorf("%d files have rules' facts", n)
	}
}
