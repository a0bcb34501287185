package rules

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var workdirAbsolute = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "workdir-absolute", Aliases: []string{"DL3000", "WorkdirRelativePath"}, Severity: finding.Low,
		Title: "WORKDIR is relative",
		Description: "A relative WORKDIR depends on every WORKDIR before it, also on the base image's, which may " +
			"change.",
		Remedy:     "Write the whole path, from /.",
		References: []string{"https://docs.docker.com/reference/dockerfile/#workdir"},
	},
	BuildCheck: "WorkdirRelativePath", Built: builtRelativeWorkdir,
	Check: func(p *lint.Pass) {
		top(p, "WORKDIR", func(in *dockerfile.Instruction) {
			if len(in.Args) == 0 || absolute(unquoted(in.Args[0].Text)) {
				return
			}
			p.ReportAt(in, in.ArgSpan, "WORKDIR is relative")
		})
	},
}

var drive = lazyregexp.New(`^[A-Za-z]:`)

// absolute reports whether a path is absolute on Linux or Windows, or begins with a variable, which nobody knows.
func absolute(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "$") || drive.MatchString(s)
}

// builtRelativeWorkdir are the first WORKDIRs of a stage, those it builds on included, that are relative with their
// variables filled in.
func builtRelativeWorkdir(p *lint.Pass) []lint.Place {
	var out []lint.Place
	replay(p, func(v visit) {
		c, ok := v.cmd.(*instructions.WorkdirCommand)
		if !ok || v.workdirs > 0 || strings.HasPrefix(c.Path, "/") {
			return
		}
		if onWindows(p, v.in.Stage) && (drive.MatchString(c.Path) || strings.HasPrefix(c.Path, `\\`)) {
			return
		}
		out = append(out, lint.Place{In: v.in, Span: v.in.ArgSpan, Title: "the first WORKDIR is relative"})
	})
	return out
}

// onWindows reports whether a stage runs Windows: by its base image where that is known, else by the image's name.
func onWindows(p *lint.Pass, st *dockerfile.Stage) bool {
	lineage := p.File.Lineage(st)
	ref := p.Base(lineage[len(lineage)-1])
	if p.Context.Base != nil && ref.Known {
		if base, ok := p.Context.Base(ref.Text); ok && base.OS != "" {
			return base.OS == "windows"
		}
	}
	return st.Windows()
}
