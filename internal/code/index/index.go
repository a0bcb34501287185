// Package index makes a file's facts from its tree: what it defines, imports and calls (index.go), what its expressions
// refer to (refs.go), what its classes have (members.go).
package index

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
)

// Indexer makes a file's facts from its tree.
type Indexer struct {
	Tree       *ast.Tree
	Facts      *facts.File
	functionOf map[ast.ID]int32
	ClassOf    map[ast.ID]int32
	known      map[facts.Ref]int32
	makes      map[ast.ID]bool   // functions that make objects of a class of theirs
	methodName map[ast.ID]string // of functions that are methods by an assignment
	bases      map[int32][]ast.ID
	depth      int
	written    *Written
	properties map[string]bool  // methods of the file that are read like fields
	classNamed map[string]int32 // classes by their names, those within others by both
}

// maxRefs bounds the references of one file.
const maxRefs = 200_000

// File lists what a file defines and imports.
func File(t *ast.Tree) *Indexer {
	x := &Indexer{
		Tree:       t,
		functionOf: map[ast.ID]int32{},
		ClassOf:    map[ast.ID]int32{},
		known:      map[facts.Ref]int32{},
		makes:      map[ast.ID]bool{},
		methodName: map[ast.ID]string{},
		bases:      map[int32][]ast.ID{},
	}
	x.Facts = &facts.File{Path: t.Path, Lang: t.Lang.Name, Globals: map[string]int32{}, Exports: map[string]int32{}}
	x.Facts.Functions = append(
		x.Facts.Functions,
		facts.Function{
			Class:      -1,
			End:        uint32(len(t.Src)),
			Params:     []facts.Param{{}},
			Body:       true,
			ReturnType: facts.NoRef,
			Returned:   facts.NoRef,
		},
	)
	x.pkg()
	if t.Lang.Names.Requires {
		x.constructors()
	}
	for i := range t.Nodes {
		id := ast.ID(i)
		switch n := &t.Nodes[i]; {
		case n.Flags&ast.FlagSynth != 0:
		case n.Kind == ast.ClassDef:
			x.class(id, t.Child(id, ast.Ident))
		case n.Kind == ast.Other && x.definesType(n):
			x.class(id, t.Field(id, "name"))
		case n.Kind == ast.Dict && t.Lang.Names.Requires && !x.has(id) && x.hasFunctions(id):
			x.ClassOf[id] = int32(len(x.Facts.Classes))
			x.Facts.Classes = append(
				x.Facts.Classes,
				facts.Class{Methods: map[string][]int32{}, Fields: map[string]int32{}},
			)
		}
	}
	for i := range t.Nodes {
		if n := &t.Nodes[i]; (n.Kind == ast.FuncDef || n.Kind == ast.Lambda) && n.Flags&ast.FlagSynth == 0 {
			x.function(ast.ID(i))
		}
	}
	for i := range x.Facts.Functions {
		x.signature(int32(i))
	}
	x.classNamed = map[string]int32{}
	for i := range x.Facts.Classes {
		x.classNamed[x.Facts.Classes[i].Name] = int32(i)
	}
	x.members()
	x.globals()
	if t.Lang.Names.Requires {
		x.exports()
	}
	x.calls()
	x.returns()
	return x
}

// add numbers a reference.
func (x *Indexer) add(r facts.Ref) int32 {
	if r.Kind == facts.RefNone ||
		r.Of < 0 && (r.Kind == facts.RefMember || r.Kind == facts.RefResult || r.Kind == facts.RefInstance) {
		return facts.NoRef
	}
	if n, ok := x.known[r]; ok {
		return n
	}
	if len(x.Facts.Refs) >= maxRefs {
		return facts.NoRef
	}
	n := int32(len(x.Facts.Refs))
	x.Facts.Refs = append(x.Facts.Refs, r)
	x.known[r] = n
	return n
}

func (x *Indexer) member(a int32, s string) int32 {
	return x.add(facts.Ref{Kind: facts.RefMember, Of: a, Name: s})
}

func (x *Indexer) module(s string) int32 { return x.add(facts.Ref{Kind: facts.RefModule, Name: s}) }

func (x *Indexer) global(s string) int32 { return x.add(facts.Ref{Kind: facts.RefGlobal, Name: s}) }

