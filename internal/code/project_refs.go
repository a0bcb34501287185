package code

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// maxRefDepth bounds how deep an expression is looked into for what it refers to.
const maxRefDepth = 12

// refOf is what an expression refers to, as far as its own file tells; noRef for what no file defines.
func (x *indexer) refOf(id ast.ID) int32 {
	if id == ast.Nil {
		return noRef
	}
	if x.depth++; x.depth > maxRefDepth {
		x.depth--
		return noRef
	}
	defer func() { x.depth-- }()
	t := x.t
	switch t.Nodes[id].Kind {
	case ast.Name:
		return x.nameRef(id)
	case ast.This:
		if c := x.around(id); c >= 0 {
			if t.HasText(id, "super") {
				return x.add(ref{kind: refSuper, a: c})
			}
			return x.add(ref{kind: refThis, a: c})
		}
	case ast.Member:
		obj, name := t.Child(id, ast.Obj), t.Child(id, ast.Ident)
		if obj == ast.Nil || t.Kind(name) != ast.Name {
			return noRef
		}
		return x.member(x.refOf(obj), strings.TrimPrefix(string(t.Text(name)), "$"))
	case ast.Call:
		return x.callRef(id)
	case ast.New:
		if t.Child(id, ast.Body) != ast.Nil && t.Lang.Name == "java" {
			return noRef // an anonymous class
		}
		return x.add(ref{kind: refInstance, a: x.typeRef(t.Child(id, ast.Type))})
	case ast.Unary:
		if t.HasText(id, "&") {
			return x.refOf(t.Child(id, ast.Value))
		}
	case ast.Await:
		return x.refOf(t.Child(id, ast.Value))
	case ast.Cast:
		if typ := x.typeRef(t.Child(id, ast.Type)); typ != noRef {
			return x.add(ref{kind: refInstance, a: typ})
		}
	case ast.Dict:
		if c, ok := x.classOf[id]; ok {
			return x.add(ref{kind: refThis, a: c})
		}
	case ast.Lambda, ast.FuncDef:
		if u, ok := x.unitOf[id]; ok {
			return x.add(ref{kind: refUnit, a: u})
		}
	}
	return noRef
}

// callRef is what a call gives.
func (x *indexer) callRef(id ast.ID) int32 {
	t := x.t
	fn := t.Child(id, ast.Fn)
	switch {
	case fn == ast.Nil:
		return noRef
	case t.HasText(fn, "super") && t.Nodes[fn].Kind == ast.Name && t.Lang.Name == "python":
		if c := x.around(id); c >= 0 {
			return x.add(ref{kind: refSuper, a: c})
		}
		return noRef
	case t.HasText(fn, "require") && t.Nodes[fn].Kind == ast.Name && t.Lang.Names.Requires:
		if args := t.Child(id, ast.Arguments); args != ast.Nil && t.Kind(t.Nodes[args].First) == ast.Str {
			return x.module(string(t.Text(t.Nodes[args].First)))
		}
		return noRef
	case t.Nodes[fn].Kind == ast.Member && x.isNew(fn) && t.Lang.Name == "ruby":
		return x.add(ref{kind: refInstance, a: x.refOf(t.Child(fn, ast.Obj))})
	}
	return x.add(ref{kind: refResult, a: x.refOf(fn)})
}

// nameRef is what a name refers to.
func (x *indexer) nameRef(id ast.ID) int32 {
	t := x.t
	name := string(t.Text(id))
	lang := t.Lang.Name
	if c := x.around(id); c >= 0 {
		switch {
		case lang == "php" && name == "$this", lang == "python" && x.isThis(id):
			return x.add(ref{kind: refThis, a: c})
		case lang == "php" && (name == "self" || name == "static"), lang == "python" && name == "cls":
			return x.add(ref{kind: refClass, a: c})
		case lang == "php" && name == "parent":
			return x.add(ref{kind: refSuper, a: c})
		case lang == "ruby" && strings.HasPrefix(name, "@"):
			return x.member(x.add(ref{kind: refThis, a: c}), name)
		}
	}
	if t.Lang.Names.FoldNames && !strings.HasPrefix(name, "$") {
		return x.global(strings.ToLower(name))
	}
	d, ok := t.Declared(t.Decl(id))
	if !ok {
		return x.undeclared(id, name)
	}
	return x.declared(id, d, name)
}

// undeclared is a name that nothing in the file declares.
func (x *indexer) undeclared(id ast.ID, name string) int32 {
	switch x.t.Lang.Name {
	case "java", "ruby":
		if c := x.around(id); c >= 0 {
			return x.add(ref{refBare, c, name})
		}
	}
	return x.global(name)
}

