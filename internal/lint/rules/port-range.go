package rules

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var portRange = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "port-range", Aliases: []string{"DL3011"}, Severity: finding.Low,
		Title:       "EXPOSE names a port that does not exist",
		Description: "Ports end at 65535.",
		Remedy:      "Correct the number.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#expose"},
	},
	Check: func(p *lint.Pass) {
		top(p, "EXPOSE", func(in *dockerfile.Instruction) {
			for _, w := range in.Args {
				port, _, _ := strings.Cut(unquoted(w.Text), "/")
				for _, end := range strings.SplitN(port, "-", 2) {
					if n, err := strconv.Atoi(end); digits(end) && (err != nil || n > 65535) {
						p.ReportAt(in, w.Span, "EXPOSE names a port beyond 65535")
						return
					}
				}
			}
		})
	},
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
