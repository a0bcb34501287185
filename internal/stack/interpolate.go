package stack

import (
	"slices"
	"strings"
)

// Variables in the form of the Compose specification: $NAME, ${NAME}, ${NAME-default}, ${NAME:-default},
// ${NAME?message}, ${NAME:?message}, ${NAME+other}, ${NAME:+other}, nested, and $$ for a dollar sign. Compose's own
// package stops at a required variable that has no value and does not tell which ones had none; both are what a reader
// of somebody else's stack must live with.

// lookup returns the value of a variable. A value without ok is a stand-in: it is put in where the variable has neither a
// value nor a default, and the variable counts as set.
type lookup func(name string) (string, bool)

// substitution is what became of one text.
type substitution struct {
	text  string
	unset []string // variables that had no value and no default, each once, in order
	bad   bool     // braces that hold no variable: Compose refuses the file
	over  bool     // more text than may be put in
	left  int      // bytes that may still be put in
}

const (
	maxNesting  = 32
	maxPutIn    = 1 << 20  // bytes that variables may put into one value
	maxPutInAll = 32 << 20 // and into one project: a long value, used often, is a bomb
)

func substitute(s string, env lookup) substitution {
	if !strings.Contains(s, "$") {
		return substitution{text: s, left: maxPutIn}
	}
	out := substitution{left: maxPutIn}
	out.text = out.expand(s, env, 0)
	return out
}

// take returns a variable's value, if there is room for it.
func (o *substitution) take(v string) string {
	if len(v) > o.left {
		o.over = true
		return ""
	}
	o.left -= len(v)
	return v
}

func (o *substitution) miss(name string) {
	if !slices.Contains(o.unset, name) {
		o.unset = append(o.unset, name)
	}
}

func (o *substitution) expand(s string, env lookup, depth int) string {
	if depth > maxNesting {
		o.bad = true
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '$')
		if i < 0 || i == len(s)-1 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		switch n := nameLen(s[1:]); {
		case s[1] == '$':
			b.WriteByte('$')
			s = s[2:]
		case n > 0:
			b.WriteString(o.plain(s[1:1+n], env))
			s = s[1+n:]
		case s[1] == '{':
			end := closing(s)
			if end < 0 {
				o.bad = true
				b.WriteString(s)
				return b.String()
			}
			b.WriteString(o.braced(s[2:end], env, depth))
			s = s[end+1:]
		default: // a dollar sign before anything else is one
			b.WriteByte('$')
			s = s[1:]
		}
	}
}

func (o *substitution) plain(name string, env lookup) string {
	v, ok := env(name)
	if !ok && v == "" {
		o.miss(name)
	}
	return o.take(v)
}

// braced is the text between the braces: a name, perhaps an operator and its operand.
func (o *substitution) braced(s string, env lookup, depth int) string {
	n := nameLen(s)
	if n == 0 {
		o.bad = true
		return "${" + s + "}"
	}
	name, rest := s[:n], s[n:]
	if rest == "" {
		return o.plain(name, env)
	}
	v, ok := env(name)
	has := ok
	if rest[0] == ':' {
		has, rest = ok && v != "", rest[1:]
	}
	if rest == "" {
		o.bad = true
		return "${" + s + "}"
	}
	switch operand := rest[1:]; rest[0] {
	case '-':
		if !has {
			return o.expand(operand, env, depth+1)
		}
	case '+':
		if has {
			return o.expand(operand, env, depth+1)
		}
	case '?':
		if !has && v == "" {
			o.miss(name)
		}
	default:
		o.bad = true
		return "${" + s + "}"
	}
	return o.take(v)
}

// nameLen is the length of the variable name at the start of s.
func nameLen(s string) int {
	i := 0
	for i < len(s) && (s[i] == '_' || 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z' || i > 0 && '0' <= s[i] && s[i] <= '9') {
		i++
	}
	return i
}

// closing is the index of the brace that closes "${...", -1 if there is none. As in Compose every opening brace counts,
// one that follows another directly does not, and where they do not balance the last one of the line closes.
func closing(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
			i++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	line, _, _ := strings.Cut(s, "\n")
	return strings.LastIndexByte(line, '}')
}
