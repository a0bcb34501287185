package ast

import (
	"bytes"
	"sort"
	"strings"
)

// Resolve works out what names stand for: which declaration each refers to, what imported thing, what constant. It
// fills Alt with synthesised nodes, which come after all nodes of the source. Patterns are not resolved.
func (t *Tree) Resolve() {
	r := &resolver{t: t, spec: &t.Lang.Names, n: len(t.Nodes)}
	t.decl = make([]int32, len(t.Nodes), len(t.Nodes)+64)
	r.decls = append(r.decls, decl{})
	r.scope(0, nil)
	if r.spec.Constants {
		c := &constants{resolver: r}
		c.run()
	}
	r.imports()
	r.guesses()
	r.keep()
	for id := range t.Alt {
		t.Nodes[id].Flags |= FlagAlt
	}
	t.names = make([]nameInfo, len(r.decls))
	for i := range r.decls {
		d := &r.decls[i]
		t.names[i] = nameInfo{
			name:  d.name,
			scope: d.scope,
			node:  d.node,
			once:  d.writes == 1 && !d.param && d.imported == 0,
		}
	}
	t.noteFields()
	t.noteResults()
	t.types = make([]ID, len(r.decls))
	for i := range r.decls {
		t.types[i] = Nil
		if i > 0 {
			t.types[i] = r.typeOfDecl(&r.decls[i])
		}
	}
}

// typeOfDecl is the node of a declaration's type: the declared one, else that of its only value.
func (r *resolver) typeOfDecl(d *decl) ID {
	t := r.t
	inferred := d.typ != Nil && r.spec.InferredType != "" && t.HasText(d.typ, r.spec.InferredType)
	if d.typ != Nil && !inferred {
		return d.typ
	}
	value := d.call
	if d.writes == 1 && d.value != Nil {
		value = d.value
	}
	if value == Nil {
		return d.typ
	}
	if t.Nodes[value].Kind == New {
		return t.Child(value, Type)
	}
	typ := t.typeOf(value, 0)
	if typ == "" {
		return d.typ
	}
	n := t.synth(Name, Elem, Nil)
	t.setString(n, typ)
	return n
}

// noteResults notes the types that functions of the file give; the first of several.
func (t *Tree) noteResults() {
	if t.Lang.Names.Makes == nil {
		return
	}
	t.results = map[string]ID{}
	for i := range t.Nodes {
		name, result := t.Child(ID(i), Ident), t.Child(ID(i), Ret)
		if t.Nodes[i].Kind != FuncDef || result == Nil || t.Kind(name) != Name || t.Child(ID(i), Mods) != Nil {
			continue
		}
		if t.Kind(result) == Params && t.Nodes[result].First != Nil {
			result = t.Child(t.Nodes[result].First, Type)
		}
		if result != Nil {
			t.results[string(t.Text(name))] = result
		}
	}
}

// noteFields notes the types of the fields of types that the file defines.
func (t *Tree) noteFields() {
	t.fields, t.structs = map[string]ID{}, map[string][]string{}
	for i := range t.Nodes {
		id := ID(i)
		switch t.Nodes[i].Kind {
		case VarDef:
			body := t.Nodes[i].Parent
			if t.Kind(body) != ClassBody || t.Kind(t.Nodes[body].Parent) != ClassDef {
				continue
			}
			class, name, typ := t.Child(t.Nodes[body].Parent, Ident), t.Child(id, Ident), t.Child(id, Type)
			if t.Kind(class) == Name && t.Kind(name) == Name && typ != Nil {
				t.fields[string(t.Text(class))+"."+string(t.Text(name))] = typ
			}
		case Other:
			if typ := t.Child(id, Type); t.Lang.Objects.Structs && t.Kind(typ) == Other && t.Child(id, Ident) != Nil {
				t.noteStruct(t.Child(id, Ident), typ)
			}
		}
	}
}

// FieldsOf lists the fields of a struct of Go that the file defines.
func (t *Tree) FieldsOf(typ string) []string { return t.structs[typ] }

// noteStruct notes the types of the fields of a struct of Go.
func (t *Tree) noteStruct(name, typ ID) {
	for list := t.Nodes[typ].First; list != Nil; list = t.Nodes[list].Next {
		for field := t.Nodes[list].First; field != Nil; field = t.Nodes[field].Next {
			of := t.Child(field, Type)
			for x := t.Nodes[field].First; x != Nil && of != Nil; x = t.Nodes[x].Next {
				if t.Nodes[x].Role == Ident {
					t.fields[string(t.Text(name))+"."+string(t.Text(x))] = of
					t.structs[string(t.Text(name))] = append(t.structs[string(t.Text(name))], string(t.Text(x)))
				}
			}
		}
	}
}

