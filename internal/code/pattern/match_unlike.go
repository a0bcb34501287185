package pattern

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

// unlike matches nodes of different kinds that mean the same.
func (m *Matcher) unlike(c goal) (int32, bool, bool) {
	pk, tk := m.p.Nodes[c.p].Kind, m.t.Nodes[c.t].Kind
	switch {
	case pk == ast.Assign && tk == ast.AugAssign && m.t.Lang.Names.Requires:
		return m.augmented(c)
	case pk == ast.Assign && (tk == ast.VarDef || tk == ast.Param) && !m.Opts.NoVarDefs:
		name, value := m.t.Child(c.t, ast.Ident), m.t.Child(c.t, ast.Value)
		if name == ast.Nil || value == ast.Nil || tk == ast.Param ||
			m.t.Nodes[value].Kind == ast.Lambda && !m.Opts.FieldAssign && m.method(value) {
			return 0, false, false
		}
		g := m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Right), t: value, next: c.next})
		if typ := m.p.Child(c.p, ast.Type); typ != ast.Nil {
			tt := m.t.Child(c.t, ast.Type)
			if tt == ast.Nil {
				return 0, false, false
			}
			g = m.push(goal{op: opNode, p: typ, t: tt, next: g})
		}
		return m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Left), t: name, next: g}), true, false
	case pk == ast.Dict && tk == ast.Set && m.t.Nodes[c.t].First == ast.Nil,
		pk == ast.Set && tk == ast.Dict && m.onlyDots(c.p):
		return m.children(c)
	case pk == ast.List && tk == ast.Comp && m.t.HasText(c.t, "list") && m.onlyDots(c.p):
		return c.next, true, false
	case pk == ast.Return && tk == ast.ExprStmt && !m.Opts.NoImplicitRet && m.t.Lang.Names.ImplicitReturn:
		pv, tv := m.p.Nodes[c.p].First, m.t.Nodes[c.t].First
		if pv == ast.Nil || tv == ast.Nil || !m.returned(c.t) {
			return 0, false, false
		}
		return m.push(goal{op: opNode, p: pv, t: tv, next: c.next}), true, false
	case pk == ast.Return && lambdaBody(m.t, c.t):
		if v := m.p.Nodes[c.p].First; v != ast.Nil {
			return m.push(goal{op: opNode, p: v, t: c.t, next: c.next}), true, false
		}
	case pk == ast.FuncDef && tk == ast.Pair && m.t.Kind(m.t.Child(c.t, ast.Value)) == ast.Lambda:
		// a field that holds a function is a method
		name := m.p.Child(c.p, ast.Ident)
		if name == ast.Nil || m.p.Child(c.p, ast.Mods) != ast.Nil {
			return 0, false, false
		}
		next, ok, done := m.funcBody(goal{p: c.p, t: m.t.Child(c.t, ast.Value), next: c.next})
		if !ok {
			return next, ok, done
		}
		return m.push(goal{op: opNode, p: name, t: m.t.Child(c.t, ast.Key), next: next}), true, false
	case pk == ast.Args && tk == ast.Dict && m.p.Kind(m.p.Nodes[c.p].Parent) == ast.New && m.onlyDots(c.p):
		return c.next, true, false
	case pk == ast.FuncDef && tk == ast.Lambda:
		// a function that is a value keeps no name
		name := m.p.Kind(m.p.Child(c.p, ast.Ident))
		if r := m.p.Nodes[c.p].Role; name == ast.Dots || name == ast.Metavar && (r == ast.Right || r == ast.Value) {
			return m.funcBody(c)
		}
	case pk == ast.Import && tk == ast.VarDef:
		return m.required(c)
	case pk == ast.VarDef && tk == ast.ExprStmt:
		return m.definedTogether(c)
	case pk == ast.For && tk == ast.ForEach:
		return m.anyLoop(c)
	case pk == ast.Block && m.t.Nodes[c.t].Flags&ast.FlagExpr != 0 && m.t.Nodes[c.t].Role == ast.Body:
		return m.exprBody(c)
	}
	return 0, false, false
}

// augmented: x += e is x = x + e.
func (m *Matcher) augmented(c goal) (int32, bool, bool) {
	left, right := m.t.Child(c.t, ast.Left), m.t.Child(c.t, ast.Right)
	p := m.p.Child(c.p, ast.Right)
	if left == ast.Nil || right == ast.Nil || p == ast.Nil {
		return 0, false, false
	}
	g := c.next
	switch m.p.Kind(p) {
	case ast.Metavar, ast.MetaDots, ast.Dots, ast.Deep:
		g = m.push(goal{op: opNode, p: p, t: c.t, next: g}) // the sum has no node of its own
	case ast.Bin:
		if !bytes.Equal(m.p.Text(p), m.t.Text(c.t)) {
			return 0, false, false
		}
		g = m.push(goal{op: opNode, p: m.p.Child(p, ast.Right), t: right, next: g})
		g = m.push(goal{op: opNode, p: m.p.Child(p, ast.Left), t: left, next: g})
	default:
		return 0, false, false
	}
	return m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Left), t: left, next: g}), true, false
}

