package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var labelSemver = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-semver", Aliases: []string{"DL3056"}, Severity: finding.Info,
		Title:       "A label of the schema is not a semantic version",
		Description: "The schema says that the label is a version of three numbers.",
		Remedy:      "Write it as 1.2.3, with -pre and +build if need be.",
		References:  []string{"https://semver.org/"},
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "semver", "the label is not a semantic version", semver.MatchString)
	},
}

var semver = lazyregexp.New(`^[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)
