package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// What a method of a builder does: it changes the text, gives a number, or gives text.
const (
	changes = iota
	asNumber
	asText
)

// builderMethod works out a method of a builder of text.
func (c *invocation) builderMethod() taintSet {
	ref := c.on.Ref
	text := c.s.at(ref, builderText)
	outside := c.outside()
	args := c.values()
	if args == nil && len(c.args) > 0 {
		args = make([]value.Value, len(c.args))
	}
	v, kind := c.build(text.v, args)
	switch kind {
	case changes:
		m := text.m.union(c.given())
		if v.IsText() {
			if of, ok := c.vals.textTaint(v); ok {
				m = m.only(of)
			}
		} else {
			v = value.OpenText(c.vals.madeOf(m))
		}
		c.s.put(ref, builderText, element{v, m})
		c.gives(c.on)
		return m.union(outside)
	case asNumber:
		c.gives(v)
		return nil
	}
	c.gives(v)
	return text.m.union(outside)
}

func (c *invocation) build(text value.Value, args []value.Value) (value.Value, int) {
	whole := func(i int) (int, bool) {
		if i >= len(args) {
			return 0, false
		}
		return int(args[i].Int), args[i].Kind == value.Int
	}
	switch c.name {
	case "append", "WriteString", "WriteByte", "WriteRune", "write", "Write":
		if len(args) != 1 {
			return value.Value{}, changes
		}
		return value.Join(text, c.asText(args[0], c.args[0].taints)), changes
	case "insert":
		if n, ok := whole(0); ok && len(args) == 2 {
			return replaced(text, n, n, c.asText(args[1], c.args[1].taints)), changes
		}
		return value.Value{}, changes
	case "replace":
		a, ok := whole(0)
		b, ok2 := whole(1)
		if ok && ok2 && len(args) == 3 {
			return replaced(text, a, b, c.asText(args[2], c.args[2].taints)), changes
		}
		if ok && a == 0 && len(args) == 3 && c.isLength(1) {
			return c.asText(args[2], c.args[2].taints), changes
		}
		return value.Value{}, changes
	case "delete":
		a, ok := whole(0)
		b, ok2 := whole(1)
		if ok && ok2 {
			return replaced(text, a, b, value.Value{Kind: value.Text}), changes
		}
		if ok && a == 0 && c.isLength(1) {
			return value.Value{Kind: value.Text}, changes
		}
		return value.Value{}, changes
	case "deleteCharAt":
		if n, ok := whole(0); ok {
			return replaced(text, n, n+1, value.Value{Kind: value.Text}), changes
		}
		return value.Value{}, changes
	case "setLength", "Truncate":
		if n, ok := whole(0); ok {
			v, _ := text.Cut(0, &n)
			return v, changes
		}
		return value.Value{}, changes
	case "Reset":
		return value.Value{Kind: value.Text}, changes
	case "toString", "String":
		return text, asText
	case "length", "Len", "indexOf", "isEmpty":
		if op := textMethods[c.name]; op != nil {
			if v, ok := op(c, text, args); ok {
				return v, asNumber
			}
		}
		return value.Value{}, asNumber
	case "substring", "charAt", "subSequence":
		op := textMethods["substring"]
		if c.name == "charAt" {
			op = charAt
		}
		if v, ok := op(c, text, args); ok {
			return v, asText
		}
		return value.Value{}, asText
	case "capacity", "ensureCapacity", "trimToSize", "Grow":
		return value.Value{}, asNumber
	}
	return value.Value{}, changes
}

// isLength reports whether an argument is the length of the builder itself.
func (c *invocation) isLength(i int) bool {
	id := c.args[i].id
	if c.t.Kind(id) != ast.Call {
		return false
	}
	fn := c.t.Child(id, ast.Fn)
	return c.t.Kind(fn) == ast.Member && c.t.HasText(c.t.Child(fn, ast.Ident), "length") &&
		c.valueOf(c.t.Child(fn, ast.Obj)).Same(c.on)
}

// replaced is a text in which the part from a to b is another.
func replaced(text value.Value, a, b int, with value.Value) value.Value {
	before, ok := text.Cut(0, &a)
	after, ok2 := text.Cut(b, nil)
	if !ok || !ok2 || a < 0 || b < a {
		return value.Value{}
	}
	return value.Join(before, with, after)
}
