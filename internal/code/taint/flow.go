// Package taint follows taint through one function after the other of a file: for rules that look no further it finds
// the sinks that are reached (flow.go and its neighbours); for those that look across functions it makes each
// function's graph of how values flow (trace.go, trace_call.go).
//
// What a library's functions do to tainted values (sources, sinks, sanitizers, propagators) is no code:
// code/rules/models/<language>/<framework>.yaml says it.
package taint

import (
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/code/value"
)

// flow follows taint through one file.
type flow struct {
	*search.Evaluator
	t      *ast.Tree
	h      taintHits
	vals   *valuation          // what expressions are known to be worth; nil where the domain does not ask
	global state               // of what is assigned once, in the file or a class, and so holds in every function
	stash  map[*hit]taintSet   // what a propagator took up
	given  map[ast.ID]taintSet // taint of a call's arguments, where the rule says that calls do not pass it on
	found  map[[2]uint32]*Match
	depth  int
	budget int
	dom    domain

	handed taintSet // what a method gives to functions that it is given

	dead    bool      // the way that is run has left: see jumps.go
	targets []*target // that break and continue lead to, the innermost last
	thrown  *state    // what is known where the try around may be left for its handlers; nil outside of all
}

// Match is a sink that taint reaches, with the way that it took.
type Match struct {
	search.Range
	Steps []Step
}

// Run returns the sinks of a taint rule that its sources reach in a file.
func Run(p *search.Program, f *search.File) []Match {
	e := &search.Evaluator{Prog: p, File: f}
	h, any := findHits(e, p.Taint)
	if !any || f.Tree == nil {
		return nil
	}
	fl := &flow{
		Evaluator: e,
		t:         f.Tree,
		h:         h,
		stash:     map[*hit]taintSet{},
		given:     map[ast.ID]taintSet{},
		found:     map[[2]uint32]*Match{},
		budget:    60*len(f.Tree.Nodes) + 100_000,
		dom:       within{},
		global:    newState(false),
	}
	fl.global = fl.scope(0).lasting(f.Tree)
	for i := range f.Tree.Nodes {
		switch n := &f.Tree.Nodes[i]; n.Kind {
		case ast.FuncDef:
			fl.scope(ast.ID(i))
		case ast.Lambda:
			if fl.detached(ast.ID(i)) {
				fl.scope(ast.ID(i))
			}
		}
	}
	if fl.budget <= 0 {
		f.Bounded = true
	}
	out := make([]Match, 0, len(fl.found))
	for _, m := range fl.found {
		out = append(out, *m)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Start != out[j].Start {
			return out[i].Start < out[j].Start
		}
		return out[i].End < out[j].End
	})
	return out
}

// detached reports whether a function without a name stands outside of all statements that run: as a member of a class.
func (fl *flow) detached(id ast.ID) bool {
	p := fl.t.Nodes[id].Parent
	return p != ast.Nil && fl.t.Nodes[p].Kind == ast.VarDef && fl.t.Nodes[fl.t.Nodes[p].Parent].Kind == ast.ClassBody
}

// scope runs a function, or the statements of the file, and returns what is known at its end.
func (fl *flow) scope(id ast.ID) state {
	s := fl.global.clone()
	fl.dead = false
	fl.dom.begin(fl, s)
	defer func() { fl.dom.end(fl, s) }()
	if id == 0 {
		fl.children(id, s)
		return s
	}
	fl.params(id, s)
	if b := fl.t.Child(id, ast.Body); b != ast.Nil {
		fl.dom.last(fl, b, fl.eval(b, s), s)
	}
	return s
}

// lasting is what a state knows of variables that nothing else assigns.
func (s *places) lasting(t *ast.Tree) state {
	out := newState(false)
	for k, v := range s.taint {
		d, _, ok := strings.Cut(k, "\x00")
		if n, err := strconv.Atoi(d); ok && err == nil && len(v) > 0 && t.AssignedOnce(int32(n)) {
			out.taint[k] = v
		}
	}
	return out
}

