package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// refine notes in a state what a condition says of values where it is true, or where it is not.
func (fl *flow) refine(cond ast.ID, truth bool, s state) {
	if fl.vals == nil || cond == ast.Nil {
		return
	}
	t := fl.t
	switch t.Nodes[cond].Kind {
	case ast.Unary:
		if t.HasText(cond, "!") || t.HasText(cond, "not") {
			fl.refine(t.Child(cond, ast.Value), !truth, s)
		}
	case ast.Bin:
		fl.refineBinary(cond, truth, s)
	}
}

func (fl *flow) refineBinary(cond ast.ID, truth bool, s state) {
	t := fl.t
	l, r := t.Child(cond, ast.Left), t.Child(cond, ast.Right)
	if l == ast.Nil || r == ast.Nil {
		return
	}
	switch op := string(t.Text(cond)); op {
	case "&&", "and":
		if truth {
			fl.refine(l, true, s)
			fl.refine(r, true, s)
		}
	case "||", "or":
		if !truth {
			fl.refine(l, false, s)
			fl.refine(r, false, s)
		}
	case "==", "===", "is":
		if truth {
			fl.equal(l, r, s)
		}
	case "!=", "!==", "is not":
		if !truth {
			fl.equal(l, r, s)
		}
	}
}

// equal notes that two expressions are worth the same: what is held against something that is clean, is clean.
func (fl *flow) equal(l, r ast.ID, s state) {
	if m := fl.taintOf(r); len(m) == 0 {
		fl.becomes(l, fl.valueOf(r), nil, s)
	} else if m := fl.taintOf(l); len(m) == 0 {
		fl.becomes(r, fl.valueOf(l), nil, s)
	}
}

// becomes notes that what an expression names is worth something that is not made of what it was given.
func (fl *flow) becomes(id ast.ID, v value.Value, m taintSet, s state) {
	if fl.Prog.Rule.Options.NoGuards {
		return
	}
	switch fl.t.Nodes[id].Kind {
	case ast.Name, ast.Member, ast.Index:
	default:
		return
	}
	key := fl.place(id, s)
	if key == "" || fl.valueOf(id).Kind == value.Object || v.Kind == value.Null {
		return
	}
	s.taint[key] = m
	if v.Fixed() && fl.valueOf(id).Kind == value.Unknown {
		fl.setValue(id, key, v, s)
	}
}
