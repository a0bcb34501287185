package code

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// value runs a node by its kind and returns the taint of its value, before the rule's own parts are looked at.
func (fl *flow) value(id ast.ID, s state) marks {
	t := fl.t
	n := &t.Nodes[id]
	opts := &fl.p.Rule.Options
	switch n.Kind {
	case ast.FuncDef, ast.ClassDef, ast.Import:
		if n.Kind == ast.ClassDef {
			fl.classBody(id, s)
		}
		return nil
	case ast.Lambda:
		w := s.clone()
		fl.params(id, w)
		if b := t.Child(id, ast.Body); b != ast.Nil {
			fl.eval(b, w)
		}
		return nil
	case ast.Name, ast.This:
		return s.get(fl.place(id))
	case ast.Member, ast.Index, ast.Slice:
		return fl.part(id, s)
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
		if key := fl.root(l); key != "" {
			s[key] = s.get(key).union(m)
		}
		return m
	case ast.Call:
		return fl.call(id, s)
	case ast.Bin:
		m := fl.childMarks(id, s)
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
		fl.arms(s, t.Child(id, ast.Then), t.Child(id, ast.Else))
		return nil
	case ast.While, ast.DoWhile, ast.For, ast.ForEach, ast.Comp:
		return fl.loop(id, s)
	case ast.Try:
		fl.try(id, s)
		return nil
	case ast.Switch:
		fl.cases(id, s)
		return nil
	case ast.With:
		fl.children(id, s)
		return nil
	case ast.Str, ast.Num, ast.Bool, ast.Null, ast.Token, ast.Mod, ast.Decorator:
		return nil
	case ast.Return, ast.Throw, ast.ExprStmt, ast.Yield:
		return fl.childMarks(id, s)
	case ast.Block, ast.Program, ast.Case:
		fl.children(id, s)
		return nil
	}
	return fl.childMarks(id, s)
}

func comparison(op string) bool {
	switch op {
	case "==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "not in", "is", "is not":
		return true
	}
	return false
}

func (fl *flow) opt(id ast.ID, s state) marks {
	if id == ast.Nil {
		return nil
	}
	return fl.eval(id, s)
}

// children runs all children in order, up to one that leaves.
func (fl *flow) children(id ast.ID, s state) {
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		fl.eval(c, s)
		if fl.jumps(c) {
			return
		}
	}
}

// childMarks runs all children and gives the taint of all of them.
func (fl *flow) childMarks(id ast.ID, s state) (m marks) {
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
	}
}

