package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var apkPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "apk-pin", Aliases: []string{"DL3018"}, Severity: finding.Info,
		Title: "apk adds packages without a version",
		Description: "A version on the package makes two builds alike. Alpine's repositories keep only the newest " +
			"version of a release, so a pinned one also breaks the build when a fix comes out: many teams leave this " +
			"rule off and rebuild without cache instead.",
		Remedy:     "Write package=version, or package~=major.minor, or switch the rule off on purpose.",
		References: []string{"https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "apk adds without a version", func(c *call) []string {
			if c.name != "apk" || !c.has("add") {
				return nil
			}
			return lacking(without(c.rest("t", "virtual", "X", "repository"), "add"), func(s string) bool {
				return strings.ContainsAny(s, "=<>~") || strings.HasSuffix(s, ".apk")
			})
		})
	},
}
