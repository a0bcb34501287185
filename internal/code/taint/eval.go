package taint

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
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
		return fl.dom.read(fl, id, fl.place(id), s)
	case ast.Member, ast.Index, ast.Slice:
		return fl.dom.member(fl, id, fl.part(id, s), s)
	case ast.Assign:
		return fl.assignment(t.Child(id, ast.Left), t.Child(id, ast.Right), s)
	case ast.VarDef:
		return fl.assignment(t.Child(id, ast.Ident), t.Child(id, ast.Value), s)
	case ast.AugAssign:
		r := fl.opt(t.Child(id, ast.Right), s)
		l := t.Child(id, ast.Left)
		if l == ast.Nil {
			return r
		}
		m := fl.eval(l, s).union(r)
		if key := fl.root(l); key != "" {
			s[key] = s.get(key).union(m)
		}
		return m
	case ast.Call, ast.New:
		return fl.dom.call(fl, id, s)
	case ast.Bin:
		m := fl.childTaints(id, s)
		if opts.TaintAssumeSafeCmp && comparison(string(t.Text(id))) {
			return nil
		}
		return m
	case ast.Ternary:
		fl.opt(t.Child(id, ast.Cond), s)
		w := s.clone()
		a := fl.opt(t.Child(id, ast.Then), s)
		b := fl.opt(t.Child(id, ast.Else), w)
		s.join(w)
		return a.union(b)
	case ast.If:
		fl.opt(t.Child(id, ast.Init), s)
		fl.opt(t.Child(id, ast.Cond), s)
		return fl.arms(s, t.Child(id, ast.Then), t.Child(id, ast.Else))
	case ast.While, ast.DoWhile, ast.For, ast.ForEach, ast.Comp:
		return fl.loop(id, s)
	case ast.Try:
		fl.try(id, s)
		return nil
	case ast.Switch:
		return fl.cases(id, s)
	case ast.With:
		fl.with(id, s)
		return nil
	case ast.Element:
		return fl.element(id, s)
	case ast.Str, ast.Num, ast.Bool, ast.Null, ast.Token, ast.Mod, ast.Decorator:
		return nil
	case ast.Return, ast.Throw, ast.ExprStmt, ast.Yield:
		m := fl.childTaints(id, s)
		if n.Kind == ast.Return || n.Kind == ast.Yield {
			fl.dom.returned(fl, id, m, s)
		}
		return m
	case ast.Block, ast.Program, ast.Case:
		return fl.children(id, s)
	}
	return fl.childTaints(id, s)
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
	fl.params(id, w)
	if b := fl.t.Child(id, ast.Body); b != ast.Nil {
		fl.eval(b, w)
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
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		m = fl.eval(c, s)
		if fl.jumps(c) {
			break
		}
	}
	return m
}

// childTaints runs all children and gives the taint of all of them.
func (fl *flow) childTaints(id ast.ID, s state) (m taintSet) {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		r := fl.t.Nodes[c].Role
		if r == ast.Ident || r == ast.Mods || r == ast.Type {
			continue
		}
		m = m.union(fl.eval(c, s))
	}
	return m
}

// classBody runs the statements of a class; its methods are functions of their own.
func (fl *flow) classBody(id ast.ID, s state) {
	if b := fl.t.Child(id, ast.Body); b != ast.Nil {
		for c := fl.t.Nodes[b].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
			if fl.t.Nodes[c].Kind != ast.FuncDef {
				fl.eval(c, s)
			}
		}
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
	if fl.Prog.Rule.Options.TaintAssumeSafeIndex {
		ix = nil
	}
	m := fl.dom.field(fl, id, fl.opt(obj, s))
	if key := fl.place(id); key != "" {
		if v, ok := s[key]; ok {
			return v.union(ix)
		}
		if key2 := fl.place(obj); key2 != "" {
			// The object itself may be tainted by a rule's part though no variable is.
			return m.union(ix)
		}
	}
	return m.union(ix)
}

// assignment gives a place a value.
func (fl *flow) assignment(left, right ast.ID, s state) taintSet {
	if right == ast.Nil {
		if left != ast.Nil {
			fl.eval(left, s)
		}
		return nil
	}
	m := fl.eval(right, s)
	if left == ast.Nil {
		return m
	}
	fl.store(left, right, m, s)
	return m
}

// store writes taint to a target, part by part where both sides have parts.
func (fl *flow) store(left, right ast.ID, m taintSet, s state) {
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
				fl.store(c, rs[i], fl.eval(rs[i], s.clone()), s)
			} else {
				fl.store(c, ast.Nil, m, s)
			}
			i++
		}
		return
	case ast.Dict:
		for c := t.Nodes[left].First; c != ast.Nil; c = t.Nodes[c].Next {
			fl.store(c, ast.Nil, fl.taken(c, right, m, s), s)
		}
		return
	case ast.Spread, ast.Pair, ast.Assign:
		for c := t.Nodes[left].First; c != ast.Nil; c = t.Nodes[c].Next {
			if r := t.Nodes[c].Role; r != ast.Key && r != ast.Right {
				fl.store(c, ast.Nil, m, s)
			}
		}
		return
	}
	key := fl.place(left)
	if t.Nodes[left].Kind == ast.Index && key == "" {
		fl.part(left, s)
		if root := fl.root(left); root != "" && len(m) > 0 {
			s[root] = s.get(root).union(fl.passed(left, m))
		}
		return
	}
	if key == "" {
		fl.eval(left, s)
		return
	}
	key, m = fl.dom.stored(fl, left, key, m, s)
	s.set(key, fl.passed(left, m))
	if right != ast.Nil && t.Nodes[right].Kind == ast.Dict {
		fl.fields(key, right, s)
	}
	src := fl.sourcesAt(left, m)
	if len(src) > 0 {
		s.set(key, m.union(src))
	}
	fl.effects(left, fl.h.sources, m, false, s)
	fl.sinks(left, m, s)
}

