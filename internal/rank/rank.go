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
	exposure := map[string]finding.Exposure{}
	for _, s := range r.Services {
		exposure[s.Name] = wider(exposure[s.Name], s.Exposure)
		exposure[s.Stack+"/"+s.Name] = s.Exposure
	}
	packages := map[string]*inventory.Package{}
	for i := range r.Packages {
		p := &r.Packages[i]
		if old := packages[p.PURL]; old == nil || old.Dev && !p.Dev {
			packages[p.PURL] = p
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Exposure == "" || f.Exposure == finding.ExposureUnknown {
			f.Exposure = exposureOf(f, exposure)
		}
		var p *inventory.Package
		if f.Package != nil {
			p = packages[f.Package.PURL]
		}
		score(f, p, named(f, exposure))
	}
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

// Development is the reason that a finding's package is there for development only.
const Development = "a development dependency"

// score sets Priority and adds the reasons; who names the services that the exposure is about.
func score(f *finding.Finding, p *inventory.Package, who string) {
	n := points[f.Weight()]
	add := func(d int, why string, args ...any) {
		n += d
		if why != "" {
			f.Why = appendOnce(f.Why, fmt.Sprintf(why, args...))
		}
	}
	if a := f.Advisory; a != nil {
		if a.KEV {
			add(20, "exploited in the wild (CISA KEV)")
		}
		if a.EPSS != nil {
			switch e := *a.EPSS; {
			case e >= 0.5:
				add(12, "exploitation likely (EPSS %.0f %%)", e*100)
			case e >= 0.1:
				add(8, "exploitation possible (EPSS %.0f %%)", e*100)
			case e >= 0.01:
				add(3, "")
			}
		}
	}
	if f.Severity != finding.Info {
		switch f.Exposure {
		case finding.ExposurePublic:
			add(12, "the internet reaches %s", who)
		case finding.ExposureAuthenticated:
			add(6, "")
		case finding.ExposureAllowlisted:
			add(3, "")
		case finding.ExposureInternal:
			add(-6, "%s is internal", who)
		}
	}
	switch f.Reachable {
	case finding.ReachableDirect:
		add(8, "the code imports it")
	case finding.ReachableTransitive:
		add(3, "")
	case finding.ReachableNo:
		add(-10, "the code does not use it")
	}
	if p != nil && p.Dev {
		add(-20, Development)
	}
	if f.Forecast == finding.ForecastNotShipped {
		add(-25, "never ships")
	}
	switch f.Confidence {
	case finding.ConfidenceMedium:
		n -= 4
	case finding.ConfidenceLow:
		n -= 10
	}
	f.Priority = max(0, min(100, n))
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
