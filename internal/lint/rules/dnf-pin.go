package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var dnfPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "dnf-pin", Aliases: []string{"DL3041"}, Severity: finding.Info,
		Title:       "dnf installs packages without a version",
		Description: "The next build takes what the repository has that day.",
		Remedy:      "Write package-version.",
		References:  []string{"https://dnf.readthedocs.io/en/latest/command_ref.html"},
	},
	Check: func(p *lint.Pass) { rpmPin(p, "dnf installs without a version", "dnf", "microdnf") },
}