// taken is the taint of what a part of {a, b: c} = right takes from its right side, of which m is the whole.
func (fl *flow) taken(part, right ast.ID, m taintSet, s state) taintSet {
	t := fl.t
	name := part
	if t.Nodes[part].Kind == ast.Pair {
		name = t.Child(part, ast.Key)
	}
	if right == ast.Nil || t.Kind(name) != ast.Name {
		return m
	}
	if base := fl.place(right); base != "" {
		if v, ok := s[base+"."+string(t.Text(name))]; ok {
			return v
		}
	}
	return m
}

// fields keeps the taint of an object's fields apart.
func (fl *flow) fields(key string, dict ast.ID, s state) {
	t := fl.t
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
			s[key+"."+string(t.Text(k))] = fl.eval(v, s.clone())
		}
	}
}

// spread copies what is known of the fields of an object into another; it says false where the object has no place.
func (fl *flow) spread(key string, id ast.ID, s state) bool {
	from := ""
	if v := fl.t.Child(id, ast.Value); v != ast.Nil {
		from = fl.place(v)
	}
	if from == "" {
		return false
	}
	for k, v := range s.clone() {
		if strings.HasPrefix(k, from+".") {
			s[key+k[len(from):]] = v
		}
	}
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
	key, method, arg := fl.place(obj), string(t.Text(name)), t.Nodes[args].First
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
			if v, ok := s[field]; ok {
				return v
			}
		case method[:3] == "set" && arg != ast.Nil && t.Nodes[arg].Next == ast.Nil && len(given) > 0:
			s[field] = s.get(field).union(given)
		}
	case slices.Contains(o.Appending, method):
		if len(given) > 0 {
			s[key] = s.get(key).union(given)
		}
	}
	return m
}

// arms runs each of several ways from the same state and joins them, and gives the taint of their values. A Nil way
// does nothing.
func (fl *flow) arms(s state, ways ...ast.ID) (m taintSet) {
	start := s.clone()
	first := true
	var out state
	for _, w := range ways {
		st := start.clone()
		if w != ast.Nil {
			m = m.union(fl.eval(w, st))
			if fl.jumps(w) {
				continue
			}
		}
		if first {
			out, first = st, false
		} else {
			out.join(st)
		}
	}
	if out != nil {
		s.become(out)
	}
	return m
}

// become makes a state another.
func (s state) become(o state) {
	for k := range s {
		if _, ok := o[k]; !ok {
			delete(s, k)
		}
	}
	for k, v := range o {
		s[k] = v
	}
}

// jumps reports whether nothing after a statement runs: it returns, or every way through it does.
func (fl *flow) jumps(id ast.ID) bool {
	switch fl.t.Nodes[id].Kind {
	case ast.Return, ast.Throw, ast.Break, ast.Continue:
		return true
	case ast.If:
		a, b := fl.t.Child(id, ast.Then), fl.t.Child(id, ast.Else)
		return a != ast.Nil && b != ast.Nil && fl.jumps(a) && fl.jumps(b)
	case ast.Try:
		return !fl.tryEnds(id)
	case ast.Block, ast.Case, ast.Finally:
		for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
			if fl.jumps(c) {
				return true
			}
		}
	}
	return false
}

// loop runs a loop until nothing new is learnt.
func (fl *flow) loop(id ast.ID, s state) (m taintSet) {
	t := fl.t
	if n := &t.Nodes[id]; n.Kind == ast.For {
		fl.opt(t.Child(id, ast.Init), s)
	}
	for range 4 {
		w := s.clone()
		for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
			if t.Nodes[c].Kind == ast.CompFor {
				fl.each(c, w)
			}
		}
		if t.Nodes[id].Kind == ast.ForEach {
			fl.each(id, w)
		}
		for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
			switch r := t.Nodes[c].Role; {
			case r == ast.Left,
				r == ast.Init,
				t.Nodes[c].Kind == ast.CompFor,
				t.Nodes[id].Kind == ast.ForEach && r == ast.Value:
			default:
				m = m.union(fl.eval(c, w))
			}
		}
		if !s.join(w) {
			break
		}
	}
	// A list made of another's elements loses their taint where a rule stays within a function, as rule writers expect.
	if t.Nodes[id].Kind != ast.Comp || !fl.Prog.Rule.Options.Interfile {
		return nil
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
	if l != ast.Nil {
		if fl.t.Nodes[l].Kind == ast.VarDef {
			l = fl.t.Child(l, ast.Ident)
		}
		if k := fl.t.Child(l, ast.Key); fl.t.Nodes[l].Kind == ast.Pair && k != ast.Nil {
			fl.store(k, ast.Nil, m, s)
		}
		fl.store(l, ast.Nil, m, s)
	}
}

func (fl *flow) cases(id ast.ID, s state) taintSet {
	t := fl.t
	fl.opt(t.Child(id, ast.Init), s)
	fl.opt(t.Child(id, ast.Cond), s)
	ways := []ast.ID{ast.Nil}
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if r := t.Nodes[c].Role; r != ast.Cond && r != ast.Init {
			ways = append(ways, c)
		}
	}
	return fl.arms(s, ways...)
}
