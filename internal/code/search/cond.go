package search

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/syntax"
)

// cond is a rule.Cond compiled.
type cond struct {
	kind     rule.CondKind
	v        int
	re       *regex.Regex
	groups   []int // metavariable of each group of re, -1 if none
	constant bool
	match    *formula // in the rule's own language
	other    *Program // in another language
	cmp      expr
	base     int
	strip    bool // strings count as what stands between their quotes
	analyze  func([]byte) bool
	types    []string
}

func (p *Program) cond(c *rule.Cond) (cond, error) {
	out := cond{kind: c.Kind, v: -1, constant: c.Constant, base: c.Base, strip: c.Strip, types: c.Types}
	if c.Var != "" {
		out.v = p.Vars.Index(c.Var)
	}
	var err error
	switch c.Kind {
	case rule.CondRegex:
		if out.re, err = regex.Compile(c.Regex); err == nil {
			out.groups = p.groups(out.re)
		}
	case rule.CondPattern:
		if c.Language == "" {
			p.within++
			out.match, err = p.formula(c.Match)
			p.within--
			break
		}
		sub := *p.Rule
		sub.Mode, sub.Match, sub.Taint = rule.Search, c.Match, nil
		out.other, err = CompileIn(&sub, c.Language, p.pool)
	case rule.CondCompare:
		out.cmp, err = parseExpr(c.Compare)
	case rule.CondAnalyze:
		switch c.Analyzer {
		case "entropy":
			out.analyze = highEntropy
		case "redos":
			out.analyze = catastrophic
		default:
			err = fmt.Errorf("analyzer %q is not supported; use entropy or redos", c.Analyzer)
		}
	}
	return out, err
}

// filter keeps the matches for which a condition holds. A pattern condition may bind more.
func (e *Evaluator) filter(rs []Range, c *cond) []Range {
	var out []Range
	for _, r := range rs {
		b := r.binding(c.v)
		if c.kind != rule.CondCompare && (b == nil || b.Kind == pattern.Unbound) {
			continue
		}
		switch c.kind {
		case rule.CondRegex:
			if env, ok := e.regexHolds(c, b); ok {
				if env != nil {
					r.found = append(r.found[:len(r.found):len(r.found)], env)
				}
				out = append(out, r)
			}
		case rule.CondPattern:
			out = append(out, e.patternHolds(c, r, b)...)
		case rule.CondCompare:
			if e.compare(c, e.withFound(r).Env) {
				out = append(out, r)
			}
		case rule.CondAnalyze:
			if c.analyze(unquoted(e.Constant(b))) {
				out = append(out, r)
			}
		case rule.CondType:
			if b.Kind == pattern.BindNode && e.typeHolds(c, b.A) {
				out = append(out, r)
			}
		}
	}
	return out
}

// binding is the value of a metavariable, nil if it has none.
func (r *Range) binding(v int) *pattern.Binding {
	if v < 0 {
		return nil
	}
	if v < len(r.Env) && r.Env[v].Kind != pattern.Unbound {
		return &r.Env[v]
	}
	for _, env := range r.found {
		if v < len(env) && env[v].Kind != pattern.Unbound {
			return &env[v]
		}
	}
	return nil
}

// binds reports whether a match has a metavariable that another has not.
func (r Range) binds(other *Range) bool {
	for i := range r.Env {
		if r.Env[i].Kind != pattern.Unbound && (i >= len(other.Env) || other.Env[i].Kind == pattern.Unbound) {
			return true
		}
	}
	return false
}

// regexHolds reports whether a value matches, and what named groups of the expression bind.
func (e *Evaluator) regexHolds(c *cond, b *pattern.Binding) (pattern.Env, bool) {
	texts := [][]byte{e.Content(b)}
	if c.constant {
		texts[0] = unquoted(e.Constant(b))
	}
	if v := e.standsFor(b); v != ast.Nil {
		texts = append(texts, e.File.Tree.Source(v))
	}
	for _, text := range texts {
		m, inTime := c.re.FindPrefix(text)
		if !inTime {
			e.File.Bounded = true
		}
		if m != nil {
			return e.groupEnv(c.groups, m, text, b), true
		}
	}
	return nil, false
}

