package search

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Generic patterns match text of any kind: words and punctuation, spaces aside. Lines that are indented further than
// the one before are a block, and so is what brackets within a line enclose. A pattern without indentation does not
// care about blocks; a block in the pattern is one in the text, in full. An ellipsis spans at most ten lines (or what
// generic_ellipsis_max_span says); at the end of a pattern it also ends with the block. With generic_engine: aliengrep
// there are no blocks of lines: an ellipsis stays in its line, one of four dots does not, and both end where the
// brackets around them do.

const (
	genericSpan  = 10
	genericSteps = 300_000
	// A text of some length whose lines are so long, or whose words so seldom apart, is none that people wrote.
	minifiedSize, minifiedLine, minifiedWord = 500, 500, 200
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
	genOpen // a block begins
	genClose
)

type genericItem struct {
	op   genericOp
	text string
	v    int
	span int32 // of an ellipsis, in lines
	pair int   // of genOpen the genClose
}

type genericPattern struct {
	items []genericItem
	span  int32
	opts  *rule.Options
}

// genericNode is a word, or where a block begins (pair is its end) or ends (pair is its beginning).
type genericNode struct {
	w    int32 // the word, or the next one
	op   genericOp
	pair int32
}

// genericFile is a file's tokens and blocks, for one set of options.
type genericFile struct {
	key   string
	words []word
	nodes []genericNode
	ends  []int32 // by node: where the block around it ends; made when first asked for
}

var genericMeta = lazyregexp.New(`^\$(\.{3,4})?([A-Z_][A-Z_0-9]*)`)

func compileGeneric(text string, vars *pattern.Vars, o *rule.Options) (*genericPattern, error) {
	g := &genericPattern{span: genericSpan, opts: o}
	switch {
	case o.GenericSpan != nil:
		g.span = int32(*o.GenericSpan)
	case o.GenericSingleLine:
		g.span = 0
	}
	c := genericCompiler{g: g, vars: vars}
	text = strings.Trim(strings.TrimRight(text, " \t\r\n"), "\r\n")
	for _, line := range strings.Split(text, "\n") {
		c.line(line)
	}
	for len(c.open) > 0 {
		c.close()
	}
	for _, it := range g.items {
		if it.op == genText || it.op == genVar {
			return g, nil
		}
	}
	return nil, errors.New("the pattern is empty, or has nothing but ellipses")
}

type genericCompiler struct {
	g       *genericPattern
	vars    *pattern.Vars
	indents []int
	open    []int
}

func (c *genericCompiler) close() {
	last := len(c.open) - 1
	c.g.items[c.open[last]].pair = len(c.g.items)
	c.g.items = append(c.g.items, genericItem{op: genClose})
	c.open = c.open[:last]
}

func (c *genericCompiler) line(s string) {
	text := strings.TrimLeft(s, " \t\r")
	if text == "" {
		return
	}
	indent := len(s) - len(text)
	if c.indents == nil || c.g.opts.GenericLines {
		c.indents = []int{indent}
	}
	for len(c.indents) > 1 && indent < c.indents[len(c.indents)-1] {
		c.indents = c.indents[:len(c.indents)-1]
		c.close()
	}
	if indent > c.indents[len(c.indents)-1] {
		c.indents = append(c.indents, indent)
		c.open = append(c.open, len(c.g.items))
		c.g.items = append(c.g.items, genericItem{op: genOpen})
	}
	for i := 0; i < len(text); {
		rest := text[i:]
		if m := genericMeta.FindStringSubmatch(rest); m != nil {
			it := genericItem{op: genVar, v: c.vars.Index("$" + m[1] + m[2])}
			if m[1] != "" {
				it.op, it.span = genDotsVar, c.span(len(m[1]))
			}
			c.g.items = append(c.g.items, it)
			i += len(m[0])
			continue
		}
		if strings.HasPrefix(rest, "...") {
			from := i
			for i < len(text) && text[i] == '.' {
				i++
			}
			c.g.items = append(c.g.items, genericItem{op: genDots, span: c.span(i - from)})
			continue
		}
		_, n := nextWord([]byte(rest), c.g.opts)
		if n == 0 {
			i++
			continue
		}
		c.g.items = append(c.g.items, genericItem{op: genText, text: rest[:n]})
		i += n
	}
}

// span is how many lines an ellipsis of so many dots may reach.
func (c *genericCompiler) span(dots int) int32 {
	const within, across = 3, 1 << 20
	switch {
	case !c.g.opts.GenericLines:
		return c.g.span
	case dots > within:
		return across
	}
	return 0
}

