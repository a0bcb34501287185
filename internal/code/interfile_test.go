package code

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

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
	tree, err := source.Walk(dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res, err := eng.Run(context.Background(), tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
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
