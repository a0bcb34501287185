package taint

import (
	"strconv"

	"github.com/drydock/drydock/internal/code/ast"
)

// Where a statement leaves, the flow is dead: nothing runs until the ways of the statement around it are joined. A way
// that is dead at its end adds nothing there; what was known where it left is kept with the target that it leads to.

// target is a statement that break leads out of, and continue back into.
type target struct {
	label     string
	onlyNamed bool // a block that has a label: break leads out of it by that name alone
	loop      bool
	out, next state // what is known where break and continue lead there, nil where none does
}

// into makes a statement a target while it is run.
func (fl *flow) into(id ast.ID, to target) *target {
	to.label = fl.label(id)
	fl.targets = append(fl.targets, &to)
	return &to
}

// outOf ends the innermost target: what follows is reached by break too.
func (fl *flow) outOf(to *target, s state) {
	fl.targets = fl.targets[:len(fl.targets)-1]
	fl.resume(s, to.out)
}

// resume goes on from what other ways know, nil for none.
func (fl *flow) resume(s, others state) {
	switch {
	case others == nil:
	case fl.dead:
		s.become(others)
		fl.dead = false
	default:
		fl.join(s, others)
	}
}

// ends adds what a way knows at its end to what others do, unless it is dead.
func (fl *flow) ends(out *state, s state) {
	if !fl.dead {
		fl.add(out, s)
	}
	fl.dead = false
}

// add joins a state to one that may not be there yet.
func (fl *flow) add(out *state, s state) {
	if *out == nil {
		*out = s.clone()
	} else {
		fl.join(*out, s)
	}
}

// goOn runs on from what the ways of a statement know at their ends; nil where none gets there.
func (fl *flow) goOn(s, out state) {
	if out == nil {
		fl.dead = true
		return
	}
	s.become(out)
}

// jump keeps what is known at a break or continue for where it leads.
func (fl *flow) jump(id ast.ID, s state) {
	again := fl.t.Nodes[id].Kind == ast.Continue
	if to := fl.targetOf(id, again); to != nil {
		if again && to.loop {
			fl.add(&to.next, s)
		} else {
			fl.add(&to.out, s)
		}
	}
	fl.dead = true
}

// targetOf finds where a break or continue leads: by its label, its number, or the innermost place.
func (fl *flow) targetOf(id ast.ID, again bool) *target {
	t := fl.t
	v := t.Child(id, ast.Value)
	n := 1
	switch t.Kind(v) {
	case ast.Name:
		for i := len(fl.targets) - 1; i >= 0; i-- {
			if fl.targets[i].label == string(t.Text(v)) {
				return fl.targets[i]
			}
		}
	case ast.Num:
		if k, err := strconv.Atoi(string(t.Text(v))); err == nil {
			n = k
		}
	}
	for i := len(fl.targets) - 1; i >= 0; i-- {
		to := fl.targets[i]
		if to.onlyNamed || again && !to.loop && !t.Lang.Flow.ContinueCases {
			continue
		}
		if n--; n <= 0 {
			return to
		}
	}
	return nil
}

// label is the label of a statement, "" for none.
func (fl *flow) label(id ast.ID) string {
	if p := fl.t.Nodes[id].Parent; p != ast.Nil && fl.labelled(p) {
		if name := fl.t.Nodes[p].First; fl.t.Kind(name) == ast.Name && name != id {
			return string(fl.t.Text(name))
		}
	}
	return ""
}

// labelled reports whether a node is a statement with a label.
func (fl *flow) labelled(id ast.ID) bool {
	n := &fl.t.Nodes[id]
	return n.Kind == ast.Other && fl.t.Lang.SymbolName(n.Sym) == "labeled_statement"
}

// withLabel runs a statement that has a label. Loops and switches ask for it themselves.
func (fl *flow) withLabel(id ast.ID, s state) {
	t := fl.t
	body := ast.Nil
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		body = c
	}
	if body == t.Nodes[id].First {
		return // a label alone
	}
	if t.Nodes[body].Kind != ast.Block {
		fl.eval(body, s)
		return
	}
	to := fl.into(body, target{onlyNamed: true})
	fl.eval(body, s)
	fl.outOf(to, s)
}

// apart runs what is a function, or may run at another time: what leaves within it leaves only it.
func (fl *flow) apart(run func()) {
	targets, thrown, dead := fl.targets, fl.thrown, fl.dead
	fl.targets, fl.thrown, fl.dead = nil, nil, false
	run()
	fl.targets, fl.thrown, fl.dead = targets, thrown, dead
}

// arms runs each of several ways from the same state and joins them, and gives the taint of their values. A Nil way
// does nothing.
func (fl *flow) arms(s state, ways ...ast.ID) (m taintSet) {
	start := s.clone()
	var out state
	for _, w := range ways {
		st := start.clone()
		if w != ast.Nil {
			m = m.union(fl.eval(w, st))
		}
		fl.ends(&out, st)
	}
	fl.goOn(s, out)
	return m
}

