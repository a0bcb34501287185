package rules

import (
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/patternmatcher"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var copyIgnored = lint.Rule{
	BuildCheck: "CopyIgnoredFile",
	Rule: finding.Rule{
		ID: "copy-ignored", Aliases: []string{"CopyIgnoredFile"}, Severity: finding.Medium,
		Title:       "COPY of a file that the ignore file keeps out",
		Description: "The build does not see it: COPY fails, or copies less than it says.",
		Remedy:      "Let it through in .dockerignore, or do not copy it.",
		References:  []string{"https://docs.docker.com/reference/build-checks/copy-ignored-file/"},
	},
	Check: func(p *lint.Pass) {
		ignore, err := patternmatcher.New(p.Context.Patterns)
		if err != nil || len(p.Context.Patterns) == 0 || ignore.Exclusions() {
			return // what is let through again cannot be told from the patterns alone
		}
		replay(p, func(v visit) {
			written := sources(v.in.Cmd)
			for i, source := range sources(v.cmd) {
				if remoteSource.MatchString(source) {
					continue
				}
				name := path.Clean(source)
				if name == "." || name == "/" {
					if !slices.ContainsFunc(p.Context.Patterns, func(s string) bool {
						return s == "*" || s == "**" ||
							s == "**/*"
					}) {
						continue
					}
				}
				if hit, err := ignore.MatchesOrParentMatches(name); err == nil && hit {
					p.ReportAt(v.in, v.in.ArgSpan, v.in.Keyword+" of "+written[i]+", which the ignore file keeps out")
				}
			}
		})
	},
}

// sources are what COPY and ADD take from the build context or, ADD, from the network.
func sources(cmd any) []string {
	switch c := cmd.(type) {
	case *instructions.CopyCommand:
		if c.From == "" {
			return c.SourcePaths
		}
	case *instructions.AddCommand:
		return c.SourcePaths
	}
	return nil
}
