package ast

import (
	"regexp"
	"strings"
)

// HasType reports whether the type of an expression is known to be typ: of a literal, of what a declaration in sight
// says, of a new object, or the type's own name. In typ, $T stands for any part.
func (t *Tree) HasType(id ID, typ string) bool {
	raw := strings.Join(strings.Fields(t.typeOf(id, 0)), "")
	written := strings.TrimSpace(typ)
	typ = t.plainType(typ)
	if also := t.Lang.Names.AlsoLiterals; also != nil && also[t.literalKind(id, 0)] == typ {
		return true
	}
	have := t.plainType(raw)
	if have == "" {
		if n := &t.Nodes[id]; n.Kind != Name || !t.HasText(id, typ) {
			return false
		}
		have = typ
	}
	switch full, bare := qualified(written), !qualified(have); {
	case strings.HasPrefix(typ, "$") && !strings.ContainsAny(typ, "<[."):
		return true
	case full && bare && raw != written && !strings.Contains(written, "$"):
		return t.importedType(id, written) // java.lang.String is String where that is imported
	case have == typ:
		return true
	}
	if strings.Contains(typ, "$") {
		return typeLike(typ, have) || typeLike(typ, base(have))
	}
	return false
}

// qualified reports whether a type's name has the package that it is from.
func qualified(typ string) bool {
	head, _, _ := strings.Cut(typ, "<")
	return strings.Contains(head, ".") && !strings.HasPrefix(head, "...")
}

// importedType reports whether an expression's type has a full name by an import.
func (t *Tree) importedType(id ID, full string) bool {
	node := t.TypeNode(id)
	if node == Nil {
		return false
	}
	rest := ""
	if head, args, ok := strings.Cut(full, "<"); ok {
		full, rest = head, "<"+args
	}
	found := false
	t.WalkInto(node, func(x ID) bool {
		for _, a := range t.Alt[x] {
			found = found || t.Dotted(a) == full
		}
		return !found
	})
	return found && (rest == "" || strings.HasSuffix(strings.Join(strings.Fields(string(t.Source(node))), ""), rest))
}

// literalKind is the kind of a literal: Str for a text and what is made of one by formatting, Num for a number.
func (t *Tree) literalKind(id ID, depth int) Kind {
	if depth > 20 {
		return None
	}
	switch t.Nodes[id].Kind {
	case Str, Interp:
		return Str
	case Num:
		return Num
	case Bin:
		l, r := t.Child(id, Left), t.Child(id, Right)
		if l == Nil || r == Nil || !t.HasText(id, "%") && !t.HasText(id, "+") {
			return None
		}
		if a := t.literalKind(l, depth+1); a == Str || a == t.literalKind(r, depth+1) {
			return a
		}
	case Call:
		if fn := t.Child(id, Fn); t.Kind(fn) == Member && t.HasText(lastName(t, fn), "format") {
			return t.literalKind(t.Child(fn, Obj), depth+1)
		}
	}
	return None
}

var typeVar = regexp.MustCompile(`\\\$[A-Z_][A-Z_0-9]*`)

// typeLike matches a type with metavariables in it.
func typeLike(typ, have string) bool {
	re, err := regexp.Compile("^" + typeVar.ReplaceAllString(regexp.QuoteMeta(typ), ".+") + "$")
	return err == nil && re.MatchString(have)
}

// base is a dotted type's last name, with what follows it.
func base(typ string) string {
	head, rest := typ, ""
	if i := strings.IndexAny(typ, "<["); i >= 0 {
		head, rest = typ[:i], typ[i:]
	}
	return head[strings.LastIndexByte(head, '.')+1:] + rest
}

// plainType writes a type without spaces and under one of its names where it has several.
func (t *Tree) plainType(typ string) string {
	typ = strings.Join(strings.Fields(strings.TrimPrefix(strings.TrimSpace(typ), ":")), "")
	if a := t.Lang.Names.TypeAliases[typ]; a != "" {
		return a
	}
	return typ
}

// TypeNode is the node that names the type of an expression, Nil where there is none.
func (t *Tree) TypeNode(id ID) ID {
	switch t.Nodes[id].Kind {
	case New, Cast:
		return t.Child(id, Type)
	case Name, Member:
		if d := t.Decl(id); d != 0 && int(d) < len(t.types) {
			return t.types[d]
		}
	}
	return Nil
}

// maxTypeText bounds what is taken for a type's name, in bytes: what is made new may be of a class that is written there.
const maxTypeText = 512

// typeName is a type as it is written, without blanks; "" for what is too long to be a name.
func typeName(written []byte) string {
	if len(written) > maxTypeText {
		return ""
	}
	return strings.Join(strings.Fields(string(written)), "")
}

// ValueKind reports whether an expression is known to be a truth value (Bool) or a number (Num); else None.
func (t *Tree) ValueKind(id ID) Kind { return t.valueKind(id, 0) }

func (t *Tree) valueKind(id ID, depth int) Kind {
	if depth > 20 {
		return None
	}
	switch n := &t.Nodes[id]; n.Kind {
	case Bin:
		l, r := t.Child(id, Left), t.Child(id, Right)
		switch op := string(t.Text(id)); op {
		case "+", "-", "*", "/", "**", "//", "%":
			if l == Nil || r == Nil || t.typeOf(l, depth+1) == t.Lang.Names.Literals[Str] ||
				t.typeOf(r, depth+1) == t.Lang.Names.Literals[Str] {
				return None
			}
			// One number makes a number of the other side; a format has its number on the right.
			if t.valueKind(l, depth+1) == Num || op != "%" && t.valueKind(r, depth+1) == Num {
				return Num
			}
			return None
		case "&&", "||", "and", "or":
			if t.Lang.Names.BoolOps {
				return Bool
			}
			return None
		}
	case Unary:
		if t.HasText(id, "!") || t.HasText(id, "not") {
			return Bool
		}
	case Call:
		return t.returns(id)
	case Member:
		if name := t.Child(id, Ident); name != Nil && t.HasText(name, "length") && t.Lang.Names.Returns != nil {
			return Num
		}
	}
	return typeKind(t.plainType(t.typeOf(id, depth)))
}

