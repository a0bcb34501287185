package pattern

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// Index finds the nodes of a tree that a pattern's root may match. It is made once a tree and only read after.
type Index struct {
	byKind [64][]ast.ID
	byWord map[wordKey][]ast.ID
}

// wordKey is a kind of node and the last name in what it calls or names, or its operator.
type wordKey struct {
	kind ast.Kind
	word string
}

// NewIndex indexes a tree.
func NewIndex(t *ast.Tree) *Index {
	x := &Index{byWord: map[wordKey][]ast.ID{}}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if n.Flags&ast.FlagSynth != 0 {
			break
		}
		id := ast.ID(i)
		x.byKind[n.Kind] = append(x.byKind[n.Kind], id)
		if lambdaBody(t, id) {
			x.byKind[ast.Return] = append(x.byKind[ast.Return], id)
		}
		switch n.Kind {
		case ast.Call, ast.Member, ast.Name, ast.New:
			x.addWords(t, n.Kind, id)
		case ast.Bin:
			x.put(n.Kind, string(t.Text(id)), id)
		}
	}
	return x
}

// addWords files a node under the last name that it has as written, and under those that it stands for.
func (x *Index) addWords(t *ast.Tree, k ast.Kind, id ast.ID) {
	head := headOf(t, id)
	if head == ast.Nil {
		return
	}
	last := lastName(t, head)
	if last == ast.Nil {
		x.put(k, "", id) // its name is not known: any pattern may match
		return
	}
	word := rootKey(t, last)
	x.put(k, word, id)
	for _, a := range t.Alt[head] {
		if n := lastName(t, a); n != ast.Nil && rootKey(t, n) != word {
			x.put(k, rootKey(t, n), id)
		}
	}
	if e, ok := t.Sym[head]; ok && head != id {
		if n := lastName(t, e); n != ast.Nil {
			x.put(k, rootKey(t, n), id)
		} else {
			x.put(k, "", id)
		}
	}
}

func (x *Index) put(k ast.Kind, word string, id ast.ID) {
	key := wordKey{k, word}
	if l := x.byWord[key]; len(l) == 0 || l[len(l)-1] != id {
		x.byWord[key] = append(l, id)
	}
}

// headOf is what a call calls, what is made new, or the node itself.
func headOf(t *ast.Tree, id ast.ID) ast.ID {
	switch t.Nodes[id].Kind {
	case ast.Call:
		return t.Child(id, ast.Fn)
	case ast.New:
		return t.Child(id, ast.Type)
	}
	return id
}

func lastName(t *ast.Tree, id ast.ID) ast.ID {
	switch t.Nodes[id].Kind {
	case ast.Name:
		return id
	case ast.Member:
		if n := t.Child(id, ast.Ident); n != ast.Nil && t.Nodes[n].Kind == ast.Name {
			return n
		}
	}
	return ast.Nil
}

// candidates calls f for the nodes that a pattern's root may match, in the order of the text within a kind. word is
// the name that they have, "" for any.
func (x *Index) candidates(t *ast.Tree, p *Pattern, word string, f func(ast.ID)) {
	for k := range x.byKind {
		if p.kinds != 0 && p.kinds>>k&1 == 0 {
			continue
		}
		lists := [2][]ast.ID{x.byKind[k]}
		if word != "" {
			lists = [2][]ast.ID{x.byWord[wordKey{ast.Kind(k), word}], x.byWord[wordKey{ast.Kind(k), ""}]}
		}
		only := p.altKinds>>k&1 != 0
		for _, l := range lists {
			for _, id := range l {
				if !only || t.Nodes[id].Flags&ast.FlagAlt != 0 {
					f(id)
				}
			}
		}
	}
}

// rootName is the last name of a pattern's root where that has to be in the code, "" where anything may be.
func (p *Pattern) rootName() string {
	t := p.Tree
	switch t.Nodes[p.Root].Kind {
	case ast.Call, ast.Member, ast.New:
	case ast.Bin:
		if p.Form != Statements && p.kinds == 1<<ast.Bin {
			return string(t.Text(p.Root))
		}
		return ""
	default:
		return ""
	}
	if p.Form == Statements || p.kinds == 0 {
		return ""
	}
	for k := ast.Kind(0); k < 64; k++ {
		if p.kinds>>k&1 != 0 && k != ast.Call && k != ast.Member && k != ast.Name && k != ast.New {
			return ""
		}
	}
	head := headOf(t, p.Root)
	if head == ast.Nil {
		return ""
	}
	if n := lastName(t, head); n != ast.Nil {
		return rootKey(t, n)
	}
	return ""
}

// rootKey is a name as it is filed, whatever its case where that does not matter.
func rootKey(t *ast.Tree, name ast.ID) string {
	text := string(t.Text(name))
	if t.Lang.Names.FoldNames {
		return strings.ToLower(text)
	}
	return text
}
