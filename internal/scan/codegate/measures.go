package codegate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
)

// maxMeasures bounds how many files the report has measures of.
const maxMeasures = 20_000

// notCovered is the coverage of a file that nothing told the coverage of.
const notCovered = -1

// addMeasures adds what was measured in one root.
func addMeasures(res *gate.Result, measures []code.Measure, place func(string) string) {
	for i := range measures {
		m := &measures[i]
		res.Measures = append(res.Measures, report.Measure{Path: place(m.Path), Lines: m.Lines, Code: m.Code,
			Comments: m.Comments, Complexity: m.Complexity, Cognitive: m.Cognitive, Duplicated: m.Duplicated,
			Coverage: notCovered})
	}
}

// boundMeasures has each file once, though roots lie within one another, and no more files than a report should carry.
// What is left out is told.
func boundMeasures(res *gate.Result) {
	slices.SortStableFunc(res.Measures, func(a, b report.Measure) int { return strings.Compare(a.Path, b.Path) })
	res.Measures = slices.CompactFunc(res.Measures, func(a, b report.Measure) bool { return a.Path == b.Path })
	if n := len(res.Measures); n > maxMeasures {
		res.Measures = res.Measures[:maxMeasures]
		res.Warnings = append(res.Warnings, report.Warning{
			Text: fmt.Sprintf("the report has measures of %d of %d files", maxMeasures, n)})
	}
	unknown := 0
	for i := range res.Measures {
		if res.Measures[i].Duplicated < 0 {
			unknown++
		}
	}
	if unknown > 0 {
		res.Warnings = append(res.Warnings, report.Warning{Text: fmt.Sprintf(
			"duplicates were not looked for in %s: there is more code than they are kept of",
			report.Plural(unknown, "file"))})
	}
}
