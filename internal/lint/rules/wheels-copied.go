package rules

import (
	"regexp"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var wheelsCopied = lint.Rule{
	Rule: finding.Rule{
		ID: "wheels-copied", Severity: finding.Low,
		Title:       "Wheels or caches are copied into a layer that stays",
		Description: "The files are needed for one RUN. COPY puts them into a layer of their own, and removing them later hides them without making the image smaller.",
		Remedy:      "Mount them into the RUN that needs them: RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels pip install --no-index --find-links=/wheels ...",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#run---mounttypebind"},
	},
	Check: func(p *lint.Pass) {
		shipped(p, func(in *dockerfile.Instruction) {
			if p.File.CopiedFrom(in) == nil {
				return
			}
			for _, w := range in.Args {
				if passing.MatchString(w.Text) {
					p.Report(in, "what is needed for one RUN is copied into a layer that stays")
					return
				}
			}
		})
	},
}

// passing are paths of things that an installation needs and nothing after it.
var passing = regexp.MustCompile(`(?i)(?:^|/)(?:wheels?|wheelhouse)(?:/|$)|\.whl$|/\.cache(?:/|$)|/\.npm(?:/|$)|/\.m2/|/go/pkg/mod(?:/|$)`)
