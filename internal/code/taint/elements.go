package taint

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// own is the taint that a place gets by an assignment: what is in an object stays with the object.
func (fl *flow) own(right ast.ID, m taintSet, s state) taintSet {
	if v := fl.valueOf(right); v.Kind == value.Object {
		return m.without(s.contents(v.Ref))
	}
	return m
}

// copied is the value that an assignment gives a place.
func (fl *flow) copied(left, right ast.ID, s state) value.Value {
	v := fl.valueOf(right)
	if sh, ok := s.shape(v); ok && sh.Copied && fl.t.Nodes[right].Kind != ast.List {
		return object(fl.copyOf(left, v.Ref, s))
	}
	return v
}

// storeValue gives a target a value that no expression of the source has.
func (fl *flow) storeValue(left ast.ID, e element, s state) taintSet {
	if fl.vals == nil || e.v.Kind == value.Unknown || fl.t.Nodes[left].Kind != ast.Name {
		return fl.store(left, ast.Nil, e.m, s)
	}
	by := fl.store(left, ast.Nil, e.m, s)
	fl.setValue(left, fl.place(left, s), e.v, s)
	return by
}

// nth is what the i-th name on the left of an assignment takes from its right side, of which m is the whole.
func (fl *flow) nth(right ast.ID, i int, part ast.ID, m taintSet, s state) element {
	if fl.vals == nil || right == ast.Nil {
		return element{m: m}
	}
	if tr, ok := fl.dom.(*tracer); ok && fl.t.Nodes[part].Kind != ast.Spread {
		if one, ok := tr.nthResult(fl, right, i, m); ok {
			return element{m: one}
		}
	}
	v := fl.valueOf(right)
	if fl.vals.lang.Name == "go" && fl.t.Nodes[right].Kind == ast.Index {
		if i > 0 {
			fl.vals.found[fl.place(part, s)] = right
			return element{} // whether it is there
		}
		return element{v, fl.own(right, m, s)}
	}
	list, ok := s.list(v.Ref)
	if v.Kind != value.Object || !ok || fl.t.Nodes[part].Kind == ast.Spread || i >= len(list) {
		return element{m: fl.anyElement(right, m)}
	}
	for c := fl.t.Nodes[fl.t.Nodes[part].Parent].First; c != part; c = fl.t.Nodes[c].Next {
		if fl.t.Nodes[c].Kind == ast.Spread {
			return element{m: m}
		}
	}
	e := list[i]
	e.m = e.m.union(m.without(s.contents(v.Ref)))
	return e
}

// elementTaint is the taint of an element of an object that is followed, of which whole is the object's.
func (fl *flow) elementTaint(id ast.ID, whole taintSet, s state) (taintSet, bool) {
	t := fl.t
	v := fl.valueOf(t.Child(id, ast.Obj))
	sh, ok := s.shape(v)
	if !ok || sh.Form == value.Builder || sh.Form == value.Sections {
		return nil, false
	}
	own := fl.dom.field(fl, id, whole.without(s.contents(v.Ref)))
	part := ""
	switch {
	case t.Nodes[id].Kind == ast.Member && t.Lang.Objects.KeyedFields && sh.Form == value.Map:
		part = fl.partKey(id)
	case t.Nodes[id].Kind != ast.Index:
		if fl.cutList(id, v, s) {
			return own.union(s.contents(fl.vals.native[id].Ref)), true
		}
		return whole, true
	default:
		if fl.cutList(id, v, s) {
			return own.union(s.contents(fl.vals.native[id].Ref)), true
		}
		part = fl.partFor(fl.valueOf(t.Child(id, ast.Elem)), sh)
	}
	if part == "" || strings.HasPrefix(part, "\x02") {
		return whole, true
	}
	return own.union(fl.reads(v.Ref, part, s)), true
}

// reads is the taint of an element of an object; of one that is not known, that of those of which it is not known where
// they are.
func (fl *flow) reads(ref, part string, s state) taintSet {
	key := ref + "." + part
	if m, ok := s.taint[key]; ok {
		return m.union(s.under(key))
	}
	m := s.taint[ref]
	if tr, ok := fl.dom.(*tracer); ok {
		m = tr.partOf(m, part)
	}
	return m.union(s.under(key))
}