// definesType reports whether a node that is of the language's own kind defines a type.
func (x *Indexer) definesType(n *ast.Node) bool {
	types := x.Tree.Lang.Objects.Types
	if len(types) == 0 {
		return false
	}
	_, ok := types[x.Tree.Lang.SymbolName(n.Sym)]
	return ok
}

// pkg finds the package or namespace that the file says it is in.
func (x *Indexer) pkg() {
	t := x.Tree
	for c := t.Nodes[0].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Kind != ast.Other {
			continue
		}
		switch t.Lang.SymbolName(t.Nodes[c].Sym) {
		case "package_clause", "package_declaration":
			if p := t.Child(c, ast.Path); p != ast.Nil {
				x.Facts.Package = t.Dotted(p)
			}
		case "namespace_definition":
			var parts []string
			for k := t.Nodes[c].First; k != ast.Nil; k = t.Nodes[k].Next {
				if t.InField(k, "name") {
					parts = append(parts, string(t.Text(k)))
				}
			}
			x.Facts.Package = strings.ToLower(strings.Join(parts, "."))
		}
	}
}

func (x *Indexer) class(id, name ast.ID) {
	t := x.Tree
	c := facts.Class{Methods: map[string][]int32{}, Fields: map[string]int32{}}
	if name != ast.Nil {
		c.Name = string(t.Text(name))
	}
	if c.Name == "" || len(x.Facts.Classes) > 10_000 {
		return
	}
	c.Abstract = t.Lang.Objects.Types[t.Lang.SymbolName(t.Nodes[id].Sym)]
	if t.Nodes[id].Kind == ast.ClassDef {
		c.Abstract = t.HasText(id, "interface")
		for m := t.Nodes[id].First; m != ast.Nil; m = t.Nodes[m].Next {
			c.Abstract = c.Abstract || t.Nodes[m].Kind == ast.Mod && t.HasText(m, "abstract")
		}
		if outer := x.around(id); outer >= 0 {
			c.Name = x.Facts.Classes[outer].Name + "." + c.Name
		}
	}
	x.ClassOf[id] = int32(len(x.Facts.Classes))
	x.Facts.Classes = append(x.Facts.Classes, c)
}

// around is the class that a node stands in, -1 for none.
func (x *Indexer) around(id ast.ID) int32 {
	for p := x.Tree.Nodes[id].Parent; p != ast.Nil; p = x.Tree.Nodes[p].Parent {
		if k := x.Tree.Nodes[p].Kind; k == ast.ClassDef ||
			(k == ast.Dict || k == ast.FuncDef || k == ast.Lambda) && x.has(p) {
			if c, ok := x.ClassOf[p]; ok {
				return c
			}
			return -1
		}
	}
	return -1
}

// has reports whether a node is known as a class.
func (x *Indexer) has(id ast.ID) bool {
	_, ok := x.ClassOf[id]
	return ok
}

// hasFunctions reports whether an object of JavaScript has functions for members: it is taken for a class's only
// instance.
func (x *Indexer) hasFunctions(id ast.ID) bool {
	t := x.Tree
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if k := t.Nodes[c].Kind; k == ast.FuncDef || k == ast.Name ||
			k == ast.Pair && t.Kind(t.Child(c, ast.Value)) == ast.Lambda {
			return len(x.Facts.Classes) < 10_000
		}
	}
	return false
}

// objectMembers fills the class of an object.
func (x *Indexer) objectMembers(id ast.ID, ci int32) {
	t, c := x.Tree, &x.Facts.Classes[ci]
	for k := t.Nodes[id].First; k != ast.Nil; k = t.Nodes[k].Next {
		switch t.Nodes[k].Kind {
		case ast.Name:
			c.Fields[string(t.Text(k))] = x.RefOf(k)
		case ast.Pair:
			key, v := t.Child(k, ast.Key), t.Child(k, ast.Value)
			if key == ast.Nil || v == ast.Nil {
				continue
			}
			if u, ok := x.functionOf[v]; ok && t.Nodes[v].Kind == ast.Lambda {
				c.Methods[string(t.Text(key))] = append(c.Methods[string(t.Text(key))], u)
				if !x.isArrow(v) {
					x.Facts.Functions[u].Class = ci
				}
			} else {
				c.Fields[string(t.Text(key))] = x.RefOf(v)
			}
		}
	}
}

