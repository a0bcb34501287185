package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var aptGetOverApt = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "apt-get-over-apt", Aliases: []string{"DL3027"}, Severity: finding.Info,
		Title: "apt in a script",
		Description: "apt is made for people; its behaviour and output may change between releases, and it says so " +
			"itself.",
		Remedy:     "Use apt-get or apt-cache.",
		References: []string{"https://manpages.debian.org/stable/apt/apt.8.en.html"},
	},
	Check: func(p *lint.Pass) {
		each(p, "apt in a script; apt-get and apt-cache are made for that",
			func(c *call) bool { return c.name == "apt" })
	},
}
