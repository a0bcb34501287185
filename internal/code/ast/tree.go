// Package ast holds the tree that rules are matched on: the concrete syntax tree of any language, brought to one set
// of node kinds. Punctuation and parentheses are gone, forms that mean the same look the same, and what a language
// has for itself stays as a node of kind Other under the grammar's own name.
//
// Each language is a Spec: a table from the grammar's kinds to ours, with hooks for the few forms that a table cannot
// say (see spec.go for the notation). To add a language, write lang_<name>.go with a Spec, and list it in lang.go.
package ast

import (
	"bytes"
	"fmt"
	"strings"
)

// ID is a node's index in its tree; Nil is no node.
type ID = int32

// Nil is the absence of a node.
const Nil ID = -1

// Flags of a node.
const (
	FlagExpr   = 1 << iota // stands where an expression may
	FlagStmt               // stands where a statement may
	FlagParen              // was written in parentheses
	FlagSynth              // not in the source: made from an import or a constant
	flagNoExpr             // part of an import's path or a decorator's name
	FlagAlt                // stands for something else too: Tree.Alt says what
	FlagSilent             // its errors are not told (@ of PHP)
)

// Node is one node. Start and End are its place in the source, in bytes.
type Node struct {
	Start, End          uint32
	First, Next, Parent ID
	textOff, textLen    uint32
	Sym                 uint16 // the grammar's symbol
	Kind                Kind
	Role                Role
	Flags               uint8
}

// Tree is a file's (or a pattern's) tree. Node 0 is the Program. After Lower it is only read, except for Alt's
// synthesised nodes, which are made before matching too, so that it may be shared.
type Tree struct {
	Lang  *Lang
	Path  string
	Src   []byte // the source
	Nodes []Node
	Depth bool // nesting went past the bound: what lies deeper is opaque
	// Errors are the spans that the grammar could not place; what overlaps them may be missing.
	Errors []Span
	// Comments are the spans of the comments, by place.
	Comments []Span
	// Alt gives, for a name, nodes that stand for the same thing: its full imported name or its constant value. The
	// nodes that have such have FlagAlt.
	Alt map[ID][]ID
	// Sym gives, for the use of a variable, the expression that it was assigned, where nothing came between. What the
	// expression itself uses lies before it, so that following Sym ends.
	Sym map[ID]ID
	// Settings are what the project's configuration says, nil where nobody asked for it.
	Settings Settings

	buf    []byte        // Src, then synthesised text
	last   []ID          // last child of each node while building
	decl   []int32       // by node: the declaration of a name
	types  []ID          // by declaration: its type
	fields map[string]ID // by type and name, T.f: the type of a field
	// structs lists the fields of structs by the types' names; results has the types of what functions give.
	structs map[string][]string
	results map[string]ID
	names   []nameInfo

	declared []Declared // by declaration
}

// nameInfo is what is kept of a declaration.
type nameInfo struct {
	name  string
	scope ID // the Program, FuncDef, Lambda or ClassDef that it belongs to
	node  ID // its first place
	once  bool
}

// Span is a range of bytes, the end exclusive.
type Span struct{ Start, End uint32 }

// Text is a leaf's text, or an operator.
func (t *Tree) Text(id ID) []byte {
	n := &t.Nodes[id]
	return t.buf[n.textOff : n.textOff+n.textLen]
}

// Source is the source text of a node.
func (t *Tree) Source(id ID) []byte {
	n := &t.Nodes[id]
	return t.Src[n.Start:n.End]
}

// Child returns the first child with a role, Nil if there is none.
func (t *Tree) Child(id ID, r Role) ID {
	for c := t.Nodes[id].First; c != Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Role == r {
			return c
		}
	}
	return Nil
}

// Kind is the node's kind; None for Nil.
func (t *Tree) Kind(id ID) Kind {
	if id == Nil {
		return None
	}
	return t.Nodes[id].Kind
}

// HasText reports whether the node's text is s.
func (t *Tree) HasText(id ID, s string) bool { return string(t.Text(id)) == s }

// add appends a node under parent.
func (t *Tree) add(parent ID, k Kind, r Role, start, end uint32) ID {
	id := ID(len(t.Nodes))
	t.Nodes = append(t.Nodes, Node{Start: start, End: end, First: Nil, Next: Nil, Parent: parent, Kind: k, Role: r})
	t.last = append(t.last, Nil)
	t.link(parent, id)
	return id
}

