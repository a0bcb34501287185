package rule

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

func (p *parser) leaf(k Kind, n *yaml.Node) (*Formula, error) {
	if n.Kind != yaml.ScalarNode {
		return nil, p.bad(n, "a text is expected here")
	}
	// Whether a text without a word is a pattern, its language says.
	if strings.TrimSpace(n.Value) == "" && (k == Regex || n.Tag == "!!null") {
		return nil, p.bad(n, "the pattern is empty")
	}
	return &Formula{Kind: k, Line: n.Line, Col: n.Column, Text: n.Value}, nil
}

func wrap(k Kind, f *Formula) *Formula {
	return &Formula{Kind: k, Line: f.Line, Col: f.Col, Kids: []*Formula{f}}
}

// classic reads the value of one of the classic operators.
func (p *parser) classic(op string, key, v *yaml.Node) (*Formula, error) {
	v = deref(v)
	switch op {
	case "pattern":
		return p.leafOrNested(v)
	case "pattern-regex":
		return p.leaf(Regex, v)
	case "patterns":
		return p.conjunction(v)
	case "pattern-either":
		return p.list(Or, v)
	case "pattern-inside":
		f, err := p.leafOrNested(v)
		return p.wrapped(Inside, f, err)
	case "pattern-not":
		f, err := p.leafOrNested(v)
		return p.wrapped(Not, f, err)
	case "pattern-not-inside":
		f, err := p.leafOrNested(v)
		if err != nil {
			return nil, err
		}
		return wrap(Not, wrap(Inside, f)), nil
	case "pattern-not-regex":
		f, err := p.leaf(Regex, v)
		return p.wrapped(Not, f, err)
	}
	return nil, p.bad(
		key,
		"%q is no operator; expected pattern, patterns, pattern-either, pattern-inside, pattern-not, "+
			"pattern-not-inside, pattern-regex, pattern-not-regex, metavariable-... or focus-metavariable",
		op,
	)
}

func (p *parser) wrapped(k Kind, f *Formula, err error) (*Formula, error) {
	if err != nil {
		return nil, err
	}
	return wrap(k, f), nil
}

// leafOrNested reads a pattern's text, or an operator within.
func (p *parser) leafOrNested(v *yaml.Node) (*Formula, error) {
	if v.Kind == yaml.ScalarNode {
		return p.leaf(Pattern, v)
	}
	return p.formula(v)
}

// formula reads a mapping with one classic operator, and conditions beside it.
func (p *parser) formula(n *yaml.Node) (*Formula, error) {
	n = deref(n)
	if n.Kind == yaml.ScalarNode {
		return p.leaf(Pattern, n)
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return nil, p.bad(n, "a pattern operator is expected here")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch op := n.Content[i].Value; op {
		case "pattern",
			"patterns",
			"pattern-either",
			"pattern-regex",
			"pattern-inside",
			"pattern-not",
			"pattern-not-inside",
			"pattern-not-regex":
			f, err := p.classic(op, n.Content[i], n.Content[i+1])
			if err != nil {
				return nil, err
			}
			if conds := p.get(n, "conditions"); conds != nil && f.Kind != And {
				return p.where(&Formula{Kind: And, Line: f.Line, Col: f.Col, Kids: []*Formula{f}}, conds)
			}
			return f, nil
		case "all", "any", "not", "inside", "regex", "anywhere":
			return p.match(n)
		}
	}
	return nil, p.bad(
		n,
		"%q is no pattern operator; expected pattern, patterns, pattern-either, pattern-regex",
		n.Content[0].Value,
	)
}

func (p *parser) list(k Kind, v *yaml.Node) (*Formula, error) {
	if v.Kind != yaml.SequenceNode {
		return nil, p.bad(v, "a list of patterns is expected here")
	}
	f := &Formula{Kind: k, Line: v.Line, Col: v.Column}
	for _, n := range v.Content {
		kid, err := p.formula(n)
		if err == nil {
			err = p.single(n)
		}
		if err != nil {
			return nil, err
		}
		f.Kids = append(f.Kids, kid)
	}
	if len(f.Kids) == 0 {
		return nil, p.bad(v, "the list of patterns is empty")
	}
	return f, nil
}

