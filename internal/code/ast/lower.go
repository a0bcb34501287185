package ast

import (
	"bytes"

	"github.com/drydock/drydock/internal/syntax"
)

// maxDepth bounds the nesting that is looked into: far beyond what people write, far below what a stack holds.
const maxDepth = 8000

// lowering brings one concrete tree to ours.
type lowering struct {
	*Tree
	cst     *syntax.Tree
	spec    *compiled
	depth   int
	bare    bool          // expressions stand in blocks by themselves
	anchors map[string]ID // values by the name of their anchor (YAML)
	whole   bool          // a part of a source that was cut already
	// heredocs are the texts of here-documents by where these begin (Ruby); nil before the first is asked for
	heredocs map[uint32]uint32
	// defined are names that the source imports or gives to classes (Python); nil before they are asked for
	defined map[string]bool
	// statements lowers the children of the root; nil for children
	statements func(l *lowering, n uint32, parent ID)
}

// Lower brings a concrete syntax tree of src to the tree that rules are matched on. The result does not refer to cst.
func Lower(lang *Lang, cst *syntax.Tree, src []byte) (*Tree, error) {
	spec, err := lang.compiled(cst.Grammar)
	if err != nil {
		return nil, err
	}
	t := &Tree{Lang: lang, Src: src, buf: src[:len(src):len(src)], Alt: map[ID][]ID{}}
	t.Nodes = make([]Node, 0, len(cst.Nodes)/2+16)
	t.last = make([]ID, 0, cap(t.Nodes))
	l := &lowering{Tree: t, cst: cst, spec: spec, bare: lang.BareExprs, statements: lang.Spec.Statements}
	root := t.add(Nil, Program, Elem, 0, uint32(len(src)))
	if len(cst.Nodes) > 0 {
		l.errors()
		l.comments()
		l.body(0, root)
	}
	if lang.Spec.Ends != nil {
		lang.Spec.Ends(t)
	}
	l.mark()
	t.last = nil
	return t, nil
}

// errors notes the spans that the grammar could not place.
func (l *lowering) errors() {
	nodes := l.cst.Nodes
	for i := uint32(0); int(i) < len(nodes); {
		n := &nodes[i]
		switch {
		case n.Flags&(syntax.Error|syntax.Missing) != 0:
			l.Errors = append(l.Errors, Span{n.Start, n.End})
			i = n.Next
		case n.Flags&syntax.HasError == 0:
			i = n.Next
		default:
			i++
		}
	}
}

// comments notes the spans of comments, which have no nodes.
func (l *lowering) comments() {
	nodes := l.cst.Nodes
	for i := range nodes {
		if k := nodes[i].Kind; int(k) < len(l.spec.comment) && l.spec.comment[k] {
			l.Comments = append(l.Comments, Span{nodes[i].Start, nodes[i].End})
		}
	}
}

// sym is the name of a concrete node's symbol.
func (l *lowering) sym(n uint32) string {
	if k := l.cst.Nodes[n].Kind; int(k) < len(l.spec.lang.Symbols) {
		return l.spec.lang.Symbols[k]
	}
	return "ERROR"
}

// named reports whether a concrete node is a named one.
func (l *lowering) named(n uint32) bool { return l.cst.Nodes[n].Flags&syntax.Named != 0 }

// field returns a concrete node's first child in a field, 0 if there is none.
func (l *lowering) field(n uint32, name string) uint32 {
	id, ok := l.spec.field[name]
	if !ok {
		return 0
	}
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.cst.Nodes[c].Field == id {
			return c
		}
	}
	return 0
}

// kid returns a concrete node's first child of a kind, 0 if there is none. Anonymous ones count too.
func (l *lowering) kid(n uint32, kind string) uint32 {
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.sym(c) == kind {
			return c
		}
	}
	return 0
}

// kids calls f for each named child that is no comment.
func (l *lowering) kids(n uint32, f func(c uint32)) {
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.named(c) && !l.extra(c) {
			f(c)
		}
	}
}

// extra says of a node that it may stand anywhere and is left out, as comments are: all such but those that a hook asks
// for.
func (l *lowering) extra(c uint32) bool {
	n := &l.cst.Nodes[c]
	return n.Flags&syntax.Extra != 0 &&
		(n.Flags&syntax.Error != 0 || int(n.Kind) >= len(l.spec.rules) || l.spec.rules[n.Kind].act != actHook)
}

// raw is a concrete node's source.
func (l *lowering) raw(n uint32) []byte {
	return l.Src[l.cst.Nodes[n].Start:l.cst.Nodes[n].End]
}

// make adds a node with a concrete node's place.
func (l *lowering) make(n uint32, parent ID, k Kind, r Role) ID {
	c := &l.cst.Nodes[n]
	id := l.add(parent, k, r, c.Start, c.End)
	l.Nodes[id].Sym = c.Kind
	return id
}

// leaf adds a node whose text is the concrete node's source.
func (l *lowering) leaf(n uint32, parent ID, k Kind, r Role) ID {
	id := l.make(n, parent, k, r)
	l.setText(id, l.cst.Nodes[n].Start, l.cst.Nodes[n].End)
	return id
}

