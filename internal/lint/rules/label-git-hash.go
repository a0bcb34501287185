package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var labelGitHash = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-git-hash", Aliases: []string{"DL3055"}, Severity: finding.Info,
		Title:       "A label of the schema is not a git hash",
		Description: "The schema says that the label is the hash of a commit: 40 hexadecimal digits, or its first 7.",
		Remedy:      "Write what git rev-parse HEAD prints.",
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "hash", "the label is not a git hash", gitHash.MatchString)
	},
}

var gitHash = lazyregexp.New(`^(?:[0-9a-f]{7}|[0-9a-f]{40})$`)
