package search

import (
	"bytes"
	"slices"
	"sort"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/check"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/code/rule"
)

// maxRanges bounds what one formula may find in a file. A rule that matches everything stops there, with a word.
const maxRanges = 20_000

// rangeKind tells matches of patterns from the surroundings that pattern-inside asks for.
type rangeKind uint8

const (
	plainRange rangeKind = iota
	insideRange
	regexRange
	anywhereRange
)

// Range is one match of a formula.
type Range struct {
	Start, End uint32
	Node       ast.ID // Nil where the match is no node
	Env        pattern.Env
	kind       rangeKind
	found      []pattern.Env // what conditions bound: for what follows them, not for each other
}

// File is one source with what rules need of it, made when first asked for. It is for one goroutine.
type File struct {
	Path string
	Src  []byte
	Tree *ast.Tree // nil for generic and regex rules

	matcher *pattern.Matcher
	generic *genericFile
	checks  *check.File
	memo    map[memoKey][]Range
	texts   map[string][]regex.Find // by regular expression, of the whole file
	kept    int                     // ranges in memo
	envs    pattern.Env             // what is left of a piece that environments are cut from
	// Bounded says that a bound was hit: what was found may not be all.
	Bounded bool
}

// NewFile prepares a source for matching. tree may be nil.
func NewFile(path string, src []byte, tree *ast.Tree) *File {
	f := &File{Path: path, Src: src}
	if tree != nil {
		f.SetTree(tree)
	}
	return f
}

// SetTree gives a file its tree.
func (f *File) SetTree(tree *ast.Tree) { f.Tree, f.matcher = tree, &pattern.Matcher{T: tree} }

// Evaluator runs one program on one file.
type Evaluator struct {
	Prog *Program
	File *File
}

// Search returns the ranges that a search rule matches.
func (p *Program) Search(f *File) []Range {
	if p.Rule.Mode == rule.Check {
		return p.check(f)
	}
	e := &Evaluator{Prog: p, File: f}
	return dedupe(e.Eval(p.match, nil))
}

// check runs the check that a rule names. Its $NAME is what the check calls so.
func (p *Program) check(f *File) []Range {
	if f.checks == nil {
		f.checks = check.NewFile(f.Tree)
	}
	var out []Range
	for _, h := range f.checks.Run(p.Rule.Check) {
		n := &f.Tree.Nodes[h.Node]
		r := Range{Start: n.Start, End: n.End, Node: h.Node, Env: make(pattern.Env, len(p.Vars.Names))}
		if h.Name != ast.Nil {
			at := &f.Tree.Nodes[h.Name]
			r.Env[p.Vars.Index("$NAME")] = pattern.Binding{Kind: pattern.BindNode, A: h.Name, B: h.Name, Start: at.Start,
				End: at.End}
		}
		out = append(out, r)
	}
	return out
}

// Eval finds the matches of a formula. Within ctx, if given: the value of a metavariable that a condition looks at.
func (e *Evaluator) Eval(fm *formula, ctx *Range) []Range {
	var out []Range
	switch fm.kind {
	case rule.Pattern:
		out = e.pattern(fm, ctx)
	case rule.Regex:
		out = e.regex(fm, ctx)
	case rule.Inside:
		out = e.Eval(fm.kids[0], nil)
		for i := range out {
			out[i].kind = insideRange
		}
	case rule.Anywhere:
		out = e.Eval(fm.kids[0], nil)
		for i := range out {
			out[i].kind = anywhereRange
		}
	case rule.Or:
		for _, k := range fm.kids {
			out = append(out, e.Eval(k, ctx)...)
		}
		out = dedupe(out)
	case rule.And:
		out = e.and(fm, ctx)
	case rule.Not:
		if ctx != nil {
			out = e.subtract([]Range{*ctx}, fm, ctx)
		}
	}
	if len(out) > maxRanges {
		out = out[:maxRanges]
		e.File.Bounded = true
	}
	if fm.as >= 0 {
		e.bindAs(out, fm.as)
	}
	return out
}

func (e *Evaluator) bindAs(rs []Range, v int) {
	for i := range rs {
		env := e.env(rs[i].Env)
		env[v] = pattern.Binding{
			Kind:  pattern.BindText,
			A:     rs[i].Node,
			B:     rs[i].Node,
			Start: rs[i].Start,
			End:   rs[i].End,
			Text:  string(e.File.Src[rs[i].Start:rs[i].End]),
		}
		if rs[i].Node != ast.Nil {
			env[v].Kind = pattern.BindNode
		}
		rs[i].Env = env
	}
}

// env copies an environment, grown to the rule's number of metavariables.
func (e *Evaluator) env(old pattern.Env) pattern.Env {
	env := e.File.newEnv(len(e.Prog.Vars.Names))
	copy(env, old)
	return env
}

