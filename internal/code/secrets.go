package code

import (
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Secret is a secret in a source. The engine is given a function that finds them, tells each as a finding of its own,
// and shows none of them in the findings of rules.
type Secret struct {
	Rule       string
	Title      string
	Severity   finding.Severity
	Confidence finding.Confidence
	Start, End int    // bytes of the source
	Shown      string // as much of it as may be shown
	Generic    bool   // told by name and randomness alone: a rule that says the same knows more
	Part       bool   // belongs to another: it is hidden and not told
}

// secrets are those of one source.
type secrets struct {
	src  []byte
	list []Secret // by place
}

func (e *Engine) secrets(path string, src []byte) *secrets {
	if e.opt.Secrets == nil {
		return &secrets{}
	}
	return &secrets{src: src, list: e.opt.Secrets(path, src)}
}

// leastHidden is the length from which on a line of a secret is hidden in other texts.
const leastHidden = 6

// hide masks every secret in a text.
func (s *secrets) hide(text string) string {
	for i := range s.list {
		x := &s.list[i]
		whole := string(s.src[x.Start:x.End])
		text = strings.ReplaceAll(text, whole, x.Shown)
		if !strings.Contains(whole, "\n") {
			continue
		}
		for _, line := range strings.Split(whole, "\n") {
			if line = strings.TrimSpace(line); len(line) >= leastHidden && !strings.HasPrefix(line, "-----BEGIN") {
				text = strings.ReplaceAll(text, line, "…")
			}
		}
	}
	return text
}

// hideIn masks every secret in what a finding says. A fix that would repeat one is left out.
func (s *secrets) hideIn(f *Finding) {
	if len(s.list) == 0 {
		return
	}
	f.Message, f.Snippet, f.Key = s.hide(f.Message), s.hide(f.Snippet), s.hide(f.Key)
	for i := range f.Flow {
		f.Flow[i].Text = s.hide(f.Flow[i].Text)
	}
	if f.Fix != nil && s.hide(f.Fix.NewText) != f.Fix.NewText {
		f.Fix = nil
	}
}

// line is a line of the source with its secrets masked, as a snippet.
func (s *secrets) line(l *Lines, n, start int) string {
	from, to := l.starts[n-1], len(s.src)
	if n < len(l.starts) {
		to = l.starts[n] - 1
	}
	if to-from > 8*maxSnippet {
		from = max(from, start-maxSnippet/4)
		to = min(to, from+8*maxSnippet)
	}
	var b strings.Builder
	at := from
	for i := range s.list {
		x := &s.list[i]
		if x.End <= at || x.Start >= to {
			continue
		}
		if x.Start > at {
			b.Write(s.src[at:x.Start])
		}
		shown := x.Shown
		if x.Start < from {
			shown = "…"
		}
		b.WriteString(shown)
		at = min(x.End, to)
	}
	b.Write(s.src[at:to])
	text := loginInAddress.ReplaceAllStringFunc(strings.TrimSpace(b.String()), notMasked("$1***@", loginInAddress))
	text = secretConstant.ReplaceAllStringFunc(text, notMasked(`$1"***"`, secretConstant))
	if r := []rune(text); len(r) > maxSnippet {
		text = string(r[:maxSnippet]) + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// notMasked replaces what an expression matches, unless a secret in it is masked already.
func notMasked(by string, re *lazyregexp.Regexp) func(string) string {
	return func(match string) string {
		if strings.Contains(match, "…") {
			return match
		}
		return re.ReplaceAllString(match, by)
	}
}

// tell makes a finding of each secret of a file. One that a rule tells too, in the same line, is told once: by the form
// that its issuer gives it, else by the rule.
func (s *secrets) tell(path string, l *Lines, byRules []Finding, ofSecrets func(rule string) bool) []Finding {
	ruled := map[int]bool{}
	for i := range byRules {
		if ofSecrets(byRules[i].Rule) {
			for n := byRules[i].Location.Line; n <= byRules[i].Location.EndLine; n++ {
				ruled[n] = true
			}
		}
	}
	formed := map[int]bool{}
	var own []Finding
	for i := range s.list {
		x := &s.list[i]
		loc := l.location(path, uint32(x.Start), uint32(x.End))
		if x.Part || x.Generic && ruled[loc.Line] {
			continue
		}
		formed[loc.Line] = formed[loc.Line] || !x.Generic
		own = append(own, Finding{Rule: x.Rule, Severity: x.Severity, Confidence: x.Confidence, Location: loc,
			Message: x.Title, Snippet: s.line(l, loc.Line, x.Start), Key: x.Shown})
	}
	out := own
	for i := range byRules {
		if !ofSecrets(byRules[i].Rule) || !formed[byRules[i].Location.Line] {
			out = append(out, byRules[i])
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i].Location, out[j].Location
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return out
}
