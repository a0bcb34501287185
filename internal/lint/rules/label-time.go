package rules

import (
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var labelTime = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-time", Aliases: []string{"DL3053"}, Severity: finding.Info,
		Title:       "A label of the schema is not an RFC 3339 time",
		Description: "The schema says that the label is a time.",
		Remedy:      "Write it as 2006-01-02T15:04:05Z.",
		References:  []string{"https://www.rfc-editor.org/rfc/rfc3339"},
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "rfc3339", "the label is not an RFC 3339 time", func(v string) bool {
			_, err := time.Parse(time.RFC3339, strings.ToUpper(v))
			return err == nil
		})
	},
}