// decl is one declared name.
type decl struct {
	name     string
	scope    ID   // the Program, FuncDef, Lambda or ClassDef
	node     ID   // the name where it is declared first
	imported ID   // Import node, 0 if none
	imports  []ID // all of them, in the order of the text
	writes   int  // assignments to it
	value    ID   // of its only assignment
	uses     []ID
	param    bool
	typ      ID // its declared type, Nil if none
	call     ID // gives several values, of which this is the first; Nil if none
	module   ID // the string of a require() that it is, 0 if none
	part     ID // what it takes from the module, Nil for all of it
}

type resolver struct {
	t        *Tree
	spec     *NameSpec
	n        int // nodes of the source
	decls    []decl
	wildcard []ID // imports of everything
	unknown  []ID // names that nothing declares
	depth    int
}

// scopeMap is the names of one scope and of those around it.
type scopeMap struct {
	names map[string]int32
	outer *scopeMap
	node  ID
	class bool
	open  bool // a class whose names its methods see
}

// outerNode is the node of the scope around, Nil if there is none.
func (s *scopeMap) outerNode() ID {
	if s.outer == nil {
		return Nil
	}
	return s.outer.node
}

func (s *scopeMap) find(name []byte) int32 {
	for first := true; s != nil; s, first = s.outer, false {
		if s.class && !first && !s.open {
			continue // a class's names are not seen from within its methods
		}
		if d, ok := s.names[string(name)]; ok {
			return d
		}
	}
	return 0
}

func (r *resolver) scope(id ID, outer *scopeMap) {
	if r.depth++; r.depth > 500 {
		r.depth--
		return
	}
	defer func() { r.depth-- }()
	s := &scopeMap{
		names: map[string]int32{},
		outer: outer,
		node:  id,
		class: r.t.Nodes[id].Kind == ClassDef,
		open:  r.spec.ClassScope,
	}
	var inner []ID
	r.collect(id, s, &inner)
	if s.class {
		r.injected(id, s)
	}
	r.uses(id, s)
	for _, x := range inner {
		r.scope(x, s)
	}
}

func opensScope(k Kind) bool { return k == FuncDef || k == Lambda || k == ClassDef }

// walkScope calls f for the nodes of a scope without those of the scopes within; these are given to inner.
func (r *resolver) walkScope(id ID, f func(ID), inner func(ID)) {
	nodes := r.t.Nodes
	for x := id; ; {
		down := true
		if x != id {
			if opensScope(nodes[x].Kind) {
				if inner != nil {
					inner(x)
				}
				down = false
			}
			f(x)
		}
		if c := nodes[x].First; c != Nil && down {
			x = c
			continue
		}
		for x != id && nodes[x].Next == Nil {
			x = nodes[x].Parent
		}
		if x == id {
			return
		}
		x = nodes[x].Next
	}
}

// collect declares what a scope assigns, defines and imports.
func (r *resolver) collect(id ID, s *scopeMap, inner *[]ID) {
	t := r.t
	r.walkScope(id, func(x ID) {
		n := &t.Nodes[x]
		switch n.Kind {
		case Param:
			if name := t.Child(x, Ident); name != Nil {
				r.declare(s, name, Nil, t.Child(x, Type), true)
			}
		case VarDef:
			if name := t.Child(x, Ident); name != Nil {
				r.declare(s, name, t.Child(x, Value), t.Child(x, Type), false)
				if r.unset(x) {
					r.decls[s.names[string(t.Text(name))]].writes -= 2
				}
				r.required(s, name, t.Child(x, Value))
			}
		case Assign:
			if left := t.Child(x, Left); left != Nil && (!r.spec.Declared || r.known(left)) {
				r.declare(s, left, t.Child(x, Right), t.Child(x, Type), false)
			} else if left != Nil {
				r.several(s, left, t.Child(x, Right))
			}
		case AugAssign, Unary:
			if left := t.Child(x, Left); left != Nil {
				r.declare(s, left, Nil, Nil, false)
			} else if n.Kind == Unary && (isUpdate(t.Text(x))) {
				if v := t.Child(x, Value); v != Nil {
					r.declare(s, v, Nil, Nil, false)
				}
			}
		case ForEach, CompFor:
			if left := t.Child(x, Left); left != Nil {
				r.declare(s, left, Nil, t.Child(x, Type), false)
			}
		case Catch:
			if name := t.Child(x, Ident); name != Nil {
				r.declare(s, name, Nil, t.Child(x, Type), false)
			}
		case With:
			for c := n.First; c != Nil; c = t.Nodes[c].Next {
				if name, value := t.WithName(c); name != Nil {
					r.declare(s, name, value, Nil, false)
				}
			}
		case Bin, Case, Other:
			t.Bound(x, func(name ID) { r.declare(s, name, Nil, Nil, false) })
		case Import:
			r.declareImport(s, x)
		case FuncDef, ClassDef:
			if name := t.Child(x, Ident); name != Nil && !(s.class && n.Kind == FuncDef) {
				r.declare(s, name, Nil, Nil, false)
			}
		}
	}, func(x ID) { *inner = append(*inner, x) })
}

