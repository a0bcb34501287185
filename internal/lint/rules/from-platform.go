package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromPlatform = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "from-platform", Aliases: []string{"DL3029"}, Severity: finding.Info,
		Title:       "FROM --platform is a constant",
		Description: "The image is then of that platform whatever the build asks for, and runs emulated elsewhere.",
		Remedy:      "Leave the flag out, or use $BUILDPLATFORM or $TARGETPLATFORM.",
		References:  []string{"https://docs.docker.com/build/building/multi-platform/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if fl, ok := s.From.Flag("platform"); ok && !strings.Contains(fl.Value, "BUILDPLATFORM") && !strings.Contains(fl.Value, "TARGETPLATFORM") {
				p.ReportAt(s.From, fl.Span, "FROM --platform is a constant")
			}
		}
	},
}
