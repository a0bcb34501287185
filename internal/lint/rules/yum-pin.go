package rules

import (
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var yumPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "yum-pin", Aliases: []string{"DL3033"}, Severity: finding.Info,
		Title:       "yum installs packages without a version",
		Description: "The next build takes what the repository has that day.",
		Remedy:      "Write package-version.",
		References:  []string{"https://man7.org/linux/man-pages/man8/yum.8.html"},
	},
	Check: func(p *lint.Pass) { rpmPin(p, "yum installs without a version", "yum") },
}

var rpmVersion = regexp.MustCompile(`-[0-9]`)

// rpmPin reports packages of yum's family without a version; a module has its stream behind a colon.
func rpmPin(p *lint.Pass, title string, programs ...string) {
	unpinned(p, title, func(c *call) []string {
		if !oneOf(c.name, programs) || !c.has("install") {
			return nil
		}
		if c.has("group") && c.name != "yum" {
			return nil
		}
		if c.has("module") {
			return lacking(without(c.rest(), "module", "install"), func(s string) bool { return strings.Contains(s, ":") })
		}
		return lacking(without(c.rest(), "install"), rpmVersion.MatchString)
	})
}
