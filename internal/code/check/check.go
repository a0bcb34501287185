// Package check holds what rules look for and no pattern can say: what nothing uses, code that is never reached, files
// that stay open. A rule names its check (`mode: check`, `check: unused-import`) and is else a rule like any other, with
// metadata, fixture and documentation.
package check

import (
	"sort"

	"github.com/drydock/drydock/internal/code/ast"
)

// Hit is a place that a check found. Name is what the rule's message calls $NAME, Nil where there is none.
type Hit struct{ Node, Name ast.ID }

// checks are all checks by name.
var checks = map[string]func(*File){
	"assignment-in-condition":  assignmentInCondition,
	"complex-function":         complexFunction,
	"duplicate-condition":      duplicateCondition,
	"duplicate-key":            duplicateKey,
	"css-empty-block":          emptyBlock,
	"css-duplicate-property":   duplicateProperty,
	"css-font-without-generic": fontWithoutGeneric,
	"css-unknown-property":     unknownProperty,
	"css-unknown-unit":         unknownUnit,
	"format-arguments":         formatArguments,
	"handler-order":            handlerOrder,
	"identical-branches":       identicalBranches,
	"identical-operands":       identicalOperands,
	"infinite-recursion":       infiniteRecursion,
	"jump-in-finally":          jumpInFinally,
	"literal-identity":         literalIdentity,
	"loop-closure":             loopClosure,
	"missing-await":            missingAwait,
	"mutable-default":          mutableDefault,
	"resource-leak":            resourceLeak,
	"result-ignored":           resultIgnored,
	"self-assignment":          selfAssignment,
	"missing-break":            switchFallthrough,
	"unreachable-code":         unreachableCode,
	"unused-import":            unusedImport,
	"unused-private":           unusedPrivate,
	"unused-variable":          unusedVariable,
}

// Names lists the checks.
func Names() []string {
	out := make([]string, 0, len(checks))
	for name := range checks {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// File is a source as checks look at it: its tree, and what they need of it, made once for all of them. It is for one
// goroutine.
type File struct {
	t      *ast.Tree
	lang   string
	byKind [ast.Metavar][]ast.ID
	words  map[string][]uint32 // where each word stands outside of comments
	hits   []Hit
}

// NewFile prepares a tree.
func NewFile(t *ast.Tree) *File {
	f := &File{t: t, lang: t.Lang.Name}
	t.Walk(0, func(id ast.ID) bool {
		f.byKind[t.Nodes[id].Kind] = append(f.byKind[t.Nodes[id].Kind], id)
		return true
	})
	return f
}

// Run runs a check. What the grammar did not understand would make any of them guess: such a file has no hits.
func (f *File) Run(name string) []Hit {
	if len(f.t.Errors) > 0 || f.t.Depth {
		return nil
	}
	f.hits = nil
	checks[name](f)
	return f.hits
}

func (f *File) report(node, name ast.ID) { f.hits = append(f.hits, Hit{node, name}) }

// each calls do for all nodes of some kinds, in the order of the text within a kind.
func (f *File) each(do func(ast.ID), kinds ...ast.Kind) {
	for _, k := range kinds {
		for _, id := range f.byKind[k] {
			do(id)
		}
	}
}

func (f *File) text(id ast.ID) string {
	if id == ast.Nil {
		return ""
	}
	return string(f.t.Source(id))
}

// name is the text of a name, "" for any other node.
func (f *File) name(id ast.ID) string {
	if f.t.Kind(id) != ast.Name {
		return ""
	}
	return string(f.t.Text(id))
}

// symbol is the grammar's name of a node that languages have for themselves, "" for any other.
func (f *File) symbol(id ast.ID) string {
	if f.t.Kind(id) != ast.Other {
		return ""
	}
	return f.t.Lang.SymbolName(f.t.Nodes[id].Sym)
}

func (f *File) parent(id ast.ID) ast.ID { return f.t.Nodes[id].Parent }
func (f *File) next(id ast.ID) ast.ID   { return f.t.Nodes[id].Next }
func (f *File) first(id ast.ID) ast.ID  { return f.t.Nodes[id].First }

// list are the children of a node.
func (f *File) list(id ast.ID) []ast.ID {
	if id == ast.Nil {
		return nil
	}
	var out []ast.ID
	for c := f.first(id); c != ast.Nil; c = f.next(c) {
		out = append(out, c)
	}
	return out
}

// statement is what a statement does: of one that is an expression, that expression.
func (f *File) statement(id ast.ID) ast.ID {
	if f.t.Kind(id) == ast.ExprStmt {
		if v := f.t.Child(id, ast.Value); v != ast.Nil {
			return v
		}
	}
	return id
}

// around is the innermost node of some kinds around a node, Nil if there is none.
func (f *File) around(id ast.ID, kinds ...ast.Kind) ast.ID {
	for p := f.parent(id); p != ast.Nil; p = f.parent(p) {
		for _, k := range kinds {
			if f.t.Kind(p) == k {
				return p
			}
		}
	}
	return ast.Nil
}

// has reports whether a node of a kind stands at or below another, outside of functions and classes within.
func (f *File) has(id ast.ID, kinds ...ast.Kind) bool {
	return f.find(id, func(x ast.ID) bool {
		for _, k := range kinds {
			if f.t.Kind(x) == k {
				return true
			}
		}
		return false
	}) != ast.Nil
}

// find is the first node at or below another that is wanted, outside of functions and classes within; Nil if there is
// none.
func (f *File) find(id ast.ID, wanted func(ast.ID) bool) ast.ID {
	found := ast.Nil
	if id == ast.Nil {
		return found
	}
	f.t.WalkInto(id, func(x ast.ID) bool {
		if found != ast.Nil {
			return false
		}
		if wanted(x) {
			found = x
			return false
		}
		k := f.t.Kind(x)
		return x == id || k != ast.FuncDef && k != ast.Lambda && k != ast.ClassDef
	})
	return found
}

// modifier reports whether a definition has a modifier.
func (f *File) modifier(id ast.ID, word string) bool {
	for c := f.first(id); c != ast.Nil; c = f.next(c) {
		if f.t.Kind(c) == ast.Mod && f.t.HasText(c, word) {
			return true
		}
	}
	return false
}

// pure reports whether working out an expression twice gives the same twice and does nothing: names, parts of them,
// constants and operators.
func (f *File) pure(id ast.ID) bool {
	return f.find(id, func(x ast.ID) bool {
		switch f.t.Kind(x) {
		case ast.Name, ast.Member, ast.This, ast.Str, ast.Num, ast.Bool, ast.Null, ast.Bin, ast.Index, ast.Slice,
			ast.Tuple, ast.Token:
			return false
		case ast.Unary:
			op := string(f.t.Text(x))
			return op != "!" && op != "not" && op != "-" && op != "+" && op != "~"
		}
		return true
	}) == ast.Nil
}

// occurrences are the places of a word outside of comments.
func (f *File) occurrences(word string) []uint32 {
	if f.words == nil {
		f.words = map[string][]uint32{}
		comments := f.t.Comments
		src := f.t.Src
		for i := 0; i < len(src); {
			for len(comments) > 0 && int(comments[0].End) <= i {
				comments = comments[1:]
			}
			if len(comments) > 0 && i >= int(comments[0].Start) {
				i = int(comments[0].End)
				continue
			}
			if !ast.WordByte(src[i]) {
				i++
				continue
			}
			from := i
			for i < len(src) && ast.WordByte(src[i]) {
				i++
			}
			f.words[string(src[from:i])] = append(f.words[string(src[from:i])], uint32(from))
		}
	}
	return f.words[word]
}
