package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var execForm = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "exec-form", Aliases: []string{"DL3025", "JSONArgsRecommended"}, Severity: finding.Low,
		Title: "CMD or ENTRYPOINT in shell form",
		Description: "In shell form a shell is process 1 and the application its child: signals do not reach it, so " +
			"a stop waits for the grace period and then kills.",
		Remedy:     `Write a JSON array: CMD ["program", "argument"].`,
		References: []string{"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
	},
	BuildCheck: "JSONArgsRecommended", Built: builtShellForm,
	Check: func(p *lint.Pass) {
		for _, in := range p.File.Instructions {
			switch in.Keyword {
			case "CMD", "ENTRYPOINT":
				if !in.JSON && len(in.Args) > 0 {
					p.Report(in, in.Keyword+" in shell form", execFix(p, in)...)
				}
			case "HEALTHCHECK":
				if !in.JSON && len(in.Args) > 1 {
					p.Report(in, "HEALTHCHECK CMD in shell form")
				}
			}
		}
	},
}

// execFix writes the array where the shell form is one plain command, so that no shell is needed. The edits only put
// brackets, quotes and commas around the words: what the words say is repeated nowhere.
func execFix(p *lint.Pass, in *dockerfile.Instruction) []lint.Option {
	s := in.Script
	if s == nil || s.Err != nil || len(s.Steps) != 1 || len(s.Commands) != 1 || len(s.Pipes) > 0 ||
		in.Line != in.EndLine {
		return nil
	}
	c := s.Commands[0]
	if c.Call == nil || len(c.Assigns) > 0 || c.Span != s.Steps[0].Span || len(s.Steps[0].Stmt.Redirs) > 0 ||
		shellOnly[c.Name] {
		return nil
	}
	var edits []dockerfile.Edit
	for i, w := range c.Words {
		if !w.Literal || p.File.Text(w.Span) != w.Text || strings.ContainsAny(w.Text, "*?[~\"\\") {
			return nil
		}
		switch {
		case i == 0:
			edits = append(edits, dockerfile.Insert(w.Span.Start, `["`))
		default:
			edits = append(edits, dockerfile.Replace(dockerfile.Span{Start: c.Words[i-1].Span.End, End: w.Span.Start},
				`", "`))
		}
	}
	return []lint.Option{lint.Fix("Write "+in.Keyword+" as a JSON array.",
		append(edits, dockerfile.Insert(c.Span.End, `"]`))...)}
}

// shellOnly are words that only a shell understands.
var shellOnly = map[string]bool{"exec": true, "cd": true, "source": true, ".": true, "export": true, "set": true,
	"eval": true, "exit": true, "command": true, "": true, "test": true, "[": true, "ulimit": true, "umask": true,
	"trap": true, "wait": true}

// builtShellForm are the commands in shell form that no SHELL of the stage accounts for.
func builtShellForm(p *lint.Pass) []lint.Place {
	var out []lint.Place
	chosen, global := make([]bool, len(p.File.Stages)), globalArgs(p, p.Context.Args)
	for i, s := range p.File.Stages {
		if parent := builtOn(p, s, global); parent != nil {
			chosen[i] = chosen[parent.Index]
		} else if base, ok := baseOf(p, s); ok {
			chosen[i] = base.Shell
		}
		for _, in := range s.Instructions {
			switch {
			case in.Problem != nil:
			case in.Keyword == "SHELL":
				chosen[i] = true
			case (in.Keyword == "CMD" || in.Keyword == "ENTRYPOINT") && !in.JSON && !chosen[i]:
				out = append(out, lint.Place{In: in, Span: in.KeywordSpan, Title: in.Keyword + " in shell form"})
			}
		}
	}
	return out
}

// baseOf is what is known of a stage's base image.
func baseOf(p *lint.Pass, s *dockerfile.Stage) (lint.Base, bool) {
	ref := p.Base(s)
	if p.Context.Base == nil || !ref.Known || ref.Scratch() {
		return lint.Base{}, false
	}
	return p.Context.Base(ref.Text)
}
