package pattern

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

// BindKind says what a metavariable is bound to.
type BindKind uint8

// The kinds of binding.
const (
	Unbound BindKind = iota
	BindNode
	BindSeq  // neighbours, from A to B inclusive; A is Nil where there are none
	BindText // the content of a string, or what a regular expression captured
)

// Binding is the value of a metavariable.
type Binding struct {
	Kind       BindKind
	A, B       ast.ID
	Start, End uint32 // its place in the source
	Text       string // of BindText
}

// Env holds a value for each of a rule's metavariables, by number.
type Env []Binding

// Clone copies the environment.
func (e Env) Clone() Env { return append(Env(nil), e...) }

// Content is the bound text: the source of nodes.
func (b *Binding) Content(t *ast.Tree) []byte {
	switch b.Kind {
	case BindText:
		return []byte(b.Text)
	case BindNode, BindSeq:
		if b.Kind == BindNode && t.Nodes[b.A].Flags&ast.FlagSynth != 0 {
			return t.Written(b.A)
		}
		return t.Src[b.Start:b.End]
	}
	return nil
}

// Same reports whether two bindings are equal by structure.
func Same(t *ast.Tree, a, b *Binding) bool {
	switch {
	case a.Kind == Unbound || b.Kind == Unbound:
		return true
	case a.Kind == BindText || b.Kind == BindText:
		return bytes.Equal(plain(t, a), plain(t, b))
	case a.Kind == BindSeq || b.Kind == BindSeq:
		return sameSeq(t, a, b)
	}
	return SameNode(t, a.A, b.A)
}

// SameValue reports whether two bindings are equal once variables stand for what they were assigned.
func SameValue(t *ast.Tree, a, b *Binding) bool {
	if a.Kind != BindNode || b.Kind != BindNode {
		return false
	}
	x, xOK := t.Sym[a.A]
	y, yOK := t.Sym[b.A]
	return xOK && SameNode(t, x, b.A) || yOK && SameNode(t, a.A, y) || xOK && yOK && SameNode(t, x, y)
}

// plain is a binding's text with the quotes of a string literal taken off.
func plain(t *ast.Tree, b *Binding) []byte {
	if b.Kind == BindNode && t.Nodes[b.A].Kind == ast.Str {
		return t.Text(b.A)
	}
	return b.Content(t)
}

func sameSeq(t *ast.Tree, a, b *Binding) bool {
	x, y := a.A, b.A
	for x != ast.Nil && y != ast.Nil {
		if !SameNode(t, x, y) {
			return false
		}
		if x == a.B || y == b.B {
			return x == a.B && y == b.B
		}
		x, y = t.Nodes[x].Next, t.Nodes[y].Next
	}
	return x == ast.Nil && y == ast.Nil
}

// sameText compares leaves; names of functions and classes may have no case.
func sameText(t *ast.Tree, a, b ast.ID) bool {
	x, y := t.Text(a), t.Text(b)
	return bytes.Equal(x, y) ||
		t.Lang.Names.FoldNames && t.Nodes[a].Kind == ast.Name && len(x) > 0 && x[0] != '$' && bytes.EqualFold(x, y)
}

// SameNode compares two subtrees by kind and text.
func SameNode(t *ast.Tree, a, b ast.ID) bool {
	type pair struct{ a, b ast.ID }
	stack := []pair{{a, b}}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if p.a == p.b {
			continue
		}
		x, y := &t.Nodes[p.a], &t.Nodes[p.b]
		if x.Kind != y.Kind || x.Kind == ast.Other && x.Sym != y.Sym || !sameText(t, p.a, p.b) {
			return false
		}
		if x.Kind == ast.Name && t.Decl(p.a) != t.Decl(p.b) && t.Decl(p.a) != 0 && t.Decl(p.b) != 0 {
			return false
		}
		c, d := x.First, y.First
		for c != ast.Nil && d != ast.Nil {
			stack = append(stack, pair{c, d})
			c, d = t.Nodes[c].Next, t.Nodes[d].Next
		}
		if c != d {
			return false
		}
	}
	return true
}
