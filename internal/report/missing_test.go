package report

import (
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
)

// A list is whole unless something could not be read; what was read and not judged is in it.
func TestMissing(t *testing.T) {
	one := []inventory.Package{{Name: "a"}}
	unread := Input{Path: "b", Status: Failed, Reason: "cut off"}
	unjudged := Input{Path: "c", Status: Partial, Reason: "1 package not judged"}
	for _, c := range []struct {
		name string
		r    Report
		want string
	}{
		{"no image gate", Report{}, ""},
		{"whole", Report{Packages: one,
			Gates: []Gate{{Name: finding.GateImage, Inputs: []Input{{Status: Checked}, unjudged}}}}, ""},
		{"an input that failed",
			Report{Packages: one, Gates: []Gate{{Name: finding.GateImage, Inputs: []Input{unread, unjudged}}}},
			"b: cut off"},
		{"a listing in part",
			Report{Listing: true, Packages: one, Gates: []Gate{{Name: finding.GateImage, Inputs: []Input{unjudged}}}},
			"c: 1 package not judged"},
		{"nothing", Report{Gates: []Gate{{Name: finding.GateImage, Reason: "empty"}}}, "empty"},
	} {
		if got := c.r.Missing(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