// params taints the parameters that are sources.
func (fl *flow) params(id ast.ID, s state) {
	ps := fl.t.Child(id, ast.Parameters)
	if ps == ast.Nil {
		return
	}
	at := 0
	for p := fl.t.Nodes[ps].First; p != ast.Nil; p = fl.t.Nodes[p].Next {
		at++
		m := fl.opt(fl.t.Child(p, ast.Value), s)
		name := fl.t.Child(p, ast.Ident)
		if name == ast.Nil {
			continue
		}
		m = m.union(fl.sourcesAt(p, nil)).union(fl.sourcesAt(name, nil)).union(fl.handed)
		if fl.harmless(name) {
			m = nil
		}
		fl.bindParam(name, m, s)
		fl.dom.param(fl, at, p, name, s)
	}
}

func (fl *flow) bindParam(name ast.ID, m taintSet, s state) {
	if fl.t.Nodes[name].Kind == ast.Name {
		s.set(fl.name(name), m.union(fl.carried(name)))
		return
	}
	fl.t.WalkInto(name, func(x ast.ID) bool {
		switch n := &fl.t.Nodes[x]; {
		case n.Kind == ast.Assign && fl.t.Child(x, ast.Right) != ast.Nil: // a part with a default
			if l := fl.t.Child(x, ast.Left); l != ast.Nil {
				fl.bindParam(l, m.union(fl.eval(fl.t.Child(x, ast.Right), s)), s)
			}
			return false
		case n.Kind == ast.Name && n.Role != ast.Key:
			s.set(fl.name(x), m.union(fl.sourcesAt(x, nil)).union(fl.carried(x)))
		}
		return true
	})
}

// name is the key of a variable.
func (fl *flow) name(id ast.ID) string {
	txt := string(fl.t.Text(id))
	if d := fl.t.Decl(id); d != 0 {
		return strconv.Itoa(int(d)) + "\x00" + txt
	}
	return txt
}

// place is the key of what an expression names, "" if it names nothing that keeps a value.
func (fl *flow) place(id ast.ID, s state) string {
	key := fl.path(id, s)
	for strings.HasSuffix(key, anyIndex) {
		key = key[:len(key)-len(anyIndex)]
	}
	return key
}

// path is the place with all its indices.
func (fl *flow) path(id ast.ID, s state) string {
	t := fl.t
	switch n := &t.Nodes[id]; n.Kind {
	case ast.Name:
		if own := fl.dom.namePlace(fl, id); own != "" {
			return own
		}
		return fl.name(id)
	case ast.This:
		return "this"
	case ast.Unary:
		if v := t.Child(id, ast.Value); v != ast.Nil && t.HasText(id, "*") {
			return fl.path(v, s) // what a pointer leads to
		}
	case ast.Member:
		obj, name := t.Child(id, ast.Obj), t.Child(id, ast.Ident)
		if obj == ast.Nil || name == ast.Nil {
			return ""
		}
		if own := fl.dom.memberPlace(fl, id, obj, name); own != "" {
			return own
		}
		if base := fl.base(obj, s); base != "" && t.Nodes[name].Kind == ast.Name {
			return base + "." + string(t.Text(name))
		}
	case ast.Index:
		obj := t.Child(id, ast.Obj)
		if obj == ast.Nil {
			return ""
		}
		if base := fl.base(obj, s); base != "" {
			return fl.dom.indexPlace(fl, id, base, s)
		}
	}
	return ""
}

// base is the place that an expression's parts are parts of: the object where it is known to be one.
func (fl *flow) base(obj ast.ID, s state) string {
	key := fl.path(obj, s)
	if fl.vals == nil {
		return key
	}
	if v := s.value[key]; v.Kind == value.Object {
		return v.Ref
	}
	switch fl.t.Nodes[obj].Kind {
	case ast.List, ast.Dict, ast.Tuple, ast.New, ast.Call, ast.Index, ast.Slice:
		if v := fl.valueOf(obj); v.Kind == value.Object {
			return v.Ref
		}
	}
	return key
}

// holder is the place that an expression's parts are parts of, "" where it has none.
func (fl *flow) holder(id ast.ID, s state) string {
	if fl.vals == nil {
		return fl.place(id, s)
	}
	key := fl.base(id, s)
	for strings.HasSuffix(key, anyIndex) {
		key = key[:len(key)-len(anyIndex)]
	}
	return key
}

