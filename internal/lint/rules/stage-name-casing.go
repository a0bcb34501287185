package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var stageNameCasing = lint.Rule{
	BuildCheck: "StageNameCasing",
	Rule: finding.Rule{
		ID: "stage-name-casing", Aliases: []string{"StageNameCasing"}, Severity: finding.Info,
		Title: "A stage's name has capital letters",
		Description: "Builders compare stage names in lower case; one way of writing them keeps COPY --from and " +
			"--target readable.",
		Remedy:     "Write the name in lower case, here and wherever it is used.",
		References: []string{"https://docs.docker.com/reference/build-checks/stage-name-casing/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if s.From.Problem != nil || len(s.From.Args) != 3 {
				continue
			}
			if name := s.From.Args[2]; name.Text != strings.ToLower(name.Text) {
				p.ReportAt(s.From, name.Span, "the stage's name "+name.Text+" has capital letters")
			}
		}
	},
}
