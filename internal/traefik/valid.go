package traefik

import (
	"errors"
	"go/ast"
	"go/parser"
	"regexp"
	"slices"
	"strings"
)

// invalid says why a middleware's settings make none, as far as its own text tells; "" if they do.
func invalid(kind string, n *node) string {
	switch kind {
	case "addprefix":
		if n.text("prefix") == "" {
			return "the prefix cannot be empty"
		}
	case "basicauth":
		return badUsers(n, 2)
	case "digestauth":
		return badUsers(n, 3)
	case "circuitbreaker":
		if err := checkBreaker(n.text("expression")); err != nil {
			return err.Error()
		}
	case "headers":
		if !n.setsHeaders() {
			return "headers without any header set"
		}
	case "replacepathregex":
		if _, err := regexp.Compile(n.text("regex")); err != nil {
			return "the regular expression is not valid"
		}
	case "stripprefixregex":
		for _, e := range n.strings("regex") {
			if _, err := regexp.Compile(e); err != nil {
				return "the regular expression is not valid"
			}
		}
	case "retry":
		if n.number("attempts") <= 0 {
			return "a retry needs at least one attempt"
		}
	}
	return ""
}

// badUsers looks for a user that is not written in its parts, name and password (and realm). What stands there is never quoted.
func badUsers(n *node, parts int) string {
	for _, u := range n.strings("users") {
		if !strings.Contains(u, "${") && strings.Count(u, ":") != parts-1 {
			return "a user is not written as the name, a colon and the hash"
		}
	}
	return ""
}

// counted are the header settings that are set by any number, 0 as well: where they are not written they are absent, not 0.
var counted = map[string]bool{"stsseconds": true, "accesscontrolmaxage": true}

// setsHeaders reports whether a headers middleware sets anything. A header with an empty value is set: it is taken out.
func (n *node) setsHeaders() bool {
	return !n.off && slices.ContainsFunc(n.children, func(c *node) bool {
		switch {
		case c.off:
			return false
		case len(c.children) > 0 || len(c.list) > 0:
			return true
		case counted[strings.ToLower(c.name)]:
			return c.value != ""
		}
		return c.value != "" && !strings.EqualFold(c.value, "false")
	})
}

// breakerCalls are the measures of a circuit breaker, with the number of their arguments.
var breakerCalls = map[string]int{"NetworkErrorRatio": 0, "ResponseCodeRatio": 4, "LatencyAtQuantileMS": 1}

// checkBreaker reads a circuit breaker's expression: measures held against numbers, joined by && and ||.
func checkBreaker(text string) error {
	bad := errors.New("the circuit breaker's expression is not valid")
	if len(text) > maxRule {
		return bad
	}
	e, err := parser.ParseExpr(text)
	if err != nil {
		return bad
	}
	known := true
	ast.Inspect(e, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.CallExpr:
			id, ok := x.Fun.(*ast.Ident)
			if !ok {
				known = false
				return false
			}
			n, ok := breakerCalls[id.Name]
			known = known && ok && n == len(x.Args)
			return false
		case *ast.Ident:
			known = false
		}
		return known
	})
	if !known {
		return bad
	}
	return nil
}