// typeKind is the kind of value that a type by name has.
func typeKind(typ string) Kind {
	switch strings.ToLower(base(typ)) {
	case "bool", "boolean":
		return Bool
	case "int",
		"integer",
		"long",
		"short",
		"byte",
		"float",
		"double",
		"number",
		"int8",
		"int16",
		"int32",
		"int64",
		"uint",
		"uint8",
		"uint16",
		"uint32",
		"uint64",
		"float32",
		"float64",
		"bigint",
		"bigdecimal",
		"biginteger":
		return Num
	}
	return None
}

// returns is the kind of value that a call of a known function gives.
func (t *Tree) returns(call ID) Kind {
	fn := t.Child(call, Fn)
	if fn == Nil || t.Lang.Names.Returns == nil {
		return None
	}
	name := lastName(t, fn)
	if name == Nil || t.Nodes[name].Kind != Name {
		return None
	}
	if obj := t.Child(fn, Obj); obj != Nil && t.HasText(name, "valueOf") {
		return typeKind(t.plainType(t.Brief(obj)))
	}
	return t.Lang.Names.Returns[string(t.Text(name))]
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
			return typeName(t.Source(c))
		}
	case Call:
		return t.made(id, depth)
	case Unary:
		if v := t.Child(id, Value); v != Nil && t.HasText(id, "&") {
			if inner := t.typeOf(v, depth+1); inner != "" {
				return "*" + inner
			}
		}
	case Ternary:
		if v := t.Child(id, Then); v != Nil {
			if typ := t.typeOf(v, depth+1); typ != "" {
				return typ
			}
			if v = t.Child(id, Else); v != Nil {
				return t.typeOf(v, depth+1)
			}
		}
	case Bin:
		switch op := string(t.Text(id)); op {
		case "==", "!=", "<", ">", "<=", ">=", "&&", "||", "===", "!==", "instanceof", "in", "not in", "is", "is not":
			return names[Bool]
		case "-", "*", "/", "%":
			if l, r := t.Child(id, Left), t.Child(id, Right); l != Nil && r != Nil {
				if a := t.typeOf(l, depth+1); a == t.typeOf(r, depth+1) {
					return a
				}
			}
		case "+":
			l, r := t.Child(id, Left), t.Child(id, Right)
			if l != Nil && r != Nil {
				a, b := t.typeOf(l, depth+1), t.typeOf(r, depth+1)
				if a == names[Str] || b == names[Str] {
					return names[Str]
				}
				if a == b {
					return a
				}
			}
		}
	case Member:
		if d := t.Decl(id); d != 0 && int(d) < len(t.types) && t.types[d] != Nil {
			return typeName(t.Written(t.types[d]))
		}
		obj, name := t.Child(id, Obj), t.Child(id, Ident)
		if obj == Nil || t.Kind(name) != Name || len(t.fields) == 0 {
			return ""
		}
		if of := strings.TrimPrefix(t.typeOf(obj, depth+1), "*"); of != "" {
			if typ, ok := t.fields[of+"."+string(t.Text(name))]; ok {
				return typeName(t.Source(typ))
			}
		}
	case Name:
		if d := t.Decl(id); d != 0 && int(d) < len(t.types) && t.types[d] != Nil {
			return strings.Trim(typeName(t.Written(t.types[d])), ":")
		}
		for _, a := range t.Alt[id] {
			if k := t.Nodes[a].Kind; k != Name && k != Member {
				return t.typeOf(a, depth+1)
			}
		}
	}
	return ""
}

// made is the type of what a call gives: by a function of the file, or by one of a library that is known.
func (t *Tree) made(call ID, depth int) string {
	names := &t.Lang.Names
	fn := t.Child(call, Fn)
	if names.Makes == nil || fn == Nil {
		return ""
	}
	if t.Nodes[fn].Kind == Name {
		if typ, ok := t.results[string(t.Text(fn))]; ok {
			return typeName(t.Source(typ))
		}
		return ""
	}
	obj, name := t.Child(fn, Obj), t.Child(fn, Ident)
	if t.Kind(fn) != Member || obj == Nil || t.Kind(name) != Name {
		return ""
	}
	method := string(t.Text(name))
	if typ := t.typeOf(obj, depth+1); typ != "" {
		return names.Makes[typ+"."+method]
	}
	pkg := t.packageOf(obj)
	if typ, ok := names.Makes[pkg+"."+method]; ok {
		return typ
	}
	if of, ok := strings.CutPrefix(method, "New"); ok && of != "" && names.NewMakes && pkg != "" {
		return "*" + pkg + "." + of
	}
	return ""
}

// packageOf is the name that a package has itself, whatever it is imported as; for a class its name.
func (t *Tree) packageOf(id ID) string {
	if t.Nodes[id].Kind != Name {
		return ""
	}
	if t.Lang.Names.ModuleLast {
		for _, a := range t.Alt[id] {
			if t.Nodes[a].Kind == Name {
				return packageName(string(t.Text(a)))
			}
		}
	}
	return string(t.Text(id))
}
