package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var stageNameReserved = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "stage-name-reserved", Aliases: []string{"DL3063", "ReservedStageName"}, Severity: finding.Low,
		Title:       "A stage has a reserved name",
		Description: "context and scratch mean something else where a stage is named.",
		Remedy:      "Give the stage another name.",
		References:  []string{"https://docs.docker.com/reference/build-checks/reserved-stage-name/"},
	},
	BuildCheck: "ReservedStageName", Built: builtReservedNames,
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if n := alias(p.File, s); n == "context" || n == "scratch" {
				p.ReportAt(s.From, s.NameSpan, "the name "+n+" is reserved")
			}
		}
	},
}

func builtReservedNames(p *lint.Pass) []lint.Place {
	var out []lint.Place
	for _, s := range p.File.Stages {
		if s.From.Problem == nil && (s.Name == "context" || s.Name == "scratch") {
			out = append(out, lint.Place{In: s.From, Span: s.NameSpan, Title: "the name " + s.Name + " is reserved"})
		}
	}
	return out
}
