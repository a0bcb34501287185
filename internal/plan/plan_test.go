package plan

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

func sample() *report.Report {
	r := report.New(report.Tool{Name: "drydock"}, ".", time.Unix(0, 0))
	for _, g := range []finding.Gate{finding.GateImage, finding.GateAccess, finding.GateDockerfile} {
		r.Gates = append(r.Gates, report.Gate{Name: g, Status: report.Checked, Judged: 1})
	}
	r.Services = []report.Service{{Name: "web", Stack: "s", Exposure: finding.ExposurePublic,
		Routers: []report.Router{{Name: "web@docker", Access: "public"}}},
		{Name: "db", Stack: "s", Exposure: finding.ExposurePublic}}
	pip := func(id, service, fixed string) finding.Finding {
		return finding.Finding{ID: id, Gate: finding.GateImage, Rule: "CVE-" + id, Severity: finding.High,
			Services: []string{service}, Exposure: finding.ExposurePublic,
			Location: finding.Location{Path: "requirements.txt", Line: 1}, Forecast: finding.ForecastEdit,
			Package:  &finding.Package{Name: "flask", Version: "1", PURL: "pkg:pypi/flask@1"},
			Advisory: &finding.Advisory{ID: id, Fixed: fixed}}
	}
	r.Findings = []finding.Finding{
		pip("1", "web", "2"), pip("2", "web", "3"), pip("3", "db", ""),
		{ID: "4", Gate: finding.GateAccess, Rule: "unprotected-router", Effect: finding.EffectOpen, Router: "web@docker",
			Severity: finding.High, Services: []string{"web"}, Location: finding.Location{Path: "compose.yml", Line: 5},
			Fix: finding.Fix{Text: "Add the allowlist.", Edits: []finding.Edit{{Location: finding.Location{
				Path: "compose.yml", Line: 6, Column: 1}, NewText: "x\n"}}}},
		{ID: "5", Gate: finding.GateAccess, Rule: "published-port-bypasses-proxy", Effect: finding.EffectOpen,
			Severity: finding.Critical, Services: []string{"db"}, Location: finding.Location{Path: "compose.yml", Line: 9},
			Fix: finding.Fix{Text: "Remove the port."}},
		{ID: "6", Gate: finding.GateDockerfile, Rule: "single-stage-build", Severity: finding.Low,
			Services: []string{"web"}, Location: finding.Location{Path: "Dockerfile", Line: 1}, Fix: finding.Fix{Text: "Split."}},
		{ID: "7", Gate: finding.GateDockerfile, Rule: "build-tools-shipped", Severity: finding.Medium,
			Services: []string{"web"}, Location: finding.Location{Path: "Dockerfile", Line: 3}, Fix: finding.Fix{Text: "Split."}},
	}
	r.Finish()
	return r
}

func TestKinds(t *testing.T) {
	p := New(sample(), nil)
	got := map[report.ActionKind]report.Action{}
	promised := map[string]int{}
	for _, a := range p.Actions {
		got[a.Kind] = a
		for _, id := range a.Findings {
			promised[id]++
		}
		for _, s := range finding.Severities {
			if _, ok := a.Removes[s]; !ok {
				t.Errorf("%s: removes says nothing of %s", a.Title, s)
			}
		}
		if a.ID == "" || a.Cost == 0 {
			t.Errorf("%s: id %q, cost %d", a.Title, a.ID, a.Cost)
		}
	}
	for kind, want := range map[report.ActionKind]string{report.ActionEdit: "1 2", report.ActionAllowlist: "4",
		report.ActionUnpublish: "5", report.ActionConvert: "6 7"} {
		ids := slices.Sorted(slices.Values(got[kind].Findings))
		if strings.Join(ids, " ") != want {
			t.Errorf("%s takes away %v, want %s", kind, ids, want)
		}
	}
	for id, n := range promised {
		if n != 1 {
			t.Errorf("%s is promised %d times", id, n)
		}
	}
	if len(p.Left) != 1 || p.Left[0] != "3" || p.Open != 7 {
		t.Errorf("left %v of %d", p.Left, p.Open)
	}
	// Behind the allowlist the internet reaches nothing of web, and the closed port takes db away from it.
	if n := slices.Sorted(slices.Values(got[report.ActionAllowlist].Narrows)); strings.Join(n, " ") != "1 2 6 7" &&
		strings.Join(n, " ") != "1 2" {
		t.Errorf("the allowlist narrows %v", n)
	}
	if n := got[report.ActionUnpublish].Narrows; strings.Join(n, " ") != "3" {
		t.Errorf("the port narrows %v", n)
	}
	if len(got[report.ActionAllowlist].Edits) != 1 {
		t.Error("the allowlist has no edit")
	}
}

// A second way in keeps a service on the internet, whatever is done about the first.
func TestASecondWayIn(t *testing.T) {
	r := sample()
	r.Services[0].Routers = append(r.Services[0].Routers, report.Router{Name: "api@docker", Access: "public"})
	for i := range r.Services {
		if r.Services[i].Name == "web" {
			r.Services[i].Routers = []report.Router{{Name: "web@docker", Access: "public"}, {Name: "api@docker",
				Access: "public"}}
		}
	}
	for _, a := range New(r, nil).Actions {
		if a.Kind == report.ActionAllowlist && len(a.Narrows) > 0 {
			t.Errorf("narrows %v", a.Narrows)
		}
	}
}

func TestScore(t *testing.T) {
	var kept bytes.Buffer
	if err := json.NewEncoder(&kept).Encode(New(sample(), nil)); err != nil {
		t.Fatal(err)
	}
	p, err := Decode(&kept)
	if err != nil {
		t.Fatal(err)
	}
	later := sample()
	later.Findings = slices.DeleteFunc(later.Findings, func(f finding.Finding) bool {
		return f.ID == "1" || f.ID == "4" || f.ID == "6" || f.ID == "7"
	})
	for i := range later.Gates {
		if later.Gates[i].Name == finding.GateDockerfile {
			later.Gates[i].Status, later.Gates[i].Judged = report.Skipped, 0
		}
	}
	s := p.Hold(later)
	done := map[string]string{}
	for _, a := range s.Actions {
		done[a.Title[:5]] = a.Done
	}
	if s.Right != 2 || s.Wrong != 1 || s.Unseen != 2 {
		t.Errorf("right %d, wrong %d, unseen %d: %v", s.Right, s.Wrong, s.Unseen, done)
	}
	if done["Raise"] != "part" || done["Split"] != "unknown" {
		t.Errorf("%v", done)
	}
	for _, bad := range []string{"", "{}", `{"schema": "drydock.report/1"}`} {
		if _, err := Decode(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
