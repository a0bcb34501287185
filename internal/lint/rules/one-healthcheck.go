package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var oneHealthcheck = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "one-healthcheck", Aliases: []string{"DL3012", "MultipleInstructionsDisallowed"}, Severity: finding.Low,
		Title:       "More than one HEALTHCHECK in a stage",
		Description: "Only the last one counts.",
		Remedy:      "Keep the one that is meant.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
	},
	BuildCheck: "MultipleInstructionsDisallowed", Built: overridden("HEALTHCHECK"),
	Check: func(p *lint.Pass) { repeated(p, "HEALTHCHECK") },
}

// repeated reports the second and every further instruction of a keyword in a stage.
func repeated(p *lint.Pass, keyword string) {
	n := 0
	for _, in := range p.File.Instructions {
		switch in.Keyword {
		case "FROM":
			n = 0
		case keyword:
			if n++; n > 1 {
				p.Report(in, "more than one "+keyword+" in the stage; only the last counts")
			}
		}
	}
}
