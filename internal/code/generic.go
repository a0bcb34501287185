package code

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/rule"
)

// Generic patterns match text of any kind: words and punctuation, spaces aside. An ellipsis spans at most ten lines
// (or what generic_ellipsis_max_span says) and never runs out of the brackets that it stands in.

const (
	genericSpan  = 10
	genericSteps = 200_000
	// minifiedLine is the mean length of a line from which a file is no text that people wrote.
	minifiedLine = 500
)

// word is one token: a run of word characters, or a single other character.
type word struct {
	start, end uint32
	line       int32
	word       bool
}

type genericOp uint8

const (
	genText genericOp = iota
	genVar
	genDots
	genDotsVar
)

type genericItem struct {
	op   genericOp
	text string
	v    int
	word bool
}

type genericPattern struct {
	items []genericItem
	span  int32
	opts  *rule.Options
}

// genericFile is a file's tokens, for one set of options.
type genericFile struct {
	key   string
	words []word
}

var genericMeta = regexp.MustCompile(`^\$(\.\.\.)?([A-Z_][A-Z_0-9]*)`)

func compileGeneric(text string, vars *pattern.Vars, o *rule.Options) (*genericPattern, error) {
	g := &genericPattern{span: genericSpan, opts: o}
	if o.GenericEllipsisLines > 0 {
		g.span = int32(o.GenericEllipsisLines)
	}
	text = strings.TrimSpace(text)
	for i := 0; i < len(text); {
		rest := text[i:]
		if m := genericMeta.FindStringSubmatch(rest); m != nil {
			it := genericItem{op: genVar, v: vars.Index("$" + m[1] + m[2])}
			if m[1] != "" {
				it.op = genDotsVar
			}
			g.items = append(g.items, it)
			i += len(m[0])
			continue
		}
		if strings.HasPrefix(rest, "...") {
			g.items = append(g.items, genericItem{op: genDots})
			for i < len(text) && text[i] == '.' {
				i++
			}
			continue
		}
		w, n := nextWord([]byte(rest), o)
		if n == 0 {
			i++
			continue
		}
		g.items = append(g.items, genericItem{op: genText, text: rest[:n], word: w})
		i += n
	}
	for len(g.items) > 0 && g.items[0].op == genDots {
		g.items = g.items[1:]
	}
	if len(g.items) == 0 {
		return nil, errors.New("the pattern has nothing but ellipses")
	}
	return g, nil
}

// nextWord is the length of the token that text begins with, 0 for a space.
func nextWord(text []byte, o *rule.Options) (isWord bool, n int) {
	for n < len(text) && (wordByte(text[n]) || text[n] >= 0x80 || strings.IndexByte(strings.Join(o.GenericExtraWord, ""), text[n]) >= 0) {
		n++
	}
	if n > 0 {
		return true, n
	}
	if len(text) == 0 || strings.IndexByte(" \t\r\n\f\v", text[0]) >= 0 {
		return false, 0
	}
	return false, 1
}

// commentStyles are regular expressions of comments by generic_comment_style.
var commentStyles = map[string]*regexp.Regexp{
	"c":     regexp.MustCompile(`(?s)/\*.*?\*/`),
	"cpp":   regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`),
	"shell": regexp.MustCompile(`#[^\n]*`),
}

// genericWords cuts the file into tokens, once for each set of options.
func (f *File) genericWords(o *rule.Options) []word {
	key := o.GenericCommentStyle + "\x00" + strings.Join(o.GenericExtraWord, "")
	if f.generic != nil && f.generic.key == key {
		return f.generic.words
	}
	src := f.Src
	if bytes.Count(src, []byte{'\n'})+1 < len(src)/minifiedLine {
		f.generic = &genericFile{key: key}
		return nil
	}
	if re := commentStyles[o.GenericCommentStyle]; re != nil {
		src = re.ReplaceAllFunc(src, func(m []byte) []byte {
			blank := bytes.Repeat([]byte{' '}, len(m))
			for i, c := range m {
				if c == '\n' {
					blank[i] = c
				}
			}
			return blank
		})
	}
	var ws []word
	line := int32(0)
	for i := 0; i < len(src); {
		isWord, n := nextWord(src[i:], o)
		if n == 0 {
			if src[i] == '\n' {
				line++
			}
			i++
			continue
		}
		ws = append(ws, word{start: uint32(i), end: uint32(i + n), line: line, word: isWord})
		i += n
	}
	f.generic = &genericFile{key: key, words: ws}
	return ws
}

