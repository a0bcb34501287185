package baseline

import (
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// flask is a report on a package of a version, with the hole in it where the advisories know of one.
func flask(version string, known bool) *report.Report {
	purl := "pkg:pypi/flask@" + version
	r := &report.Report{
		Services: []report.Service{{Name: "web", Exposure: finding.ExposurePublic}},
		Gates:    []report.Gate{{Name: finding.GateImage, Status: report.Checked, Judged: 1}},
		Packages: []inventory.Package{{Name: "flask", Version: version, PURL: purl, Ecosystem: "PyPI", Services: []string{"web"}}},
	}
	if known {
		r.Findings = []finding.Finding{{ID: "i-1", Gate: finding.GateImage, Rule: "CVE-1", Severity: finding.High,
			Services: []string{"web"}, Status: finding.Open, Advisory: &finding.Advisory{ID: "CVE-1"},
			Package: &finding.Package{Name: "flask", Version: version, PURL: purl}}}
	}
	r.Finish()
	return r
}

// A hole that became known of a package that did not change is no work of the change; one that came with another version
// is. What is left out is counted, and no attack path speaks of it.
func TestRestrictOnOtherAdvisories(t *testing.T) {
	r := flask("1", true)
	Restrict(r, &Baseline{Name: "before.json", Report: flask("1", false)})
	if len(r.Findings) != 0 || r.Against.Advisories != 1 || len(r.AttackPaths) != 0 {
		t.Errorf("published overnight: %d findings, %d attack paths, %+v", len(r.Findings), len(r.AttackPaths), r.Against)
	}
	r = flask("2", true)
	Restrict(r, &Baseline{Name: "before.json", Report: flask("1", false)})
	if len(r.Findings) != 1 || r.Against.Advisories != 0 || len(r.AttackPaths) != 1 {
		t.Errorf("another version: %d findings, %d attack paths, %+v", len(r.Findings), len(r.AttackPaths), r.Against)
	}
}
