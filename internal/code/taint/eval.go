package taint

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// value runs a node by its kind and returns the taint of its value, before the rule's own parts are looked at.
func (fl *flow) value(id ast.ID, s state) taintSet {
	t := fl.t
	n := &t.Nodes[id]
	opts := &fl.Prog.Rule.Options
	switch n.Kind {
	case ast.ClassDef:
		fl.classBody(id, s)
		return nil
	case ast.Import:
		return nil
	case ast.FuncDef:
		if t.Lang.Names.Requires && fl.dom.closures() {
			fl.closure(id, s) // it sees the variables around it; elsewhere it is run by itself alone
		}
		return nil
	case ast.Lambda:
		fl.closure(id, s)
		return nil
	case ast.Name, ast.This:
		return fl.dom.read(fl, id, fl.place(id, s), s)
	case ast.Member, ast.Index, ast.Slice:
		return fl.dom.member(fl, id, fl.part(id, s), s)
	case ast.Assign:
		return fl.assignment(id, t.Child(id, ast.Left), t.Child(id, ast.Right), s)
	case ast.VarDef:
		return fl.assignment(id, t.Child(id, ast.Ident), t.Child(id, ast.Value), s)
	case ast.AugAssign:
		r := fl.opt(t.Child(id, ast.Right), s)
		l := t.Child(id, ast.Left)
		if l == ast.Nil {
			return r
		}
		m := fl.eval(l, s).union(r)
		if fl.vals != nil {
			return fl.augment(id, m, s)
		}
		if key := fl.root(l, s); key != "" {
			s.taint[key] = fl.known(key, s).union(m)
		}
		return m
	case ast.Call, ast.New:
		return fl.dom.call(fl, id, s)
	case ast.Pair:
		if k := t.Child(id, ast.Key); k != ast.Nil && t.FieldKey(k) {
			return fl.opt(t.Child(id, ast.Value), s)
		}
	case ast.Bin:
		if fl.vals != nil && fl.short(id) {
			return fl.logic(id, s)
		}
		m := fl.childTaints(id, s)
		if fl.vals != nil && t.HasText(id, "<<") {
			return fl.shovel(id, m, s)
		}
		t.Bound(id, func(name ast.ID) { fl.store(name, ast.Nil, m, s) })
		if opts.TaintAssumeSafeCmp && comparison(string(t.Text(id))) {
			return nil
		}
		return m
	case ast.Ternary:
		m := fl.opt(t.Child(id, ast.Cond), s)
		if t.Child(id, ast.Then) == ast.Nil { // a ?: b
			return m.union(fl.arms(s, ast.Nil, t.Child(id, ast.Else)))
		}
		return fl.choice(id, s)
	case ast.If:
		fl.opt(t.Child(id, ast.Init), s)
		fl.opt(t.Child(id, ast.Cond), s)
		return fl.choice(id, s)
	case ast.List, ast.Dict, ast.Tuple, ast.Set:
		m := fl.childTaints(id, s)
		if fl.vals != nil && n.Kind != ast.Set {
			fl.made(id, s)
		}
		return m
	case ast.While, ast.DoWhile, ast.For, ast.ForEach, ast.Comp:
		return fl.loop(id, s)
	case ast.Try:
		return fl.try(id, s)
	case ast.Switch:
		return fl.cases(id, s)
	case ast.With:
		fl.with(id, s)
		return nil
	case ast.Element:
		return fl.element(id, s)
	case ast.Str, ast.Num, ast.Bool, ast.Null, ast.Token, ast.Mod, ast.Decorator:
		return nil
	case ast.Interp:
		m := fl.childTaints(id, s)
		if t.HasText(id, ast.Template) && t.Lang.Name == "python" {
			return nil // whoever takes it sees which part is a value
		}
		return m
	case ast.Unary:
		m := fl.childTaints(id, s)
		if fl.vals != nil {
			fl.updated(id, s)
		}
		return m
	case ast.Return, ast.Throw, ast.ExprStmt, ast.Yield:
		m := fl.childTaints(id, s)
		if n.Kind == ast.Return || n.Kind == ast.Yield {
			fl.dom.returned(fl, id, m, s)
		}
		fl.dead = fl.dead || n.Kind == ast.Return || n.Kind == ast.Throw
		return m
	case ast.Break, ast.Continue:
		fl.jump(id, s)
		return nil
	case ast.Block, ast.Program, ast.Case:
		return fl.children(id, s)
	case ast.Other:
		return fl.other(id, s)
	}
	return fl.childTaints(id, s)
}

