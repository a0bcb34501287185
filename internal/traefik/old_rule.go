package traefik

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// oldPlaceholder is version 2's {name} or {name:expression}; version 3 takes it as it stands. The repetition {2,3} of
// an expression begins with a digit.
var oldPlaceholder = lazyregexp.New(`\{[A-Za-z_][\w-]*(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}`)

// OldSyntax lists what of a rule is written as version 2 has it and means something else, or nothing, in version 3.
func OldSyntax(text string) []string {
	if len(text) > maxRule {
		return nil
	}
	e, err := parser.ParseExpr(text)
	if err != nil {
		return nil
	}
	var out []string
	oldSyntax(e, 0, func(s string) { out = append(out, s) })
	return out
}

func oldSyntax(e ast.Expr, depth int, tell func(string)) {
	if depth > maxRuleDepth {
		return
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		oldSyntax(x.X, depth+1, tell)
	case *ast.UnaryExpr:
		oldSyntax(x.X, depth+1, tell)
	case *ast.BinaryExpr:
		oldSyntax(x.X, depth+1, tell)
		oldSyntax(x.Y, depth+1, tell)
	case *ast.CallExpr:
		if id, ok := x.Fun.(*ast.Ident); ok {
			oldCall(id.Name, x.Args, tell)
		}
	}
}

func oldCall(name string, args []ast.Expr, tell func(string)) {
	m, v3 := httpMatchers[name]
	old, v2 := httpMatchersV2[name]
	if !v3 {
		m, v3 = tcpMatchers[name]
	}
	if !v2 {
		old, v2 = tcpMatchersV2[name]
	}
	switch {
	case !v3 && v2:
		tell(old.name + " is " + map[string]string{
			"HostHeader": "Host", "Headers": "Header", "HeadersRegexp": "HeaderRegexp",
		}[old.name] + " in version 3")
		return
	case !v3:
		return
	case v2 && m.max >= 0 && len(args) > m.max && old.max < 0:
		tell(m.name + " takes one value in version 3: join several by ||")
		return
	}
	for _, a := range args {
		lit, ok := a.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			continue
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			continue
		}
		switch {
		case strings.HasPrefix(m.name, "Host") || strings.HasPrefix(m.name, "Path"):
			if p := placeholder(s); p != "" {
				tell(p + " is no placeholder in version 3: " + regexpOf(m.name) + " takes a plain expression")
				return
			}
		case m.name == "Query" && len(args) == 1 && strings.Contains(s, "="):
			tell("Query takes the key and the value as two arguments in version 3")
			return
		}
	}
}

// placeholder is the first {name} or {name:expression} of a text; ${name} is a variable without a value.
func placeholder(s string) string {
	for _, at := range oldPlaceholder.FindAllStringIndex(s, -1) {
		if at[0] == 0 || s[at[0]-1] != '$' {
			return s[at[0]:at[1]]
		}
	}
	return ""
}

// regexpOf is the matcher of version 3 that takes an expression.
func regexpOf(name string) string {
	switch {
	case strings.HasPrefix(name, "Path"):
		return "PathRegexp"
	case strings.HasPrefix(name, "HostSNI"):
		return "HostSNIRegexp"
	}
	return "HostRegexp"
}
