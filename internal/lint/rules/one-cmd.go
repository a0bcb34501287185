package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var oneCmd = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "one-cmd", Aliases: []string{"DL4003", "MultipleInstructionsDisallowed"}, Severity: finding.Low,
		Title:       "More than one CMD in a stage",
		Description: "Only the last one counts.",
		Remedy:      "Keep the one that is meant.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#cmd"},
	},
	BuildCheck: "MultipleInstructionsDisallowed", Built: overridden("CMD"),
	Check: func(p *lint.Pass) { repeated(p, "CMD") },
}

// overridden are the instructions of a keyword that another one of the stage puts out of force.
func overridden(keyword string) func(*lint.Pass) []lint.Place {
	return func(p *lint.Pass) []lint.Place {
		var out []lint.Place
		for _, s := range p.File.Stages {
			var before *dockerfile.Instruction
			for _, in := range s.Instructions {
				if in.Keyword != keyword || in.Problem != nil {
					continue
				}
				if before != nil {
					out = append(out, lint.Place{In: before, Span: before.KeywordSpan, Title: "this " + keyword +
						" has no effect: another one follows"})
				}
				before = in
			}
		}
		return out
	}
}
