package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var labelEmail = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-email", Aliases: []string{"DL3058"}, Severity: finding.Info,
		Title:       "A label of the schema is not a mail address",
		Description: "The schema says that the label is an address as RFC 5322 defines it, without a name before it.",
		Remedy:      "Write name@example.org.",
		References:  []string{"https://www.rfc-editor.org/rfc/rfc5322"},
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "email", "the label is not a mail address", mail.MatchString)
	},
}

var mail = lazyregexp.New("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*$")
