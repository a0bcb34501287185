package code

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// indexer makes a file's facts from its tree.
type indexer struct {
	t       *ast.Tree
	f       *fileFacts
	unitOf  map[ast.ID]int32
	classOf map[ast.ID]int32
	known   map[ref]int32
	depth   int
}

// maxRefs bounds the references of one file.
const maxRefs = 200_000

// indexFile lists what a file defines and imports.
func indexFile(t *ast.Tree) *indexer {
	x := &indexer{t: t, unitOf: map[ast.ID]int32{}, classOf: map[ast.ID]int32{}, known: map[ref]int32{}}
	x.f = &fileFacts{rel: t.Path, lang: t.Lang.Name, globals: map[string]int32{}, exports: map[string]int32{}}
	x.f.units = append(x.f.units, unit{class: -1, end: uint32(len(t.Src)), params: []param{{}}, body: true, ret: noRef, gives: noRef})
	x.pkg()
	for i := range t.Nodes {
		id := ast.ID(i)
		switch n := &t.Nodes[i]; {
		case n.Flags&ast.FlagSynth != 0:
		case n.Kind == ast.ClassDef:
			x.class(id, t.Child(id, ast.Ident))
		case n.Kind == ast.Other && t.Lang.Name == "go" && t.Lang.SymbolName(n.Sym) == "type_spec":
			x.class(id, t.Field(id, "name"))
		case n.Kind == ast.Other && t.Lang.Name == "typescript" && t.Lang.SymbolName(n.Sym) == "interface_declaration":
			x.class(id, t.Field(id, "name"))
		case n.Kind == ast.Dict && t.Lang.Names.Requires && x.hasFunctions(id):
			x.classOf[id] = int32(len(x.f.classes))
			x.f.classes = append(x.f.classes, class{methods: map[string][]int32{}, fields: map[string]int32{}})
		}
	}
	for i := range t.Nodes {
		if n := &t.Nodes[i]; (n.Kind == ast.FuncDef || n.Kind == ast.Lambda) && n.Flags&ast.FlagSynth == 0 {
			x.unit(ast.ID(i))
		}
	}
	for i := range x.f.units {
		x.signature(int32(i))
	}
	x.members()
	x.globals()
	if name := t.Lang.Name; name == "javascript" || name == "typescript" {
		x.exports()
	}
	x.calls()
	x.returns()
	return x
}

// add numbers a reference.
func (x *indexer) add(r ref) int32 {
	if r.kind == refNone || r.a < 0 && (r.kind == refMember || r.kind == refResult || r.kind == refInstance) {
		return noRef
	}
	if n, ok := x.known[r]; ok {
		return n
	}
	if len(x.f.refs) >= maxRefs {
		return noRef
	}
	n := int32(len(x.f.refs))
	x.f.refs = append(x.f.refs, r)
	x.known[r] = n
	return n
}

func (x *indexer) member(a int32, s string) int32 { return x.add(ref{refMember, a, s}) }
func (x *indexer) module(s string) int32          { return x.add(ref{kind: refModule, s: s}) }
func (x *indexer) global(s string) int32          { return x.add(ref{kind: refGlobal, s: s}) }

// pkg finds the package or namespace that the file says it is in.
func (x *indexer) pkg() {
	t := x.t
	for c := t.Nodes[0].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Kind != ast.Other {
			continue
		}
		switch t.Lang.SymbolName(t.Nodes[c].Sym) {
		case "package_clause", "package_declaration":
			if p := t.Child(c, ast.Path); p != ast.Nil {
				x.f.pkg = t.Dotted(p)
			}
		case "namespace_definition":
			var parts []string
			for k := t.Nodes[c].First; k != ast.Nil; k = t.Nodes[k].Next {
				if t.InField(k, "name") {
					parts = append(parts, string(t.Text(k)))
				}
			}
			x.f.pkg = strings.ToLower(strings.Join(parts, "."))
		}
	}
}

