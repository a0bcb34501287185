package traefik

import (
	"errors"
	"go/ast"
	"go/parser"
	"regexp"
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
		if !n.anySet() {
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

// anySet says whether any value at or below a node is more than a default.
func (n *node) anySet() bool {
	if n.off {
		return false
	}
	if n.value != "" && n.value != "0" && !strings.EqualFold(n.value, "false") && len(n.children) == 0 || len(n.list) > 0 {
		return true
	}
	for _, c := range n.children {
		if c.anySet() {
			return true
		}
	}
	return false
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
