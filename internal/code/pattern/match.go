package pattern

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

// op is what a goal asks for.
type op uint8

const (
	opNode  op = iota // p matches t
	opList            // the siblings from p on match those from t on, both of role x
	opStmts           // the statements from p on match those from t on
	opAny             // each of the siblings from p on matches one of those of x, in any order
	opKw              // each keyword argument from p on matches one of x's
	opAnd             // the operands of a commutative operator
	opSpan            // the match ends where t ends
)

// goal is one thing left to do, and the goals after it. Goals are cells of one array, so that a list of them is
// shared by all that branch off it and costs nothing to come back to.
type goal struct {
	op      op
	flags   uint8
	p, t, x ast.ID
	next    int32
}

// flags of a goal
const (
	fLess  = 1 << iota // what is left over in the code does not matter
	fDeep              // an ellipsis came before: nested statements follow too
	fNoKw              // skip keyword arguments
	fNoAlt             // do not look at what a name stands for
	fTop               // statements whose place is the match's
	fRoot              // the pattern's root: it matches a variable itself, not the expression that it stands for
)

// bounds of one attempt, in steps and solutions
const (
	maxSteps = 200_000
	// of all attempts of one pattern, and of all patterns, on one tree
	maxSearch = 10_000_000
	maxTree   = 200_000_000
	maxFound  = 400
)

// Match is one way in which a pattern matches.
type Match struct {
	Node       ast.ID // the node, or the first statement
	Start, End uint32
	Env        Env
}

// Matcher matches patterns on one tree. It is for one goroutine.
type Matcher struct {
	T     *ast.Tree
	Opts  Options
	Index *Index // of T; made when first needed

	pat   *Pattern
	p, t  *ast.Tree
	goals []goal
	env   Env
	trail []int32
	last  ast.ID   // last statement matched
	taken []ast.ID // children matched already by anyOrder goals in progress
	steps int
	spent int // steps of all attempts so far
	most  int // what spent may become
	left  int
	root  ast.ID           // where the attempt began
	found func(Match) bool // is told of each solution
	// Exhausted counts attempts that ran into the bound.
	Exhausted int
}

// At tries the pattern at a node and calls found for each solution until it returns false.
func (m *Matcher) At(p *Pattern, node ast.ID, found func(Match) bool) {
	m.pat, m.p, m.t = p, p.Tree, m.T
	if len(m.env) != len(p.Vars.Names) {
		m.env = make(Env, len(p.Vars.Names))
	}
	m.goals, m.trail = m.goals[:0], m.trail[:0]
	if m.most == 0 {
		m.most = maxTree
	}
	allowed := min(maxSteps, m.most-m.spent)
	m.steps, m.left = allowed, maxFound
	m.last, m.root, m.found = node, node, found
	var g int32
	if p.Form == Statements {
		g = m.push(goal{op: opStmts, p: p.Root, t: node, flags: fLess | fTop, next: -1})
	} else {
		g = m.push(goal{op: opNode, p: p.Root, t: node, next: -1, flags: fRoot})
	}
	m.solve(g)
	m.spent += allowed - m.steps
	if m.steps <= 0 {
		m.Exhausted++
	}
	m.undo(0)
}

// solved tells found of a solution and reports whether to stop.
func (m *Matcher) solved() bool {
	n := &m.t.Nodes[m.root]
	r := Match{Node: m.root, Start: n.Start, End: n.End, Env: m.env}
	if n.Kind == ast.VarDef && m.pat.Form == Expression {
		if name := m.t.Child(m.root, ast.Ident); name != ast.Nil {
			r.Start = m.t.Nodes[name].Start // an assignment has no keyword
		}
	}
	if m.pat.Form == Statements {
		r.End = max(r.End, m.t.Nodes[m.last].End)
	}
	m.left--
	return !m.found(r) || m.left <= 0 || len(m.trail) == 0
}

func (m *Matcher) push(g goal) int32 {
	m.goals = append(m.goals, g)
	return int32(len(m.goals) - 1)
}

func (m *Matcher) undo(to int) {
	for len(m.trail) > to {
		v := m.trail[len(m.trail)-1]
		m.trail = m.trail[:len(m.trail)-1]
		m.env[v] = Binding{}
	}
}

