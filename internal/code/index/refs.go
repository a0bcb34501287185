package index

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
)

// maxRefDepth bounds how deep an expression is looked into for what it refers to.
const maxRefDepth = 12

// RefOf is what an expression refers to, as far as its own file tells; noRef for what no file defines.
func (x *Indexer) RefOf(id ast.ID) int32 {
	if id == ast.Nil {
		return facts.NoRef
	}
	if x.depth++; x.depth > maxRefDepth {
		x.depth--
		return facts.NoRef
	}
	defer func() { x.depth-- }()
	t := x.Tree
	switch t.Nodes[id].Kind {
	case ast.Name:
		return x.nameRef(id)
	case ast.This:
		if c := x.around(id); c >= 0 {
			if t.HasText(id, "super") {
				return x.add(facts.Ref{Kind: facts.RefSuper, Of: c})
			}
			return x.add(facts.Ref{Kind: facts.RefThis, Of: c})
		}
	case ast.Member:
		obj, name := t.Child(id, ast.Obj), t.Child(id, ast.Ident)
		if obj == ast.Nil || t.Kind(name) != ast.Name {
			return facts.NoRef
		}
		return x.member(x.RefOf(obj), strings.TrimPrefix(string(t.Text(name)), "$"))
	case ast.Call:
		return x.callRef(id)
	case ast.New:
		if t.Child(id, ast.Body) != ast.Nil && t.Lang.Objects.AnonymousClasses {
			return facts.NoRef // an anonymous class
		}
		return x.add(facts.Ref{Kind: facts.RefInstance, Of: x.typeRef(t.Child(id, ast.Type))})
	case ast.Unary:
		if t.HasText(id, "&") {
			return x.RefOf(t.Child(id, ast.Value))
		}
	case ast.Await:
		return x.RefOf(t.Child(id, ast.Value))
	case ast.Cast:
		if typ := x.typeRef(t.Child(id, ast.Type)); typ != facts.NoRef {
			return x.add(facts.Ref{Kind: facts.RefInstance, Of: typ})
		}
	case ast.Dict:
		if c, ok := x.ClassOf[id]; ok {
			return x.add(facts.Ref{Kind: facts.RefThis, Of: c})
		}
	case ast.Lambda, ast.FuncDef:
		if x.makes[id] {
			return x.add(facts.Ref{Kind: facts.RefClass, Of: x.ClassOf[id]})
		}
		if u, ok := x.functionOf[id]; ok {
			return x.add(facts.Ref{Kind: facts.RefFunction, Of: u})
		}
	}
	return facts.NoRef
}

// callRef is what a call gives.
func (x *Indexer) callRef(id ast.ID) int32 {
	t := x.Tree
	fn := t.Child(id, ast.Fn)
	switch {
	case fn == ast.Nil:
		return facts.NoRef
	case t.HasText(fn, "super") && t.Nodes[fn].Kind == ast.Name && t.Lang.Objects.SuperCall:
		if c := x.around(id); c >= 0 {
			return x.add(facts.Ref{Kind: facts.RefSuper, Of: c})
		}
		return facts.NoRef
	case t.HasText(fn, "require") && t.Nodes[fn].Kind == ast.Name && t.Lang.Names.Requires:
		if args := t.Child(id, ast.Arguments); args != ast.Nil && t.Kind(t.Nodes[args].First) == ast.Str {
			return x.module(string(t.Text(t.Nodes[args].First)))
		}
		return facts.NoRef
	case t.Nodes[fn].Kind == ast.Member && x.isNew(fn):
		return x.add(facts.Ref{Kind: facts.RefInstance, Of: x.RefOf(t.Child(fn, ast.Obj))})
	}
	return x.add(facts.Ref{Kind: facts.RefResult, Of: x.RefOf(fn)})
}

// nameRef is what a name refers to.
func (x *Indexer) nameRef(id ast.ID) int32 {
	t := x.Tree
	name := string(t.Text(id))
	o := &t.Lang.Objects
	if c := x.around(id); c >= 0 {
		switch {
		case x.isThis(id):
			return x.add(facts.Ref{Kind: facts.RefThis, Of: c})
		case slices.Contains(o.Class, name):
			return x.add(facts.Ref{Kind: facts.RefClass, Of: c})
		case o.Super != "" && name == o.Super:
			return x.add(facts.Ref{Kind: facts.RefSuper, Of: c})
		case x.sigil(name):
			return x.member(x.add(facts.Ref{Kind: facts.RefThis, Of: c}), name)
		}
	}
	if t.Lang.Names.FoldNames && !strings.HasPrefix(name, "$") {
		return x.global(strings.ToLower(name))
	}
	d, ok := t.Declared(t.Decl(id))
	if !ok {
		return x.undeclared(id, name)
	}
	return x.declared(d, name)
}

