package rules

import (
	"net/url"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var labelURL = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-url", Aliases: []string{"DL3052"}, Severity: finding.Info,
		Title:       "A label of the schema is not an address",
		Description: "The schema says that the label is a URL.",
		Remedy:      "Write the whole address with its scheme.",
		References:  []string{"https://www.rfc-editor.org/rfc/rfc3986"},
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "url", "the label is not an address", func(v string) bool {
			u, err := url.Parse(v)
			return err == nil && u.Scheme != "" && !strings.ContainsAny(v, " \t")
		})
	},
}
