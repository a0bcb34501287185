package rules

import (
	"maps"
	"slices"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var labelMissing = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "label-missing", Aliases: []string{"DL3049"}, Severity: finding.Info,
		Title: "A label that the schema demands is missing",
		Description: "The configuration lists the labels that every image has to have (label-schema). Without a " +
			"schema the rule is silent.",
		Remedy: "Add the label.",
	},
	Check: func(p *lint.Pass) {
		have := map[string]map[string]bool{} // by stage name: its labels
		for _, s := range p.File.Stages {
			own := map[string]bool{}
			if s.Parent != nil {
				for l := range have[s.Parent.Name] {
					own[l] = true
				}
			}
			for _, in := range s.Instructions {
				if in.Keyword == "LABEL" {
					remember(own, in.Pairs)
				}
			}
			if s.Name != "" {
				have[s.Name] = own
			}
			for _, l := range labels(p.Config.LabelSchema) {
				if !own[l] {
					p.Report(s.From, "the label "+l+" is missing")
				}
			}
		}
	},
}

// labels are the schema's labels, sorted.
func labels(schema map[string]string) []string {
	out := slices.Sorted(maps.Keys(schema))
	return out
}
