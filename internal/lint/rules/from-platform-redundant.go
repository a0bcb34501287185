package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromPlatformRedundant = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "from-platform-redundant", Aliases: []string{"DL3065"}, Severity: finding.Info,
		Title:       "FROM --platform=$TARGETPLATFORM says what is so anyway",
		Description: "The target platform is the default.",
		Remedy:      "Leave the flag out.",
		References:  []string{"https://docs.docker.com/reference/build-checks/redundant-target-platform/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			fl, ok := s.From.Flag("platform")
			if raw := p.File.Text(fl.ValueSpan); ok && (raw == "$TARGETPLATFORM" || raw == "${TARGETPLATFORM}") {
				at := dockerfile.Span{Start: fl.Span.Start, End: s.Base.Span.Start}
				p.ReportAt(s.From, fl.Span, "the target platform is the default", lint.Fix("Leave --platform out.", dockerfile.Delete(at)))
			}
		}
	},
}
