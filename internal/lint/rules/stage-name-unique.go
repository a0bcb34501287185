package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var stageNameUnique = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "stage-name-unique", Aliases: []string{"DL3024", "DuplicateStageName"}, Severity: finding.Low,
		Title:       "Two stages have one name",
		Description: "The later one hides the earlier, whichever was meant.",
		Remedy:      "Give each stage a name of its own.",
		References:  []string{"https://docs.docker.com/build/building/multi-stage/#name-your-build-stages"},
	},
	BuildCheck: "DuplicateStageName", Built: builtDuplicateNames,
	Check: func(p *lint.Pass) {
		seen := map[string]bool{}
		for _, s := range p.File.Stages {
			if s.Name == "" {
				continue
			}
			name := alias(p.File, s)
			if seen[name] {
				p.ReportAt(s.From, s.NameSpan, "a stage before this one has the same name")
			}
			seen[name] = true
		}
	},
}

func builtDuplicateNames(p *lint.Pass) []lint.Place {
	var out []lint.Place
	seen := map[string]bool{}
	for _, s := range p.File.Stages {
		if s.From.Problem != nil || s.Name == "" {
			continue
		}
		if seen[s.Name] {
			out = append(out, lint.Place{In: s.From, Span: s.NameSpan,
				Title: "a stage before this one has the same name in small letters"})
		}
		seen[s.Name] = true
	}
	return out
}