func (e *Evaluator) pattern(fm *formula, ctx *Range) (out []Range) {
	if fm.gen != nil {
		return e.generic(fm.gen, ctx)
	}
	found := e.File.matches
	if ctx != nil && e.passedOver(ctx.Node) {
		found = func(s *shared, opts pattern.Options) []Range { return e.File.at(s.pat, opts, ctx.Node) }
	}
	for _, r := range found(fm.pat, e.Prog.opts) {
		if ctx != nil && !e.inside(&r, ctx) {
			continue
		}
		env := e.env(nil)
		for i, v := range fm.vars {
			env[v] = r.Env[i]
		}
		r.Env = env
		out = append(out, r)
	}
	return out
}

func (e *Evaluator) regex(fm *formula, ctx *Range) (out []Range) {
	src, base := e.File.Src, uint32(0)
	if ctx != nil {
		src, base = src[ctx.Start:ctx.End], ctx.Start
	}
	found, known := e.File.texts[fm.re.Source]
	if ctx != nil || !known {
		var ok bool
		if found, ok = fm.re.FindAll(src, maxRanges); !ok {
			e.File.Bounded = true
		}
	}
	if ctx == nil && !known && e.File.kept+len(found) <= maxMemo {
		if e.File.texts == nil {
			e.File.texts = map[string][]regex.Find{}
		}
		e.File.texts[fm.re.Source] = found
		e.File.kept += len(found) + 1
	}
	for _, m := range found {
		r := Range{
			Start: base + uint32(m.Groups[0][0]),
			End:   base + uint32(m.Groups[0][1]),
			Node:  ast.Nil,
			kind:  regexRange,
			Env:   e.env(nil),
		}
		for i, g := range m.Groups {
			if i < len(fm.groups) && fm.groups[i] >= 0 && g[0] >= 0 {
				r.Env[fm.groups[i]] = pattern.Binding{
					Kind:  pattern.BindText,
					A:     ast.Nil,
					B:     ast.Nil,
					Start: base + uint32(g[0]),
					End:   base + uint32(g[1]),
					Text:  string(src[g[0]:g[1]]),
				}
			}
		}
		out = append(out, r)
	}
	return out
}

// and joins the patterns that must hold together, takes away the negated ones, then applies conditions and focus.
func (e *Evaluator) and(fm *formula, ctx *Range) []Range {
	var out []Range
	have := false
	if ctx != nil {
		out, have = []Range{*ctx}, true
	}
	for _, k := range fm.positive {
		rs := e.Eval(k, ctx)
		if ctx != nil {
			rs = e.within(rs, ctx)
		}
		if !have {
			out, have = rs, true
		} else {
			out = e.intersect(out, rs)
		}
		if len(out) == 0 {
			return nil
		}
	}
	for _, k := range fm.kids {
		if k.kind == rule.Not && len(out) > 0 {
			out = e.subtract(out, k, ctx)
		}
	}
	for i := range fm.where {
		if len(out) == 0 {
			return nil
		}
		out = e.filter(out, &fm.where[i])
	}
	for i := range out {
		out[i] = e.withFound(out[i])
	}
	for _, vars := range fm.focus {
		out = e.focused(out, vars)
	}
	return dedupe(out)
}

// passedOver says of a metavariable's value that a search does not come by it.
func (e *Evaluator) passedOver(id ast.ID) bool {
	if id == ast.Nil || e.File.Tree == nil {
		return false
	}
	n := &e.File.Tree.Nodes[id]
	return n.Flags&ast.FlagSynth != 0 ||
		n.Flags&(ast.FlagExpr|ast.FlagStmt) == 0 && (n.Kind == ast.Name || n.Kind == ast.Member)
}

// inside reports whether a match lies within a metavariable's value.
func (e *Evaluator) inside(r, ctx *Range) bool {
	return r.Start >= ctx.Start && r.End <= ctx.End || e.sameStatement(r, ctx)
}

func (e *Evaluator) within(rs []Range, ctx *Range) []Range {
	var out []Range
	for _, r := range rs {
		if r.kind == insideRange || e.inside(&r, ctx) {
			out = append(out, r)
		}
	}
	return out
}

// Compatible reports whether two matches agree on the metavariables that both have.
func (e *Evaluator) Compatible(a, b pattern.Env) bool {
	for i := range a {
		if i >= len(b) {
			break
		}
		x, y := &a[i], &b[i]
		if x.Kind == pattern.Unbound || y.Kind == pattern.Unbound || e.Prog.Vars.Numbered(i) {
			continue
		}
		if !e.same(x, y) {
			return false
		}
	}
	return true
}

func (e *Evaluator) same(x, y *pattern.Binding) bool {
	if e.File.Tree != nil {
		return pattern.Same(e.File.Tree, x, y) || e.Prog.opts.Symbolic && pattern.SameValue(e.File.Tree, x, y)
	}
	return bytes.Equal(e.Content(x), e.Content(y))
}

// Content is the text that a metavariable is bound to.
func (e *Evaluator) Content(b *pattern.Binding) []byte {
	if b.Kind == pattern.BindText || e.File.Tree == nil {
		return []byte(b.Text)
	}
	return b.Content(e.File.Tree)
}

