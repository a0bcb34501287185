package plan

import (
	"reflect"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

func deb(name string, services []string, needs ...string) inventory.Package {
	p := inventory.Package{Name: name, Version: "1", PURL: "pkg:deb/debian/" + name + "@1", Services: services}
	for _, n := range needs {
		p.Requires = append(p.Requires, inventory.Requirement{Name: n})
	}
	return p
}

func TestLeaving(t *testing.T) {
	web, both := []string{"web"}, []string{"job", "web"}
	r := &report.Report{Packages: []inventory.Package{
		deb("gcc", both, "libc6", "cpp"), deb("cpp", both), deb("libpq5", web, "libldap | libssl"), deb("libpq5", web, "libssl"),
		deb("libssl", web), deb("libc6", both), deb("bash", web),
	}}
	for _, f := range []struct {
		id, name string
		services []string
	}{{"1", "gcc", both}, {"2", "cpp", web}, {"3", "libssl", web}, {"4", "libc6", both}, {"5", "bash", web},
		{"6", "gcc", []string{"other", "web"}}} {
		r.Findings = append(r.Findings, finding.Finding{ID: f.id, Gate: finding.GateImage, Rule: "CVE-" + f.id, Services: f.services,
			Package: &finding.Package{Name: f.name, PURL: "pkg:deb/debian/" + f.name + "@1"}, Status: finding.Open})
	}
	base := []inventory.Package{deb("libc6", nil), deb("bash", nil)}
	conversions := []Conversion{{Dockerfile: "web/Dockerfile", Services: web, Base: base, Installs: []string{"libpq5"}},
		{Dockerfile: "job/Dockerfile", Services: []string{"job"}, Base: base}}
	// What the base has stays, and so does what an installed library needs in turn; a hole that a service has which is not
	// converted stays, and one of two images leaves only with both.
	want := map[string][]string{"1": {"job/Dockerfile", "web/Dockerfile"}, "2": {"web/Dockerfile"}}
	if got := Leaving(r, conversions); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	p := New(r, conversions)
	if len(p.Actions) != 1 || len(p.Actions[0].Findings) != 2 || p.Actions[0].Kind != report.ActionConvert {
		t.Errorf("both are one action that takes both findings away: %+v", p.Actions)
	}
	// Where packages do not say what they need, nothing is known to leave.
	for i := range r.Packages {
		r.Packages[i].Requires = nil
	}
	if got := Leaving(r, conversions); len(got) != 0 {
		t.Errorf("without needs: %v", got)
	}
}

// A hole that is found again in a package of the same name is not gone, wherever the package lies now, and neither is one of
// the same rule in the same file of which the plan did not know.
func TestMovedIsNotGone(t *testing.T) {
	before := sample()
	p := New(before, nil)
	later := sample()
	for i := range later.Findings {
		later.Findings[i].ID += "-moved"
	}
	for _, a := range p.Hold(later).Actions {
		if len(a.Gone) > 0 {
			t.Errorf("%s: %v are called gone", a.Title, a.Gone)
		}
	}
}
