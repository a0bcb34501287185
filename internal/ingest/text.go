package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of the texts that the lists show.
const (
	maxTitle = 500
	maxName  = 300
	maxPath  = 1000
)

// clean makes a text of a document fit to be kept and shown on a line: valid, without control characters, bounded.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	if len(s) <= limit {
		return s
	}
	s = s[:limit]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

// Clean makes a short text of a document fit to be kept and shown on a line.
func Clean(s string) string { return cleanLine(s) }

// cleanLine is clean for a short remark.
func cleanLine(s string) string { return clean(s, maxName) }