// several declares the names of a, b := f(); what f gives first is of a type that may be known.
func (r *resolver) several(s *scopeMap, left, value ID) {
	t := r.t
	if value == Nil || t.Kind(left) != Tuple || t.Nodes[left].End > t.Nodes[value].Start ||
		!bytes.Contains(t.Src[t.Nodes[left].End:t.Nodes[value].Start], []byte(":=")) {
		return
	}
	r.declare(s, left, Nil, Nil, false)
	first := t.Nodes[left].First
	if d := s.names[string(t.Text(first))]; t.Kind(first) == Name && t.Kind(value) == Call && r.decls[d].call == Nil {
		r.decls[d].call = value
	}
}

// injected declares as fields the parameters of a constructor that are fields by their modifier, or that a framework
// keeps by a decorator of the class.
func (r *resolver) injected(class ID, s *scopeMap) {
	t := r.t
	body := t.Child(class, Body)
	if !r.spec.Requires || body == Nil {
		return
	}
	decorated := false
	for m := t.Nodes[class].First; m != Nil; m = t.Nodes[m].Next {
		decorated = decorated || t.Nodes[m].Kind == Decorator
	}
	for def := t.Nodes[body].First; def != Nil; def = t.Nodes[def].Next {
		name, params := t.Child(def, Ident), t.Child(def, Parameters)
		if t.Nodes[def].Kind != FuncDef || name == Nil || !t.HasText(name, "constructor") || params == Nil {
			continue
		}
		for p := t.Nodes[params].First; p != Nil; p = t.Nodes[p].Next {
			if field := t.Child(p, Ident); t.Kind(field) == Name && (decorated || t.Child(p, Mods) != Nil) {
				r.declare(s, field, Nil, t.Child(p, Type), true)
			}
		}
	}
}

// unset reports whether a declaration gives its name no value, so that the first assignment is what defines it.
func (r *resolver) unset(def ID) bool {
	t := r.t
	name := t.Child(def, Ident)
	if !r.spec.Declared || t.Child(def, Value) != Nil || t.Nodes[name].Kind != Name || t.Nodes[name].textLen == 0 ||
		t.Nodes[def].Role != Elem {
		return false
	}
	switch t.Kind(t.Nodes[def].Parent) {
	case Program, Block, ClassBody, Case:
		return true
	}
	return false
}

// constructor reports whether a scope is the only constructor of the class around it.
func (r *resolver) constructor(s *scopeMap) bool {
	t := r.t
	if s == nil || s.outer == nil || !s.outer.class || t.Nodes[s.node].Kind != FuncDef {
		return false
	}
	class := t.Child(s.outer.node, Ident)
	is := func(def ID) bool {
		name := t.Child(def, Ident)
		if t.Nodes[def].Kind != FuncDef || t.Kind(name) != Name {
			return false
		}
		switch text := t.Text(name); string(text) {
		case "constructor", "__construct", "__init__":
			return true
		default:
			return t.Kind(class) == Name && bytes.Equal(text, t.Text(class))
		}
	}
	if !is(s.node) {
		return false
	}
	n := 0
	for m := t.Nodes[t.Nodes[s.node].Parent].First; m != Nil; m = t.Nodes[m].Next {
		if is(m) {
			n++
		}
	}
	return n == 1
}

func (r *resolver) known(left ID) bool {
	return r.t.Nodes[left].Kind == Name
}

