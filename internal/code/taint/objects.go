package taint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// An object is a list, a map or a builder of text that the function made. It has a place of its own, #n by the node
// that makes it, which all names of it lead to: the value of a variable is then an Object, the value of #n its Shape,
// and #n.k the place of its element k. The taint of #n itself is that of elements of which it is not known where they
// are. What is read where the element is not known has the taint of all (contents).

// maxElements bounds the elements of an object that are told apart.
const maxElements = 64

// builderText is the part of a builder that holds its text.
const builderText = "\x04"

// maxValues bounds the places of one state of which the value is known, elements of objects too: no more objects are
// followed then.
const maxValues = 300

// crowded reports whether a state knows as many values as it may.
func (s *places) crowded() bool { return len(s.value) > maxValues }

// allocate makes an object.
func (fl *flow) allocate(id ast.ID, shape value.Value, s state) (ref string) {
	ref = "#" + strconv.Itoa(int(id))
	s.set(ref, nil)
	delete(s.taint, ref)
	shape.Kind = value.Shape
	s.value[ref] = shape
	return ref
}

// object is an expression's value that is an object.
func object(ref string) value.Value { return value.Value{Kind: value.Object, Ref: ref} }

// shape is what an object is; false where it is none that is followed.
func (s *places) shape(v value.Value) (value.Value, bool) {
	if v.Kind != value.Object {
		return value.Value{}, false
	}
	sh, ok := s.value[v.Ref]
	return sh, ok && sh.Kind == value.Shape
}

// contents is the taint of an object and of all that is in it.
func (s *places) contents(ref string) (m taintSet) {
	seen := map[string]bool{}
	for queue := []string{ref}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if seen[at] || len(seen) > maxElements {
			continue
		}
		seen[at] = true
		m = m.union(s.taint[at]).union(s.below(at))
		for k, v := range s.value {
			if v.Kind == value.Object && (k == at || partOfPlace(k, at)) && !seen[v.Ref] {
				queue = append(queue, v.Ref)
			}
		}
		slices.Sort(queue[1:])
	}
	return m
}

// all is the taint of a place and of what the object in it holds.
func (s *places) all(key string) taintSet {
	m := s.taint[key]
	if v := s.value[key]; v.Kind == value.Object {
		m = m.union(s.contents(v.Ref))
	}
	return m
}

// scatter forgets where the elements of an object are.
func (s *places) scatter(ref string) {
	m := s.contents(ref)
	for k := range s.taint {
		if partOfPlace(k, ref) {
			delete(s.taint, k)
		}
	}
	for k := range s.value {
		if partOfPlace(k, ref) {
			delete(s.value, k)
		}
	}
	s.taint[ref] = m
}

// under is the taint of all that a place has parts of, and of the objects there.
func (s *places) under(key string) taintSet {
	if s.value == nil {
		return s.below(key)
	}
	return s.contents(key).without(s.taint[key])
}

// element is one element of an object.
type element struct {
	v value.Value
	m taintSet
}

// put gives an element of an object a value.
func (s *places) put(ref, part string, e element) {
	key := ref + "." + part
	s.set(key, e.m)
	if e.v.Kind != value.Unknown {
		s.value[key] = e.v
	}
}

// at is an element of an object.
func (s *places) at(ref, part string) element {
	key := ref + "." + part
	return element{s.value[key], s.taint[key].union(s.below(key))}
}

// list is the elements of a list of which the length is known.
func (s *places) list(ref string) ([]element, bool) {
	sh := s.value[ref]
	if sh.Kind != value.Shape || sh.Form != value.List || sh.Len < 0 || len(s.taint[ref]) > 0 {
		return nil, false
	}
	out := make([]element, sh.Len)
	for i := range out {
		out[i] = s.at(ref, strconv.Itoa(i))
	}
	return out, true
}

// setList makes a list one of these elements.
func (s *places) setList(ref string, list []element) {
	sh := s.value[ref]
	s.forget(ref)
	delete(s.taint, ref)
	sh.Len = len(list)
	s.value[ref] = sh
	for i, e := range list {
		s.put(ref, strconv.Itoa(i), e)
	}
	if len(list) > maxElements {
		s.spill(ref)
	}
}

// spill is a list of which it is not known any more what stands where.
func (s *places) spill(ref string) {
	s.scatter(ref)
	sh := s.value[ref]
	sh.Len, sh.Whole = -1, false
	s.value[ref] = sh
}

// add puts something into an object of which it is not known where in it.
func (s *places) add(ref string, m taintSet) {
	sh := s.value[ref]
	if sh.Form == value.List {
		s.spill(ref)
	} else {
		sh.Whole = false
		s.value[ref] = sh
		for k := range s.taint { // it may have replaced any element
			if partOfPlace(k, ref) {
				s.taint[k] = s.taint[k].union(m)
			}
		}
		for k := range s.value {
			if partOfPlace(k, ref) {
				s.loosen(k)
			}
		}
	}
	s.taint[ref] = s.taint[ref].union(m)
}

