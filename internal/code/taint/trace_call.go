package taint

import (
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
)

// call runs a call or a new object.
func (tr *tracer) call(fl *flow, id ast.ID, s state) taintSet {
	t := fl.t
	fn := t.Child(id, ast.Fn)
	var m taintSet
	if fn != ast.Nil && t.Nodes[fn].Kind != ast.Name {
		m = fl.eval(fn, s)
	}
	if typ := t.Child(id, ast.Type); t.Nodes[id].Kind == ast.New && typ != ast.Nil &&
		t.Nodes[typ].Flags&ast.FlagExpr != 0 {
		m = fl.eval(typ, s) // a class that a variable names
	}
	handed := fl.hand(fn)
	args := tr.arguments(fl, t.Child(id, ast.Arguments), s)
	if fn != ast.Nil && t.Nodes[fn].Kind == ast.Name {
		m = fl.eval(fn, s)
	}
	m = tr.called(fl, id, s, m, args)
	if b := t.Child(id, ast.Body); b != ast.Nil {
		fl.eval(b, s)
	}
	fl.handed = handed
	return m
}

// called runs a call whose parts were run: one of what the language brings, or another.
func (tr *tracer) called(fl *flow, id ast.ID, s state, m taintSet, args []argument) taintSet {
	if fl.vals == nil {
		return tr.callSite(fl, id, s, m, args)
	}
	if out, ok := fl.native(id, args, s); ok {
		fl.converted(id, s)
		return out.bound(fl)
	}
	m = tr.callSite(fl, id, s, m, args)
	fl.handedOut(id, args, s)
	fl.converted(id, s)
	if p := fl.t.Nodes[id].Parent; fl.t.Kind(p) == ast.ExprStmt || fl.t.Kind(p) == ast.Await {
		tr.guarded(fl, id, facts.GuardAlways, s)
	}
	if tr.x.Callee(id) != facts.NoRef {
		fl.shared(s)
	}
	return m
}

// callSite notes a call that the project may define and gives what stands for its value. fnTaint is what the expression
// that is called has. Other calls pass on what they are given, as they do within a function.
func (tr *tracer) callSite(fl *flow, id ast.ID, s state, fnTaint taintSet, args []argument) taintSet {
	t := fl.t
	all := fnTaint
	var given taintSet
	for i := range args {
		given = given.union(args[i].taints)
	}
	if o := &fl.Prog.Rule.Options; o.TaintAssumeSafeFuncs || o.TaintOnlyAssignment {
		fl.given[id] = given
	} else {
		all = all.union(given)
	}
	if fn, a := t.Child(id, ast.Fn), t.Child(id, ast.Arguments); t.Kind(fn) == ast.Member && a != ast.Nil &&
		t.Nodes[id].Kind == ast.Call {
		all = fl.accessor(fn, a, all, given, s)
	}
	r := tr.x.Callee(id)
	if r == facts.NoRef {
		return all.bound(fl)
	}
	at, ok := tr.callAt[id]
	if !ok {
		if len(tr.g.Calls) >= maxGraphNodes/4 {
			return all.bound(fl)
		}
		at = int32(len(tr.g.Calls))
		tr.callAt[id] = at
		n := &t.Nodes[id]
		c := facts.CallSite{Ref: r, Place: facts.Span{Start: n.Start, End: n.End}, Recv: -1, Pass: tr.fresh()}
		tr.g.Calls = append(tr.g.Calls, c)
	}
	c := &tr.g.Calls[at]
	tr.flowsTo(c.Pass, "", all)
	obj := tr.receiver(fl, id)
	if obj != ast.Nil || tr.superCall(fl, id) {
		if c.Recv < 0 {
			c.Recv = tr.fresh()
		}
		if tr.superCall(fl, id) {
			tr.object(c.Recv, s)
		} else {
			tr.value(fl, c.Recv, obj, tr.objs[obj], s)
		}
	}
	for i := range args {
		if i >= maxSlots {
			break
		}
		if i >= len(c.Slots) {
			c.Slots = append(
				c.Slots,
				facts.Slot{Kind: args[i].kind, Name: args[i].name, Node: tr.fresh(), Func: facts.NoRef},
			)
			if v := args[i].id; t.Kind(v) == ast.Lambda || t.Kind(v) == ast.Name || t.Kind(v) == ast.Member {
				c.Slots[i].Func = tr.x.RefOf(v)
			}
		}
		tr.value(fl, c.Slots[i].Node, args[i].id, args[i].taints, s)
	}
	// What the callee leaves in what it is given is there after the call.
	for i := range args {
		if i < len(c.Slots) {
			tr.left(fl, at, int32(i), args[i].id, s)
		}
	}
	if c.Recv >= 0 {
		if tr.superCall(fl, id) {
			for _, key := range slices.Sorted(maps.Keys(tr.params)) {
				if tr.params[key] == 0 {
					tr.leftAt(fl, at, -1, key, s)
				}
			}
		} else {
			tr.left(fl, at, -1, obj, s)
		}
	}
	return one(tr.node(facts.NodeResult, at, 0, ""))
}