// cutList makes the list that a slice of a list is; false where it is not known.
func (fl *flow) cutList(id ast.ID, v value.Value, s state) bool {
	delete(fl.vals.native, id)
	from, to, ok := fl.rangeOf(id)
	list, known := s.list(v.Ref)
	if !ok || !known || s.crowded() {
		return false
	}
	at := func(n int) int {
		if n < 0 {
			n += len(list)
		}
		return max(0, min(n, len(list)))
	}
	end := len(list)
	if to != nil {
		end = at(*to)
	}
	fl.newList(id, list[at(from):max(at(from), end)], s)
	return true
}

// newList makes a list of elements.
func (fl *flow) newList(id ast.ID, list []element, s state) value.Value {
	sh := value.Value{Form: value.List, Len: 0, Whole: true, Copied: fl.t.Lang.Objects.CopiedArrays}
	list = append([]element(nil), list...)
	ref := fl.allocate(id, sh, s)
	s.setList(ref, list)
	fl.vals.native[id] = object(ref)
	return object(ref)
}

// storeElement gives an element a value.
func (fl *flow) storeElement(left ast.ID, e element, s state) (by taintSet) {
	t := fl.t
	by = fl.naming(left, s)
	base := fl.holder(t.Child(left, ast.Obj), s)
	if base == "" {
		if root := fl.root(left, s); root != "" && len(e.m) > 0 {
			s.taints(root, fl.known(root, s), fl.passed(left, e.m))
		}
		fl.sinks(left, e.m.union(by), s)
		return by
	}
	e.m = fl.passed(left, e.m)
	if src := fl.sourcesAt(left, e.m); len(src) > 0 {
		e.m = e.m.union(src)
	}
	if sh, ok := s.value[base]; ok && sh.Kind == value.Shape {
		fl.setElement(base, sh, left, e, s)
	} else {
		fl.setPart(base, left, e, s)
	}
	fl.effects(left, fl.h.sources, e.m, false, s)
	for obj := t.Child(left, ast.Obj); obj != ast.Nil; obj = t.Child(obj, ast.Obj) {
		fl.effects(obj, fl.h.sources, nil, false, s)
	}
	fl.sinks(left, e.m.union(by), s)
	return by
}

// setLength is l.length = n of JavaScript.
func (fl *flow) setLength(left ast.ID, v value.Value, s state) bool {
	t := fl.t
	if t.Nodes[left].Kind != ast.Member || !t.Lang.Objects.KeyedFields ||
		!t.HasText(t.Child(left, ast.Ident), "length") {
		return false
	}
	ref := fl.holder(t.Child(left, ast.Obj), s)
	if sh := s.value[ref]; sh.Kind != value.Shape || sh.Form != value.List {
		return false
	}
	if list, ok := s.list(ref); ok && v.Kind == value.Int && v.Int >= 0 && int(v.Int) <= len(list) {
		s.setList(ref, list[:v.Int])
	} else {
		s.spill(ref)
	}
	return true
}

// setElement gives an element of an object that is followed a value.
func (fl *flow) setElement(ref string, sh value.Value, left ast.ID, e element, s state) {
	ix := fl.t.Child(left, ast.Elem)
	if ix == ast.Nil { // $a[] = v
		if list, ok := s.list(ref); ok {
			s.setList(ref, append(list, e))
		} else {
			s.add(ref, s.elementTaint(e))
		}
		return
	}
	fl.setPartOf(ref, sh, fl.valueOf(ix), e, s)
}

// setPartOf gives the element that a key names a value.
func (fl *flow) setPartOf(ref string, sh value.Value, key value.Value, e element, s state) {
	part := fl.partFor(key, sh)
	if sh.Form == value.List {
		n, err := strconv.Atoi(part)
		list, ok := s.list(ref)
		switch {
		case err != nil && sh.Copied && ok: // an array of PHP that gets keys
			sh.Form, sh.Len = value.Map, -1
			s.value[ref] = sh
			fl.setPartOf(ref, sh, key, e, s)
		case err != nil || !ok || n > len(list):
			s.add(ref, s.elementTaint(e))
		case n == len(list):
			s.setList(ref, append(list, e))
		default:
			s.put(ref, part, e)
		}
		return
	}
	if part == "" {
		s.add(ref, s.elementTaint(e))
		return
	}
	s.put(ref, part, e)
}

