package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/suggest"
)

var undefinedVariable = lint.Rule{
	BuildCheck: "UndefinedVar",
	Rule: finding.Rule{
		ID: "undefined-variable", Aliases: []string{"UndefinedVar"}, Severity: finding.Low,
		Title: "A variable that nothing sets",
		Description: "An instruction uses a variable which neither an ARG or ENV above it nor the base image sets: " +
			"it is empty, mostly for a typing error. What the base sets is asked of the engine where it holds the " +
			"image, and known for the usual official ones; of others, only what looks like another variable's name " +
			"is told.",
		Remedy:     "Set it with ARG or ENV before its use, or correct its name.",
		References: []string{"https://docs.docker.com/reference/build-checks/undefined-var/"},
	},
	Check: func(p *lint.Pass) {
		replay(p, func(v visit) {
			options := v.env.Keys()
			for _, name := range v.unset {
				like := meant(name, options)
				if v.env.known || like != "" {
					p.ReportAt(v.in, v.in.ArgSpan, v.in.Keyword+" uses "+name+", which nothing sets"+like)
				}
			}
		})
	},
}

// meant names the variable that was probably meant.
func meant(name string, options []string) string {
	if like := suggest.Word(name, options); like != "" {
		return " (" + like + "?)"
	}
	return ""
}
