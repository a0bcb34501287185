package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var labelUnknown = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "label-unknown", Aliases: []string{"DL3050"}, Severity: finding.Info,
		Title:       "A label that the schema does not know",
		Description: "With strict-labels only the labels of the schema are allowed.",
		Remedy:      "Remove the label, or add it to the schema.",
	},
	Check: func(p *lint.Pass) {
		if !p.Config.StrictLabels {
			return
		}
		top(p, "LABEL", func(in *dockerfile.Instruction) {
			for _, pair := range in.Pairs {
				if _, ok := p.Config.LabelSchema[pair.Key]; !ok {
					p.ReportAt(in, pair.KeySpan, "the schema does not know this label")
					return
				}
			}
		})
	},
}