// nextWord is the length of the token that text begins with, 0 for a space.
func nextWord(text []byte, o *rule.Options) (isWord bool, n int) {
	for n < len(text) &&
		(ast.WordByte(text[n]) || text[n] >= 0x80 || strings.IndexByte(strings.Join(o.GenericExtraWord, ""),
			text[n]) >= 0) {
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

// genericText cuts the file into tokens and blocks, once for each set of options.
func (f *File) genericText(o *rule.Options) *genericFile {
	key := fmt.Sprint(o.GenericLines) + o.GenericCommentStyle + "\x00" + strings.Join(o.GenericExtraWord, "")
	if f.generic != nil && f.generic.key == key {
		return f.generic
	}
	f.generic = &genericFile{key: key}
	if src := f.Src; f.Path == "" || !minified(src) { // a metavariable's text has no path
		if re := commentStyles[o.GenericCommentStyle]; re != nil {
			src = re.ReplaceAllFunc(src, blanked)
		}
		f.generic.read(src, o)
	}
	return f.generic
}

func minified(src []byte) bool {
	if len(src) < minifiedSize {
		return false
	}
	lines := bytes.Count(src, []byte{'\n'})
	return len(src)/minifiedLine >= lines+1 ||
		len(src)/minifiedWord > lines+bytes.Count(src, []byte{' '})+bytes.Count(src, []byte{'\t'})
}

// blanked is a comment as blanks: what follows keeps its place.
func blanked(m []byte) []byte {
	blank := bytes.Repeat([]byte{' '}, len(m))
	for i, c := range m {
		if c == '\n' {
			blank[i] = c
		}
	}
	return blank
}

func (g *genericFile) read(src []byte, o *rule.Options) {
	type level struct {
		indent int
		node   int32
	}
	levels := []level{{0, -1}}
	var open []int32 // nodes of the brackets open in the line
	closeTo := func(n int) {
		for len(levels) > n {
			g.block(levels[len(levels)-1].node)
			levels = levels[:len(levels)-1]
		}
	}
	line, lineStart, fresh := int32(0), 0, true
	for i := 0; i < len(src); {
		isWord, n := nextWord(src[i:], o)
		if n == 0 {
			if src[i] == '\n' {
				line++
				if lineStart, fresh = i+1, true; !o.GenericLines {
					g.brackets(&open)
				}
			}
			i++
			continue
		}
		if fresh && !o.GenericLines {
			fresh = false
			indent := i - lineStart
			keep := len(levels)
			for keep > 1 && indent < levels[keep-1].indent {
				keep--
			}
			closeTo(keep)
			if indent > levels[len(levels)-1].indent {
				levels = append(levels, level{indent, g.node(genOpen)})
			}
		}
		g.token(src, word{start: uint32(i), end: uint32(i + n), line: line, word: isWord}, &open)
		i += n
	}
	g.brackets(&open)
	closeTo(1)
}

// enclosing is where the innermost block that a node stands in ends: a match that begins in a block ends in it.
func (g *genericFile) enclosing(i int32) int32 {
	if g.ends == nil {
		g.ends = make([]int32, len(g.nodes))
		open := []int32{int32(len(g.nodes))}
		for n := range g.nodes {
			switch at := &g.nodes[n]; {
			case at.op == genOpen && at.pair > int32(n):
				open = append(open, at.pair)
			case at.op == genClose && len(open) > 1:
				open = open[:len(open)-1]
			}
			g.ends[n] = open[len(open)-1]
		}
	}
	return g.ends[i]
}

func (g *genericFile) node(op genericOp) int32 {
	g.nodes = append(g.nodes, genericNode{w: int32(len(g.words)), op: op})
	return int32(len(g.nodes) - 1)
}

// block ends a block that began at a node.
func (g *genericFile) block(from int32) {
	end := g.node(genClose)
	g.nodes[end].pair, g.nodes[from].pair = from, end
}

// brackets forgets those that the line did not close: they enclose no block.
func (g *genericFile) brackets(open *[]int32) {
	for _, n := range *open {
		g.nodes[n].pair = n // nothing is between
	}
	*open = (*open)[:0]
}

func (g *genericFile) token(src []byte, w word, open *[]int32) {
	c := src[w.start]
	if k := strings.IndexByte(")]}", c); k >= 0 && !w.word {
		for i := len(*open) - 1; i >= 0; i-- {
			n := (*open)[i]
			if src[g.words[g.nodes[n].w-1].start] != "([{"[k] {
				continue
			}
			rest := (*open)[i+1:]
			g.brackets(&rest)
			*open = (*open)[:i]
			g.block(n)
			break
		}
	}
	g.node(genText)
	g.words = append(g.words, w)
	if !w.word && (c == '(' || c == '[' || c == '{') {
		*open = append(*open, g.node(genOpen))
	}
}

// genericMatch is one attempt at a place.
type genericMatch struct {
	e     *Evaluator
	g     *genericPattern
	f     *genericFile
	env   pattern.Env
	steps int
	last  int32 // last word taken, -1 before the first
}

// genericBlock is the block of the text that a block of the pattern is matched with: where it ends, and what is around
// it.
type genericBlock struct {
	end int32
	up  *genericBlock
}

func (e *Evaluator) generic(g *genericPattern, ctx *Range) (out []Range) {
	f := e.File.genericText(g.opts)
	m := &genericMatch{e: e, g: g, f: f, steps: genericSteps + 200*len(f.words)}
	anchored := g.items[0].op == genDots || g.items[0].op == genDotsVar
	for i := range f.nodes {
		n := &f.nodes[i]
		if n.op != genText {
			continue
		}
		w := f.words[n.w]
		if ctx != nil && (w.start < ctx.Start || w.end > ctx.End) {
			continue
		}
		end := int32(len(f.nodes))
		if !g.opts.GenericLines {
			end = f.enclosing(int32(i))
		}
		m.env, m.last = e.env(nil), -1
		if anchored {
			m.last = n.w
		}
		if m.match(0, int32(i), &genericBlock{end: end}) && m.last >= 0 {
			r := Range{Start: w.start, End: f.words[m.last].end, Node: ast.Nil, Env: m.env}
			if ctx == nil || r.End <= ctx.End {
				out = append(out, r)
			}
		}
		if len(out) > maxRanges || anchored || m.steps <= 0 {
			break
		}
	}
	if m.steps <= 0 {
		e.File.Bounded = true
	}
	return g.closest(out)
}

// closest keeps one of several matches that end at the same place: the shortest, or the first of a pattern that takes
// all to the end.
func (g *genericPattern) closest(rs []Range) []Range {
	last := g.items[len(g.items)-1].op
	first := last == genDots || last == genDotsVar
	at := map[uint32]int{}
	var out []Range
	for _, r := range rs {
		i, seen := at[r.End]
		switch {
		case !seen:
			at[r.End] = len(out)
			out = append(out, r)
		case !first:
			out[i] = r
		}
	}
	return out
}

// match matches the items from p on with the nodes from i on.
func (m *genericMatch) match(p int, i int32, in *genericBlock) bool {
	for ; p < len(m.g.items); p++ {
		if m.steps--; m.steps <= 0 {
			return false
		}
		it := &m.g.items[p]
		switch it.op {
		case genDots, genDotsVar:
			return m.dots(p, i, in)
		case genOpen:
			i = m.edge(i, in)
			if i < in.end && m.f.nodes[i].op == genOpen {
				return m.match(p+1, i+1, &genericBlock{m.f.nodes[i].pair, in})
			}
			if !m.onlyDots(p+1, it.pair) {
				return false
			}
			p = it.pair // there may be nothing
			continue
		case genClose:
			for i < in.end && m.f.nodes[i].op != genText {
				i++
			}
			if i < in.end || in.up == nil {
				return false
			}
			i, in = i+1, in.up
			continue
		}
		for i < in.end && m.f.nodes[i].op != genText {
			i++
		}
		if i >= in.end || !m.word(it, m.f.nodes[i].w) {
			return false
		}
		m.last = m.f.nodes[i].w
		i++
	}
	return true
}

func (m *genericMatch) onlyDots(p, end int) bool {
	for ; p < end; p++ {
		if op := m.g.items[p].op; op != genDots && op != genDotsVar {
			return false
		}
	}
	return true
}

func (m *genericMatch) word(it *genericItem, w int32) bool {
	if it.op == genVar {
		return m.f.words[w].word && m.bind(it.v, w, w, false)
	}
	text := m.e.File.Src[m.f.words[w].start:m.f.words[w].end]
	return string(text) == it.text || m.g.opts.CaseFold && strings.EqualFold(string(text), it.text)
}

// bind gives a metavariable the words from..to, none where from is after to. What stands for any number of words has
// the blanks before them, too.
func (m *genericMatch) bind(v int, from, to int32, many bool) bool {
	b := pattern.Binding{Kind: pattern.BindText, A: ast.Nil, B: ast.Nil}
	ws := m.f.words
	if from <= to {
		b.Start, b.End = ws[from].start, ws[to].end
		for src := m.e.File.Src; many && m.last >= 0 && b.Start > 0 &&
			(src[b.Start-1] == ' ' || src[b.Start-1] == '\t'); {
			b.Start--
		}
		b.Text = string(m.e.File.Src[b.Start:b.End])
	} else if int(from) < len(ws) {
		b.Start, b.End = ws[from].start, ws[from].start
	}
	if old := &m.env[v]; old.Kind != pattern.Unbound {
		return strings.TrimLeft(old.Text, " \t") == strings.TrimLeft(b.Text, " \t")
	}
	m.env[v] = b
	return true
}

// dots passes over words until the rest matches. Several ellipses in a row reach further.
func (m *genericMatch) dots(p int, i int32, in *genericBlock) bool {
	it := &m.g.items[p]
	span := it.span
	for it.op == genDots && p+1 < len(m.g.items) && m.g.items[p+1].op == genDots {
		p++
		span += it.span
	}
	line := int32(0)
	if m.last >= 0 {
		line = m.f.words[m.last].line
	} else if i < in.end && int(m.f.nodes[i].w) < len(m.f.words) {
		line = m.f.words[m.f.nodes[i].w].line
	}
	if p+1 == len(m.g.items) || m.g.items[p+1].op == genClose {
		return m.rest(p, i, line+span, in)
	}
	from, last := m.wordAt(i), m.last
	saved := append(pattern.Env(nil), m.env...)
	if m.g.opts.GenericLines {
		return m.balanced(p, i, line+span, in)
	}
	for j := i; m.wordAt(j) >= int32(len(m.f.words)) || m.f.words[m.wordAt(j)].line <= line+span; j++ {
		if it.op == genDots || m.bind(it.v, from, m.wordAt(j)-1, true) {
			if w := m.wordAt(j) - 1; w >= from {
				m.last = w
			}
			if m.match(p+1, j, in) {
				return true
			}
			m.last = last
			copy(m.env, saved)
		}
		if j = m.edge(j, in); j >= in.end || m.steps <= 0 {
			return false
		}
	}
	return false
}

// balanced passes over words and over brackets with what is in them until the rest matches.
func (m *genericMatch) balanced(p int, i, line int32, in *genericBlock) bool {
	it, last := &m.g.items[p], m.last
	saved := append(pattern.Env(nil), m.env...)
	for i < in.end && m.f.nodes[i].op == genOpen {
		i++
	}
	from, depth := m.wordAt(i), 0
	for j := i; j < in.end && m.steps > 0 && depth >= 0; j++ {
		n := &m.f.nodes[j]
		switch {
		case n.op == genOpen && n.pair > j:
			depth++
		case n.op == genClose:
			depth--
		}
		at := j
		if depth < 0 { // the bracket that ends it may still follow
			at++
		} else if n.op != genText || depth > 0 {
			continue
		}
		w := m.wordAt(at)
		if int(w) >= len(m.f.words) || m.f.words[w].line > line {
			return false
		}
		if it.op == genDots || m.bind(it.v, from, w-1, true) {
			if w > from {
				m.last = w - 1
			}
			if m.match(p+1, at, in) {
				return true
			}
			m.last = last
			copy(m.env, saved)
		}
	}
	return false
}

// edge is the next word or beginning of a block from a node on.
func (m *genericMatch) edge(i int32, in *genericBlock) int32 {
	for i < in.end && (m.f.nodes[i].op == genClose || m.f.nodes[i].op == genOpen && m.f.nodes[i].pair == i) {
		i++
	}
	return i
}

// wordAt is the number of the first word from a node on.
func (m *genericMatch) wordAt(i int32) int32 {
	if int(i) < len(m.f.nodes) {
		return m.f.nodes[i].w
	}
	return int32(len(m.f.words))
}

// rest takes all that an ellipsis at the end of a pattern or of its block stands for: the rest of the block, and at the
// end of the pattern no more lines than it spans.
func (m *genericMatch) rest(p int, i, line int32, in *genericBlock) bool {
	it, from := &m.g.items[p], m.wordAt(i)
	closing := p+1 < len(m.g.items)
	last := from - 1
	for depth := 0; i < in.end; i++ {
		n := &m.f.nodes[i]
		switch {
		case n.op == genOpen && n.pair > i:
			depth++
		case n.op == genClose:
			depth--
		case n.op == genText && !closing && m.f.words[n.w].line > line:
			depth = -1
		case n.op == genText:
			last = n.w
		}
		if depth < 0 && !closing {
			break
		}
	}
	if it.op == genDotsVar && !m.bind(it.v, from, last, true) {
		return false
	}
	if last >= from {
		m.last = last
	}
	return !closing || m.match(p+1, i, in)
}
