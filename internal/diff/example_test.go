package diff_test

import (
	"fmt"
	"time"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// A finding that the later run could not have seen is not fixed.
func ExampleCompare() {
	at := func(status report.GateStatus, found ...finding.Finding) *report.Report {
		r := report.New(report.Tool{Name: "drydock"}, "shop", time.Unix(0, 0))
		r.Gates = []report.Gate{{Name: finding.GateDockerfile, Status: status}}
		r.Findings = found
		return r
	}
	sudo := finding.Finding{ID: "d-1", Gate: finding.GateDockerfile, Rule: "no-sudo", Title: "sudo in RUN",
		Severity: finding.Low, Status: finding.Open}
	looked := diff.Compare(at(report.Checked, sudo), at(report.Checked))
	blind := diff.Compare(at(report.Checked, sudo), at(report.Failed))
	fmt.Println(len(looked.Fixed), len(looked.Unseen))
	fmt.Println(len(blind.Fixed), len(blind.Unseen))
	// Output:
	// 1 0
	// 0 1
}
