package summary

import (
	"reflect"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

func pkg(id, name, purl, fixed, path string, line int, fc finding.Forecast, prio int) finding.Finding {
	return finding.Finding{ID: id, Gate: finding.GateImage, Rule: "CVE-" + id, Severity: finding.High,
		Services: []string{"web"}, Priority: prio, Forecast: fc,
		Location: finding.Location{Path: path, Line: line}, Package: &finding.Package{Name: name, Version: "1",
			PURL: purl}, Advisory: &finding.Advisory{ID: id, Fixed: fixed}}
}

// "Found nothing" and "could not look" never read alike.
func TestVerdict(t *testing.T) {
	found := []finding.Finding{{Gate: finding.GateCode, Severity: finding.High}}
	gate := func(s report.GateStatus) []report.Gate { return []report.Gate{{Name: finding.GateImage, Status: s}} }
	read := func(s report.GateStatus, packages, judged int) []report.Gate {
		return []report.Gate{{Name: finding.GateImage, Status: s, Read: report.Read{Packages: packages}, Judged: judged,
			Remedy: "Name an image."}}
	}
	for _, c := range []struct {
		gates    []report.Gate
		findings []finding.Finding
		passed   bool
		state    State
		text     string
	}{
		{read(report.Checked, 3, 3), nil, true, StateClean, "nothing found in 3 packages"},
		{read(report.Checked, 3, 2), found, true, StateFindings, "1 open: 1 high; read 3 packages (2 judged)"},
		{read(report.Checked, 1, 1), found, false, StateBroken, "policy broken; 1 open: 1 high; read 1 package"},
		{read(report.Partial, 3, 1), nil, true, StatePartial,
			"image only in part; nothing found in what was looked at; read 3 packages (1 judged)"},
		{read(report.Partial, 3, 3), found, false, StatePartial,
			"image only in part; policy broken; 1 open: 1 high; read 3 packages"},
		{read(report.Partial, 0, 0), nil, true, StatePartial, "image only in part; read 0 packages; name an image"},
		{gate(report.Checked), nil, true, StatePartial, "nothing judged by image; read 0 packages"},
		{gate(report.Failed), nil, true, StateFailed, "image could not look"},
		{gate(report.Skipped), nil, true, StatePartial, "no gate looked at anything; read 0 packages"},
		{nil, nil, true, StatePartial, "no gate looked at anything"},
	} {
		r := &report.Report{Gates: c.gates, Findings: c.findings, Policy: report.Policy{Passed: c.passed}}
		r.Finish()
		s := Summarise(r, r.Started)
		if s.State != c.state || s.Verdict != c.text {
			t.Errorf("%v: %s %q, want %s %q", c.gates, s.State, s.Verdict, c.state, c.text)
		}
	}
}

func TestFold(t *testing.T) {
	fs := []finding.Finding{
		pkg("1", "a", "pkg:npm/a@1", "2.0.0", "", 0, "", 9), pkg("2", "b", "pkg:npm/b@1", "", "", 0, "", 8),
		pkg("3", "a", "pkg:npm/a@1", "10.0.0", "", 0, "", 7),
	}
	fs[2].Severity = finding.Critical
	for i := range fs {
		fs[i].Normalize()
	}
	gs := Fold(fs, nil)
	if len(gs) != 2 || len(gs[0].Findings) != 2 || gs[0].Severity != finding.Critical || gs[0].Fixed != "10.0.0" ||
		gs[0].Fixable != 2 || gs[1].Fixable != 0 {
		t.Errorf("%+v", gs)
	}
}

// What a distribution builds from one source is one line: its packages share their vulnerabilities.
func TestFoldBySource(t *testing.T) {
	const lib, dev, other = "pkg:deb/debian/libssl3@3.0.1?distro=debian-12",
		"pkg:deb/debian/libssl-dev@3.0.1?distro=debian-12", "pkg:deb/debian/zlib@1?distro=debian-12"
	fs := []finding.Finding{
		pkg("1", "libssl3", lib, "3.0.2", "", 0, "", 9), pkg("1", "libssl-dev", dev, "3.0.2", "", 0, "", 9),
		pkg("2", "libssl3", lib, "3.0.10", "", 0, "", 8), pkg("3", "zlib", other, "", "", 0, "", 7),
	}
	for i := range fs {
		fs[i].Normalize()
	}
	source := inventory.Source{Name: "openssl", Version: "3.0.1"}
	gs := Fold(fs[:3], []inventory.Package{{PURL: lib, Source: source}, {PURL: dev, Source: source}})
	if len(gs) != 1 || gs[0].Name() != "openssl (2 packages) 3.0.1" || gs[0].Rules != 2 || gs[0].Fixed != "3.0.10" {
		t.Errorf("%+v", gs)
	}
	gs = Fold(fs[2:], []inventory.Package{{PURL: lib, Source: source}})
	if len(gs) != 2 || gs[0].Name() != "libssl3 1" || gs[1].Name() != "zlib 1" {
		t.Errorf("%+v", gs)
	}
}

func TestGaps(t *testing.T) {
	r := &report.Report{Gates: []report.Gate{{Name: finding.GateImage, Status: report.Partial, Inputs: []report.Input{
		{Service: "web, api", Path: "docker:web", Status: report.Skipped, Reason: "not at hand"},
		{Service: "db", Path: "docker:db", Status: report.Skipped, Reason: "not at hand"},
		{Path: "a.json", Status: report.Failed, Reason: "a.json:3: unexpected EOF"},
		{Service: "cache", Status: report.Checked},
	}}}}
	s := Summarise(r, r.Started)
	var got []string
	for i := range s.Gaps {
		got = append(got, s.Gaps[i].Text())
	}
	if want := []string{"web, api and db: not at hand", "a.json:3: unexpected EOF"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for name, want := range map[string]bool{"web": true, "api": true, "db": true, "cache": false} {
		if got := s.Unseen(&report.Service{Name: name}); got != want {
			t.Errorf("%s: unseen %v", name, got)
		}
	}
}
