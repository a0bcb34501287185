//go:build !cgo

package syntax

import "fmt"

// Available reports whether this build can parse at all.
const Available = false

// Parse reports that the grammar is not in this build.
func Parse(g Grammar, _ []byte, _ Limits) (*Tree, error) {
	return nil, fmt.Errorf("%s: %w", g, ErrUnavailable)
}

// LanguageOf returns nil: this build has no grammars.
func LanguageOf(Grammar) *Language { return nil }
