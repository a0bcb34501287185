package traefik

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// maxRule bounds a rule's length; Traefik itself sets no bound.
const maxRule = 64 << 10

// Rule is a parsed rule.
type Rule struct {
	Text  string
	root  *cond
	terms [][]*cond // its alternatives, nil where there are too many
	tcp   bool
}

// cond is a part of a rule: two parts joined by '&' or '|', or a matcher ('m').
type cond struct {
	op   byte
	l, r *cond
	not  bool
	name string // the matcher in its proper spelling
	args []string
	re   *regexp.Regexp // of a matcher that takes an expression
	ips  *Ranges        // of ClientIP
	v2   bool           // read in the syntax of version 2
}

// matcher is what a matcher's arguments must be. max -1: any number.
type matcher struct {
	name     string
	min, max int
	exprs    []int // which arguments are regular expressions
}

func matcherTable(list ...matcher) map[string]matcher {
	m := map[string]matcher{}
	for _, x := range list {
		lower := strings.ToLower(x.name)
		// The four spellings that Traefik knows: as documented, lower, upper, and with only the first letter large.
		for _, spelling := range []string{x.name, lower, strings.ToUpper(x.name), strings.ToUpper(lower[:1]) + lower[1:]} {
			m[spelling] = x
		}
	}
	return m
}

var (
	httpMatchers = matcherTable(
		matcher{
			"ClientIP",
			1,
			1,
			nil,
		},
		matcher{"Method", 1, 1, nil},
		matcher{"Host", 1, 1, nil},
		matcher{"HostRegexp", 1, 1, []int{0}},
		matcher{"Path", 1, 1, nil},
		matcher{"PathPrefix", 1, 1, nil},
		matcher{"PathRegexp", 1, 1, []int{0}},
		matcher{
			"Header",
			2,
			2,
			nil,
		},
		matcher{"HeaderRegexp", 2, 2, []int{1}},
		matcher{"Query", 1, 2, nil},
		matcher{"QueryRegexp", 1, 2, []int{1}},
	)
	httpMatchersV2 = matcherTable(
		matcher{
			"Host",
			1,
			-1,
			nil,
		},
		matcher{"HostHeader", 1, -1, nil},
		matcher{"HostRegexp", 1, -1, nil},
		matcher{"ClientIP", 1, -1, nil},
		matcher{
			"Path",
			1,
			-1,
			nil,
		},
		matcher{"PathPrefix", 1, -1, nil},
		matcher{"Method", 1, -1, nil},
		matcher{"Headers", 2, 2, nil},
		matcher{"HeadersRegexp", 2, 2, []int{1}},
		matcher{"Query", 1, -1, nil},
	)
	tcpMatchers = matcherTable(
		matcher{
			"ALPN",
			1,
			1,
			nil,
		},
		matcher{"ClientIP", 1, 1, nil},
		matcher{"HostSNI", 1, 1, nil},
		matcher{"HostSNIRegexp", 1, 1, []int{0}},
	)
	tcpMatchersV2 = matcherTable(
		matcher{
			"ALPN",
			1,
			-1,
			nil,
		},
		matcher{"ClientIP", 1, -1, nil},
		matcher{"HostSNI", 1, -1, nil},
		matcher{"HostSNIRegexp", 1, -1, nil},
	)
)

// ParseRule parses an HTTP router's rule in the syntax of version 2 or 3. Anything that Traefik would not accept is an error.
func ParseRule(text string, v2 bool) (*Rule, error) {
	table := httpMatchers
	if v2 {
		table = httpMatchersV2
	}
	return parseRule(text, table, v2, false)
}

// ParseTCPRule parses a TCP router's rule.
func ParseTCPRule(text string, v2 bool) (*Rule, error) {
	table := tcpMatchers
	if v2 {
		table = tcpMatchersV2
	}
	return parseRule(text, table, v2, true)
}

func parseRule(text string, table map[string]matcher, v2, tcp bool) (*Rule, error) {
	if len(text) > maxRule {
		return nil, fmt.Errorf("the rule is longer than %d bytes", maxRule)
	}
	// Traefik's rules are Go expressions, read by Go's own parser; so are they here.
	e, err := parser.ParseExpr(text)
	if err != nil {
		return nil, fmt.Errorf("not a rule: %s", plainParseError(err))
	}
	p := ruleParser{table: table, v2: v2}
	root, err := p.expr(e, 0)
	if err != nil {
		return nil, err
	}
	return &Rule{Text: text, root: root, terms: root.terms(), tcp: tcp}, nil
}