// setPart gives an element of something that is not followed a value: one that has a name of its own, or any.
func (fl *flow) setPart(base string, left ast.ID, e element, s state) {
	m := s.elementTaint(e)
	key := base
	if part := fl.partKey(left); part != "\x02" {
		key = base + "." + part
	}
	own := key
	if tr, ok := fl.dom.(*tracer); ok && key == base && tr.isObject(key) {
		own += anyIndex // what the object holds by a key that is not known is none of its fields
	}
	if own == base { // what stands there already stays: it may be another element
		for k := range s.taint {
			if partOfPlace(k, base) {
				s.taint[k] = s.taint[k].union(m)
			}
		}
		for k := range s.value {
			if partOfPlace(k, base) {
				s.loosen(k)
			}
		}
		s.taints(base, fl.known(base, s), m)
		return
	}
	old := s.get(own)
	if _, ok := s.taint[base]; !ok && base[0] == '#' {
		s.taint[base] = nil // it is there now
	}
	s.set(own, old.union(m))
}

// augment runs x += v.
func (fl *flow) augment(id ast.ID, m taintSet, s state) taintSet {
	t := fl.t
	l, r := t.Child(id, ast.Left), t.Child(id, ast.Right)
	key := fl.root(l, s)
	if key == "" {
		return m
	}
	a, b := fl.valueOf(l), fl.valueOf(r)
	op := string(t.Text(id))
	if _, ok := s.shape(a); ok && op == "+" {
		fl.extend(a.Ref, r, s)
		return m
	}
	if op == t.Lang.Names.ConcatOp() || op == "." {
		if a.Kind == value.Text && b.Kind != value.Text {
			b = fl.joined(b, r)
		} else if b.Kind == value.Text && a.Kind != value.Text {
			a = fl.joined(a, l)
		}
	}
	v := fl.vals.lang.Binary(op, a, b)
	delete(s.value, key)
	if key != fl.place(l, s) || v.Kind == value.Unknown {
		s.taint[key] = fl.known(key, s).union(m)
		return m
	}
	if v.IsText() {
		of, _ := fl.vals.textTaint(v)
		m = m.only(of)
	} else {
		m = nil
	}
	s.taint[key] = m
	fl.setValue(l, key, v, s)
	return m
}

// shovel runs a << b of Ruby, which puts b into a list or a text.
func (fl *flow) shovel(id ast.ID, m taintSet, s state) taintSet {
	t := fl.t
	l, r := t.Child(id, ast.Left), t.Child(id, ast.Right)
	delete(fl.vals.native, id)
	if fl.vals.lang.Name != "ruby" || l == ast.Nil || r == ast.Nil {
		return m
	}
	c := &invocation{flow: fl, s: s, id: id, recv: l, on: fl.valueOf(l), name: "<<",
		args: []argument{{id: r, taints: fl.taintOf(r)}}}
	if _, ok := s.shape(c.on); ok {
		out, _ := pushAll(c)
		return out
	}
	key := fl.root(l, s)
	if key == "" {
		return m
	}
	if v := value.Join(c.on, fl.asText(fl.valueOf(r), fl.taintOf(r))); c.on.Kind == value.Text && v.IsText() {
		s.taint[key] = m
		fl.setValue(l, key, v, s)
		fl.vals.native[id] = v
		return m
	}
	s.taints(key, fl.known(key, s), m)
	return m
}

// updated runs x++ and x--, and delete o.k of JavaScript.
func (fl *flow) updated(id ast.ID, s state) {
	t := fl.t
	at := t.Child(id, ast.Value)
	op := string(t.Text(id))
	switch {
	case at == ast.Nil:
	case op == "delete":
		fl.deleted(at, s)
	case strings.HasSuffix(op, "++"), strings.HasSuffix(op, "--"):
		key := fl.place(at, s)
		if key == "" {
			return
		}
		v := fl.vals.lang.Binary(op[len(op)-1:], fl.valueOf(at), value.Number(1))
		delete(s.value, key)
		fl.setValue(at, key, v, s)
	}
}

// deleted takes an element, or a variable, away.
func (fl *flow) deleted(id ast.ID, s state) {
	t := fl.t
	switch t.Nodes[id].Kind {
	case ast.Index:
		if _, _, slice := fl.rangeOf(id); slice || t.Kind(t.Child(id, ast.Elem)) == ast.Slice {
			if ref := fl.holder(t.Child(id, ast.Obj), s); s.value[ref].Kind == value.Shape {
				s.spill(ref)
			}
			return
		}
		fl.removeElement(t.Child(id, ast.Obj), fl.valueOf(t.Child(id, ast.Elem)), s)
	case ast.Member:
		fl.removeElement(t.Child(id, ast.Obj), value.Of(fl.partKey(id)), s)
	case ast.Tuple:
		for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
			fl.deleted(c, s)
		}
	}
}