// groupEnv binds what the named groups of a match captured, nil if there are none.
func (e *Evaluator) groupEnv(groups []int, m *regex.Find, text []byte, b *pattern.Binding) pattern.Env {
	var env pattern.Env
	base := uint32(0)
	if i := bytes.Index(e.File.Src[b.Start:b.End], text); i >= 0 {
		base = b.Start + uint32(i)
	}
	for i, g := range m.Groups {
		if i < len(groups) && groups[i] >= 0 && g[0] >= 0 && !e.Prog.Vars.Numbered(groups[i]) {
			if env == nil {
				env = e.env(nil)
			}
			env[groups[i]] = pattern.Binding{
				Kind:  pattern.BindText,
				A:     ast.Nil,
				B:     ast.Nil,
				Start: base + uint32(g[0]),
				End:   base + uint32(g[1]),
				Text:  string(text[g[0]:g[1]]),
			}
		}
	}
	return env
}

// standsFor is the expression that a metavariable's variable stands for, where the rule follows such.
func (e *Evaluator) standsFor(b *pattern.Binding) ast.ID {
	if e.Prog.opts.Symbolic && b.Kind == pattern.BindNode && e.File.Tree != nil {
		if v, ok := e.File.Tree.Sym[b.A]; ok {
			return v
		}
	}
	return ast.Nil
}

// Constant is the text of a metavariable or, where it is known to be constant, of its value.
func (e *Evaluator) Constant(b *pattern.Binding) []byte {
	if b.Kind == pattern.BindNode && e.File.Tree != nil {
		t := e.File.Tree
		for _, a := range append([]ast.ID{b.A}, t.Alt[b.A]...) {
			if t.Nodes[a].Kind == ast.Str && !t.AnyConst(a) {
				return t.Text(a)
			}
			if k := t.Nodes[a].Kind; (k == ast.Num || k == ast.Bool) && !t.AnyConst(a) {
				return t.Text(a)
			}
		}
		if e.Prog.Rule.Options.Interfile {
			if text, ok := t.Setting(b.A); ok {
				return []byte(text)
			}
		}
	}
	return e.Content(b)
}

// unquoted takes the quotes off a string literal.
func unquoted(s []byte) []byte {
	if n := len(s); n >= 2 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'' || s[0] == '`') {
		return s[1 : n-1]
	}
	return s
}

func (e *Evaluator) patternHolds(c *cond, r Range, b *pattern.Binding) []Range {
	if c.other != nil {
		if otherMatches(c.other, unquoted(e.Constant(b))) {
			return []Range{r}
		}
		return nil
	}
	places := []Range{{Start: b.Start, End: b.End, Node: b.A, Env: r.Env}}
	if v := e.standsFor(b); v != ast.Nil {
		n := &e.File.Tree.Nodes[v]
		places = append(places, Range{Start: n.Start, End: n.End, Node: v, Env: r.Env})
	}
	var out []Range
	plain := false // a match that binds nothing more is there
	for i := range places {
		ctx := &places[i]
		for _, m := range e.Eval(c.match, ctx) {
			if !e.inside(&m, ctx) || !e.Compatible(r.Env, m.Env) {
				continue
			}
			with := r
			if e.Merge(r, m).binds(&r) {
				with.found = append(r.found[:len(r.found):len(r.found)], m.Env)
			} else if plain {
				continue
			} else {
				plain = true
			}
			out = append(out, with)
		}
	}
	return out
}

// otherMatches runs a program of another language on a text by itself.
func otherMatches(p *Program, text []byte) bool {
	var tree *ast.Tree
	if p.Lang != nil {
		var err error
		tree, err = ParseTree(p.Lang, "", text, syntax.DefaultLimits)
		if err != nil {
			return false
		}
	}
	f := NewFile("", text, tree)
	e := &Evaluator{Prog: p, File: f}
	ctx := Range{Start: 0, End: uint32(len(text)), Node: ast.Nil, Env: make(pattern.Env, len(p.Vars.Names))}
	return len(e.Eval(p.match, &ctx)) > 0
}

// ParseTree parses a source and resolves its names.
func ParseTree(l *ast.Lang, path string, src []byte, lim syntax.Limits) (*ast.Tree, error) {
	t, err := l.Parse(path, src, lim)
	if err != nil {
		return nil, err
	}
	t.Resolve()
	return t, nil
}

func (e *Evaluator) typeHolds(c *cond, id ast.ID) bool {
	for _, want := range c.types {
		if e.File.Tree.HasType(id, strings.TrimSpace(want)) {
			return true
		}
	}
	return false
}
