package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var exposeFormat = lint.Rule{
	BuildCheck: "ExposeInvalidFormat",
	Rule: finding.Rule{
		ID: "expose-format", Aliases: []string{"ExposeInvalidFormat"}, Severity: finding.Low,
		Title: "EXPOSE names an address or a port of the host",
		Description: "EXPOSE is about the container's ports; which port of the host leads there is said when it is " +
			"run. Builders have announced that this becomes an error.",
		Remedy:     "Write the container's port alone: EXPOSE 80.",
		References: []string{"https://docs.docker.com/reference/build-checks/expose-invalid-format/"},
	},
	Check: func(p *lint.Pass) {
		replay(p, func(v visit) {
			for _, word := range v.words {
				if strings.Contains(word, ":") {
					p.ReportAt(v.in, v.in.ArgSpan, "EXPOSE names an address or a port of the host")
					return
				}
			}
		})
	},
}
