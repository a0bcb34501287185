package waiver

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/report"
)

// ignoreComment is `# drydock:ignore RULE, RULE -- REASON`, as in source code, in the files that the other gates read:
// Dockerfiles, compose files, Traefik's files, manifests.
var ignoreComment = lazyregexp.New(`(?:^|\s)(?:#|//|<!--)\s*drydock:ignore\s+([^\n]*)`)

const maxCommented = 4 << 20

// fileReader returns a function that reads the text of a scanned file, each once; root is where relative paths start.
func fileReader(root string) func(string) []byte {
	seen := map[string][]byte{}
	return func(file string) []byte {
		if text, ok := seen[file]; ok {
			return text
		}
		at := file
		if !filepath.IsAbs(at) {
			at = filepath.Join(root, filepath.FromSlash(file))
		}
		text, err := bounded.ReadFile(at, maxCommented)
		if err != nil || !bytes.Contains(text, []byte("drydock:ignore")) {
			text = nil
		}
		seen[file] = text
		return text
	}
}

// applyComments suppresses the findings that a comment on their line, or alone on the line before, names. The code gate
// reads its own comments, other tools' included.
func (s *Set) applyComments(r *report.Report) {
	if s.comments == nil {
		return
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Gate == finding.GateCode || f.Status != finding.Open || f.Location.Path == "" || f.Location.Line == 0 {
			continue
		}
		text := s.comments(f.Location.Path)
		if text == nil {
			continue
		}
		lines := bytes.Split(text, []byte{'\n'})
		if why, line := commented(lines, f); line > 0 {
			f.Status = finding.Suppressed
			f.Evidence = append(f.Evidence, why)
			// The code gate reads the same file and knows only of its own rules.
			r.Warnings = slices.DeleteFunc(r.Warnings, func(w report.Warning) bool {
				return w.Location.Path == f.Location.Path && w.Location.Line == line &&
					strings.Contains(w.Text, "suppression")
			})
		}
	}
}

// commented returns what a comment says that suppresses the finding, and its line; 0 if there is none.
func commented(lines [][]byte, f *finding.Finding) (why string, line int) {
	for n := f.Location.Line; n >= max(1, f.Location.Line-1); n-- {
		if n > len(lines) {
			continue
		}
		m := ignoreComment.FindSubmatch(lines[n-1])
		if m == nil {
			continue
		}
		alone := len(bytes.TrimSpace(lines[n-1][:bytes.Index(lines[n-1], []byte("drydock:ignore"))])) <= len("<!--")
		if n < f.Location.Line && !alone {
			continue
		}
		rules, reason, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(string(m[1])), "-->"), "--")
		names := strings.FieldsFunc(rules, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
		w := Waiver{}
		if slices.ContainsFunc(names, func(name string) bool { w.Name = name; return w.names(f) }) {
			why = "drydock:ignore in the file"
			if reason = strings.TrimSpace(reason); reason != "" {
				why += ": " + reason
			}
			return why, n
		}
	}
	return "", 0
}