// function notes a function.
func (x *Indexer) function(id ast.ID) {
	t := x.Tree
	n := &t.Nodes[id]
	u := facts.Function{
		Class:      -1,
		Node:       id,
		Start:      n.Start,
		End:        n.End,
		ReturnType: facts.NoRef,
		Returned:   facts.NoRef,
		Lambda:     n.Kind == ast.Lambda,
		Body:       t.Child(id, ast.Body) != ast.Nil,
	}
	if name := t.Child(id, ast.Ident); name != ast.Nil {
		u.Name = string(t.Text(name))
	}
	if n.Kind == ast.FuncDef {
		p := n.Parent
		if p != ast.Nil && (t.Nodes[p].Kind == ast.ClassBody || t.Nodes[p].Kind == ast.Block) {
			p = t.Nodes[p].Parent
		}
		if c, ok := x.ClassOf[p]; ok && p != ast.Nil && !x.makes[p] && x.methodName[p] == "" {
			u.Class = c
		}
	}
	x.takesPart(id, &u)
	x.functionOf[id] = int32(len(x.Facts.Functions))
	x.Facts.Functions = append(x.Facts.Functions, u)
}

// signature reads a function's parameters, and for Go the type that it is a method of.
func (x *Indexer) signature(at int32) {
	t, u := x.Tree, &x.Facts.Functions[at]
	if at == 0 {
		return
	}
	id := u.Node
	u.Params = []facts.Param{{}}
	first := true
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch n := &t.Nodes[c]; {
		case n.Kind == ast.Mod && t.HasText(c, "static"):
			u.Static = true
		case n.Kind == ast.Mod && t.HasText(c, "get"), n.Kind == ast.Decorator && isProperty(string(t.Source(c))):
			if x.properties == nil {
				x.properties = map[string]bool{}
			}
			x.properties[u.Name] = true
		case n.Kind == ast.Decorator && t.Lang.Objects.StaticDecorator != "":
			if bytes.Contains(t.Source(c), []byte(t.Lang.Objects.StaticDecorator)) {
				u.Static = true
			}
		case n.Kind == ast.This && n.Role == ast.Mods:
			u.Static = true // def self.name of Ruby
		case n.Kind == ast.Params && n.Role == ast.Mods:
			x.receiver(u, c)
		case n.Role == ast.Ret:
			u.ReturnType = x.typeRef(c)
		}
	}
	ps := t.Child(id, ast.Parameters)
	if ps == ast.Nil {
		return
	}
	only := false
	for p := t.Nodes[ps].First; p != ast.Nil; p = t.Nodes[p].Next {
		name := t.Child(p, ast.Ident)
		q := facts.Param{}
		if name != ast.Nil && t.Nodes[name].Kind == ast.Name {
			q.Name = strings.TrimPrefix(string(t.Text(name)), "$")
		}
		switch string(t.Text(p)) {
		case "*", "...":
			if name == ast.Nil {
				only = true
				continue
			}
			q.Kind, only = facts.ParamRest, true
		case "**":
			q.Kind = facts.ParamNamed
		case "/":
			continue
		case "&":
			continue
		default:
			if only {
				q.Kind = facts.ParamOnly
			}
		}
		if first && u.Class >= 0 && !u.Static && !u.Lambda && t.Lang.Objects.SelfParam {
			u.Params[0] = q
		} else {
			u.Params = append(u.Params, q)
		}
		first = false
	}
}

// isProperty reports whether a decorator makes a method something that is read like a field.
func isProperty(decorator string) bool {
	return decorator == "@property" || decorator == "@cached_property" || decorator == "@functools.cached_property"
}

// Property reports whether a member is, by its name, a method of the file that is read like a field.
func (x *Indexer) Property(member ast.ID) bool {
	t := x.Tree
	n := &t.Nodes[member]
	name := t.Child(member, ast.Ident)
	return n.Kind == ast.Member && n.Role != ast.Fn && n.Role != ast.Left && t.Kind(name) == ast.Name &&
		x.properties[string(t.Text(name))]
}

