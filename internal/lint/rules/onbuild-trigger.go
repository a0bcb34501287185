package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var onbuildTrigger = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "onbuild-trigger", Aliases: []string{"DL3043"}, Severity: finding.Medium,
		Title:       "ONBUILD triggers what it must not",
		Description: "ONBUILD, FROM and MAINTAINER cannot be triggered; the build fails.",
		Remedy:      "Leave the line out.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#onbuild-limitations"},
	},
	Check: func(p *lint.Pass) {
		top(p, "ONBUILD", func(in *dockerfile.Instruction) {
			if in.Trigger == nil {
				return
			}
			switch k := in.Trigger.Keyword; k {
			case "ONBUILD", "FROM", "MAINTAINER":
				p.ReportAt(in, in.Trigger.KeywordSpan, "ONBUILD cannot trigger "+k)
			}
		})
	},
}