func (x *indexer) class(id, name ast.ID) {
	t := x.t
	c := class{methods: map[string][]int32{}, fields: map[string]int32{}}
	if name != ast.Nil {
		c.name = string(t.Text(name))
	}
	if c.name == "" || len(x.f.classes) > 10_000 {
		return
	}
	c.abstract = t.Lang.Name == "typescript"
	if t.Nodes[id].Kind == ast.ClassDef {
		c.abstract = t.HasText(id, "interface")
		for m := t.Nodes[id].First; m != ast.Nil; m = t.Nodes[m].Next {
			c.abstract = c.abstract || t.Nodes[m].Kind == ast.Mod && t.HasText(m, "abstract")
		}
		if outer := x.around(id); outer >= 0 {
			c.name = x.f.classes[outer].name + "." + c.name
		}
	}
	x.classOf[id] = int32(len(x.f.classes))
	x.f.classes = append(x.f.classes, c)
}

// around is the class that a node stands in, -1 for none.
func (x *indexer) around(id ast.ID) int32 {
	for p := x.t.Nodes[id].Parent; p != ast.Nil; p = x.t.Nodes[p].Parent {
		if k := x.t.Nodes[p].Kind; k == ast.ClassDef || k == ast.Dict && x.has(p) {
			if c, ok := x.classOf[p]; ok {
				return c
			}
			return -1
		}
	}
	return -1
}

// has says whether a node is known as a class.
func (x *indexer) has(id ast.ID) bool {
	_, ok := x.classOf[id]
	return ok
}

// hasFunctions says whether an object of JavaScript has functions for members: it is taken for a class's only instance.
func (x *indexer) hasFunctions(id ast.ID) bool {
	t := x.t
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if k := t.Nodes[c].Kind; k == ast.FuncDef || k == ast.Name || k == ast.Pair && t.Kind(t.Child(c, ast.Value)) == ast.Lambda {
			return len(x.f.classes) < 10_000
		}
	}
	return false
}

// objectMembers fills the class of an object.
func (x *indexer) objectMembers(id ast.ID, ci int32) {
	t, c := x.t, &x.f.classes[ci]
	for k := t.Nodes[id].First; k != ast.Nil; k = t.Nodes[k].Next {
		switch t.Nodes[k].Kind {
		case ast.Name:
			c.fields[string(t.Text(k))] = x.refOf(k)
		case ast.Pair:
			key, v := t.Child(k, ast.Key), t.Child(k, ast.Value)
			if key == ast.Nil || v == ast.Nil {
				continue
			}
			if u, ok := x.unitOf[v]; ok && t.Nodes[v].Kind == ast.Lambda {
				c.methods[string(t.Text(key))] = append(c.methods[string(t.Text(key))], u)
			} else {
				c.fields[string(t.Text(key))] = x.refOf(v)
			}
		}
	}
}

// unit notes a function.
func (x *indexer) unit(id ast.ID) {
	t := x.t
	n := &t.Nodes[id]
	u := unit{class: -1, node: id, start: n.Start, end: n.End, ret: noRef, gives: noRef, lambda: n.Kind == ast.Lambda, body: t.Child(id, ast.Body) != ast.Nil}
	if name := t.Child(id, ast.Ident); name != ast.Nil {
		u.name = string(t.Text(name))
	}
	if n.Kind == ast.FuncDef {
		p := n.Parent
		if p != ast.Nil && (t.Nodes[p].Kind == ast.ClassBody || t.Nodes[p].Kind == ast.Block) {
			p = t.Nodes[p].Parent
		}
		if c, ok := x.classOf[p]; ok && p != ast.Nil {
			u.class = c
		}
	}
	x.unitOf[id] = int32(len(x.f.units))
	x.f.units = append(x.f.units, u)
}