// receiver makes a function of Go a method of its type.
func (x *Indexer) receiver(u *facts.Function, ps ast.ID) {
	t := x.Tree
	p := t.Nodes[ps].First
	if p == ast.Nil {
		return
	}
	if name := t.Child(p, ast.Ident); name != ast.Nil {
		u.Params[0].Name = string(t.Text(name))
	}
	typ := x.plainType(t.Child(p, ast.Type))
	if typ == ast.Nil || t.Nodes[typ].Kind != ast.Name {
		return
	}
	name := string(t.Text(typ))
	for i := range x.Facts.Classes {
		if x.Facts.Classes[i].Name == name {
			u.Class = int32(i)
			return
		}
	}
	// The type stands in another file of the package: a class of the same name here holds its methods.
	u.Class = int32(len(x.Facts.Classes))
	x.Facts.Classes = append(
		x.Facts.Classes,
		facts.Class{Name: name, Methods: map[string][]int32{}, Fields: map[string]int32{}},
	)
}

// globals lists the names of the file's own scope.
func (x *Indexer) globals() {
	t := x.Tree
	set := func(name string, r int32) {
		if t.Lang.Names.FoldNames {
			name = strings.ToLower(name)
		}
		if _, ok := x.Facts.Globals[name]; ok {
			r = facts.NoRef // defined twice: which one is meant is not known
		}
		x.Facts.Globals[name] = r
	}
	for i := range x.Facts.Classes {
		c := &x.Facts.Classes[i]
		if _, ok := x.Facts.Globals[c.Name]; !ok && c.Name != "" {
			set(c.Name, x.add(facts.Ref{Kind: facts.RefClass, Of: int32(i)}))
		}
	}
	for i := range x.Facts.Functions {
		u := &x.Facts.Functions[i]
		if i > 0 && !u.Lambda && u.Class < 0 && u.Name != "" && u.Body && x.outermost(u.Node) {
			set(u.Name, x.add(facts.Ref{Kind: facts.RefFunction, Of: int32(i)}))
		}
	}
	for i := range t.Nodes {
		id := ast.ID(i)
		n := &t.Nodes[i]
		if n.Flags&ast.FlagSynth != 0 {
			continue
		}
		switch n.Kind {
		case ast.Import:
			x.imported(id)
		case ast.VarDef, ast.Assign:
			if !x.outermost(id) {
				continue
			}
			name, v := t.Child(id, ast.Ident), t.Child(id, ast.Value)
			if n.Kind == ast.Assign {
				name, v = t.Child(id, ast.Left), t.Child(id, ast.Right)
			}
			if t.Kind(name) != ast.Name || v == ast.Nil {
				continue
			}
			d, ok := t.Declared(t.Decl(name))
			if !ok || d.Scope != 0 {
				continue
			}
			key := string(t.Text(name))
			if _, have := x.Facts.Globals[key]; have {
				continue
			}
			if r := x.RefOf(name); r != facts.NoRef {
				x.Facts.Globals[key] = r
			}
		}
	}
}

// outermost reports whether a node stands in no function and no class.
func (x *Indexer) outermost(id ast.ID) bool {
	for p := x.Tree.Nodes[id].Parent; p != ast.Nil; p = x.Tree.Nodes[p].Parent {
		switch x.Tree.Nodes[p].Kind {
		case ast.FuncDef, ast.Lambda:
			return false
		case ast.ClassDef:
			if !x.Tree.HasText(p, "module") {
				return false
			}
		}
	}
	return true
}

// imported makes an import of the file's own scope a name of the file.
func (x *Indexer) imported(id ast.ID) {
	t := x.Tree
	if k := t.Child(id, ast.Ident); k != ast.Nil && t.Nodes[k].Kind == ast.Token && t.Child(id, ast.Alias) == ast.Nil {
		if m := x.modulePath(id); m != facts.NoRef {
			x.Facts.StarImports = append(x.Facts.StarImports, m)
		}
		return
	}
	if !x.outermost(id) {
		return
	}
	local := t.Child(id, ast.Alias)
	if local == ast.Nil {
		local = t.Child(id, ast.Ident)
	}
	name := ""
	r := x.importRef(id)
	switch {
	case local != ast.Nil:
		name = string(t.Text(local))
		if d := t.Dotted(local); d != "" {
			name = d[strings.LastIndexByte(d, '.')+1:]
		}
	case t.Lang.Names.ImportFirst:
		name, _, _ = strings.Cut(t.Dotted(t.Child(id, ast.Path)), ".")
		r = x.module(name)
	default:
		name = lastPart(x.pathText(t.Child(id, ast.Path)))
	}
	if name == "" || name == "_" || r == facts.NoRef {
		return
	}
	if t.Lang.Names.FoldNames {
		name = strings.ToLower(name)
	}
	if _, ok := x.Facts.Globals[name]; !ok {
		x.Facts.Globals[name] = r
	}
}

