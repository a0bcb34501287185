package pattern

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

// str matches a string literal in the pattern.
func (m *Matcher) str(c goal) (int32, bool, bool) {
	s := m.pat.strs[c.p]
	t := &m.t.Nodes[c.t]
	if s.tmpl {
		return c.next, t.Kind == ast.Str && template(m.t, c.t) || t.Kind == ast.Interp && len(m.t.Text(c.t)) == 0, false
	}
	if s.any && m.p.Nodes[c.p].Kind == ast.Regex && t.Kind == ast.Interp && m.t.HasText(c.t, "regex") {
		return c.next, true, false
	}
	inText := m.p.Kind(m.p.Nodes[c.p].Parent) == ast.Interp
	if t.Kind != m.p.Nodes[c.p].Kind || inText && m.piece(m.t, c.t) && !m.piece(m.p, c.p) {
		return 0, false, false
	}
	text := m.t.Text(c.t)
	switch {
	case s.any:
		return c.next, true, false
	case m.t.AnyConst(c.t):
		return 0, false, false
	case s.re != nil:
		ok, _ := s.re.Match(text)
		return c.next, ok, false
	case s.v >= 0:
		return c.next, m.bind(
			s.v,
			Binding{Kind: BindText, A: c.t, B: c.t, Start: t.Start, End: t.End, Text: string(text)},
		), false
	}
	return c.next, bytes.Equal(m.p.Text(c.p), text), false
}

// piece reports whether a string is a piece of the text of another one: it has no quotes of its own.
func (m *Matcher) piece(t *ast.Tree, id ast.ID) bool {
	n := &t.Nodes[id]
	return t.Kind(n.Parent) == ast.Interp && int(n.End-n.Start) == len(t.Text(id))
}

// typed binds ($X: T) where the type of what stands there is known to be T.
func (m *Matcher) typed(p, t ast.ID) bool {
	if !m.t.HasType(t, m.pat.types[p]) || !m.bind(m.pat.vars[p], m.nodeBinding(t)) {
		return false
	}
	v, ok := m.pat.typeVars[p]
	if typ := m.t.TypeNode(t); ok && typ != ast.Nil {
		return m.bind(v, m.nodeBinding(typ))
	}
	return true
}

// commutative and associative operators, as rules see them.
func acOperator(op string) (assoc, commut bool) {
	switch op {
	case "&&", "and", "||", "or":
		return true, false
	case ".":
		return true, false
	case "|", "&", "^":
		return true, true
	}
	return false, false
}

func (m *Matcher) associative(p ast.ID) bool {
	if m.Opts.NoCommutative {
		return false
	}
	assoc, _ := acOperator(string(m.p.Text(p)))
	return assoc
}

// operands matches the flattened operands of an associative operator: in order, or in any order where it commutes.
func (m *Matcher) operands(c goal) (int32, bool, bool) {
	op := m.p.Text(c.p)
	_, commut := acOperator(string(op))
	some := false // the pattern's operands among others
	if word := string(op); m.Opts.CommutBool && (word == "&&" || word == "||" || word == "and" || word == "or") {
		commut, some = true, true
	}
	ps, ts := flat(m.p, c.p, op, nil), flat(m.t, c.t, op, nil)
	if len(ts) > 200 {
		return m.children(c)
	}
	used := make([]bool, len(ts))
	var walk func(i, from int) bool
	walk = func(i, from int) bool { return false }
	// The operands are chosen one by one; what remains of the pattern's is a list of its own.
	type choice struct{ p, t, to ast.ID } // the pattern's operand takes those from t to to
	var chosen []choice
	emit := func() bool {
		g := c.next
		mark := len(m.trail)
		defer m.undo(mark)
		for j := len(chosen) - 1; j >= 0; j-- {
			if ch := &chosen[j]; ch.t != ch.to {
				if !m.bind(m.pat.vars[ch.p], m.runBinding(ch.t, ch.to)) {
					return false
				}
			} else {
				g = m.push(goal{op: opNode, p: ch.p, t: ch.t, next: g})
			}
		}
		return m.try(g)
	}
	walk = func(i, from int) bool {
		if m.steps--; m.steps <= 0 {
			return true
		}
		if i == len(ps) {
			if !commut && from < len(ts) {
				return false
			}
			if commut && !some && !m.hasDots(ps) {
				for _, u := range used {
					if !u {
						return false
					}
				}
			}
			return emit()
		}
		if m.p.Nodes[ps[i]].Kind == ast.Dots {
			if commut {
				return walk(i+1, from)
			}
			for f := from; f <= len(ts); f++ {
				if walk(i+1, f) {
					return true
				}
			}
			return false
		}
		if !commut {
			if from >= len(ts) {
				return false
			}
			// a metavariable may take several of them
			for to := from; to < len(ts); to++ {
				chosen = append(chosen, choice{ps[i], ts[from], ts[to]})
				stop := walk(i+1, to+1)
				chosen = chosen[:len(chosen)-1]
				if stop {
					return true
				}
				if m.p.Nodes[ps[i]].Kind != ast.Metavar {
					break
				}
			}
			return false
		}
		for j := range ts {
			if used[j] || !m.quick(ps[i], ts[j]) {
				continue
			}
			used[j] = true
			chosen = append(chosen, choice{ps[i], ts[j], ts[j]})
			stop := walk(i+1, 0)
			chosen = chosen[:len(chosen)-1]
			used[j] = false
			if stop {
				return true
			}
		}
		return false
	}
	return 0, false, walk(0, 0)
}

// runBinding is the value of a metavariable that takes neighbouring operands: the operation on just these if there is
// such a node, else their text.
func (m *Matcher) runBinding(from, to ast.ID) Binding {
	nodes := m.t.Nodes
	if up := nodes[to].Parent; nodes[up].Kind == ast.Bin && m.t.Child(up, ast.Right) == to {
		first := up
		for nodes[first].Kind == ast.Bin && first != from {
			if first = m.t.Child(first, ast.Left); first == ast.Nil {
				break
			}
		}
		if first == from {
			return m.nodeBinding(up)
		}
	}
	start, end := nodes[from].Start, nodes[to].End
	return Binding{Kind: BindText, A: from, B: to, Start: start, End: end, Text: string(m.t.Src[start:end])}
}

func (m *Matcher) hasDots(ps []ast.ID) bool {
	for _, p := range ps {
		if m.p.Nodes[p].Kind == ast.Dots {
			return true
		}
	}
	return false
}

// quick rules out what cannot match by its text.
func (m *Matcher) quick(p, t ast.ID) bool {
	a, b := &m.p.Nodes[p], &m.t.Nodes[t]
	return a.Kind != ast.Name || b.Kind != ast.Name || m.Opts.Symbolic || b.Flags&ast.FlagAlt != 0 ||
		bytes.Equal(m.p.Text(p), m.t.Text(t))
}

// flat lists the operands of a chain of one operator.
func flat(t *ast.Tree, id ast.ID, op []byte, out []ast.ID) []ast.ID {
	var right []ast.ID
	for t.Nodes[id].Kind == ast.Bin && bytes.Equal(t.Text(id), op) {
		l, r := t.Child(id, ast.Left), t.Child(id, ast.Right)
		if l == ast.Nil || r == ast.Nil {
			break
		}
		right = append(right, r)
		id = l
	}
	out = append(out, id)
	for i := len(right) - 1; i >= 0; i-- {
		if n := &t.Nodes[right[i]]; n.Kind == ast.Bin && bytes.Equal(t.Text(right[i]), op) {
			out = flat(t, right[i], op, out)
		} else {
			out = append(out, right[i])
		}
	}
	return out
}
