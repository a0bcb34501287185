package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var userNumeric = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "user-numeric", Aliases: []string{"DL3066"}, Severity: finding.Info,
		Title: "USER is a name",
		Description: "Whoever has to decide whether the image runs as root (Kubernetes' runAsNonRoot) cannot see it " +
			"from a name, and a name needs /etc/passwd in the image.",
		Remedy:     "Write the number.",
		References: []string{"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"},
	},
	Check: func(p *lint.Pass) {
		args := map[string]bool{}
		for _, in := range p.File.Instructions {
			switch in.Keyword {
			case "ARG":
				if len(in.Pairs) > 0 {
					args[in.Pairs[0].Key] = true
				}
			case "USER":
				if len(in.Args) == 0 {
					continue
				}
				user, _, _ := strings.Cut(in.Args[0].Text, ":")
				if digits(user) || namesArg(in.Args[0].Text, args) {
					continue
				}
				p.ReportAt(in, in.ArgSpan, "USER is a name; a number can be checked")
			}
		}
	},
}

func namesArg(s string, args map[string]bool) bool {
	for _, r := range references(s) {
		if args[r] {
			return true
		}
	}
	return false
}
