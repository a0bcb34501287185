package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var copyWholeStage = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "copy-whole-stage", Aliases: []string{"DL3067"}, Severity: finding.Low,
		Title:       "COPY --from takes the whole file system of another stage",
		Description: "All that the builder has comes along, and the second stage is for nothing.",
		Remedy:      "Copy the paths that the application needs.",
		References:  []string{"https://docs.docker.com/build/building/multi-stage/"},
	},
	Check: func(p *lint.Pass) {
		top(p, "COPY", func(in *dockerfile.Instruction) {
			if _, ok := in.Flag("from"); ok && len(in.Args) == 2 && unquoted(in.Args[0].Text) == "/" &&
				unquoted(in.Args[1].Text) == "/" {
				p.Report(in, "COPY --from takes the whole file system of another stage")
			}
		})
	},
}