// argument is one argument of a call, run.
type argument struct {
	id     ast.ID
	kind   facts.SlotKind
	name   string
	taints taintSet
}

// arguments runs the arguments of a call one by one.
func (tr *tracer) arguments(fl *flow, args ast.ID, s state) (out []argument) {
	t := fl.t
	if args == ast.Nil {
		return nil
	}
	if t.Nodes[args].Kind != ast.Args {
		return []argument{{id: args, taints: fl.eval(args, s)}}
	}
	for c := t.Nodes[args].First; c != ast.Nil; c = t.Nodes[c].Next {
		n := &t.Nodes[c]
		if n.Role == ast.Ident || n.Role == ast.Mods || n.Role == ast.Type {
			continue
		}
		a := argument{id: c, taints: fl.eval(c, s)}
		switch n.Kind {
		case ast.KwArg:
			a.kind = facts.SlotNamed
			if name := t.Child(c, ast.Ident); name != ast.Nil {
				a.name = strings.TrimPrefix(string(t.Text(name)), "$")
			}
			a.id = t.Child(c, ast.Value)
		case ast.Pair: // f(key: value) of Ruby
			if k, v := t.Child(c, ast.Key), t.Child(c, ast.Value); k != ast.Nil && v != ast.Nil {
				a.kind, a.name, a.id = facts.SlotNamed, strings.TrimSuffix(string(t.Text(k)), ":"), v
			}
		case ast.Spread:
			a.kind = facts.SlotSpread
			if t.HasText(c, "**") {
				a.kind = facts.SlotSpreadNamed
			}
			a.id = t.Child(c, ast.Value)
		}
		out = append(out, a)
	}
	return out
}

// receiver is the object that a call is made on, Nil for none.
func (tr *tracer) receiver(fl *flow, id ast.ID) ast.ID {
	t := fl.t
	fn := id
	if t.Nodes[id].Kind == ast.Call {
		fn = t.Child(id, ast.Fn)
	}
	if t.Kind(fn) != ast.Member {
		return ast.Nil
	}
	return t.Child(fn, ast.Obj)
}

// superCall reports whether a call runs a method of the class's bases, or another constructor, on the same object.
func (tr *tracer) superCall(fl *flow, id ast.ID) bool {
	t := fl.t
	fn := t.Child(id, ast.Fn)
	if t.Nodes[id].Kind != ast.Call || fn == ast.Nil {
		return false
	}
	if t.Nodes[fn].Kind == ast.This {
		return true
	}
	if obj := tr.receiver(fl, id); obj != ast.Nil {
		r := tr.x.RefOf(obj)
		return r >= 0 && tr.x.Facts.Refs[r].Kind == facts.RefSuper
	}
	// A bare name may be a method of the object, as Java and Ruby have it.
	r := tr.x.RefOf(fn)
	return r >= 0 && tr.x.Facts.Refs[r].Kind == facts.RefBare
}

// object lets the object that the function is called on come to a node.
func (tr *tracer) object(n int32, s state) {
	for _, key := range slices.Sorted(maps.Keys(tr.params)) {
		if tr.params[key] != 0 {
			continue
		}
		tr.flowsTo(n, "", s.taint[key])
		tr.parts(n, key, s)
	}
}

