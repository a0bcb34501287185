package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var oneCmd = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "one-cmd", Aliases: []string{"DL4003"}, Severity: finding.Low,
		Title:       "More than one CMD in a stage",
		Description: "Only the last one counts.",
		Remedy:      "Keep the one that is meant.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#cmd"},
	},
	Check: func(p *lint.Pass) { repeated(p, "CMD") },
}