// str adds a node with a text of its own.
func (l *lowering) str(n uint32, parent ID, k Kind, r Role, text string) ID {
	id := l.make(n, parent, k, r)
	l.setString(id, text)
	return id
}

// node lowers a concrete node as the language's table says.
func (l *lowering) node(n uint32, parent ID, r Role) {
	if l.depth >= maxDepth {
		l.Depth = true
		l.leaf(n, parent, Other, r)
		return
	}
	l.depth++
	defer func() { l.depth-- }()
	if l.bare && r == Elem &&
		(l.Nodes[parent].Kind == Block || l.Nodes[parent].Kind == Program || l.Nodes[parent].Kind == Case) {
		l.statement(n, parent)
		return
	}
	l.dispatch(n, parent, r)
}

// statement lowers a child of a block; an expression becomes a statement.
func (l *lowering) statement(n uint32, parent ID) {
	before := l.lastOf(parent)
	l.dispatch(n, parent, Elem)
	first := l.after(parent, before)
	if first == Nil || l.Nodes[first].Next != Nil {
		return
	}
	switch k := l.Nodes[first].Kind; {
	case k.Statement(), k == Other, k == Import, k == Metavar:
	default:
		l.unlink(parent, first)
		s := l.add(parent, ExprStmt, Elem, l.Nodes[first].Start, l.Nodes[first].End)
		l.Nodes[first].Role = Value
		l.link(s, first)
	}
}

func (l *lowering) dispatch(n uint32, parent ID, r Role) {
	c := &l.cst.Nodes[n]
	if c.Flags&syntax.Error != 0 {
		l.other(n, parent, r)
		return
	}
	if c.Flags&syntax.Missing != 0 {
		return
	}
	switch rule := &l.spec.rules[c.Kind]; rule.act {
	case actDrop:
	case actHook:
		rule.hook(l, n, parent, r)
	case actSplice:
		l.splice(n, parent, r)
	case actNode:
		l.byRule(rule, n, parent, r)
	default:
		l.other(n, parent, r)
	}
}

// opt lowers a child if there is one.
func (l *lowering) opt(n uint32, parent ID, r Role) {
	if n != 0 {
		l.node(n, parent, r)
	}
}

// splice puts the children in the node's place.
func (l *lowering) splice(n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) { l.node(c, parent, r) })
}

// children lowers all named children as elements of parent.
func (l *lowering) children(n uint32, parent ID) { l.splice(n, parent, Elem) }

// body lowers the children of a source's root.
func (l *lowering) body(n uint32, parent ID) {
	if l.statements != nil {
		l.statements(l, n, parent)
		return
	}
	l.children(n, parent)
}

// block lowers a child as a block, whatever it is.
func (l *lowering) block(n uint32, parent ID, r Role) {
	if n == 0 {
		return
	}
	before := l.lastOf(parent)
	l.node(n, parent, r)
	first := l.after(parent, before)
	if first == Nil {
		l.make(n, parent, Block, r)
		return
	}
	if l.Nodes[first].Kind == Block && l.Nodes[first].Next == Nil {
		return
	}
	moved := l.unlink(parent, first)
	b := l.make(n, parent, Block, r)
	for _, m := range moved {
		l.Nodes[m].Role = Elem
		in := b
		if k := l.Nodes[m].Kind; l.bare && len(moved) == 1 && !k.Statement() && k != Other && k != Metavar {
			in = l.add(b, ExprStmt, Elem, l.Nodes[m].Start, l.Nodes[m].End)
			l.Nodes[m].Role = Value
		}
		l.link(in, m)
	}
}

func (l *lowering) lastOf(parent ID) ID { return l.last[parent] }

// after is the child of parent that follows prev, its first one where prev is Nil.
func (l *lowering) after(parent, prev ID) ID {
	if prev == Nil {
		return l.Nodes[parent].First
	}
	return l.Nodes[prev].Next
}

func (l *lowering) byRule(rule *rule, n uint32, parent ID, r Role) {
	id := l.make(n, parent, rule.kind, r)
	l.fill(rule, n, id)
}

// fill gives id the text and children that the rule says.
func (l *lowering) fill(rule *rule, n uint32, id ID) {
	nodes := l.cst.Nodes
	if rule.own {
		l.setText(id, nodes[n].Start, nodes[n].End)
		return
	}
	if rule.text != "" {
		l.setString(id, rule.text)
	}
	for c := n + 1; c < nodes[n].Next; c = nodes[c].Next {
		f := nodes[c].Field
		if f != 0 && f == rule.textOf {
			l.setText(id, nodes[c].Start, nodes[c].End)
			continue
		}
		if nodes[c].Flags&syntax.Named == 0 {
			l.keep(rule, c, id)
			continue
		}
		if nodes[c].Flags&syntax.Extra != 0 && nodes[c].Flags&syntax.Error == 0 {
			continue
		}
		fr := rule.rest
		if int(f) < len(rule.fields) && rule.fields[f].set {
			fr = rule.fields[f]
		}
		switch {
		case fr.drop:
		case fr.wrap:
			l.block(c, id, fr.role)
		default:
			l.node(c, id, fr.role)
		}
	}
}

