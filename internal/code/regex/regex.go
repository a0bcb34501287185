// Package regex gives rules the regular expressions that they are written in, PCRE's, on top of Go's engine where it
// means the same, which runs in linear time, and of a backtracking one with a time bound where it does not.
package regex

import (
	"bytes"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2"
)

// Timeout bounds one search of a backtracking expression.
const Timeout = 200 * time.Millisecond

// Regex is an expression, safe for concurrent use. Its machine is built when it is first needed: most rules never come
// so far in a run.
type Regex struct {
	Source string
	facts  facts
	names  []string        // of the groups; of Go's engine
	slow   *regexp2.Regexp // the backtracking engine, where Go's does not do
	spent  atomic.Int64    // nanoseconds that it took so far
	read   atomic.Int64    // bytes that it looked at
	whole  func() *regexp.Regexp
	start  func() *regexp.Regexp // matches at the start of the text only
}

// Compile compiles an expression. It is multi-line: ^ and $ match at lines, as rules expect.
func Compile(src string) (*Regex, error) { return compile("(?m)", src, regexp2.Multiline) }

// A backtracking expression that takes far longer than its text is worth is not run any more: each search is bounded,
// but there may be very many of them.
const (
	patience     = 3 * time.Second      // in all, and
	patienceByte = 2 * time.Microsecond // for each byte
)

// search runs one search of the backtracking engine; ok is false where there was no time for it.
func (r *Regex) search(b []byte, f func(runes []rune) error) (ok bool) {
	read := r.read.Add(int64(len(b)))
	if time.Duration(r.spent.Load()) > patience+time.Duration(read)*patienceByte {
		return false
	}
	start := time.Now()
	err := f([]rune(string(b)))
	r.spent.Add(int64(time.Since(start)))
	return err == nil
}

// MustCompile is Compile for an expression that is known to be right.
func MustCompile(src string) *Regex {
	r, err := Compile(src)
	if err != nil {
		panic(err)
	}
	return r
}

func compile(flags, src string, opt regexp2.RegexOptions) (*Regex, error) {
	text := flags + translate(src)
	if tree, err := syntax.Parse(text, syntax.Perl); err == nil && sameMeaning(src) {
		r := &Regex{Source: src, facts: factsOf(tree), names: tree.CapNames()}
		r.whole = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
		r.start = sync.OnceValue(func() *regexp.Regexp {
			re, err := regexp.Compile(`\A(?:` + text + `)`)
			if err != nil { // it was just within the bounds
				return r.whole()
			}
			return re
		})
		return r, nil
	}
	slow, err := regexp2.Compile(backtracking(src), opt)
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

// sameMeaning reports whether Go's engine reads s as PCRE does. In PCRE's \s stands a vertical tab, which no rule
// turns on; \Z may stand before a last newline, which none does either. Named groups (?<n>) are common to both.
func sameMeaning(s string) bool { return !strings.Contains(s, `\K`) && !strings.Contains(s, `\Q`) }

// Match reports whether the expression matches anywhere in b. A search that runs out of time does not match; ok is then
// false.
func (r *Regex) Match(b []byte) (matched, ok bool) {
	if r.slow == nil {
		return r.facts.possible(b) && r.whole().Match(b), true
	}
	ok = r.search(b, func(runes []rune) (err error) {
		matched, err = r.slow.MatchRunes(runes)
		return err
	})
	return matched, ok
}

// FindPrefix is the match at the very start of b, nil if there is none.
func (r *Regex) FindPrefix(b []byte) (m *Find, ok bool) {
	if matched, ok := r.MatchPrefix(b); !matched {
		return nil, ok
	}
	if r.slow == nil {
		spans := r.start().FindSubmatchIndex(b)
		f := &Find{}
		for i := 0; i+1 < len(spans); i += 2 {
			f.Groups = append(f.Groups, [2]int{spans[i], spans[i+1]})
		}
		return f, true
	}
	found, ok := r.FindAll(b, 1)
	if len(found) == 0 {
		return nil, ok
	}
	return &found[0], ok
}

// MatchPrefix reports whether the expression matches at the very start of b.
func (r *Regex) MatchPrefix(b []byte) (matched, ok bool) {
	if r.slow == nil {
		if !r.facts.possible(b) {
			return false, true
		}
		loc := r.start().FindIndex(b)
		return loc != nil && loc[0] == 0, true
	}
	ok = r.search(b, func(runes []rune) error {
		m, err := r.slow.FindRunesMatch(runes)
		matched = err == nil && m != nil && m.Index == 0
		return err
	})
	return matched, ok
}

// Find is one match: the spans of the whole and of each group, -1 where a group took no part.
type Find struct{ Groups [][2]int }

// FindAll returns up to limit matches in b, as byte spans.
func (r *Regex) FindAll(b []byte, limit int) (out []Find, ok bool) {
	if r.slow == nil {
		return r.findAll(b, limit), true
	}
	ok = r.search(b, func(runes []rune) error {
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
		return err
	})
	return out, ok
}

// findAll looks at the whole text, or only at the lines that have what a match needs.
func (r *Regex) findAll(b []byte, limit int) (out []Find) {
	add := func(b []byte, base int) {
		for _, m := range r.whole().FindAllSubmatchIndex(b, limit-len(out)) {
			f := Find{Groups: make([][2]int, len(m)/2)}
			for i := range f.Groups {
				f.Groups[i] = [2]int{m[2*i], m[2*i+1]}
				if m[2*i] >= 0 {
					f.Groups[i] = [2]int{base + m[2*i], base + m[2*i+1]}
				}
			}
			out = append(out, f)
		}
	}
	if !r.facts.oneLine || r.facts.blind(b) {
		if r.facts.possible(b) {
			add(b, 0)
		}
		return out
	}
	places := r.facts.places(b)
	for from := 0; from < len(b) && len(out) < limit; {
		at := places.next(from)
		if at == len(b) {
			break
		}
		from += bytes.LastIndexByte(b[from:at], '\n') + 1
		end := next(b, at, '\n')
		add(b[from:end], from)
		from = end + 1
	}
	return out
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
	if r.slow == nil {
		return r.names
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
