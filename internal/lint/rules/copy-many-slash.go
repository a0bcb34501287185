package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var copyManySlash = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "copy-many-slash", Aliases: []string{"DL3021"}, Severity: finding.Low,
		Title: "COPY of several sources to something that does not end in /",
		Description: "Several sources need a folder as destination, and only the slash says that it is one; the " +
			"builder refuses it otherwise.",
		Remedy:     "End the destination with /.",
		References: []string{"https://docs.docker.com/reference/dockerfile/#copy"},
	},
	Check: func(p *lint.Pass) {
		top(p, "COPY", func(in *dockerfile.Instruction) {
			if len(in.Args) < 3 {
				return
			}
			dest := in.Args[len(in.Args)-1]
			if strings.HasSuffix(unquoted(dest.Text), "/") {
				return
			}
			var opts []lint.Option
			if !strings.ContainsAny(dest.Text, `"'\`) {
				at := dest.Span.End
				if in.JSON {
					at--
				}
				opts = append(opts, lint.Fix("End the destination with /.", dockerfile.Insert(at, "/")))
			}
			p.ReportAt(in, dest.Span, "COPY of several sources; the destination must end in /", opts...)
		})
	},
}
