package scanner

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// CheckPatterns refuses patterns of sonar.exclusions and sonar.inclusions that cannot be read.
func (j *Job) CheckPatterns() error {
	for _, p := range slices.Concat(j.Excluded, j.Included) {
		if !doublestar.ValidatePattern(pattern(p)) {
			return clierr.Usage("%q is no pattern of sonar.exclusions or sonar.inclusions", p)
		}
	}
	return nil
}

// pattern is a pattern as it is matched: those that begin with file: are of whole paths, which a project's are not.
func pattern(p string) string { return strings.TrimPrefix(p, "/") }

// Restrict leaves out what the scanner was told not to look at: findings in code outside of sonar.sources, and
// findings of
// every gate in files that are excluded. It tells how many.
func (j *Job) Restrict(r *report.Report) (left int) {
	before := len(r.Findings)
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return !j.takes(&f) })
	return before - len(r.Findings)
}

func (j *Job) takes(f *finding.Finding) bool {
	path := f.Location.Path
	if path == "" {
		return true
	}
	if f.Gate == finding.GateCode && len(j.Sources) > 0 && !slices.ContainsFunc(j.Sources, func(s string) bool {
		return path == s || strings.HasPrefix(path, s+"/")
	}) {
		return false
	}
	hit := func(p string) bool { return doublestar.MatchUnvalidated(pattern(p), path) }
	if slices.ContainsFunc(j.Excluded, hit) {
		return false
	}
	return f.Gate != finding.GateCode || len(j.Included) == 0 || slices.ContainsFunc(j.Included, hit)
}
