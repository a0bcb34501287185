package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var healthcheckMissing = lint.Rule{
	Level: lint.LevelIgnore,
	Rule: finding.Rule{
		ID: "healthcheck-missing", Aliases: []string{"DL3057"}, Severity: finding.Info,
		Title: "A stage has no HEALTHCHECK",
		Description: "Off by default, since a builder stage needs none and compose often has it. The rule " +
			"depended-on-without-healthcheck knows the difference.",
		Remedy:     "Add a HEALTHCHECK to the stage that ships.",
		References: []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
	},
	Check: func(p *lint.Pass) {
		name := func(s *dockerfile.Stage) string { return stageKey(p.File, s) }
		base := map[string]string{}
		good := map[string]bool{}
		for _, s := range p.File.Stages {
			if _, ok := base[name(s)]; !ok && name(s) != imageName(s.Base.Raw) {
				base[name(s)] = imageName(s.Base.Raw)
			}
			for _, in := range s.Instructions {
				if in.Keyword == "HEALTHCHECK" {
					for n := name(s); n != "" && !good[n]; n = base[n] {
						good[n] = true
					}
				}
			}
			if good[imageName(s.Base.Raw)] {
				good[name(s)] = true
			}
		}
		for _, s := range p.File.Stages {
			if !good[name(s)] {
				p.Report(s.From, "the stage has no HEALTHCHECK")
			}
		}
	},
}
