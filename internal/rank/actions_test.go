package rank

import (
	"reflect"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

func pkg(id, name, purl, fixed, path string, line int, fc finding.Forecast, prio int) finding.Finding {
	return finding.Finding{ID: id, Gate: finding.GateImage, Rule: "CVE-" + id, Severity: finding.High, Services: []string{"web"}, Priority: prio, Forecast: fc,
		Location: finding.Location{Path: path, Line: line}, Package: &finding.Package{Name: name, Version: "1", PURL: purl}, Advisory: &finding.Advisory{ID: id, Fixed: fixed}}
}

func TestActions(t *testing.T) {
	const deb, py = "pkg:deb/debian/", "pkg:pypi/"
	unknown := finding.ForecastUnknown
	waived := pkg("w", "x", py+"x@1", "2", "requirements.txt", 1, unknown, 99)
	waived.Status = finding.Waived
	code := finding.Finding{ID: "c", Gate: finding.GateCode, Rule: "r", Severity: finding.Medium, Priority: 10, Location: finding.Location{Path: "a.py", Line: 3, Column: 4}, Fix: finding.Fix{Text: "Quote it. Then sleep."}}
	r := &report.Report{
		Stacks:   []report.Stack{{Name: "s", Files: []string{"compose.yml"}}},
		Services: []report.Service{{Name: "web", Stack: "s", Image: "nginx:1"}},
		Findings: []finding.Finding{
			pkg("1", "flask", py+"flask@1", "1.9.0", "requirements.txt", 1, unknown, 90),
			pkg("2", "flask", py+"flask@1", "1.10.0", "requirements.txt", 1, unknown, 80),
			pkg("3", "jinja2", py+"jinja2@1", "3.1", "requirements.txt", 2, unknown, 70),
			pkg("4", "openssl", deb+"openssl@1?distro=debian-12", "2", "Dockerfile", 1, unknown, 60),
			pkg("5", "zlib", deb+"zlib@1?distro=debian-12", "", "Dockerfile", 1, unknown, 60),
			pkg("6", "glibc", deb+"glibc@1?distro=debian-12", "2", "Dockerfile", 1, finding.ForecastWaitForBase, 60),
			pkg("7", "curl", deb+"curl@1?distro=debian-12", "2", "compose.yml", 5, unknown, 50),
			pkg("8", "lodash", "pkg:npm/lodash@1", "4.17.21", "Dockerfile", 7, unknown, 40),
			pkg("9", "perl", deb+"perl@1?distro=debian-12", "2", "Dockerfile", 1, finding.ForecastBase, 30),
			waived, code,
		},
	}
	r.Finish()
	type short struct {
		Title    string
		Findings []string
	}
	var got []short
	for _, a := range Actions(r) {
		got = append(got, short{a.Title, a.Findings})
	}
	want := []short{
		{"Raise flask to 1.10.0 and jinja2 to 3.1 in requirements.txt", []string{"1", "2", "3"}},
		{"Rebuild web without the build cache, on a freshly pulled base", []string{"4"}},
		{"Move web to a newer image at compose.yml:5", []string{"7"}},
		{"Raise lodash to 4.17.21, installed at Dockerfile:7", []string{"8"}},
		{"Move to a newer base image at Dockerfile:1", []string{"9"}},
		{"Quote it (a.py:3)", []string{"c"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHigher(t *testing.T) {
	for _, c := range []struct{ purl, a, b, want string }{
		{"pkg:pypi/x", "1.9", "1.10", "1.10"},
		{"pkg:deb/debian/x", "1.0~rc1", "1.0", "1.0"},
		{"pkg:npm/x", "2.0.0", "10.0.0", "10.0.0"},
		{"pkg:npm/x", "", "1.0.0", "1.0.0"},
		{"pkg:npm/x", "1.0.0", "", "1.0.0"},
		{"pkg:other/x", "1", "2", "1"},
	} {
		if got := higher(c.purl, c.a, c.b); got != c.want {
			t.Errorf("higher(%s, %q, %q) = %q, want %q", c.purl, c.a, c.b, got, c.want)
		}
	}
}

// "Found nothing" and "could not look" never read alike.
func TestVerdict(t *testing.T) {
	found := []finding.Finding{{Gate: finding.GateCode, Severity: finding.High}}
	gate := func(s report.GateStatus) []report.Gate { return []report.Gate{{Name: finding.GateImage, Status: s}} }
	read := func(s report.GateStatus, packages, judged int) []report.Gate {
		return []report.Gate{{Name: finding.GateImage, Status: s, Read: report.Read{Packages: packages}, Judged: judged, Remedy: "Name an image."}}
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
		{read(report.Partial, 3, 1), nil, true, StatePartial, "image only in part; nothing found in what was looked at; read 3 packages (1 judged)"},
		{read(report.Partial, 3, 3), found, false, StatePartial, "image only in part; policy broken; 1 open: 1 high; read 3 packages"},
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
		pkg("1", "a", "pkg:npm/a@1", "2.0.0", "", 0, "", 9), pkg("2", "b", "pkg:npm/b@1", "", "", 0, "", 8), pkg("3", "a", "pkg:npm/a@1", "10.0.0", "", 0, "", 7),
	}
	fs[2].Severity = finding.Critical
	for i := range fs {
		fs[i].Normalize()
	}
	gs := Fold(fs, nil)
	if len(gs) != 2 || len(gs[0].Findings) != 2 || gs[0].Severity != finding.Critical || gs[0].Fixed != "10.0.0" || gs[0].Fixable != 2 || gs[1].Fixable != 0 {
		t.Errorf("%+v", gs)
	}
}

// What a distribution builds from one source is one line: its packages share their vulnerabilities.
func TestFoldBySource(t *testing.T) {
	const lib, dev, other = "pkg:deb/debian/libssl3@3.0.1?distro=debian-12", "pkg:deb/debian/libssl-dev@3.0.1?distro=debian-12", "pkg:deb/debian/zlib@1?distro=debian-12"
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
