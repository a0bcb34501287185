package pattern

import "github.com/drydock/drydock/internal/code/ast"

// stmts matches a list of statements. After an ellipsis the statements nested in those passed over count as
// following ones too: `a(); ...; b()` finds b in a branch.
func (m *Matcher) stmts(c goal) (int32, bool, bool) {
	if c.p == ast.Nil {
		return c.next, c.t == ast.Nil || c.flags&(fLess|fDeep) != 0, false
	}
	rest := sib(m.p, c.p)
	if m.p.Nodes[c.p].Kind == ast.Dots {
		return m.stmtDots(c, rest)
	}
	if m.p.Nodes[c.p].Kind == ast.MetaDots {
		return m.sequence(opStmts, c, c.t, rest)
	}
	if c.t == ast.Nil {
		return 0, false, false
	}
	after := sib(m.t, c.t)
	if rest != ast.Nil && m.p.Nodes[rest].Kind == ast.Import && m.p.Nodes[rest].Start == m.p.Nodes[c.p].Start {
		return m.importGroup(c)
	}
	if m.beginsWithin(c, rest) {
		return 0, false, false
	}
	flags := c.flags
	if c.flags&fDeep != 0 {
		next := after
		if after = m.nextStmt(c.t, c.x); rest == ast.Nil {
			after = ast.Nil
		}
		// What follows may be in the statement, or behind it.
		if rest != ast.Nil && m.p.Nodes[rest].Kind != ast.Dots && next != after && next != ast.Nil {
			g := m.push(goal{op: opStmts, p: rest, t: next, x: c.x, next: c.next, flags: flags})
			if c.flags&fTop != 0 {
				g = m.push(goal{op: opSpan, t: c.t, next: g})
			}
			if m.try(m.push(goal{op: opNode, p: c.p, t: c.t, next: g})) {
				return 0, false, true
			}
		}
	}
	g := m.push(goal{op: opStmts, p: rest, t: after, x: c.x, next: c.next, flags: flags})
	if c.flags&fTop != 0 {
		g = m.push(goal{op: opSpan, t: c.t, next: g})
	}
	return m.push(goal{op: opNode, p: c.p, t: c.t, next: g}), true, false
}

// beginsWithin reports whether a statement has one of its own before its condition, as `if x := f(); x {` in Go, that
// the pattern lacks: beside another statement the two are not one.
func (m *Matcher) beginsWithin(c goal, rest ast.ID) bool {
	if m.t.Child(c.t, ast.Init) == ast.Nil || m.p.Child(c.p, ast.Init) != ast.Nil {
		return false
	}
	if k := m.t.Nodes[c.t].Kind; k != ast.If && k != ast.Switch {
		return false
	}
	follows := rest != ast.Nil && m.p.Nodes[rest].Kind != ast.Dots
	list := m.p.Nodes[c.p].Parent
	return follows || c.flags&fDeep == 0 && list != ast.Nil && m.p.Nodes[list].First != c.p
}

// stmtDots tries the rest of the pattern at each statement from t on.
func (m *Matcher) stmtDots(c goal, rest ast.ID) (int32, bool, bool) {
	if rest == ast.Nil {
		if c.flags&fTop != 0 && c.t != ast.Nil {
			return m.push(goal{op: opSpan, t: m.lastStmt(c), next: c.next}), true, false
		}
		return c.next, true, false
	}
	within := c.x
	if c.flags&fDeep == 0 && c.t != ast.Nil {
		within = m.t.Nodes[c.t].Parent
	}
	flags := c.flags | fDeep
	if m.Opts.NoDeepStmt {
		flags = c.flags
	}
	for t := c.t; ; {
		if m.try(m.push(goal{op: opStmts, p: rest, t: t, x: within, next: c.next, flags: flags})) {
			return 0, false, true
		}
		if t == ast.Nil || m.steps <= 0 {
			return 0, false, false
		}
		if m.Opts.NoDeepStmt {
			t = sib(m.t, t)
		} else {
			t = m.nextStmt(t, within)
		}
	}
}

func (m *Matcher) lastStmt(c goal) ast.ID {
	t := c.t
	if c.flags&fDeep != 0 {
		t = m.t.Nodes[c.x].First
	}
	for n := sib(m.t, t); n != ast.Nil; n = sib(m.t, t) {
		t = n
	}
	return t
}

// nextStmt is the statement after t in the order of the text, nested ones included, within a list's owner.
func (m *Matcher) nextStmt(t, within ast.ID) ast.ID {
	nodes := m.t.Nodes
	x := nodes[t].First
	for {
		if x == ast.Nil {
			// up to the next sibling of an ancestor
			for nodes[t].Next == ast.Nil {
				if t = nodes[t].Parent; t == within || t == ast.Nil {
					return ast.Nil
				}
			}
			x = nodes[t].Next
		}
		if nodes[x].Flags&ast.FlagStmt != 0 && nodes[x].Kind != ast.Block {
			return x
		}
		t = x
		x = ast.Nil
		if nodes[t].Kind != ast.Params && nodes[t].Flags&ast.FlagExpr == 0 {
			x = nodes[t].First
		}
	}
}
