package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var gemPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "gem-pin", Aliases: []string{"DL3028"}, Severity: finding.Info,
		Title:       "gem installs packages without a version",
		Description: "The next build takes what the index has that day.",
		Remedy:      "Write name:version, or install from a Gemfile.lock.",
		References:  []string{"https://guides.rubygems.org/command-reference/#gem-install"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "gem installs without a version", func(c *call) []string {
			if c.name != "gem" || !c.has("install", "i") || c.flag("version") || c.has("-v") {
				return nil
			}
			return lacking(without(gemNames(c.args), "install", "i"),
				func(s string) bool { return strings.Contains(s, ":") })
		})
	},
}

// gemNames are the arguments before a lone --, without options and the word after each.
func gemNames(args []string) []string {
	var out []string
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		if strings.HasPrefix(args[i], "-") {
			i++
			continue
		}
		out = append(out, args[i])
	}
	return out
}