// declare notes that the names in a target are written.
func (r *resolver) declare(s *scopeMap, target, value, typ ID, param bool) {
	t := r.t
	switch n := &t.Nodes[target]; n.Kind {
	case Name:
		if n.textLen == 0 {
			return
		}
		name := string(t.Text(target))
		d, ok := s.names[name]
		if !ok && r.spec.Declared && t.Nodes[target].Parent != Nil && t.Nodes[t.Nodes[target].Parent].Kind != VarDef &&
			!param {
			if k := t.Nodes[t.Nodes[target].Parent].Kind; k == Assign || k == AugAssign || k == Unary {
				if d = s.find(t.Text(target)); d != 0 {
					if r.decls[d].scope == s.outerNode() && value != Nil && r.constructor(s) {
						r.decls[d].writes++
						r.decls[d].value = value
						return
					}
					r.decls[d].writes += 2
					return
				}
			}
		}
		if !ok {
			d = int32(len(r.decls))
			r.decls = append(r.decls, decl{name: name, scope: s.node, node: target, value: Nil, typ: Nil, call: Nil})
			s.names[name] = d
		}
		e := &r.decls[d]
		e.writes++
		e.param = e.param || param
		if value == Nil {
			e.writes++ // by what is not known
		}
		e.value = value
		if typ != Nil {
			e.typ = typ
		}
	case Tuple, List, Dict, Spread, Pair, Set:
		for c := n.First; c != Nil; c = t.Nodes[c].Next {
			if n.Kind != Pair || t.Nodes[c].Role != Key {
				r.declare(s, c, Nil, Nil, param)
			}
		}
	case Assign:
		if l := t.Child(target, Left); l != Nil {
			r.declare(s, l, Nil, Nil, param)
		}
	}
}

// declareImport declares what an import is called here.
func (r *resolver) declareImport(s *scopeMap, x ID) {
	t := r.t
	local := t.Child(x, Alias)
	if local == Nil {
		local = t.Child(x, Ident)
		if local != Nil && t.Nodes[local].Kind == Token {
			r.wildcard = append(r.wildcard, x)
			return
		}
	}
	if local == Nil {
		local = t.Child(x, Path)
		if local == Nil {
			return
		}
		name := r.importedAs(local)
		if name == "" {
			return
		}
		r.put(s, name, x, local)
		return
	}
	if t.Nodes[local].Kind == Name || t.Nodes[local].Kind == Member {
		r.put(s, string(t.Text(lastName(t, local))), x, local)
	}
}

func lastName(t *Tree, id ID) ID {
	if t.Nodes[id].Kind == Member {
		return t.Child(id, Ident)
	}
	return id
}

// required: const x = require("m") imports m as x, const {a: b} = require("m") imports m.a as b.
func (r *resolver) required(s *scopeMap, target, value ID) {
	t := r.t
	if t.Kind(value) != Call || !r.spec.Requires {
		return
	}
	fn, args := t.Child(value, Fn), t.Child(value, Arguments)
	if fn == Nil || args == Nil || t.Nodes[fn].Kind != Name || !t.HasText(fn, "require") {
		return
	}
	path := t.Nodes[args].First
	if t.Kind(path) != Str {
		return
	}
	note := func(name, part ID) {
		if d := s.names[string(t.Text(name))]; d != 0 {
			r.decls[d].module, r.decls[d].part = path, part
		}
	}
	if t.Nodes[target].Kind == Name {
		note(target, Nil)
		return
	}
	if t.Nodes[target].Kind != Dict {
		return
	}
	for c := t.Nodes[target].First; c != Nil; c = t.Nodes[c].Next {
		switch t.Nodes[c].Kind {
		case Name:
			note(c, c)
		case Pair:
			if k, v := t.Child(c, Key), t.Child(c, Value); t.Kind(k) == Name && t.Kind(v) == Name {
				note(v, k)
			}
		}
	}
}

// importedAs is the name that an import without alias gives its path: the first part in Python, else the last.
func (r *resolver) importedAs(path ID) string {
	t := r.t
	switch t.Nodes[path].Kind {
	case Name:
		return string(t.Text(path))
	case Member:
		if r.spec.ImportFirst {
			return "" // the first part stands for itself
		}
		return string(t.Text(lastName(t, path)))
	case Str:
		text := t.Text(path)
		if r.spec.ModuleLast {
			return packageName(string(text))
		}
		return string(text[bytes.LastIndexByte(text, '/')+1:])
	}
	return ""
}

