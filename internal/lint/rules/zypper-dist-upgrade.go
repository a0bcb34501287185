package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var zypperDistUpgrade = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "zypper-dist-upgrade", Aliases: []string{"DL3035"}, Severity: finding.Low,
		Title: "zypper dist-upgrade in a build",
		Description: "The release of the distribution is the base image's business; upgrading it in a layer doubles " +
			"the image and leaves the tag lying.",
		Remedy:     "Take a newer base image.",
		References: []string{"https://en.opensuse.org/SDB:Zypper_manual"},
	},
	Check: func(p *lint.Pass) {
		each(p, "zypper dist-upgrade in a build; take a newer base image", func(c *call) bool {
			return c.name == "zypper" && c.has("dist-upgrade", "dup")
		})
	},
}