// required: import "m" is const x = require("m"), whatever x is.
func (m *Matcher) required(c goal) (int32, bool, bool) {
	path, call := m.p.Child(c.p, ast.Path), m.t.Child(c.t, ast.Value)
	if !m.t.Lang.Names.Requires || path == ast.Nil || m.p.Child(c.p, ast.Ident) != ast.Nil ||
		m.t.Kind(call) != ast.Call {
		return 0, false, false
	}
	fn, args := m.t.Child(call, ast.Fn), m.t.Child(call, ast.Arguments)
	if m.t.Kind(fn) != ast.Name || !m.t.HasText(fn, "require") || args == ast.Nil ||
		m.t.Kind(m.t.Nodes[args].First) != ast.Str {
		return 0, false, false
	}
	return m.push(goal{op: opNode, p: path, t: m.t.Nodes[args].First, next: c.next}), true, false
}

// definedTogether: $X := f() stands for x, err := f(), too: all that f gives.
func (m *Matcher) definedTogether(c goal) (int32, bool, bool) {
	as := m.t.Nodes[c.t].First
	if m.p.Nodes[c.p].Sym != m.t.Nodes[c.t].Sym || m.t.Kind(as) != ast.Assign ||
		m.p.Kind(m.p.Child(c.p, ast.Ident)) != ast.Metavar {
		return 0, false, false
	}
	g := m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Value), t: m.t.Child(as, ast.Right), next: c.next})
	return m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Ident), t: m.t.Child(as, ast.Left), next: g}), true, false
}

func (m *Matcher) onlyDots(p ast.ID) bool {
	c := m.p.Nodes[p].First
	return c != ast.Nil && m.p.Nodes[c].Kind == ast.Dots && m.p.Nodes[c].Next == ast.Nil
}

// returned reports whether a statement is the last that its function runs.
func (m *Matcher) returned(t ast.ID) bool {
	for {
		n := &m.t.Nodes[t]
		if n.Parent == ast.Nil || n.Role == ast.Elem && n.Next != ast.Nil {
			return false
		}
		switch m.t.Nodes[n.Parent].Kind {
		case ast.FuncDef:
			return n.Role == ast.Body
		case ast.Block, ast.If, ast.Try, ast.Catch, ast.Case, ast.Switch:
		default:
			return false
		}
		if t = n.Parent; m.t.Nodes[t].Kind == ast.Case {
			t = m.t.Nodes[t].Parent // each arm of a switch ends it
		}
	}
}

// loneMetavar is the metavariable that is all of a block: it stands for the block.
func (m *Matcher) loneMetavar(p ast.ID) ast.ID {
	s := m.p.Nodes[p].First
	if s == ast.Nil || m.p.Nodes[s].Next != ast.Nil || m.p.Nodes[s].Kind != ast.ExprStmt ||
		m.p.Nodes[s].Start != m.p.Nodes[p].Start {
		return ast.Nil
	}
	if e := m.p.Nodes[s].First; m.p.Kind(e) == ast.Metavar {
		return e
	}
	return ast.Nil
}

// funcBody: a function whose name does not matter may have none.
func (m *Matcher) funcBody(c goal) (int32, bool, bool) {
	g := c.next
	for _, r := range [...]ast.Role{ast.Body, ast.Parameters} {
		pc, tc := m.p.Child(c.p, r), m.t.Child(c.t, r)
		if pc == ast.Nil {
			continue
		}
		if tc == ast.Nil {
			return 0, false, false
		}
		g = m.push(goal{op: opNode, p: pc, t: tc, next: g})
	}
	return g, true, false
}

// anyLoop: for (...) is any kind of for.
func (m *Matcher) anyLoop(c goal) (int32, bool, bool) {
	for p := m.p.Nodes[c.p].First; p != ast.Nil; p = m.p.Nodes[p].Next {
		if n := &m.p.Nodes[p]; n.Role != ast.Body && n.Kind != ast.Dots {
			return 0, false, false
		}
	}
	p, t := m.p.Child(c.p, ast.Body), m.t.Child(c.t, ast.Body)
	if p == ast.Nil || t == ast.Nil {
		return 0, false, false
	}
	return m.push(goal{op: opNode, p: p, t: t, next: c.next}), true, false
}

// exprBody: a function whose body is an expression returns it.
func (m *Matcher) exprBody(c goal) (int32, bool, bool) {
	s := m.p.Nodes[c.p].First
	if s == ast.Nil {
		return 0, false, false
	}
	if m.p.Nodes[s].Kind == ast.Dots && m.p.Nodes[s].Next == ast.Nil {
		return c.next, true, false
	}
	for ; s != ast.Nil; s = m.p.Nodes[s].Next {
		n := &m.p.Nodes[s]
		if n.Kind == ast.Dots {
			continue
		}
		if (n.Kind == ast.Return || n.Kind == ast.ExprStmt) && n.First != ast.Nil {
			return m.push(goal{op: opNode, p: n.First, t: c.t, next: c.next}), true, false
		}
		return 0, false, false
	}
	return 0, false, false
}