// keep adds a Mod for a keyword that the rule wants kept.
func (l *lowering) keep(rule *rule, c uint32, id ID) {
	for _, k := range rule.keep {
		if l.sym(c) == k {
			l.leaf(c, id, Mod, Mods)
		}
	}
}

// other keeps a node as the grammar has it.
func (l *lowering) other(n uint32, parent ID, r Role) {
	nodes := l.cst.Nodes
	if nodes[n].Next == n+1 {
		l.leaf(n, parent, Other, r)
		return
	}
	id := l.make(n, parent, Other, r)
	for c := n + 1; c < nodes[n].Next; c = nodes[c].Next {
		if nodes[c].Flags&syntax.Named == 0 {
			if !l.spec.punct[nodes[c].Kind] {
				l.leaf(c, id, Token, fieldToRole(nodes[c].Field))
			}
			continue
		}
		if nodes[c].Flags&syntax.Extra != 0 && nodes[c].Flags&syntax.Error == 0 {
			continue
		}
		l.node(c, id, fieldToRole(nodes[c].Field))
	}
}

func fieldToRole(f uint16) Role {
	if f == 0 || f > 190 {
		return Elem
	}
	return fieldRole + Role(f)
}

// nonExprRole says of a role that what fills it is no expression.
func nonExprRole(r Role) bool {
	switch r {
	case Ident,
		Type,
		Parameters,
		Mods,
		Parents,
		TypeParams,
		Ret,
		Path,
		Alias,
		Arguments,
		Body,
		Then,
		Else,
		Handler,
		Final:
		return true
	}
	return false
}

func literal(k Kind) bool { return k == Str || k == Num || k == Bool || k == Null }

func isBool(op []byte) bool { return string(op) == "and" || string(op) == "or" }

// mark sets FlagExpr and FlagStmt.
func (l *lowering) mark() {
	for i := range l.Nodes {
		n := &l.Nodes[i]
		switch n.Kind {
		case Program,
			Args,
			Params,
			Param,
			KwArg,
			Pair,
			Mod,
			Decorator,
			Token,
			ClassBody,
			Catch,
			Finally,
			Case,
			Attr,
			CompFor,
			Spread:
			continue
		}
		p := None
		if n.Parent != Nil {
			p = l.Nodes[n.Parent].Kind
			if up := &l.Nodes[n.Parent]; p == Import || up.Flags&flagNoExpr != 0 {
				if n.Kind == Name || n.Kind == Member || n.Kind == Str && n.Role != Value ||
					n.Kind == Other && up.Flags&flagNoExpr != 0 {
					n.Flags |= flagNoExpr
					continue
				}
			}
			if (n.Role == Type || n.Role == Ret || n.Role == TypeParams) && p != New && p != Catch {
				n.Flags |= flagNoExpr
				continue
			}
			if n.Role == Key && p == Case && !l.Lang.BareWords && literal(n.Kind) {
				n.Flags |= flagNoExpr // a pattern to compare with
				continue
			}
			if n.Kind == Member && n.Role == Ident && (p == ClassDef || p == FuncDef) {
				n.Flags |= flagNoExpr
				continue
			}
			if n.Kind == Bin && p == Bin && n.Role == Left && l.Lang.Names.NaryBool && isBool(l.Text(ID(i))) &&
				bytes.Equal(l.Text(ID(i)), l.Text(n.Parent)) {
				continue
			}
		}
		inList := p == Block || p == Program || p == ClassBody || p == Case
		switch {
		case n.Kind.Statement() && n.Kind != ExprStmt || n.Kind == ExprStmt,
			n.Kind == Other && inList && n.Role == Elem:
			n.Flags |= FlagStmt
		case !nonExprRole(n.Role) || n.Role == Body && p == Lambda || (n.Role == Then || n.Role == Else) &&
			p == Ternary:
			n.Flags |= FlagExpr
		case n.Role == Ident && p == VarDef && (n.Kind == Dict || n.Kind == List):
			n.Flags |= FlagExpr // names that are taken out of a value
		case n.Role == Parents && !l.Lang.Names.Requires || n.Role == Type && (p == New || p == Catch):
			n.Flags |= FlagExpr
		}
	}
}

// unquote returns the span between the quotes of a string literal with an optional prefix.
func unquote(raw []byte) (from, to int) {
	from = bytes.IndexAny(raw, "\"'`")
	if from < 0 {
		return 0, len(raw)
	}
	q := raw[from : from+1]
	if bytes.HasPrefix(raw[from:], bytes.Repeat(q, 3)) && len(raw)-from >= 6 {
		return from + 3, len(raw) - 3
	}
	if len(raw) > from+1 && raw[len(raw)-1] == q[0] {
		return from + 1, len(raw) - 1
	}
	return from + 1, len(raw)
}

func trimSpace(b []byte) []byte { return bytes.TrimSpace(b) }
