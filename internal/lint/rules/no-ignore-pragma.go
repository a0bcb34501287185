package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var noIgnorePragma = lint.Rule{
	Level: lint.LevelIgnore,
	Rule: finding.Rule{
		ID: "no-ignore-pragma", Aliases: []string{"DL1001"}, Severity: finding.Info,
		Title: "A comment switches rules off",
		Description: "For teams that want exceptions in one reviewed place, the configuration, and not scattered " +
			"over the files. Off until the configuration gives it a level.",
		Remedy: "Move the exception into .hadolint.yaml, or fix what the rule found.",
	},
	Check: func(p *lint.Pass) {
		for _, at := range p.Pragmas() {
			p.ReportAt(nil, at, "a comment switches rules off")
		}
	},
}
