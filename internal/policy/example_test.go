package policy_test

import (
	"fmt"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/policy"
	"github.com/drydock/drydock/internal/report"
)

// A gate that could not look everywhere breaks a policy as a finding does.
func ExampleApply() {
	r := report.New(report.Tool{Name: "drydock"}, "shop", time.Unix(0, 0))
	r.Gates = []report.Gate{{Name: finding.GateImage, Status: report.Partial, Reason: "poetry.lock: cut off"}}
	r.Findings = []finding.Finding{{Gate: finding.GateDockerfile, Rule: "no-sudo", Title: "sudo in RUN",
		Severity: finding.Low, Status: finding.Open}}
	policy.Apply(r, policy.Policy{FailOn: finding.High})
	fmt.Println(r.Policy.Passed, len(r.Policy.Breaches))
	policy.Apply(r, policy.Policy{FailOn: finding.High, AllowPartial: true})
	fmt.Println(r.Policy.Passed, len(r.Policy.Breaches))
	// Output:
	// false 1
	// true 0
}
