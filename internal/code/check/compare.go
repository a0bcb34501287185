package check

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

func (f *File) same(a, b ast.ID) bool {
	return a != ast.Nil && b != ast.Nil &&
		bytes.Equal(bytes.Join(bytes.Fields(f.t.Source(a)), nil), bytes.Join(bytes.Fields(f.t.Source(b)), nil))
}

// identicalOperands: an operator whose sides are one. `x != x` asks whether x is no number, and `==` in its place is
// written for that too where x is one of floating point: of these two only sides with a part are told.
func identicalOperands(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		left, right := t.Child(id, ast.Left), t.Child(id, ast.Right)
		if !f.same(left, right) || !f.pure(left) {
			return
		}
		constant := f.find(left, func(x ast.ID) bool {
			k := t.Kind(x)
			return k == ast.Name || k == ast.Member || k == ast.This || k == ast.Index
		}) == ast.Nil
		switch string(t.Text(id)) {
		case "==", "===", "is", "eq", "<", ">", "<=", ">=", "-", "&&", "||", "and", "or":
			if !constant {
				f.report(id, left)
			}
		}
	}, ast.Bin)
}

// selfAssignment: a variable or field of the object that is given its own value.
func selfAssignment(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		left, right := t.Child(id, ast.Left), t.Child(id, ast.Right)
		k := t.Kind(left)
		if k != ast.Name && k != ast.Member || t.Kind(f.parent(id)) != ast.ExprStmt || !f.same(left, right) ||
			!f.pure(left) || t.Kind(left) != t.Kind(right) {
			return
		}
		if t.Child(id, ast.Type) != ast.Nil ||
			k == ast.Member && f.lang != "python" && f.lang != "java" && f.lang != "go" {
			return // a setter may well do something
		}
		if fn := f.around(id, ast.FuncDef, ast.Lambda, ast.ClassDef); f.lang == "python" &&
			t.Kind(fn) != ast.FuncDef {
			return // in a class it takes a name from outside, in a module it hands one on
		}
		if f.name(left) == "_" {
			return
		}
		f.report(id, left)
	}, ast.Assign)
}

// identicalBranches: whatever the condition, the same is done.
func identicalBranches(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		then, other := t.Child(id, ast.Then), t.Child(id, ast.Else)
		if t.Kind(id) == ast.If {
			if t.Kind(then) != ast.Block || f.first(then) == ast.Nil || t.Kind(f.parent(id)) == ast.Block &&
				t.Nodes[f.parent(id)].Role == ast.Else || t.Kind(f.first(then)) == ast.Other && f.next(f.first(then)) == ast.Nil {
				return // a chain says what its conditions are; nothing but pass, twice, says nothing
			}
		}
		if then == ast.Nil || !f.same(then, other) {
			return
		}
		f.report(id, ast.Nil)
	}, ast.If, ast.Ternary)
}

// duplicateCondition: a condition of a chain that an earlier one has decided.
func duplicateCondition(f *File) {
	f.each(func(id ast.ID) {
		var seen []ast.ID
		for x := id; x != ast.Nil; x = f.chained(x) {
			c := f.t.Child(x, ast.Cond)
			if f.t.Child(x, ast.Init) != ast.Nil {
				return
			}
			for _, other := range seen {
				if f.same(c, other) && f.pure(c) {
					f.report(c, c)
					return
				}
			}
			if len(seen) > 200 || f.isElse(id) {
				return
			}
			seen = append(seen, c)
		}
	}, ast.If)
}

// chained is the if that is all of the else of another.
func (f *File) chained(id ast.ID) ast.ID {
	other := f.t.Child(id, ast.Else)
	if f.t.Kind(other) == ast.Block {
		if other = f.first(other); other == ast.Nil || f.next(other) != ast.Nil {
			return ast.Nil
		}
	}
	if f.t.Kind(other) == ast.If {
		return other
	}
	return ast.Nil
}

// isElse reports whether an if is all of the else of another.
func (f *File) isElse(id ast.ID) bool {
	up := f.parent(id)
	if f.t.Kind(up) == ast.Block {
		return f.t.Nodes[up].Role == ast.Else && f.first(up) == id && f.next(id) == ast.Nil
	}
	return f.t.Nodes[id].Role == ast.Else
}

// literalIdentity: `is` with a text, a number or a fresh list asks whether it is that very object.
func literalIdentity(f *File) {
	f.each(func(id ast.ID) {
		if op := string(f.t.Text(id)); op != "is" && op != "is not" {
			return
		}
		for _, r := range []ast.Role{ast.Left, ast.Right} {
			switch f.t.Kind(f.t.Child(id, r)) {
			case ast.Str, ast.Num, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.Interp:
				f.report(id, ast.Nil)
				return
			}
		}
	}, ast.Bin)
}

// assignmentInCondition: a condition that is an assignment of a constant or of a plain variable, in one pair of
// parentheses. Two say that it is meant, and so does a call to its right, in a loop or in PHP.
func assignmentInCondition(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		c := t.Child(id, ast.Cond)
		for t.Kind(c) == ast.ExprStmt {
			c = t.Child(c, ast.Value)
		}
		if t.Kind(c) != ast.Assign || f.lang == "python" || f.lang == "go" {
			return
		}
		switch t.Kind(t.Child(c, ast.Right)) {
		case ast.Str, ast.Num, ast.Bool, ast.Null:
		case ast.Name:
			if f.lang == "ruby" || f.lang == "php" {
				return // of Ruby a call without parentheses
			}
		default:
			return
		}
		before := bytes.TrimRight(t.Src[:t.Nodes[c].Start], " \t\r\n")
		if bytes.HasSuffix(before, []byte("((")) ||
			bytes.HasSuffix(bytes.TrimRight(bytes.TrimSuffix(before, []byte("(")),
				" "), []byte("(")) {
			return
		}
		f.report(c, t.Child(c, ast.Left))
	}, ast.If, ast.While, ast.DoWhile)
}

// duplicateKey: of two entries with one constant key the second stands, and the first is lost.
func duplicateKey(f *File) {
	if f.lang == "go" { // its compiler refuses it
		return
	}
	f.each(func(id ast.ID) {
		seen := map[string]bool{}
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			if f.t.Kind(c) != ast.Pair {
				if k := f.t.Kind(c); k == ast.Spread {
					seen = map[string]bool{} // {a: 1, ...b, a: 2} is one over the other
				}
				continue
			}
			key := f.t.Child(c, ast.Key)
			text := f.keyText(key)
			if text == "" {
				continue
			}
			if seen[text] {
				f.report(key, key)
			}
			seen[text] = true
		}
	}, ast.Dict, ast.List)
}

// keyText tells constant keys apart, "" for any other.
func (f *File) keyText(key ast.ID) string {
	t := f.t
	switch t.Kind(key) {
	case ast.Str:
		if f.first(key) == ast.Nil {
			return "s" + string(t.Text(key))
		}
	case ast.Num:
		return "n" + string(t.Text(key))
	case ast.Name:
		if f.lang == "javascript" || f.lang == "typescript" {
			if t.FieldKey(key) && !bytes.HasPrefix(bytes.TrimSpace(t.Source(f.parent(key))), []byte("[")) {
				return "s" + string(t.Text(key))
			}
		}
		if f.lang == "ruby" && t.FieldKey(key) {
			return ":" + string(t.Text(key))
		}
	case ast.Unary:
		if f.lang == "ruby" && t.HasText(key, ":") {
			return ":" + f.text(f.first(key))
		}
	}
	return ""
}
