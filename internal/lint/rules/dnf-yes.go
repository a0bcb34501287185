package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var dnfYes = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "dnf-yes", Aliases: []string{"DL3038"}, Severity: finding.Low,
		Title:       "dnf asks a question that nobody answers",
		Description: "Without -y the build stops at the question.",
		Remedy:      "Add -y.",
		References:  []string{"https://dnf.readthedocs.io/en/latest/command_ref.html"},
	},
	Check: func(p *lint.Pass) { rpmYes(p, "dnf without -y", "dnf", "microdnf") },
}
