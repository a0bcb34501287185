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
	Efficiency   float64          // the least share of an image's bytes that can be seen, 0 to 1; 0 asks for nothing
	AllowPartial bool             // a gate that could not look everywhere is no breach
	Kinds        []finding.Kind   // kinds about the quality of code that count too

	Also func(*report.Report) []string // further breaches, for a policy that speaks in words of its own; may be nil
}

// Active reports whether anything was asked for.
func (p Policy) Active() bool { return p.FailOn != "" || p.Also != nil || p.Efficiency > 0 }

// maxNamed is how many breaching findings are named one by one; the rest are counted.
const maxNamed = 20

// Apply evaluates p and writes the verdict into r.
func Apply(r *report.Report, p Policy) {
	r.Policy = report.Policy{Passed: true, Kinds: p.Kinds}
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
		if !r.Policy.Counts(f.Kind) || !p.breaks(f) {
			continue
		}
		if n++; n <= maxNamed {
			breaches = append(breaches, fmt.Sprintf("%s %s: %s", f.Severity, f.Rule, f.Title))
		}
	}
	if n > maxNamed {
		breaches = append(breaches, fmt.Sprintf("and %d more findings of %s or worse", n-maxNamed, p.FailOn))
	}
	breaches = append(breaches, p.wasteful(r)...)
	if p.Also != nil {
		breaches = append(breaches, p.Also(r)...)
	}
	r.Policy.Passed, r.Policy.Breaches = len(breaches) == 0, breaches
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

// wasteful names the images of whose bytes too many cannot be seen, and those of which that could not be told.
func (p Policy) wasteful(r *report.Report) []string {
	if p.Efficiency <= 0 {
		return nil
	}
	var breaches []string
	for i := range r.Images {
		switch img := &r.Images[i]; {
		case img.Waste == nil && !p.AllowPartial:
			breaches = append(breaches, fmt.Sprintf("image %s: its efficiency could not be told", img.Name))
		case img.Waste != nil && img.Waste.Efficiency < p.Efficiency:
			breaches = append(breaches, fmt.Sprintf("image %s: efficiency %.3f is below %.3f, %s of %s cannot be seen",
				img.Name,
				img.Waste.Efficiency, p.Efficiency, report.Size(img.Waste.Bytes), report.Size(img.Waste.TotalBytes)))
		}
	}
	return breaches
}

func (p Policy) breaks(f *finding.Finding) bool {
	if p.FailOn == "" || f.Status != finding.Open || f.Weight().Rank() < p.FailOn.Rank() {
		return false
	}
	return !(p.OnlyFixed && f.Advisory != nil && f.Advisory.Fixed == "")
}
