package rank

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

func sample() *report.Report {
	cve := func(service string) finding.Finding {
		return finding.Finding{Rule: "CVE-1", Gate: finding.GateImage, Severity: finding.High,
			Services: []string{service},
			Package:  &finding.Package{PURL: "pkg:pypi/a@1"}, Advisory: &finding.Advisory{}}
	}
	dev := cve("web")
	dev.Package = &finding.Package{PURL: "pkg:npm/dev@1"}
	kev := cve("db")
	kev.Advisory = &finding.Advisory{KEV: true}
	return &report.Report{
		Services: []report.Service{{Name: "web", Exposure: finding.ExposurePublic},
			{Name: "db", Exposure: finding.ExposureInternal}},
		Packages: []inventory.Package{{PURL: "pkg:npm/dev@1", Dev: true}, {PURL: "pkg:pypi/a@1"}},
		Findings: []finding.Finding{cve("web"), cve("db"), dev, kev},
	}
}

func TestTheStackDecides(t *testing.T) {
	r := sample()
	Apply(r)
	public, internal, dev, kev := r.Findings[0], r.Findings[1], r.Findings[2], r.Findings[3]
	if !(public.Priority > internal.Priority && public.Priority > dev.Priority && kev.Priority > internal.Priority) {
		t.Errorf("public %d, internal %d, dev %d, kev %d", public.Priority, internal.Priority, dev.Priority,
			kev.Priority)
	}
	if public.Exposure != finding.ExposurePublic || internal.Exposure != finding.ExposureInternal {
		t.Errorf("exposures %s, %s", public.Exposure, internal.Exposure)
	}
	if len(kev.Why) == 0 {
		t.Error("no reason given")
	}
}

func TestApplyTwiceIsApplyOnce(t *testing.T) {
	once, twice := sample(), sample()
	Apply(once)
	Apply(twice)
	Apply(twice)
	if !reflect.DeepEqual(once, twice) {
		t.Errorf("%+v\n%+v", once.Findings, twice.Findings)
	}
}

// worse lists, for each input of the formula, its values from the one that matters least to the one that matters most.
var worse = map[string][]func(*finding.Finding, *inventory.Package){
	"severity": {
		severity(finding.Info), severity(finding.Low), severity(finding.Medium), severity(finding.High),
		severity(finding.Critical),
	},
	"unknown severity": {severity(finding.Low), severity(finding.Unknown), severity(finding.Critical)},
	"EPSS":             {epss(-1), epss(0.001), epss(0.01), epss(0.09), epss(0.1), epss(0.4), epss(0.5), epss(1)},
	"KEV":              {kev(false), kev(true)},
	"exposure": {exposed(finding.ExposureInternal), exposed(finding.ExposureUnknown), exposed(finding.ExposureAllowlisted),
		exposed(finding.ExposureAuthenticated), exposed(finding.ExposurePublic)},
	"reachable": {used(finding.ReachableNo), used(finding.ReachableUnknown), used(finding.ReachableTransitive),
		used(finding.ReachableDirect)},
	"ships":       {ships(finding.ForecastNotShipped), ships(finding.ForecastRebuild)},
	"fix":         {fixed(""), fixed("2")},
	"development": {dev(true), dev(false)},
	"confidence": {sure(finding.ConfidenceLow), sure(finding.ConfidenceMedium),
		sure(finding.ConfidenceHigh)},
}

func severity(s finding.Severity) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Severity = s }
}

func epss(e float64) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) {
		if f.Advisory.EPSS = &e; e < 0 {
			f.Advisory.EPSS = nil
		}
	}
}

func kev(k bool) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Advisory.KEV = k }
}

func exposed(e finding.Exposure) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Exposure = e }
}

func used(u finding.Reachable) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Reachable = u }
}

func ships(c finding.Forecast) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Forecast = c }
}

func fixed(v string) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Advisory.Fixed = v }
}

func dev(d bool) func(*finding.Finding, *inventory.Package) {
	return func(_ *finding.Finding, p *inventory.Package) { p.Dev = d }
}

func sure(c finding.Confidence) func(*finding.Finding, *inventory.Package) {
	return func(f *finding.Finding, _ *inventory.Package) { f.Confidence = c }
}

// Whatever the other inputs are, what is worse never ranks lower. All of the others' combinations are tried.
func TestPriorityIsMonotone(t *testing.T) {
	names := slices.Sorted(maps.Keys(worse))
	base := func() (finding.Finding, inventory.Package) {
		return finding.Finding{Gate: finding.GateImage, Severity: finding.High, Confidence: finding.ConfidenceHigh,
				Package: &finding.Package{PURL: "pkg:pypi/a@1"}, Advisory: &finding.Advisory{}},
			inventory.Package{PURL: "pkg:pypi/a@1"}
	}
	priority := func(choice []int) int {
		f, p := base()
		for i, name := range names {
			worse[name][choice[i]](&f, &p)
		}
		return Sum(Terms(&report.Report{Packages: []inventory.Package{p}}, &f))
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	compared, differ := 0, 0
	for range 4_000 {
		choice := make([]int, len(names))
		for i, name := range names {
			choice[i] = rnd.IntN(len(worse[name]))
		}
		for i, name := range names {
			if name == "severity" { // of the two inputs that set the severity the later one holds
				continue
			}
			for choice[i] = 0; choice[i]+1 < len(worse[name]); choice[i]++ {
				low := priority(choice)
				choice[i]++
				high := priority(choice)
				choice[i]--
				compared++
				if high > low {
					differ++
				}
				if high < low {
					t.Fatalf("%s: the worse value %d ranks %d, the one before it %d; %v", name, choice[i]+1, high, low, choice)
				}
			}
			choice[i] = rnd.IntN(len(worse[name]))
		}
	}
	if differ < compared/4 {
		t.Errorf("only %d of %d comparisons differ", differ, compared)
	}
}

// The same of the severities alone, which "unknown severity" overrides above.
func TestPriorityIsMonotoneInSeverity(t *testing.T) {
	for _, u := range worse["reachable"] {
		for _, e := range worse["exposure"] {
			last := -1
			for _, s := range worse["severity"] {
				f := finding.Finding{Gate: finding.GateCode, Confidence: finding.ConfidenceMedium}
				s(&f, nil)
				u(&f, nil)
				e(&f, nil)
				n := Sum(Terms(&report.Report{}, &f))
				if n < last {
					t.Errorf("%s, %s, %s: %d after %d", f.Severity, f.Reachable, f.Exposure, n, last)
				}
				last = n
			}
		}
	}
}

func TestTermsMakeThePriority(t *testing.T) {
	r := sample()
	Apply(r)
	for i := range r.Findings {
		f := &r.Findings[i]
		if got := Sum(Terms(r, f)); got != f.Priority {
			t.Errorf("%s: the terms make %d, the priority is %d", f.Rule, got, f.Priority)
		}
	}
}