// conjunction reads `patterns`: patterns, conditions and focus.
func (p *parser) conjunction(v *yaml.Node) (*Formula, error) {
	if v.Kind != yaml.SequenceNode {
		return nil, p.bad(v, "`patterns` is a list")
	}
	f := &Formula{Kind: And, Line: v.Line, Col: v.Column}
	for _, n := range v.Content {
		n = deref(n)
		if n.Kind != yaml.MappingNode || len(n.Content) < 2 {
			return nil, p.bad(n, "a pattern operator is expected here")
		}
		op, val := n.Content[0].Value, deref(n.Content[1])
		switch {
		case op == "focus-metavariable":
			if err := p.focus(f, val); err != nil {
				return nil, err
			}
		case strings.HasPrefix(op, "metavariable-"):
			c, err := p.condition(op, n.Content[0], val)
			if err != nil {
				return nil, err
			}
			f.Where = append(f.Where, c)
		default:
			kid, err := p.formula(n)
			if err != nil {
				return nil, err
			}
			f.Kids = append(f.Kids, kid)
		}
		if err := p.single(n); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// single checks that one entry of a list of patterns has no second operator, which would not be looked at.
func (p *parser) single(n *yaml.Node) error {
	n = deref(n)
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 2; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Value != "conditions" && n.Content[0].Value != "conditions" {
			return hinted(p.bad(key, "%q stands in the entry of %q", key.Value, n.Content[0].Value),
				"Begin an entry of its own: `- %s:`", key.Value)
		}
	}
	return nil
}

func (p *parser) focus(f *Formula, v *yaml.Node) error {
	vars := p.strings(v)
	if len(vars) == 0 {
		return p.bad(v, "`focus-metavariable` names a metavariable")
	}
	for _, s := range vars {
		if err := p.isMetavar(v, s); err != nil {
			return err
		}
	}
	f.Focus = append(f.Focus, vars)
	return nil
}

func (p *parser) condition(op string, key, v *yaml.Node) (Cond, error) {
	c := Cond{Line: key.Line}
	var err error
	if op != "metavariable-comparison" || p.get(v, "metavariable") != nil {
		if c.Var, err = p.metavariable(v); err != nil {
			return c, err
		}
	}
	switch op {
	case "metavariable-regex":
		c.Kind = CondRegex
		re := p.get(v, "regex")
		if re == nil {
			return c, p.bad(v, "`regex` is missing")
		}
		c.Regex = re.Value
		c.Constant, _ = p.flag(v, "constant-propagation")
	case "metavariable-pattern":
		c.Kind = CondPattern
		c.Language = p.str(v, "language")
		c.Match, err = p.formula(v)
	case "metavariable-comparison":
		err = p.comparison(&c, v)
	case "metavariable-analysis":
		c.Kind = CondAnalyze
		if c.Analyzer = p.str(v, "analyzer"); c.Analyzer == "" {
			err = p.bad(v, "`analyzer` is missing: entropy or redos")
		}
	case "metavariable-type":
		c.Kind = CondType
		c.Types = append(p.strings(p.get(v, "type")), p.strings(p.get(v, "types"))...)
		if len(c.Types) == 0 {
			err = p.bad(v, "`type` is missing")
		}
	case "metavariable-name":
		c.Kind = CondName
		err = p.bad(key, "metavariable-name needs semgrep's paid engine's name resolution and is not supported")
	default:
		err = p.bad(
			key,
			"%q is no condition; expected metavariable-regex, -pattern, -comparison, -analysis or -type",
			op,
		)
	}
	return c, err
}

func (p *parser) comparison(c *Cond, v *yaml.Node) error {
	c.Kind = CondCompare
	c.Compare = p.str(v, "comparison")
	if c.Compare == "" {
		return p.bad(v, "`comparison` is missing: an expression such as $X > 1000")
	}
	c.Strip, _ = p.flag(v, "strip")
	if b := p.get(v, "base"); b != nil {
		n, err := strconv.Atoi(b.Value)
		if err != nil || n < 2 || n > 36 {
			return p.bad(b, "`base` is a number from 2 to 36")
		}
		c.Base = n
	}
	return nil
}

// match reads the newer form.
func (p *parser) match(n *yaml.Node) (*Formula, error) {
	n = deref(n)
	if n.Kind == yaml.ScalarNode {
		return p.leaf(Pattern, n)
	}
	if n.Kind != yaml.MappingNode {
		return nil, p.bad(n, "a pattern or one of pattern, regex, all, any, inside, not is expected here")
	}
	var f *Formula
	var err error
	for i := 0; i+1 < len(n.Content) && err == nil; i += 2 {
		v := deref(n.Content[i+1])
		switch op := n.Content[i].Value; op {
		case "pattern":
			f, err = p.leaf(Pattern, v)
		case "regex":
			f, err = p.leaf(Regex, v)
		case "all":
			f, err = p.matchList(And, v)
		case "any":
			f, err = p.matchList(Or, v)
		case "inside", "not", "anywhere":
			k := map[string]Kind{"inside": Inside, "not": Not, "anywhere": Anywhere}[op]
			if f, err = p.match(v); err == nil {
				f = wrap(k, f)
			}
		case "where",
			"as",
			"fix",
			"focus",
			"label",
			"requires",
			"exact",
			"by-side-effect",
			"side-effect-only",
			"from",
			"to",
			"control",
			"metavariable",
			"language",
			"type",
			"types",
			"comparison",
			"analyzer",
			"base",
			"strip",
			"constant-propagation",
			"replace-labels":
		default:
			err = p.bad(n.Content[i], "%q is no operator; expected pattern, regex, all, any, inside, not or where", op)
		}
	}
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, p.bad(n, "a pattern or one of pattern, regex, all, any, inside, not is expected here")
	}
	f.As = p.str(n, "as")
	if w := p.get(n, "where"); w != nil {
		if f.Kind != And {
			f = &Formula{Kind: And, Line: f.Line, Col: f.Col, Kids: []*Formula{f}}
		}
		return p.where(f, w)
	}
	return f, nil
}