// leads reports whether what leaves within a node of a kind leaves it too: in an expression it may not have been run.
func leads(k ast.Kind) bool {
	switch k {
	case ast.Block, ast.Program, ast.Other, ast.Ternary, ast.With:
		return true
	}
	return k.Statement() && k != ast.VarDef && k != ast.FuncDef && k != ast.ClassDef
}

// other runs what is a construct of its own language.
func (fl *flow) other(id ast.ID, s state) taintSet {
	t := fl.t
	switch {
	case fl.labelled(id):
		fl.withLabel(id, s)
		return nil
	case t.Lang.Flow.Arms != nil && fl.hasArms(id):
		return fl.cases(id, s)
	}
	if p, v := t.Field(id, "pattern"), t.Field(id, "value"); p != ast.Nil && v != ast.Nil && t.IsPattern(p) {
		m := fl.eval(v, s)
		t.Bound(id, func(name ast.ID) { fl.store(name, ast.Nil, m, s) })
		return m
	}
	if l, r := t.Field(id, "left"), t.Field(id, "right"); l != ast.Nil && r != ast.Nil && fl.assigns(id) {
		return fl.assignment(id, l, r, s)
	}
	m := fl.childTaints(id, s)
	if fl.vals != nil && t.Lang.SymbolName(t.Nodes[id].Sym) == "delete_statement" {
		for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
			fl.deleted(c, s)
		}
	}
	fl.dead = false // whether that part is run is not known
	return m
}

// assigns reports whether a construct of a language's own puts what is on its right into what is on its left.
func (fl *flow) assigns(id ast.ID) bool {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		if fl.t.Nodes[c].Kind == ast.Token && (fl.t.HasText(c, "=") || fl.t.HasText(c, ":=")) {
			return true
		}
	}
	return false
}

// keeps reports whether an expression of a kind has the taint of what it is made of under
// taint_only_propagate_through_assignments.
func keeps(k ast.Kind) bool {
	switch k {
	case ast.Name,
		ast.This,
		ast.Assign,
		ast.VarDef,
		ast.ExprStmt,
		ast.Return,
		ast.Yield,
		ast.Ternary,
		ast.If,
		ast.Switch,
		ast.Block,
		ast.Case,
		ast.KwArg,
		ast.Await,
		ast.Args:
		return true
	}
	return false
}

// closure runs a function where it stands, with what is known there.
func (fl *flow) closure(id ast.ID, s state) {
	w := s.clone()
	fl.dom.enter()
	defer fl.dom.exit()
	if fl.vals != nil {
		fl.vals.inner++
		defer func() { fl.vals.inner-- }()
	}
	fl.apart(func() {
		fl.params(id, w)
		handed := fl.handed
		fl.handed = nil
		fl.opt(fl.t.Child(id, ast.Body), w)
		fl.handed = handed
	})
	if fl.vals != nil {
		fl.join(s, w) // it may have run, or not
	}
}

// with gives what is opened its names and runs the body.
func (fl *flow) with(id ast.ID, s state) {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		if name, value := fl.t.WithName(c); name != ast.Nil {
			fl.store(name, value, fl.eval(value, s), s)
			continue
		}
		fl.eval(c, s)
	}
}

// element is the value of an element of a page: what its attributes have.
func (fl *flow) element(id ast.ID, s state) (m taintSet) {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		if v := fl.eval(c, s); fl.t.Nodes[c].Role == ast.Mods {
			m = m.union(v)
		}
	}
	return m
}

func comparison(op string) bool {
	switch op {
	case "==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "not in", "is", "is not":
		return true
	}
	return false
}

func (fl *flow) opt(id ast.ID, s state) taintSet {
	if id == ast.Nil {
		return nil
	}
	return fl.eval(id, s)
}

// children runs all children in order, up to one that leaves, and gives the taint of the last one's value.
func (fl *flow) children(id ast.ID, s state) (m taintSet) {
	for c := fl.t.Nodes[id].First; c != ast.Nil && !fl.dead; c = fl.t.Nodes[c].Next {
		m = fl.eval(c, s)
		fl.mayThrow(c, s)
	}
	return m
}

