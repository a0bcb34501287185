package ast

import (
	"bytes"
	"strconv"
)

// constants propagates constant values: along the statements of each function, and from names that are written only
// once to everywhere they are seen.
type constants struct {
	*resolver
	depth  int
	budget int
}

// values maps a declaration to its value here: a constant, or the expression that it was assigned.
type values map[int32]ID

func (v values) clone() values {
	w := make(values, len(v))
	for k, x := range v {
		w[k] = x
	}
	return w
}

// AnyConst says that a synthesised literal stands for a constant of its kind whose value is not known.
func (t *Tree) AnyConst(id ID) bool { return t.Nodes[id].Flags&flagAnyConst != 0 }

const flagAnyConst = 1 << 7

func (c *constants) run() {
	c.budget = 40 * c.n
	c.t.Sym = map[ID]ID{}
	c.list(c.t.Nodes[0].First, values{}, 0)
}

// list runs through statements; scope is the function (or 0) that they belong to.
func (c *constants) list(id ID, v values, scope ID) {
	for ; id != Nil; id = c.t.Nodes[id].Next {
		c.visit(id, v, scope)
	}
}

// visit evaluates a node's expressions in the order in which they run, and updates v.
func (c *constants) visit(id ID, v values, scope ID) {
	if c.depth++; c.depth > 2000 {
		c.depth--
		return
	}
	defer func() { c.depth-- }()
	if c.budget--; c.budget < 0 {
		return
	}
	t := c.t
	n := t.Nodes[id]
	switch n.Kind {
	case FuncDef:
		c.children(id, values{}, id)
	case Lambda:
		c.children(id, v.clone(), id)
	case ClassDef:
		c.children(id, v.clone(), scope)
	case Assign:
		c.opt(t.Child(id, Right), v, scope)
		if l := t.Child(id, Left); l != Nil {
			c.assign(l, t.Child(id, Right), v, scope)
		}
	case VarDef:
		c.opt(t.Child(id, Value), v, scope)
		if l := t.Child(id, Ident); l != Nil {
			c.assign(l, t.Child(id, Value), v, scope)
		}
	case AugAssign:
		c.opt(t.Child(id, Right), v, scope)
		c.augment(id, v)
	case Unary:
		c.children(id, v, scope)
		if isUpdate(t.Text(id)) {
			c.killIn(id, v)
		}
	case If:
		c.opt(t.Child(id, Cond), v, scope)
		c.branches([]ID{t.Child(id, Then), t.Child(id, Else)}, v, scope)
	case Ternary:
		c.opt(t.Child(id, Cond), v, scope)
		c.branches([]ID{t.Child(id, Then), t.Child(id, Else)}, v, scope)
	case With:
		for x := n.First; x != Nil; x = t.Nodes[x].Next {
			c.visit(x, v, scope)
			if name, value := t.WithName(x); name != Nil {
				c.assign(name, value, v, scope)
			}
		}
	case While, DoWhile, For, ForEach, Comp:
		if n.Kind != Comp {
			c.dropExpressions(v)
		}
		c.killIn(id, v)
		w := v.clone()
		c.children(id, w, scope)
		c.killIn(id, v)
	case Try:
		w := v.clone()
		c.killIn(id, v)
		for x := n.First; x != Nil; x = t.Nodes[x].Next {
			if t.Nodes[x].Role == Body || t.Nodes[x].Role == Else {
				c.visit(x, w, scope)
			} else {
				c.visit(x, v.clone(), scope)
			}
		}
		c.join(v, w)
	case Switch:
		c.opt(t.Child(id, Cond), v, scope)
		var arms []ID
		for x := n.First; x != Nil; x = t.Nodes[x].Next {
			if t.Nodes[x].Role != Cond {
				arms = append(arms, x)
			}
		}
		c.branches(append(arms, Nil), v, scope)
	case Name:
		c.use(id, v, scope)
	case Member:
		if t.decl[id] != 0 {
			c.use(id, v, scope)
		}
		if o := t.Child(id, Obj); o != Nil {
			c.visit(o, v, scope)
		}
	case KwArg:
		for x := n.First; x != Nil; x = t.Nodes[x].Next {
			if t.Nodes[x].Role != Ident {
				c.visit(x, v, scope)
			}
		}
	case Bin, Interp:
		c.children(id, v, scope)
		c.fold(id)
	default:
		c.children(id, v, scope)
	}
}

