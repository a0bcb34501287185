package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var aptYes = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "apt-yes", Aliases: []string{"DL3014"}, Severity: finding.Low,
		Title:       "apt-get install asks a question that nobody answers",
		Description: "Without -y the build stops at the first package that brings others along.",
		Remedy:      "Add -y.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#apt-get"},
	},
	Check: func(p *lint.Pass) {
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			for i := range cs {
				c := &cs[i]
				if c.name == "apt-get" && c.has("install") && !c.flag("y", "yes", "assume-yes") && c.count("q") < 2 &&
					c.times("--quiet") < 2 && !c.has("-q=2") {
					p.ReportAt(in, c.cmd.Span, "apt-get install without -y", addWord(c, "install", "-y")...)
					return
				}
			}
		})
	},
}

// addWord is the fix that puts a word after the given one.
func addWord(c *call, after, word string) []lint.Option {
	for _, w := range c.cmd.Words {
		if w.Text == after && w.Literal {
			return []lint.Option{lint.Fix("Add "+word+".", dockerfile.Insert(w.Span.End, " "+word))}
		}
	}
	return nil
}
