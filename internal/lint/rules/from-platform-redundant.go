package rules

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromPlatformRedundant = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "from-platform-redundant", Aliases: []string{"DL3065", "RedundantTargetPlatform"}, Severity: finding.Info,
		Title:       "FROM --platform=$TARGETPLATFORM says what is so anyway",
		Description: "The target platform is the default.",
		Remedy:      "Leave the flag out.",
		References:  []string{"https://docs.docker.com/reference/build-checks/redundant-target-platform/"},
	},
	BuildCheck: "RedundantTargetPlatform", Built: builtTargetPlatform,
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			fl, ok := s.From.Flag("platform")
			if raw := p.File.Text(fl.ValueSpan); ok && (raw == "$TARGETPLATFORM" || raw == "${TARGETPLATFORM}") {
				at := dockerfile.Span{Start: fl.Span.Start, End: s.Base.Span.Start}
				p.ReportAt(s.From, fl.Span, "the target platform is the default",
					lint.Fix("Leave --platform out.", dockerfile.Delete(at)))
			}
		}
	},
}

func builtTargetPlatform(p *lint.Pass) []lint.Place {
	var out []lint.Place
	eachPlatform(p, func(s *dockerfile.Stage, at dockerfile.Span, found shell.ProcessWordResult) {
		_, target := found.Matched["TARGETPLATFORM"]
		if target && len(found.Matched) == 1 && len(found.Unmatched) == 0 && found.Result == anyPlatform {
			out = append(out, lint.Place{In: s.From, Span: at, Title: "the target platform is the default"})
		}
	})
	return out
}

// anyPlatform stands for the platform that is built for.
const anyPlatform = "linux/any"

// eachPlatform fills the variables into every --platform of FROM.
func eachPlatform(p *lint.Pass, see func(*dockerfile.Stage, dockerfile.Span, shell.ProcessWordResult)) {
	global := globalArgs(p, p.Context.Args)
	global.values["TARGETPLATFORM"] = anyPlatform
	for _, s := range p.File.Stages {
		flag, ok := s.From.Flag("platform")
		if !ok || s.From.Problem != nil || strings.Count(flag.Value, "$") > maxUses {
			continue
		}
		if found, err := shell.NewLex(rune(p.File.Escape)).ProcessWordWithMatches(flag.Value, global); err == nil {
			see(s, flag.Span, found)
		}
	}
}
