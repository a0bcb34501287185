// Package secretname says by a variable's name whether its value is a secret. There are two questions, and a word that
// is right for one is wrong for the other: what is reported has to be a secret, what is shown must not be one.
package secretname

import "github.com/drydock/drydock/internal/lazyregexp"

var (
	word = lazyregexp.New(
		`(?i)(?:^|[_.-]|[a-z])(?:password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|` +
			`secret_?key|credentials?)(?:$|[_.-]?(?:base|value|key|[0-9]+)$)`)
	other = lazyregexp.New(
		`(?i)_(?:file|path|dir|url|uri|name|host|port|user|username|type|length|ttl|expiry|expires?|` +
			`timeout|header|prefix|algorithm|version|id)$|public|min|max`)
)

// Holds reports whether a variable of that name holds a secret. A path to one, its address or its age is none.
func Holds(name string) bool { return word.MatchString(name) && !other.MatchString(name) }

// maybe are parts of names whose values are better not shown.
const maybe = `secret|token|passw|passphrase|pwd|credential|private|api_?key|access_?key|auth|dsn|database_url`

var (
	anyPart = lazyregexp.New(`(?i)` + maybe)
	// assignment is narrower, since it looks at any text: "auth=" and "private=" are options of many commands.
	assignment = lazyregexp.New(
		`(?i)\b([a-z0-9_.-]*(?:passw(?:or)?d|secret|token|api_?key|access_?key|credential)[a-z0-9_.-]*=)` +
			`("[^"]*"|'[^']*'|[^\s"';&|]+)`)
)

// MayHold reports whether the value of a variable of that name is better not shown.
func MayHold(name string) bool { return anyPart.MatchString(name) }

// Hide returns a text without the values of assignments whose name says that they are secret.
func Hide(text string) string { return assignment.ReplaceAllString(text, "${1}…") }
