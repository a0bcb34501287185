package code

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// members fills the classes.
func (x *indexer) members() {
	t := x.t
	for i := range x.f.units {
		u := &x.f.units[i]
		if u.class >= 0 && u.name != "" {
			c := &x.f.classes[u.class]
			c.methods[u.name] = append(c.methods[u.name], int32(i))
		}
	}
	for id, ci := range x.classOf {
		c := &x.f.classes[ci]
		switch t.Nodes[id].Kind {
		case ast.Other:
			if t.Lang.Name == "go" {
				x.structFields(id, c)
			}
			continue
		case ast.Dict:
			x.objectMembers(id, ci)
			continue
		}
		body := t.Child(id, ast.Body)
		for k := t.Nodes[id].First; k != ast.Nil; k = t.Nodes[k].Next {
			if t.Nodes[k].Role == ast.Parents {
				if r := x.typeRef(k); r != noRef {
					c.bases = append(c.bases, r)
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
				if u, ok := x.unitOf[v]; ok {
					c.methods[key] = append(c.methods[key], u)
					x.f.units[u].class = ci
				}
				continue
			}
			if typ := x.typeRef(t.Child(k, ast.Type)); typ != noRef {
				c.fields[key] = x.add(ref{kind: refInstance, a: typ})
			} else if v != ast.Nil {
				c.fields[key] = x.refOf(v)
			}
		}
	}
	x.promoted()
	x.assignedFields()
}

// isPromoted says whether a parameter is a field of its class too, as constructors of TypeScript and PHP have them.
func isPromoted(t *ast.Tree, method string, p ast.ID) bool {
	return (method == "constructor" || method == "__construct") && t.Kind(t.Child(p, ast.Mods)) == ast.Mod
}

// promoted gives classes the fields that are parameters of their constructors.
func (x *indexer) promoted() {
	t := x.t
	for i := range x.f.units {
		u := &x.f.units[i]
		if u.class < 0 || u.lambda || u.name != "constructor" && u.name != "__construct" {
			continue
		}
		ps := t.Child(u.node, ast.Parameters)
		if ps == ast.Nil {
			continue
		}
		for p := t.Nodes[ps].First; p != ast.Nil; p = t.Nodes[p].Next {
			name := t.Child(p, ast.Ident)
			if name == ast.Nil || !isPromoted(t, u.name, p) {
				continue
			}
			if typ := x.typeRef(t.Child(p, ast.Type)); typ != noRef {
				x.f.classes[u.class].fields[strings.TrimPrefix(string(t.Text(name)), "$")] = x.add(ref{kind: refInstance, a: typ})
			}
		}
	}
}

// structFields are the fields of a struct of Go, and what an interface of Go embeds is left alone.
func (x *indexer) structFields(id ast.ID, c *class) {
	t := x.t
	t.Walk(id, func(k ast.ID) bool {
		if t.Nodes[k].Kind == ast.Other {
			switch t.Lang.SymbolName(t.Nodes[k].Sym) {
			case "interface_type":
				c.abstract = true
			case "field_declaration":
				typ := x.typeRef(t.Field(k, "type"))
				named := false
				for n := t.Nodes[k].First; n != ast.Nil; n = t.Nodes[n].Next {
					if t.InField(n, "name") {
						named = true
						c.fields[string(t.Text(n))] = x.add(ref{kind: refInstance, a: typ})
					}
				}
				if !named && typ != noRef {
					c.bases = append(c.bases, typ) // embedded
				}
			}
		}
		return true
	})
}

// assignedFields takes the types of fields from what methods assign to them. One that is assigned different things has
// none.
func (x *indexer) assignedFields() {
	t := x.t
	for i := range t.Nodes {
		id := ast.ID(i)
		if t.Nodes[i].Kind != ast.Assign || t.Nodes[i].Flags&ast.FlagSynth != 0 {
			continue
		}
		left, right := t.Child(id, ast.Left), t.Child(id, ast.Right)
		key := ""
		switch {
		case right == ast.Nil:
		case t.Kind(left) == ast.Member && x.isThis(t.Child(left, ast.Obj)) && t.Kind(t.Child(left, ast.Ident)) == ast.Name:
			key = string(t.Text(t.Child(left, ast.Ident)))
		case t.Kind(left) == ast.Name && t.Lang.Name == "ruby" && bytes.HasPrefix(t.Text(left), []byte("@")):
			key = string(t.Text(left))
		}
		ci := x.around(id)
		if key == "" || ci < 0 {
			continue
		}
		r := x.refOf(right)
		c := &x.f.classes[ci]
		if old, ok := c.fields[key]; ok && old != r {
			if t.Kind(right) != ast.Null && old >= 0 && x.f.refs[old].kind != refInstance {
				c.fields[key] = noRef
			}
			continue
		}
		if r != noRef {
			c.fields[key] = r
		}
	}
}