// signature reads a function's parameters, and for Go the type that it is a method of.
func (x *indexer) signature(at int32) {
	t, u := x.t, &x.f.units[at]
	if at == 0 {
		return
	}
	id := u.node
	u.params = []param{{}}
	first := true
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch n := &t.Nodes[c]; {
		case n.Kind == ast.Mod && t.HasText(c, "static"):
			u.static = true
		case n.Kind == ast.Decorator && t.Lang.Name == "python":
			if bytes.Contains(t.Source(c), []byte("staticmethod")) {
				u.static = true
			}
		case n.Kind == ast.This && n.Role == ast.Mods:
			u.static = true // def self.name of Ruby
		case n.Kind == ast.Params && n.Role == ast.Mods:
			x.receiver(u, c)
		case n.Role == ast.Ret:
			u.ret = x.typeRef(c)
		}
	}
	ps := t.Child(id, ast.Parameters)
	if ps == ast.Nil {
		return
	}
	only := false
	for p := t.Nodes[ps].First; p != ast.Nil; p = t.Nodes[p].Next {
		name := t.Child(p, ast.Ident)
		q := param{}
		if name != ast.Nil && t.Nodes[name].Kind == ast.Name {
			q.name = strings.TrimPrefix(string(t.Text(name)), "$")
		}
		switch string(t.Text(p)) {
		case "*", "...":
			if name == ast.Nil {
				only = true
				continue
			}
			q.kind, only = paramRest, true
		case "**":
			q.kind = paramNamed
		case "/":
			continue
		case "&":
			continue
		default:
			if only {
				q.kind = paramOnly
			}
		}
		if first && u.class >= 0 && !u.static && !u.lambda && t.Lang.Name == "python" {
			u.params[0] = q
		} else {
			u.params = append(u.params, q)
		}
		first = false
	}
}

// receiver makes a function of Go a method of its type.
func (x *indexer) receiver(u *unit, ps ast.ID) {
	t := x.t
	p := t.Nodes[ps].First
	if p == ast.Nil {
		return
	}
	if name := t.Child(p, ast.Ident); name != ast.Nil {
		u.params[0].name = string(t.Text(name))
	}
	typ := x.plainType(t.Child(p, ast.Type))
	if typ == ast.Nil || t.Nodes[typ].Kind != ast.Name {
		return
	}
	name := string(t.Text(typ))
	for i := range x.f.classes {
		if x.f.classes[i].name == name {
			u.class = int32(i)
			return
		}
	}
	// The type stands in another file of the package: a class of the same name here holds its methods.
	u.class = int32(len(x.f.classes))
	x.f.classes = append(x.f.classes, class{name: name, methods: map[string][]int32{}, fields: map[string]int32{}})
}

// globals lists the names of the file's own scope.
func (x *indexer) globals() {
	t := x.t
	set := func(name string, r int32) {
		if t.Lang.Names.FoldNames {
			name = strings.ToLower(name)
		}
		if _, ok := x.f.globals[name]; ok {
			r = noRef // defined twice: which one is meant is not known
		}
		x.f.globals[name] = r
	}
	for i := range x.f.classes {
		c := &x.f.classes[i]
		if _, ok := x.f.globals[c.name]; !ok && c.name != "" {
			set(c.name, x.add(ref{kind: refClass, a: int32(i)}))
		}
	}
	for i := range x.f.units {
		u := &x.f.units[i]
		if i > 0 && !u.lambda && u.class < 0 && u.name != "" && u.body && x.outermost(u.node) {
			set(u.name, x.add(ref{kind: refUnit, a: int32(i)}))
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
			if _, have := x.f.globals[key]; have {
				continue
			}
			if r := x.refOf(name); r != noRef {
				x.f.globals[key] = r
			}
		}
	}
}

// outermost says whether a node stands in no function and no class.
func (x *indexer) outermost(id ast.ID) bool {
	for p := x.t.Nodes[id].Parent; p != ast.Nil; p = x.t.Nodes[p].Parent {
		switch x.t.Nodes[p].Kind {
		case ast.FuncDef, ast.Lambda:
			return false
		case ast.ClassDef:
			if !x.t.HasText(p, "module") {
				return false
			}
		}
	}
	return true
}

