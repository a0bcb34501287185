package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var oneEntrypoint = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "one-entrypoint", Aliases: []string{"DL4004", "MultipleInstructionsDisallowed"}, Severity: finding.Low,
		Title:       "More than one ENTRYPOINT in a stage",
		Description: "Only the last one counts.",
		Remedy:      "Keep the one that is meant.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#entrypoint"},
	},
	BuildCheck: "MultipleInstructionsDisallowed", Built: overridden("ENTRYPOINT"),
	Check: func(p *lint.Pass) { repeated(p, "ENTRYPOINT") },
}