// bind gives a metavariable a value, or compares it with the one it has.
func (m *Matcher) bind(v int32, b Binding) bool {
	if v < 0 {
		return true
	}
	old := &m.env[v]
	if old.Kind != Unbound {
		return Same(m.t, old, &b) || m.Opts.Symbolic && SameValue(m.t, old, &b)
	}
	*old = b
	m.trail = append(m.trail, v)
	return true
}

func (m *Matcher) nodeBinding(t ast.ID) Binding {
	n := &m.t.Nodes[t]
	return Binding{Kind: BindNode, A: t, B: t, Start: n.Start, End: n.End}
}

// try works off a goal as one of several choices and undoes what it bound. It reports whether to stop altogether.
func (m *Matcher) try(g int32) bool {
	mark, cells, last := len(m.trail), len(m.goals), m.last
	stop := m.solve(g)
	m.undo(mark)
	m.goals, m.last = m.goals[:cells], last
	return stop
}

// solve works off a list of goals; it calls found where all are met, and returns true once found wants no more.
func (m *Matcher) solve(g int32) bool {
	for g >= 0 {
		if m.steps--; m.steps <= 0 {
			return true
		}
		c := m.goals[g]
		var ok, done bool
		switch c.op {
		case opNode:
			g, ok, done = m.node(c)
		case opList:
			g, ok, done = m.list(c)
		case opStmts:
			g, ok, done = m.stmts(c)
		case opAny:
			g, ok, done = m.anyOrder(c)
		case opKw:
			g, ok, done = m.keywords(c)
		case opAnd:
			g, ok, done = m.operands(c)
		case opSpan:
			m.last = c.t
			g, ok = c.next, true
		}
		if !ok {
			return done
		}
	}
	return m.solved()
}

// node matches one pattern node. Each step returns the goals to go on with; ok is false where there is nothing to go
// on with, either because it failed or because all choices were tried, and done reports whether to stop.
func (m *Matcher) node(c goal) (next int32, ok, done bool) {
	p, t := &m.p.Nodes[c.p], &m.t.Nodes[c.t]
	if m.Opts.Symbolic && c.flags&fRoot == 0 && m.wantsAlt(p.Kind) {
		if e, ok := m.t.Sym[c.t]; ok && m.try(m.push(goal{op: opNode, p: c.p, t: e, next: c.next})) {
			return 0, false, true
		}
	}
	if t.Flags&ast.FlagAlt != 0 && c.flags&fNoAlt == 0 && t.Kind != ast.ExprStmt {
		if alts := m.t.Alt[c.t]; m.wantsAlt(p.Kind) {
			c.flags |= fNoAlt
			if m.try(m.push(c)) {
				return 0, false, true
			}
			for _, a := range alts {
				if m.Opts.NoConstants && m.t.Nodes[a].Kind != ast.Member && m.t.Nodes[a].Kind != ast.Name {
					continue
				}
				if m.try(m.push(goal{op: opNode, p: c.p, t: a, next: c.next, flags: fNoAlt})) {
					return 0, false, true
				}
			}
			return 0, false, false
		}
	}
	if p.Flags&ast.FlagSilent != 0 && t.Flags&ast.FlagSilent == 0 {
		return 0, false, false
	}
	switch p.Kind {
	case ast.Metavar:
		if t.Kind == ast.Block && p.Role == ast.Body && m.p.Nodes[p.Parent].Kind == ast.Lambda {
			v := m.onlyReturn(c.t) // an expression is asked for
			if v == ast.Nil {
				return 0, false, false
			}
			c.t = v
		}
		return c.next, m.metavar(c.p, c.t), false
	case ast.MetaDots:
		return c.next, m.bind(
			m.pat.vars[c.p],
			Binding{Kind: BindSeq, A: c.t, B: c.t, Start: t.Start, End: t.End},
		), false
	case ast.Dots:
		return c.next, true, false
	case ast.Deep:
		return m.deep(c.p, c.t, c.next)
	case ast.Typed:
		return c.next, m.typed(c.p, c.t), false
	case ast.Str, ast.Regex:
		return m.str(c)
	case ast.ExprStmt:
		return m.exprStmt(c)
	case ast.Member:
		if name := m.p.Child(c.p, ast.Ident); m.p.Kind(name) == ast.Dots {
			return m.links(c)
		}
	case ast.Bin:
		if m.Opts.SymmetricEq && t.Kind == ast.Bin && m.equality(c.p) && m.sameText(c.p, c.t) {
			g := m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Left), t: m.t.Child(c.t, ast.Right), next: c.next})
			if m.try(m.push(goal{op: opNode, p: m.p.Child(c.p, ast.Right), t: m.t.Child(c.t, ast.Left), next: g})) {
				return 0, false, true
			}
		}
		if t.Kind == ast.Bin && m.associative(c.p) && bytes.Equal(m.p.Text(c.p), m.t.Text(c.t)) {
			return m.push(goal{op: opAnd, p: c.p, t: c.t, next: c.next}), true, false
		}
	}
	if p.Kind != t.Kind {
		return m.unlike(c)
	}
	if p.Kind == ast.Lambda && c.flags&fRoot != 0 && m.method(c.t) {
		return 0, false, false
	}
	if p.Kind == ast.Other && p.Sym != t.Sym {
		return 0, false, false
	}
	if !m.sameText(c.p, c.t) {
		return 0, false, false
	}
	if p.Kind == ast.Import {
		return m.imported(c)
	}
	if p.Kind == ast.Block {
		if mv := m.loneMetavar(c.p); mv != ast.Nil && t.First != ast.Nil && m.t.Nodes[t.First].Next != ast.Nil {
			return c.next, m.bind(m.pat.vars[mv], m.nodeBinding(c.t)), false
		}
	}
	if p.First == ast.Nil && t.First == ast.Nil {
		return c.next, true, false
	}
	return m.children(c)
}

