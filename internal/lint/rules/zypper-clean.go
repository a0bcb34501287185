package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var zypperClean = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "zypper-clean", Aliases: []string{"DL3036"}, Severity: finding.Info,
		Title:       "zypper's cache stays in the layer",
		Description: "What a RUN does not remove itself stays in its layer for good.",
		Remedy:      "End the same RUN with zypper clean, or mount a cache at /var/cache/zypp.",
		References:  []string{"https://en.opensuse.org/SDB:Zypper_manual"},
	},
	Check: func(p *lint.Pass) {
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			install := func(c *call) bool { return c.name == "zypper" && c.has("install", "in") }
			clean := func(c *call) bool { return c.name == "zypper" && c.has("clean", "cc") }
			needs, cleaned := cleanedAfter(cs, install, clean)
			if !needs || cleaned || cached(in, func(t string) bool { return t == "/var/cache/zypp" }) {
				return
			}
			p.Report(in, "zypper's cache stays in the layer")
		})
	},
}