func (x *indexer) declared(id ast.ID, d ast.Declared, name string) int32 {
	t := x.t
	if d.Import != ast.Nil {
		return x.importRef(d.Import)
	}
	if d.Module != ast.Nil {
		m := x.module(string(t.Text(d.Module)))
		if d.Part != ast.Nil {
			return x.member(m, string(t.Text(d.Part)))
		}
		return m
	}
	p := t.Nodes[d.Node].Parent
	if p == ast.Nil {
		return noRef
	}
	switch k := t.Nodes[p].Kind; {
	case k == ast.ClassDef:
		if c, ok := x.classOf[p]; ok {
			return x.add(ref{kind: refClass, a: c})
		}
	case k == ast.FuncDef:
		if x.outermost(p) || d.Scope == 0 {
			return x.global(name) // which of several is meant is told there
		}
		if u, ok := x.unitOf[p]; ok {
			return x.add(ref{kind: refUnit, a: u})
		}
	case t.Lang.Name == "java" && x.fieldOf(p) >= 0:
		return x.member(x.add(ref{kind: refThis, a: x.fieldOf(p)}), name)
	case d.Type != ast.Nil:
		if typ := x.typeRef(d.Type); typ != noRef {
			return x.add(ref{kind: refInstance, a: typ})
		}
	}
	if t.Nodes[p].Kind == ast.Param {
		return x.paramRef(p)
	}
	if d.Value != ast.Nil {
		return x.refOf(d.Value)
	}
	if t.Lang.Name == "go" {
		return x.firstOfSeveral(d.Node)
	}
	return noRef
}

// fieldOf is the class whose field a definition is, -1 for none.
func (x *indexer) fieldOf(def ast.ID) int32 {
	t := x.t
	if t.Nodes[def].Kind != ast.VarDef || t.Kind(t.Nodes[def].Parent) != ast.ClassBody {
		return -1
	}
	return x.around(def)
}

// paramRef is a parameter, as something that may be called.
func (x *indexer) paramRef(p ast.ID) int32 {
	t := x.t
	ps := t.Nodes[p].Parent
	if ps == ast.Nil || t.Nodes[ps].Role != ast.Parameters {
		return noRef
	}
	u, ok := x.unitOf[t.Nodes[ps].Parent]
	name := t.Child(p, ast.Ident)
	if !ok || name == ast.Nil {
		return noRef
	}
	text := strings.TrimPrefix(string(t.Text(name)), "$")
	for i := range x.f.units[u].params {
		if q := &x.f.units[u].params[i]; q.name == text && q.kind != paramRest && q.kind != paramNamed {
			return x.add(ref{refParam, int32(i), strconv.Itoa(int(u))})
		}
	}
	return noRef
}

// firstOfSeveral: of x, err := f() the first has the type of f's first result.
func (x *indexer) firstOfSeveral(name ast.ID) int32 {
	t := x.t
	tu := t.Nodes[name].Parent
	if tu == ast.Nil || t.Nodes[tu].Kind != ast.Tuple || t.Nodes[tu].First != name || t.Nodes[tu].Role != ast.Left {
		return noRef
	}
	if v := t.Child(t.Nodes[tu].Parent, ast.Right); t.Kind(v) == ast.Call {
		return x.refOf(v)
	}
	return noRef
}

// isThis says whether an expression is the object that a method is called on.
func (x *indexer) isThis(id ast.ID) bool {
	t := x.t
	if id == ast.Nil {
		return false
	}
	switch t.Nodes[id].Kind {
	case ast.This:
		return !t.HasText(id, "super")
	case ast.Name:
		switch t.Lang.Name {
		case "php":
			return t.HasText(id, "$this")
		case "python":
			return x.firstParam(id)
		}
	}
	return false
}

// firstParam says whether a name is the first parameter of the method around it.
func (x *indexer) firstParam(id ast.ID) bool {
	t := x.t
	for p := t.Nodes[id].Parent; p != ast.Nil; p = t.Nodes[p].Parent {
		switch t.Nodes[p].Kind {
		case ast.ClassDef:
			return false
		case ast.FuncDef:
			u, ok := x.unitOf[p]
			if !ok {
				return false
			}
			f := &x.f.units[u]
			if f.class >= 0 {
				return !f.static && f.params[0].name != "" && t.HasText(id, f.params[0].name) && !t.HasText(id, "cls")
			}
		}
	}
	return false
}

