// Package rank orders findings by what matters in this stack: the same weakness weighs more where the internet
// reaches it, and less where it never ships.
package rank

import (
	"fmt"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// Apply sets Exposure, Priority (0..100) and the reasons (Why) of every finding from what the whole report knows. It
// is idempotent: reasons that it gave before are given again, not twice.
func Apply(r *report.Report) {
	k := newKnowledge(r)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Exposure == "" || f.Exposure == finding.ExposureUnknown {
			f.Exposure = exposureOf(f, k.exposure)
		}
		terms := k.terms(f)
		f.Priority = Sum(terms)
		for _, t := range terms {
			if t.told {
				f.Why = appendOnce(f.Why, t.Reason)
			}
		}
	}
}

// knowledge is what the whole report says of services and packages.
type knowledge struct {
	exposure map[string]finding.Exposure   // by service, and by "stack/service"
	packages map[string]*inventory.Package // by package URL
}

func newKnowledge(r *report.Report) *knowledge {
	k := &knowledge{exposure: map[string]finding.Exposure{}, packages: map[string]*inventory.Package{}}
	for _, s := range r.Services {
		k.exposure[s.Name] = wider(k.exposure[s.Name], s.Exposure)
		k.exposure[s.Stack+"/"+s.Name] = s.Exposure
	}
	for i := range r.Packages {
		p := &r.Packages[i]
		if old := k.packages[p.PURL]; old == nil || old.Dev && !p.Dev {
			k.packages[p.PURL] = p
		}
	}
	return k
}

var width = map[finding.Exposure]int{
	finding.ExposurePublic: 5, finding.ExposureAuthenticated: 4, finding.ExposureAllowlisted: 3,
	finding.ExposureUnknown: 2, finding.ExposureInternal: 1,
}

func wider(a, b finding.Exposure) finding.Exposure {
	if width[b] > width[a] {
		return b
	}
	return a
}

// exposureOf is the widest exposure of the finding's services.
func exposureOf(f *finding.Finding, of map[string]finding.Exposure) finding.Exposure {
	var e finding.Exposure
	for _, s := range f.Refs() {
		e = wider(e, of[s])
	}
	if e == "" {
		e = wider(finding.ExposureUnknown, of[f.Service])
	}
	return e
}

// points of the severities: a step of one severity weighs about as much as all that the stack can add, so that a
// critical finding nobody reaches and a high one on the open internet stand side by side.
var points = map[finding.Severity]int{finding.Critical: 60, finding.High: 45, finding.Medium: 30, finding.Low: 15,
	finding.Info: 2}

// qualityPoints of the severities are for what is about the quality of code: who reaches it changes nothing, and all of it
// stands below what somebody could use.
var qualityPoints = map[finding.Severity]int{finding.Critical: 9, finding.High: 7, finding.Medium: 5, finding.Low: 3,
	finding.Info: 1}

// Development is the reason that a finding's package is there for development only.
const Development = "a development dependency"

// Term is one part of a priority: what it is about, and the points that it adds or takes.
type Term struct {
	Points int    `json:"points"`
	Reason string `json:"reason"`
	told   bool   // the reason is one of the finding's own, for a row of the table
}

// Terms are the parts that make the priority of a finding of the report, in the order of docs/priority.md. The priority
// is their sum, not below 0 and not above 100.
func Terms(r *report.Report, f *finding.Finding) []Term { return Explainer(r)(f) }

// Explainer is Terms for many findings of one report.
func Explainer(r *report.Report) func(*finding.Finding) []Term { return newKnowledge(r).terms }

// Sum is the priority that terms make.
func Sum(terms []Term) int {
	n := 0
	for _, t := range terms {
		n += t.Points
	}
	return max(0, min(100, n))
}

// terms lists what makes the priority of a finding. Each grows with its input, whatever the others are: a worse severity,
// a likelier exploit, a wider exposure, a closer use, never ranks lower.
func (k *knowledge) terms(f *finding.Finding) []Term {
	if f.Kind.Quality() {
		return []Term{{Points: qualityPoints[f.Weight()], Reason: fmt.Sprintf("%s, of kind %s", severityReason(f), f.Kind)}}
	}
	terms := []Term{{Points: points[f.Weight()], Reason: severityReason(f)}}
	add := func(points int, told bool, reason string) {
		terms = append(terms, Term{Points: points, Reason: reason, told: told})
	}
	if a := f.Advisory; a != nil {
		if a.KEV {
			add(20, true, "exploited in the wild (CISA KEV)")
		}
		if a.EPSS != nil {
			switch e := *a.EPSS; {
			case e >= 0.5:
				add(12, true, fmt.Sprintf("exploitation likely (EPSS %.0f %%)", e*100))
			case e >= 0.1:
				add(8, true, fmt.Sprintf("exploitation possible (EPSS %.0f %%)", e*100))
			case e >= 0.01:
				add(3, false, fmt.Sprintf("exploitation not excluded (EPSS %.0f %%)", e*100))
			}
		}
		if a.Fixed != "" {
			add(2, false, "a fix is known")
		}
	}
	if f.Severity != finding.Info {
		who := named(f, k.exposure)
		switch f.Exposure {
		case finding.ExposurePublic:
			add(12, true, fmt.Sprintf("the internet reaches %s", who))
		case finding.ExposureAuthenticated:
			add(6, false, fmt.Sprintf("whoever may log in reaches %s", who))
		case finding.ExposureAllowlisted:
			add(3, false, fmt.Sprintf("the addresses of an allowlist reach %s", who))
		case finding.ExposureInternal:
			add(-6, true, fmt.Sprintf("%s is internal", who))
		}
	}
	switch f.Reachable {
	case finding.ReachableDirect:
		add(8, true, "the code imports it")
	case finding.ReachableTransitive:
		add(3, false, "a package that the code imports needs it")
	case finding.ReachableNo:
		add(-10, true, "the code does not use it")
	}
	if f.Package != nil {
		if p := k.packages[f.Package.PURL]; p != nil && p.Dev {
			add(-20, true, Development)
		}
	}
	if f.Forecast == finding.ForecastNotShipped {
		add(-25, true, "never ships")
	}
	switch f.Confidence {
	case finding.ConfidenceMedium:
		add(-4, false, "the check may be wrong (confidence medium)")
	case finding.ConfidenceLow:
		add(-10, false, "the check is often wrong (confidence low)")
	}
	return terms
}

func severityReason(f *finding.Finding) string {
	if f.Severity == finding.Unknown {
		return fmt.Sprintf("severity unknown, counted as %s", f.Weight())
	}
	return fmt.Sprintf("severity %s", f.Severity)
}

// named names the finding's services that have its exposure, or all where none is known to.
func named(f *finding.Finding, of map[string]finding.Exposure) string {
	var refs []string
	for _, s := range f.Refs() {
		if of[s] == f.Exposure {
			refs = append(refs, s)
		}
	}
	if len(refs) == 0 {
		refs = f.Refs()
	}
	switch {
	case len(refs) > 1:
		return fmt.Sprintf("%s and %d more", refs[0], len(refs)-1)
	case len(refs) == 1:
		return refs[0]
	case f.Service != "":
		return f.Service
	}
	return "it"
}

func appendOnce(ss []string, s string) []string {
	for _, t := range ss {
		if t == s {
			return ss
		}
	}
	return append(ss, s)
}
