package rules

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var goPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "go-pin", Aliases: []string{"DL3062"}, Severity: finding.Info,
		Title:       "go installs a package without a version",
		Description: "Without @version, or with @latest, the next build takes what is newest that day.",
		Remedy:      "Write package@version.",
		References:  []string{"https://go.dev/ref/mod#go-install"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "go installs without a version", func(c *call) []string {
			words := c.rest()
			if c.name != "go" || len(words) == 0 {
				return nil
			}
			at := 0
			for at < len(words) && !slices.Contains([]string{"install", "get", "run"}, words[at]) {
				at++
			}
			if at == len(words) {
				return nil
			}
			packages := words[at+1:]
			if words[at] == "run" && len(packages) > 1 {
				packages = packages[:1]
			}
			return lacking(packages, goFixed)
		})
	},
}

func goFixed(s string) bool {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "/") || s == "tool" {
		return true
	}
	_, version, ok := strings.Cut(s, "@")
	return ok && version != "latest" && version != "none"
}
