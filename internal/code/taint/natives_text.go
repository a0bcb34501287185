package taint

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// textOp is a function of a text; it says false where its value is not known.
type textOp func(c *invocation, on value.Value, args []value.Value) (value.Value, bool)

// wholeArg is an argument that is a whole number.
func wholeArg(args []value.Value, i int) (int, bool) {
	if i >= len(args) || args[i].Kind != value.Int {
		return 0, false
	}
	return int(args[i].Int), true
}

// firstConstant is the first argument where it is a text that is known.
func firstConstant(args []value.Value) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	return args[0].Constant()
}

func mapped(change func(string) string) textOp {
	return func(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
		return on.Map(change), len(args) == 0
	}
}

func trimmed(left, right bool) textOp {
	return func(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
		if len(args) > 0 {
			return value.Value{}, false
		}
		return on.Trim(left, right), true
	}
}

// unchanged gives the text itself.
func unchanged(_ *invocation, on value.Value, _ []value.Value) (value.Value, bool) {
	on.Kind = value.Text
	return on, true
}

// substring: from one place to before another.
func substring(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	from, ok := wholeArg(args, 0)
	if !ok || from < 0 && c.name != "slice" {
		return value.Value{}, false
	}
	if len(args) == 1 {
		return on.Cut(from, nil)
	}
	to, ok := wholeArg(args, 1)
	if !ok || len(args) != 2 || to < 0 && c.name != "slice" || from > to && c.name == "substring" {
		return value.Value{}, false
	}
	return on.Cut(from, &to)
}

// substr: from a place, so many characters.
func substr(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	from, ok := wholeArg(args, 0)
	if !ok {
		return value.Value{}, false
	}
	if len(args) == 1 {
		return on.Cut(from, nil)
	}
	n, ok := wholeArg(args, 1)
	if !ok || len(args) != 2 || n < 0 && from < 0 {
		return value.Value{}, false
	}
	to := n
	if n >= 0 {
		to = from + n
		if from < 0 && to >= 0 {
			return on.Cut(from, nil)
		}
	}
	return on.Cut(from, &to)
}

func charAt(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	n, ok := wholeArg(args, 0)
	if !ok || n < 0 && c.name != "at" {
		return value.Value{}, false
	}
	v, ok := on.At(n)
	if ok && c.vals.lang.Name == "java" {
		v.Kind = value.Char
	}
	return v, ok
}

func concatenated(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	parts := []value.Value{on}
	for i, v := range args {
		if c.recv != ast.Nil && i < len(c.args) {
			v = c.asText(v, c.args[i].taints)
		}
		parts = append(parts, v)
	}
	return value.Join(parts...), true
}

