package regex

import (
	"regexp"
	"strings"
)

// posixClasses are the classes of characters that PCRE knows by name within brackets.
var posixClasses = map[string]string{
	"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": `\s`,
	"blank": ` \t`, "word": `\w`,
	"xdigit": "0-9a-fA-F", "punct": "!-/:-@\\[-`{-~", "cntrl": `\x00-\x1f\x7f`, "print": ` -~`, "graph": `!-~`,
	"ascii": `\x00-\x7f`,
}

// quantifier is one at the start of a text.
var quantifier = regexp.MustCompile(`^(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})`)

// backtracking writes an expression of PCRE's as the backtracking engine spells it: possessive quantifiers are the
// atomic groups that they are short for, (?P<n>) is (?<n>), quoted text is escaped, and named classes are spelt out.
func backtracking(s string) string {
	var out []byte
	var open []int // where each group that is open begins
	for i := 0; i < len(s); {
		atom := len(out)
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			n, text := escape(s[i:])
			out = append(out, text...)
			i += n
		case c == '[':
			n, text := class(s[i:])
			out = append(out, text...)
			i += n
		case c == '(':
			open = append(open, atom)
			out = append(out, c)
			if i++; strings.HasPrefix(s[i:], "?P<") {
				out = append(out, '?')
				i += 2
			} else if strings.HasPrefix(s[i:], "?") {
				out = append(out, '?') // no quantifier
				i++
			}
			continue
		case c == ')':
			if len(open) > 0 {
				atom, open = open[len(open)-1], open[:len(open)-1]
			}
			out = append(out, c)
			i++
		default:
			out = append(out, c)
			i++
		}
		q := quantifier.FindString(s[i:])
		if q == "" {
			continue
		}
		i += len(q)
		if i < len(s) && s[i] == '+' {
			i++
			out = append(append(append(out[:atom:atom], "(?>"...), out[atom:]...), q+")"...)
			continue
		}
		out = append(out, q...)
		if i < len(s) && s[i] == '?' {
			out = append(out, '?')
			i++
		}
	}
	return string(out)
}

// escape reads a backslash and what belongs to it: how long it is, and how it is spelt.
func escape(s string) (int, string) {
	switch s[1] {
	case 'Q':
		end := strings.Index(s, `\E`)
		if end < 0 {
			return len(s), "(?:" + regexp.QuoteMeta(s[2:]) + ")"
		}
		return end + 2, "(?:" + regexp.QuoteMeta(s[2:end]) + ")"
	case 'h':
		return 2, `[ \t]`
	case 'H':
		return 2, `[^ \t]`
	case 'R':
		return 2, `(?:\r\n|\n|\r)`
	case 'p', 'P':
		if end := strings.IndexByte(s, '}'); len(s) > 2 && s[2] == '{' && end > 0 {
			return end + 1, s[:end+1]
		}
	case 'x':
		if strings.HasPrefix(s[2:], "{") {
			if end := strings.IndexByte(s, '}'); end > 0 && end <= 7 {
				return end + 1, `\u` + strings.Repeat("0", max(0, 7-end)) + s[3:end]
			}
		}
	}
	return 2, s[:2]
}

// class reads a class in brackets.
func class(s string) (int, string) {
	var b strings.Builder
	b.WriteByte('[')
	i := 1
	if i < len(s) && s[i] == '^' {
		b.WriteByte('^')
		i++
	}
	for first := true; i < len(s); first = false {
		switch c := s[i]; {
		case c == ']' && !first:
			b.WriteByte(c)
			return i + 1, b.String()
		case c == ']':
			b.WriteString(`\]`)
			i++
		case c == '[':
			if end := strings.Index(s[i:], ":]"); end > 2 && s[i+1] == ':' && posixClasses[s[i+2:i+end]] != "" {
				b.WriteString(posixClasses[s[i+2:i+end]])
				i += end + 2
				continue
			}
			b.WriteString(`\[`)
			i++
		case c == '\\' && i+1 < len(s):
			if s[i+1] == 'h' {
				b.WriteString(` \t`)
			} else {
				b.WriteString(s[i : i+2])
			}
			i += 2
		default:
			b.WriteByte(c)
			i++
		}
	}
	return i, b.String()
}