func (c *constants) opt(id ID, v values, scope ID) {
	if id != Nil {
		c.visit(id, v, scope)
	}
}

func (c *constants) children(id ID, v values, scope ID) { c.list(c.t.Nodes[id].First, v, scope) }

// branches runs each arm from the same state and keeps what they agree on. A Nil arm does nothing. An arm that leaves
// does not count.
func (c *constants) branches(arms []ID, v values, scope ID) {
	var out values
	for _, a := range arms {
		w := v.clone()
		if a != Nil {
			c.visit(a, w, scope)
			if c.leaves(a) {
				continue
			}
		}
		if out == nil {
			out = w
		} else {
			c.join(out, w)
		}
	}
	if out == nil {
		return
	}
	for k := range v {
		if _, ok := out[k]; !ok {
			delete(v, k)
		}
	}
	for k, x := range out {
		v[k] = x
	}
}

// leaves reports whether a block ends in a jump.
func (c *constants) leaves(id ID) bool {
	last := Nil
	for x := c.t.Nodes[id].First; x != Nil; x = c.t.Nodes[x].Next {
		last = x
	}
	switch c.t.Kind(last) {
	case Return, Throw, Break, Continue:
		return true
	}
	return false
}

// join keeps in v what w has too; two different strings are still a string.
func (c *constants) join(v, w values) {
	for k, x := range v {
		y, ok := w[k]
		switch {
		case !ok:
			delete(v, k)
		case x == y:
		case !c.literal(x) || !c.literal(y):
			delete(v, k)
		case c.t.Kind(x) == c.t.Kind(y) && !c.t.AnyConst(x) && !c.t.AnyConst(y) &&
			bytes.Equal(c.t.Text(x), c.t.Text(y)):
		case c.t.Kind(x) == c.t.Kind(y):
			v[k] = c.anyOf(c.t.Kind(x))
		default:
			delete(v, k)
		}
	}
}

func (c *constants) anyOf(k Kind) ID {
	id := c.t.synth(k, Elem, Nil)
	c.t.Nodes[id].Flags |= flagAnyConst
	return id
}

func (c *constants) assign(left, right ID, v values, scope ID) {
	if c.t.Nodes[left].Kind != Name {
		c.children(left, v, scope)
		c.killIn(left, v)
		c.changed(left, v)
		return
	}
	d := c.t.decl[left]
	if d == 0 {
		return
	}
	if val := c.valueOf(right); val != Nil {
		v[d] = val
	} else if val = c.expression(right); val != Nil {
		v[d] = val
	} else {
		delete(v, d)
	}
}

// changed forgets the expression that a variable stands for, since a part of the variable is written.
func (c *constants) changed(left ID, v values) {
	for t := c.t; left != Nil; {
		switch t.Nodes[left].Kind {
		case Member, Index:
			left = t.Child(left, Obj)
			continue
		case Name:
			if val, ok := v[t.decl[left]]; ok && !c.literal(val) {
				delete(v, t.decl[left])
			}
		}
		return
	}
}

// dropExpressions forgets all but constants: within a loop and after it, what an expression uses may have changed.
func (c *constants) dropExpressions(v values) {
	for k, x := range v {
		if !c.literal(x) && !c.unchanging(k) {
			delete(v, k)
		}
	}
}

// unchanging reports whether a variable is declared with its value and never written again.
func (c *constants) unchanging(d int32) bool {
	e := &c.decls[d]
	return c.spec.Requires && e.writes == 1 && !e.param && c.t.Kind(c.t.Nodes[e.node].Parent) == VarDef
}

// literal reports whether a value is a constant.
func (c *constants) literal(id ID) bool {
	switch c.t.Nodes[id].Kind {
	case Str, Num, Bool, Null, Regex:
		return true
	}
	return false
}

