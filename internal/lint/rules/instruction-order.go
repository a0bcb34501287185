package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var instructionOrder = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "instruction-order", Aliases: []string{"DL3061"}, Severity: finding.Medium,
		Title:       "An instruction stands before the first FROM",
		Description: "Only ARG and comments may stand before FROM; the build fails.",
		Remedy:      "Move the line below FROM.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#from"},
	},
	Check: func(p *lint.Pass) {
		for _, in := range p.File.Instructions {
			if in.Keyword == "FROM" {
				return
			}
			if in.Keyword != "ARG" && in.Known() {
				p.Report(in, in.Keyword+" stands before the first FROM")
			}
		}
	},
}
