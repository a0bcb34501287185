package pattern

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

// imported matches an import. One that names only a module matches each import of something from it; a path of
// folders matches what lies below it.
func (m *Matcher) imported(c goal) (int32, bool, bool) {
	pp, tp := m.p.Child(c.p, ast.Path), m.t.Child(c.t, ast.Path)
	if pp == ast.Nil || tp == ast.Nil {
		return 0, false, false
	}
	if m.p.Child(c.p, ast.Ident) == ast.Nil {
		g := c.next
		if alias := m.p.Child(c.p, ast.Alias); alias != ast.Nil {
			ta := m.t.Child(c.t, ast.Alias)
			if ta == ast.Nil {
				return 0, false, false
			}
			g = m.push(goal{op: opNode, p: alias, t: ta, next: g, flags: fNoAlt})
		}
		for q := m.p.Nodes[c.p].First; q != ast.Nil; q = m.p.Nodes[q].Next {
			if m.p.Nodes[q].Role == ast.Mods && m.t.Child(c.t, ast.Mods) == ast.Nil {
				return 0, false, false
			}
		}
		if m.inModule(pp, tp) || m.belowName(pp, tp) {
			return g, true, false
		}
		// import m is from m import x, too
		bare := m.t.Lang.Names.NestedModules && m.p.Child(c.p, ast.Alias) == ast.Nil
		if bare && m.t.Child(c.t, ast.Ident) != ast.Nil &&
			m.try(m.push(goal{op: opNode, p: pp, t: tp, next: g, flags: fNoAlt})) {
			return 0, false, true
		}
		if full := m.t.ImportFull(c.t); full != ast.Nil && m.t.Nodes[tp].Kind != ast.Str {
			return m.push(goal{op: opNode, p: pp, t: full, next: g}), true, false
		}
		return m.push(goal{op: opNode, p: pp, t: tp, next: g, flags: fNoAlt}), true, false
	}
	if m.belowName(pp, tp) {
		return m.importedFrom(c)
	}
	return m.children(c)
}

// importedFrom matches what is imported from a module below the pattern's.
func (m *Matcher) importedFrom(c goal) (int32, bool, bool) {
	g := c.next
	for p := m.p.Nodes[c.p].First; p != ast.Nil; p = m.p.Nodes[p].Next {
		r := m.p.Nodes[p].Role
		if r == ast.Path {
			continue
		}
		t := m.t.Child(c.t, r)
		if t == ast.Nil {
			return 0, false, false
		}
		g = m.push(goal{op: opNode, p: p, t: t, next: g})
	}
	return g, true, false
}

// belowName reports whether a module's dotted name lies below another's: a.b has a.b.c. So it is in Python.
func (m *Matcher) belowName(p, t ast.ID) bool {
	if !m.t.Lang.Names.NestedModules {
		return false
	}
	a, b := m.p.Dotted(p), m.t.Dotted(t)
	return a != "" && len(b) > len(a) && b[len(a)] == '.' && b[:len(a)] == a && m.literal(p)
}

// literal says that no metavariable stands in a dotted name.
func (m *Matcher) literal(p ast.ID) bool {
	ok := true
	m.p.Walk(p, func(x ast.ID) bool {
		k := m.p.Nodes[x].Kind
		ok = ok && (k == ast.Name || k == ast.Member)
		return ok
	})
	return ok
}

// inModule reports whether a module's string lies below another's: "a" has "a/b".
func (m *Matcher) inModule(p, t ast.ID) bool {
	if m.p.Nodes[p].Kind != ast.Str || m.t.Nodes[t].Kind != ast.Str {
		return false
	}
	s := m.pat.strs[p]
	a, b := m.p.Text(p), m.t.Text(t)
	return !s.any && s.re == nil && s.v < 0 && len(b) > len(a) && bytes.HasPrefix(b, a) && b[len(a)] == '/'
}

// importGroup matches one statement that imports several names: they may stand in any order, among others.
func (m *Matcher) importGroup(c goal) (int32, bool, bool) {
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
	for ; p != ast.Nil && m.p.Nodes[p].Kind == ast.Import && m.p.Nodes[p].Start == m.p.Nodes[c.p].Start; p = sib(m.p,
		p) {
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
