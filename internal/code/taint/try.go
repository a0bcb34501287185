package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
)

// tryEnds reports whether some way through a try statement leads to what follows it.
func (fl *flow) tryEnds(id ast.ID) bool {
	t := fl.t
	ends, throws := true, false
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch t.Nodes[c].Role {
		case ast.Init, ast.Body:
			throws = throws || fl.throws(c)
			ends = ends && !fl.jumps(c)
		case ast.Else:
			ends = ends && !fl.jumps(c)
		}
	}
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch t.Nodes[c].Role {
		case ast.Handler:
			b := t.Child(c, ast.Body)
			ends = ends || throws && (b == ast.Nil || !fl.jumps(b))
		case ast.Final:
			return !fl.jumps(c) // it gathers all ways, those that leave too
		}
	}
	return ends
}

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

// try runs a try statement: the handlers, where something may be thrown, from before the body and after it, what
// follows from each way that gets there.
func (fl *flow) try(id ast.ID, s state) {
	t := fl.t
	start := s.clone()
	all := s.clone() // what any way knows, for what runs at last
	var out state    // of the ways that get past the statement
	left, throws := false, false
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch t.Nodes[c].Role {
		case ast.Init, ast.Body, ast.Else:
			if left {
				continue
			}
			throws = throws || t.Nodes[c].Role != ast.Else && fl.throws(c)
			fl.eval(c, s)
			all.join(s)
			left = fl.jumps(c)
		}
	}
	if !left {
		out = s.clone()
	}
	start.join(s)
	for c := t.Nodes[id].First; c != ast.Nil && throws; c = t.Nodes[c].Next {
		if t.Nodes[c].Role != ast.Handler {
			continue
		}
		w := start.clone()
		fl.children(c, w)
		all.join(w)
		if b := t.Child(c, ast.Body); b != ast.Nil && fl.jumps(b) {
			continue
		}
		if out == nil {
			out = w
		} else {
			out.join(w)
		}
	}
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Role == ast.Final {
			fl.children(c, all)
			out = all
		}
	}
	if out != nil {
		s.become(out)
	}
}
