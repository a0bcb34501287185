package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow a letter; the scripts that stack marks need no more.
const maxMarks = 4

// Plain makes foreign text safe to show on one line: line breaks and tabs become spaces; control characters, and the
// invisible ones that reorder or hide text, are spelt out (\x1b, \u202e); bytes that are not UTF-8 become U+FFFD.
func Plain(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, c := range s {
		if unicode.In(c, unicode.Mn, unicode.Me) {
			if marks++; marks <= maxMarks {
				b.WriteRune(c)
			}
			continue
		}
		marks = 0
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			b.WriteByte(' ')
		case c < 0x20 || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		case c < utf8.RuneSelf || unicode.IsPrint(c):
			b.WriteRune(c)
		case unicode.Is(unicode.Zs, c):
			b.WriteByte(' ')
		case c > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, c)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Markdown makes foreign text safe inside a line of Markdown, a table's cell too: it is plain, and every character that
// Markdown or HTML gives a meaning stands for itself.
func Markdown(s string) string {
	s = Plain(s)
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case c == '@':
			b.WriteString("&#64;") // names nobody
		case strings.ContainsRune("\\`*_{}[]()#+!|~$", c):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