// root is the place that an expression is part of: of x[i].y it is x.
func (fl *flow) root(id ast.ID, s state) string {
	for id != ast.Nil {
		if k := fl.place(id, s); k != "" {
			return k
		}
		switch fl.t.Nodes[id].Kind {
		case ast.Member, ast.Index, ast.Slice:
			id = fl.t.Child(id, ast.Obj)
		default:
			return ""
		}
	}
	return ""
}

// sourcesAt gives the taints that begin at a node. cur are those that its value has already, for `requires`.
func (fl *flow) sourcesAt(id ast.ID, cur taintSet) (out taintSet) {
	n := &fl.t.Nodes[id]
	for i := range fl.h.sources {
		h := &fl.h.sources[i]
		if h.part.Effect == "only" || !h.covers(n) {
			continue
		}
		out = out.union(fl.dom.source(h, cur))
	}
	return out
}

// sanitized reports whether a sanitizer matches a node.
func (fl *flow) sanitized(id ast.ID, cur taintSet) bool {
	n := &fl.t.Nodes[id]
	for i := range fl.h.sanitizers {
		if h := &fl.h.sanitizers[i]; h.part.Effect != "only" && h.covers(n) {
			if fl.dom.sanitizes(h, cur) {
				return true
			}
		}
	}
	return false
}

// eval runs a node and returns the taint of its value.
func (fl *flow) eval(id ast.ID, s state) taintSet {
	if fl.budget--; fl.budget < 0 {
		return nil
	}
	if fl.depth++; fl.depth > 2000 {
		fl.depth--
		return nil
	}
	dead := fl.dead
	m := fl.value(id, s)
	var v value.Value
	if fl.vals != nil {
		v, m = fl.sharpen(id, m, s)
		fl.vals.worth[id] = worth{v, m}
	}
	fl.dead = dead || fl.dead && leads(fl.t.Nodes[id].Kind) || fl.vals != nil && fl.exits(id)
	if fl.Prog.Rule.Options.TaintOnlyAssignment && len(m) > 0 && !keeps(fl.t.Nodes[id].Kind) {
		if _, ok := s.taint[fl.place(id, s)]; !ok {
			m = nil
		}
	}
	fl.depth--
	before := m
	m, cleaned := fl.after(id, m, s)
	if fl.vals != nil {
		if cleaned && v.Kind == value.Object {
			v = value.Value{} // whatever the object holds, this use of it is clean
		}
		fl.keepWorth(id, v, before, m)
	}
	fl.dom.note(fl, id, m)
	return m
}

// after applies sources, propagators, sanitizers and sinks to a value; cleaned tells that a sanitizer matches it.
func (fl *flow) after(id ast.ID, m taintSet, s state) (out taintSet, cleaned bool) {
	n := &fl.t.Nodes[id]
	if !valued(n) {
		return m, false
	}
	if n.Kind == ast.ExprStmt || n.Kind == ast.VarDef || n.Kind == ast.Return {
		fl.sinks(id, m, s)
		return m, false
	}
	if fl.harmless(id) {
		m = nil
	}
	if len(fl.h.sanitizers) > 0 {
		if fl.sanitized(id, m) {
			m = nil
			fl.effects(id, fl.h.sanitizers, nil, true, s)
			fl.takeUp(id, m, s)
			return m, true
		}
		fl.effects(id, fl.h.sanitizers, nil, true, s)
		m = fl.dom.gated(fl, id, m)
	}
	for _, src := range fl.sourcesAt(id, m) {
		if src.src.part.Spec.Control {
			s.taint[control] = s.taint[control].union(taintSet{src})
		} else {
			m = m.union(taintSet{src})
		}
	}
	fl.effects(id, fl.h.sources, m, false, s)
	m = m.union(fl.carried(id))
	fl.takeUp(id, m, s)
	fl.sinks(id, m, s)
	return m, false
}

