package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
)

// cases runs a switch, a match, or what else chooses one of several ways.
func (fl *flow) cases(id ast.ID, s state) (m taintSet) {
	t := fl.t
	var arms []ast.ID
	subject := fl.choose(id, s, &arms)
	var to *target
	if t.Lang.Flow.BreakCases {
		to = fl.into(id, target{})
	}
	start := s.clone()
	var out, fall state
	other := false // one of the ways is taken where no other is
	for i, c := range arms {
		st := start.clone()
		if fall != nil {
			fl.join(st, fall)
			fall = nil
		}
		m = m.union(fl.arm(c, subject, st))
		other = other || fl.isDefault(c)
		if !fl.dead && i+1 < len(arms) && fl.fallsThrough(c) {
			fall = st
			continue
		}
		fl.ends(&out, st)
	}
	if !other {
		fl.ends(&out, start)
	}
	fl.goOn(s, out)
	if to != nil {
		fl.outOf(to, s)
	}
	return m
}

// choose runs what a choice looks at and lists its ways.
func (fl *flow) choose(id ast.ID, s state, arms *[]ast.ID) (subject taintSet) {
	t := fl.t
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch n := &t.Nodes[c]; {
		case fl.isArm(c), t.Nodes[id].Kind == ast.Switch && n.Kind == ast.Block && !fl.hasArms(c):
			*arms = append(*arms, c)
		case fl.hasArms(c):
			subject = subject.union(fl.choose(c, s, arms))
		case t.InField(c, "alias") && t.Kind(c) == ast.Name:
		default:
			subject = subject.union(fl.eval(c, s))
		}
	}
	if name := t.Field(id, "alias"); t.Kind(name) == ast.Name { // switch x := y.(type)
		fl.store(name, ast.Nil, subject, s)
	}
	return subject
}

// isArm reports whether a node is one of the ways of a choice.
func (fl *flow) isArm(id ast.ID) bool {
	n := &fl.t.Nodes[id]
	return n.Kind == ast.Case || n.Kind == ast.Other && fl.t.Lang.Flow.Arms[fl.t.Lang.SymbolName(n.Sym)]
}

// hasArms reports whether a node's children are ways of a choice.
func (fl *flow) hasArms(id ast.ID) bool {
	if k := fl.t.Nodes[id].Kind; k != ast.Other && k != ast.Block {
		return false
	}
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		if fl.isArm(c) || fl.t.Nodes[c].Kind == ast.Other && fl.t.Nodes[id].Kind == ast.Other && fl.hasArms(c) {
			return true
		}
	}
	return false
}

// arm runs one way of a choice: what it is taken for, with the names that this binds, then what it does.
func (fl *flow) arm(id ast.ID, subject taintSet, s state) (m taintSet) {
	t := fl.t
	if t.Nodes[id].Kind == ast.Block {
		return fl.eval(id, s)
	}
	t.Bound(id, func(name ast.ID) { fl.store(name, ast.Nil, subject, s) })
	for c := t.Nodes[id].First; c != ast.Nil && !fl.dead; c = t.Nodes[c].Next {
		switch {
		case t.IsPattern(c):
		case t.Nodes[c].Role == ast.Key, t.InField(c, "conditional_expressions"):
			fl.eval(c, s)
		default:
			m = fl.eval(c, s)
			fl.mayThrow(c, s)
		}
	}
	return m
}

// isDefault reports whether a way is taken whatever is chosen by.
func (fl *flow) isDefault(id ast.ID) bool {
	t := fl.t
	switch n := &t.Nodes[id]; n.Kind {
	case ast.Block:
		return true
	case ast.Case:
		return t.Child(id, ast.Key) == ast.Nil && t.Child(id, ast.Cond) == ast.Nil
	}
	return t.Lang.Flow.Default[t.Lang.SymbolName(t.Nodes[id].Sym)]
}

// fallsThrough reports whether what ends a way goes on with the next one.
func (fl *flow) fallsThrough(id ast.ID) bool {
	t := fl.t
	if t.Lang.Flow.FallThrough[t.Lang.SymbolName(t.Nodes[id].Sym)] {
		return true
	}
	last := ast.Nil
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		last = c
	}
	return t.Kind(last) == ast.Other && t.Lang.SymbolName(t.Nodes[last].Sym) == "fallthrough_statement"
}
