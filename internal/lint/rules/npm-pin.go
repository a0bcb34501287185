package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var npmPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "npm-pin", Aliases: []string{"DL3016"}, Severity: finding.Info,
		Title:       "npm installs packages without a version",
		Description: "The next build takes what the registry has that day.",
		Remedy:      "Write package@version, or install from a lockfile with npm ci.",
		References:  []string{"https://github.com/npm/cli/blob/latest/docs/lib/content/commands/npm-install.md"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "npm installs without a version", func(c *call) []string {
			words := c.rest("loglevel", "registry")
			if c.name != "npm" || len(words) == 0 || words[0] != "install" {
				return nil
			}
			return lacking(without(words, "install"), npmFixed)
		})
	},
}

func npmFixed(s string) bool {
	for _, start := range []string{"/", "./", "../", "~/"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	for _, end := range []string{".tar", ".tar.gz", ".tgz"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	if strings.HasPrefix(s, "git") && strings.Contains(s, "://") {
		return strings.Contains(s, "#")
	}
	return strings.Contains(strings.TrimPrefix(s, "@"), "@")
}
