package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var pipefail = lint.Rule{
	Level:   lint.LevelWarning,
	OwnLine: true,
	Rule: finding.Rule{
		ID: "pipefail", Aliases: []string{"DL4006"}, Severity: finding.Low,
		Title: "A pipe in RUN hides the failure of its first commands",
		Description: "The shell looks at the last command of a pipe only: curl | tar succeeds with half a file. " +
			"SHELL with -o pipefail makes the whole pipe fail.",
		Remedy:     `Set SHELL ["/bin/bash", "-o", "pipefail", "-c"] before the RUN (ash on Alpine).`,
		References: []string{"https://docs.docker.com/build/building/best-practices/#using-pipes"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			safe := false
			for _, in := range s.Instructions {
				switch in.Keyword {
				case "SHELL":
					safe = pipesafe(in)
				case "RUN":
					if at, ok := pipe(in); ok && !safe && !setsPipefail(in, at) {
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

// setsPipefail reports whether a script in a heredoc sets pipefail by itself before a place: with set, in its first
// line, or by the option of the shell that it is given to.
func setsPipefail(in *dockerfile.Instruction, at dockerfile.Span) bool {
	if in.Script == nil || len(in.Heredocs) != 1 || !in.Script.Within(in.Heredocs[0].BodySpan) {
		return false
	}
	first, _, _ := strings.Cut(in.Heredocs[0].Content, "\n")
	if strings.Contains(in.Args[0].Text, "pipefail") || strings.HasPrefix(first, "#!") &&
		strings.Contains(first, "pipefail") {
		return true
	}
	for _, c := range in.Script.Commands {
		if c.Name == "set" && c.HasArg("pipefail") && c.Span.Start < at.Start {
			return true
		}
	}
	return false
}

// pipesafe reports whether a SHELL sets pipefail, or is a shell that has no such thing.
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
