// Package policy turns a report into a verdict: which findings and which unread inputs break what was asked for.
package policy

import (
	"fmt"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Policy is what was asked for. The zero Policy asks for nothing and is never broken.
type Policy struct {
	FailOn       finding.Severity // fail on open findings of this weight or worse; "" for none
	OnlyFixed    bool             // of vulnerabilities, count only those with a known fix
	AllowPartial bool             // a gate that could not look everywhere is no breach

	Also func(*report.Report) []string // further breaches, for a policy that speaks in words of its own; may be nil
}

// Active reports whether anything was asked for.
func (p Policy) Active() bool { return p.FailOn != "" || p.Also != nil }

// maxNamed is how many breaching findings are named one by one; the rest are counted.
const maxNamed = 20

// Apply evaluates p and writes the verdict into r.
func Apply(r *report.Report, p Policy) {
	r.Policy = report.Policy{Passed: true}
	if !p.Active() {
		return
	}
	var breaches []string
	if !p.AllowPartial {
		breaches = blind(r)
	}
	n := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !p.breaks(f) {
			continue
		}
		if n++; n <= maxNamed {
			breaches = append(breaches, fmt.Sprintf("%s %s: %s", f.Severity, f.Rule, f.Title))
		}
	}
	if n > maxNamed {
		breaches = append(breaches, fmt.Sprintf("and %d more findings of %s or worse", n-maxNamed, p.FailOn))
	}
	if p.Also != nil {
		breaches = append(breaches, p.Also(r)...)
	}
	r.Policy = report.Policy{Passed: len(breaches) == 0, Breaches: breaches}
}

// blind names the gates that could not look at what there was. A run in which nothing was looked at passes no policy.
func blind(r *report.Report) []string {
	var breaches []string
	looked := false
	for i := range r.Gates {
		g := &r.Gates[i]
		looked = looked || g.Status == report.Checked || g.Status == report.Partial
		if g.Blind() {
			breaches = append(breaches, fmt.Sprintf("gate %s is %s: %s", g.Name, g.Status, g.Reason))
		}
	}
	if !looked && len(breaches) == 0 && len(r.Gates) > 0 {
		breaches = append(breaches, "no gate looked at anything")
	}
	return breaches
}

func (p Policy) breaks(f *finding.Finding) bool {
	if p.FailOn == "" || f.Status != finding.Open || f.Weight().Rank() < p.FailOn.Rank() {
		return false
	}
	return !(p.OnlyFixed && f.Advisory != nil && f.Advisory.Fixed == "")
}
