package code

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
)

// taintProgram is a rule.TaintSpec compiled. What its parts match in a file is found like any search; how taint flows
// between them is flow.go's.
type taintProgram struct {
	sources, sinks, sanitizers []taintPart
	propagators                []propagator
}

// taintPart is a source, sink or sanitizer.
type taintPart struct {
	match    *formula
	exact    bool
	effect   string // by-side-effect: "", "true", "only"
	focus    bool   // what it matches is focused on a part
	label    string
	requires labels         // nil: none
	of       map[int]labels // by metavariable
	spec     *rule.TaintPart
}

type propagator struct {
	taintPart
	from, to int
	replace  []string
}

// labels is an expression over labels: which ones are there -> whether it holds.
type labels func(has func(string) bool) bool

func (p *Program) compileTaint(s *rule.TaintSpec) (*taintProgram, error) {
	if p.Lang == nil {
		return nil, p.at(p.Rule.Line, 0, fmt.Errorf("a taint rule needs a language with a syntax tree, not %s", p.Plain))
	}
	out := &taintProgram{}
	for _, g := range []struct {
		from  []rule.TaintPart
		to    *[]taintPart
		exact bool
	}{{s.Sources, &out.sources, false}, {s.Sinks, &out.sinks, true}, {s.Sanitizers, &out.sanitizers, false}} {
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
		out.propagators = append(out.propagators, propagator{taintPart: t, from: p.vars.Index(sp.From), to: p.vars.Index(sp.To), replace: sp.ReplaceLabels})
	}
	return out, nil
}

func (p *Program) taintPart(s *rule.TaintPart, exact bool) (t taintPart, err error) {
	t = taintPart{exact: exact, effect: s.SideEffect, label: s.Label, spec: s}
	if s.ExactSet {
		t.exact = s.Exact
	}
	if t.match, err = p.formula(s.Match); err != nil {
		return t, err
	}
	t.focus = t.match.focuses()
	if s.Requires != "" {
		if t.requires, err = parseLabels(s.Requires); err != nil {
			return t, p.at(s.Line, 0, err)
		}
	}
	for v, r := range s.RequiresOf {
		if t.of == nil {
			t.of = map[int]labels{}
		}
		if t.of[p.vars.Index(v)], err = parseLabels(r); err != nil {
			return t, p.at(s.Line, 0, err)
		}
	}
	return t, nil
}

// focuses says whether a formula narrows what it matches to a metavariable.
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
func parseLabels(s string) (labels, error) {
	toks := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
	i := 0
	var or func(depth int) (labels, error)
	var unary func(depth int) (labels, error)
	fail := func() error {
		return fmt.Errorf("`requires: %s` is not understood; expected labels with and, or, not", s)
	}
	unary = func(depth int) (labels, error) {
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
	chain := func(op string, next func(int) (labels, error), join func(a, b bool) bool) func(int) (labels, error) {
		return func(depth int) (labels, error) {
			l, err := next(depth)
			for err == nil && i < len(toks) && toks[i] == op {
				i++
				var b labels
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

// hit is a place where a part matches.
type hit struct {
	Range
	part  *taintPart
	prop  *propagator
	index int32 // number among the sources or sinks of the file; of the part for sanitizers and propagators
}

// taintHits are all places where the parts of a taint rule match in a file.
type taintHits struct {
	sources, sinks, sanitizers, propagators []hit
}

// hits finds where the parts match. It stops early where there is no source or no sink, since then nothing can flow.
func (e *evaluator) hits(tp *taintProgram) (h taintHits, any bool) {
	find := func(parts []taintPart) (out []hit) {
		for i := range parts {
			for _, r := range e.eval(parts[i].match, nil) {
				out = append(out, hit{Range: r, part: &parts[i]})
			}
		}
		return out
	}
	if h.sinks = find(tp.sinks); len(h.sinks) == 0 {
		return h, false
	}
	if h.sources = find(tp.sources); len(h.sources) == 0 {
		return h, false
	}
	h.sanitizers = find(tp.sanitizers)
	h.sanitizers = conflictFree(h.sanitizers, h.sources, h.sinks)
	for i := range tp.propagators {
		for _, r := range e.eval(tp.propagators[i].match, nil) {
			h.propagators = append(h.propagators, hit{Range: r, part: &tp.propagators[i].taintPart, prop: &tp.propagators[i]})
		}
	}
	return h, true
}

// conflictFree drops the not_conflicting sanitizers that match just what a source or sink matches.
func conflictFree(sans []hit, others ...[]hit) []hit {
	out := sans[:0]
	for _, s := range sans {
		drop := false
		if s.part.spec.NotConfl {
			for _, list := range others {
				for _, o := range list {
					drop = drop || o.Start == s.Start && o.End == s.End
				}
			}
		}
		if !drop {
			out = append(out, s)
		}
	}
	return out
}

// covers says whether a part's match applies to a node: the very same place, or around it where the part is not exact.
func (h *hit) covers(n *ast.Node) bool {
	if h.part.exact {
		return h.Start == n.Start && h.End == n.End
	}
	return n.Start >= h.Start && n.End <= h.End
}
