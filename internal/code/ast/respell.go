package ast

import (
	"bytes"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/syntax"
)

// Languages grow and the grammars at hand stay. Where a grammar does not read a source whole, constructs that it is too
// old for are given to it in another spelling of the same length that it does read and that means the same, or as much
// of it as rules look at: `export type *` as `export *`. Only the grammar sees that spelling: places and texts are the
// source's, and what was respelt so that it means something else is told apart by the source when it is lowered.
//
// A construct is respelt on lines with an error alone, and the result taken only if it leaves less that is not
// understood. So what a grammar reads is never touched.

// A respelling is one construct: what it looks like, and how it is respelt. edit changes out, which is as long as src
// and holds earlier respellings; m is a match in src as of FindSubmatchIndex.
type respelling struct {
	at   *lazyregexp.Regexp
	edit func(src, out []byte, m []int)
}

// respellRounds bounds how often what is left is looked at again: an error hides those that follow it.
const respellRounds = 3

// lineReach bounds how much of a line around an error is looked at, in bytes.
const lineReach = 512

// respelt parses a source again as long as respellings make it better understood. text is what the grammar was given
// for it, t what came of that.
func (l *Lang) respelt(path string, src, text []byte, t *Tree, lim syntax.Limits) *Tree {
	for range respellRounds {
		next := bytes.Clone(text)
		for _, span := range nearErrors(text, t.Errors) {
			for _, r := range l.Newer {
				r.within(text, next, span)
			}
		}
		if bytes.Equal(next, text) {
			break
		}
		again, err := l.parse(path, src, next, lim)
		if err != nil || notUnderstood(again) >= notUnderstood(t) {
			break
		}
		t, text = again, next
		if len(t.Errors) == 0 {
			break
		}
	}
	return t
}

// within respells a construct wherever it stands in a part of src.
func (r *respelling) within(src, out []byte, part Span) {
	for _, m := range r.at.FindAllSubmatchIndex(src[part.Start:part.End], -1) {
		for i := range m {
			if m[i] >= 0 {
				m[i] += int(part.Start)
			}
		}
		r.edit(src, out, m)
	}
}

// notUnderstood weighs what a tree does not understand.
func notUnderstood(t *Tree) int {
	n := 0
	for _, e := range t.Errors {
		n += int(e.End-e.Start) + 1
	}
	return n
}

// nearErrors are the lines that errors stand on, as far as they are near, each part once and in order.
func nearErrors(src []byte, errors []Span) []Span {
	var out []Span
	for _, e := range errors {
		from, to := max(0, int(e.Start)-lineReach), min(len(src), int(e.End)+lineReach)
		if i := bytes.LastIndexByte(src[from:e.Start], '\n'); i >= 0 {
			from += i + 1
		}
		if i := bytes.IndexByte(src[e.End:to], '\n'); i >= 0 {
			to = int(e.End) + i + 1
		}
		if last := len(out) - 1; last >= 0 && from <= int(out[last].End) {
			out[last].End = max(out[last].End, uint32(to))
			continue
		}
		out = append(out, Span{uint32(from), uint32(to)})
	}
	return out
}

// blank leaves groups of a match out.
func blank(groups ...int) func(src, out []byte, m []int) {
	return func(src, out []byte, m []int) {
		for _, g := range groups {
			if from, to := m[2*g], m[2*g+1]; from >= 0 {
				copy(out[from:to], filled(src[from:to], ' '))
			}
		}
	}
}

// put writes a text over the beginning of the n-th group of a match and blanks over the rest of it.
func put(group int, text string) func(src, out []byte, m []int) {
	return func(src, out []byte, m []int) {
		from, to := m[2*group], m[2*group+1]
		copy(out[from:to], filled(src[from:to], ' '))
		copy(out[from:to], text)
	}
}

