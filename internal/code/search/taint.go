package search

import (
	"errors"
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code/rule"
)

// TaintProgram is a rule.TaintSpec compiled. What its parts match in a file is found like any search; how taint flows
// between them is code/taint's.
type TaintProgram struct {
	Sources, Sinks, Sanitizers []TaintPart
	Propagators                []Propagator
}

// TaintPart is a source, sink or sanitizer.
type TaintPart struct {
	Match    *formula
	Exact    bool
	Effect   string // by-side-effect: "", "true", "only"
	Focus    bool   // what it matches is focused on a part
	Label    string
	Requires Labels         // nil: none
	of       map[int]Labels // by metavariable
	Spec     *rule.TaintPart
}

// Propagator is a part by which taint goes from one metavariable to another.
type Propagator struct {
	TaintPart
	From, To int
	Replace  []string
}

// Labels is an expression over labels: which ones are there -> whether it holds.
type Labels func(has func(string) bool) bool

func (p *Program) compileTaint(s *rule.TaintSpec) (*TaintProgram, error) {
	if p.Lang == nil {
		return nil, p.at(
			p.Rule.Line,
			0,
			fmt.Errorf("a taint rule needs a language with a syntax tree, not %s", p.Plain),
		)
	}
	out := &TaintProgram{}
	for _, g := range []struct {
		from  []rule.TaintPart
		to    *[]TaintPart
		exact bool
	}{{s.Sources, &out.Sources, false}, {s.Sinks, &out.Sinks, true}, {s.Sanitizers, &out.Sanitizers, false}} {
		for i := range g.from {
			t, err := p.taintPart(&g.from[i], g.exact)
			if err != nil {
				return nil, err
			}
			*g.to = append(*g.to, t)
		}
	}
	for i := range s.Propagators {
		sp := &s.Propagators[i]
		t, err := p.taintPart(&sp.TaintPart, false)
		if err != nil {
			return nil, err
		}
		out.Propagators = append(
			out.Propagators,
			Propagator{TaintPart: t, From: p.Vars.Index(sp.From), To: p.Vars.Index(sp.To), Replace: sp.ReplaceLabels},
		)
	}
	return out, nil
}

func (p *Program) taintPart(s *rule.TaintPart, exact bool) (t TaintPart, err error) {
	t = TaintPart{Exact: exact, Effect: s.SideEffect, Label: s.Label, Spec: s}
	if s.ExactSet {
		t.Exact = s.Exact
	}
	if t.Match, err = p.formula(s.Match); err != nil {
		var in *clierr.Error
		if s.File != "" && errors.As(err, &in) {
			in.Path = s.File
		}
		return t, err
	}
	t.Focus = t.Match.focuses()
	if s.Requires != "" {
		if t.Requires, err = parseLabels(s.Requires); err != nil {
			return t, p.at(s.Line, 0, err)
		}
	}
	for v, r := range s.RequiresOf {
		if t.of == nil {
			t.of = map[int]Labels{}
		}
		if t.of[p.Vars.Index(v)], err = parseLabels(r); err != nil {
			return t, p.at(s.Line, 0, err)
		}
	}
	return t, nil
}

// focuses reports whether a formula narrows what it matches to a metavariable.
func (fm *formula) focuses() bool {
	if len(fm.focus) > 0 {
		return true
	}
	if fm.kind != rule.And && fm.kind != rule.Or {
		return false
	}
	for _, k := range fm.kids {
		if k.focuses() {
			return true
		}
	}
	return false
}

// parseLabels reads an expression of labels with and, or, not and parentheses.
func parseLabels(s string) (Labels, error) {
	toks := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
	i := 0
	var or func(depth int) (Labels, error)
	var unary func(depth int) (Labels, error)
	fail := func() error {
		return fmt.Errorf("`requires: %s` is not understood; expected labels with and, or, not", s)
	}
	unary = func(depth int) (Labels, error) {
		if i >= len(toks) || depth > 50 {
			return nil, fail()
		}
		t := toks[i]
		i++
		switch t {
		case "not":
			a, err := unary(depth + 1)
			return func(h func(string) bool) bool { return !a(h) }, err
		case "(":
			a, err := or(depth + 1)
			if err == nil && (i >= len(toks) || toks[i] != ")") {
				err = fail()
			}
			i++
			return a, err
		case ")", "and", "or":
			return nil, fail()
		case "True", "true":
			return func(func(string) bool) bool { return true }, nil
		}
		return func(h func(string) bool) bool { return h(t) }, nil
	}
	chain := func(op string, next func(int) (Labels, error), join func(a, b bool) bool) func(int) (Labels, error) {
		return func(depth int) (Labels, error) {
			l, err := next(depth)
			for err == nil && i < len(toks) && toks[i] == op {
				i++
				var b Labels
				if b, err = next(depth); err == nil {
					a := l
					l = func(h func(string) bool) bool { return join(a(h), b(h)) }
				}
			}
			return l, err
		}
	}
	and := chain("and", unary, func(a, b bool) bool { return a && b })
	or = chain("or", and, func(a, b bool) bool { return a || b })
	l, err := or(0)
	if err == nil && i < len(toks) {
		err = fail()
	}
	return l, err
}
