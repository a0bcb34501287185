package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var lastUserRoot = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "last-user-root", Aliases: []string{"DL3002"}, Severity: finding.Medium, CWE: []string{"CWE-250"},
		Title: "The last USER is root",
		Description: "Whatever runs as root in a container is root on the host's kernel: one hole in the runtime, or " +
			"one mounted path, and it is root outside too.",
		Remedy:     "End the stage with the USER that runs the application.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#user"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if last := lastUser(s); last != nil && isRoot(last.Args[0].Text) {
				opts := []lint.Option{}
				if !p.Ships(last) {
					opts = append(opts, lint.Severity(finding.Info))
				}
				p.ReportAt(last, last.ArgSpan, "the last USER is root", opts...)
			}
		}
	},
}

// lastUser is the stage's last USER, nil if it has none.
func lastUser(s *dockerfile.Stage) *dockerfile.Instruction {
	for i := len(s.Instructions) - 1; i >= 0; i-- {
		if in := s.Instructions[i]; in.Keyword == "USER" && len(in.Args) > 0 {
			return in
		}
	}
	return nil
}

func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "root" || name == "0"
}
