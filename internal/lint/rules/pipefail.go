package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var pipefail = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "pipefail", Aliases: []string{"DL4006"}, Severity: finding.Low,
		Title:       "A pipe in RUN hides the failure of its first commands",
		Description: "The shell looks at the last command of a pipe only: curl | tar succeeds with half a file. SHELL with -o pipefail makes the whole pipe fail.",
		Remedy:      `Set SHELL ["/bin/bash", "-o", "pipefail", "-c"] before the RUN (ash on Alpine).`,
		References:  []string{"https://docs.docker.com/build/building/best-practices/#using-pipes"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			safe := false
			for _, in := range s.Instructions {
				switch in.Keyword {
				case "SHELL":
					safe = pipesafe(in)
				case "RUN":
					if at, ok := pipe(in); ok && !safe {
						p.ReportAt(in, at, "a pipe in RUN, and SHELL does not set pipefail")
					}
				}
			}
		}
	},
}

// pipe is the place of the first pipe of a RUN.
func pipe(in *dockerfile.Instruction) (dockerfile.Span, bool) {
	s := in.Script
	if s == nil {
		return dockerfile.Span{}, false
	}
	if in.JSON {
		s = in.Joined()
	}
	if len(s.Pipes) == 0 {
		return dockerfile.Span{}, false
	}
	return s.Pipes[0], true
}

// pipesafe tells whether a SHELL sets pipefail, or is a shell that has no such thing.
func pipesafe(in *dockerfile.Instruction) bool {
	var text []string
	for _, w := range in.Args {
		text = append(text, w.Text)
	}
	words := strings.Fields(strings.Join(text, " "))
	if len(words) == 0 {
		return false
	}
	switch words[0] {
	case "pwsh", "powershell", "powershell.exe", "cmd", "cmd.exe":
		return true
	case "/bin/bash", "/bin/zsh", "/bin/ash", "bash", "zsh", "ash":
	default:
		return false
	}
	c := call{args: words[1:]}
	return c.flag("o") && c.has("pipefail")
}
