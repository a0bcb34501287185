package search

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/regex"
)

// The expressions of metavariable-comparison are Python's, cut down to what can be said about constants: numbers,
// strings, comparison, arithmetic, and/or/not, in, int(), float(), str(), len(), re.match(), today(), strptime().

// value is a number, a string, a truth value, or a list; nil where it is not known.
type value any

// lookup gives a metavariable's value.
type lookup func(name string) value

// expr is a compiled expression.
type expr func(lookup) value

type exprParser struct {
	s   string
	i   int
	tok string
	err error
}

func parseExpr(s string) (expr, error) {
	p := &exprParser{s: s}
	p.next()
	e := p.or(0)
	if p.err == nil && p.tok != "" {
		p.fail("%q is not understood", p.tok)
	}
	return e, p.err
}

func (p *exprParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("comparison %q: %s", p.s, fmt.Sprintf(format, args...))
	}
	p.tok, p.i = "", len(p.s)
}

func (p *exprParser) next() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
	start := p.i
	if p.i >= len(p.s) {
		p.tok = ""
		return
	}
	switch c := p.s[p.i]; {
	case c == '\'' || c == '"':
		for p.i++; p.i < len(p.s) && p.s[p.i] != c; p.i++ {
			if p.s[p.i] == '\\' {
				p.i++
			}
		}
		p.i = min(p.i+1, len(p.s))
	case ast.WordByte(c) || c == '$' || c == '.' && p.i+1 < len(p.s) && p.s[p.i+1] >= '0' && p.s[p.i+1] <= '9':
		for p.i++; p.i < len(p.s) && (ast.WordByte(p.s[p.i]) || p.s[p.i] == '.'); p.i++ {
		}
	default:
		p.i++
		for _, two := range []string{"==", "!=", "<=", ">=", "**", "//", "<<", ">>", "&&", "||"} {
			if strings.HasPrefix(p.s[start:], two) {
				p.i = start + 2
			}
		}
	}
	p.tok = p.s[start:p.i]
}

func (p *exprParser) take(t string) bool {
	if p.tok == t {
		p.next()
		return true
	}
	return false
}

const maxExprDepth = 100

func (p *exprParser) or(depth int) expr {
	if depth > maxExprDepth {
		p.fail("it is nested too deeply")
		return nil
	}
	l := p.and(depth)
	for p.tok == "or" || p.tok == "||" {
		p.next()
		a, b := l, p.and(depth)
		l = func(v lookup) value {
			if x := a(v); truth(x) {
				return x
			}
			return b(v)
		}
	}
	return l
}

func (p *exprParser) and(depth int) expr {
	l := p.not(depth)
	for p.tok == "and" || p.tok == "&&" {
		p.next()
		a, b := l, p.not(depth)
		l = func(v lookup) value { return truth(a(v)) && truth(b(v)) }
	}
	return l
}

func (p *exprParser) not(depth int) expr {
	if p.tok == "not" || p.tok == "!" {
		p.next()
		if depth > maxExprDepth {
			p.fail("it is nested too deeply")
			return nil
		}
		a := p.not(depth + 1)
		return func(v lookup) value {
			x := a(v)
			if x == nil {
				return nil
			}
			return !truth(x)
		}
	}
	return p.compare(depth)
}

func (p *exprParser) compare(depth int) expr {
	l := p.binary(depth, 0)
	for {
		op := p.tok
		switch op {
		case "==", "!=", "<", ">", "<=", ">=", "in":
			p.next()
		case "not":
			p.next()
			if !p.take("in") {
				p.fail("`in` is expected after `not`")
				return nil
			}
			op = "not in"
		default:
			return l
		}
		a, b := l, p.binary(depth, 0)
		l = func(v lookup) value { return relate(op, a(v), b(v)) }
	}
}