// childTaints runs all children and gives the taint of all of them.
func (fl *flow) childTaints(id ast.ID, s state) (m taintSet) {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		r := fl.t.Nodes[c].Role
		if r == ast.Ident || r == ast.Mods || r == ast.Type || fl.t.IsPattern(c) {
			continue
		}
		m = m.union(fl.eval(c, s))
	}
	return m
}

// classBody runs the statements of a class; its methods are functions of their own.
func (fl *flow) classBody(id ast.ID, s state) {
	if b := fl.t.Child(id, ast.Body); b != ast.Nil {
		fl.apart(func() {
			for c := fl.t.Nodes[b].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
				if fl.t.Nodes[c].Kind != ast.FuncDef {
					fl.eval(c, s)
				}
			}
		})
		fl.dom.classBody(id, s)
	}
}

// part is the value of x.a, x[i] or x[a:b].
func (fl *flow) part(id ast.ID, s state) taintSet {
	t := fl.t
	obj := t.Child(id, ast.Obj)
	var ix taintSet
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if r := t.Nodes[c].Role; r != ast.Obj && r != ast.Ident {
			ix = ix.union(fl.eval(c, s))
		}
	}
	if fl.Prog.Rule.Options.TaintAssumeSafeIndex || fl.vals != nil && obj != ast.Nil && fl.constantCollection(obj, 0) {
		ix = nil // it selects, and is no part of the value
	}
	whole := fl.opt(obj, s)
	if fl.vals != nil {
		if m, ok := fl.elementTaint(id, whole, s); ok {
			return m.union(ix)
		}
		if fl.valueOf(obj).Kind == value.Text {
			return whole // a part of it
		}
	}
	m := fl.dom.field(fl, id, whole)
	// A part with a place of its own has what is known of that; one that shares its object's has what the object has,
	// which the rule may have tainted where it stands.
	if key := fl.place(id, s); key != "" && key != fl.place(obj, s) {
		if v, ok := s.taint[key]; ok {
			return v.union(ix)
		}
	}
	return m.union(ix)
}

// assignment gives a place a value.
func (fl *flow) assignment(id, left, right ast.ID, s state) taintSet {
	if right == ast.Nil {
		if left != ast.Nil {
			fl.eval(left, s)
			fl.zero(id, left, s)
		}
		return nil
	}
	m := fl.eval(right, s)
	if left == ast.Nil {
		return m
	}
	// What names the place comes to a sink that is the assignment, and is not its value.
	if by := fl.store(left, right, m, s); len(by) > 0 {
		fl.given[id] = by
	}
	fl.outcome(left, right, s)
	return m
}

// store writes taint to a target, part by part where both sides have parts. It gives the taint of what names the place:
// of indices, and of the object that a member is written to.
func (fl *flow) store(left, right ast.ID, m taintSet, s state) (by taintSet) {
	t := fl.t
	switch t.Nodes[left].Kind {
	case ast.Tuple, ast.List:
		var rs []ast.ID
		if right != ast.Nil && (t.Nodes[right].Kind == ast.Tuple || t.Nodes[right].Kind == ast.List) {
			for c := t.Nodes[right].First; c != ast.Nil; c = t.Nodes[c].Next {
				rs = append(rs, c)
			}
		}
		i := 0
		for c := t.Nodes[left].First; c != ast.Nil; c = t.Nodes[c].Next {
			if i < len(rs) {
				by = by.union(fl.store(c, rs[i], fl.rerun(rs[i], s), s))
			} else {
				e := fl.nth(right, i, c, m, s)
				by = by.union(fl.storeValue(c, e, s))
			}
			i++
		}
		return by
	case ast.Dict:
		for c := t.Nodes[left].First; c != ast.Nil; c = t.Nodes[c].Next {
			fl.store(c, ast.Nil, fl.taken(c, right, m, s), s)
		}
		return nil
	case ast.Assign: // a part with a default
		if l := t.Child(left, ast.Left); l != ast.Nil {
			return fl.store(l, ast.Nil, m.union(fl.opt(t.Child(left, ast.Right), s)), s)
		}
		return nil
	case ast.Spread, ast.Pair:
		for c := t.Nodes[left].First; c != ast.Nil; c = t.Nodes[c].Next {
			if t.Nodes[c].Role != ast.Key {
				by = by.union(fl.store(c, ast.Nil, m, s))
			}
		}
		return by
	}
	if fl.vals != nil && fl.setLength(left, fl.valueOf(right), s) {
		return nil
	}
	if fl.vals != nil && t.Nodes[left].Kind == ast.Index {
		return fl.storeElement(left, element{fl.valueOf(right), fl.own(right, m, s)}, s)
	}
	key := fl.place(left, s)
	switch k := t.Nodes[left].Kind; {
	case k == ast.Member || k == ast.Index:
		by = fl.naming(left, s)
		if key == "" {
			if root := fl.root(left, s); root != "" && len(m) > 0 {
				s.taints(root, fl.known(root, s), fl.passed(left, m))
			}
			fl.sinks(left, m.union(by), s)
			return by
		}
	case key == "":
		fl.eval(left, s)
		return nil
	case fl.isError(left):
		m = nil
	}
	v := fl.copied(left, right, s)
	key, m = fl.dom.stored(fl, left, key, fl.own(right, m, s), s)
	s.set(key, fl.passed(left, m))
	switch {
	case v.Kind != value.Unknown:
		fl.setValue(left, key, v, s)
	case right == ast.Nil:
	case fl.literal(right) != ast.Nil:
		fl.fields(key, right, s)
	default:
		if from := fl.place(right, s); from != "" {
			s.copyParts(key, from)
		}
	}
	src := fl.sourcesAt(left, m)
	if len(src) > 0 {
		s.set(key, m.union(src))
	}
	fl.effects(left, fl.h.sources, m, false, s)
	for obj := t.Child(left, ast.Obj); obj != ast.Nil; obj = t.Child(obj, ast.Obj) {
		fl.effects(obj, fl.h.sources, nil, false, s)
	}
	fl.sinks(left, m.union(by), s)
	return by
}