// undeclared is a name that nothing in the file declares.
func (x *Indexer) undeclared(id ast.ID, name string) int32 {
	if x.Tree.Lang.Objects.BareMembers {
		if c := x.around(id); c >= 0 {
			return x.add(facts.Ref{Kind: facts.RefBare, Of: c, Name: name})
		}
	}
	return x.global(name)
}

func (x *Indexer) declared(d ast.Declared, name string) int32 {
	t := x.Tree
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
		return facts.NoRef
	}
	switch k := t.Nodes[p].Kind; {
	case k == ast.ClassDef:
		if c, ok := x.ClassOf[p]; ok {
			return x.add(facts.Ref{Kind: facts.RefClass, Of: c})
		}
	case k == ast.FuncDef:
		if x.outermost(p) || d.Scope == 0 {
			return x.global(name) // which of several is meant is told there
		}
		return x.RefOf(p)
	case t.Lang.Names.ClassScope && x.fieldOf(p) >= 0:
		return x.member(x.add(facts.Ref{Kind: facts.RefThis, Of: x.fieldOf(p)}), name)
	case d.Type != ast.Nil:
		if typ := x.typeRef(d.Type); typ != facts.NoRef {
			return x.add(facts.Ref{Kind: facts.RefInstance, Of: typ})
		}
	}
	if t.Nodes[p].Kind == ast.Param {
		return x.paramRef(p)
	}
	if d.Value != ast.Nil {
		return x.RefOf(d.Value)
	}
	if t.Lang.Objects.Results {
		return x.firstOfSeveral(d.Node)
	}
	return facts.NoRef
}

// fieldOf is the class whose field a definition is, -1 for none.
func (x *Indexer) fieldOf(def ast.ID) int32 {
	t := x.Tree
	if t.Nodes[def].Kind != ast.VarDef || t.Kind(t.Nodes[def].Parent) != ast.ClassBody {
		return -1
	}
	return x.around(def)
}

// paramRef is a parameter, as something that may be called.
func (x *Indexer) paramRef(p ast.ID) int32 {
	t := x.Tree
	ps := t.Nodes[p].Parent
	if ps == ast.Nil || t.Nodes[ps].Role != ast.Parameters {
		return facts.NoRef
	}
	u, ok := x.functionOf[t.Nodes[ps].Parent]
	name := t.Child(p, ast.Ident)
	if !ok || name == ast.Nil {
		return facts.NoRef
	}
	text := strings.TrimPrefix(string(t.Text(name)), "$")
	for i := range x.Facts.Functions[u].Params {
		if q := &x.Facts.Functions[u].Params[i]; q.Name == text && q.Kind != facts.ParamRest &&
			q.Kind != facts.ParamNamed {
			return x.add(facts.Ref{Kind: facts.RefParam, Of: int32(i), Name: strconv.Itoa(int(u))})
		}
	}
	return facts.NoRef
}

// firstOfSeveral: of x, err := f() the first has the type of f's first result.
func (x *Indexer) firstOfSeveral(name ast.ID) int32 {
	t := x.Tree
	tu := t.Nodes[name].Parent
	if tu == ast.Nil || t.Nodes[tu].Kind != ast.Tuple || t.Nodes[tu].First != name || t.Nodes[tu].Role != ast.Left {
		return facts.NoRef
	}
	if v := t.Child(t.Nodes[tu].Parent, ast.Right); t.Kind(v) == ast.Call {
		return x.RefOf(v)
	}
	return facts.NoRef
}

// isThis reports whether an expression is the object that a method is called on.
func (x *Indexer) isThis(id ast.ID) bool {
	t := x.Tree
	if id == ast.Nil {
		return false
	}
	switch t.Nodes[id].Kind {
	case ast.This:
		return !t.HasText(id, "super")
	case ast.Name:
		switch o := &t.Lang.Objects; {
		case o.This != "":
			return t.HasText(id, o.This)
		case o.SelfParam:
			return x.firstParam(id)
		}
	}
	return false
}