// replacing: all of one text by another, or the first times of them.
func replacing(times int, regular bool) textOp {
	return func(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
		old, ok := firstConstant(args)
		if !ok || len(args) < 2 || regular && strings.ContainsAny(old, `.*+?()[]{}^$|\`) {
			return value.Value{}, false
		}
		n := times
		if len(args) == 3 {
			count, ok := wholeArg(args, 2)
			if !ok {
				return value.Value{}, false
			}
			n = count
		}
		with := args[1]
		if !with.IsText() && len(c.args) > 1 && c.recv != ast.Nil {
			with = c.asText(with, c.args[1].taints)
		}
		return on.Replace(old, with, n)
	}
}

func splitting(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	sep, ok := firstConstant(args)
	if !ok || c.vals.lang.Name == "java" && strings.ContainsAny(sep, `.*+?()[]{}^$|\`) || len(args) > 2 ||
		sep == " " && c.vals.lang.Name == "ruby" {
		return value.Value{}, false
	}
	limit := -1
	if len(args) == 2 {
		n, known := wholeArg(args, 1)
		if !known || n <= 0 {
			return value.Value{}, false
		}
		switch c.vals.lang.Name {
		case "python":
			limit = n + 1
		case "javascript":
			return value.Value{}, false // it leaves the rest out
		default:
			limit = n
		}
	}
	front, back, all := on.Split(sep, limit)
	if all {
		if _, fixed := on.Constant(); fixed && c.vals.lang.Name != "python" && c.vals.lang.Name != "go" {
			for n := len(front); n > 1; n = len(front) { // empty ones at the end are left out by some
				if s, _ := front[n-1].Constant(); s != "" {
					break
				}
				if c.vals.lang.Name == "javascript" || c.vals.lang.Name == "php" {
					break
				}
				front = front[:n-1]
			}
		}
		list := make([]element, len(front))
		for i, v := range front {
			m, _ := c.vals.textTaint(v)
			list[i] = element{v, m}
		}
		return c.newList(c.id, list, c.s), true
	}
	return c.parts(front, back), true
}

// parts makes what a text is split into where only the first parts and the last are known: a map by their numbers.
func (c *invocation) parts(front, back []value.Value) value.Value {
	sh := value.Value{Form: value.Map, Len: -1, Copied: c.t.Lang.Objects.CopiedArrays}
	ref := c.allocate(c.id, sh, c.s)
	for i, v := range front {
		c.s.put(ref, itoa(i), element{v: v})
	}
	for i, v := range back {
		c.s.put(ref, itoa(i-len(back)), element{v: v})
	}
	if m := c.all(); len(m) > 0 {
		c.s.taint[ref] = m
	}
	return object(ref)
}

// says makes a function of what is known of a text and of another one.
func says(ask func(value.Value, string) (bool, bool)) textOp {
	return func(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
		part, ok := firstConstant(args)
		if !ok || len(args) != 1 {
			return value.Value{}, false
		}
		yes, known := ask(on, part)
		if !known {
			return value.Value{}, false
		}
		return value.Truth(yes), true
	}
}

func equals(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	if len(args) != 1 {
		return value.Value{}, false
	}
	v := args[0]
	if c.name == "equalsIgnoreCase" {
		on, v = on.Map(strings.ToLower), v.Map(strings.ToLower)
		if !args[0].IsText() {
			return value.Value{}, false
		}
	}
	same, known := c.vals.lang.Equal(on, v, "equals")
	if !known {
		return value.Value{}, false
	}
	return value.Truth(same), true
}

func found(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	part, ok := firstConstant(args)
	n, known := on.Find(part)
	if !ok || !known || len(args) != 1 || n < 0 && c.name == "index" {
		return value.Value{}, false
	}
	return value.Number(int64(n)), true
}

func textLength(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	n, ok := on.Size()
	return value.Number(int64(n)), ok && len(args) == 0
}

func emptyText(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	s, ok := on.Constant()
	for _, p := range on.Pieces {
		if !p.Open && p.Text != "" {
			return value.Truth(false), len(args) == 0
		}
	}
	return value.Truth(s == ""), ok && len(args) == 0
}

// madeOnlyOf reports whether all characters of a text are of a kind.
func madeOnlyOf(is func(rune) bool) textOp {
	return func(_ *invocation, on value.Value, args []value.Value) (value.Value, bool) {
		for _, p := range on.Pieces {
			if !p.Open && strings.ContainsFunc(p.Text, func(r rune) bool { return !is(r) }) {
				return value.Truth(false), len(args) == 0
			}
		}
		s, ok := on.Constant()
		return value.Truth(s != ""), ok && len(args) == 0
	}
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func joiningOp(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	if len(c.args) == 0 || len(args) == 0 {
		return value.Value{}, false
	}
	list, ok := c.s.list(args[0].Ref)
	if !ok || args[0].Kind != value.Object {
		return value.Value{}, false
	}
	return c.joinedBy(on, list), true
}

// braces fills {} in a text.
func braces(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	s, ok := on.Constant()
	if !ok || c.vals.lang.Name != "python" {
		return value.Value{}, false
	}
	parts := strings.Split(s, "{}")
	if len(parts) != len(args)+1 || strings.ContainsAny(strings.Join(parts, ""), "{}") {
		return value.Value{}, false
	}
	out := []value.Value{value.Of(parts[0])}
	for i, part := range parts[1:] {
		out = append(out, c.asText(args[i], c.args[i].taints), value.Of(part))
	}
	return value.Join(out...), true
}

var textMethods = map[string]textOp{
	"upper": mapped(strings.ToUpper), "toUpperCase": mapped(strings.ToUpper), "upcase": mapped(strings.ToUpper),
	"lower": mapped(strings.ToLower), "toLowerCase": mapped(strings.ToLower), "downcase": mapped(strings.ToLower),
	"strip": trimmed(true, true), "trim": trimmed(true, true), "lstrip": trimmed(true, false),
	"rstrip": trimmed(false, true), "trimStart": trimmed(true, false), "trimEnd": trimmed(false, true),
	"substring": substring, "slice": substring, "subSequence": substring, "substr": substr, "charAt": charAt,
	"at": charAt, "concat": concatenated,
	"replaceAll": replacing(
		-1,
		true,
	), "gsub": replacing(-1, false), "sub": replacing(1, false), "replace": replaceMethod,
	"split":  splitting,
	"equals": equals, "equalsIgnoreCase": equals, "contentEquals": equals, "eql?": equals,
	"startsWith": says(value.Value.Begins), "startswith": says(value.Value.Begins),
	"start_with?": says(value.Value.Begins), "endsWith": says(value.Value.Ends), "endswith": says(value.Value.Ends),
	"end_with?": says(value.Value.Ends), "contains": says(value.Value.Has), "includes": says(value.Value.Has),
	"include?": says(value.Value.Has), "indexOf": found, "find": found, "index": found,
	"length": textLength, "size": textLength, "isEmpty": emptyText, "empty?": emptyText, "Len": textLength,
	"toString": unchanged, "to_s": unchanged, "to_str": unchanged, "intern": unchanged, "dup": unchanged,
	"freeze": unchanged, "valueOf": unchanged, "itself": unchanged,
	"isdigit": madeOnlyOf(isDigit), "isnumeric": madeOnlyOf(isDigit), "isdecimal": madeOnlyOf(isDigit),
	"isalpha": madeOnlyOf(isLetter),
	"isalnum": madeOnlyOf(func(r rune) bool { return isDigit(r) || isLetter(r) }),
	"join":    joiningOp, "format": braces,
}

// replaceMethod: all of them, but in JavaScript the first one.
func replaceMethod(c *invocation, on value.Value, args []value.Value) (value.Value, bool) {
	times := -1
	if c.vals.lang.Name == "javascript" {
		times = 1
	}
	return replacing(times, false)(c, on, args)
}
