package summary

import (
	"testing"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

func TestMeasure(t *testing.T) {
	if Measure(&report.Report{}) != nil {
		t.Error("nothing was measured")
	}
	m := Measure(&report.Report{Measures: []report.Measure{
		{Path: "a", Lines: 200, Code: 100, Comments: 20, Cognitive: 3, Duplicated: 10},
		{Path: "b", Lines: 100, Code: 80, Cognitive: 9, Duplicated: 0},
		{Path: "c", Lines: 900, Code: 900, Duplicated: -1},
	}})
	want := "1080 lines of code in 3 files, 1.8 % comments, 5.6 % duplicated; hardest to read: b (9)"
	if got := m.Text(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(m.Worst) != 2 {
		t.Error("a file without complexity is not hard to read")
	}
	m = Measure(&report.Report{Measures: []report.Measure{{Path: "c", Code: 1, Duplicated: -1}}})
	if got, want := m.Text(), "1 line of code in 1 file, 0.0 % comments, unknown how much duplicated"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What does not count is told beside the verdict, which then does not say that nothing was found.
func TestQualityInTheVerdict(t *testing.T) {
	gates := []report.Gate{{Name: finding.GateCode, Status: report.Checked, Judged: 3, Read: report.Read{Files: 3}}}
	bug := finding.Finding{Kind: finding.KindBug, Severity: finding.High, Status: finding.Open}
	hole := finding.Finding{Kind: finding.KindVulnerability, Severity: finding.Low, Status: finding.Open}
	for _, c := range []struct {
		findings []finding.Finding
		kinds    []finding.Kind
		state    State
		verdict  string
	}{
		{nil, nil, StateClean, "nothing found in 3 source files"},
		{[]finding.Finding{bug, bug}, nil, StateFindings, "nothing that counts in 3 source files; not counted: 2 bugs"},
		{[]finding.Finding{hole, bug}, nil, StateFindings, "1 open: 1 low; read 3 source files; not counted: 1 bug"},
		{[]finding.Finding{hole, bug}, []finding.Kind{finding.KindBug}, StateFindings,
			"2 open: 1 high, 1 low; read 3 source files"},
	} {
		r := &report.Report{Gates: gates, Findings: c.findings, Policy: report.Policy{Passed: true, Kinds: c.kinds}}
		r.Finish()
		s := Summarise(r, time.Time{})
		if s.State != c.state || s.Verdict != c.verdict {
			t.Errorf("got  %s: %s\nwant %s: %s", s.State, s.Verdict, c.state, c.verdict)
		}
	}
}