// expression is what a variable that is assigned an expression stands for: a name, a call, an operation or a part of
// such; Nil where the expression makes something new of its own (a list, a function) or is chosen when it runs.
func (c *constants) expression(id ID) ID {
	if id == Nil {
		return Nil
	}
	if c.t.Nodes[id].Kind == Name {
		if x, ok := c.t.Sym[id]; ok {
			return x
		}
	}
	if !c.stands(id, 0) {
		return Nil
	}
	return id
}

func (c *constants) stands(id ID, depth int) bool {
	if depth > 30 {
		return false
	}
	switch k := c.t.Nodes[id].Kind; k {
	case Name, This, Str, Num, Bool, Null, Regex:
		return true
	case Dict:
		return c.spec.Requires // an object; a dictionary is made anew
	case Call, Args, KwArg, Spread, New, Member, Index, Bin, Unary, Interp, Cast:
		for x := c.t.Nodes[id].First; x != Nil; x = c.t.Nodes[x].Next {
			switch r := c.t.Nodes[x].Role; {
			case r == Ident || r == Type || r == Fn && c.t.Nodes[x].Kind == Other || r == TypeParams || r == Mods ||
				c.t.Nodes[x].Kind == Token:
			case r == Body || !c.stands(x, depth+1):
				return false
			}
		}
		return true
	}
	return false
}

func (c *constants) augment(id ID, v values) {
	t := c.t
	l, r := t.Child(id, Left), t.Child(id, Right)
	if l == Nil || t.Nodes[l].Kind != Name {
		return
	}
	d := t.decl[l]
	old, ok := v[d]
	delete(v, d)
	ok = ok && c.literal(old)
	if rv := c.valueOf(r); ok && rv != Nil && t.HasText(id, "+") {
		if s := c.concat(old, rv); s != Nil {
			v[d] = s
		}
	}
}

// killIn forgets what is written below a node.
func (c *constants) killIn(id ID, v values) {
	t := c.t
	t.Walk(id, func(x ID) bool {
		switch t.Nodes[x].Kind {
		case Assign, AugAssign, VarDef, ForEach, CompFor, Unary, Tuple, List, Dict, With, Catch:
			for k := t.Nodes[x].First; k != Nil; k = t.Nodes[k].Next {
				switch t.Nodes[k].Role {
				case Left, Ident, Elem, Value:
					if t.Nodes[k].Kind == Name && (t.Nodes[k].Role != Value || t.Nodes[x].Kind == Unary) {
						delete(v, t.decl[k])
					}
				}
			}
		}
		return true
	})
}

// isUpdate says of a unary operator that it writes what it is applied to.
func isUpdate(op []byte) bool {
	return bytes.HasSuffix(op, []byte("++")) || bytes.HasSuffix(op, []byte("--"))
}

// use gives a name its constant value.
func (c *constants) use(id ID, v values, scope ID) {
	d := c.t.decl[id]
	if d == 0 {
		return
	}
	val, ok := v[d]
	if !ok {
		e := &c.decls[d]
		if e.writes != 1 || e.param || e.value == Nil || e.scope == scope && scope != 0 {
			return
		}
		if c.t.Nodes[e.scope].Kind == ClassDef && !c.fixed(e.node) {
			return
		}
		if val = c.valueOf(e.value); val == Nil {
			if val = c.lasting(id, e, scope); val == Nil {
				return
			}
		}
	}
	if !c.literal(val) {
		c.t.Sym[id] = val
		return
	}
	c.t.Alt[id] = append(c.t.Alt[id], val)
}

// lasting is the expression that a variable of the file or of a class stands for wherever it is used, which is after
// it or in a function.
func (c *constants) lasting(use ID, e *decl, scope ID) ID {
	at := &c.t.Nodes[e.scope]
	if at.Kind == FuncDef || at.Kind == Lambda || at.Kind == ClassDef && c.t.Kind(c.t.Nodes[e.node].Parent) == Assign ||
		c.t.Nodes[use].Role == Left {
		return Nil
	}
	within := scope != 0 && (e.scope == 0 || c.t.Nodes[scope].Start > at.Start)
	if !within && c.t.Nodes[e.value].End > c.t.Nodes[use].Start {
		return Nil
	}
	return c.expression(e.value)
}

