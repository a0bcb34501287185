package rank

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

func pkg(id, name, purl, fixed, path string, line int, fc finding.Forecast, prio int) finding.Finding {
	return finding.Finding{ID: id, Gate: finding.GateImage, Rule: "CVE-" + id, Severity: finding.High,
		Services: []string{"web"}, Priority: prio, Forecast: fc,
		Location: finding.Location{Path: path, Line: line}, Package: &finding.Package{Name: name, Version: "1",
			PURL: purl}, Advisory: &finding.Advisory{ID: id, Fixed: fixed}}
}

func TestActions(t *testing.T) {
	const deb, py = "pkg:deb/debian/", "pkg:pypi/"
	unknown := finding.ForecastUnknown
	waived := pkg("w", "x", py+"x@1", "2", "requirements.txt", 1, unknown, 99)
	waived.Status = finding.Waived
	code := finding.Finding{ID: "c", Gate: finding.GateCode, Rule: "r", Severity: finding.Medium, Priority: 10,
		Location: finding.Location{Path: "a.py", Line: 3, Column: 4}, Fix: finding.Fix{Text: "Quote it. Then sleep."}}
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

// What a rule replaces by itself comes after what is critical, however often it does.
func TestAutomaticFixesWait(t *testing.T) {
	r := &report.Report{Findings: []finding.Finding{{ID: "c", Gate: finding.GateCode, Rule: "crit",
		Severity: finding.Critical, Location: finding.Location{Path: "a.py", Line: 1}}}}
	for i := range 60 {
		r.Findings = append(r.Findings, finding.Finding{ID: fmt.Sprint(i), Gate: finding.GateCode, Rule: "low",
			Severity: finding.Low, Location: finding.Location{Path: "a.py", Line: 2 + i},
			Fix: finding.Fix{Text: "Replace it.", Edits: []finding.Edit{{NewText: "x"}}}})
	}
	r.Finish()
	var titles []string
	for _, a := range Actions(r) {
		titles = append(titles, a.Title)
	}
	want := []string{"Fix what the rule crit found (a.py:1)", "Let the rule low replace what it found (60 places in a.py)"}
	if !reflect.DeepEqual(titles, want) {
		t.Errorf("got %q, want %q", titles, want)
	}
}

// What every service lacks never stands before a hole that one has.
func TestHardeningWaits(t *testing.T) {
	r := &report.Report{}
	for i := range 60 {
		r.Findings = append(r.Findings, finding.Finding{ID: fmt.Sprint("low", i), Gate: finding.GateCompose, Rule: "new-privileges",
			Severity: finding.Low, Priority: 27, Services: []string{fmt.Sprint("s", i)},
			Location: finding.Location{Path: "compose.yml", Line: i + 1}, Fix: finding.Fix{Text: "Add it."}})
	}
	r.Findings = append(r.Findings, finding.Finding{ID: "hole", Gate: finding.GateAccess, Rule: "unprotected-router",
		Severity: finding.Medium, Priority: 40, Services: []string{"web"}, Effect: finding.EffectOpen,
		Location: finding.Location{Path: "compose.yml", Line: 70}, Fix: finding.Fix{Text: "Close it."}})
	r.Finish()
	if a := Actions(r); len(a) != 2 || a[0].Findings[0] != "hole" || len(a[1].Findings) != 60 {
		t.Errorf("%+v", a)
	}
}

// The lock of a package that compose's `image:` line brought is where it is raised.
func TestRaisedWhereItsFixIs(t *testing.T) {
	at := finding.Location{Path: "web/package-lock.json", Line: 7}
	r := &report.Report{Stacks: []report.Stack{{Name: "s", Files: []string{"compose.yml"}}},
		Services: []report.Service{{Name: "web", Stack: "s", Image: "web:1", Build: &report.Build{Context: "web"}}},
		Findings: []finding.Finding{{ID: "1", Gate: finding.GateImage, Rule: "CVE-1", Severity: finding.High, Services: []string{"web"},
			Location: finding.Location{Path: "compose.yml", Line: 3}, Forecast: finding.ForecastEdit, Status: finding.Open,
			Package: &finding.Package{Name: "ejs", Version: "1", PURL: "pkg:npm/ejs@1"}, Fix: finding.Fix{At: &at},
			Advisory: &finding.Advisory{Fixed: "2"}}}}
	r.Finish()
	if got := Plan(r, nil); len(got) != 1 || got[0].Title != "Raise ejs to 2 in web/package-lock.json" || got[0].Location != at {
		t.Errorf("%+v", got)
	}
}
