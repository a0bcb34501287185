package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

// braced writes every variable with its braces, the way in which hadolint counts the digits of a number.
func braced(s string) string { return simpleVariable.ReplaceAllString(s, "$${$1}") }

var simpleVariable = lazyregexp.New(`\$([A-Za-z_][A-Za-z0-9_]*)`)

var useraddLogInit = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "useradd-log-init", Aliases: []string{"DL3046"}, Severity: finding.Low,
		Title: "useradd with a high number and without --no-log-init",
		Description: "useradd writes a sparse login record up to the user's number; the layer stores every zero of " +
			"it, gigabytes for high numbers.",
		Remedy:     "Add --no-log-init (-l).",
		References: []string{"https://docs.docker.com/build/building/best-practices/#user"},
	},
	Check: func(p *lint.Pass) {
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			for i := range cs {
				c := &cs[i]
				if uid, ok := c.after("u"); c.name == "useradd" && ok && len(braced(uid)) > 5 &&
					!c.flag("l", "no-log-init") {
					p.ReportAt(in, c.cmd.Span, "useradd with a high number and without --no-log-init",
						addWord(c, "useradd", "--no-log-init")...)
					return
				}
			}
		})
	},
}