// newerPython: string templates are read as formatted strings, types that a type parameter has by default are left out,
// and the types of a handler that stand without parentheses are joined by operators.
var newerPython = []respelling{
	{lazyregexp.New(`\b[rR]?([tT])[rR]?["']`), put(1, "f")},
	{lazyregexp.New(`\b(?:class|def|type)\s+\w+\s*\[`), pyTypeDefaults},
	{lazyregexp.New(`(?m)^[ \t]*except\b[ \t]*\*?[^:#\n]*,[^:#\n]*:`), func(src, out []byte, m []int) {
		depth := 0
		for i := m[0]; i < m[1]; i++ {
			depth += bracket(src[i])
			if src[i] == ',' && depth == 0 {
				out[i] = '|'
			}
		}
	}},
}

// pyTypeDefaults leaves out the defaults in the list of type parameters that opens where a match ends.
func pyTypeDefaults(src, out []byte, m []int) {
	from, depth := -1, 1
	for i := m[1]; i < min(len(src), m[1]+lineReach) && depth > 0; i++ {
		c := src[i]
		depth += bracket(c)
		switch {
		case c == '=' && depth == 1 && from < 0:
			from = i
		case from >= 0 && (c == ',' && depth == 1 || depth == 0):
			copy(out[from:i], filled(src[from:i], ' '))
			from = -1
		}
	}
}

// bracket is what a byte adds to the depth of brackets.
func bracket(c byte) int {
	switch c {
	case '(', '[', '{':
		return 1
	case ')', ']', '}':
		return -1
	}
	return 0
}

// newerJavaScript: a declaration of what is disposed of is one of a constant, and a bare & in a text is any character.
var newerJavaScript = []respelling{
	{lazyregexp.New(`\b(await\s+)?(using)\s+[\w$]+\s*(?:=[^=>]|:|of\b)`), func(src, out []byte, m []int) {
		blank(1)(src, out, m)
		put(2, "const")(src, out, m)
	}},
	{lazyregexp.New(`[>}][^<>{}]*&[^<>{}]*[<{]`), jsxAmpersand},
}

// newerTypeScript knows variance, modules of types and types in the targets of assignments besides.
var newerTypeScript = append([]respelling{
	{lazyregexp.New(`[<,]\s*((?:in\s+out|in|out)\s)\s*[\w$]`), blank(1)},
	{lazyregexp.New(`\bexport\s+(type)\s*\*`), blank(1)},
	{lazyregexp.New(`[\[{(][^;=\n]*\sas\s[^;=\n]*[\]})]\s*(?:=[^=>]|of\b|in\b)`), castTarget},
}, newerJavaScript...)

// entity is what & begins where it is not bare.
var entity = lazyregexp.New(`^&#?\w+;`)

func jsxAmpersand(src, out []byte, m []int) {
	if m[0] > 0 && src[m[0]] == '>' && src[m[0]-1] == '=' {
		return // an arrow
	}
	for i := m[0]; i < m[1]; i++ {
		if src[i] == '&' && !entity.Match(src[i:m[1]]) {
			out[i] = '+'
		}
	}
}

// cast is one type that something in a target is taken for, and what it is in parentheses for.
var cast = lazyregexp.New(`(?:[\[:,]\s*(\()\s*[\w$.]+)?\s(as\s+[\w$.]+(?:<[^<>()\n]*>)?(?:\[\])*)\s*(\))?`)

func castTarget(src, out []byte, m []int) {
	for _, c := range cast.FindAllSubmatchIndex(src[m[0]:m[1]], -1) {
		for i := range c {
			c[i] += m[0]
		}
		blank(2)(src, out, c)
		if c[2] >= m[0] && c[6] >= m[0] {
			blank(1, 3)(src, out, c)
		}
	}
}

