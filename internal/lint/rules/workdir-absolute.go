package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var workdirAbsolute = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "workdir-absolute", Aliases: []string{"DL3000"}, Severity: finding.Low,
		Title:       "WORKDIR is relative",
		Description: "A relative WORKDIR depends on every WORKDIR before it, also on the base image's, which may change.",
		Remedy:      "Write the whole path, from /.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#workdir"},
	},
	Check: func(p *lint.Pass) {
		top(p, "WORKDIR", func(in *dockerfile.Instruction) {
			if len(in.Args) == 0 || absolute(unquoted(in.Args[0].Text)) {
				return
			}
			p.ReportAt(in, in.ArgSpan, "WORKDIR is relative")
		})
	},
}

var drive = lazyregexp.New(`^[A-Za-z]:`)

// absolute tells whether a path is absolute on Linux or Windows, or begins with a variable, which nobody knows.
func absolute(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "$") || drive.MatchString(s)
}
