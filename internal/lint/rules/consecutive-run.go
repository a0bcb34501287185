package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var consecutiveRun = lint.Rule{
	Level:   lint.LevelInfo,
	OwnLine: true,
	Rule: finding.Rule{
		ID: "consecutive-run", Aliases: []string{"DL3059"}, Severity: finding.Info,
		Title:       "RUN after RUN that could be one",
		Description: "Every RUN makes a layer. Two short ones that follow each other can be one.",
		Remedy:      "Join them with &&, where they do not profit from separate caching.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#run"},
	},
	Check: func(p *lint.Pass) {
		var prev *dockerfile.Instruction
		short := false
		for _, in := range p.File.Instructions {
			if in.Keyword != "RUN" {
				prev = nil
				continue
			}
			s := commands(in) < 2
			if prev != nil && short && s && sameFlags(prev, in) {
				p.Report(in, "RUN after RUN; the two could be one")
			}
			prev, short = in, s
		}
	},
}

// commands counts the commands of a RUN, roughly where its shell is none that is parsed (cmd, PowerShell).
func commands(in *dockerfile.Instruction) int {
	if in.Script == nil || in.Script.Parsed() {
		return len(calls(in))
	}
	return 1 + len(separators.FindAllString(quotes.ReplaceAllString(in.Script.Source, ""), -1))
}

var (
	quotes     = lazyregexp.New(`"[^"]*"|'[^']*'`)
	separators = lazyregexp.New(`[;&|\n]+`)
)

func sameFlags(a, b *dockerfile.Instruction) bool {
	if len(a.Flags) != len(b.Flags) {
		return false
	}
	for i := range a.Flags {
		if a.Flags[i].Name != b.Flags[i].Name || a.Flags[i].Value != b.Flags[i].Value {
			return false
		}
	}
	return true
}
