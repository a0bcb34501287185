package ruletest

import (
	"context"
	"os"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/source"
)

// isFixtureFolder reports whether a folder is the fixture of a rule file beside it, and so holds no rules.
func isFixtureFolder(dir string) bool {
	for _, ext := range []string{".yaml", ".yml"} {
		if st, err := os.Stat(dir + ext); err == nil && st.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// testFolder runs the rules on a folder as on a project of its own, and holds each of its files to its marks.
func testFolder(eng *code.Engine, dir string) ([]RuleTest, error) {
	tree, err := source.Walk(dir, source.Options{Wanted: eng.Wanted})
	if err != nil {
		return nil, clierr.InputErr(dir, err)
	}
	want := map[string]map[string]*expectation{} // by file and rule
	for i := range tree.Files {
		src, reason := tree.Files[i].Read(0)
		if reason != "" {
			return nil, clierr.Input(tree.Files[i].Path, "the fixture is %s", reason)
		}
		want[tree.Files[i].Rel] = marksOf(src)
	}
	res, err := eng.Run(context.Background(), tree, nil)
	if err != nil {
		return nil, clierr.InputErr(dir, err)
	}
	got := map[string]map[string]map[int]bool{}
	for _, m := range res.Findings {
		if got[m.Location.Path] == nil {
			got[m.Location.Path] = map[string]map[int]bool{}
		}
		lines := got[m.Location.Path]
		if lines[m.Rule] == nil {
			lines[m.Rule] = map[int]bool{}
		}
		lines[m.Rule][m.Location.Line] = true
	}
	files := make([]string, 0, len(want))
	for f := range want {
		files = append(files, f)
	}
	sort.Strings(files)
	var out []RuleTest
	for _, r := range eng.Rules() {
		t := RuleTest{Rule: r.ID, Fixture: dir}
		for _, f := range files {
			w := want[f][r.ID]
			if w == nil {
				w = &expectation{}
			}
			var one RuleTest
			one.compare(w, got[f][r.ID])
			for _, fail := range one.Failures {
				t.Failures = append(t.Failures, strings.Join([]string{f, fail}, ", "))
			}
			t.Todo += one.Todo
			t.marked = t.marked || len(w.must)+len(w.any) > 0
		}
		out = append(out, t)
	}
	return out, nil
}
