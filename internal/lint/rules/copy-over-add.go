package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var copyOverAdd = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "copy-over-add", Aliases: []string{"DL3020"}, Severity: finding.Low,
		Title:       "ADD of a plain file or folder",
		Description: "ADD also downloads and unpacks; for files of the build context COPY does just what it says.",
		Remedy:      "Use COPY.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
	},
	Check: func(p *lint.Pass) {
		top(p, "ADD", func(in *dockerfile.Instruction) {
			if len(in.Args) < 2 || len(in.Heredocs) > 0 {
				return
			}
			for _, w := range in.Args[:len(in.Args)-1] {
				src := unquoted(w.Text)
				if !isArchive(src) && !remoteSource.MatchString(src) {
					p.Report(in, "ADD of a plain file or folder; COPY suffices", copyFix(in)...)
					return
				}
			}
		})
	},
}

// remoteSource matches what ADD downloads: an address, or a repository of git.
var remoteSource = lazyregexp.New(`^(?:https?://|git://|ssh://|[\w.-]+@[\w.-]+:|github\.com/)`)

// copyFix turns ADD into COPY where that changes nothing else: plain sources that no remote form of ADD claims.
func copyFix(in *dockerfile.Instruction) []lint.Option {
	for _, w := range in.Args[:len(in.Args)-1] {
		if strings.ContainsAny(w.Text, ":@$") || isArchive(unquoted(w.Text)) {
			return nil
		}
	}
	for _, f := range in.Flags {
		if f.Name != "chown" && f.Name != "chmod" && f.Name != "link" {
			return nil
		}
	}
	return []lint.Option{lint.Fix("Use COPY.", dockerfile.Replace(in.KeywordSpan, "COPY"))}
}
