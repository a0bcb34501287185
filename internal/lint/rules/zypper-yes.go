package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var zypperYes = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "zypper-yes", Aliases: []string{"DL3034"}, Severity: finding.Low,
		Title:       "zypper asks a question that nobody answers",
		Description: "Without --non-interactive the build stops at the question.",
		Remedy:      "Add -n before the command.",
		References:  []string{"https://en.opensuse.org/SDB:Zypper_manual"},
	},
	Check: func(p *lint.Pass) {
		each(p, "zypper without --non-interactive", func(c *call) bool {
			return c.name == "zypper" && c.has("install", "in", "remove", "rm", "source-install", "si", "patch") &&
				!c.flag("n", "non-interactive", "y", "no-confirm")
		})
	},
}
