package ast

import "unicode"

// FlowSpec says how statements of the language run, where their kinds do not tell. Kinds of the grammar go by name.
type FlowSpec struct {
	// BreakCases: break leaves a switch; ContinueCases: so does continue.
	BreakCases, ContinueCases bool
	// FallThrough are the cases that go on with the next one where nothing leaves them.
	FallThrough map[string]bool
	// Arms are the ways of a choice that the language has beside the switch, Default those of them that are taken where
	// no other is.
	Arms, Default map[string]bool
	// Binds calls f for each name that a pattern which a value is held against binds to a part of it; nil where the
	// language has no such patterns. KeysBind: what a case is taken for is one.
	Binds    func(t *Tree, pattern ID, f func(name ID))
	KeysBind bool
}

// IsPattern reports whether a value is held against a node, and names in it are bound to parts of the value.
func (t *Tree) IsPattern(id ID) bool {
	n := &t.Nodes[id]
	if t.Lang.Flow.Binds == nil || n.Parent == Nil {
		return false
	}
	switch p := &t.Nodes[n.Parent]; p.Kind {
	case Case:
		return n.Role == Key && (t.Lang.Flow.KeysBind || n.Kind == Other && t.Lang.SymbolName(n.Sym) == "pattern")
	case Bin:
		return n.Role == Elem && t.HasText(n.Parent, "instanceof")
	case Other:
		return t.InField(id, "pattern")
	}
	return false
}

// Bound calls f for each name that the patterns directly in a node bind.
func (t *Tree) Bound(id ID, f func(name ID)) {
	if t.Lang.Flow.Binds == nil {
		return
	}
	test := t.Nodes[id].Kind == Bin && t.HasText(id, "instanceof")
	for c := t.Nodes[id].First; c != Nil; c = t.Nodes[c].Next {
		switch {
		case test && t.Nodes[c].Role == Ident:
			f(c)
		case t.IsPattern(c):
			t.Lang.Flow.Binds(t, c, f)
		}
	}
}

// FieldKey reports whether the key of an object, a hash or a struct is the name of a field, and no variable.
func (t *Tree) FieldKey(key ID) bool {
	n := &t.Nodes[key]
	o := &t.Lang.Objects
	switch {
	case n.Kind != Name:
		return false
	case o.KeyedFields:
		return n.Flags&FlagParen == 0
	case o.Structs:
		return !t.keyedByValue(n.Parent)
	}
	return t.Lang.SymbolName(n.Sym) == "hash_key_symbol"
}

// keyedByValue reports whether the pair of a literal of Go is one of a map or a list, whose keys are values.
func (t *Tree) keyedByValue(pair ID) bool {
	lit := t.Nodes[pair].Parent
	if lit == Nil || t.Nodes[lit].Parent == Nil {
		return false
	}
	typ := t.Child(t.Nodes[lit].Parent, Type)
	if t.Kind(typ) != Other || t.Nodes[t.Nodes[lit].Parent].Kind != New {
		return false
	}
	switch t.Lang.SymbolName(t.Nodes[typ].Sym) {
	case "map_type", "slice_type", "array_type", "implicit_length_array_type":
		return true
	}
	return false
}

// lastNames calls f for the last child of each node of the given kinds, where it is a name: the kinds have a type
// before the name that they bind.
func lastNames(kinds ...string) func(*Tree, ID, func(ID)) {
	return func(t *Tree, pattern ID, f func(ID)) {
		t.WalkInto(pattern, func(id ID) bool {
			n := &t.Nodes[id]
			for _, k := range kinds {
				if n.Kind != Other || t.Lang.SymbolName(n.Sym) != k {
					continue
				}
				last := n.First
				for last != Nil && t.Nodes[last].Next != Nil {
					last = t.Nodes[last].Next
				}
				if last != n.First && t.Kind(last) == Name {
					f(last)
				}
			}
			return true
		})
	}
}

// pyBinds: a name alone binds; a dotted one, that of a class and that of its attributes do not.
func pyBinds(t *Tree, pattern ID, f func(ID)) {
	t.WalkInto(pattern, func(id ID) bool {
		n := &t.Nodes[id]
		p := n.Parent
		if n.Kind != Name {
			return n.Kind != Member
		}
		up := ""
		if t.Nodes[p].Kind == Other {
			up = t.Lang.SymbolName(t.Nodes[p].Sym)
		}
		switch up {
		case "dotted_name":
			class := t.Nodes[p].Parent != Nil && t.Nodes[t.Nodes[p].Parent].First == p &&
				t.Lang.SymbolName(t.Nodes[t.Nodes[p].Parent].Sym) == "class_pattern"
			if n.Next != Nil || t.Nodes[p].First != id || class {
				return false
			}
		case "keyword_pattern", "class_pattern":
			if t.Nodes[p].First == id {
				return false
			}
		}
		f(id)
		return false
	})
}

// rubyBinds: names that are no constants bind, and a key without a pattern does. A pinned name is only compared.
func rubyBinds(t *Tree, pattern ID, f func(ID)) {
	t.WalkInto(pattern, func(id ID) bool {
		n := &t.Nodes[id]
		if n.Kind == Other && t.Lang.SymbolName(n.Sym) == "variable_reference_pattern" {
			return false
		}
		if n.Kind != Name {
			return n.Kind != Member && n.Kind != Call
		}
		text := t.Text(id)
		key := n.Parent != Nil && t.InField(id, "key") && t.Field(n.Parent, "value") != Nil
		if len(text) > 0 && !unicode.IsUpper(rune(text[0])) && !key {
			f(id)
		}
		return false
	})
}
