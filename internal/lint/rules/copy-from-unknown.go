package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var copyFromUnknown = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "copy-from-unknown", Aliases: []string{"DL3022"}, Severity: finding.Low,
		Title:       "COPY --from names no stage before it",
		Description: "What is no earlier stage is taken for an image and pulled, at its latest version.",
		Remedy:      "Correct the stage's name, or write the image with its tag.",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#copy---from"},
	},
	Check: func(p *lint.Pass) {
		first := firstNamed(p.File)
		top(p, "COPY", func(in *dockerfile.Instruction) {
			from, ok := in.Flag("from")
			if !ok || in.Stage == nil || strings.Contains(from.Value, ":") || alias(p.File, in.Stage) == from.Value {
				return
			}
			if n, err := strconv.Atoi(from.Value); err == nil && 0 <= n && n <= in.Stage.Index {
				return
			}
			if !before(first, in.Stage, from.Value) && !slices.Contains(p.Context.Contexts, from.Value) {
				p.ReportAt(in, from.ValueSpan, "COPY --from names no stage before it and no image with a tag")
			}
		})
	},
}
