package code

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// A comment can take a finding away: drydock's own, which names the rule and gives a reason, and the marks of other
// tools, which teams have in their code already.
//
//	# drydock:ignore rule-id[, rule-id] -- reason     this line or the next
//	# nosemgrep[: rule-id, ...]                       this line or the next
//	# nosec [B101]        // NOSONAR                  this line
//	// eslint-disable-line, -next-line [rules]        this line, the next
//	/* eslint-disable [rules] */ ... /* eslint-enable */

// Unused is a suppression that suppresses nothing.
type Unused struct {
	Location finding.Location
	Text     string
}

type suppression struct {
	tool     string
	line     int // of the comment
	from, to int // lines that it covers
	rules    []string
	reason   string
	used     bool
}

type suppressed struct{ list []*suppression }

var suppressMarks = regex.MustCompile(
	`(?i)\b(drydock:ignore|nosemgrep|nosem|nosec|NOSONAR|eslint-disable-next-line|eslint-disable-line|eslint-disable|eslint-enable)\b[: \t]*([^\n]*)`,
)

// CommentLead is what comments begin with, in any language.
var CommentLead = lazyregexp.New(`#|//|/\*|<!--|--|;|^\s*\*`)

// maxBeforeMark is how far into a line a suppression may stand.
const maxBeforeMark = 4000

// suppressions reads the comments of a source.
func suppressions(src []byte, l *Lines) *suppressed {
	out := &suppressed{}
	var open *suppression
	marks, _ := suppressMarks.FindAll(src, 10_000)
	for _, mark := range marks {
		tool, rest := mark.Groups[1], mark.Groups[2]
		line, _ := l.at(tool[0])
		before := src[l.starts[line-1]:tool[0]]
		if len(before) > maxBeforeMark {
			continue // minified
		}
		lead := CommentLead.FindIndex(before)
		if lead == nil || bytes.Count(before[:lead[0]], []byte{'"'})%2 == 1 ||
			bytes.Count(before[:lead[0]], []byte{'\''})%2 == 1 {
			continue // not in a comment, or within a string
		}
		s := &suppression{tool: strings.ToLower(string(src[tool[0]:tool[1]])), line: line, from: line, to: line}
		s.read(string(bytes.TrimSpace(src[rest[0]:rest[1]])))
		alone := len(bytes.TrimSpace(before[:lead[0]])) == 0
		switch s.tool {
		case "drydock:ignore", "nosemgrep", "nosem":
			if alone {
				s.to = line + 1
			}
		case "eslint-disable-next-line":
			s.from, s.to = line+1, line+1
		case "eslint-disable":
			s.to = len(l.starts)
			open = s
		case "eslint-enable":
			if open != nil {
				open.to = line
				open = nil
			}
			continue
		}
		out.list = append(out.list, s)
	}
	return out
}

// read takes the rules and the reason from what follows the mark.
func (s *suppression) read(rest string) {
	rest = strings.TrimSuffix(strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(rest, "*/"), "-->")), "}")
	if r, reason, ok := strings.Cut(rest, "--"); ok {
		rest, s.reason = strings.TrimSpace(r), strings.TrimSpace(reason)
	}
	switch s.tool {
	case "nosonar", "nosec":
		s.reason = rest // names of other tools' rules, or words
		return
	}
	for _, f := range strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		if !ruleName.MatchString(f) {
			break
		}
		s.rules = append(s.rules, f)
	}
}

var ruleName = lazyregexp.New(`^[A-Za-z@][\w./@-]*$`)

// names reports whether the suppression is of a rule: by its id, by the last part of a dotted one, or of all.
func (s *suppression) names(rule string) bool {
	if len(s.rules) == 0 {
		return s.tool != "drydock:ignore"
	}
	for _, r := range s.rules {
		last := r
		if i := strings.LastIndexAny(r, "./"); i >= 0 {
			last = r[i+1:]
		}
		if r == rule || last == rule || strings.HasSuffix(rule, "."+r) {
			return true
		}
	}
	return false
}

// covers returns why a finding is suppressed, "" if it is not.
func (x *suppressed) covers(rule string, from int) string {
	for _, s := range x.list {
		if from > s.to || from < s.from || !s.names(rule) {
			continue
		}
		s.used = true
		if s.reason != "" {
			return s.tool + ": " + s.reason
		}
		return s.tool
	}
	return ""
}

// unused lists the suppressions of drydock's own and of semgrep's that took nothing away; those of other tools may
// serve them.
func (x *suppressed) unused(path string) (out []Unused) {
	for _, s := range x.list {
		if s.used || s.tool != "drydock:ignore" {
			continue
		}
		text := "this suppression suppresses nothing"
		if len(s.rules) == 0 {
			text = "this suppression names no rule: write drydock:ignore RULE -- REASON"
		}
		out = append(
			out,
			Unused{
				Location: finding.Location{Path: path, Line: s.line, Column: 1, EndLine: s.line, EndColumn: 1},
				Text:     text,
			},
		)
	}
	return out
}
