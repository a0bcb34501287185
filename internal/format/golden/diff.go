package golden

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
)

// Diff compares the host with a later run of it: packages raised, something new, a gate that failed.
func Diff(t testing.TB) *diff.Diff {
	t.Helper()
	before, after := Load(t, "host"), Load(t, "host")
	after.Started = after.Started.AddDate(0, 0, 1)
	kept := after.Findings[:0]
	for _, f := range after.Findings {
		switch {
		case f.Package != nil && f.Package.Name == "django", f.Rule == "root-user":
			continue
		case f.Package != nil && f.Package.Name == "express":
			f.Status, f.Waiver = finding.Waived, &finding.Waiver{Owner: "ops@example.org", Reason: "not used",
				Expires: "2027-01-01"}
		case f.Gate == finding.GateCode:
			continue
		}
		kept = append(kept, f)
	}
	fresh := kept[0]
	fresh.ID, fresh.Rule, fresh.Title = "i-00000000000000ff", "CVE-2026-11111", "Out-of-bounds read"
	after.Findings = append(kept, fresh)
	for i := range after.Packages {
		if p := &after.Packages[i]; p.Name == "django" {
			p.Version, p.PURL = "4.2.17", "pkg:pypi/django@4.2.17"
		}
	}
	for i := range after.Gates {
		if after.Gates[i].Name == finding.GateCode {
			after.Gates[i].Status = "failed"
		}
	}
	after.Finish()
	return diff.Compare(before, after)
}

// HostileDiff compares the hostile host with an empty one.
func HostileDiff(t testing.TB) *diff.Diff {
	t.Helper()
	return diff.Compare(Load(t, "hostile"), Load(t, "empty"))
}

// EachDiff writes both comparisons, compares them with the golden files and hands them to the checks.
func EachDiff(t *testing.T, ext string, write func(*bytes.Buffer, *diff.Diff) error,
	checks ...func(*testing.T, []byte)) {
	t.Helper()
	for name, d := range map[string]*diff.Diff{"diff": Diff(t), "diff-hostile": HostileDiff(t)} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b, d); err != nil {
				t.Fatal(err)
			}
			Compare(t, filepath.Join("testdata", name+"."+ext), b.Bytes())
			for _, check := range checks {
				check(t, b.Bytes())
			}
		})
	}
}
