// Package regex gives rules the regular expressions that they are written in, PCRE's, on top of Go's engine where it
// means the same, which runs in linear time, and of a backtracking one with a time bound where it does not.
package regex

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// Timeout bounds one search of a backtracking expression.
const Timeout = 200 * time.Millisecond

// Regex is a compiled expression, safe for concurrent use.
type Regex struct {
	Source string
	fast   *regexp.Regexp
	slow   *regexp2.Regexp
}

// Compile compiles an expression. It is multi-line: ^ and $ match at lines, as rules expect.
func Compile(src string) (*Regex, error) { return compile("(?m)", src, regexp2.Multiline) }

func compile(flags, src string, opt regexp2.RegexOptions) (*Regex, error) {
	if fast, err := regexp.Compile(flags + translate(src)); err == nil && sameMeaning(src) {
		return &Regex{Source: src, fast: fast}, nil
	}
	slow, err := regexp2.Compile(possessive(src), opt)
	if err != nil {
		return nil, fmt.Errorf("not a regular expression: %w", err)
	}
	slow.MatchTimeout = Timeout
	return &Regex{Source: src, slow: slow}, nil
}

// translate writes what PCRE spells otherwise than Go.
func translate(s string) string {
	s = strings.ReplaceAll(s, `\h`, `[ \t]`)
	return strings.ReplaceAll(s, `\Z`, `\z`)
}

// sameMeaning says whether Go's engine reads s as PCRE does. In PCRE's \s stands a vertical tab, which no rule
// turns on; \Z may stand before a last newline, which none does either. Named groups (?<n>) are common to both.
func sameMeaning(s string) bool { return !strings.Contains(s, `\K`) && !strings.Contains(s, `\Q`) }

// possessive writes possessive quantifiers as the atomic groups they are short for where that is one token.
func possessive(s string) string {
	for _, q := range []string{"*", "+", "?"} {
		s = strings.ReplaceAll(s, "]"+q+"+", "]"+q)
	}
	return s
}

// Match says whether the expression matches anywhere in b. A search that runs out of time does not match; ok is then
// false.
func (r *Regex) Match(b []byte) (matched, ok bool) {
	if r.fast != nil {
		return r.fast.Match(b), true
	}
	m, err := r.slow.MatchRunes([]rune(string(b)))
	return m, err == nil
}

// MatchPrefix says whether the expression matches at the very start of b.
func (r *Regex) MatchPrefix(b []byte) (matched, ok bool) {
	if r.fast != nil {
		loc := r.fast.FindIndex(b)
		if loc == nil || loc[0] == 0 {
			return loc != nil, true
		}
		if re, err := regexp.Compile(`\A(?:` + r.fast.String() + `)`); err == nil {
			return re.Match(b), true
		}
		return false, true
	}
	for m, err := r.slow.FindRunesMatch([]rune(string(b))); ; m, err = r.slow.FindNextMatch(m) {
		if err != nil || m == nil {
			return false, err == nil
		}
		if m.Index == 0 {
			return true, true
		}
	}
}

// Find is one match: the spans of the whole and of each group, -1 where a group took no part.
type Find struct{ Groups [][2]int }

// FindAll returns up to limit matches in b, as byte spans.
func (r *Regex) FindAll(b []byte, limit int) (out []Find, ok bool) {
	if r.fast != nil {
		for _, m := range r.fast.FindAllSubmatchIndex(b, limit) {
			f := Find{}
			for i := 0; i+1 < len(m); i += 2 {
				f.Groups = append(f.Groups, [2]int{m[i], m[i+1]})
			}
			out = append(out, f)
		}
		return out, true
	}
	runes := []rune(string(b))
	at := byteOffsets(b, len(runes))
	m, err := r.slow.FindRunesMatch(runes)
	for m != nil && err == nil && len(out) < limit {
		f := Find{}
		for _, g := range m.Groups() {
			if len(g.Captures) == 0 {
				f.Groups = append(f.Groups, [2]int{-1, -1})
				continue
			}
			f.Groups = append(f.Groups, [2]int{at[g.Index], at[g.Index+g.Length]})
		}
		out = append(out, f)
		m, err = r.slow.FindNextMatch(m)
	}
	return out, err == nil
}

// byteOffsets maps each rune's number to its byte, and the end.
func byteOffsets(b []byte, n int) []int {
	at := make([]int, 0, n+1)
	for i := range string(b) {
		at = append(at, i)
	}
	return append(at, len(b))
}

// GroupNames lists the groups' names by number, "" for those without.
func (r *Regex) GroupNames() []string {
	if r.fast != nil {
		return r.fast.SubexpNames()
	}
	var out []string
	for _, n := range r.slow.GetGroupNames() {
		if n != "" && n[0] >= '0' && n[0] <= '9' {
			n = ""
		}
		out = append(out, n)
	}
	return out
}
