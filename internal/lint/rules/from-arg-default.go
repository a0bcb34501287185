package rules

import (
	imageref "github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromArgDefault = lint.Rule{
	BuildCheck: "InvalidDefaultArgInFrom",
	Rule: finding.Rule{
		ID: "from-arg-default", Aliases: []string{"InvalidDefaultArgInFrom"}, Severity: finding.Low,
		Title: "Without build arguments FROM names no image",
		Description: "The ARG that FROM uses has no default, or one that gives no valid name: the file builds only " +
			"for those who know which argument to give.",
		Remedy:     "Give the ARG a default.",
		References: []string{"https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/"},
	},
	Check: func(p *lint.Pass) {
		defaults := globalArgs(p, nil)
		lex := shell.NewLex(rune(p.File.Escape))
		for _, s := range p.File.Stages {
			if s.From.Problem != nil {
				continue
			}
			name, _, err := process(lex, s.Base.Raw, defaults)
			if err != nil {
				return
			}
			if _, err := imageref.ParseNormalizedNamed(name); err != nil {
				p.ReportAt(s.From, s.Base.Span, "without build arguments "+s.Base.Raw+" is the name of no image")
			}
		}
	},
}
