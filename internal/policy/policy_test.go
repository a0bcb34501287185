package policy

import (
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

func epss(v float64) *float64 { return &v }

func TestApply(t *testing.T) {
	high := finding.Finding{Severity: finding.High, Status: finding.Open, Advisory: &finding.Advisory{}}
	fixed := finding.Finding{Severity: finding.High, Status: finding.Open, Advisory: &finding.Advisory{Fixed: "2"}}
	waived := finding.Finding{Severity: finding.Critical, Status: finding.Waived}
	unknown := finding.Finding{Severity: finding.Unknown, Status: finding.Open, Advisory: &finding.Advisory{}}
	likely := finding.Finding{Severity: finding.Unknown, Status: finding.Open,
		Advisory: &finding.Advisory{EPSS: epss(0.1)}}
	exploited := finding.Finding{Severity: finding.Unknown, Status: finding.Open,
		Advisory: &finding.Advisory{KEV: true}}
	bug := finding.Finding{Severity: finding.High, Status: finding.Open, Kind: finding.KindBug}
	partial := report.Gate{Name: finding.GateImage, Status: report.Partial, Reason: "no engine"}
	nothingThere := report.Gate{Name: finding.GateCode, Status: report.Skipped}
	blind := report.Gate{Name: finding.GateImage, Status: report.Skipped,
		Inputs: []report.Input{{Path: "redis:7", Status: report.Skipped}}}
	checked := report.Gate{Name: finding.GateAccess, Status: report.Checked}
	for name, c := range map[string]struct {
		p     Policy
		fs    []finding.Finding
		gates []report.Gate
		want  bool
	}{
		"nothing asked":    {Policy{}, []finding.Finding{high}, []report.Gate{partial}, true},
		"high at high":     {Policy{FailOn: finding.High}, []finding.Finding{high}, nil, false},
		"high at critical": {Policy{FailOn: finding.Critical}, []finding.Finding{high}, nil, true},
		"no fix, only fixed": {Policy{FailOn: finding.High, OnlyFixed: true}, []finding.Finding{high}, nil,
			true},
		"with fix, only fixed": {Policy{FailOn: finding.High, OnlyFixed: true}, []finding.Finding{fixed}, nil,
			false},
		"waived":                      {Policy{FailOn: finding.Low}, []finding.Finding{waived}, nil, true},
		"unknown at medium":           {Policy{FailOn: finding.Medium}, []finding.Finding{unknown}, nil, false},
		"unknown at high":             {Policy{FailOn: finding.High}, []finding.Finding{unknown}, nil, true},
		"unknown, likely, at high":    {Policy{FailOn: finding.High}, []finding.Finding{likely}, nil, false},
		"unknown, exploited, at high": {Policy{FailOn: finding.High}, []finding.Finding{exploited}, nil, false},
		"a bug":                       {Policy{FailOn: finding.Low}, []finding.Finding{bug}, nil, true},
		"a bug, which counts": {Policy{FailOn: finding.High, Kinds: []finding.Kind{finding.KindBug}},
			[]finding.Finding{bug}, nil, false},
		"a bug, where maintainability counts": {Policy{FailOn: finding.Low,
			Kinds: []finding.Kind{finding.KindMaintainability}}, []finding.Finding{bug}, nil, true},
		"partial gate": {Policy{FailOn: finding.Critical}, nil, []report.Gate{partial}, false},
		"partial gate allowed": {Policy{FailOn: finding.Critical, AllowPartial: true}, nil,
			[]report.Gate{partial}, true},
		"a gate without inputs": {Policy{FailOn: finding.Critical}, nil, []report.Gate{checked, nothingThere},
			true},
		"nothing of its inputs": {Policy{FailOn: finding.Critical}, nil, []report.Gate{checked, blind}, false},
		"nothing looked at":     {Policy{FailOn: finding.Critical}, nil, []report.Gate{nothingThere}, false},
		"nothing looked at, allowed": {Policy{FailOn: finding.Critical, AllowPartial: true}, nil,
			[]report.Gate{nothingThere}, true},
	} {
		r := &report.Report{Findings: c.fs, Gates: c.gates}
		Apply(r, c.p)
		if r.Policy.Passed != c.want {
			t.Errorf("%s: passed %v, breaches %q", name, r.Policy.Passed, r.Policy.Breaches)
		}
	}
}

// An image of which too much cannot be seen breaks the policy, and so does one of which that could not be told.
func TestEfficiency(t *testing.T) {
	images := func(w *report.Waste) *report.Report {
		return &report.Report{Images: []report.Image{{Name: "app", Waste: w}}}
	}
	for name, c := range map[string]struct {
		w      *report.Waste
		policy Policy
		passed bool
	}{
		"enough": {&report.Waste{Efficiency: 0.95}, Policy{Efficiency: 0.95}, true},
		"too little": {&report.Waste{Efficiency: 0.94, Bytes: 6, TotalBytes: 100}, Policy{Efficiency: 0.95},
			false},
		"not told":            {nil, Policy{Efficiency: 0.95}, false},
		"not told, allowed":   {nil, Policy{Efficiency: 0.95, AllowPartial: true}, true},
		"nothing asked for":   {&report.Waste{Efficiency: 0.1}, Policy{}, true},
		"asked for much else": {&report.Waste{Efficiency: 0.1}, Policy{FailOn: "high"}, true},
	} {
		r := images(c.w)
		Apply(r, c.policy)
		if r.Policy.Passed != c.passed {
			t.Errorf("%s: %+v", name, r.Policy)
		}
	}
}