// wantsAlt reports whether a pattern node of the kind may match what a name stands for.
func (m *Matcher) wantsAlt(k ast.Kind) bool {
	switch k {
	case ast.Metavar, ast.Dots, ast.MetaDots, ast.Typed, ast.ExprStmt, ast.Block:
		return false
	}
	return true
}

func (m *Matcher) sameText(p, t ast.ID) bool {
	a, b := m.p.Text(p), m.t.Text(t)
	if bytes.Equal(a, b) {
		return true
	}
	switch m.p.Nodes[p].Kind {
	case ast.Num:
		return sameNumber(string(a), string(b))
	case ast.Name:
		return (m.Opts.CaseFold || m.foldable(p)) && bytes.EqualFold(a, b)
	case ast.ForEach:
		return true
	case ast.Mod:
		return m.t.Lang.Names.VarConst && string(a) == "var" && string(b) == "const"
	case ast.Comp:
		return string(a) == "set" && string(b) == "dict"
	}
	return false
}

// foldable reports whether a name of the pattern is that of a function or a class whose case does not matter.
func (m *Matcher) foldable(p ast.ID) bool {
	a, n := m.p.Text(p), &m.p.Nodes[p]
	return m.t.Lang.Names.FoldNames && len(a) > 0 && a[0] != '$' &&
		(n.Role != ast.Ident || m.p.Kind(n.Parent) != ast.Member)
}

// metavar binds $X to a node, if it is something that a metavariable may stand for.
func (m *Matcher) metavar(p, t ast.ID) bool {
	switch n := &m.t.Nodes[t]; n.Kind {
	case ast.Token, ast.KwArg:
		return false
	case ast.Element, ast.Str:
		if m.textAround(p, t) {
			return false
		}
	case ast.Tuple:
		if n.Role == ast.Type { // except (A, B): two types, not one
			return false
		}
	case ast.Block, ast.Program:
		// a function that is told to have an expression for its body may return it in braces
		if up := m.p.Nodes[p].Parent; m.p.Nodes[p].Role == ast.Body && up != ast.Nil &&
			m.p.Nodes[up].Kind == ast.Lambda {
			if n.First == ast.Nil || m.t.Nodes[n.First].Next != ast.Nil ||
				m.t.Nodes[n.First].Kind != ast.Return && m.t.Nodes[n.First].Kind != ast.ExprStmt ||
				m.t.Nodes[n.First].First == ast.Nil {
				return false
			}
			return m.bind(m.pat.vars[p], m.nodeBinding(m.t.Nodes[n.First].First))
		}
		// a lone statement in braces and the statement are the same
		if n.First != ast.Nil && m.t.Nodes[n.First].Next == ast.Nil && m.p.Nodes[p].Role != ast.Body {
			t = n.First
		}
	case ast.ExprStmt:
		if n.First != ast.Nil {
			t = n.First
		}
	default:
		if m.t.Lang.Pattern.TextPieces && m.p.Kind(m.p.Nodes[p].Parent) == ast.Interp &&
			m.t.Kind(n.Parent) == ast.Interp {
			return false // a piece of text is asked for
		}
	}
	return m.bind(m.pat.vars[p], m.nodeBinding(t))
}

