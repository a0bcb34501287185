package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var labelKey = lint.Rule{
	Level: lint.LevelStyle,
	Rule: finding.Rule{
		ID: "label-key", Aliases: []string{"DL3048"}, Severity: finding.Info,
		Title: "The label's key has an invalid form",
		Description: "Keys are lower-case letters, digits, dots and dashes, begin with a letter, end with a letter " +
			"or digit, and leave com.docker, io.docker and org.dockerproject to Docker.",
		Remedy:     "Write the key as reverse domain name: org.example.name.",
		References: []string{"https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations"},
	},
	Check: func(p *lint.Pass) {
		top(p, "LABEL", func(in *dockerfile.Instruction) {
			for _, pair := range in.Pairs {
				if !validLabel(pair.Key) {
					p.ReportAt(in, pair.KeySpan, "the label's key has an invalid form")
					return
				}
			}
		})
	},
}

var labelForm = lazyregexp.New(`^[a-z](?:[a-z0-9._/-]*[a-z0-9])?$`)

func validLabel(key string) bool {
	if !labelForm.MatchString(key) || strings.Contains(key, "..") || strings.Contains(key, "--") {
		return false
	}
	for _, reserved := range []string{"com.docker.", "io.docker.", "org.dockerproject."} {
		if strings.HasPrefix(key, reserved) {
			return false
		}
	}
	return true
}
