package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var aptRecommends = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "apt-recommends", Aliases: []string{"DL3015"}, Severity: finding.Info,
		Title: "apt-get installs recommended packages too",
		Description: "Recommended packages are seldom needed in a container and every one of them has to be kept " +
			"patched.",
		Remedy:     "Add --no-install-recommends, and name what is needed.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#apt-get"},
	},
	Check: func(p *lint.Pass) {
		each(p, "apt-get installs recommended packages too", func(c *call) bool {
			return c.name == "apt-get" && c.has("install") && !c.flag("no-install-recommends") &&
				!c.has("APT::Install-Recommends=false")
		})
	},
}