func plainParseError(err error) string {
	msg, _, _ := strings.Cut(err.Error(), " (and ")
	return msg
}

type ruleParser struct {
	table map[string]matcher
	v2    bool
}

// maxRuleDepth bounds the nesting of a rule.
const maxRuleDepth = 500

func (p ruleParser) expr(e ast.Expr, depth int) (*cond, error) {
	if depth > maxRuleDepth {
		return nil, errors.New("the rule is nested too deeply")
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return p.expr(x.X, depth+1)
	case *ast.UnaryExpr:
		if x.Op != token.NOT {
			return nil, fmt.Errorf("%s is no operator of a rule", x.Op)
		}
		c, err := p.expr(x.X, depth+1)
		if err != nil {
			return nil, err
		}
		c.invert()
		return c, nil
	case *ast.BinaryExpr:
		var op byte
		switch x.Op {
		case token.LAND:
			op = '&'
		case token.LOR:
			op = '|'
		default:
			return nil, fmt.Errorf("%s is no operator of a rule", x.Op)
		}
		l, err := p.expr(x.X, depth+1)
		if err != nil {
			return nil, err
		}
		r, err := p.expr(x.Y, depth+1)
		if err != nil {
			return nil, err
		}
		return &cond{op: op, l: l, r: r}, nil
	case *ast.CallExpr:
		return p.call(x)
	}
	return nil, errors.New("not a rule: a matcher such as Host(`example.com`) is missing")
}

// invert negates a condition: an and becomes an or of the negated parts, and the other way round.
func (c *cond) invert() {
	switch c.op {
	case '&':
		c.op = '|'
	case '|':
		c.op = '&'
	default:
		c.not = !c.not
		return
	}
	c.l.invert()
	c.r.invert()
}

func (p ruleParser) call(x *ast.CallExpr) (*cond, error) {
	id, ok := x.Fun.(*ast.Ident)
	if !ok {
		return nil, errors.New("not a rule: a matcher's name is missing")
	}
	m, ok := p.table[id.Name]
	if !ok {
		return nil, fmt.Errorf("unsupported function: %s", id.Name)
	}
	c := &cond{op: 'm', name: m.name, v2: p.v2}
	for _, a := range x.Args {
		lit, ok := a.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return nil, fmt.Errorf("%s takes text in backticks or double quotes", m.name)
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			return nil, err
		}
		if s == "" {
			return nil, fmt.Errorf("empty args for matcher %s", m.name)
		}
		c.args = append(c.args, s)
	}
	if len(c.args) < m.min || m.max >= 0 && len(c.args) > m.max {
		return nil, fmt.Errorf("unexpected number of parameters for %s: %d", m.name, len(c.args))
	}
	return c, p.prepare(c, m)
}

var sniPattern = lazyregexp.New(`^(\*\.)?[[:word:].\-:]+$`)

// prepare checks the arguments as Traefik does when it builds the matcher.
func (p ruleParser) prepare(c *cond, m matcher) error {
	for _, i := range m.exprs {
		if i < len(c.args) {
			re, err := regexp.Compile(c.args[i])
			if err != nil {
				return fmt.Errorf("compiling %s matcher: %w", c.name, err)
			}
			c.re = re
		}
	}
	switch c.name {
	case "ClientIP":
		ips, err := ParseRanges(c.args)
		if err != nil {
			return fmt.Errorf("initializing IP checker for ClientIP matcher: %w", err)
		}
		c.ips = ips
	case "Host", "HostHeader":
		for i, h := range c.args {
			if !ascii(h) {
				return fmt.Errorf("invalid value %q for Host matcher, non-ASCII characters are not allowed", h)
			}
			c.args[i] = strings.ToLower(h)
		}
	case "Path", "PathPrefix":
		if !p.v2 && !strings.HasPrefix(c.args[0], "/") {
			return fmt.Errorf("path %q does not start with a '/'", c.args[0])
		}
		if p.v2 {
			return c.template(func(t string) string {
				if c.name == "Path" {
					return "^" + t + "$"
				}
				return "^" + t
			}, `[^/]+`)
		}
	case "HostRegexp":
		if p.v2 {
			return c.template(func(t string) string { return "(?i)^" + t + "$" }, `[^.]+`)
		}
	case "HostSNIRegexp":
		if p.v2 {
			return c.template(func(t string) string { return "(?i)^" + t + "$" }, `[^.]+`)
		}
	case "HostSNI":
		for i, h := range c.args {
			if h != "*" && !sniPattern.MatchString(h) {
				return fmt.Errorf("invalid value for HostSNI matcher, %q is not a valid hostname", h)
			}
			if h != "*" {
				c.args[i] = strings.TrimSuffix(strings.ToLower(h), ".")
			}
		}
	case "ALPN":
		for _, a := range c.args {
			if a == "acme-tls/1" {
				return errors.New("ALPN acme-tls/1 is not allowed")
			}
		}
	}
	return nil
}

