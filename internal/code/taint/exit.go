package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
)

// leaves reports whether a function ends with the statement that a node is in: it returns or throws, or nothing comes
// after it. `at-exit: true` sinks are only looked at there.
func (fl *flow) leaves(id ast.ID) bool {
	t := fl.t
	for id != ast.Nil && !t.Nodes[id].Kind.Statement() {
		if k := t.Nodes[id].Kind; k == ast.Lambda {
			return true // a function that is one expression
		}
		id = t.Nodes[id].Parent
	}
	for id != ast.Nil {
		n := &t.Nodes[id]
		switch n.Kind {
		case ast.Return, ast.Throw:
			return true
		case ast.FuncDef, ast.Lambda:
			return true
		case ast.Program, ast.ClassBody, ast.While, ast.DoWhile, ast.For, ast.ForEach:
			return false
		case ast.Try:
			for c := n.First; c != ast.Nil; c = t.Nodes[c].Next {
				if t.Nodes[c].Role == ast.Final {
					return false
				}
			}
		}
		p := n.Parent
		if p != ast.Nil && t.Nodes[p].Kind == ast.Block && n.Next != ast.Nil {
			return false
		}
		id = p
	}
	return false
}
