package rank

import (
	"math/rand"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Whatever else is known of them, findings about the quality of code stand below all others, and are no work to do first
// unless the policy names their kind.
func TestQualityStandsLast(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	severities := append([]finding.Severity{finding.Unknown}, finding.Severities...)
	exposures := []finding.Exposure{finding.ExposurePublic, finding.ExposureInternal, finding.ExposureUnknown}
	for range 200 {
		r := &report.Report{}
		quality := map[string]finding.Kind{}
		for i := range 20 {
			kind := finding.Kinds[random.Intn(len(finding.Kinds))]
			f := finding.Finding{ID: string(rune('a' + i)), Gate: finding.GateCode, Rule: "r", Kind: kind,
				Severity: severities[random.Intn(len(severities))], Exposure: exposures[random.Intn(len(exposures))],
				Location: finding.Location{Path: string(rune('a' + i)), Line: 1}, Status: finding.Open,
				Fix: finding.Fix{Text: "Do it."}}
			if kind.Quality() {
				quality[f.ID] = kind
			}
			r.Findings = append(r.Findings, f)
		}
		Apply(r)
		r.Finish()
		last := false
		for i := range r.Findings {
			q := r.Findings[i].Kind.Quality()
			if last && !q {
				t.Fatal("a weakness stands below a bug")
			}
			last = q
		}
		for _, counts := range [][]finding.Kind{nil, {finding.KindBug}} {
			r.Policy.Kinds = counts
			for _, a := range Plan(r, nil) {
				for _, id := range a.Findings {
					if k := quality[id]; k != "" && (counts == nil || k != finding.KindBug) {
						t.Fatalf("%s is among what to do, with %v in the policy", k, counts)
					}
				}
			}
		}
	}
}
