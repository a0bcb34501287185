package rank

import (
	"reflect"
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
