package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromTag = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "from-tag", Aliases: []string{"DL3006"}, Severity: finding.Low,
		Title:       "The base image has no tag",
		Description: "Without a tag a build takes whatever is latest that day; two builds of one commit differ.",
		Remedy:      "Name the version: image:tag.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			b := s.Base
			if b.Raw == "" || strings.HasPrefix(b.Raw, "$") || b.Raw == "scratch" || b.Digest != "" || b.Tag != "" {
				continue
			}
			if b.Registry == "localhost" || strings.HasPrefix(b.Registry, "localhost:") {
				if strings.Contains(b.Raw, ":") {
					continue
				}
			}
			if earlierAlias(p.File, s, b.Raw) {
				continue
			}
			p.ReportAt(s.From, b.Span, "the base image "+b.Raw+" has no tag")
		}
	},
}

// earlierAlias tells whether name is, letter for letter, the name of a stage before s.
func earlierAlias(f *dockerfile.File, s *dockerfile.Stage, name string) bool {
	for _, e := range f.Stages[:s.Index] {
		if e.Name != "" && alias(f, e) == name {
			return true
		}
	}
	return false
}

// alias is the stage's name as it is written.
func alias(f *dockerfile.File, s *dockerfile.Stage) string { return f.Text(s.NameSpan) }
