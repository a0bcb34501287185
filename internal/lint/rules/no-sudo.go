package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var noSudo = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "no-sudo", Aliases: []string{"DL3004"}, Severity: finding.Low, CWE: []string{"CWE-250"},
		Title: "sudo in RUN",
		Description: "A build step is root until USER says otherwise. An image that needs sudo carries a way back to " +
			"root.",
		Remedy:     "Do what needs root before USER, without sudo.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#user"},
	},
	Check: func(p *lint.Pass) {
		each(p, "sudo in RUN", func(c *call) bool { return c.name == "sudo" })
	},
}
