package diff

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

func vuln(id, name, version string) finding.Finding {
	return finding.Finding{ID: id, Gate: finding.GateImage, Rule: "CVE-" + id, Severity: finding.High,
		Services: []string{"web"},
		Package:  &finding.Package{Name: name, Version: version, PURL: "pkg:npm/" + name + "@" + version},
		Advisory: &finding.Advisory{ID: id}}
}

func pkg(name, version string) inventory.Package {
	return inventory.Package{Name: name, Version: version, PURL: "pkg:npm/" + name + "@" + version, Ecosystem: "npm",
		Services: []string{"web"}}
}

func rep(status report.GateStatus, inputs []report.Input, ps []inventory.Package,
	fs ...finding.Finding) *report.Report {
	r := &report.Report{Gates: []report.Gate{{Name: finding.GateImage, Status: status, Inputs: inputs},
		{Name: finding.GateCode, Status: report.Checked}}, Packages: ps, Findings: fs}
	r.Finish()
	return r
}

func TestCauses(t *testing.T) {
	silenced := vuln("silenced", "same", "1")
	silenced.Status = finding.Suppressed
	silenced.Evidence = []string{"the files are Debian's"}
	waived := vuln("waived", "same", "1")
	waived.Status, waived.Waiver = finding.Waived, &finding.Waiver{Owner: "o", Expires: "2027-01-01"}
	open := vuln("reopened", "same", "1")
	shut := open
	shut.Status = finding.Waived
	code := finding.Finding{ID: "code", Gate: finding.GateCode, Rule: "r", Severity: finding.Low,
		Location: finding.Location{Path: "a.py", Line: 1}}
	moved := code
	moved.ID, moved.Location.Line = "stays", 9
	gone := vuln("silenced", "same", "1")
	wasOpen := vuln("waived", "same", "1")

	before := rep(report.Checked, nil, []inventory.Package{pkg("up", "1"), pkg("removed", "1"), pkg("same", "1"),
		pkg("down", "1")},
		vuln("up", "up", "1"), vuln("removed", "removed", "1"), vuln("withdrawn", "same", "1"), gone, wasOpen, shut,
		code, moved)
	after := rep(report.Checked, nil, []inventory.Package{pkg("up", "2"), pkg("same", "1"), pkg("added", "1"),
		pkg("down", "0")},
		vuln("added", "added", "1"), vuln("published", "same", "1"), vuln("down", "down", "0"), silenced, waived, open,
		moved)

	type row struct {
		list  string
		cause Cause
		text  string
	}
	want := map[string]row{
		"up": {"fixed", CausePackage, "up 1 → 2"}, "removed": {"fixed", CausePackage, "removed 1 is gone"},
		"withdrawn": {"fixed", CauseAdvisories, "the package is the same; only the advisories changed"},
		"silenced":  {"fixed", CauseSuppressed, "the files are Debian's"},
		"waived":    {"fixed", CauseWaived, "accepted by o until 2027-01-01"},
		"code":      {"fixed", CauseSource, "the source changed"},
		"added":     {"new", CausePackage, "added 1 was added"}, "down": {"new", CausePackage, "down 1 → 0"},
		"published": {"new", CauseAdvisories, "the package is the same; only the advisories changed"},
		"reopened":  {"new", CauseReopened, "was waived before"}, "stays": {"remaining", "", ""},
	}
	d := Compare(before, after)
	got := map[string]row{}
	for list, cs := range map[string][]Change{"fixed": d.Fixed, "new": d.New, "remaining": d.Remaining,
		"unseen": d.Unseen} {
		for _, c := range cs {
			if _, twice := got[c.Finding.ID]; twice {
				t.Errorf("%s stands twice", c.Finding.ID)
			}
			got[c.Finding.ID] = row{list, c.Cause, c.Text}
		}
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %+v, want %+v", id, got[id], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d changes, want %d", len(got), len(want))
	}
	if n := len(d.Worse(finding.High)); n != 4 {
		t.Errorf("%d new ones are high", n)
	}
}

// "Found nothing" and "could not look" are different: what was not looked at again is not fixed.
func TestNotLookedAtIsNotFixed(t *testing.T) {
	in := func(s report.GateStatus, path string) []report.Input {
		return []report.Input{{Service: "web", Path: path, Status: s}}
	}
	for _, c := range []struct {
		name          string
		before, after *report.Report
		fixed         bool
	}{
		{"checked", rep(report.Checked, nil, nil, vuln("a", "a", "1")), rep(report.Checked, nil, nil), true},
		{"failed", rep(report.Checked, nil, nil, vuln("a", "a", "1")), rep(report.Failed, nil, nil), false},
		{"skipped", rep(report.Checked, nil, nil, vuln("a", "a", "1")), rep(report.Skipped, nil, nil), false},
		{"gate gone", rep(report.Checked, nil, nil, vuln("a", "a", "1")), &report.Report{}, false},
		{"this service failed", rep(report.Checked, nil, nil, vuln("a", "a", "1")),
			rep(report.Partial, in(report.Failed, "x"), nil), false},
		{"less than before", rep(report.Checked, in(report.Checked, "x"), nil, vuln("a", "a", "1")),
			rep(report.Partial, in(report.Partial, "x"), nil), false},
		{"as much as before", rep(report.Partial, in(report.Partial, "x"), nil, vuln("a", "a", "1")),
			rep(report.Partial, in(report.Partial, "x"), nil), true},
		{"another service failed", rep(report.Checked, nil, nil, vuln("a", "a", "1")),
			rep(report.Partial, []report.Input{{Service: "db", Status: report.Failed}}, nil), true},
		{"the package is seen with another version", rep(report.Checked, nil, nil, vuln("a", "a", "1")),
			rep(report.Partial, in(report.Partial, "x"), []inventory.Package{pkg("a", "2")}), true},
	} {
		d := Compare(c.before, c.after)
		if (len(d.Fixed) == 1) != c.fixed || (len(d.Unseen) == 1) == c.fixed {
			t.Errorf("%s: %d fixed, %d unseen", c.name, len(d.Fixed), len(d.Unseen))
		}
	}
}

func TestEncodeHasNoNulls(t *testing.T) {
	var b bytes.Buffer
	if err := Compare(rep(report.Checked, nil, nil), rep(report.Checked, nil, nil)).Encode(&b); err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	for k, x := range v {
		if x == nil {
			t.Errorf("%s is null", k)
		}
	}
}

// A report that judged nothing, or not this package, closes nothing.
func TestWhatWasNotJudgedIsNotFixed(t *testing.T) {
	found := vuln("a", "same", "1")
	before := rep(report.Checked, nil, []inventory.Package{pkg("same", "1")}, found)
	listing := rep(report.Skipped, []report.Input{{Path: "web", Status: report.Checked}},
		[]inventory.Package{pkg("same", "1")})
	listing.Listing = true
	failed := rep(report.Failed, nil, []inventory.Package{pkg("same", "1")})
	ranged := pkg("same", ">=1")
	ranged.Range = true
	unlocked := rep(report.Partial, []report.Input{{Service: "web", Path: "app", Status: report.Partial}},
		[]inventory.Package{ranged})
	for name, after := range map[string]*report.Report{"a list": listing, "a gate that failed": failed,
		"a range": unlocked} {
		if d := Compare(before, after); len(d.Fixed) != 0 || len(d.Unseen) != 1 {
			t.Errorf("%s: %d fixed, %d unseen", name, len(d.Fixed), len(d.Unseen))
		}
	}
}
