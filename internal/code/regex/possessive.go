package regex

import (
	"regexp"
	"strings"
)

var counted = regexp.MustCompile(`^\{\d+(?:,\d*)?\}`)

// possessive writes possessive quantifiers (a*+ a++ a?+ a{2}+) as the atomic groups that they are short for.
func possessive(s string) string {
	var out strings.Builder
	atom := 0 // where the last thing that may be repeated begins in out
	var groups []int
	for i := 0; i < len(s); {
		n := 1
		switch c := s[i]; c {
		case '\\':
			atom, n = out.Len(), min(escapeLen(s[i:]), len(s)-i)
		case '[':
			atom, n = out.Len(), classLen(s[i:])
		case '(':
			groups = append(groups, out.Len())
			if i+1 < len(s) && s[i+1] == '?' {
				n = 2 // the mark of a kind of group is no quantifier
			}
		case ')':
			if last := len(groups) - 1; last >= 0 {
				atom, groups = groups[last], groups[:last]
			}
		case '*', '+', '?', '{':
			if q := counted.FindString(s[i:]); q != "" {
				n = len(q)
			} else if c == '{' {
				atom = out.Len()
				break
			}
			if i+n < len(s) && s[i+n] == '+' && out.Len() > 0 {
				text := out.String()
				out.Reset()
				out.WriteString(text[:atom] + "(?>" + text[atom:] + s[i:i+n] + ")")
				i += n + 1
				continue
			}
			if i+n < len(s) && s[i+n] == '?' {
				n++
			}
		default:
			atom = out.Len()
		}
		out.WriteString(s[i : i+n])
		i += n
	}
	return out.String()
}

// escapeLen is the length of what a backslash begins.
func escapeLen(s string) int {
	if len(s) > 2 && strings.IndexByte("pPxkg", s[1]) >= 0 && s[2] == '{' {
		if end := strings.IndexByte(s, '}'); end > 0 {
			return end + 1
		}
	}
	return 2
}

// classLen is the length of a bracketed class.
func classLen(s string) int {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	if i < len(s) && s[i] == ']' {
		i++
	}
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], "[:"):
			if end := strings.Index(s[i:], ":]"); end > 0 {
				i += end + 1
			}
		case s[i] == ']':
			return i + 1
		}
	}
	return len(s)
}
