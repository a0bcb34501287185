package pattern

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// optional reports whether a pattern of the kind may leave the role out though the code has it.
func (m *Matcher) optional(k ast.Kind, r ast.Role) bool {
	if k == ast.Element && (r == ast.Elem && m.Opts.StrictBody || r == ast.Mods && m.Opts.StrictAttrs) {
		return false
	}
	switch r {
	case ast.Mods, ast.Type, ast.Ret, ast.TypeParams, ast.Alias, ast.Parents:
		return k != ast.New && k != ast.Cast && k != ast.Yield && k != ast.Catch && k != ast.Regex
	case ast.Else:
		return k == ast.If || k == ast.While || k == ast.ForEach
	case ast.Handler:
		return k == ast.Try
	case ast.Value:
		return k == ast.VarDef || k == ast.Param
	case ast.Init:
		return k == ast.If || k == ast.Switch || k == ast.Try
	case ast.Body:
		return k == ast.New || k == ast.FuncDef || k == ast.ClassDef || k == ast.Call
	case ast.Parameters:
		return k == ast.ClassDef
	case ast.Elem:
		return k == ast.Element || k == ast.ClassBody // <a/> has whatever <a>...</a> holds
	case ast.Ident:
		return k == ast.Lambda || k == ast.Bin // x instanceof T, with a name for it
	}
	return false
}

// listMode says how the children of a role are matched.
type listMode uint8

const (
	inOrder  listMode = iota
	anyOrder          // each of the pattern's has one of the code's; the rest only with an ellipsis
	someOf            // each of the pattern's has one of the code's
	asStmts
	asArgs
)

func mode(k ast.Kind, r ast.Role) listMode {
	switch {
	case r == ast.Mods, r == ast.Parents && k == ast.ClassDef:
		return someOf
	case r != ast.Elem:
		return inOrder
	}
	switch k {
	case ast.Block, ast.Program, ast.Case:
		return asStmts
	case ast.ClassBody, ast.Dict, ast.Set:
		return anyOrder
	case ast.Args:
		return asArgs
	}
	return inOrder
}

// children matches the children of two nodes of a kind, role by role.
func (m *Matcher) children(c goal) (int32, bool, bool) {
	k := m.t.Nodes[c.t].Kind
	var seen, need uint64
	for t := m.t.Nodes[c.t].First; t != ast.Nil; t = m.t.Nodes[t].Next {
		need |= roleBit(m.t.Nodes[t].Role)
	}
	g := c.next
	// From the last role to the first, so that the goals are worked off in the order of the text.
	var firsts [12]ast.ID
	n := 0
	for p := m.p.Nodes[c.p].First; p != ast.Nil; p = m.p.Nodes[p].Next {
		if b := roleBit(m.p.Nodes[p].Role); seen&b == 0 && n < len(firsts) {
			seen |= b
			firsts[n] = p
			n++
		}
	}
	for r := ast.Role(0); r < 64 && need>>r != 0; r++ {
		if missing := need &^ seen; missing>>r&1 == 0 {
			continue
		}
		if !m.optional(k, r) && !m.dotsFor(c.p, k) {
			return 0, false, false
		}
	}
	for i := n - 1; i >= 0; i-- {
		p := firsts[i]
		r := m.p.Nodes[p].Role
		t := m.t.Child(c.t, r)
		if t == ast.Nil && m.p.Nodes[p].Kind == ast.Params && m.onlyDots(p) {
			continue // a function without a list of parameters has none
		}
		if k == ast.Lambda && t == ast.Nil &&
			(r == ast.Ident && m.p.Nodes[p].Kind == ast.Metavar || r == ast.Mods && m.p.HasText(p, "async")) {
			continue // function $F(...) is any function that is a value, async ones too
		}
		if k == ast.Catch && t == ast.Nil && r == ast.Ident && m.p.Nodes[p].Kind == ast.Metavar {
			continue // catch ($E) catches what nothing needs, too
		}
		switch mode(k, r) {
		case inOrder:
			var fl uint8
			if r == ast.Handler || (k == ast.Element || k == ast.Switch) && r == ast.Elem {
				fl = fLess
			}
			g = m.push(goal{op: opList, p: p, t: t, x: ast.ID(r), next: g, flags: fl})
		case asStmts:
			g = m.push(goal{op: opStmts, p: p, t: t, next: g})
		case asArgs:
			if m.t.Lang.Names.OpenPairs && m.p.Nodes[p].Kind == ast.Pair {
				g = m.push(goal{op: opAny, p: p, t: t, x: t, next: g, flags: fLess})
				break
			}
			g = m.push(goal{op: opList, p: p, t: t, x: ast.ID(r), next: g, flags: fNoKw})
			g = m.push(goal{op: opKw, p: p, x: t, next: g})
		case someOf:
			fl := uint8(fLess)
			if k == ast.Element && m.Opts.StrictAttrs {
				fl = 0
			}
			g = m.push(goal{op: opAny, p: p, t: t, x: t, next: g, flags: fl})
		case anyOrder:
			if k == ast.Dict && m.t.Lang.Objects.Structs && m.positional(p) {
				g = m.push(goal{op: opList, p: p, t: t, x: ast.ID(r), next: g})
				break
			}
			var fl uint8
			if k == ast.ClassBody || k == ast.Dict && m.t.Lang.Names.OpenDicts && !m.Opts.StrictDicts {
				fl = fLess
			}
			g = m.push(goal{op: opAny, p: p, t: t, x: t, next: g, flags: fl})
		}
	}
	return g, true, false
}