// copyOf makes an object that has what another has.
func (fl *flow) copyOf(id ast.ID, from string, s state) string {
	ref := "#" + strconv.Itoa(int(id))
	if ref == from {
		return ref
	}
	s.forget(ref)
	delete(s.taint, ref)
	taints, values := map[string]taintSet{}, map[string]value.Value{}
	for k, m := range s.taint {
		if k == from || partOfPlace(k, from) {
			taints[ref+k[len(from):]] = m
		}
	}
	for k, v := range s.value {
		if k == from || partOfPlace(k, from) {
			values[ref+k[len(from):]] = v
		}
	}
	for k, m := range taints {
		s.taint[k] = m
	}
	for k, v := range values {
		s.value[k] = v
	}
	return ref
}

// made works out what a literal of a list or map makes.
func (fl *flow) made(id ast.ID, s state) {
	t := fl.t
	delete(fl.vals.native, id)
	if s.crowded() {
		return
	}
	form := value.List
	if t.Nodes[id].Kind == ast.Dict || fl.keyed(id) {
		form = value.Map
	}
	var parts []string
	var elements []element
	var rest taintSet
	whole, next := true, 0
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		e := element{fl.valueOf(c), fl.deep(c, s)}
		key := strconv.Itoa(next)
		switch t.Nodes[c].Kind {
		case ast.Spread:
			more, ok := fl.spreadInto(c, form, &next, s)
			parts, elements = append(parts, more.parts...), append(elements, more.elements...)
			if !ok {
				whole, rest = false, rest.union(e.m)
			}
			continue
		case ast.Pair:
			k, v := t.Child(c, ast.Key), t.Child(c, ast.Value)
			if k == ast.Nil || v == ast.Nil {
				whole, rest = false, rest.union(e.m)
				continue
			}
			e = element{fl.valueOf(v), fl.deep(v, s)}
			if key = fl.keyOf(k); key == "" {
				whole, rest = false, rest.union(e.m)
				continue
			}
			if n, err := strconv.Atoi(key); err == nil && n >= next {
				next = n + 1
			}
		case ast.FuncDef, ast.Token, ast.Mod:
			if t.Nodes[c].Kind == ast.FuncDef && t.Child(c, ast.Ident) != ast.Nil {
				parts, elements = append(
					parts,
					partName(string(t.Text(t.Child(c, ast.Ident)))),
				), append(
					elements,
					element{},
				)
			}
			continue
		default:
			if form == value.Map && t.Nodes[id].Kind == ast.Dict && !t.Lang.Objects.Structs {
				whole, rest = false, rest.union(e.m)
				continue
			}
			next++
		}
		parts, elements = append(parts, key), append(elements, e)
	}
	if len(elements) > maxElements || form == value.List && !whole {
		for _, e := range elements {
			rest = rest.union(s.elementTaint(e))
		}
		parts, elements, whole = nil, nil, false
	}
	sh := value.Value{Form: form, Len: -1, Whole: whole, Copied: t.Lang.Objects.CopiedArrays}
	if form == value.List && whole {
		sh.Len = len(elements)
	}
	ref := fl.allocate(id, sh, s)
	for i, part := range parts {
		s.put(ref, part, elements[i])
	}
	if len(rest) > 0 {
		s.taint[ref] = rest
	}
	fl.vals.native[id] = object(ref)
}

// elementTaint is the taint of an element and of what it holds.
func (s *places) elementTaint(e element) taintSet {
	if e.v.Kind == value.Object {
		return e.m.union(s.contents(e.v.Ref))
	}
	return e.m
}

// deep is the taint of an expression that is put somewhere: what is in an object stays with the object.
func (fl *flow) deep(id ast.ID, s state) taintSet {
	m := fl.taintOf(id)
	if v := fl.valueOf(id); v.Kind == value.Object {
		return m.without(s.contents(v.Ref))
	}
	if key := fl.place(id, s); key != "" {
		return m.union(s.below(key))
	}
	return m
}

// keyed reports whether a list of PHP has keys.
func (fl *flow) keyed(id ast.ID) bool {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		if fl.t.Nodes[c].Kind == ast.Pair {
			return true
		}
	}
	return false
}

// keyOf is the name of the element that a key of a literal stands for, "" where it is not known.
func (fl *flow) keyOf(k ast.ID) string {
	t := fl.t
	if t.FieldKey(k) || t.Nodes[k].Kind == ast.Str {
		return partName(strings.TrimSuffix(string(t.Text(k)), ":"))
	}
	return fl.valueOf(k).Key()
}

// several are elements with their keys.
type several struct {
	parts    []string
	elements []element
}

// spreadInto is what a spread adds to a literal; false where that is not known.
func (fl *flow) spreadInto(c ast.ID, form value.Form, next *int, s state) (out several, ok bool) {
	v := fl.valueOf(fl.t.Child(c, ast.Value))
	sh, ok := s.shape(v)
	if !ok || sh.Form != form || len(s.taint[v.Ref]) > 0 {
		return out, false
	}
	if form == value.List {
		list, ok := s.list(v.Ref)
		for _, e := range list {
			out.parts, out.elements = append(out.parts, strconv.Itoa(*next)), append(out.elements, e)
			*next++
		}
		return out, ok
	}
	for _, part := range s.partsOf(v.Ref) {
		out.parts, out.elements = append(out.parts, part), append(out.elements, s.at(v.Ref, part))
	}
	return out, sh.Whole
}

