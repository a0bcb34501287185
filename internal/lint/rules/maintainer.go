package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var maintainer = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "maintainer", Aliases: []string{"DL4000", "MaintainerDeprecated"}, Severity: finding.Info,
		Title:       "MAINTAINER is deprecated",
		Description: "It has been since 2017; a label says the same and can be read by tools.",
		Remedy:      `Write LABEL org.opencontainers.image.authors="...".`,
		References:  []string{"https://docs.docker.com/reference/dockerfile/#maintainer-deprecated"},
	},
	BuildCheck: "MaintainerDeprecated", Built: builtMaintainer,
	Check: func(p *lint.Pass) {
		top(p, "MAINTAINER", func(in *dockerfile.Instruction) {
			var opts []lint.Option
			if s := p.File.Text(in.ArgSpan); in.Problem == nil && in.Stage != nil && in.Line == in.EndLine &&
				!strings.ContainsAny(s, "\"'\\$`") {
				opts = append(opts, lint.Fix("Use a label.",
					dockerfile.Replace(dockerfile.Span{Start: in.Span.Start, End: in.ArgSpan.Start},
						`LABEL org.opencontainers.image.authors="`), dockerfile.Insert(in.ArgSpan.End, `"`)))
			}
			p.Report(in, "MAINTAINER is deprecated", opts...)
		})
	},
}

func builtMaintainer(p *lint.Pass) []lint.Place {
	var out []lint.Place
	for _, in := range p.File.Instructions {
		if in.Keyword == "MAINTAINER" && in.Problem == nil {
			out = append(out, lint.Place{In: in, Span: in.KeywordSpan, Title: "MAINTAINER is deprecated"})
		}
	}
	return out
}
