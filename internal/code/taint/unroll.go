package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
)

// Bounds on loops that are run round by round: the rounds of one, and of all of a function.
const (
	maxUnrolled     = 8
	maxUnrolledEver = 100
)

// unroll runs a loop round by round as long as it is known whether it goes on. It says done where it ended so; else s
// is what is known when the loop goes on, from where it is run until nothing grows.
func (fl *flow) unroll(id ast.ID, to *target, cond ast.ID, s state) (m taintSet, done bool) {
	if fl.t.Nodes[id].Kind == ast.ForEach {
		return fl.unrollEach(id, to, s)
	}
	if k := fl.t.Nodes[id].Kind; cond == ast.Nil || k == ast.DoWhile {
		return nil, false
	}
	for n := 0; fl.vals.rounds < maxUnrolledEver; n++ {
		fl.eval(cond, s.clone())
		yes, known := fl.isTrue(fl.valueOf(cond))
		if !known || n >= maxUnrolled {
			return m, false
		}
		if !yes {
			fl.afterLoop(id, to, s)
			return m, true
		}
		fl.vals.rounds++
		m = m.union(fl.round(id, to, s))
		to.next = nil
		if fl.dead {
			fl.outOf(to, s)
			return m, true
		}
	}
	return m, false
}

// unrollEach runs a loop over the elements of a list that are known, one after the other.
func (fl *flow) unrollEach(id ast.ID, to *target, s state) (m taintSet, done bool) {
	t := fl.t
	left, over := t.Child(id, ast.Left), t.Child(id, ast.Value)
	if left == ast.Nil || over == ast.Nil || t.Nodes[left].Kind != ast.Name && t.Nodes[left].Kind != ast.VarDef {
		return nil, false
	}
	whole := fl.eval(over, s)
	v := fl.valueOf(over)
	list, ok := s.list(v.Ref)
	if !ok || len(list) > maxUnrolled || fl.vals.rounds+len(list) > maxUnrolledEver || fl.vals.lang.Name == "go" {
		return nil, false
	}
	outside := whole.without(s.contents(v.Ref))
	defer delete(fl.vals.each, id)
	for _, e := range list {
		fl.vals.rounds++
		e.m = e.m.union(outside)
		fl.vals.each[id] = e
		m = m.union(fl.round(id, to, s))
		to.next = nil
		if fl.dead {
			fl.outOf(to, s)
			return m, true
		}
	}
	fl.afterLoop(id, to, s)
	return m, true
}

// afterLoop runs what comes after a loop that ended by itself, and joins what breaks out of it.
func (fl *flow) afterLoop(id ast.ID, to *target, s state) {
	if e := fl.t.Child(id, ast.Else); e != ast.Nil {
		fl.eval(e, s)
	}
	fl.outOf(to, s)
}