// positional reports whether elements of a composite literal have no keys, so that their order matters.
func (m *Matcher) positional(p ast.ID) bool {
	for ; p != ast.Nil; p = sib(m.p, p) {
		switch m.p.Nodes[p].Kind {
		case ast.Dots, ast.MetaDots:
		case ast.Pair:
			return false
		default:
			return true
		}
	}
	return false
}

// dotsFor: the ellipsis that is alone in a loop's head or an import's names stands for all of it.
func (m *Matcher) dotsFor(p ast.ID, k ast.Kind) bool {
	return k == ast.For && m.p.Kind(m.p.Child(p, ast.Init)) == ast.Dots && m.p.Child(p, ast.Cond) == ast.Nil
}

func roleBit(r ast.Role) uint64 {
	if r >= 40 {
		return 1 << (40 + (r-40)%24)
	}
	return 1 << r
}

// sib is the next sibling of the same role.
func sib(t *ast.Tree, id ast.ID) ast.ID {
	r := t.Nodes[id].Role
	for id = t.Nodes[id].Next; id != ast.Nil && t.Nodes[id].Role != r; id = t.Nodes[id].Next {
	}
	return id
}

// skipKw passes over a pattern's keyword arguments.
func skipKw(t *ast.Tree, id ast.ID) ast.ID {
	for id != ast.Nil && t.Nodes[id].Kind == ast.KwArg {
		id = sib(t, id)
	}
	return id
}

// skipTaken passes over the keyword arguments that the pattern's have taken. What is left of them stands in its place
// and needs an ellipsis there, but for languages in which any may be added.
func (m *Matcher) skipTaken(id ast.ID) ast.ID {
	for id != ast.Nil && m.t.Nodes[id].Kind == ast.KwArg && (m.t.Lang.Names.OpenPairs || m.isTaken(id)) {
		id = sib(m.t, id)
	}
	return id
}

// list matches siblings in order; an ellipsis takes any number of them.
func (m *Matcher) list(c goal) (int32, bool, bool) {
	p, t := c.p, c.t
	if c.flags&fNoKw != 0 {
		p, t = skipKw(m.p, p), m.skipTaken(t)
	}
	if p == ast.Nil {
		return c.next, t == ast.Nil || c.flags&fLess != 0, false
	}
	rest := sib(m.p, p)
	switch m.p.Nodes[p].Kind {
	case ast.Dots:
		if c.flags&fNoKw != 0 && skipKw(m.p, rest) == ast.Nil || rest == ast.Nil {
			return c.next, true, false
		}
		for {
			if m.try(m.push(goal{op: opList, p: rest, t: t, x: c.x, next: c.next, flags: c.flags})) {
				return 0, false, true
			}
			if t == ast.Nil {
				return 0, false, false
			}
			if t = sib(m.t, t); c.flags&fNoKw != 0 {
				t = m.skipTaken(t)
			}
		}
	case ast.MetaDots:
		c.p = p
		return m.sequence(opList, c, t, rest)
	}
	if t == ast.Nil {
		return 0, false, false
	}
	g := m.push(goal{op: opList, p: rest, t: sib(m.t, t), x: c.x, next: c.next, flags: c.flags})
	return m.push(goal{op: opNode, p: p, t: t, next: g}), true, false
}

