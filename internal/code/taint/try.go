package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
)

// throws reports whether a statement may throw: something is called in it, or thrown.
func (fl *flow) throws(id ast.ID) (yes bool) {
	t := fl.t
	t.Walk(id, func(x ast.ID) bool {
		switch t.Nodes[x].Kind {
		case ast.Call, ast.New, ast.Throw, ast.Await, ast.Import:
			yes = true
		case ast.Other:
			yes = yes || t.Nodes[x].First != ast.Nil && t.Nodes[t.Nodes[x].First].Kind != ast.Token
		}
		return !yes
	})
	return yes
}

// mayThrow keeps what is known after a statement for the handlers of the try around it.
func (fl *flow) mayThrow(id ast.ID, s state) {
	if fl.thrown != nil && fl.throws(id) {
		fl.add(fl.thrown, s)
	}
}

// try runs a try statement: the handlers from wherever its body may throw, what runs at last from each way through the
// others, and what follows from each way that gets there. It gives the value of what runs last of the others.
func (fl *flow) try(id ast.ID, s state) (m taintSet) {
	t := fl.t
	all := s.clone() // what any way knows, for what runs at last
	var thrown, out state
	outer := fl.thrown
	for c := t.Nodes[id].First; c != ast.Nil && !fl.dead; c = t.Nodes[c].Next {
		switch t.Nodes[c].Role {
		case ast.Init, ast.Body:
			if thrown == nil && fl.throws(c) {
				thrown = s.clone()
			}
			fl.thrown = &thrown
			m = fl.eval(c, s)
			if thrown != nil && fl.throws(c) {
				fl.add(&thrown, s)
			}
			fl.thrown = outer
			fl.join(all, s)
		case ast.Else:
			m = fl.eval(c, s)
			fl.join(all, s)
		}
	}
	fl.ends(&out, s)
	for c := t.Nodes[id].First; c != ast.Nil && thrown != nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Role != ast.Handler {
			continue
		}
		w := thrown.clone()
		m = m.union(fl.children(c, w))
		fl.join(all, w)
		fl.ends(&out, w)
	}
	if thrown != nil {
		fl.join(all, thrown)
	}
	fl.goOn(s, out)
	if f := t.Child(id, ast.Final); f != ast.Nil {
		fl.final(f, all, s)
		if out == nil && !fl.returns(id) { // it throws, and what follows is looked at all the same
			fl.dead = false
			s.become(all)
		}
	}
	return m
}

// returns reports whether a statement may leave by other means than throwing.
func (fl *flow) returns(id ast.ID) (yes bool) {
	fl.t.Walk(id, func(x ast.ID) bool {
		switch fl.t.Nodes[x].Kind {
		case ast.Return, ast.Break, ast.Continue:
			yes = true
		}
		return !yes
	})
	return yes
}

// final runs what is run at last: from all ways, those that leave too, and once more from those that go on.
func (fl *flow) final(id ast.ID, all, s state) {
	left := fl.dead
	fl.dead = false
	fl.children(id, all)
	if left || fl.dead {
		fl.dead = true
		return
	}
	fl.children(id, s)
}
