package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var yumClean = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "yum-clean", Aliases: []string{"DL3032"}, Severity: finding.Info,
		Title:       "yum's cache stays in the layer",
		Description: "What a RUN does not remove itself stays in its layer for good.",
		Remedy:      "End the same RUN with yum clean all.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/"},
	},
	Check: func(p *lint.Pass) {
		notCleaned(p, "yum's cache stays in the layer",
			func(c *call) bool { return c.name == "yum" && c.has("install") },
			func(c *call) bool {
				return c.name == "yum" && c.has("clean") || c.name == "rm" && c.has("-rf", "/var/cache/yum/*")
			})
	},
}

// notCleaned reports every RUN with a command that fills a cache and none after it that clears it.
func notCleaned(p *lint.Pass, title string, fills, clears func(*call) bool) {
	runs(p, func(in *dockerfile.Instruction, cs []call) {
		needs, cleaned := cleanedAfter(cs, fills, clears)
		if !needs || cleaned {
			return
		}
		for i := range cs {
			if fills(&cs[i]) {
				p.ReportAt(in, cs[i].cmd.Span, title)
				return
			}
		}
	})
}