// template makes one expression of version 2's arguments, where {name:expression} and {name} stand for a part.
func (c *cond) template(wrap func(string) string, wild string) error {
	var alternatives []string
	for _, a := range c.args {
		t, err := expandTemplate(a, wild)
		if err != nil {
			return err
		}
		alternatives = append(alternatives, wrap(t))
	}
	re, err := regexp.Compile(strings.Join(alternatives, "|"))
	if err != nil {
		return fmt.Errorf("compiling %s matcher: %w", c.name, err)
	}
	c.re = re
	return nil
}

func expandTemplate(s, wild string) (string, error) {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			b.WriteString(regexp.QuoteMeta(s))
			break
		}
		b.WriteString(regexp.QuoteMeta(s[:i]))
		depth, end := 0, -1
		for j := i; j < len(s) && end < 0; j++ {
			switch s[j] {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					end = j
				}
			}
		}
		if end < 0 {
			return "", errors.New("unbalanced braces in the rule")
		}
		name, pattern, ok := strings.Cut(s[i+1:end], ":")
		if !ok {
			pattern = wild
		}
		if name == "" && !ok || pattern == "" {
			return "", errors.New("missing name or pattern in the rule's braces")
		}
		b.WriteString("(?:" + pattern + ")")
		s = s[end+1:]
	}
	return b.String(), nil
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] > 127 {
			return false
		}
	}
	return true
}

// walk calls f for every matcher.
func (c *cond) walk(f func(*cond)) {
	if c.op == 'm' {
		f(c)
		return
	}
	c.l.walk(f)
	c.r.walk(f)
}

// Hosts are the names that Host and HostSNI ask for, lower case, without repetition, in order.
func (r *Rule) Hosts() []string {
	var out []string
	seen := map[string]bool{}
	r.root.walk(func(c *cond) {
		if c.name != "Host" && c.name != "HostHeader" && c.name != "HostSNI" {
			return
		}
		for _, h := range c.args {
			if h = strings.ToLower(h); !seen[h] {
				seen[h] = true
				out = append(out, h)
			}
		}
	})
	return out
}

// CatchAll reports whether the rule is HostSNI(`*`) and nothing else.
func (r *Rule) CatchAll() bool {
	c := r.root
	return r.tcp && c.op == 'm' && c.name == "HostSNI" && len(c.args) == 1 && c.args[0] == "*"
}

// Priority is the rule's own priority: its length; that of a TCP router for all names is the lowest.
func (r *Rule) Priority() int {
	if r.CatchAll() {
		return -1
	}
	return len(r.Text)
}

// claimedHosts are the names under which a rule takes connections behind TLS, whether or not its router is served: those of its
// Host matchers, negated ones too before 3.7. A rule that names none claims all, told by "". A rule that is none in any version claims nothing.
func claimedHosts(text string, v Version) []string {
	if len(text) > maxRule {
		return nil
	}
	e, err := parser.ParseExpr(text)
	if err != nil {
		return nil
	}
	var out []string
	if !claimed(e, !v.AtLeast(3, 7), false, 0, &out) {
		return nil
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// claimed collects the names of one part of a rule, those of negated matchers if all are wanted; it is false where that is no part of any rule.
func claimed(e ast.Expr, all, not bool, depth int, out *[]string) bool {
	if depth > maxRuleDepth {
		return false
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return claimed(x.X, all, not, depth+1, out)
	case *ast.UnaryExpr:
		return x.Op == token.NOT && claimed(x.X, all, !not, depth+1, out)
	case *ast.BinaryExpr:
		return (x.Op == token.LAND || x.Op == token.LOR) && claimed(x.X, all, not, depth+1, out) && claimed(x.Y, all, not, depth+1, out)
	case *ast.CallExpr:
		id, ok := x.Fun.(*ast.Ident)
		if !ok {
			return false
		}
		_, v3 := httpMatchers[id.Name]
		m, v2 := httpMatchersV2[id.Name]
		if !v3 && !v2 {
			return false
		}
		if m.name != "Host" && id.Name != "Host" || not && !all {
			return true
		}
		for _, a := range x.Args {
			if lit, ok := a.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					*out = append(*out, strings.ToLower(s))
				}
			}
		}
		return true
	}
	return false
}
