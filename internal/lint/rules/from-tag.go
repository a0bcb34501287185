package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
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
		first := firstNamed(p.File)
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
			if before(first, s, b.Raw) || b.FromArg && s.Parent != nil || slices.Contains(p.Context.Contexts, b.Text) ||
				choosesStage(p.File, s) {
				continue
			}
			p.ReportAt(s.From, b.Span, "the base image "+b.Raw+" has no tag")
		}
	},
}

// choosesStage reports whether a variable in FROM picks one of the stages above: FROM base-${TARGETARCH}.
func choosesStage(f *dockerfile.File, s *dockerfile.Stage) bool {
	if s.Base.Known {
		return false
	}
	var pattern strings.Builder
	rest := s.Base.Text
	for _, use := range anyVariable.FindAllString(rest, -1) {
		before, after, _ := strings.Cut(rest, use)
		pattern.WriteString(regexp.QuoteMeta(strings.ToLower(before)) + ".*")
		rest = after
	}
	pattern.WriteString(regexp.QuoteMeta(strings.ToLower(rest)))
	chosen, err := regexp.Compile("^" + pattern.String() + "$")
	if err != nil {
		return false
	}
	for _, earlier := range f.Stages[:s.Index] {
		if earlier.Name != "" && chosen.MatchString(earlier.Name) {
			return true
		}
	}
	return false
}

var anyVariable = lazyregexp.New(`\$(?:\{[^}]*\}|\w+)`)

// firstNamed tells where each name of a stage, letter for letter, is first used.
func firstNamed(f *dockerfile.File) map[string]int {
	first := map[string]int{}
	for i := len(f.Stages) - 1; i >= 0; i-- {
		if s := f.Stages[i]; s.Name != "" {
			first[alias(f, s)] = i
		}
	}
	return first
}

// before reports whether a stage before s has the name.
func before(first map[string]int, s *dockerfile.Stage, name string) bool {
	i, ok := first[name]
	return ok && i < s.Index
}

// alias is the stage's name as it is written.
func alias(f *dockerfile.File, s *dockerfile.Stage) string { return f.Text(s.NameSpan) }