// memberWorth is what is known of a member.
func (fl *flow) memberWorth(id ast.ID, s state) value.Value {
	t := fl.t
	name := t.Child(id, ast.Ident)
	if name != ast.Nil && (t.HasText(name, "length") || t.HasText(name, "size")) {
		if n, ok := fl.size(t.Child(id, ast.Obj), s); ok {
			return value.Number(int64(n))
		}
	}
	if v, ok := fl.vals.native[id]; ok {
		return v
	}
	if v, ok := s.value[fl.place(id, s)]; ok {
		return v
	}
	if t.Decl(id) != 0 {
		return fl.vals.lasting(id)
	}
	return value.Value{}
}

// size is the length of a text or of a list.
func (fl *flow) size(id ast.ID, s state) (int, bool) {
	v := fl.valueOf(id)
	if v.Kind == value.Text {
		return v.Size()
	}
	if sh, ok := s.shape(v); ok {
		switch {
		case sh.Form == value.List && sh.Len >= 0:
			return sh.Len, true
		case sh.Form == value.Map && sh.Whole && len(s.taint[v.Ref]) == 0:
			return len(s.partsOf(v.Ref)), true
		case sh.Form == value.Builder:
			return s.value[v.Ref+"."+builderText].Size()
		}
	}
	return 0, false
}

// indexWorth is what is known of an element or of a part of a text.
func (fl *flow) indexWorth(id ast.ID, s state) value.Value {
	t := fl.t
	obj := fl.valueOf(t.Child(id, ast.Obj))
	if from, to, ok := fl.rangeOf(id); ok {
		if obj.Kind == value.Text {
			v, _ := obj.Cut(from, to)
			return v
		}
		return fl.vals.native[id]
	}
	if obj.Kind == value.Text {
		i := fl.valueOf(t.Child(id, ast.Elem))
		if i.Kind != value.Int || i.Int < 0 && !fl.vals.lang.FromEnd && fl.vals.lang.Name != "php" {
			return value.Value{}
		}
		v, _ := obj.At(int(i.Int))
		if v.Kind == value.Text && fl.vals.lang.Name == "go" {
			v.Kind = value.Char
		}
		return v
	}
	return s.value[fl.place(id, s)]
}

// rangeOf is from where to where x[a:b] goes, in whole numbers that are known; to is nil for the end.
func (fl *flow) rangeOf(id ast.ID) (from int, to *int, ok bool) {
	t := fl.t
	var a, b ast.ID
	switch {
	case t.Nodes[id].Kind == ast.Slice:
		a, b = t.Child(id, ast.Left), t.Child(id, ast.Right)
	case t.Kind(t.Child(id, ast.Elem)) == ast.Slice:
		var known bool
		if a, b, known = pythonSlice(t, t.Child(id, ast.Elem)); !known {
			return 0, nil, false
		}
	default:
		return 0, nil, false
	}
	if a != ast.Nil {
		v := fl.valueOf(a)
		if v.Kind != value.Int {
			return 0, nil, false
		}
		from = int(v.Int)
	}
	if b != ast.Nil {
		v := fl.valueOf(b)
		if v.Kind != value.Int {
			return 0, nil, false
		}
		end := int(v.Int)
		to = &end
	}
	return from, to, true
}

// pythonSlice is the beginning and the end of a:b, whose colon is not in the tree; false for one with a step.
func pythonSlice(t *ast.Tree, id ast.ID) (a, b ast.ID, ok bool) {
	a, b = ast.Nil, ast.Nil
	src := string(t.Source(id))
	first := t.Nodes[id].First
	if first == ast.Nil {
		return a, b, strings.Count(src, ":") == 1
	}
	second := t.Nodes[first].Next
	if second != ast.Nil && t.Nodes[second].Next != ast.Nil {
		return a, b, false
	}
	before := strings.Count(string(t.Src[t.Nodes[id].Start:t.Nodes[first].Start]), ":")
	between := ""
	if second != ast.Nil {
		between = string(t.Src[t.Nodes[first].End:t.Nodes[second].Start])
		if before == 0 && strings.Count(between, ":") == 1 {
			return first, second, strings.Count(string(t.Src[t.Nodes[second].End:t.Nodes[id].End]), ":") == 0
		}
		return a, b, false
	}
	after := strings.Count(string(t.Src[t.Nodes[first].End:t.Nodes[id].End]), ":")
	switch {
	case before == 1 && after == 0:
		return ast.Nil, first, true
	case before == 0 && after == 1:
		return first, ast.Nil, true
	}
	return a, b, false
}

// partFor is the part of an object that a key or an index names, "" where it is not known.
func (fl *flow) partFor(v value.Value, sh value.Value) string {
	if sh.Form == value.List {
		if v.Kind != value.Int || sh.Len < 0 {
			return ""
		}
		n := v.Int
		if n < 0 && fl.vals.lang.FromEnd {
			n += int64(sh.Len)
		}
		if n < 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	return v.Key()
}
