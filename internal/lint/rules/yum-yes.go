package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
	"slices"
)

var yumYes = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "yum-yes", Aliases: []string{"DL3030"}, Severity: finding.Low,
		Title:       "yum asks a question that nobody answers",
		Description: "Without -y the build stops at the question.",
		Remedy:      "Add -y.",
		References:  []string{"https://man7.org/linux/man-pages/man8/yum.8.html"},
	},
	Check: func(p *lint.Pass) { rpmYes(p, "yum without -y", "yum") },
}

// rpmYes reports installs of yum's family without an answer to its question.
func rpmYes(p *lint.Pass, title string, programs ...string) {
	runs(p, func(in *dockerfile.Instruction, cs []call) {
		for i := range cs {
			c := &cs[i]
			if !slices.Contains(programs, c.name) || !c.has("install", "groupinstall", "localinstall") ||
				c.flag("y", "assumeyes") {
				continue
			}
			p.ReportAt(in, c.cmd.Span, title, addWord(c, "install", "-y")...)
			return
		}
	})
}