// link makes id the last child of parent.
func (t *Tree) link(parent, id ID) {
	t.Nodes[id].Parent, t.Nodes[id].Next = parent, Nil
	if parent == Nil {
		return
	}
	if l := t.last[parent]; l == Nil {
		t.Nodes[parent].First = id
	} else {
		t.Nodes[l].Next = id
	}
	t.last[parent] = id
}

// unlink takes parent's children from c on away and returns them.
func (t *Tree) unlink(parent, c ID) []ID {
	var prev ID = Nil
	for x := t.Nodes[parent].First; x != Nil && x != c; x = t.Nodes[x].Next {
		prev = x
	}
	if prev == Nil {
		t.Nodes[parent].First = Nil
	} else {
		t.Nodes[prev].Next = Nil
	}
	t.last[parent] = prev
	var out []ID
	for x := c; x != Nil; x = t.Nodes[x].Next {
		out = append(out, x)
	}
	return out
}

// setText makes the text a part of the source.
func (t *Tree) setText(id ID, start, end uint32) {
	t.Nodes[id].textOff, t.Nodes[id].textLen = start, end-start
}

// setString makes the text a string of its own.
func (t *Tree) setString(id ID, s string) {
	t.Nodes[id].textOff, t.Nodes[id].textLen = uint32(len(t.buf)), uint32(len(s))
	t.buf = append(t.buf, s...)
}

// Line is the 1-based line and column, in code points, of a byte.
func (t *Tree) Line(off uint32) (line, col int) { return Position(t.Src, int(off)) }

// Position is the 1-based line and column, in code points, of a byte of src.
func Position(src []byte, off int) (line, col int) {
	off = max(0, min(off, len(src)))
	line = 1 + bytes.Count(src[:off], []byte{'\n'})
	from := bytes.LastIndexByte(src[:off], '\n') + 1
	return line, 1 + len([]rune(string(src[from:off])))
}

// Dump writes the tree below id, one node a line: role, kind, text. It is what `drydock code dump` prints.
func (t *Tree) Dump(id ID) string {
	var b strings.Builder
	t.dump(&b, id, 0)
	return b.String()
}

func (t *Tree) dump(b *strings.Builder, id ID, depth int) {
	n := &t.Nodes[id]
	b.WriteString(strings.Repeat("  ", min(depth, 200)))
	if n.Role != Elem {
		fmt.Fprintf(b, "%s: ", t.roleName(id))
	}
	b.WriteString(n.Kind.String())
	if n.Kind == Other {
		fmt.Fprintf(b, "(%s)", t.Lang.SymbolName(n.Sym))
	}
	if n.textLen > 0 {
		fmt.Fprintf(b, " %q", t.Text(id))
	}
	for _, a := range t.Alt[id] {
		fmt.Fprintf(b, " = %s", t.Brief(a))
	}
	b.WriteByte('\n')
	if depth >= maxDepth {
		return
	}
	for c := n.First; c != Nil; c = t.Nodes[c].Next {
		t.dump(b, c, depth+1)
	}
}

func (t *Tree) roleName(id ID) string {
	n := &t.Nodes[id]
	if n.Role < fieldRole {
		return n.Role.String()
	}
	return t.Lang.FieldName(uint16(n.Role - fieldRole))
}

// Brief is a node in one short line, for messages and dumps.
func (t *Tree) Brief(id ID) string {
	if d := t.Dotted(id); d != "" {
		return d
	}
	n := &t.Nodes[id]
	if n.textLen > 0 {
		return fmt.Sprintf("%s %q", n.Kind, t.Text(id))
	}
	return n.Kind.String()
}

// Dotted is a.b.c for a name or a chain of members of names, "" for anything else.
func (t *Tree) Dotted(id ID) string {
	var parts []string
	for {
		switch n := &t.Nodes[id]; n.Kind {
		case Name:
			parts = append(parts, string(t.Text(id)))
			for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
				parts[i], parts[j] = parts[j], parts[i]
			}
			return strings.Join(parts, ".")
		case Member:
			name := t.Child(id, Ident)
			if t.Kind(name) != Name {
				return ""
			}
			parts = append(parts, string(t.Text(name)))
			id = t.Child(id, Obj)
			if id == Nil {
				return ""
			}
		default:
			return ""
		}
	}
}

// Decl is the declaration that a name refers to, as a number of its own in the tree; 0 where none is known. Two names
// of the same spelling with different declarations are different things.
func (t *Tree) Decl(id ID) int32 {
	if t.decl == nil {
		return 0
	}
	return t.decl[id]
}