// naming runs the parts of a member or an element that is assigned, and gives the taint of its index or object.
func (fl *flow) naming(left ast.ID, s state) (m taintSet) {
	t := fl.t
	for c := t.Nodes[left].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch t.Nodes[c].Role {
		case ast.Ident:
		case ast.Obj:
			if v := fl.eval(c, s); t.Nodes[left].Kind == ast.Member {
				m = m.union(v)
			}
		default:
			if v := fl.eval(c, s); !fl.Prog.Rule.Options.TaintAssumeSafeIndex {
				m = m.union(v)
			}
		}
	}
	return m
}

// taken is the taint of what a part of {a, b: c} = right takes from its right side, of which m is the whole.
func (fl *flow) taken(part, right ast.ID, m taintSet, s state) taintSet {
	t := fl.t
	if t.Nodes[part].Kind == ast.Assign {
		part = t.Child(part, ast.Left)
	}
	if part == ast.Nil {
		return m
	}
	name := part
	if t.Nodes[part].Kind == ast.Pair {
		name = t.Child(part, ast.Key)
	}
	if right == ast.Nil || t.Kind(name) != ast.Name {
		return m
	}
	if base := fl.holder(right, s); base != "" {
		if v, ok := s.taint[base+"."+string(t.Text(name))]; ok {
			return v
		}
	}
	return m
}

// pointedTo is what an expression points to: x for &x of Go.
func (fl *flow) pointedTo(id ast.ID) ast.ID {
	t := fl.t
	if t.Nodes[id].Kind == ast.Unary && t.HasText(id, "&") && t.Child(id, ast.Value) != ast.Nil &&
		t.Lang.Objects.Structs {
		return t.Child(id, ast.Value)
	}
	return id
}

// literal is the list of fields of an object that an expression writes out, Nil for any other.
func (fl *flow) literal(id ast.ID) ast.ID {
	t := fl.t
	id = fl.pointedTo(id)
	if t.Nodes[id].Kind == ast.New && t.Lang.Objects.Structs {
		id = t.Child(id, ast.Arguments)
	}
	if t.Kind(id) != ast.Dict {
		return ast.Nil
	}
	return id
}

// fields keeps the taint of an object's fields apart.
func (fl *flow) fields(key string, object ast.ID, s state) {
	t := fl.t
	dict := fl.literal(object)
	if strings.Count(key, ".") > maxParts {
		return
	}
	for c := t.Nodes[dict].First; c != ast.Nil; c = t.Nodes[c].Next {
		k, v := t.Child(c, ast.Key), t.Child(c, ast.Value)
		if t.Nodes[c].Kind != ast.Pair || k == ast.Nil || v == ast.Nil || t.Nodes[c].First == ast.Nil {
			if t.Nodes[c].Kind == ast.Spread && !fl.spread(key, c, s) {
				return
			}
			continue
		}
		switch t.Nodes[k].Kind {
		case ast.Name, ast.Str, ast.Num:
			field := key + "." + string(t.Text(k))
			s.taint[field] = fl.rerun(v, s)
			if fl.vals == nil || !t.Lang.Objects.Structs {
				continue
			}
			if fl.literal(v) != ast.Nil {
				fl.fields(field, v, s)
			} else if from := fl.place(fl.pointedTo(v), s); from != "" {
				s.copyParts(field, from)
			}
		}
	}
	for _, name := range fl.zeroFields(object, dict) {
		s.taint[key+"."+name] = nil
	}
}

