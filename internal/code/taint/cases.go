package taint

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// cases runs a switch, a match, or what else chooses one of several ways.
func (fl *flow) cases(id ast.ID, s state) (m taintSet) {
	t := fl.t
	var arms []ast.ID
	subject := fl.choose(id, s, &arms)
	var to *target
	if t.Lang.Flow.BreakCases {
		to = fl.into(id, target{})
	}
	open := fl.openArms(id, arms, s)
	start := s.clone()
	var out, fall state
	other := false // one of the ways is taken where no other is
	for i, c := range arms {
		if !open.may[i] && fall == nil {
			continue
		}
		st := start.clone()
		if open.may[i] {
			fl.refineArm(open, c, st)
		}
		switch {
		case fall == nil:
		case open.may[i]:
			fl.join(st, fall)
		default:
			st = fall
		}
		fall = nil
		m = m.union(fl.arm(c, subject, st))
		if fl.vals != nil {
			fl.settle(id, fl.armValue(c), open.only == i)
		}
		other = other || fl.isDefault(c) || open.only == i
		if !fl.dead && i+1 < len(arms) && fl.fallsThrough(c) {
			fall = st
			continue
		}
		fl.ends(&out, st)
	}
	if !other {
		fl.ends(&out, start)
	}
	fl.goOn(s, out)
	if to != nil {
		fl.outOf(to, s)
	}
	return m
}

// openWays are the ways of a choice that its values leave open.
type openWays struct {
	may  []bool
	only int    // the one that is taken, -1 where that is not known
	of   ast.ID // what is chosen by, Nil for the first condition that holds
}

// openArms works out which ways of a choice may be taken.
func (fl *flow) openArms(id ast.ID, arms []ast.ID, s state) openWays {
	open := openWays{may: make([]bool, len(arms)), only: -1, of: ast.Nil}
	for i := range arms {
		open.may[i] = true
	}
	if fl.vals == nil {
		return open
	}
	delete(fl.vals.native, id)
	open.of = fl.subjectOf(id)
	last := -1 // where no other is taken
	for i, c := range arms {
		if fl.isDefault(c) {
			last = i
			continue
		}
		yes, known := fl.matches(open.of, c, s)
		switch {
		case open.only >= 0, known && !yes:
			open.may[i] = false
		case known && yes:
			open.only = i
		}
	}
	sure := open.only
	for i := range arms {
		if i != sure && i != last && open.may[i] {
			open.only = -1 // another one before it may be taken
		}
	}
	switch {
	case last < 0:
	case sure >= 0:
		open.may[last] = false
	default:
		none := true
		for i := range arms {
			none = none && (i == last || !open.may[i])
		}
		if none {
			open.only = last
		}
	}
	return open
}

// subjectOf is what a choice chooses by.
func (fl *flow) subjectOf(id ast.ID) ast.ID {
	t := fl.t
	if c := t.Child(id, ast.Cond); c != ast.Nil {
		return c
	}
	return t.Field(id, "condition")
}

// keysOf lists what a way of a choice is taken for; false where not all of it is plain.
func (fl *flow) keysOf(arm ast.ID) (keys []ast.ID, plain bool) {
	t := fl.t
	plain = t.Child(arm, ast.Cond) == ast.Nil
	var list func(ast.ID, int)
	list = func(id ast.ID, depth int) {
		name := ""
		if t.Nodes[id].Kind == ast.Other {
			name = t.Lang.SymbolName(t.Nodes[id].Sym)
		}
		switch name {
		case "union_pattern", "match_condition_list", "pattern", "expression_list":
			for c := t.Nodes[id].First; c != ast.Nil && depth < 4; c = t.Nodes[c].Next {
				if t.Nodes[c].Kind != ast.Token {
					list(c, depth+1)
				}
			}
		default:
			plain = plain &&
				(!t.IsPattern(id) && name == "" || literalKey(t, id) || strings.HasSuffix(name, "_literal"))
			keys = append(keys, id)
		}
	}
	for c := t.Nodes[arm].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Role == ast.Key || t.InField(c, "conditional_expressions") {
			list(c, 0)
		}
	}
	return keys, plain && len(keys) > 0
}

func literalKey(t *ast.Tree, id ast.ID) bool {
	switch t.Nodes[id].Kind {
	case ast.Str, ast.Num, ast.Bool, ast.Null:
		return true
	}
	return false
}

