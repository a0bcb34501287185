package index

import (
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// Written tells which variables something else than the statements around may give a value: a function within the one
// that declares them, another thread of it, a jump. What they hold is not known by what was assigned last.
type Written struct {
	decls map[int32]bool
	names map[string]bool // by global and nonlocal of Python, which declare them elsewhere
	jumps map[ast.ID]bool // functions with goto
	outer map[int32]int32 // variables of a block of Ruby that are those of the function around
}

// Outer is the declaration around a block that a variable of the block is that of, 0 where it is its own.
func (w *Written) Outer(decl int32) int32 { return w.outer[decl] }

// reference is where a variable of PHP gets another name: &$x.
var reference = regexp.MustCompile(`&\s*(\$\w+)`)

// Elsewhere reports whether a name is that of such a variable.
func (w *Written) Elsewhere(t *ast.Tree, id ast.ID) bool {
	return w.decls[t.Decl(id)] || w.names[string(t.Text(id))]
}

// Jumps reports whether a function has statements that jump where no statement around them ends.
func (w *Written) Jumps(fn ast.ID) bool { return w.jumps[fn] }

// Written works out which variables are written elsewhere, once a file.
func (x *Indexer) Written() *Written {
	if x.written != nil {
		return x.written
	}
	t := x.Tree
	w := &Written{decls: map[int32]bool{}, names: map[string]bool{}, jumps: map[ast.ID]bool{}}
	x.written = w
	if t.Lang.Objects.References {
		for _, m := range reference.FindAllSubmatch(t.Src, -1) {
			w.names[string(m[1])] = true
		}
	}
	if t.Lang.Names.ImplicitReturn {
		x.blockNames(w)
	}
	for i := range t.Nodes {
		id := ast.ID(i)
		n := &t.Nodes[i]
		switch {
		case n.Flags&ast.FlagSynth != 0:
		case n.Kind == ast.Other:
			x.namesElsewhere(id, w)
		case n.Kind == ast.Name && n.Parent != ast.Nil && t.Decl(id) != 0:
			if d, ok := t.Declared(t.Decl(id)); ok && assigns(t, id) && x.functionAround(id) != d.Scope {
				w.decls[t.Decl(id)] = true
			}
		}
	}
	return w
}

// blockNames finds for the variables that blocks of Ruby assign those of the functions around that they are.
func (x *Indexer) blockNames(w *Written) {
	t := x.Tree
	type scoped struct {
		scope ast.ID
		name  string
	}
	byName := map[scoped]int32{}
	for d := int32(1); d <= t.Declarations(); d++ {
		if decl, ok := t.Declared(d); ok {
			byName[scoped{decl.Scope, t.DeclName(d)}] = d
		}
	}
	w.outer = map[int32]int32{}
	for d := int32(1); d <= t.Declarations(); d++ {
		decl, ok := t.Declared(d)
		if !ok || t.Kind(decl.Scope) != ast.Lambda || t.Kind(t.Nodes[decl.Node].Parent) == ast.Param {
			continue
		}
		for scope := decl.Scope; t.Kind(scope) == ast.Lambda; {
			scope = x.functionAround(scope)
			if o, ok := byName[scoped{scope, t.DeclName(d)}]; ok {
				w.outer[d] = o
			}
		}
	}
}

// namesElsewhere notes what statements of the language's own say of variables and ways.
func (x *Indexer) namesElsewhere(id ast.ID, w *Written) {
	t := x.Tree
	switch t.Lang.SymbolName(t.Nodes[id].Sym) {
	case "goto_statement":
		w.jumps[x.functionAround(id)] = true
	case "global_statement", "nonlocal_statement", "global_declaration", "function_static_declaration":
		t.Walk(id, func(c ast.ID) bool {
			if t.Nodes[c].Kind == ast.Name {
				w.names[string(t.Text(c))] = true
			}
			return true
		})
	}
}

// functionAround is the function that a node stands in, 0 for the file.
func (x *Indexer) functionAround(id ast.ID) ast.ID {
	t := x.Tree
	for p := t.Nodes[id].Parent; p != ast.Nil; p = t.Nodes[p].Parent {
		switch t.Nodes[p].Kind {
		case ast.FuncDef, ast.Lambda, ast.ClassDef:
			return p
		}
	}
	return 0
}

// assigns reports whether a name stands where it is given a value after its declaration.
func assigns(t *ast.Tree, id ast.ID) bool {
	n := &t.Nodes[id]
	for p := n.Parent; p != ast.Nil; p = t.Nodes[p].Parent {
		switch up := &t.Nodes[p]; up.Kind {
		case ast.Assign, ast.AugAssign, ast.ForEach, ast.CompFor:
			return t.Nodes[id].Role == ast.Left
		case ast.Unary:
			op := string(t.Text(p))
			return strings.HasSuffix(op, "++") || strings.HasSuffix(op, "--") || op == "&"
		case ast.Tuple, ast.List, ast.Dict, ast.Pair, ast.Spread:
			id = p
		default:
			return false
		}
	}
	return false
}
