package index

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
)

// constructors makes classes of the functions that JavaScript makes objects with: those that put something into `this`,
// or whose prototype is given methods.
func (x *Indexer) constructors() {
	t := x.Tree
	for i := range t.Nodes {
		id := ast.ID(i)
		if t.Nodes[i].Kind != ast.Assign || t.Nodes[i].Flags&ast.FlagSynth != 0 {
			continue
		}
		left := t.Child(id, ast.Left)
		if t.Kind(left) != ast.Member {
			continue
		}
		if t.Kind(t.Child(left, ast.Obj)) == ast.This {
			x.constructor(x.madeIn(id))
		}
		if fn := x.prototypeOf(left); fn != ast.Nil {
			x.constructor(fn)
		}
	}
	for i := range t.Nodes {
		id := ast.ID(i)
		switch n := &t.Nodes[i]; {
		case n.Flags&ast.FlagSynth != 0:
		case n.Kind == ast.Assign:
			x.constructed(t.Child(id, ast.Left), t.Child(id, ast.Right))
		case n.Kind == ast.Call:
			x.inherits(id)
		}
	}
}

// inherits: util.inherits(A, B) and Object.setPrototypeOf(A.prototype, B.prototype) make B the base of A.
func (x *Indexer) inherits(call ast.ID) {
	t := x.Tree
	args, callee := t.Child(call, ast.Arguments), t.Child(call, ast.Fn)
	if args == ast.Nil || callee == ast.Nil || t.Nodes[args].First == ast.Nil {
		return
	}
	a := t.Nodes[args].First
	b := t.Nodes[a].Next
	fn := t.Dotted(callee)
	switch {
	case b == ast.Nil:
		return
	case fn == "inherits" || strings.HasSuffix(fn, ".inherits"):
	case fn == "Object.setPrototypeOf":
		a, b = x.ofPrototype(a), x.ofPrototype(b)
	default:
		return
	}
	x.base(a, b)
}

// ofPrototype is A of A.prototype, Nil for anything else.
func (x *Indexer) ofPrototype(id ast.ID) ast.ID {
	t := x.Tree
	name := t.Child(id, ast.Ident)
	if t.Kind(id) != ast.Member || t.Kind(name) != ast.Name || !t.HasText(name, "prototype") {
		return ast.Nil
	}
	return t.Child(id, ast.Obj)
}

// base makes what a name stands for the base of a constructor.
func (x *Indexer) base(constructor, of ast.ID) {
	if x.Tree.Kind(constructor) != ast.Name || of == ast.Nil {
		return
	}
	if fn := x.functionNamed(constructor); fn != ast.Nil {
		x.constructor(fn)
		ci := x.ClassOf[fn]
		x.bases[ci] = append(x.bases[ci], of)
	}
}

// madeIn is the function whose `this` an expression speaks of, where it may be a constructor; Nil if it is none.
func (x *Indexer) madeIn(id ast.ID) ast.ID {
	t := x.Tree
	p := t.Nodes[id].Parent
	for p != ast.Nil && t.Nodes[p].Kind != ast.FuncDef && t.Nodes[p].Kind != ast.Lambda {
		p = t.Nodes[p].Parent
	}
	if p == ast.Nil || t.Nodes[p].Parent == ast.Nil {
		return ast.Nil
	}
	switch up := &t.Nodes[t.Nodes[p].Parent]; {
	case t.Nodes[p].Kind == ast.FuncDef:
		if up.Kind != ast.ClassBody && up.Kind != ast.Dict {
			return p
		}
	case up.Kind == ast.VarDef && t.Kind(up.Parent) != ast.ClassBody:
		if !x.isArrow(p) {
			return p
		}
	}
	return ast.Nil
}

// isArrow reports whether a function has the object of what is around it, and none of its own.
func (x *Indexer) isArrow(fn ast.ID) bool {
	return x.Tree.Lang.SymbolName(x.Tree.Nodes[fn].Sym) == "arrow_function"
}

// prototypeOf is the function whose prototype, or whose prototype's member, a place is; Nil for others.
func (x *Indexer) prototypeOf(left ast.ID) ast.ID {
	t := x.Tree
	for range 2 {
		if t.Kind(left) != ast.Member {
			return ast.Nil
		}
		obj, name := t.Child(left, ast.Obj), t.Child(left, ast.Ident)
		if t.Kind(name) == ast.Name && t.HasText(name, "prototype") && t.Kind(obj) == ast.Name {
			return x.functionNamed(obj)
		}
		left = obj
	}
	return ast.Nil
}

// functionNamed is the function of the file that a name stands for, Nil where it is none.
func (x *Indexer) functionNamed(name ast.ID) ast.ID {
	t := x.Tree
	d, ok := t.Declared(t.Decl(name))
	if !ok {
		return ast.Nil
	}
	if p := t.Nodes[d.Node].Parent; t.Kind(p) == ast.FuncDef && t.Child(p, ast.Ident) == d.Node {
		return p
	}
	if t.Kind(d.Value) == ast.Lambda {
		return d.Value
	}
	return ast.Nil
}

// constructor makes a class that a function makes the objects of.
func (x *Indexer) constructor(fn ast.ID) {
	if fn == ast.Nil || x.has(fn) || len(x.Facts.Classes) > 10_000 {
		return
	}
	c := facts.Class{Methods: map[string][]int32{}, Fields: map[string]int32{}}
	if name := x.Tree.Child(fn, ast.Ident); name != ast.Nil && x.outermost(fn) {
		c.Name = string(x.Tree.Text(name))
	}
	x.ClassOf[fn], x.makes[fn] = int32(len(x.Facts.Classes)), true
	x.Facts.Classes = append(x.Facts.Classes, c)
}

// constructed takes the functions that a constructor or its prototype is given for methods: they see the object.
func (x *Indexer) constructed(left, right ast.ID) {
	t := x.Tree
	if t.Kind(left) != ast.Member || right == ast.Nil || t.Kind(t.Child(left, ast.Ident)) != ast.Name {
		return
	}
	fn := x.prototypeOf(left)
	if obj := t.Child(left, ast.Obj); fn == ast.Nil && t.Kind(obj) == ast.This {
		fn = x.madeIn(left)
	}
	if fn == ast.Nil || !x.makes[fn] {
		return
	}
	ci := x.ClassOf[fn]
	name := string(t.Text(t.Child(left, ast.Ident)))
	switch k := t.Nodes[right].Kind; {
	case k == ast.Lambda:
		x.ClassOf[right], x.methodName[right] = ci, name
	case name != "prototype":
	case k == ast.Dict:
		x.ClassOf[right] = ci
	case k == ast.New: // A.prototype = new B()
		x.base(t.Child(left, ast.Obj), t.Child(right, ast.Type))
	case k == ast.Call: // A.prototype = Object.create(B.prototype)
		if args := t.Child(right, ast.Arguments); args != ast.Nil && t.Nodes[args].First != ast.Nil {
			x.base(t.Child(left, ast.Obj), x.ofPrototype(t.Nodes[args].First))
		}
	}
}

// takesPart gives a function the class that it is the constructor or a method of by what is assigned.
func (x *Indexer) takesPart(id ast.ID, u *facts.Function) {
	ci, ok := x.ClassOf[id]
	if !ok {
		return
	}
	u.Class = ci
	if x.makes[id] {
		u.Name = "constructor"
	} else if name := x.methodName[id]; name != "" {
		u.Name = name
	}
}