// packageName is what the package of a path most likely calls itself: the last part that is no version, without what
// says that it is Go.
func packageName(path string) string {
	parts := strings.Split(path, "/")
	last := len(parts) - 1
	if v := parts[last]; last > 0 && len(v) > 1 && v[0] == 'v' && strings.Trim(v[1:], "0123456789") == "" {
		last--
	}
	name, _, _ := strings.Cut(parts[last], ".v") // gopkg.in/yaml.v3
	return strings.TrimPrefix(strings.TrimSuffix(name, "-go"), "go-")
}

func (r *resolver) put(s *scopeMap, name string, imp, node ID) {
	d, ok := s.names[name]
	if !ok {
		d = int32(len(r.decls))
		r.decls = append(r.decls, decl{name: name, scope: s.node, node: node, value: Nil, typ: Nil, call: Nil})
		s.names[name] = d
	}
	r.decls[d].imported = imp
	r.decls[d].imports = append(r.decls[d].imports, imp)
	r.decls[d].writes++
}

// uses resolves the names in a scope.
func (r *resolver) uses(id ID, s *scopeMap) {
	t := r.t
	r.walkScope(id, func(x ID) {
		n := &t.Nodes[x]
		if n.Kind == Member {
			r.field(x, s)
			return
		}
		if n.Kind != Name {
			return
		}
		if n.Role == Ident {
			switch t.Nodes[n.Parent].Kind {
			case Param, VarDef, Catch, Bin:
			default:
				return
			}
		}
		if d := s.find(t.Text(x)); d != 0 {
			t.decl[x] = d
			r.decls[d].uses = append(r.decls[d].uses, x)
			if m := r.hiddenModule(d, s, t.Text(x)); m != 0 {
				r.decls[m].uses = append(r.decls[m].uses, x)
			}
		} else if len(r.wildcard) > 0 && n.Role != Ident {
			r.unknown = append(r.unknown, x)
		}
	}, nil)
}

// hiddenModule is the declaration of a module that a variable of a function has the name of, 0 if there is none. What
// is known of the module is still said of the name: rules ask for calls of the module by it.
func (r *resolver) hiddenModule(d int32, s *scopeMap, name []byte) int32 {
	t, e := r.t, &r.decls[d]
	if !r.spec.NestedModules || e.imported != 0 || e.param || e.scope == 0 || t.Kind(t.Nodes[e.node].Parent) != Assign {
		return 0
	}
	for s != nil && s.node != e.scope {
		s = s.outer
	}
	if s == nil || s.outer == nil {
		return 0
	}
	m := s.outer.find(name)
	if m == 0 || r.decls[m].imported == 0 || t.Child(r.decls[m].imported, Ident) != Nil {
		return 0
	}
	return m
}

// field resolves this.x to the field that the class around declares.
func (r *resolver) field(x ID, s *scopeMap) {
	t := r.t
	obj, name := t.Child(x, Obj), t.Child(x, Ident)
	if obj == Nil || t.Kind(name) != Name || !t.isThis(obj) {
		return
	}
	for from := s; s != nil; s = s.outer {
		if !s.class {
			continue
		}
		text := t.Text(name)
		d, ok := s.names[string(text)]
		if !ok {
			d, ok = s.names["$"+string(text)]
		}
		if ok {
			t.decl[x] = d
			if p := t.Nodes[x].Parent; p != Nil && t.Nodes[x].Role == Left {
				if v := t.Child(p, Right); t.Nodes[p].Kind == Assign && v != Nil && s == from.outer &&
					r.constructor(from) {
					r.decls[d].writes++
					r.decls[d].value = v
				} else {
					r.decls[d].writes += 2
				}
			}
		}
		return
	}
}

func (t *Tree) isThis(id ID) bool {
	return t.Nodes[id].Kind == This && t.Nodes[id].textLen == 0 ||
		t.Nodes[id].Kind == Name && (t.HasText(id, "$this") || t.HasText(id, "self"))
}

// guesses gives names that nothing in sight declares the full names that imports of everything may give them.
func (r *resolver) guesses() {
	if len(r.wildcard) > 8 {
		return
	}
	for _, x := range r.unknown {
		for _, w := range r.wildcard {
			if full := r.copyName(r.t.Child(w, Path)); full != Nil {
				r.t.Alt[x] = append(r.t.Alt[x], r.member(full, x))
			}
		}
	}
}

