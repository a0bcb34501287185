package taint

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// In Go a function says with its last result whether it found something wrong: an error that is nil, or a truth value.

// outcome notes which call a variable has its value of, where that may say something of what the call was given.
func (fl *flow) outcome(left, right ast.ID, s state) {
	if fl.vals == nil || fl.vals.lang.Name != "go" {
		return
	}
	name := lastOfTuple(fl.t, left)
	if fl.t.Kind(name) != ast.Name {
		return
	}
	key := fl.place(name, s)
	if fl.t.Kind(right) == ast.Call {
		fl.vals.gave[key] = right
	} else {
		delete(fl.vals.gave, key)
	}
}

// lastCall is the call that a variable has its value of where a condition asks for it, Nil where that is not plain: the
// call has to stand in the block of the condition, or in one around it.
func (fl *flow) lastCall(name ast.ID, s state) ast.ID {
	call, ok := fl.vals.gave[fl.place(name, s)]
	if !ok {
		return ast.Nil
	}
	t := fl.t
	block := call
	for block != ast.Nil && t.Nodes[block].Kind != ast.Block && t.Nodes[block].Kind != ast.Case &&
		t.Nodes[block].Kind != ast.If {
		block = t.Nodes[block].Parent
	}
	for at := name; at != ast.Nil; at = t.Nodes[at].Parent {
		if at == block {
			return call
		}
	}
	return ast.Nil
}

// lastOfTuple is the last of several expressions, or the only one.
func lastOfTuple(t *ast.Tree, id ast.ID) ast.ID {
	if t.Kind(id) != ast.Tuple {
		return id
	}
	last := ast.Nil
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		last = c
	}
	return last
}

// goOutcome tells what the last result of a function is: true for an error, or for true; whether that is known.
func (fl *flow) goOutcome(result ast.ID) (yes, known bool) {
	t := fl.t
	switch t.Kind(result) {
	case ast.Null:
		return false, true
	case ast.New:
		return true, true
	case ast.Unary:
		if t.HasText(result, "&") {
			return true, true
		}
	case ast.Call:
		if c := fl.guardCall(result); c != nil && makesError(c.name) {
			return true, true
		}
	case ast.Name, ast.Member:
		name := result
		if t.Nodes[result].Kind == ast.Member {
			name = t.Child(result, ast.Ident)
		}
		if text := string(t.Text(name)); t.Kind(name) == ast.Name && len(text) > 3 && strings.HasPrefix(text, "Err") {
			return true, true
		}
		if fl.foundWrong(result) {
			return true, true
		}
	}
	return fl.isTrue(fl.valueOf(result))
}

// makesError reports whether a function gives an error, whatever it is given, by its name.
func makesError(name string) bool {
	switch name {
	case "New", "Errorf", "Wrap", "Wrapf", "Error", "NewHTTPError", "Errors":
		return true
	}
	return strings.HasPrefix(name, "NewErr") || strings.HasPrefix(name, "Err")
}

// foundWrong reports whether a result stands where a condition has said that it is not nil: if err != nil { return err }.
func (fl *flow) foundWrong(result ast.ID) bool {
	t := fl.t
	for at := result; at != ast.Nil; at = t.Nodes[at].Parent {
		p := t.Nodes[at].Parent
		if t.Kind(p) == ast.FuncDef || t.Kind(p) == ast.Lambda {
			return false
		}
		if t.Kind(p) != ast.If || t.Nodes[at].Role != ast.Then {
			continue
		}
		cond := t.Child(p, ast.Cond)
		if t.Kind(cond) != ast.Bin || !t.HasText(cond, "!=") {
			continue
		}
		l, r := t.Child(cond, ast.Left), t.Child(cond, ast.Right)
		if t.Kind(r) == ast.Null && t.Kind(l) == ast.Name && t.Kind(result) == ast.Name && t.Decl(l) == t.Decl(result) &&
			t.HasText(l, string(t.Text(result))) {
			return true
		}
	}
	return false
}

// isError reports whether a variable of Go holds an error: what it says is made of a value, and is not that value.
func (fl *flow) isError(id ast.ID) bool {
	if fl.vals == nil || fl.vals.lang.Name != "go" || fl.t.Kind(id) != ast.Name {
		return false
	}
	return fl.t.HasText(id, "err") || strings.HasSuffix(string(fl.t.Text(id)), "Err") || fl.t.HasType(id, "error")
}
