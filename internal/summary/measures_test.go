package summary

import (
	"testing"

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