// firstParam reports whether a name is the first parameter of the method around it.
func (x *Indexer) firstParam(id ast.ID) bool {
	t := x.Tree
	for p := t.Nodes[id].Parent; p != ast.Nil; p = t.Nodes[p].Parent {
		switch t.Nodes[p].Kind {
		case ast.ClassDef:
			return false
		case ast.FuncDef:
			u, ok := x.functionOf[p]
			if !ok {
				return false
			}
			f := &x.Facts.Functions[u]
			if f.Class >= 0 {
				return !f.Static && f.Params[0].Name != "" && t.HasText(id, f.Params[0].Name) && !t.HasText(id, "cls")
			}
		}
	}
	return false
}

// plainType strips a type of pointers, arguments and the like, to the name of it.
func (x *Indexer) plainType(id ast.ID) ast.ID {
	t := x.Tree
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
func (x *Indexer) typeRef(id ast.ID) int32 {
	id = x.plainType(id)
	if id == ast.Nil {
		return facts.NoRef
	}
	t := x.Tree
	switch t.Nodes[id].Kind {
	case ast.Name:
		if t.Lang.Objects.TypeNames {
			if d, ok := t.Declared(t.Decl(id)); ok && d.Import != ast.Nil {
				return x.importRef(d.Import)
			}
			if c, ok := x.innerClass(id, string(t.Text(id))); ok {
				return x.add(facts.Ref{Kind: facts.RefClass, Of: c})
			}
			return x.global(string(t.Text(id)))
		}
		return x.RefOf(id)
	case ast.Member:
		return x.RefOf(id)
	case ast.Str: // a type of Python that is defined further down
		if s := string(t.Text(id)); s != "" && ast.IsWord(s) {
			return x.global(s)
		}
	}
	return facts.NoRef
}

// innerClass is the class within one of those around a place that a bare name stands for.
func (x *Indexer) innerClass(id ast.ID, name string) (int32, bool) {
	c := x.around(id)
	if c < 0 {
		return 0, false
	}
	for outer := x.Facts.Classes[c].Name; outer != ""; {
		if at, ok := x.classNamed[outer+"."+name]; ok {
			return at, true
		}
		i := strings.LastIndexByte(outer, '.')
		if i < 0 {
			break
		}
		outer = outer[:i]
	}
	return 0, false
}

// Callee is what a call or a new object calls.
func (x *Indexer) Callee(id ast.ID) int32 {
	t := x.Tree
	switch t.Nodes[id].Kind {
	case ast.New:
		if t.Lang.Objects.Structs || t.Child(id, ast.Body) != ast.Nil {
			return facts.NoRef
		}
		return x.typeRef(t.Child(id, ast.Type))
	case ast.Member: // Ruby calls without parentheses
		if t.Nodes[id].Role == ast.Fn {
			return facts.NoRef
		}
		obj := t.Child(id, ast.Obj)
		if obj == ast.Nil || x.isNew(id) {
			return facts.NoRef
		}
		return x.RefOf(id)
	case ast.Name:
		if !BareCall(t, id) {
			return facts.NoRef
		}
		if c := x.around(id); c >= 0 {
			return x.add(facts.Ref{Kind: facts.RefBare, Of: c, Name: string(t.Text(id))})
		}
		return x.global(string(t.Text(id)))
	}
	fn := t.Child(id, ast.Fn)
	if fn == ast.Nil {
		return facts.NoRef
	}
	n := &t.Nodes[fn]
	switch {
	case n.Kind == ast.This: // super(...), this(...)
		c := x.around(fn)
		if c < 0 {
			return facts.NoRef
		}
		if !t.HasText(fn, "super") {
			return x.add(facts.Ref{Kind: facts.RefClass, Of: c})
		}
		if t.Lang.Objects.SuperMethod {
			if u := x.methodAround(fn); u != "" {
				return x.member(x.add(facts.Ref{Kind: facts.RefSuper, Of: c}), u)
			}
			return facts.NoRef
		}
		return x.member(x.add(facts.Ref{Kind: facts.RefSuper, Of: c}), facts.Constructor)
	case n.Kind == ast.Name && t.Lang.Objects.BareCalls:
		if c := x.around(fn); c >= 0 {
			return x.add(facts.Ref{Kind: facts.RefBare, Of: c, Name: string(t.Text(fn))})
		}
	case n.Kind == ast.Name && t.Lang.Objects.SuperCall && t.HasText(fn, "super"):
		return facts.NoRef
	case n.Kind == ast.Member && x.isNew(fn):
		return x.RefOf(t.Child(fn, ast.Obj))
	}
	return x.RefOf(fn)
}

// BareCall reports whether a name calls a method without arguments and parentheses, as Ruby has it: where no variable
// of that name is known.
func BareCall(t *ast.Tree, id ast.ID) bool {
	n := &t.Nodes[id]
	if !t.Lang.Names.ImplicitReturn || n.Kind != ast.Name || n.Start == n.End {
		return false
	}
	switch n.Role {
	case ast.Fn, ast.Left, ast.Ident, ast.Key, ast.Type:
		return false
	}
	if c := t.Src[n.Start]; c != '_' && (c < 'a' || c > 'z') {
		return false // a constant, or a variable of the object or of all
	}
	d, known := t.Declared(t.Decl(id))
	return !known || t.Nodes[d.Node].Start > n.Start || // a variable begins with its first assignment
		t.Kind(t.Nodes[d.Node].Parent) == ast.FuncDef && t.Nodes[d.Node].Role == ast.Ident
}

func (x *Indexer) methodAround(id ast.ID) string {
	for p := x.Tree.Nodes[id].Parent; p != ast.Nil; p = x.Tree.Nodes[p].Parent {
		if x.Tree.Nodes[p].Kind == ast.FuncDef {
			return x.Facts.Functions[x.functionOf[p]].Name
		}
	}
	return ""
}

// exports lists what a JavaScript module gives to others, by ES and by CommonJS means.
func (x *Indexer) exports() {
	t := x.Tree
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

func (x *Indexer) export(name string, r int32) {
	if _, ok := x.Facts.Exports[name]; ok {
		r = facts.NoRef
	}
	x.Facts.Exports[name] = r
}

// exported: export function f() {}, export const f = ..., export default class {}.
func (x *Indexer) exported(def ast.ID) {
	t := x.Tree
	name := t.Child(def, ast.Ident)
	r := facts.NoRef
	switch t.Nodes[def].Kind {
	case ast.FuncDef:
		if u, ok := x.functionOf[def]; ok && x.Facts.Functions[u].Body {
			r = x.add(facts.Ref{Kind: facts.RefFunction, Of: u})
		} else {
			return
		}
	case ast.ClassDef:
		if c, ok := x.ClassOf[def]; ok {
			r = x.add(facts.Ref{Kind: facts.RefClass, Of: c})
		}
	case ast.VarDef:
		r = x.RefOf(t.Child(def, ast.Value))
	case ast.Other: // an interface
		c, ok := x.ClassOf[def]
		if !ok {
			return
		}
		name, r = t.Field(def, "name"), x.add(facts.Ref{Kind: facts.RefClass, Of: c})
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
func (x *Indexer) exportList(id ast.ID) {
	t := x.Tree
	from := facts.NoRef
	var names []ast.ID
	star, as := false, ast.Nil
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch n := &t.Nodes[c]; {
		case t.InField(c, "value"):
			x.export("default", x.RefOf(c))
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
	case as != ast.Nil && from != facts.NoRef:
		x.export(string(t.Text(as)), from)
	case star && from != facts.NoRef:
		x.Facts.StarImports = append(x.Facts.StarImports, from)
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
		if from != facts.NoRef {
			x.export(out, x.member(from, local))
		} else {
			x.export(out, x.global(local))
		}
	}
}

// commonExport: module.exports = e, module.exports.f = e, exports.f = e.
func (x *Indexer) commonExport(left, right ast.ID) {
	t := x.Tree
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
			x.export("=", x.RefOf(right))
			return
		}
		for c := t.Nodes[right].First; c != ast.Nil; c = t.Nodes[c].Next {
			switch t.Nodes[c].Kind {
			case ast.Name:
				x.export(string(t.Text(c)), x.RefOf(c))
			case ast.FuncDef:
				if name := t.Child(c, ast.Ident); name != ast.Nil {
					x.export(string(t.Text(name)), x.RefOf(c))
				}
			case ast.Pair:
				if k, v := t.Child(c, ast.Key), t.Child(c, ast.Value); k != ast.Nil && v != ast.Nil {
					x.export(string(t.Text(k)), x.RefOf(v))
				}
			}
		}
	case strings.HasPrefix(d, "module.exports."), strings.HasPrefix(d, "exports."):
		name := d[strings.LastIndexByte(d, '.')+1:]
		if name != "exports" {
			x.export(name, x.RefOf(right))
		}
	}
}

// isNew reports whether a member makes an object of what it is a member of.
func (x *Indexer) isNew(id ast.ID) bool {
	if !x.Tree.Lang.Objects.New {
		return false
	}
	name := x.Tree.Child(id, ast.Ident)
	return name != ast.Nil && x.Tree.HasText(name, "new")
}
