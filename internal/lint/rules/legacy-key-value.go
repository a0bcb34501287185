package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var legacyKeyValue = lint.Rule{
	BuildCheck: "LegacyKeyValueFormat",
	Rule: finding.Rule{
		ID: "legacy-key-value", Aliases: []string{"LegacyKeyValueFormat"}, Severity: finding.Info,
		Title: "ENV or LABEL without an equals sign",
		Description: "The old form takes one pair only and everything after the name, quotes and all; with an equals " +
			"sign it says what it means.",
		Remedy:     "Write NAME=value, quoted where there are spaces.",
		References: []string{"https://docs.docker.com/reference/build-checks/legacy-key-value-format/"},
	},
	Check: func(p *lint.Pass) {
		for _, in := range p.File.Instructions {
			if in.Stage == nil || in.Problem != nil || in.Keyword != "ENV" && in.Keyword != "LABEL" {
				continue
			}
			for _, pair := range in.Pairs {
				if pair.Legacy {
					p.Report(in, in.Keyword+" "+pair.Key+" without an equals sign")
				}
			}
		}
	},
}
