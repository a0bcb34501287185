package rules

import (
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromPlatform = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "from-platform", Aliases: []string{"DL3029", "FromPlatformFlagConstDisallowed"}, Severity: finding.Info,
		Title:       "FROM --platform is a constant",
		Description: "The image is then of that platform whatever the build asks for, and runs emulated elsewhere.",
		Remedy:      "Leave the flag out, or use $BUILDPLATFORM or $TARGETPLATFORM.",
		References:  []string{"https://docs.docker.com/build/building/multi-platform/"},
	},
	BuildCheck: "FromPlatformFlagConstDisallowed", Built: builtConstantPlatform,
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if fl, ok := s.From.Flag("platform"); ok && !strings.Contains(fl.Value, "BUILDPLATFORM") &&
				!strings.Contains(fl.Value, "TARGETPLATFORM") {
				p.ReportAt(s.From, fl.Span, "FROM --platform is a constant")
			}
		}
	},
}

func builtConstantPlatform(p *lint.Pass) []lint.Place {
	var out []lint.Place
	eachPlatform(p, func(s *dockerfile.Stage, at dockerfile.Span, found shell.ProcessWordResult) {
		if len(found.Matched)+len(found.Unmatched) > 0 {
			return
		}
		platform, err := platforms.Parse(found.Result)
		if err != nil || strings.Contains(s.Name, platform.OS) || strings.Contains(s.Name, platform.Architecture) {
			return
		}
		out = append(out, lint.Place{In: s.From, Span: at, Title: "FROM --platform is a constant"})
	})
	return out
}