// sequence binds $...X to each run of siblings that starts at t, and goes on with the rest behind it. Of arguments it
// takes keyword ones too.
func (m *Matcher) sequence(o op, c goal, t, rest ast.ID) (int32, bool, bool) {
	b := Binding{Kind: BindSeq, A: ast.Nil, B: ast.Nil}
	if t != ast.Nil {
		b.Start, b.End = m.t.Nodes[t].Start, m.t.Nodes[t].Start
	}
	for {
		mark := len(m.trail)
		if m.bind(m.pat.vars[c.p], b) {
			g := m.push(goal{op: o, p: rest, t: t, x: c.x, next: c.next, flags: c.flags})
			if o == opStmts && c.flags&fTop != 0 && b.B != ast.Nil {
				g = m.push(goal{op: opSpan, t: b.B, next: g}) // the match has what the metavariable has
			}
			if m.try(g) {
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
		t = sib(m.t, t)
	}
}

// keywords matches keyword arguments in any order. c.x is the first of the code's arguments; those taken are marked in
// m.taken, and the others stay for the list.
func (m *Matcher) keywords(c goal) (int32, bool, bool) {
	p := c.p
	for p != ast.Nil && m.p.Nodes[p].Kind != ast.KwArg {
		p = sib(m.p, p)
	}
	if p == ast.Nil {
		return c.next, true, false
	}
	for t := c.x; t != ast.Nil; t = sib(m.t, t) {
		if m.t.Nodes[t].Kind != ast.KwArg || m.isTaken(t) {
			continue
		}
		m.taken = append(m.taken, t)
		g := m.push(goal{op: opKw, p: sib(m.p, p), x: c.x, next: c.next})
		stop := m.try(m.push(goal{op: opNode, p: p, t: t, next: g}))
		m.taken = m.taken[:len(m.taken)-1]
		if stop {
			return 0, false, true
		}
	}
	return 0, false, false
}

// anyOrder matches each of the pattern's children with one of the code's. c.x is the first of the code's; those taken
// are marked in m.taken.
func (m *Matcher) anyOrder(c goal) (int32, bool, bool) {
	p := c.p
	if p == ast.Nil {
		return c.next, c.flags&(fLess|fDeep) != 0 || m.allTaken(c.x), false
	}
	rest := sib(m.p, p)
	if k := m.p.Nodes[p].Kind; k == ast.Dots || k == ast.MetaDots {
		return m.push(goal{op: opAny, p: rest, t: c.t, x: c.x, next: c.next, flags: c.flags | fDeep}), true, false
	}
	for t := c.x; t != ast.Nil; t = sib(m.t, t) {
		if m.isTaken(t) || m.Opts.OrderedDecorators && m.outOfOrder(t) {
			continue
		}
		m.taken = append(m.taken, t)
		g := m.push(goal{op: opAny, p: rest, t: c.t, x: c.x, next: c.next, flags: c.flags})
		stop := m.try(m.push(goal{op: opNode, p: p, t: t, next: g}))
		m.taken = m.taken[:len(m.taken)-1]
		if stop {
			return 0, false, true
		}
	}
	return 0, false, false
}

// outOfOrder says of a decorator that a later one of the same thing is taken.
func (m *Matcher) outOfOrder(t ast.ID) bool {
	if m.t.Nodes[t].Kind != ast.Decorator {
		return false
	}
	for _, x := range m.taken {
		if x > t && m.t.Nodes[x].Kind == ast.Decorator && m.t.Nodes[x].Parent == m.t.Nodes[t].Parent {
			return true
		}
	}
	return false
}

func (m *Matcher) isTaken(t ast.ID) bool {
	for _, x := range m.taken {
		if x == t {
			return true
		}
	}
	return false
}

func (m *Matcher) allTaken(t ast.ID) bool {
	for ; t != ast.Nil; t = sib(m.t, t) {
		if !m.isTaken(t) {
			return false
		}
	}
	return true
}

// sameNumber compares numbers by value: 0x10 is 16, 1_000 is 1000.
func sameNumber(a, b string) bool {
	x, ok1 := Number(a)
	y, ok2 := Number(b)
	return ok1 && ok2 && x == y
}

// Number reads a number as languages write it.
func Number(s string) (float64, bool) {
	s = strings.ToLower(strings.ReplaceAll(s, "_", ""))
	s = strings.TrimRight(s, "lnu")
	if i, err := strconv.ParseInt(s, 0, 64); err == nil {
		return float64(i), true
	}
	f, err := strconv.ParseFloat(strings.TrimRight(s, "fdj"), 64)
	return f, err == nil
}