// harmless reports whether the rule takes values of an expression's type for safe: truth values, numbers.
func (fl *flow) harmless(id ast.ID) bool {
	o := &fl.Prog.Rule.Options
	if !o.TaintAssumeSafeBools && !o.TaintAssumeSafeNums {
		return false
	}
	switch fl.t.ValueKind(id) {
	case ast.Bool:
		return o.TaintAssumeSafeBools
	case ast.Num:
		return o.TaintAssumeSafeNums
	}
	return false
}

// effects taints or cleans the place that a part with by-side-effect names.
func (fl *flow) effects(id ast.ID, hits []hit, cur taintSet, clean bool, s state) {
	n := &fl.t.Nodes[id]
	for i := range hits {
		h := &hits[i]
		if h.part.Effect == "" || h.Start != n.Start || h.End != n.End {
			continue
		}
		key := fl.place(id, s)
		if key == "" {
			continue
		}
		if clean {
			s.set(key, taintSet{})
			continue
		}
		if src := fl.dom.source(h, cur); len(src) > 0 {
			s.taints(key, fl.known(key, s), src)
		}
	}
}

// takeUp lets propagators take the taint of a node and put it where it goes.
func (fl *flow) takeUp(id ast.ID, m taintSet, s state) {
	n := &fl.t.Nodes[id]
	for i := range fl.h.propagators {
		h := &fl.h.propagators[i]
		from, to := h.Env[h.prop.From], h.Env[h.prop.To]
		if from.Kind == pattern.Unbound || to.Kind == pattern.Unbound || from.Start != n.Start || from.End != n.End {
			continue
		}
		out, ok := fl.dom.propagated(h, id, m)
		if !ok {
			continue
		}
		fl.stash[h] = out
		if h.part.Effect != "" && len(out) > 0 && to.Kind == pattern.BindNode {
			if key := fl.root(to.A, s); key != "" {
				s.taints(key, fl.known(key, s), out)
			}
		}
	}
}

// carried is what propagators bring to a node.
func (fl *flow) carried(id ast.ID) (out taintSet) {
	n := &fl.t.Nodes[id]
	for i := range fl.h.propagators {
		h := &fl.h.propagators[i]
		if to := h.Env[h.prop.To]; to.Kind != pattern.Unbound && to.Start == n.Start && to.End == n.End {
			out = out.union(fl.stash[h])
		}
	}
	return out
}

// sinks notes the sinks at a node that its taint reaches.
func (fl *flow) sinks(id ast.ID, m taintSet, s state) {
	n := &fl.t.Nodes[id]
	var given taintSet
	if len(fl.given) > 0 {
		given = fl.given[id]
		if n.Kind == ast.ExprStmt && n.First != ast.Nil {
			given = given.union(fl.given[n.First])
		}
	}
	m = m.union(s.taint[control])
	if len(m) == 0 || fl.dom.lazy() {
		if m = m.union(fl.below(id, s)); len(m) == 0 && len(given) == 0 {
			return
		}
	}
	own, all := m, m.union(given)
	for i := range fl.h.sinks {
		h := &fl.h.sinks[i]
		if !h.covers(n) || h.part.Spec.AtExit && !fl.leaves(id) {
			continue
		}
		if m = all; h.part.Focus {
			m = own // it asks for one argument, which this call is
		}
		fl.dom.sink(fl, h, id, m)
	}
}

// below is the taint in the parts of what is given to a sink: it may look there.
func (fl *flow) below(id ast.ID, s state) (m taintSet) {
	sink, whole := false, fl.vals == nil
	for i := range fl.h.sinks {
		h := &fl.h.sinks[i]
		sink = sink || h.covers(&fl.t.Nodes[id])
		whole = whole || !h.part.Focus && h.Start == fl.t.Nodes[id].Start && h.End == fl.t.Nodes[id].End
	}
	if !sink {
		return nil
	}
	if key := fl.holder(id, s); key != "" {
		return s.under(key)
	}
	if args := fl.t.Child(id, ast.Arguments); whole && fl.t.Nodes[id].Kind == ast.Call && args != ast.Nil {
		for a := fl.t.Nodes[args].First; a != ast.Nil; a = fl.t.Nodes[a].Next {
			if key := fl.holder(a, s); key != "" {
				m = m.union(s.under(key))
			}
		}
	}
	return m
}
