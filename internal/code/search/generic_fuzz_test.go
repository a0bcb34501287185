package search

import (
	"testing"

	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/rule"
)

// FuzzGeneric cuts text into words and blocks and matches generic patterns on it.
func FuzzGeneric(f *testing.F) {
	for _, s := range [][2]string{{"a ... $X", "a b\n c (d\n) e\n"}, {"s {\n  ...\n  r $...X\n}", "s {\n  r 1 2\n}\n"},
		{"... b", "a\n\tb\n"}, {" ", "a"}, {"(\n$A\n)", "([{)}]"}} {
		f.Add(s[0], []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, pat string, src []byte) {
		if len(pat) > 200 || len(src) > 2000 {
			return
		}
		p := &Program{Rule: &rule.Rule{}, Vars: &pattern.Vars{}}
		g, err := compileGeneric(pat, p.Vars, &p.Rule.Options)
		if err != nil {
			return
		}
		e := &Evaluator{Prog: p, File: NewFile("", src, nil)}
		for _, r := range e.generic(g, nil) {
			if r.Start >= r.End || int(r.End) > len(src) {
				t.Fatalf("match out of place: %d..%d of %d", r.Start, r.End, len(src))
			}
		}
	})
}