// Written is the text of a node as a rule's message shows it: its source, or what it stands for where it has none.
func (t *Tree) Written(id ID) []byte {
	if t.Nodes[id].Flags&FlagSynth == 0 {
		return t.Source(id)
	}
	if d := t.Dotted(id); d != "" {
		return []byte(d)
	}
	return t.Text(id)
}

// Walk calls f for id and all below it, in the order of the text, until f says false.
func (t *Tree) Walk(id ID, f func(ID) bool) {
	for x := id; ; {
		if !f(x) {
			return
		}
		if c := t.Nodes[x].First; c != Nil {
			x = c
			continue
		}
		for x != id && t.Nodes[x].Next == Nil {
			x = t.Nodes[x].Parent
		}
		if x == id {
			return
		}
		x = t.Nodes[x].Next
	}
}

// WalkInto calls f for id and all below it, in the order of the text, and goes below a node only where f says true.
func (t *Tree) WalkInto(id ID, f func(ID) bool) {
	for x := id; ; {
		if into := f(x); into && t.Nodes[x].First != Nil {
			x = t.Nodes[x].First
			continue
		}
		for x != id && t.Nodes[x].Next == Nil {
			x = t.Nodes[x].Parent
		}
		if x == id {
			return
		}
		x = t.Nodes[x].Next
	}
}

// Remove takes a node away from its parent.
func (t *Tree) Remove(id ID) {
	up := &t.Nodes[t.Nodes[id].Parent]
	if up.First == id {
		up.First = t.Nodes[id].Next
		return
	}
	for c := up.First; c != Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Next == id {
			t.Nodes[c].Next = t.Nodes[id].Next
		}
	}
}

// CopyText gives a node the text of another.
func (t *Tree) CopyText(to, from ID) {
	t.Nodes[to].textOff, t.Nodes[to].textLen = t.Nodes[from].textOff, t.Nodes[from].textLen
}

// Prune takes away the children of a node that begin at or after a byte: what only completed a pattern.
func (t *Tree) Prune(id ID, from uint32) {
	prev := Nil
	for c := t.Nodes[id].First; c != Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Start >= from && t.Nodes[c].Kind != Block {
			if prev == Nil {
				t.Nodes[id].First = Nil
			} else {
				t.Nodes[prev].Next = Nil
			}
			return
		}
		prev = c
	}
}

// WithName is the name that a part of a `with` gives to what it opens, and the expression that it opens; Nil where the
// part gives no name.
func (t *Tree) WithName(part ID) (name, value ID) {
	if t.Nodes[part].Kind != Other || t.Nodes[t.Nodes[part].Parent].Kind != With {
		return Nil, Nil
	}
	return t.Child(part, Alias), t.Nodes[part].First
}

// DeclName is the name of a declaration.
func (t *Tree) DeclName(d int32) string { return t.names[d].name }

// AssignedOnce says of a declaration of the file or a field of a class that one assignment gives it its value, for
// good: a field is so only if nothing outside of its class can assign it.
func (t *Tree) AssignedOnce(d int32) bool {
	if int(d) >= len(t.names) || !t.names[d].once {
		return false
	}
	switch t.Nodes[t.names[d].scope].Kind {
	case Program:
		return !t.Lang.Names.ModuleLast // of a package of several files, another one may
	case ClassDef:
		own := t.Lang.Names.Declared && !t.Lang.Names.ClassScope // reached through an object only
		return t.ownField(t.names[d].node) || own && t.Kind(t.Nodes[t.names[d].node].Parent) == VarDef
	}
	return false
}

// IsConstant reports whether a declaration says itself that nothing assigns its name again.
func (t *Tree) IsConstant(d int32) bool {
	def := t.Nodes[t.names[d].node].Parent
	if def == Nil || t.Nodes[def].Kind != VarDef || !t.names[d].once {
		return false
	}
	for m := t.Nodes[def].First; m != Nil; m = t.Nodes[m].Next {
		if t.Nodes[m].Kind == Mod && (t.HasText(m, "const") || t.HasText(m, "final")) {
			return true
		}
	}
	return false
}

// ownField reports whether a field's definition keeps others from assigning it.
func (t *Tree) ownField(name ID) bool {
	def := t.Nodes[name].Parent
	if t.Nodes[def].Kind != VarDef {
		return false
	}
	for m := t.Nodes[def].First; m != Nil; m = t.Nodes[m].Next {
		if t.Nodes[m].Kind == Mod {
			switch string(t.Text(m)) {
			case "final", "private", "readonly", "const":
				return true
			}
		}
	}
	return false
}