// matches reports whether a way of a choice is taken where those before it are not; known is false where that is open.
func (fl *flow) matches(subject, arm ast.ID, s state) (yes, known bool) {
	keys, plain := fl.keysOf(arm)
	if !plain {
		return false, false
	}
	all := true
	for _, k := range keys {
		if fl.t.IsPattern(k) || literalKey(fl.t, k) {
			fl.keepWorth(k, fl.worthOf(k, s), nil, nil)
		} else {
			fl.eval(k, s)
		}
		var same, ok bool
		if subject == ast.Nil {
			same, ok = fl.isTrue(fl.valueOf(k))
		} else {
			same, ok = fl.vals.lang.Equal(fl.valueOf(subject), fl.valueOf(k), "equals")
		}
		if ok && same && all {
			return true, true
		}
		all = all && ok
	}
	return false, all
}

// refineArm notes what a way says of what is chosen by where it is taken.
func (fl *flow) refineArm(open openWays, arm ast.ID, s state) {
	if fl.vals == nil {
		return
	}
	keys, plain := fl.keysOf(arm)
	if !plain {
		return
	}
	if open.of == ast.Nil {
		if len(keys) == 1 {
			fl.refine(keys[0], true, s)
		}
		return
	}
	var m taintSet
	for _, k := range keys {
		m = m.union(fl.taintOf(k))
	}
	v := value.Value{}
	if len(keys) == 1 {
		v = fl.valueOf(keys[0])
	}
	fl.becomes(open.of, v, m, s)
}

// armValue is what a way of a choice is worth.
func (fl *flow) armValue(arm ast.ID) ast.ID {
	if v := fl.t.Field(arm, "return_expression"); v != ast.Nil {
		return v
	}
	last := arm
	for c := fl.t.Nodes[arm].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		last = c
	}
	return last
}

// choose runs what a choice looks at and lists its ways.
func (fl *flow) choose(id ast.ID, s state, arms *[]ast.ID) (subject taintSet) {
	t := fl.t
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch n := &t.Nodes[c]; {
		case fl.isArm(c), t.Nodes[id].Kind == ast.Switch && n.Kind == ast.Block && !fl.hasArms(c):
			*arms = append(*arms, c)
		case fl.hasArms(c):
			subject = subject.union(fl.choose(c, s, arms))
		case t.InField(c, "alias") && t.Kind(c) == ast.Name:
		default:
			subject = subject.union(fl.eval(c, s))
		}
	}
	if name := t.Field(id, "alias"); t.Kind(name) == ast.Name { // switch x := y.(type)
		fl.store(name, ast.Nil, subject, s)
	}
	return subject
}

// isArm reports whether a node is one of the ways of a choice.
func (fl *flow) isArm(id ast.ID) bool {
	n := &fl.t.Nodes[id]
	return n.Kind == ast.Case || n.Kind == ast.Other && fl.t.Lang.Flow.Arms[fl.t.Lang.SymbolName(n.Sym)]
}

// hasArms reports whether a node's children are ways of a choice.
func (fl *flow) hasArms(id ast.ID) bool {
	if k := fl.t.Nodes[id].Kind; k != ast.Other && k != ast.Block {
		return false
	}
	for c := fl.t.Nodes[id].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		if fl.isArm(c) || fl.t.Nodes[c].Kind == ast.Other && fl.t.Nodes[id].Kind == ast.Other && fl.hasArms(c) {
			return true
		}
	}
	return false
}

// arm runs one way of a choice: what it is taken for, with the names that this binds, then what it does.
func (fl *flow) arm(id ast.ID, subject taintSet, s state) (m taintSet) {
	t := fl.t
	if t.Nodes[id].Kind == ast.Block {
		return fl.eval(id, s)
	}
	t.Bound(id, func(name ast.ID) { fl.store(name, ast.Nil, subject, s) })
	for c := t.Nodes[id].First; c != ast.Nil && !fl.dead; c = t.Nodes[c].Next {
		switch {
		case t.IsPattern(c):
		case t.Nodes[c].Role == ast.Key, t.InField(c, "conditional_expressions"):
			fl.eval(c, s)
		default:
			m = fl.eval(c, s)
			fl.mayThrow(c, s)
		}
	}
	return m
}

// isDefault reports whether a way is taken whatever is chosen by.
func (fl *flow) isDefault(id ast.ID) bool {
	t := fl.t
	switch n := &t.Nodes[id]; n.Kind {
	case ast.Block:
		return true
	case ast.Case:
		return t.Child(id, ast.Key) == ast.Nil && t.Child(id, ast.Cond) == ast.Nil
	}
	return t.Lang.Flow.Default[t.Lang.SymbolName(t.Nodes[id].Sym)]
}

// fallsThrough reports whether what ends a way goes on with the next one.
func (fl *flow) fallsThrough(id ast.ID) bool {
	t := fl.t
	if t.Lang.Flow.FallThrough[t.Lang.SymbolName(t.Nodes[id].Sym)] {
		return true
	}
	last := ast.Nil
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		last = c
	}
	return t.Kind(last) == ast.Other && t.Lang.SymbolName(t.Nodes[last].Sym) == "fallthrough_statement"
}
