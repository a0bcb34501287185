package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var shellLink = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "shell-link", Aliases: []string{"DL4005"}, Severity: finding.Low,
		Title:       "/bin/sh is replaced by a link",
		Description: "Every script of the distribution then runs in another shell than it was written for.",
		Remedy:      `Use SHELL ["/bin/bash", "-c"].`,
		References:  []string{"https://docs.docker.com/reference/dockerfile/#shell"},
	},
	Check: func(p *lint.Pass) {
		each(p, "/bin/sh is replaced; SHELL sets another one for the build",
			func(c *call) bool { return c.name == "ln" && c.has("/bin/sh") })
	},
}