// textAround says of a string or element that it stands around what a metavariable is for: in an interpolation that is
// what is put in, between an element's tags an expression.
func (m *Matcher) textAround(p, t ast.ID) bool {
	n, up := &m.t.Nodes[t], m.p.Nodes[p].Parent
	if up == ast.Nil || n.Parent == ast.Nil || m.p.Nodes[up].Kind != m.t.Nodes[n.Parent].Kind {
		return false
	}
	switch m.p.Nodes[up].Kind {
	case ast.Interp:
		return (n.Kind == ast.Str) != m.t.Lang.Pattern.TextPieces
	case ast.Element:
		return n.Role == ast.Elem && (n.Kind == ast.Element || uint32(len(m.t.Text(t))) == n.End-n.Start)
	}
	return false
}

// exprStmt matches a pattern that is an expression and stands as a statement.
func (m *Matcher) exprStmt(c goal) (int32, bool, bool) {
	e := m.p.Nodes[c.p].First
	if e == ast.Nil {
		return c.next, m.t.Nodes[c.t].Kind == ast.ExprStmt && m.t.Nodes[c.t].First == ast.Nil, false
	}
	t := &m.t.Nodes[c.t]
	switch m.p.Nodes[e].Kind {
	case ast.Metavar, ast.Dots:
		return m.push(goal{op: opNode, p: e, t: c.t, next: c.next, flags: fNoAlt}), true, false
	case ast.Deep:
		return m.deep(e, c.t, c.next)
	}
	switch {
	case t.Kind == ast.ExprStmt && t.First != ast.Nil:
		if m.Opts.NoDeepExpr || !deepRoot(m.p.Nodes[e].Kind) {
			return m.push(goal{op: opNode, p: e, t: t.First, next: c.next}), true, false
		}
		return m.below(c, c.t)
	case t.Kind == ast.Return && t.First != ast.Nil && !m.Opts.NoDeepExpr && deepRoot(m.p.Nodes[e].Kind):
		return m.below(c, t.First)
	case t.Kind == ast.VarDef && m.p.Nodes[e].Kind != ast.Assign:
		if v := m.t.Child(c.t, ast.Value); v != ast.Nil && !m.Opts.NoDeepExpr {
			return m.below(c, v)
		}
	case t.Kind == ast.VarDef && m.p.Nodes[e].Kind == ast.Assign:
		return m.push(goal{op: opNode, p: e, t: c.t, next: c.next}), true, false
	}
	return 0, false, false
}

// deepRoot: a statement that is a call also stands for statements that have the call somewhere in them.
func deepRoot(k ast.Kind) bool { return k != ast.Assign && k != ast.AugAssign }

