package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var workdirOverCd = lint.Rule{
	Level:   lint.LevelWarning,
	OwnLine: true,
	Rule: finding.Rule{
		ID: "workdir-over-cd", Aliases: []string{"DL3003"}, Severity: finding.Info,
		Title:       "cd in RUN where WORKDIR would do",
		Description: "A cd holds for one RUN only, which readers forget; WORKDIR holds until the next one.",
		Remedy:      "Set WORKDIR before the RUN.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#workdir"},
	},
	Check: func(p *lint.Pass) {
		top(p, "RUN", func(in *dockerfile.Instruction) {
			for _, c := range calls(in) {
				if c.name == "cd" {
					p.ReportAt(in, c.cmd.Span, "cd in RUN; WORKDIR would do")
					return
				}
			}
		})
	},
}
