package ast

// Declared is what a tree knows of a name's declaration. What is not known is Nil.
type Declared struct {
	Node   ID // the name where it is declared first
	Scope  ID // the Program, FuncDef, Lambda or ClassDef that it belongs to
	Import ID // the Import that brings it
	Value  ID // what it is always worth: of its only assignment
	Type   ID // its declared type
	Module ID // the string of the require() that it is
	Part   ID // the name that it takes from that module; all of it without one
}

// Declared tells of the declaration with a number that Decl gave; false where there is none.
func (t *Tree) Declared(d int32) (Declared, bool) {
	if d <= 0 || int(d) >= len(t.declared) {
		return Declared{}, false
	}
	return t.declared[d], true
}

// keep notes what outlives the resolver.
func (r *resolver) keep() {
	r.t.declared = make([]Declared, len(r.decls))
	for i := range r.decls {
		d := &r.decls[i]
		out := Declared{Node: d.node, Scope: d.scope, Import: Nil, Value: Nil, Type: d.typ, Module: Nil, Part: d.part}
		if d.imported != 0 {
			out.Import = d.imported
		}
		if d.writes == 1 {
			out.Value = d.value
		}
		if d.module != 0 {
			out.Module = d.module
		}
		r.t.declared[i] = out
	}
}

// InField reports whether a node is what its parent calls by a name: a field of the grammar where the parent is Other,
// else a role.
func (t *Tree) InField(id ID, name string) bool { return t.roleName(id) == name }

// Field is the first child that is InField, Nil if there is none.
func (t *Tree) Field(id ID, name string) ID {
	for c := t.Nodes[id].First; c != Nil; c = t.Nodes[c].Next {
		if t.InField(c, name) {
			return c
		}
	}
	return Nil
}

// Declarations is the number of declarations, of which the first is 1.
func (t *Tree) Declarations() int32 { return int32(max(0, len(t.declared)-1)) }