// newerJava: several types in one case stand as names, annotations of an ellipsis are left out, and a constructor that
// is called after other statements is called as any method.
var newerJava = []respelling{
	{lazyregexp.New(`\bcase\s[^;{}"']*?(?:->|:)`), func(src, out []byte, m []int) {
		for _, c := range unnamed.FindAllSubmatchIndex(src[m[0]:m[1]], -1) {
			out[m[0]+c[2]] = ' '
		}
	}},
	{lazyregexp.New(`(@[\w.]+(?:\([^()]*\))?(?:\s*@[\w.]+(?:\([^()]*\))?)*)\s*\.\.\.`), blank(1)},
	{lazyregexp.New(`\b(?:supe(r)|thi(s))\s*\(`), func(_, out []byte, m []int) {
		out[max(m[2], m[4])] = '_'
	}},
}

// unnamed is a pattern of a type without a name.
var unnamed = lazyregexp.New(`[\w\])>]\s+(_)\s*(?:,|->|:)`)

// newerGo: an alias with type parameters is a type, and new of a value a function like others.
var newerGo = []respelling{
	{lazyregexp.New(`\btype\s+\w+\s*\[[^\]\n]*\s[^\n]*?\]\s*(=)`), blank(1)},
	{lazyregexp.New(`(?m)^\s+\w+\s*\[\s*\w+(?:\s*,\s*\w+)*\s+[\w.~|]+(?:[ ,|~][^\]=\n]*)?\]\s*(=)`), blank(1)},
	{lazyregexp.New(`\bne(w)\s*\(`), put(1, "_")},
}

// newerPHP: a constant of an enum is a case of it, or left out where it is another name of one; the right to set a property is left out, and what is handed on is
// joined to what it is handed to.
var newerPHP = []respelling{
	{
		lazyregexp.New(`((?:\b(?:public|protected|private|final)\s+)*\bconst\s+[^;=]*=\s*[\w\\]+::\w+\s*;)`),
		blank(1),
	},
	{
		lazyregexp.New(`((?:\b(?:public|protected|private|final)\s+)*)\b(const)(\s+[?\w\\|]+)??\s+\w+\s*=`),
		func(src, out []byte, m []int) {
			if bytes.HasPrefix(out[m[4]:], []byte("const")) {
				blank(1, 3)(src, out, m)
				copy(out[m[4]:m[5]], "case ")
			}
		},
	},
	{lazyregexp.New(`\b((?:public|protected|private)(\(set\)))(\s+(?:public|protected|private)\b)?`),
		func(src, out []byte, m []int) {
			if m[6] >= 0 || afterVisibility.Match(src[max(0, m[0]-lineReach):m[0]]) {
				blank(1)(src, out, m)
				return
			}
			blank(2)(src, out, m)
		}},
	{lazyregexp.New(`(\|>)`), put(1, " .")},
}

// afterVisibility is what ends with the visibility of a property and other words about it.
var afterVisibility = lazyregexp.New(`\b(?:public|protected|private)\s+(?:(?:static|readonly|final|abstract)\s+)*$`)

// newerBash: a loop without a list ends its head, and the brackets of extended globs are letters of the word.
var newerBash = []respelling{
	{lazyregexp.New(`\bfor[ \t]+\w+([ \t])[ \t]*do\b`), put(1, ";")},
	{lazyregexp.New(`[!@+?*]\(`), bashGlob},
}

// bashGlob makes letters of what opens, divides and closes the alternatives of an extended glob.
func bashGlob(src, out []byte, m []int) {
	marks := []int{m[0], m[0] + 1}
	depth := 1
	for i := m[1]; i < min(len(src), m[1]+lineReach); i++ {
		switch c := src[i]; {
		case bytes.IndexByte([]byte("\n\"'`\\;&<>"), c) >= 0, c == '$' && i+1 < len(src) && src[i+1] == '(':
			return
		case c == '(':
			depth++
			marks = append(marks, i-1, i)
		case c == '|':
			marks = append(marks, i)
		case c == ')':
			marks = append(marks, i)
			if depth--; depth == 0 {
				for _, at := range marks {
					out[at] = '.'
				}
				return
			}
		}
	}
}
