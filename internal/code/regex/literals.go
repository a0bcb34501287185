package regex

import (
	"bytes"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// An expression is run only on text that has a literal which every match of it has. Most rules look for a word or two
// with some decoration, and a search for a literal is many times as fast as any machine.

// literal is a text that has to be there.
type literal struct {
	text string // in lower case where fold is set
	fold bool
}

// facts are what is known of an expression without running it.
type facts struct {
	any     []literal // one of these is in each match; nil where nothing is known
	oneLine bool      // no match goes over the end of a line, nor depends on what stands in other lines
	odd     bool      // letters beyond ASCII may stand for some of the literals'
}

// maxLiterals bounds the alternatives that are looked for.
const maxLiterals = 24

func factsOf(re *syntax.Regexp) facts {
	f := facts{any: required(re, 0), oneLine: oneLine(re)}
	for _, l := range f.any {
		f.odd = f.odd || l.fold && strings.ContainsAny(l.text, "ks")
	}
	return f
}

// required is a set of literals one of which is in each match.
func required(re *syntax.Regexp, depth int) []literal {
	if depth > 100 {
		return nil
	}
	switch re.Op {
	case syntax.OpLiteral:
		l := literal{text: string(re.Rune), fold: re.Flags&syntax.FoldCase != 0}
		if l.fold {
			if !ascii(l.text) {
				return nil
			}
			l.text = strings.ToLower(l.text)
		}
		return []literal{l}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0], depth+1)
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0], depth+1)
		}
	case syntax.OpConcat:
		var best []literal
		for _, s := range re.Sub {
			if r := required(s, depth+1); shortest(r) > shortest(best) {
				best = r
			}
		}
		return best
	case syntax.OpAlternate:
		var all []literal
		for _, s := range re.Sub {
			r := required(s, depth+1)
			if r == nil || len(all)+len(r) > maxLiterals {
				return nil
			}
			all = append(all, r...)
		}
		return all
	}
	return nil
}

func shortest(ls []literal) int {
	n := 0
	for i, l := range ls {
		if i == 0 || len(l.text) < n {
			n = len(l.text)
		}
	}
	return n
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// oneLine reports whether each match lies in one line and can be found from that line alone.
func oneLine(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpAnyChar:
		return false
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r == '\n' {
				return false
			}
		}
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= '\n' && '\n' <= re.Rune[i+1] {
				return false
			}
		}
	}
	for _, s := range re.Sub {
		if !oneLine(s) {
			return false
		}
	}
	return true
}

// blind says that the literals tell nothing about b. Where case does not matter, the signs for Kelvin and for the long
// s are the same as k and s.
func (f *facts) blind(b []byte) bool {
	return len(f.any) == 0 || f.odd && (bytes.Contains(b, []byte("\u212a")) || bytes.Contains(b, []byte("\u017f")))
}

// possible reports whether the expression may match in b at all.
func (f *facts) possible(b []byte) bool {
	if f.blind(b) {
		return true
	}
	for i := range f.any {
		if f.any[i].index(b, 0) < len(b) {
			return true
		}
	}
	return false
}

// places walks through the places of the literals in a text, in one pass for each.
type places struct {
	b   []byte
	any []literal
	at  []int // by literal: its first place that was not passed yet, len(b) if there is none
}

func (f *facts) places(b []byte) *places {
	p := &places{b: b, any: f.any, at: make([]int, len(f.any))}
	for i := range p.at {
		p.at[i] = p.any[i].index(b, 0)
	}
	return p
}

// next is the first place of any literal at or after from, len(b) if there is none.
func (p *places) next(from int) int {
	first := len(p.b)
	for i := range p.at {
		if p.at[i] < from {
			p.at[i] = p.any[i].index(p.b, from)
		}
		first = min(first, p.at[i])
	}
	return first
}

// index is where the literal stands in b at or after a place, len(b) where it does not.
func (l *literal) index(b []byte, from int) int {
	if !l.fold {
		if i := bytes.Index(b[from:], []byte(l.text)); i >= 0 {
			return from + i
		}
		return len(b)
	}
	lower, upper := next(b, from, l.text[0]), next(b, from, upperOf(l.text[0]))
	for lower < len(b) || upper < len(b) {
		at := min(lower, upper)
		if len(b)-at >= len(l.text) && sameFold(b[at:at+len(l.text)], l.text) {
			return at
		}
		if lower == at {
			lower = next(b, at+1, l.text[0])
		}
		if upper == at {
			upper = next(b, at+1, upperOf(l.text[0]))
		}
	}
	return len(b)
}

// next is where c stands in b from a place on, len(b) where it does not.
func next(b []byte, from int, c byte) int {
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

func upperOf(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func sameFold(b []byte, lower string) bool {
	for i := 0; i < len(lower); i++ {
		if c := b[i]; c != lower[i] && (c < 'A' || c > 'Z' || c-'A'+'a' != lower[i]) {
			return false
		}
	}
	return true
}
