package rule

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// taint reads a taint rule's parts. The classic form names them with a prefix.
func (p *parser) taint(n *yaml.Node, prefix string) (*TaintSpec, error) {
	s := &TaintSpec{}
	for _, part := range []struct {
		key  string
		dest *[]TaintPart
	}{{"sources", &s.Sources}, {"sinks", &s.Sinks}, {"sanitizers", &s.Sanitizers}} {
		list := p.get(n, prefix+part.key)
		if list == nil {
			if part.key != "sanitizers" {
				return nil, p.bad(n, "a taint rule needs `%s%s`", prefix, part.key)
			}
			continue
		}
		for _, c := range list.Content {
			t, err := p.taintPart(c, prefix == "")
			if err != nil {
				return nil, err
			}
			*part.dest = append(*part.dest, t)
		}
	}
	list := p.get(n, prefix+"propagators")
	if list == nil {
		return s, nil
	}
	for _, c := range list.Content {
		g, err := p.propagator(deref(c), prefix == "")
		if err != nil {
			return nil, err
		}
		s.Propagators = append(s.Propagators, g)
	}
	return s, nil
}

func (p *parser) propagator(n *yaml.Node, newer bool) (Propagator, error) {
	t, err := p.taintPart(n, newer)
	if err != nil {
		return Propagator{}, err
	}
	if v, set := p.flag(n, "by-side-effect"); v || !set {
		t.SideEffect = "true"
	}
	g := Propagator{
		TaintPart:     t,
		From:          p.str(n, "from"),
		To:            p.str(n, "to"),
		ReplaceLabels: p.strings(p.get(n, "replace-labels")),
	}
	for _, v := range []string{g.From, g.To} {
		if err := p.isMetavar(n, v); err != nil {
			return g, p.bad(n, "a propagator names two metavariables, `from` and `to`")
		}
	}
	return g, nil
}

func (p *parser) taintPart(n *yaml.Node, newer bool) (t TaintPart, err error) {
	n = deref(n)
	t.Line = n.Line
	if p.models != nil {
		t.File = p.models.origin[n]
	}
	if p.get(n, "model") != nil {
		return t, hinted(p.bad(n, "no model can be named here"),
			"Name one in pattern-sources, pattern-sinks or pattern-sanitizers: those of drydock's own rules are at hand.")
	}
	if newer {
		t.Match, err = p.match(n)
	} else {
		t.Match, err = p.formula(n)
	}
	if err != nil {
		return t, err
	}
	t.Exact, t.ExactSet = p.flag(n, "exact")
	if t.SideEffect = p.str(n, "by-side-effect"); t.SideEffect == "false" {
		t.SideEffect = ""
	}
	t.Control, _ = p.flag(n, "control")
	t.AtExit, _ = p.flag(n, "at-exit")
	t.NotConfl, _ = p.flag(n, "not_conflicting")
	t.Label = p.str(n, "label")
	req := p.get(n, "requires")
	switch {
	case req == nil:
	case req.Kind == yaml.ScalarNode:
		t.Requires = req.Value
	default:
		t.RequiresOf = map[string]string{}
		for _, c := range req.Content {
			for i := 0; i+1 < len(deref(c).Content); i += 2 {
				t.RequiresOf[c.Content[i].Value] = c.Content[i+1].Value
			}
		}
	}
	return t, nil
}

// options reads the options that change what matches. Unknown ones are left alone: semgrep adds some in each release.
func (p *parser) options(o *Options, n *yaml.Node) {
	if n == nil {
		return
	}
	is := func(key string, want bool) bool {
		v, set := p.flag(n, key)
		return set && v == want
	}
	o.NoConstants = is("constant_propagation", false)
	o.NoAC = is("ac_matching", false)
	o.NoImplicitRet = is("implicit_return", false)
	o.NoDeepExpr = is("implicit_deep_exprstmt", false) || is("go_deeper_expr", false)
	o.NoDeepStmt = is("go_deeper_stmt", false)
	o.NoImplicitDots = is("implicit_ellipsis", false)
	o.NoVarDefs = is("vardef_assign", false)
	o.FieldAssign = is("flddef_assign", true)
	o.NoAttrExpr = is("attr_expr", false)
	o.Symbolic = is("symbolic_propagation", true)
	o.SymmetricEq = is("symmetric_eq", true)
	o.CommutBool = is("commutative_boolop", true)
	o.CaseFold = is("case_sensitive", false) || is("generic_caseless", true)
	o.DecoratorsOrderMatter = is("decorators_order_matters", true)
	o.Interfile = is("interfile", true)
	o.XMLSingletonsBody = is("xml_singleton_loose_matching", false)
	o.XMLAttrsImplicit = is("xml_attrs_implicit_ellipsis", false)
	o.XMLChildrenOrdered = is("xml_children_ordered", false)
	o.TaintAssumeSafeFuncs = is("taint_assume_safe_functions", true)
	o.TaintAssumeSafeIndex = is("taint_assume_safe_indexes", true)
	o.TaintAssumeSafeBools = is("taint_assume_safe_booleans", true)
	o.TaintAssumeSafeNums = is("taint_assume_safe_numbers", true)
	o.TaintAssumeSafeCmp = is("taint_assume_safe_comparisons", true)
	o.TaintOnlyAssignment = is("taint_only_propagate_through_assignments", true)
	o.TaintBooleans = is("taint_assume_safe_booleans", false)
	o.TaintNumbers = is("taint_assume_safe_numbers", false)
	o.TaintComparisons = is("taint_assume_safe_comparisons", false)
	o.NoValues = is("taint_values", false)
	o.NoGuards = is("taint_guards", false)
	o.PathGuards = is("taint_path_guards", true)
	o.NoPathGuards = is("taint_path_guards", false)
	o.TaintUnifyMvars = is("taint_unify_mvars", true)
	o.TaintIntrafile = is("taint_intrafile", true)
	o.TaintFocusOn = p.str(n, "taint_focus_on")
	o.GenericSingleLine = is("generic_multiline", false)
	o.GenericLines = p.str(n, "generic_engine") == "aliengrep"
	o.GenericCommentStyle = p.str(n, "generic_comment_style")
	o.GenericBraces = p.strings(p.get(n, "generic_extra_braces"))
	o.GenericExtraWord = p.strings(p.get(n, "generic_extra_word_characters"))
	if v := p.get(n, "generic_ellipsis_max_span"); v != nil {
		if lines, err := strconv.Atoi(v.Value); err == nil && lines >= 0 {
			lines = min(lines, 1<<20)
			o.GenericSpan = &lines
		}
	}
}