// plainType strips a type of pointers, arguments and the like, to the name of it.
func (x *indexer) plainType(id ast.ID) ast.ID {
	t := x.t
	for range 6 {
		if id == ast.Nil {
			return id
		}
		switch n := &t.Nodes[id]; n.Kind {
		case ast.Params: // several results of Go: the first
			id = t.Child(n.First, ast.Type)
		case ast.Other:
			switch t.Lang.SymbolName(n.Sym) {
			case "pointer_type", "generic_type", "optional_type", "nullable_type":
			default:
				return ast.Nil
			}
			c := n.First
			for c != ast.Nil && t.Nodes[c].Kind == ast.Token {
				c = t.Nodes[c].Next
			}
			id = c
		default:
			return id
		}
	}
	return ast.Nil
}

// typeRef is what a type's name refers to.
func (x *indexer) typeRef(id ast.ID) int32 {
	id = x.plainType(id)
	if id == ast.Nil {
		return noRef
	}
	t := x.t
	switch t.Nodes[id].Kind {
	case ast.Name:
		if t.Lang.Name == "java" || t.Lang.Name == "go" {
			if d, ok := t.Declared(t.Decl(id)); ok && d.Import != ast.Nil {
				return x.importRef(d.Import)
			}
			return x.global(string(t.Text(id)))
		}
		return x.refOf(id)
	case ast.Member:
		return x.refOf(id)
	case ast.Str: // a type of Python that is defined further down
		if s := string(t.Text(id)); s != "" && isWord(s) {
			return x.global(s)
		}
	}
	return noRef
}

// callee is what a call or a new object calls.
func (x *indexer) callee(id ast.ID) int32 {
	t := x.t
	switch t.Nodes[id].Kind {
	case ast.New:
		if t.Lang.Name == "go" || t.Child(id, ast.Body) != ast.Nil {
			return noRef
		}
		return x.typeRef(t.Child(id, ast.Type))
	case ast.Member: // Ruby calls without parentheses
		if t.Nodes[id].Role == ast.Fn {
			return noRef
		}
		obj := t.Child(id, ast.Obj)
		if obj == ast.Nil || x.isNew(id) {
			return noRef
		}
		return x.refOf(id)
	}
	fn := t.Child(id, ast.Fn)
	if fn == ast.Nil {
		return noRef
	}
	n := &t.Nodes[fn]
	switch {
	case n.Kind == ast.This: // super(...), this(...)
		c := x.around(fn)
		if c < 0 {
			return noRef
		}
		if !t.HasText(fn, "super") {
			return x.add(ref{kind: refClass, a: c})
		}
		if t.Lang.Name == "ruby" {
			if u := x.methodAround(fn); u != "" {
				return x.member(x.add(ref{kind: refSuper, a: c}), u)
			}
			return noRef
		}
		return x.member(x.add(ref{kind: refSuper, a: c}), ctorName)
	case n.Kind == ast.Name && t.Lang.Name == "java":
		if c := x.around(fn); c >= 0 {
			return x.add(ref{refBare, c, string(t.Text(fn))})
		}
	case n.Kind == ast.Name && t.Lang.Name == "python" && t.HasText(fn, "super"):
		return noRef
	case n.Kind == ast.Member && t.Lang.Name == "ruby" && x.isNew(fn):
		return x.refOf(t.Child(fn, ast.Obj))
	}
	return x.refOf(fn)
}

// ctorName stands for a class's constructor, whatever the language calls it.
const ctorName = "\x00new"

func (x *indexer) methodAround(id ast.ID) string {
	for p := x.t.Nodes[id].Parent; p != ast.Nil; p = x.t.Nodes[p].Parent {
		if x.t.Nodes[p].Kind == ast.FuncDef {
			return x.f.units[x.unitOf[p]].name
		}
	}
	return ""
}

// exports lists what a JavaScript module gives to others, by ES and by CommonJS means.
func (x *indexer) exports() {
	t := x.t
	for i := range t.Nodes {
		id := ast.ID(i)
		n := &t.Nodes[i]
		if n.Flags&ast.FlagSynth != 0 {
			continue
		}
		switch {
		case n.Kind == ast.Mod && n.Role == ast.Mods && t.HasText(id, "export"):
			x.exported(n.Parent)
		case n.Kind == ast.Other && t.Lang.SymbolName(n.Sym) == "export_statement":
			x.exportList(id)
		case n.Kind == ast.Assign:
			x.commonExport(t.Child(id, ast.Left), t.Child(id, ast.Right))
		}
	}
}