// Merge adds to a what only b binds.
func (e *Evaluator) Merge(a, b Range) Range {
	need := false
	for i := range b.Env {
		if b.Env[i].Kind != pattern.Unbound && a.Env[i].Kind == pattern.Unbound {
			need = true
			break
		}
	}
	if !need {
		return a
	}
	a.Env = a.Env.Clone()
	for i := range b.Env {
		if a.Env[i].Kind == pattern.Unbound {
			a.Env[i] = b.Env[i]
		}
	}
	return a
}

// withFound adds to a match what its conditions bound.
func (e *Evaluator) withFound(r Range) Range {
	for _, env := range r.found {
		r = e.Merge(r, Range{Env: env})
	}
	r.found = nil
	return r
}

// intersect keeps each range that lies within one of the other side's and agrees with it.
func (e *Evaluator) intersect(xs, ys []Range) []Range {
	var out []Range
	sort.SliceStable(ys, func(i, j int) bool { return ys[i].Start < ys[j].Start })
	anywhere := slices.ContainsFunc(ys, func(y Range) bool { return y.kind == anywhereRange })
	for _, x := range xs {
		for _, y := range ys {
			if y.Start > x.End && x.kind != anywhereRange && !anywhere {
				break
			}
			xIn := x.Start >= y.Start && x.End <= y.End
			yIn := y.Start >= x.Start && y.End <= x.End
			if !xIn && !yIn && x.kind != anywhereRange && y.kind != anywhereRange {
				continue
			}
			if !e.Compatible(x.Env, y.Env) {
				continue
			}
			switch {
			case xIn && (x.kind != insideRange || y.kind == insideRange) || y.kind == anywhereRange:
				out = append(out, e.Merge(x, y))
			case yIn && (y.kind != insideRange || x.kind == insideRange) || x.kind == anywhereRange:
				out = append(out, e.Merge(y, x))
			}
			if len(out) > maxRanges {
				e.File.Bounded = true
				return out
			}
		}
	}
	return dedupe(out)
}

// subtract takes away what a negated formula rules out: the same range for a pattern, a range around it for
// pattern-not-inside, any overlap for a regular expression.
func (e *Evaluator) subtract(xs []Range, not *formula, ctx *Range) []Range {
	ys := e.Eval(not.kids[0], ctx)
	if len(ys) == 0 {
		return xs
	}
	var out []Range
	for _, x := range xs {
		gone := false
		for _, y := range ys {
			switch y.kind {
			case insideRange:
				gone = x.Start >= y.Start && x.End <= y.End
			case regexRange:
				gone = x.Start < y.End && y.Start < x.End
			case anywhereRange:
				gone = true
			default:
				gone = x.Start == y.Start && x.End == y.End || e.sameStatement(&x, &y)
			}
			if gone = gone && e.Compatible(x.Env, y.Env); gone {
				break
			}
		}
		if !gone {
			out = append(out, x)
		}
	}
	return out
}

// sameStatement reports whether one of two matches is an expression and the other the statement that is nothing else.
func (e *Evaluator) sameStatement(x, y *Range) bool {
	if x.Start != y.Start || x.Node == ast.Nil || y.Node == ast.Nil {
		return false
	}
	n, m := &e.File.Tree.Nodes[x.Node], &e.File.Tree.Nodes[y.Node]
	return n.Kind == ast.ExprStmt && n.First == y.Node && n.End == x.End ||
		m.Kind == ast.ExprStmt && m.First == x.Node && m.End == y.End
}

// focused narrows each match to one of the metavariables' values.
func (e *Evaluator) focused(rs []Range, vars []int) []Range {
	var out []Range
	for _, r := range rs {
		for _, v := range vars {
			b := r.Env[v]
			if b.Kind == pattern.Unbound || b.Start == b.End && b.Kind == pattern.BindSeq {
				continue
			}
			if b.Kind == pattern.BindNode && e.File.Tree.Nodes[b.A].Flags&ast.FlagSynth != 0 {
				continue
			}
			if b.Start <= r.Start && r.End <= b.End {
				out = append(out, r) // the match is a part of the value already
				continue
			}
			if b.Start < r.Start || r.End < b.End {
				continue // it stands elsewhere
			}
			n := b.A
			if b.Kind == pattern.BindSeq && b.A != b.B {
				n = ast.Nil
			}
			out = append(out, Range{Start: b.Start, End: b.End, Node: n, Env: r.Env, kind: plainRange})
		}
	}
	return out
}

// dedupe sorts ranges and drops those that are equal in place and bindings.
func dedupe(rs []Range) []Range {
	if len(rs) < 2 {
		return rs
	}
	sort.SliceStable(rs, func(i, j int) bool {
		if rs[i].Start != rs[j].Start {
			return rs[i].Start < rs[j].Start
		}
		return rs[i].End < rs[j].End
	})
	out := rs[:0]
	group := 0
	for i, r := range rs {
		if len(out) == 0 || rs[i].Start != out[len(out)-1].Start || rs[i].End != out[len(out)-1].End {
			group = len(out)
		}
		dup := false
		for _, o := range out[group:] {
			if o.kind == r.kind && sameEnv(o.Env, r.Env) {
				dup = true
				break
			}
		}
		if !dup {
			out = append(out, r)
		}
	}
	return out
}

func sameEnv(a, b pattern.Env) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