// left adds what call at leaves in its argument to the place that was given.
func (tr *tracer) left(fl *flow, at, arg int32, id ast.ID, s state) {
	if id == ast.Nil {
		return
	}
	switch fl.t.Nodes[id].Kind {
	case ast.Name, ast.This, ast.Member:
		if v := fl.valueOf(id); (v.IsText() || v.Fixed()) && !fl.t.Lang.Objects.References {
			return // it is given by its value
		}
	case ast.Unary:
		if v := fl.t.Child(id, ast.Value); v != ast.Nil && fl.t.HasText(id, "&") {
			if key := fl.holder(v, s); key != "" && !strings.Contains(key, anyIndex) {
				tr.leftAt(fl, at, arg, key, s)
			}
		}
		return
	default:
		return
	}
	if key := fl.holder(id, s); key != "" && !strings.Contains(key, anyIndex) {
		if fl.t.Nodes[id].Kind == ast.Name && s.taint[key] == nil && !holdsValue(fl.t, id) && !hasSigil(fl.t, id) {
			return
		}
		if _, set := s.taint[key]; !set && fl.vals != nil && fl.t.Nodes[id].Kind == ast.Member {
			// What it is part of may be a source: it stays tainted.
			if cur := fl.known(key, s).union(fl.taintOf(id)); len(cur) > 0 {
				s.taint[key] = cur
			}
		}
		tr.leftAt(fl, at, arg, key, s)
	}
}

func (tr *tracer) leftAt(fl *flow, at, arg int32, key string, s state) {
	n := tr.node(facts.NodeOut, at, arg, "")
	if n < 0 {
		return
	}
	for _, k := range s.partsOf(key) {
		if f := tr.node(facts.NodeField, n, 0, k); f >= 0 {
			s.taints(key+"."+k, s.taint[key+"."+k], one(f))
		}
	}
	s.taints(key, fl.known(key, s), one(n))
}

// bound keeps a value's taints few.
func (m taintSet) bound(fl *flow) taintSet {
	if len(m) > maxTaints {
		fl.File.Bounded = true
		return m[:maxTaints:maxTaints]
	}
	return m
}

// source is the node of a source; cur is what its value has already.
func (tr *tracer) source(h *hit, cur taintSet) taintSet {
	n := tr.node(facts.NodeSource, h.index, 0, "")
	if h.part.Requires != nil {
		tr.flowsTo(n, "", cur)
	}
	m := one(n)
	for i := range m {
		m[i].src = h
	}
	return m
}

// sink lets what comes to a place of a sink be seen there.
func (tr *tracer) sink(_ *flow, h *hit, id ast.ID, m taintSet) {
	key := [2]int32{h.index, id}
	n, ok := tr.sinkAt[key]
	if !ok {
		n = tr.fresh()
		tr.sinkAt[key] = n
		tr.g.Sinks = append(tr.g.Sinks, facts.SinkSite{Hit: h.index, Node: n})
	}
	tr.flowsTo(n, "", m)
}

// gate lets taints through unless a sanitizer with `requires` holds for them.
func (tr *tracer) gate(part int32, id ast.ID, m taintSet) taintSet {
	return tr.through(facts.NodeGate, part, id, m)
}

// label gives taints the labels of a propagator.
func (tr *tracer) label(part int32, id ast.ID, m taintSet) taintSet {
	return tr.through(facts.NodeLabel, part, id, m)
}

// through leads taints through a node of its own, where there are any.
func (tr *tracer) through(kind facts.NodeKind, part int32, id ast.ID, m taintSet) taintSet {
	if len(m) == 0 {
		return nil
	}
	n := tr.node(kind, part, id, "")
	tr.flowsTo(n, "", m)
	return one(n)
}

// gated lets the value of a node through the sanitizers whose `requires` is not known to hold yet.
func (tr *tracer) gated(fl *flow, id ast.ID, m taintSet) taintSet {
	n := &fl.t.Nodes[id]
	for i := range fl.h.sanitizers {
		if h := &fl.h.sanitizers[i]; h.part.Effect != "only" && h.part.Requires != nil && h.covers(n) {
			m = tr.gate(h.index, id, m)
		}
	}
	return m
}

// propagated is what comes to a propagator, which may change its labels.
func (tr *tracer) propagated(h *hit, id ast.ID, m taintSet) (taintSet, bool) {
	if len(h.prop.Replace) > 0 || h.part.Label != "" || h.part.Requires != nil {
		m = tr.label(h.index, id, m)
	}
	return m, true
}

// sanitizes: whether labels hold is known when all functions are.
func (tr *tracer) sanitizes(h *hit, _ taintSet) bool { return h.part.Requires == nil }

// lazy: what comes to a sink may turn out to be nothing.
func (tr *tracer) lazy() bool { return true }

// member is a call in Ruby, which needs no parentheses.
func (tr *tracer) member(fl *flow, id ast.ID, m taintSet, s state) taintSet {
	n := &fl.t.Nodes[id]
	if n.Kind == ast.Member && n.Role != ast.Fn && n.Role != ast.Left && fl.t.Lang.Names.ImplicitReturn ||
		tr.x.Property(id) {
		return tr.called(fl, id, s, m, nil)
	}
	return m
}
