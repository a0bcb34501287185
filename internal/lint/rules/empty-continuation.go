package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var emptyContinuation = lint.Rule{
	BuildCheck: "NoEmptyContinuation",
	Rule: finding.Rule{
		ID: "empty-continuation", Aliases: []string{"NoEmptyContinuation"}, Severity: finding.Low,
		Title: "An empty line within an instruction",
		Description: "The backslash above it joins the next line that is not empty; builders have announced that " +
			"this becomes an error.",
		Remedy:     "Remove the empty line, or the backslash above it.",
		References: []string{"https://docs.docker.com/reference/build-checks/no-empty-continuation/"},
	},
	Check: func(p *lint.Pass) {
		for _, in := range p.File.Instructions {
			if n := len(in.Empty); n > 0 { // told where BuildKit has it: where the line that is continued ends
				end := max(in.LineEnd, in.Empty[n-1].Start)
				p.ReportAt(in, dockerfile.Span{Start: end, End: end}, "an empty line within "+in.Keyword)
			}
		}
	},
}
