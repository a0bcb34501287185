package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var secretName = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "secret-name", Kind: finding.KindSecret, Aliases: []string{"DL3064", "SecretsUsedInArgOrEnv"}, Severity: finding.Low,
		CWE:         []string{"CWE-798"},
		Title:       "ARG or ENV with a name that sounds like a secret",
		Description: "Build arguments and environment of an image can be read by everybody who has the image.",
		Remedy:      "Give secrets to the build with RUN --mount=type=secret, and to the container when it starts.",
		References:  []string{"https://docs.docker.com/build/building/secrets/"},
	},
	BuildCheck: "SecretsUsedInArgOrEnv", Built: builtSecretNames,
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

// builtSecretNames are the ARGs and ENVs of stages with a name that BuildKit takes for a secret's.
func builtSecretNames(p *lint.Pass) []lint.Place {
	var out []lint.Place
	for _, in := range p.File.Instructions {
		if in.Stage == nil || in.Problem != nil || in.Keyword != "ARG" && in.Keyword != "ENV" {
			continue
		}
		for _, pair := range in.Pairs {
			if builtSecret.MatchString(pair.Key) && !harmlessWord.MatchString(pair.Key) {
				out = append(out, lint.Place{In: in, Span: pair.KeySpan,
					Title: in.Keyword + " with a name that sounds like a secret"})
				break
			}
		}
	}
	return out
}

var (
	builtSecret = lazyregexp.New(
		`(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)`)
	harmlessWord = lazyregexp.New(`(?i)(?:_|^)(?:public|file|version)(?:_|$)`)
)
