package ast

import "strings"

// HasType says whether the type of an expression is known to be typ: of a literal, of what a declaration in sight
// says, or of a new object.
func (t *Tree) HasType(id ID, typ string) bool {
	have := t.typeOf(id, 0)
	if have == "" {
		return false
	}
	typ = strings.Join(strings.Fields(typ), "")
	if have == typ {
		return true
	}
	// A type's last name is enough: String for java.lang.String.
	if i := strings.LastIndexByte(typ, '.'); i >= 0 && !strings.Contains(have, ".") && typ[i+1:] == have {
		return true
	}
	i := strings.IndexByte(have, '<')
	return i > 0 && have[:i] == typ
}

// typeOf is the type of an expression as written, without spaces; "" where it is not known.
func (t *Tree) typeOf(id ID, depth int) string {
	if depth > 20 {
		return ""
	}
	n := &t.Nodes[id]
	names := t.Lang.Names.Literals
	switch n.Kind {
	case Str, Interp:
		return names[Str]
	case Num:
		if strings.ContainsAny(string(t.Text(id)), ".") {
			if f := names[Unary]; f != "" {
				return f
			}
		}
		return names[Num]
	case Bool:
		return names[Bool]
	case New, Cast:
		if c := t.Child(id, Type); c != Nil {
			return strings.Join(strings.Fields(string(t.Source(c))), "")
		}
	case Name:
		if d := t.Decl(id); d != 0 && int(d) < len(t.types) && t.types[d] != Nil {
			return strings.Trim(strings.Join(strings.Fields(string(t.Source(t.types[d]))), ""), ":")
		}
		for _, a := range t.Alt[id] {
			if k := t.Nodes[a].Kind; k != Name && k != Member {
				return t.typeOf(a, depth+1)
			}
		}
	}
	return ""
}
