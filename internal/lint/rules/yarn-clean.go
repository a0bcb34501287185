package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var yarnClean = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "yarn-clean", Aliases: []string{"DL3060"}, Severity: finding.Info,
		Title:       "yarn's cache stays in the layer",
		Description: "yarn keeps a copy of every package that it downloads.",
		Remedy:      "End the same RUN with yarn cache clean, or mount a cache at /usr/local/share/.cache/yarn.",
		References:  []string{"https://classic.yarnpkg.com/en/docs/cli/cache"},
	},
	Check: func(p *lint.Pass) {
		last := lasting(p)
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			needs, cleaned := cleanedAfter(cs,
				func(c *call) bool { return c.name == "yarn" && c.has("install") },
				func(c *call) bool { return c.name == "yarn" && c.has("cache", "clean") })
			if needs && !cleaned && last(in) &&
				!cached(in, func(t string) bool { return strings.Contains(t, ".cache/yarn") }) {
				p.Report(in, "yarn's cache stays in the layer")
			}
		})
	},
}
