package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var uselessCommand = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "useless-command", Aliases: []string{"DL3001"}, Severity: finding.Info,
		Title: "A command that does nothing useful in a build",
		Description: "Processes, mounts and services of a build step are gone when it ends, and nobody sits at its " +
			"terminal.",
		Remedy: "Leave the command out; what has to run, runs in the container that the image starts.",
	},
	Check: func(p *lint.Pass) {
		useless := map[string]bool{"ssh": true, "vim": true, "shutdown": true, "service": true, "ps": true,
			"free": true, "top": true, "kill": true, "mount": true}
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			for _, c := range cs {
				if useless[c.name] {
					p.ReportAt(in, c.cmd.Span, c.name+" has no use in a build")
					return
				}
			}
		})
	},
}
