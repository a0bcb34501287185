package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var labelEmpty = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-empty", Aliases: []string{"DL3051"}, Severity: finding.Info,
		Title:       "A label of the schema is empty",
		Description: "The schema demands the label so that it says something.",
		Remedy:      "Give it a value.",
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "", "the label is empty", func(v string) bool { return v != "" })
	},
}

// labelValues reports the labels of a kind of the schema whose value is not ok; kind "" stands for all of them.
func labelValues(p *lint.Pass, kind, title string, ok func(string) bool) {
	if len(p.Config.LabelSchema) == 0 {
		return
	}
	top(p, "LABEL", func(in *dockerfile.Instruction) {
		for _, pair := range in.Pairs {
			if k, known := p.Config.LabelSchema[pair.Key]; known && (kind == "" || kind == k) && !ok(pair.Value) {
				p.ReportAt(in, pair.Span, title)
				return
			}
		}
	})
}