// imported makes an import of the file's own scope a name of the file.
func (x *indexer) imported(id ast.ID) {
	t := x.t
	if k := t.Child(id, ast.Ident); k != ast.Nil && t.Nodes[k].Kind == ast.Token && t.Child(id, ast.Alias) == ast.Nil {
		if m := x.modulePath(id); m != noRef {
			x.f.wild = append(x.f.wild, m)
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
	case t.Lang.Name == "python": // import a.b makes a known
		name, _, _ = strings.Cut(t.Dotted(t.Child(id, ast.Path)), ".")
		r = x.module(name)
	default:
		name = lastPart(x.pathText(t.Child(id, ast.Path)))
	}
	if name == "" || name == "_" || r == noRef {
		return
	}
	if t.Lang.Names.FoldNames {
		name = strings.ToLower(name)
	}
	if _, ok := x.f.globals[name]; !ok {
		x.f.globals[name] = r
	}
}

func lastPart(path string) string {
	return path[strings.LastIndexAny(path, "./")+1:]
}

// pathText is an import's path as text: dotted names with their leading dots, else the string.
func (x *indexer) pathText(p ast.ID) string {
	if p == ast.Nil {
		return ""
	}
	if x.t.Nodes[p].Kind == ast.Str {
		return string(x.t.Text(p))
	}
	d := x.t.Dotted(p)
	lead := 0
	for lead < len(d) && d[lead] == '.' {
		lead++
	}
	if lead > 1 && lead < len(d) { // the last dot only joins
		return d[:lead-1] + d[lead:]
	}
	return d
}

func (x *indexer) modulePath(imp ast.ID) int32 {
	s := x.pathText(x.t.Child(imp, ast.Path))
	if s == "" {
		return noRef
	}
	if x.t.Lang.Names.FoldNames {
		s = strings.ToLower(s)
	}
	return x.module(s)
}

// importRef is what an import brings.
func (x *indexer) importRef(imp ast.ID) int32 {
	m := x.modulePath(imp)
	name := x.t.Child(imp, ast.Ident)
	if m == noRef || name == ast.Nil || x.t.Nodes[name].Kind == ast.Token {
		return m
	}
	return x.member(m, string(x.t.Text(name)))
}

// returns notes what functions give whose return statements all give the same.
func (x *indexer) returns() {
	t := x.t
	several := map[int32]bool{}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if n.Kind != ast.Return || n.First == ast.Nil || n.Flags&ast.FlagSynth != 0 || t.Nodes[n.First].Kind == ast.Null {
			continue
		}
		p := n.Parent
		for p != ast.Nil && t.Nodes[p].Kind != ast.FuncDef && t.Nodes[p].Kind != ast.Lambda {
			p = t.Nodes[p].Parent
		}
		at, ok := x.unitOf[p]
		if !ok || several[at] {
			continue
		}
		u, r := &x.f.units[at], x.refOf(n.First)
		if r == noRef || u.gives != noRef && u.gives != r {
			several[at] = true
			r = noRef
		}
		u.gives = r
	}
}

// calls lists what each function calls, for finding a function's callers.
func (x *indexer) calls() {
	t := x.t
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if n.Kind != ast.Call && n.Kind != ast.New && !(n.Kind == ast.Member && t.Lang.Names.ImplicitReturn) || n.Flags&ast.FlagSynth != 0 {
			continue
		}
		r := x.callee(ast.ID(i))
		if r == noRef {
			continue
		}
		for p := n.Parent; p != ast.Nil; p = t.Nodes[p].Parent {
			if k := t.Nodes[p].Kind; k == ast.FuncDef || k == ast.Lambda || p == 0 {
				u := &x.f.units[x.unitOf[p]]
				u.calls = append(u.calls, r)
				if k != ast.Lambda {
					break // a lambda runs within what is around it too
				}
			}
		}
	}
}
