package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var aptPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "apt-pin", Aliases: []string{"DL3008"}, Severity: finding.Info,
		Title: "apt-get installs packages without a version",
		Description: "A version on the package makes the build ask for it again instead of taking a cached layer, " +
			"and makes two builds alike. On a stable Debian or Ubuntu the archive keeps only the newest fix, so a " +
			"pinned version also breaks the build when one comes out: many teams leave this rule off and rebuild " +
			"without cache instead.",
		Remedy:     "Write package=version, or switch the rule off on purpose.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#version-pinning"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "apt-get installs without a version", func(c *call) []string {
			if c.name != "apt-get" || !c.has("install") {
				return nil
			}
			return lacking(without(c.rest("t", "target-release"), "install"), func(s string) bool {
				return strings.Contains(s, "=") || strings.Contains(s, "/") || strings.HasSuffix(s, ".deb")
			})
		})
	},
}