// imports gives each use of an imported name its full name.
func (r *resolver) imports() {
	t := r.t
	for i := range t.Nodes[:r.n] {
		if n := &t.Nodes[i]; n.Kind == Import && t.Child(ID(i), Ident) != Nil {
			if full := r.fullName(ID(i)); full != Nil {
				t.Alt[ID(i)] = append(t.Alt[ID(i)], full)
			}
		}
	}
	for i := range r.decls {
		d := &r.decls[i]
		if d.imported == 0 && d.module == 0 || len(d.uses) == 0 {
			continue
		}
		if r.spec.NestedModules {
			r.importsInTurn(d)
			continue
		}
		var full ID
		if d.imported != 0 {
			full = r.fullName(d.imported)
		} else if full = r.copyName(d.module); d.part != Nil && full != Nil {
			full = r.member(full, d.part)
		}
		if full == Nil || t.Nodes[full].Kind == Name && t.HasText(full, d.name) {
			continue
		}
		short := Nil
		if d.imported != 0 && r.spec.ModuleLast {
			if name := r.importedAs(t.Child(d.imported, Path)); name != "" && name != d.name {
				short = t.synth(Name, Elem, Nil)
				t.setString(short, name)
			}
		}
		for _, u := range d.uses {
			if p := t.Nodes[u].Parent; p != Nil && t.Nodes[p].Kind == Import {
				continue
			}
			t.Alt[u] = append(t.Alt[u], full)
			if short != Nil {
				t.Alt[u] = append(t.Alt[u], short)
			}
		}
	}
}

// importsInTurn gives each use of a name what the last import before it in the text brings.
func (r *resolver) importsInTurn(d *decl) {
	t := r.t
	names := make([]ID, len(d.imports))
	for i, imp := range d.imports {
		names[i] = r.fullName(imp)
	}
	for _, u := range d.uses {
		if t.Kind(t.Nodes[u].Parent) == Import {
			continue
		}
		at := sort.Search(len(d.imports),
			func(i int) bool { return t.Nodes[d.imports[i]].Start > t.Nodes[u].Start }) - 1
		if at < 0 || names[at] == Nil || t.Nodes[names[at]].Kind == Name && t.HasText(names[at], d.name) {
			continue
		}
		t.Alt[u] = append(t.Alt[u], names[at])
	}
}

// fullName makes the dotted name of what an import brings.
func (r *resolver) fullName(imp ID) ID {
	t := r.t
	path, name := t.Child(imp, Path), t.Child(imp, Ident)
	if path == Nil {
		return Nil
	}
	full := r.copyName(path)
	if full == Nil {
		return Nil
	}
	if name == Nil || t.Nodes[name].Kind == Token || t.HasText(name, "default") {
		return full
	}
	return r.member(full, name)
}

// member makes obj.name.
func (r *resolver) member(obj, name ID) ID {
	t := r.t
	m := t.synth(Member, Elem, Nil)
	t.Nodes[obj].Role = Obj
	t.link(m, obj)
	n := t.synth(Name, Ident, m)
	t.Nodes[n].textOff, t.Nodes[n].textLen = t.Nodes[name].textOff, t.Nodes[name].textLen
	return m
}

// copyName copies a dotted name or makes one of a module's string.
func (r *resolver) copyName(id ID) ID {
	t := r.t
	switch t.Nodes[id].Kind {
	case Name, Str:
		n := t.synth(Name, Elem, Nil)
		t.Nodes[n].textOff, t.Nodes[n].textLen = t.Nodes[id].textOff, t.Nodes[id].textLen
		return n
	case Member:
		obj, name := t.Child(id, Obj), t.Child(id, Ident)
		if obj == Nil || name == Nil {
			return Nil
		}
		o := r.copyName(obj)
		if o == Nil {
			return Nil
		}
		return r.member(o, name)
	}
	return Nil
}

// ImportFull is the full dotted name of what an import brings from a module, Nil for an import of a module.
func (t *Tree) ImportFull(id ID) ID {
	if a := t.Alt[id]; len(a) > 0 {
		return a[0]
	}
	return Nil
}

// synth adds a node that is not in the source.
func (t *Tree) synth(k Kind, role Role, parent ID) ID {
	for len(t.last) < len(t.Nodes) {
		t.last = append(t.last, Nil)
	}
	id := t.add(parent, k, role, 0, 0)
	t.Nodes[id].Flags = FlagSynth | FlagExpr
	t.decl = append(t.decl, 0)
	return id
}

// WordByte reports whether names are made of a byte: an ASCII letter, a digit or an underscore.
func WordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// IsWord reports whether a text could be a name: it is not empty and made of nothing else.
func IsWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if !WordByte(s[i]) {
			return false
		}
	}
	return s != ""
}