// zero gives a variable of Go that is declared without a value what it holds by its type.
func (fl *flow) zero(id, left ast.ID, s state) {
	t := fl.t
	if fl.vals == nil || fl.vals.lang.Name != "go" || t.Nodes[id].Kind != ast.VarDef || t.Nodes[left].Kind != ast.Name {
		return
	}
	typ := t.Child(id, ast.Type)
	if typ == ast.Nil {
		return
	}
	c := &invocation{flow: fl, s: s, id: id, recv: ast.Nil}
	delete(fl.vals.native, id)
	switch name := simpleType(t, typ); {
	case name == "Builder" || name == "Buffer":
		c.newBuilder()
	case t.Kind(typ) == ast.Other && t.Lang.SymbolName(t.Nodes[typ].Sym) == "slice_type":
		c.newList(id, nil, s)
	case name == "string":
		c.gives(value.Value{Kind: value.Text})
	case name == "int":
		c.gives(value.Number(0))
	case name == "bool":
		c.gives(value.Truth(false))
	default:
		return
	}
	key := fl.place(left, s)
	s.set(key, nil)
	fl.setValue(left, key, fl.vals.native[id], s)
}

// extend adds the elements of one list to another.
func (fl *flow) extend(ref string, with ast.ID, s state) {
	v := fl.valueOf(with)
	list, ok := s.list(ref)
	more, known := s.list(v.Ref)
	if own := fl.own(with, fl.taintOf(with), s); ok && known && v.Kind == value.Object && len(own) == 0 {
		s.setList(ref, append(list, more...))
		return
	}
	s.add(ref, fl.taintOf(with))
}

// pairsOf is the map of which a call gives the keys with their elements, Nil for other expressions.
func (fl *flow) pairsOf(call ast.ID) ast.ID {
	t := fl.t
	fn := t.Child(call, ast.Fn)
	if t.Kind(call) != ast.Call || t.Kind(fn) != ast.Member || t.Kind(t.Child(fn, ast.Ident)) != ast.Name {
		return ast.Nil
	}
	switch string(t.Text(t.Child(fn, ast.Ident))) {
	case "items", "entries":
		return t.Child(fn, ast.Obj)
	}
	return ast.Nil
}

// eachKey gives the names of a loop over keys or over keys and elements their values, where the keys are known to be
// clean; false where that is not said.
func (fl *flow) eachKey(left, over ast.ID, m taintSet, s state) bool {
	t := fl.t
	v := fl.valueOf(over)
	sh, ok := s.shape(v)
	if pairs := fl.pairsOf(over); !ok && pairs != ast.Nil && t.Nodes[left].Kind == ast.Tuple {
		of := fl.valueOf(pairs)
		if sh, ok := s.shape(of); ok && sh.Form == value.Map && len(s.taint[of.Ref]) == 0 &&
			len(fl.taintOf(over).without(s.contents(of.Ref))) == 0 {
			first := t.Nodes[left].First
			fl.store(first, ast.Nil, nil, s)
			fl.store(t.Nodes[first].Next, ast.Nil, s.contents(of.Ref), s)
			return true
		}
	}
	if !ok || len(m.without(s.contents(v.Ref))) > 0 || len(s.taint[v.Ref]) > 0 {
		return false
	}
	switch {
	case sh.Form == value.Map && fl.vals.lang.Name == "python" && t.Nodes[left].Kind == ast.Name:
		fl.store(left, ast.Nil, nil, s)
		return true
	case t.Nodes[left].Kind == ast.Pair && t.Child(left, ast.Key) != ast.Nil:
		fl.store(t.Child(left, ast.Key), ast.Nil, nil, s)
		fl.store(t.Child(left, ast.Value), ast.Nil, m, s)
		return true
	case fl.vals.lang.Name == "go" && t.Nodes[left].Kind == ast.Tuple:
		first := t.Nodes[left].First
		fl.store(first, ast.Nil, nil, s)
		if second := t.Nodes[first].Next; second != ast.Nil {
			fl.store(second, ast.Nil, m, s)
		}
		return true
	}
	return false
}