func (x *indexer) export(name string, r int32) {
	if _, ok := x.f.exports[name]; ok {
		r = noRef
	}
	x.f.exports[name] = r
}

// exported: export function f() {}, export const f = ..., export default class {}.
func (x *indexer) exported(def ast.ID) {
	t := x.t
	name := t.Child(def, ast.Ident)
	r := noRef
	switch t.Nodes[def].Kind {
	case ast.FuncDef:
		if u, ok := x.unitOf[def]; ok && x.f.units[u].body {
			r = x.add(ref{kind: refUnit, a: u})
		} else {
			return
		}
	case ast.ClassDef:
		if c, ok := x.classOf[def]; ok {
			r = x.add(ref{kind: refClass, a: c})
		}
	case ast.VarDef:
		r = x.refOf(t.Child(def, ast.Value))
	case ast.Other: // an interface
		c, ok := x.classOf[def]
		if !ok {
			return
		}
		name, r = t.Field(def, "name"), x.add(ref{kind: refClass, a: c})
	default:
		return
	}
	before := bytes.TrimRight(t.Src[:t.Nodes[def].Start], " \t\r\n")
	if bytes.HasSuffix(before, []byte("default")) {
		x.export("default", r)
	} else if name != ast.Nil {
		x.export(string(t.Text(name)), r)
	}
}

// exportList: export {a, b as c}, the same from another module, export * from, export default e.
func (x *indexer) exportList(id ast.ID) {
	t := x.t
	from := noRef
	var names []ast.ID
	star, as := false, ast.Nil
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch n := &t.Nodes[c]; {
		case t.InField(c, "value"):
			x.export("default", x.refOf(c))
		case n.Kind == ast.Str:
			from = x.module(string(t.Text(c)))
		case n.Kind == ast.Token && t.HasText(c, "*"):
			star = true
		case n.Kind == ast.Other && t.Lang.SymbolName(n.Sym) == "namespace_export":
			for k := n.First; k != ast.Nil; k = t.Nodes[k].Next {
				if t.Nodes[k].Kind == ast.Name {
					as = k
				}
			}
		case n.Kind == ast.Other && t.Lang.SymbolName(n.Sym) == "export_clause":
			for k := n.First; k != ast.Nil; k = t.Nodes[k].Next {
				names = append(names, k)
			}
		}
	}
	switch {
	case as != ast.Nil && from != noRef:
		x.export(string(t.Text(as)), from)
	case star && from != noRef:
		x.f.wild = append(x.f.wild, from)
	}
	for _, k := range names {
		name, alias := t.Field(k, "name"), t.Field(k, "alias")
		if name == ast.Nil {
			continue
		}
		local := string(t.Text(name))
		out := local
		if alias != ast.Nil {
			out = string(t.Text(alias))
		}
		if from != noRef {
			x.export(out, x.member(from, local))
		} else {
			x.export(out, x.global(local))
		}
	}
}

// commonExport: module.exports = e, module.exports.f = e, exports.f = e.
func (x *indexer) commonExport(left, right ast.ID) {
	t := x.t
	if t.Kind(left) != ast.Member || right == ast.Nil {
		return
	}
	if t.Kind(right) == ast.Assign { // exports = module.exports = e
		right = t.Child(right, ast.Right)
		if right == ast.Nil {
			return
		}
	}
	d := t.Dotted(left)
	switch {
	case d == "module.exports":
		if t.Kind(right) != ast.Dict {
			x.export("=", x.refOf(right))
			return
		}
		for c := t.Nodes[right].First; c != ast.Nil; c = t.Nodes[c].Next {
			switch t.Nodes[c].Kind {
			case ast.Name:
				x.export(string(t.Text(c)), x.refOf(c))
			case ast.FuncDef:
				if name := t.Child(c, ast.Ident); name != ast.Nil {
					x.export(string(t.Text(name)), x.refOf(c))
				}
			case ast.Pair:
				if k, v := t.Child(c, ast.Key), t.Child(c, ast.Value); k != ast.Nil && v != ast.Nil {
					x.export(string(t.Text(k)), x.refOf(v))
				}
			}
		}
	case strings.HasPrefix(d, "module.exports."), strings.HasPrefix(d, "exports."):
		name := d[strings.LastIndexByte(d, '.')+1:]
		if name != "exports" {
			x.export(name, x.refOf(right))
		}
	}
}

// isNew says whether a member is called new.
func (x *indexer) isNew(id ast.ID) bool {
	name := x.t.Child(id, ast.Ident)
	return name != ast.Nil && x.t.HasText(name, "new")
}
