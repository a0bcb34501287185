package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var zypperPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "zypper-pin", Aliases: []string{"DL3037"}, Severity: finding.Info,
		Title:       "zypper installs packages without a version",
		Description: "The next build takes what the repository has that day.",
		Remedy:      "Write package=version.",
		References:  []string{"https://en.opensuse.org/SDB:Zypper_manual"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "zypper installs without a version", func(c *call) []string {
			if c.name != "zypper" || !c.has("install", "in") {
				return nil
			}
			return lacking(without(c.rest(), "install", "in"), func(s string) bool {
				return strings.ContainsAny(s, "=<>") || strings.HasSuffix(s, ".rpm")
			})
		})
	},
}
