package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var trustedRegistry = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "trusted-registry", Aliases: []string{"DL3026"}, Severity: finding.Medium, CWE: []string{"CWE-829"},
		Title: "The base image comes from a registry that is not on the list",
		Description: "The configuration lists the registries that images may come from (trustedRegistries). Without " +
			"a list the rule is silent.",
		Remedy: "Take the image from a listed registry, or add its registry to the list.",
	},
	Check: func(p *lint.Pass) {
		first := firstNamed(p.File)
		if len(p.Config.TrustedRegistries) == 0 {
			return
		}
		for _, s := range p.File.Stages {
			b := s.Base
			if b.Raw == "" || b.Raw == "scratch" || before(first, s, b.Raw) ||
				trusted(registryOf(b.Raw), p.Config.TrustedRegistries) {
				continue
			}
			p.ReportAt(s.From, b.Span, "the base image's registry is not one of the trusted")
		}
		top(p, "COPY", func(in *dockerfile.Instruction) {
			from, ok := in.Flag("from")
			if !ok || p.File.CopiedFrom(in) != nil || !strings.Contains(from.Value, "/") ||
				trusted(registryOf(from.Value), p.Config.TrustedRegistries) {
				return
			}
			p.ReportAt(in, from.ValueSpan, "the image's registry is not one of the trusted")
		})
	},
}

// registryOf is the registry that is written before the image's name, docker.io where none is.
func registryOf(raw string) string {
	first, _, ok := strings.Cut(raw, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first
	}
	return "docker.io"
}

// trusted reports whether the registry is on the list; a * at the start or the end of an entry stands for anything.
func trusted(registry string, list []string) bool {
	for _, t := range list {
		head, tail := strings.HasPrefix(t, "*"), strings.HasSuffix(t, "*")
		bare := strings.Trim(t, "*")
		switch {
		case t == registry,
			head && tail && strings.Contains(registry, bare),
			head && strings.HasSuffix(registry, bare),
			tail && strings.HasPrefix(registry, bare):
			return true
		}
	}
	return false
}