// Bounds on how often a loop is run: until its taint does not grow, and where values are followed too. In the last
// rounds of these nothing is taken from what values are.
const (
	maxRounds      = 4
	maxValueRounds = 6
)

// loopCondition is the condition of a loop, Nil for none.
func (fl *flow) loopCondition(id ast.ID) ast.ID {
	switch fl.t.Nodes[id].Kind {
	case ast.While, ast.DoWhile, ast.For:
		return fl.t.Child(id, ast.Cond)
	}
	return ast.Nil
}

// never reports whether a loop's condition is known not to hold before a round.
func (fl *flow) never(cond ast.ID, w state) bool {
	if fl.vals == nil || cond == ast.Nil {
		return false
	}
	fl.eval(cond, w.clone())
	return fl.ended(cond)
}

// ended reports whether a loop's condition is known not to have held when it was asked last.
func (fl *flow) ended(cond ast.ID) bool {
	if fl.vals == nil || cond == ast.Nil {
		return false
	}
	yes, known := fl.isTrue(fl.valueOf(cond))
	return known && !yes
}

// always reports whether a loop's condition held in its last round whatever the loop does.
func (fl *flow) always(cond ast.ID) bool {
	if fl.vals == nil || cond == ast.Nil {
		return false
	}
	yes, known := fl.isTrue(fl.valueOf(cond))
	return known && yes
}

// loop runs a loop until nothing new is learnt.
func (fl *flow) loop(id ast.ID, s state) (m taintSet) {
	t := fl.t
	n := &t.Nodes[id]
	if n.Kind == ast.For {
		fl.opt(t.Child(id, ast.Init), s)
	}
	to := fl.into(id, target{loop: true})
	end := s
	cond := fl.loopCondition(id)
	if fl.vals != nil {
		var done bool
		if m, done = fl.unroll(id, to, cond, s); done {
			return fl.looped(id, m)
		}
	}
	rounds := maxRounds
	if fl.vals != nil {
		rounds = maxValueRounds
	}
	for i := range rounds {
		if i == maxValueRounds-2 {
			s.forgetValues()
		}
		w := s.clone()
		if n.Kind != ast.DoWhile && fl.never(cond, w) {
			break
		}
		m = m.union(fl.round(id, to, w))
		dead := fl.dead
		fl.dead = false
		if end = s; n.Kind == ast.DoWhile {
			if end = w; dead {
				end = nil
			}
		}
		if dead || n.Kind == ast.DoWhile && fl.ended(cond) || !fl.join(s, w) {
			break
		}
	}
	if fl.endless(id) || fl.always(cond) {
		end = nil
	}
	fl.goOn(s, end)
	if !fl.dead {
		fl.refine(cond, false, s)
	}
	if e := t.Child(id, ast.Else); e != ast.Nil && !fl.dead {
		fl.eval(e, s) // what runs unless a break leads past it
	}
	fl.outOf(to, s)
	return fl.looped(id, m)
}

// looped is the value of a loop. A list made of another's elements loses their taint where a rule stays within a
// function, as rule writers expect.
func (fl *flow) looped(id ast.ID, m taintSet) taintSet {
	if fl.t.Nodes[id].Kind != ast.Comp || !fl.Prog.Rule.Options.Interfile {
		return nil
	}
	return m
}

// round runs a loop's parts once.
func (fl *flow) round(id ast.ID, to *target, w state) (m taintSet) {
	t := fl.t
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Kind == ast.CompFor {
			fl.each(c, w)
		}
	}
	each := t.Nodes[id].Kind == ast.ForEach
	if each {
		fl.each(id, w)
	}
	for c := t.Nodes[id].First; c != ast.Nil && !fl.dead; c = t.Nodes[c].Next {
		switch r := t.Nodes[c].Role; {
		case r == ast.Left, r == ast.Init, r == ast.Update, r == ast.Else, each && r == ast.Value:
		case t.Nodes[c].Kind == ast.CompFor:
		default:
			m = m.union(fl.eval(c, w))
			if r == ast.Cond && t.Nodes[id].Kind != ast.DoWhile {
				fl.refine(c, true, w)
			}
			if r == ast.Body {
				fl.resume(w, to.next)
			}
		}
	}
	for c := t.Nodes[id].First; c != ast.Nil && !fl.dead; c = t.Nodes[c].Next {
		if t.Nodes[c].Role == ast.Update {
			m = m.union(fl.eval(c, w))
		}
	}
	return m
}

// endless reports whether nothing but a jump leads out of a loop.
func (fl *flow) endless(id ast.ID) bool {
	t := fl.t
	c := t.Child(id, ast.Cond)
	switch t.Nodes[id].Kind {
	case ast.For:
		if c == ast.Nil {
			return true
		}
	case ast.While, ast.DoWhile:
	default:
		return false
	}
	return t.Kind(c) == ast.Bool && t.HasText(c, "true") || t.Kind(c) == ast.Num && t.HasText(c, "1")
}
