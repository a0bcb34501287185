package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var secretName = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "secret-name", Aliases: []string{"DL3064"}, Severity: finding.Low, CWE: []string{"CWE-798"},
		Title:       "ARG or ENV with a name that sounds like a secret",
		Description: "Build arguments and environment of an image can be read by everybody who has the image.",
		Remedy:      "Give secrets to the build with RUN --mount=type=secret, and to the container when it starts.",
		References:  []string{"https://docs.docker.com/build/building/secrets/"},
	},
	Check: func(p *lint.Pass) {
		p.File.Walk(func(in *dockerfile.Instruction) {
			pairs := in.Pairs
			switch {
			case in.Keyword == "ARG" && len(pairs) > 1:
				pairs = pairs[:1]
			case in.Keyword != "ARG" && in.Keyword != "ENV":
				return
			}
			for _, pair := range pairs {
				if soundsSecret(pair.Key) {
					p.ReportAt(in, pair.KeySpan, in.Keyword+" with a name that sounds like a secret")
					return
				}
			}
		})
	},
}

func soundsSecret(key string) bool {
	k := strings.ToUpper(key)
	for _, w := range []string{"PASSWORD", "SECRET", "TOKEN", "API_KEY", "PRIVATE", "USERNAME"} {
		if strings.Contains(k, w) {
			return true
		}
	}
	return k == "AWS_ACCESS_KEY_ID"
}