func lastPart(path string) string {
	return path[strings.LastIndexAny(path, "./")+1:]
}

// pathText is an import's path as text: dotted names with their leading dots, else the string.
func (x *Indexer) pathText(p ast.ID) string {
	if p == ast.Nil {
		return ""
	}
	if x.Tree.Nodes[p].Kind == ast.Str {
		return string(x.Tree.Text(p))
	}
	d := x.Tree.Dotted(p)
	lead := 0
	for lead < len(d) && d[lead] == '.' {
		lead++
	}
	if lead > 1 && lead < len(d) { // the last dot only joins
		return d[:lead-1] + d[lead:]
	}
	return d
}

func (x *Indexer) modulePath(imp ast.ID) int32 {
	s := x.pathText(x.Tree.Child(imp, ast.Path))
	if s == "" {
		return facts.NoRef
	}
	if x.Tree.Lang.Names.FoldNames {
		s = strings.ToLower(s)
	}
	return x.module(s)
}

// importRef is what an import brings.
func (x *Indexer) importRef(imp ast.ID) int32 {
	m := x.modulePath(imp)
	name := x.Tree.Child(imp, ast.Ident)
	if m == facts.NoRef || name == ast.Nil || x.Tree.Nodes[name].Kind == ast.Token {
		return m
	}
	return x.member(m, string(x.Tree.Text(name)))
}

// returns notes what functions give whose return statements all give the same.
func (x *Indexer) returns() {
	t := x.Tree
	several := map[int32]bool{}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if n.Kind != ast.Return || n.First == ast.Nil || n.Flags&ast.FlagSynth != 0 ||
			t.Nodes[n.First].Kind == ast.Null {
			continue
		}
		p := n.Parent
		for p != ast.Nil && t.Nodes[p].Kind != ast.FuncDef && t.Nodes[p].Kind != ast.Lambda {
			p = t.Nodes[p].Parent
		}
		at, ok := x.functionOf[p]
		if !ok || several[at] {
			continue
		}
		u, r := &x.Facts.Functions[at], x.RefOf(n.First)
		if r == facts.NoRef || u.Returned != facts.NoRef && u.Returned != r {
			several[at] = true
			r = facts.NoRef
		}
		u.Returned = r
	}
}

// calls lists what each function calls, for finding a function's callers.
func (x *Indexer) calls() {
	t := x.Tree
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if n.Kind != ast.Call && n.Kind != ast.New &&
			!(n.Kind == ast.Member && (t.Lang.Names.ImplicitReturn || x.Property(ast.ID(i)))) &&
			!BareCall(t, ast.ID(i)) ||
			n.Flags&ast.FlagSynth != 0 {
			continue
		}
		r := x.Callee(ast.ID(i))
		if r == facts.NoRef {
			continue
		}
		for p := n.Parent; p != ast.Nil; p = t.Nodes[p].Parent {
			if k := t.Nodes[p].Kind; k == ast.FuncDef || k == ast.Lambda || p == 0 {
				u := &x.Facts.Functions[x.functionOf[p]]
				u.Calls = append(u.Calls, r)
				if k != ast.Lambda {
					break // a lambda runs within what is around it too
				}
			}
		}
	}
}

// Adopt goes on with the references of facts that were made of the same source.
func (x *Indexer) Adopt(f *facts.File) {
	x.Facts.Refs = f.Refs
	x.known = make(map[facts.Ref]int32, len(f.Refs))
	for i, r := range f.Refs {
		x.known[r] = int32(i)
	}
}
