// Package due tells whether a rebuild is due, and why: each reason with what shows it. It acts on nothing.
package due

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Fixes are the services with findings that a rebuild mends, by their images.
func Fixes(r *report.Report) []report.Due {
	mended := map[string][]*finding.Finding{}
	var order []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != finding.Open || f.Forecast != finding.ForecastRebuild {
			continue
		}
		for _, s := range f.Refs() {
			if mended[s] == nil {
				order = append(order, s)
			}
			mended[s] = append(mended[s], f)
		}
	}
	slices.Sort(order)
	var out []report.Due
	for _, s := range order {
		fs := mended[s]
		out = append(out, report.Due{Service: s, Reason: report.DueFixes,
			Evidence: fmt.Sprintf("a rebuild mends %s: %s", report.Plural(len(fs), "finding"), worst(fs))})
	}
	return out
}

// worst names the worst findings; the report has them worst first.
func worst(fs []*finding.Finding) string {
	const named = 3
	var names []string
	for _, f := range fs[:min(len(fs), named)] {
		names = append(names, fmt.Sprintf("%s in %s (%s)", f.Rule, f.Package.Name, f.Severity))
	}
	if more := len(fs) - named; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