func (p *parser) matchList(k Kind, v *yaml.Node) (*Formula, error) {
	if v.Kind != yaml.SequenceNode || len(v.Content) == 0 {
		return nil, p.bad(v, "a list is expected here")
	}
	f := &Formula{Kind: k, Line: v.Line, Col: v.Column}
	for _, n := range v.Content {
		kid, err := p.match(n)
		if err != nil {
			return nil, err
		}
		f.Kids = append(f.Kids, kid)
	}
	return f, nil
}

// where reads the newer form's conditions.
func (p *parser) where(f *Formula, w *yaml.Node) (*Formula, error) {
	if w.Kind != yaml.SequenceNode {
		return nil, p.bad(w, "`where` is a list of conditions")
	}
	for _, n := range w.Content {
		n = deref(n)
		if v := p.get(n, "focus"); v != nil {
			if err := p.focus(f, v); err != nil {
				return nil, err
			}
			continue
		}
		op := ""
		switch {
		case p.get(n, "comparison") != nil:
			op = "metavariable-comparison"
		case p.get(n, "analyzer") != nil:
			op = "metavariable-analysis"
		case p.get(n, "type") != nil || p.get(n, "types") != nil:
			op = "metavariable-type"
		case p.get(n, "regex") != nil && p.get(n, "language") == nil:
			op = "metavariable-regex"
		case p.get(n, "metavariable") != nil:
			op = "metavariable-pattern"
		default:
			return nil, p.bad(
				n,
				"a condition is expected here: focus, comparison, or metavariable with regex, pattern, type or analyzer",
			)
		}
		c, err := p.condition(op, n, n)
		if err != nil {
			return nil, err
		}
		f.Where = append(f.Where, c)
	}
	return f, nil
}