// genericMatch is one attempt at a place.
type genericMatch struct {
	e     *evaluator
	g     *genericPattern
	ws    []word
	env   pattern.Env
	steps int
	last  int // last token taken
}

func (e *evaluator) generic(g *genericPattern, ctx *Range) (out []Range) {
	m := &genericMatch{e: e, g: g, ws: e.f.genericWords(g.opts), steps: genericSteps}
	for i := range m.ws {
		if ctx != nil && (m.ws[i].start < ctx.Start || m.ws[i].end > ctx.End) {
			continue
		}
		m.env = e.env(nil)
		m.last = i
		if !m.match(0, i, i) {
			continue
		}
		r := Range{Start: m.ws[i].start, End: m.ws[m.last].end, Node: ast.Nil, Env: m.env}
		if ctx == nil || r.End <= ctx.End {
			out = append(out, r)
		}
		if len(out) > maxRanges {
			break
		}
	}
	if m.steps <= 0 {
		e.f.Bounded = true
	}
	return out
}

// match matches the items from p on with the tokens from i on.
func (m *genericMatch) match(p, i, prev int) bool {
	for ; p < len(m.g.items); p++ {
		if m.steps--; m.steps <= 0 {
			return false
		}
		it := &m.g.items[p]
		if it.op == genDots || it.op == genDotsVar {
			return m.dots(it, p, i, prev)
		}
		if i >= len(m.ws) {
			return false
		}
		text := m.e.f.Src[m.ws[i].start:m.ws[i].end]
		switch it.op {
		case genText:
			if string(text) != it.text && !(m.g.opts.CaseFold && strings.EqualFold(string(text), it.text)) {
				return false
			}
		case genVar:
			if !m.ws[i].word || !m.bind(it.v, i, i) {
				return false
			}
		}
		prev = i
		i++
	}
	m.last = prev
	return true
}

func (m *genericMatch) bind(v, from, to int) bool {
	b := pattern.Binding{Kind: pattern.BindText, A: ast.Nil, B: ast.Nil}
	if from <= to {
		b.Start, b.End = m.ws[from].start, m.ws[to].end
		b.Text = string(m.e.f.Src[b.Start:b.End])
	} else if from < len(m.ws) {
		b.Start, b.End = m.ws[from].start, m.ws[from].start
	}
	if old := &m.env[v]; old.Kind != pattern.Unbound {
		return old.Text == b.Text
	}
	m.env[v] = b
	return true
}

// dots passes over tokens until the rest matches: within the span, and not out of the brackets around it.
func (m *genericMatch) dots(it *genericItem, p, i, prev int) bool {
	depth := 0
	line := int32(0)
	if prev < len(m.ws) {
		line = m.ws[prev].line
	}
	span := m.g.span
	if it.op == genDotsVar && !m.g.opts.GenericMultiline {
		span = 0
	}
	if p == len(m.g.items)-1 && it.op == genDots {
		for j := i; j < len(m.ws) && m.ws[j].line-line <= span; j++ {
			if depth = m.depth(j, depth); depth < 0 {
				break
			}
			prev = j
		}
		m.last = prev
		return true
	}
	for j := i; ; j++ {
		saved := append(pattern.Env(nil), m.env...)
		if it.op == genDots || m.bind(it.v, i, j-1) {
			if m.match(p+1, j, max(prev, j-1)) {
				return true
			}
		}
		copy(m.env, saved)
		if j >= len(m.ws) || m.ws[j].line-line > span || m.steps <= 0 {
			return false
		}
		if depth = m.depth(j, depth); depth < 0 {
			return false
		}
	}
}

func (m *genericMatch) depth(j, depth int) int {
	if m.ws[j].end-m.ws[j].start != 1 {
		return depth
	}
	switch m.e.f.Src[m.ws[j].start] {
	case '(', '[', '{':
		return depth + 1
	case ')', ']', '}':
		return depth - 1
	}
	return depth
}