// fixed says of a field that nothing outside of its class can write it.
func (c *constants) fixed(name ID) bool {
	def := c.t.Nodes[name].Parent
	return c.t.Nodes[def].Kind == Assign || c.t.ownField(name)
}

// valueOf is the literal that an expression is, Nil if it is none.
func (c *constants) valueOf(id ID) ID {
	if id == Nil {
		return Nil
	}
	switch c.t.Nodes[id].Kind {
	case Str, Num, Bool, Null, Regex:
		return id
	}
	for _, a := range c.t.Alt[id] {
		switch c.t.Nodes[a].Kind {
		case Str, Num, Bool, Null, Regex:
			return a
		}
	}
	return Nil
}

// fold computes an operation on constants.
func (c *constants) fold(id ID) {
	t := c.t
	if t.Nodes[id].Kind == Interp {
		c.foldInterp(id)
		return
	}
	l, r := c.valueOf(t.Child(id, Left)), c.valueOf(t.Child(id, Right))
	if left := t.Child(id, Left); l == Nil && r != Nil && t.HasText(id, "or") && t.Kind(left) == Bin &&
		t.HasText(left, "and") {
		// Python's choice of old: cond and a or b
		if a := c.valueOf(t.Child(left, Right)); a != Nil && t.Kind(a) == t.Kind(r) && len(t.Text(a)) > 0 {
			t.Alt[id] = append(t.Alt[id], c.anyOf(t.Kind(r)))
		}
		return
	}
	if l == Nil || r == Nil {
		return
	}
	out := Nil
	switch op := string(t.Text(id)); {
	case op == c.spec.ConcatOp() || op == "+":
		if out = c.concat(l, r); out == Nil {
			out = c.arith(op, l, r)
		}
	case op == "*" || op == "-" || op == "/" || op == "%":
		out = c.arith(op, l, r)
		if out == Nil && op == "%" && t.Kind(l) == Str || op == "*" && t.Kind(l) == Str && t.Kind(r) == Num {
			out = c.anyOf(Str)
		}
	}
	if out != Nil {
		t.Alt[id] = append(t.Alt[id], out)
	}
}

func (c *constants) foldInterp(id ID) {
	t := c.t
	var s []byte
	unknown := false
	for x := t.Nodes[id].First; x != Nil; x = t.Nodes[x].Next {
		val := c.valueOf(x)
		if val == Nil || t.Kind(val) == Regex {
			return
		}
		if unknown = unknown || t.AnyConst(val) || len(s)+len(t.Text(val)) > maxConstant; !unknown {
			s = append(s, t.Text(val)...)
		}
	}
	out := c.anyOf(Str)
	if !unknown {
		t.Nodes[out].Flags &^= flagAnyConst
		t.setString(out, string(s))
	}
	t.Alt[id] = append(t.Alt[id], out)
}

// maxConstant bounds a text that is put together: a few lines that double one would fill the memory.
const maxConstant = 1 << 12

// concat joins two strings.
func (c *constants) concat(a, b ID) ID {
	t := c.t
	if t.Kind(a) != Str || t.Kind(b) != Str {
		return Nil
	}
	if t.AnyConst(a) || t.AnyConst(b) || len(t.Text(a))+len(t.Text(b)) > maxConstant {
		return c.anyOf(Str)
	}
	out := t.synth(Str, Elem, Nil)
	t.setString(out, string(t.Text(a))+string(t.Text(b)))
	return out
}

func (c *constants) arith(op string, a, b ID) ID {
	t := c.t
	if t.Kind(a) != Num || t.Kind(b) != Num {
		return Nil
	}
	x, err1 := strconv.ParseInt(string(t.Text(a)), 0, 64)
	y, err2 := strconv.ParseInt(string(t.Text(b)), 0, 64)
	if t.AnyConst(a) || t.AnyConst(b) || err1 != nil || err2 != nil {
		return c.anyOf(Num)
	}
	switch op {
	case "+":
		x += y
	case "-":
		x -= y
	case "*":
		x *= y
	default:
		return c.anyOf(Num)
	}
	out := t.synth(Num, Elem, Nil)
	t.setString(out, strconv.FormatInt(x, 10))
	return out
}