var levels = [...][]string{{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%", "//"}, {"**"}}

func (p *exprParser) binary(depth, level int) expr {
	if level == len(levels) {
		return p.unary(depth)
	}
	l := p.binary(depth, level+1)
	for {
		op := ""
		for _, o := range levels[level] {
			if p.tok == o {
				op = o
			}
		}
		if op == "" {
			return l
		}
		p.next()
		a, b := l, p.binary(depth, level+1)
		l = func(v lookup) value { return arith(op, a(v), b(v)) }
	}
}

func (p *exprParser) unary(depth int) expr {
	if depth > maxExprDepth {
		p.fail("it is nested too deeply")
		return nil
	}
	switch op := p.tok; op {
	case "-", "~", "+":
		p.next()
		a := p.unary(depth + 1)
		return func(v lookup) value {
			x, ok := a(v).(float64)
			switch {
			case !ok:
				return nil
			case op == "-":
				return -x
			case op == "~":
				return float64(^int64(x))
			}
			return x
		}
	}
	return p.primary(depth)
}

func (p *exprParser) list(depth int, end string) []expr {
	var out []expr
	for p.tok != end && p.err == nil {
		out = append(out, p.or(depth+1))
		if !p.take(",") {
			break
		}
	}
	if !p.take(end) {
		p.fail("%q is missing", end)
	}
	return out
}

func (p *exprParser) primary(depth int) expr {
	t := p.tok
	if t == "" {
		p.fail("it ends too early")
		return nil
	}
	p.next()
	switch {
	case t == "(":
		e := p.or(depth + 1)
		if !p.take(")") {
			p.fail("a closing parenthesis is missing")
		}
		return e
	case t == "[":
		items := p.list(depth, "]")
		return func(v lookup) value {
			var out []value
			for _, it := range items {
				out = append(out, it(v))
			}
			return out
		}
	case t[0] == '$':
		return func(v lookup) value { return v(t) }
	case t[0] == '\'' || t[0] == '"':
		s := strings.Trim(t, t[:1])
		s = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`).Replace(s)
		return func(lookup) value { return s }
	case t == "True" || t == "true":
		return func(lookup) value { return true }
	case t == "False" || t == "false":
		return func(lookup) value { return false }
	case t == "None":
		return func(lookup) value { return nil }
	case p.tok == "(":
		p.next()
		return p.call(t, p.list(depth, ")"))
	}
	if f, ok := pattern.Number(t); ok {
		return func(lookup) value { return f }
	}
	p.fail("%q is not understood", t)
	return nil
}

func (p *exprParser) call(name string, args []expr) expr {
	arg := func(i int, v lookup) value {
		if i < len(args) && args[i] != nil {
			return args[i](v)
		}
		return nil
	}
	switch name {
	case "int", "float":
		return func(v lookup) value { return toNumber(arg(0, v)) }
	case "str":
		return func(v lookup) value { return toString(arg(0, v)) }
	case "len":
		return func(v lookup) value {
			switch x := arg(0, v).(type) {
			case string:
				return float64(len([]rune(x)))
			case []value:
				return float64(len(x))
			}
			return nil
		}
	case "today":
		return func(lookup) value { return float64(time.Now().Unix()) }
	case "strptime":
		return func(v lookup) value {
			s, _ := arg(0, v).(string)
			for _, layout := range []string{"2006-01-02", "2006-1-2"} {
				if d, err := time.Parse(layout, s); err == nil {
					return float64(d.Unix())
				}
			}
			return nil
		}
	case "re.match":
		return func(v lookup) value {
			src, ok1 := arg(0, v).(string)
			s, ok2 := arg(1, v).(string)
			re, err := regex.Compile(src)
			if !ok1 || !ok2 || err != nil {
				return nil
			}
			m, _ := re.MatchPrefix([]byte(s))
			return m
		}
	}
	p.fail("%s() is no function here", name)
	return nil
}

func toNumber(x value) value {
	switch x := x.(type) {
	case float64:
		return x
	case bool:
		if x {
			return 1.0
		}
		return 0.0
	case string:
		if f, ok := pattern.Number(strings.TrimSpace(x)); ok {
			return f
		}
	}
	return nil
}

func toString(x value) value {
	switch x := x.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return nil
}

func truth(x value) bool {
	switch x := x.(type) {
	case bool:
		return x
	case float64:
		return x != 0
	case string:
		return x != ""
	case []value:
		return len(x) > 0
	}
	return false
}

// relate compares; nil where the two cannot be compared.
func relate(op string, a, b value) value {
	if op == "in" || op == "not in" {
		found := false
		switch y := b.(type) {
		case []value:
			for _, it := range y {
				found = found || equal(a, it)
			}
		case string:
			s, ok := a.(string)
			found = ok && strings.Contains(y, s)
		default:
			return nil
		}
		return found == (op == "in")
	}
	if a == nil || b == nil {
		return nil
	}
	switch op {
	case "==":
		return equal(a, b)
	case "!=":
		return !equal(a, b)
	}
	if x, ok := a.(float64); ok {
		if y, ok := b.(float64); ok {
			return ordered(op, x < y, x > y)
		}
		return nil
	}
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return ordered(op, x < y, x > y)
		}
	}
	return nil
}

func ordered(op string, less, more bool) bool {
	switch op {
	case "<":
		return less
	case ">":
		return more
	case "<=":
		return !more
	}
	return !less
}

func equal(a, b value) bool {
	switch x := a.(type) {
	case []value:
		y, ok := b.([]value)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	if _, ok := b.([]value); ok {
		return false
	}
	return a == b
}

func arith(op string, a, b value) value {
	if s, ok := a.(string); ok && op == "+" {
		if t, ok := b.(string); ok && len(s)+len(t) < 1<<16 {
			return s + t
		}
	}
	x, ok1 := a.(float64)
	y, ok2 := b.(float64)
	if !ok1 || !ok2 {
		return nil
	}
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "**":
		return math.Pow(x, y)
	case "|":
		return float64(int64(x) | int64(y))
	case "&":
		return float64(int64(x) & int64(y))
	case "^":
		return float64(int64(x) ^ int64(y))
	case "<<":
		return float64(int64(x) << (uint64(y) & 63))
	case ">>":
		return float64(int64(x) >> (uint64(y) & 63))
	}
	if y == 0 {
		return nil
	}
	switch op {
	case "/":
		return x / y
	case "//":
		return math.Floor(x / y)
	}
	return x - y*math.Floor(x/y)
}

// compare evaluates a comparison with the metavariables' constant values.
func (e *Evaluator) compare(c *cond, env pattern.Env) bool {
	return truth(c.cmp(func(name string) value {
		v := e.Prog.Vars.Lookup(name)
		if v < 0 || v >= len(env) || env[v].Kind == pattern.Unbound {
			return nil
		}
		raw := e.Constant(&env[v])
		s := string(unquoted(raw))
		if c.base != 0 {
			if n, err := strconv.ParseInt(strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(s, "0o"), "0x"), "_"),
				c.base, 64); err == nil {
				return float64(n)
			}
		}
		if e.isString(&env[v]) && !c.strip {
			return s
		}
		if f, ok := pattern.Number(s); ok {
			return f
		}
		switch s {
		case "true", "True":
			return true
		case "false", "False":
			return false
		}
		return s
	}))
}

// isString reports whether a metavariable holds a string of the code rather than a number.
func (e *Evaluator) isString(b *pattern.Binding) bool {
	return b.Kind == pattern.BindNode && len(e.Content(b)) > 0 && strings.IndexByte(`"'`+"`", e.Content(b)[0]) >= 0
}
