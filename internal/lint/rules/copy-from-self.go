package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var copyFromSelf = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "copy-from-self", Aliases: []string{"DL3023"}, Severity: finding.Medium,
		Title:       "COPY --from names its own stage",
		Description: "A stage cannot copy from itself; the build fails.",
		Remedy:      "Name the stage that has the files, or copy within a RUN.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#copy---from"},
	},
	Check: func(p *lint.Pass) {
		top(p, "COPY", func(in *dockerfile.Instruction) {
			from, ok := in.Flag("from")
			if ok && in.Stage != nil && in.Stage.Name != "" && alias(p.File, in.Stage) == from.Value {
				p.ReportAt(in, from.ValueSpan, "COPY --from names its own stage")
			}
		})
	},
}
