package exposure

import "github.com/drydock/drydock/internal/lazyregexp"

// secretMatchers are the rule functions whose last argument may be a secret: a header's or a query parameter's value is
// often a key that lets its bearer in.
var secretMatchers = lazyregexp.New(
	"(?i)\\b((?:Headers?|Query)(?:Regexp)?\\(\\s*(?:`[^`]*`|\"[^\"]*\"|'[^']*')\\s*,)[^)]*\\)")

// ShownRule is a router's rule as a report may show it: values of headers and query parameters are left out.
func ShownRule(rule string) string { return secretMatchers.ReplaceAllString(rule, "$1 …)") }
