package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var dnfClean = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "dnf-clean", Aliases: []string{"DL3040"}, Severity: finding.Info,
		Title:       "dnf's cache stays in the layer",
		Description: "What a RUN does not remove itself stays in its layer for good.",
		Remedy:      "End the same RUN with dnf clean all, or mount a cache at /var/cache/libdnf5.",
		References:  []string{"https://dnf.readthedocs.io/en/latest/command_ref.html"},
	},
	Check: func(p *lint.Pass) {
		dnf := func(c *call) bool { return c.name == "dnf" || c.name == "microdnf" }
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			needs, cleaned := cleanedAfter(cs,
				func(c *call) bool { return dnf(c) && c.has("install", "in", "reinstall", "upgrade") },
				func(c *call) bool {
					return dnf(c) && c.has("clean") || c.name == "rm" && c.has("-rf", "/var/cache/libdnf5*")
				})
			if needs && !cleaned && !cached(in, func(t string) bool { return t == "/var/cache/libdnf5" }) {
				p.Report(in, "dnf's cache stays in the layer")
			}
		})
	},
}
