// Package search compiles rules and finds where they match in one file: formulas (eval.go), conditions (cond.go,
// compare.go, analyze.go), patterns of text without a grammar (generic.go). Of taint rules it finds where their parts
// match (taint.go); how values flow between these is code/taint's.
package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/check"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/code/rule"
)

// Program is a rule compiled for one language. It is only read and may be shared.
type Program struct {
	Rule  *rule.Rule
	Lang  *ast.Lang // nil for regex and generic
	Plain string    // "regex" or "generic" where Lang is nil
	Vars  *pattern.Vars
	match *formula
	Taint *TaintProgram
	opts  pattern.Options
	needs *needs
	pool  *Pool // of the patterns; nil once compiled
	// while compiling: conditions around, whose patterns are looked for once for each match
	within int
}

// formula is a rule.Formula compiled.
type formula struct {
	kind   rule.Kind
	pat    *shared
	vars   []int // the rule's number of each of pat's metavariables
	gen    *genericPattern
	re     *regex.Regex
	groups []int // metavariable of each group of re, -1 if none
	kids   []*formula
	// positive are the kids that are not negated, those that only say what is around last: they may overlap
	positive []*formula
	where    []cond
	focus    [][]int
	as       int
}

// Compile compiles a rule for a language by the name that the rule gives it. The error has the file, the line and what
// was expected.
func Compile(r *rule.Rule, language string) (*Program, error) {
	return CompileIn(r, language, NewPool())
}

// CompileIn is Compile with a pool of patterns that several rules share.
func CompileIn(r *rule.Rule, language string, shared *Pool) (*Program, error) {
	p := &Program{Rule: r, Vars: &pattern.Vars{}, pool: shared}
	switch l := strings.ToLower(language); l {
	case "regex", "none":
		p.Plain = "regex"
	case "generic":
		p.Plain = "generic"
	default:
		if p.Lang = ast.LangByName(l); p.Lang == nil {
			err := clierr.Input(r.File, "rule %s: language %q is not supported", r.ID, language).At(r.Line, 0)
			return nil, &rule.UnsupportedError{What: "language " + language, Err: err}
		}
	}
	o := &r.Options
	p.opts = pattern.Options{
		NoConstants:       o.NoConstants,
		NoCommutative:     o.NoAC,
		NoImplicitRet:     o.NoImplicitRet,
		NoDeepExpr:        o.NoDeepExpr,
		NoDeepStmt:        o.NoDeepStmt,
		NoVarDefs:         o.NoVarDefs,
		FieldAssign:       o.FieldAssign,
		StrictDicts:       o.NoImplicitDots,
		StrictAttrs:       o.XMLAttrsImplicit,
		StrictBody:        o.XMLSingletonsBody,
		OrderedDecorators: o.DecoratorsOrderMatter,
		NoAttrExpr:        o.NoAttrExpr,
		Symbolic:          o.Symbolic,
		SymmetricEq:       o.SymmetricEq,
		CommutBool:        o.CommutBool,
		CaseFold:          o.CaseFold,
	}
	var err error
	if r.Mode == rule.Check {
		return p, p.setCheck()
	}
	if r.Mode == rule.Taint {
		p.Taint, err = p.compileTaint(r.Taint)
	} else {
		p.match, err = p.formula(r.Match)
	}
	if err != nil {
		return nil, err
	}
	p.setNeeds()
	p.pool = nil
	return p, nil
}

// setCheck looks up the check that a rule names, which has a language's tree to look at.
func (p *Program) setCheck() error {
	p.Vars.Index("$NAME")
	p.pool = nil
	if p.Lang == nil {
		return p.at(p.Rule.Line, 0, fmt.Errorf("a check needs a language with a tree, and %s is none", p.Plain))
	}
	if names := check.Names(); !slices.Contains(names, p.Rule.Check) {
		return p.at(p.Rule.Line, 0, fmt.Errorf("there is no check %q; known are %s", p.Rule.Check,
			strings.Join(names, ", ")))
	}
	return nil
}

// at makes an error of a place in the rule's file.
func (p *Program) at(line, col int, err error) error {
	var f *clierr.Error
	if errors.As(err, &f) {
		return err
	}
	return clierr.Input(p.Rule.File, "rule %s: %s", p.Rule.ID, err).At(line, col)
}

func (p *Program) formula(f *rule.Formula) (*formula, error) {
	out := &formula{kind: f.Kind, as: -1}
	if p.Plain == "regex" && f.Kind == rule.Pattern && f != p.Rule.Match {
		out.kind = rule.Regex // in a rule for any text, patterns beside the first are regular expressions
	}
	switch out.kind {
	case rule.Pattern:
		if err := p.leaf(out, f); err != nil {
			return nil, p.at(f.Line, f.Col, err)
		}
	case rule.Regex:
		re, err := regex.Compile(f.Text)
		if err != nil {
			return nil, p.at(f.Line, f.Col, err)
		}
		out.re = re
		out.groups = p.groups(re)
	}
	for _, k := range f.Kids {
		c, err := p.formula(k)
		if err != nil {
			return nil, err
		}
		out.kids = append(out.kids, c)
	}
	for _, around := range []bool{false, true} {
		for _, k := range out.kids {
			if k.kind != rule.Not && (k.kind == rule.Inside) == around {
				out.positive = append(out.positive, k)
			}
		}
	}
	for i := range f.Where {
		c, err := p.cond(&f.Where[i])
		if err != nil {
			return nil, p.at(f.Where[i].Line, 0, err)
		}
		out.where = append(out.where, c)
	}
	for _, vars := range f.Focus {
		var ids []int
		for _, v := range vars {
			ids = append(ids, p.Vars.Index(v))
		}
		out.focus = append(out.focus, ids)
	}
	if f.As != "" {
		out.as = p.Vars.Index(f.As)
	}
	return out, nil
}

func (p *Program) leaf(out *formula, f *rule.Formula) error {
	switch p.Plain {
	case "":
		pat, err := p.pool.get(p.Lang.PatternLang(p.Rule.Languages[0]), f.Text, 1+p.within)
		if err != nil {
			return err
		}
		out.pat = pat
		for _, v := range pat.pat.Vars.Names {
			out.vars = append(out.vars, p.Vars.Index(v))
		}
		return nil
	case "generic":
		g, err := compileGeneric(f.Text, p.Vars, &p.Rule.Options)
		out.gen = g
		return err
	}
	return errors.New("a rule whose language is regex has only pattern-regex")
}

// groups numbers the metavariables that the groups of an expression bind: $1, or $NAME.
func (p *Program) groups(re *regex.Regex) (out []int) {
	for i, n := range re.GroupNames() {
		v := -1
		switch {
		case n != "":
			v = p.Vars.Index("$" + n)
		case i > 0:
			v = p.Vars.Index(fmt.Sprintf("$%d", i))
		}
		out = append(out, v)
	}
	return out
}