// below matches the child of a pattern node at the expressions that a statement computes: not those that it may leave
// out, nor those that say where it stores. What stands in a function in it is a statement of that; in a sequence of
// statements that one counts for the one around it.
func (m *Matcher) below(c goal, t ast.ID) (int32, bool, bool) {
	e, lang := m.p.Nodes[c.p].First, m.t.Lang
	var stop bool
	m.t.WalkInto(t, func(x ast.ID) bool {
		n := &m.t.Nodes[x]
		switch {
		case n.Kind == ast.Block && lang.BareWords, n.Kind == ast.Comp, n.Kind == ast.Lambda && lang.Name == "python",
			c.flags&fRoot != 0 && n.Kind == ast.Lambda && m.t.Kind(m.t.Child(x, ast.Body)) == ast.Block,
			n.Kind == ast.Ternary && lang.Names.Requires,
			n.Kind == ast.New && lang.Names.Requires && m.p.Nodes[e].Kind != ast.New,
			n.Role == ast.Left && m.t.Kind(n.Parent) == ast.Assign:
			return false
		case n.Flags&ast.FlagExpr != 0 && !stop:
			stop = m.try(m.push(goal{op: opNode, p: e, t: x, next: c.next}))
		}
		return !stop && m.steps > 0
	})
	return 0, false, stop
}

// deep matches the child of a pattern node anywhere in the expressions below t, and at t.
func (m *Matcher) deep(p, t ast.ID, next int32) (int32, bool, bool) {
	e := m.p.Nodes[p].First
	var stop bool
	m.t.WalkInto(t, func(x ast.ID) bool {
		if m.t.Lang.BareWords && m.t.Nodes[x].Kind == ast.Block {
			return false // what a command runs are statements of their own
		}
		if !stop && (m.t.Nodes[x].Flags&ast.FlagExpr != 0 || x == t && m.t.Nodes[x].Kind != ast.ExprStmt) {
			stop = m.try(m.push(goal{op: opNode, p: e, t: x, next: next}))
		}
		if v, ok := m.t.Sym[x]; ok && m.Opts.Symbolic && !stop && m.steps > 0 {
			_, _, stop = m.deep(p, v, next)
		}
		return !stop && m.steps > 0
	})
	return 0, false, stop
}

// onlyReturn is what a block returns that does nothing else, Nil for any other.
func (m *Matcher) onlyReturn(t ast.ID) ast.ID {
	s := m.t.Nodes[t].First
	if m.t.Kind(s) != ast.Return || m.t.Nodes[s].Next != ast.Nil {
		return ast.Nil
	}
	return m.t.Nodes[s].First
}

// equality reports whether an operation of the pattern compares two sides for being equal, or not.
func (m *Matcher) equality(p ast.ID) bool {
	switch string(m.p.Text(p)) {
	case "==", "!=", "===", "!==":
		return m.p.Child(p, ast.Left) != ast.Nil && m.p.Child(p, ast.Right) != ast.Nil
	}
	return false
}

// method reports whether a function without a name of its own is one by its place: the value of a field of an object or
// a class. As a pattern of its own a function is not looked for there.
func (m *Matcher) method(t ast.ID) bool {
	up := m.t.Nodes[t].Parent
	if !m.t.Lang.Names.Requires || up == ast.Nil || m.t.Nodes[t].Role != ast.Value {
		return false
	}
	switch m.t.Nodes[up].Kind {
	case ast.Pair:
		return m.t.Kind(m.t.Nodes[up].Parent) == ast.Dict
	case ast.VarDef:
		return m.t.Kind(m.t.Nodes[up].Parent) == ast.ClassBody
	}
	return false
}

// links matches `x. ...`: any chain of calls, members and indices that starts at something that x matches.
func (m *Matcher) links(c goal) (int32, bool, bool) {
	obj := m.p.Child(c.p, ast.Obj)
	for t := c.t; t != ast.Nil; {
		if m.try(m.push(goal{op: opNode, p: obj, t: t, next: c.next})) {
			return 0, false, true
		}
		switch m.t.Nodes[t].Kind {
		case ast.Call:
			t = m.t.Child(t, ast.Fn)
		case ast.Member, ast.Index:
			t = m.t.Child(t, ast.Obj)
		default:
			v, ok := m.t.Sym[t]
			if t = v; !ok || !m.Opts.Symbolic {
				t = ast.Nil
			}
		}
	}
	return 0, false, false
}

// lambdaBody says of an expression that it is all that a function consists of, which returns it.
func lambdaBody(t *ast.Tree, id ast.ID) bool {
	n := &t.Nodes[id]
	return n.Role == ast.Body && n.Flags&ast.FlagExpr != 0 && n.Parent != ast.Nil &&
		t.Nodes[n.Parent].Kind == ast.Lambda
}