// zeroFields are the fields of a struct of this file that a literal gives no value.
func (fl *flow) zeroFields(object, dict ast.ID) (out []string) {
	t := fl.t
	object = fl.pointedTo(object)
	if fl.vals == nil || !t.Lang.Objects.Structs || t.Nodes[object].Kind != ast.New {
		return nil
	}
	given := map[string]bool{}
	for c := t.Nodes[dict].First; c != ast.Nil; c = t.Nodes[c].Next {
		k := t.Child(c, ast.Key)
		if t.Kind(k) != ast.Name {
			return nil // by position
		}
		given[string(t.Text(k))] = true
	}
	for _, name := range t.FieldsOf(string(t.Source(t.Child(object, ast.Type)))) {
		if !given[name] {
			out = append(out, name)
		}
	}
	return out
}

// spread copies what is known of the fields of an object into another; it says false where the object has no place.
func (fl *flow) spread(key string, id ast.ID, s state) bool {
	from := ""
	if v := fl.t.Child(id, ast.Value); v != ast.Nil {
		from = fl.place(v, s)
	}
	if from == "" {
		return false
	}
	s.copyParts(key, from)
	return true
}

// passed adds the place to the way of each taint.
func (fl *flow) passed(id ast.ID, m taintSet) taintSet {
	out := make(taintSet, len(m))
	text := ""
	if len(m) > 0 {
		text = fl.dom.kept(fl, id)
	}
	for i, x := range m {
		out[i] = x.step(&fl.t.Nodes[id], text)
	}
	return out
}

// accessor is the value of a method call whose name says what it does to its object: getX() and setX(v) in Java are
// the field x, concat in Ruby changes its object. m is the value as of any other call.
func (fl *flow) accessor(fn, args ast.ID, m, given taintSet, s state) taintSet {
	t := fl.t
	obj, name := t.Child(fn, ast.Obj), t.Child(fn, ast.Ident)
	if obj == ast.Nil || t.Kind(name) != ast.Name {
		return m
	}
	key, method, arg := fl.place(obj, s), string(t.Text(name)), t.Nodes[args].First
	if key == "" {
		return m
	}
	switch o := &t.Lang.Objects; {
	case o.Accessors:
		if len(method) < 4 || method[3] < 'A' || method[3] > 'Z' {
			return m
		}
		field := key + "." + string(method[3]|0x20) + method[4:]
		switch {
		case method[:3] == "get" && arg == ast.Nil:
			if v, ok := s.taint[field]; ok {
				return v
			}
		case method[:3] == "set" && arg != ast.Nil && t.Nodes[arg].Next == ast.Nil && len(given) > 0:
			s.taints(field, fl.known(field, s), given)
		}
	case slices.Contains(o.Appending, method):
		if len(given) > 0 {
			s.taints(key, fl.known(key, s), given)
		}
	}
	return m
}

// each gives the loop's variable the taint of what it runs over.
func (fl *flow) each(id ast.ID, s state) {
	l, v := fl.t.Child(id, ast.Left), fl.t.Child(id, ast.Value)
	if v == ast.Nil {
		v = fl.t.Child(id, ast.Right)
	}
	m := fl.opt(v, s)
	if l == ast.Nil {
		return
	}
	if fl.t.Nodes[l].Kind == ast.VarDef {
		l = fl.t.Child(l, ast.Ident)
	}
	if fl.vals != nil {
		if e, ok := fl.vals.each[id]; ok {
			fl.storeValue(l, e, s)
			return
		}
		m = fl.anyElement(v, m)
		if fl.eachKey(l, v, m, s) {
			return
		}
	}
	if k := fl.t.Child(l, ast.Key); fl.t.Nodes[l].Kind == ast.Pair && k != ast.Nil {
		fl.store(k, ast.Nil, m, s)
	}
	fl.store(l, ast.Nil, m, s)
}