// part is the value of x.a, x[i] or x[a:b].
func (fl *flow) part(id ast.ID, s state) marks {
	t := fl.t
	obj := t.Child(id, ast.Obj)
	var ix marks
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if r := t.Nodes[c].Role; r != ast.Obj && r != ast.Ident {
			ix = ix.union(fl.eval(c, s))
		}
	}
	if fl.p.Rule.Options.TaintAssumeSafeIndex {
		ix = nil
	}
	m := fl.opt(obj, s)
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
func (fl *flow) assignment(id, left, right ast.ID, s state) marks {
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
func (fl *flow) store(left, right ast.ID, m marks, s state) {
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
	case ast.Dict, ast.Spread, ast.Pair, ast.Assign:
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
	if strings.Contains(key, anyIndex) {
		s[key] = s.get(key).union(fl.passed(left, m)) // what else the index may stand for keeps what it has
	} else {
		s.set(key, fl.passed(left, m))
	}
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

// fields keeps the taint of an object's fields apart.
func (fl *flow) fields(key string, dict ast.ID, s state) {
	t := fl.t
	for c := t.Nodes[dict].First; c != ast.Nil; c = t.Nodes[c].Next {
		k, v := t.Child(c, ast.Key), t.Child(c, ast.Value)
		if t.Nodes[c].Kind != ast.Pair || k == ast.Nil || v == ast.Nil || t.Nodes[c].First == ast.Nil {
			if t.Nodes[c].Kind == ast.Spread {
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

// passed adds the place to the way of each taint.
func (fl *flow) passed(id ast.ID, m marks) marks {
	out := make(marks, len(m))
	for i, x := range m {
		out[i] = x.step(&fl.t.Nodes[id], "is kept in "+string(fl.t.Source(id)))
	}
	return out
}

// call is the value of a call: what its arguments and its object have, where the rule does not say otherwise.
func (fl *flow) call(id ast.ID, s state) marks {
	t := fl.t
	var m, am marks
	fn, args := t.Child(id, ast.Fn), t.Child(id, ast.Arguments)
	// A plain name has nothing to run, and a propagator may bring it what the arguments have.
	if fn != ast.Nil && t.Nodes[fn].Kind != ast.Name {
		m = fl.eval(fn, s)
	}
	if args != ast.Nil {
		am = fl.childMarks(args, s)
	}
	if fn != ast.Nil && t.Nodes[fn].Kind == ast.Name {
		m = fl.eval(fn, s)
	}
	if fl.p.Rule.Options.TaintAssumeSafeFuncs {
		fl.given[id] = am
	} else {
		m = m.union(am)
	}
	if b := t.Child(id, ast.Body); b != ast.Nil {
		fl.eval(b, s)
	}
	return m
}

// arms runs each of several ways from the same state and joins them. A Nil way does nothing.
func (fl *flow) arms(s state, ways ...ast.ID) {
	start := s.clone()
	first := true
	var out state
	for _, w := range ways {
		st := start.clone()
		if w != ast.Nil {
			fl.eval(w, st)
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
	if out == nil {
		return
	}
	for k := range s {
		if _, ok := out[k]; !ok {
			delete(s, k)
		}
	}
	for k, v := range out {
		s[k] = v
	}
}

// jumps says whether nothing after a statement runs: it returns, or every way through it does.
func (fl *flow) jumps(id ast.ID) bool {
	switch fl.t.Nodes[id].Kind {
	case ast.Return, ast.Throw, ast.Break, ast.Continue:
		return true
	case ast.If:
		a, b := fl.t.Child(id, ast.Then), fl.t.Child(id, ast.Else)
		return a != ast.Nil && b != ast.Nil && fl.jumps(a) && fl.jumps(b)
	case ast.Block, ast.Case:
		for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
			if fl.jumps(c) {
				return true
			}
		}
	}
	return false
}

// loop runs a loop until nothing new is learnt.
func (fl *flow) loop(id ast.ID, s state) (m marks) {
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
			case r == ast.Left, r == ast.Init, t.Nodes[c].Kind == ast.CompFor, t.Nodes[id].Kind == ast.ForEach && r == ast.Value:
			default:
				m = m.union(fl.eval(c, w))
			}
		}
		if !s.join(w) {
			break
		}
	}
	if t.Nodes[id].Kind != ast.Comp {
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
		fl.store(l, ast.Nil, m, s)
	}
}

func (fl *flow) try(id ast.ID, s state) {
	t := fl.t
	start := s.clone()
	var finals []ast.ID
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch t.Nodes[c].Role {
		case ast.Init, ast.Body, ast.Else:
			fl.eval(c, s)
		case ast.Handler:
			w := start.clone()
			w.join(s)
			fl.children(c, w)
			s.join(w)
		case ast.Final:
			finals = append(finals, c)
		}
	}
	for _, c := range finals {
		fl.children(c, s)
	}
}

func (fl *flow) cases(id ast.ID, s state) {
	t := fl.t
	fl.opt(t.Child(id, ast.Init), s)
	fl.opt(t.Child(id, ast.Cond), s)
	ways := []ast.ID{ast.Nil}
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if r := t.Nodes[c].Role; r != ast.Cond && r != ast.Init {
			ways = append(ways, c)
		}
	}
	fl.arms(s, ways...)
}
