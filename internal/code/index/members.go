package index

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
)

// members fills the classes.
func (x *Indexer) members() {
	t := x.Tree
	for i := range x.Facts.Functions {
		u := &x.Facts.Functions[i]
		if u.Class >= 0 && u.Name != "" {
			c := &x.Facts.Classes[u.Class]
			c.Methods[u.Name] = append(c.Methods[u.Name], int32(i))
		}
	}
	for id, ci := range x.ClassOf {
		c := &x.Facts.Classes[ci]
		switch t.Nodes[id].Kind {
		case ast.Other:
			if t.Lang.Objects.Structs {
				x.structFields(id, c)
			}
			continue
		case ast.Dict:
			x.objectMembers(id, ci)
			continue
		case ast.FuncDef, ast.Lambda:
			if x.makes[id] {
				for _, b := range x.bases[ci] {
					if r := x.RefOf(b); r != facts.NoRef {
						c.Bases = append(c.Bases, r)
					}
				}
			}
			continue
		}
		body := t.Child(id, ast.Body)
		for k := t.Nodes[id].First; k != ast.Nil; k = t.Nodes[k].Next {
			if t.Nodes[k].Role == ast.Parents {
				if r := x.typeRef(k); r != facts.NoRef {
					c.Bases = append(c.Bases, r)
				}
			}
		}
		if body == ast.Nil {
			continue
		}
		for k := t.Nodes[body].First; k != ast.Nil; k = t.Nodes[k].Next {
			if t.Nodes[k].Kind != ast.VarDef {
				continue
			}
			name, v := t.Child(k, ast.Ident), t.Child(k, ast.Value)
			if name == ast.Nil {
				continue
			}
			key := strings.TrimPrefix(string(t.Text(name)), "$")
			if t.Kind(v) == ast.Lambda {
				if u, ok := x.functionOf[v]; ok {
					c.Methods[key] = append(c.Methods[key], u)
					x.Facts.Functions[u].Class = ci
				}
				continue
			}
			if typ := x.typeRef(t.Child(k, ast.Type)); typ != facts.NoRef {
				c.Fields[key] = x.add(facts.Ref{Kind: facts.RefInstance, Of: typ})
			} else if v != ast.Nil {
				c.Fields[key] = x.RefOf(v)
			}
		}
	}
	x.promoted()
	x.assignedFields()
}

// IsPromoted reports whether a parameter is a field of its class too, as constructors of TypeScript and PHP have them.
func IsPromoted(t *ast.Tree, method string, p ast.ID) bool {
	return (method == "constructor" || method == "__construct") && t.Kind(t.Child(p, ast.Mods)) == ast.Mod
}

// ByReference reports whether a parameter is another name of the variable that is given, &$v in PHP.
func ByReference(t *ast.Tree, p ast.ID) bool {
	m := t.Child(p, ast.Mods)
	return t.Kind(m) == ast.Other && t.Lang.SymbolName(t.Nodes[m].Sym) == "reference_modifier"
}

// sigil reports whether a name is that of a field of the object because of how it begins.
func (x *Indexer) sigil(name string) bool {
	s := x.Tree.Lang.Objects.FieldSigil
	return s != "" && strings.HasPrefix(name, s)
}

// promoted gives classes the fields that are parameters of their constructors.
func (x *Indexer) promoted() {
	t := x.Tree
	for i := range x.Facts.Functions {
		u := &x.Facts.Functions[i]
		if u.Class < 0 || u.Lambda || u.Name != "constructor" && u.Name != "__construct" {
			continue
		}
		ps := t.Child(u.Node, ast.Parameters)
		if ps == ast.Nil {
			continue
		}
		for p := t.Nodes[ps].First; p != ast.Nil; p = t.Nodes[p].Next {
			name := t.Child(p, ast.Ident)
			if name == ast.Nil || !IsPromoted(t, u.Name, p) {
				continue
			}
			if typ := x.typeRef(t.Child(p, ast.Type)); typ != facts.NoRef {
				x.Facts.Classes[u.Class].Fields[strings.TrimPrefix(string(t.Text(name)), "$")] = x.add(
					facts.Ref{Kind: facts.RefInstance, Of: typ},
				)
			}
		}
	}
}

// structFields are the fields of a struct of Go, and what an interface of Go embeds is left alone.
func (x *Indexer) structFields(id ast.ID, c *facts.Class) {
	t := x.Tree
	t.Walk(id, func(k ast.ID) bool {
		if t.Nodes[k].Kind == ast.Other {
			switch t.Lang.SymbolName(t.Nodes[k].Sym) {
			case "interface_type":
				c.Abstract = true
			case "method_elem", "method_spec":
				if name := t.Child(k, ast.Ident); c.Abstract && t.Kind(name) == ast.Name {
					c.Methods[string(t.Text(name))] = nil
				}
			case "field_declaration":
				typ := x.typeRef(t.Field(k, "type"))
				named := false
				for n := t.Nodes[k].First; n != ast.Nil; n = t.Nodes[n].Next {
					if t.InField(n, "name") {
						named = true
						c.Fields[string(t.Text(n))] = x.add(facts.Ref{Kind: facts.RefInstance, Of: typ})
					}
				}
				if !named && typ != facts.NoRef {
					c.Bases = append(c.Bases, typ) // embedded
				}
			}
		}
		return true
	})
}

// assignedFields takes the types of fields from what methods assign to them. One that is assigned different things has
// none.
func (x *Indexer) assignedFields() {
	t := x.Tree
	for i := range t.Nodes {
		id := ast.ID(i)
		if t.Nodes[i].Kind != ast.Assign || t.Nodes[i].Flags&ast.FlagSynth != 0 {
			continue
		}
		left, right := t.Child(id, ast.Left), t.Child(id, ast.Right)
		key := ""
		switch {
		case right == ast.Nil:
		case t.Kind(left) == ast.Member && x.isThis(t.Child(left, ast.Obj)) &&
			t.Kind(t.Child(left, ast.Ident)) == ast.Name:
			key = string(t.Text(t.Child(left, ast.Ident)))
		case t.Kind(left) == ast.Name && x.sigil(string(t.Text(left))):
			key = string(t.Text(left))
		}
		ci := x.around(id)
		if key == "" || ci < 0 {
			continue
		}
		r := x.RefOf(right)
		c := &x.Facts.Classes[ci]
		if old, ok := c.Fields[key]; ok && old != r {
			if t.Kind(right) != ast.Null && old >= 0 && x.Facts.Refs[old].Kind != facts.RefInstance {
				c.Fields[key] = facts.NoRef
			}
			continue
		}
		if r != facts.NoRef {
			c.Fields[key] = r
		}
	}
}
