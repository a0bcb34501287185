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
		return m.stmtSeq(c, rest)
	}
	if c.t == ast.Nil {
		return 0, false, false
	}
	after := sib(m.t, c.t)
	if rest != ast.Nil && m.p.Nodes[rest].Kind == ast.Import && m.p.Nodes[rest].Start == m.p.Nodes[c.p].Start {
		return m.importGroup(c, rest)
	}
	flags := c.flags
	if c.flags&fDeep != 0 {
		after = m.nextStmt(c.t, c.x)
		if rest == ast.Nil {
			after = ast.Nil
		}
	}
	g := m.push(goal{op: opStmts, p: rest, t: after, x: c.x, next: c.next, flags: flags})
	if c.flags&fTop != 0 {
		g = m.push(goal{op: opSpan, t: c.t, next: g})
	}
	return m.push(goal{op: opNode, p: c.p, t: c.t, next: g}), true, false
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

// stmtSeq binds $...BODY to a run of statements.
func (m *Matcher) stmtSeq(c goal, rest ast.ID) (int32, bool, bool) {
	b := Binding{Kind: BindSeq, A: ast.Nil, B: ast.Nil}
	for t := c.t; ; t = sib(m.t, t) {
		mark := len(m.trail)
		if m.bind(m.pat.vars[c.p], b) {
			if m.try(m.push(goal{op: opStmts, p: rest, t: t, x: c.x, next: c.next, flags: c.flags})) {
				return 0, false, true
			}
			m.undo(mark)
		}
		if t == ast.Nil {
			return 0, false, false
		}
		if b.A == ast.Nil {
			b.A, b.Start = t, m.t.Nodes[t].Start
		}
		b.B, b.End = t, m.t.Nodes[t].End
	}
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

// importGroup matches one statement that imports several names: they may stand in any order, among others.
func (m *Matcher) importGroup(c goal, rest ast.ID) (int32, bool, bool) {
	var ts []ast.ID
	start := m.t.Nodes[c.t].Start
	for t := m.t.Nodes[m.t.Nodes[c.t].Parent].First; t != ast.Nil; t = sib(m.t, t) {
		if m.t.Nodes[t].Start == start && m.t.Nodes[t].Kind == ast.Import {
			ts = append(ts, t)
		}
	}
	if len(ts) == 0 || ts[0] != c.t {
		return 0, false, false
	}
	var ps []ast.ID
	p := c.p
	for ; p != ast.Nil && m.p.Nodes[p].Kind == ast.Import && m.p.Nodes[p].Start == m.p.Nodes[c.p].Start; p = sib(m.p, p) {
		ps = append(ps, p)
	}
	g := m.push(goal{op: opStmts, p: p, t: sib(m.t, ts[len(ts)-1]), x: c.x, next: c.next, flags: c.flags})
	used := make([]bool, len(ts))
	var walk func(i int, g int32) bool
	walk = func(i int, g int32) bool {
		if i == len(ps) {
			return m.try(g)
		}
		for j := range ts {
			if used[j] {
				continue
			}
			used[j] = true
			stop := walk(i+1, m.push(goal{op: opNode, p: ps[i], t: ts[j], next: g}))
			used[j] = false
			if stop {
				return true
			}
		}
		return false
	}
	if len(ps) > len(ts) || len(ts) > 40 {
		return 0, false, false
	}
	return 0, false, walk(0, g)
}
