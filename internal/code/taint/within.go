package taint

import (
	"strconv"

	"github.com/drydock/drydock/internal/code/ast"
)

// within is the domain of rules that stay within functions.
type within struct{}

func (within) begin(*flow, state)                           {}
func (within) end(*flow, state)                             {}
func (within) last(*flow, ast.ID, taintSet, state)          {}
func (within) param(*flow, int, ast.ID, ast.ID, state)      {}
func (within) enter()                                       {}
func (within) exit()                                        {}
func (within) closures() bool                               { return true }
func (within) returned(*flow, ast.ID, taintSet, state)      {}
func (within) classBody(ast.ID, state)                      {}
func (within) note(*flow, ast.ID, taintSet)                 {}
func (within) lazy() bool                                   { return false }
func (within) namePlace(*flow, ast.ID) string               { return "" }
func (within) field(_ *flow, _ ast.ID, m taintSet) taintSet { return m }
func (within) gated(_ *flow, _ ast.ID, m taintSet) taintSet { return m }

func (within) member(_ *flow, _ ast.ID, m taintSet, _ state) taintSet { return m }

func (within) unset(_ *flow, key string, s state) taintSet { return s.get(key) }

func (within) read(_ *flow, _ ast.ID, key string, s state) taintSet { return s.get(key) }

func (within) memberPlace(fl *flow, id, obj, name ast.ID) string {
	t := fl.t
	switch {
	case t.Nodes[name].Kind != ast.Name:
	case t.Decl(id) != 0:
		d := t.Decl(id)
		return strconv.Itoa(int(d)) + "\x00" + t.DeclName(d) // a field of the class around
	case t.Nodes[obj].Kind == ast.This && t.Lang.Names.ClassScope:
		return string(t.Text(name)) // this.x and x are one
	}
	return ""
}

func (within) indexPlace(_ *flow, _ ast.ID, base string, _ state) string { return base + anyIndex }

func (within) stored(_ *flow, _ ast.ID, key string, m taintSet, _ state) (string, taintSet) {
	return key, m
}

func (within) kept(fl *flow, id ast.ID) string { return "is kept in " + string(fl.t.Source(id)) }

func (within) source(h *hit, cur taintSet) taintSet {
	if h.part.Requires != nil && !h.part.Requires(cur.hasLabel) {
		return nil
	}
	label := h.part.Label
	if label == "" {
		label = "__SOURCE__"
	}
	return taintSet{{src: h, label: label}}
}

func (within) sanitizes(h *hit, cur taintSet) bool {
	return h.part.Requires == nil || h.part.Requires(cur.hasLabel)
}

func (within) propagated(h *hit, _ ast.ID, m taintSet) (taintSet, bool) {
	if h.part.Requires != nil && !h.part.Requires(m.hasLabel) {
		return nil, false
	}
	if len(h.prop.Replace) > 0 || h.part.Label != "" {
		m = relabel(m, h)
	}
	return m, true
}

func relabel(m taintSet, h *hit) (out taintSet) {
	for _, x := range m {
		replace := len(h.prop.Replace) == 0
		for _, l := range h.prop.Replace {
			replace = replace || l == x.label
		}
		if replace && h.part.Label != "" {
			x.label = h.part.Label
		}
		if !out.has(x) {
			out = append(out, x)
		}
	}
	return out
}

// call is the value of a call: what its arguments and its object have, where the rule does not say otherwise.
func (within) call(fl *flow, id ast.ID, s state) taintSet {
	t := fl.t
	if t.Nodes[id].Kind == ast.New {
		m := fl.childTaints(id, s)
		if typ := t.Child(id, ast.Type); typ != ast.Nil && t.Nodes[typ].Flags&ast.FlagExpr != 0 {
			m = m.union(fl.eval(typ, s)) // a class that a variable names
		}
		return m
	}
	var m, am taintSet
	fn, args := t.Child(id, ast.Fn), t.Child(id, ast.Arguments)
	// A plain name has nothing to run, and a propagator may bring it what the arguments have.
	if fn != ast.Nil && t.Nodes[fn].Kind != ast.Name {
		m = fl.eval(fn, s)
	}
	switch {
	case args == ast.Nil:
	case t.Nodes[args].Kind == ast.Args:
		am = fl.childTaints(args, s)
	default:
		am = fl.eval(args, s) // a conversion
	}
	if fn != ast.Nil && t.Nodes[fn].Kind == ast.Name {
		m = fl.eval(fn, s)
	}
	if o := &fl.Prog.Rule.Options; o.TaintAssumeSafeFuncs || o.TaintOnlyAssignment {
		fl.given[id] = am
	} else {
		m = m.union(am)
	}
	if fn != ast.Nil && args != ast.Nil && t.Nodes[fn].Kind == ast.Member {
		m = fl.accessor(fn, args, m, am, s)
	}
	if b := t.Child(id, ast.Body); b != ast.Nil {
		fl.eval(b, s)
	}
	return m
}

// sink notes a sink that a taint reaches.
func (within) sink(fl *flow, h *hit, _ ast.ID, m taintSet) {
	by := reaching(h, m)
	if by == nil || fl.Prog.Rule.Options.TaintUnifyMvars && !fl.Compatible(h.Env, by.src.Env) {
		return
	}
	at := h.Range
	if fl.Prog.Rule.Options.TaintFocusOn == "source" {
		at = by.src.Range
	}
	key := [2]uint32{at.Start, at.End}
	if fl.found[key] == nil {
		fl.found[key] = fl.match(h, by)
		fl.found[key].Start, fl.found[key].End, fl.found[key].Node = at.Start, at.End, at.Node
	}
}

// reaching is the taint by which a sink is reached, nil for none.
func reaching(h *hit, m taintSet) *taint {
	switch {
	case len(m) == 0 || h.part.Requires != nil && !h.part.Requires(m.hasLabel):
		return nil
	case h.part.Requires != nil:
		return &m[0]
	}
	for i := range m {
		if m[i].label != "" {
			return &m[i]
		}
	}
	return nil
}

// match is a sink that a taint reaches, with the trace of it.
func (fl *flow) match(h *hit, m *taint) *Match {
	out := &Match{Range: fl.Merge(h.Range, m.src.Range)}
	out.Steps = append(out.Steps, Step{Start: m.src.Start, End: m.src.End, Text: "the value comes from here"})
	var mid []Step
	for v := m.trace; v != nil; v = v.before {
		mid = append(mid, Step{Start: v.start, End: v.end, Text: v.text})
	}
	for i := len(mid) - 1; i >= 0; i-- {
		out.Steps = append(out.Steps, mid[i])
	}
	out.Steps = append(out.Steps, Step{Start: h.Start, End: h.End, Text: "and reaches this"})
	return out
}
