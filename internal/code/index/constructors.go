package index

import (
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
		if obj := t.Child(left, ast.Obj); t.Kind(left) != ast.Member || obj == ast.Nil {
			continue
		} else if t.Kind(obj) == ast.This {
			x.constructor(x.madeIn(id))
		}
		if fn := x.prototypeOf(left); fn != ast.Nil {
			x.constructor(fn)
		}
	}
	for i := range t.Nodes {
		if id := ast.ID(i); t.Nodes[i].Kind == ast.Assign && t.Nodes[i].Flags&ast.FlagSynth == 0 {
			x.constructed(t.Child(id, ast.Left), t.Child(id, ast.Right))
		}
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
	case up.Kind == ast.VarDef && t.Kind(up.Parent) != ast.ClassBody && t.Lang.SymbolName(t.Nodes[p].Sym) != "arrow_function":
		return p
	}
	return ast.Nil
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
	if t.Kind(left) != ast.Member || right == ast.Nil {
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
	case k == ast.Dict && name == "prototype":
		x.ClassOf[right] = ci
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
