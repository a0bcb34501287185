package imagegate

import (
	"testing"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// Programs of which nothing is known are told beside others that are explained; where nothing explains any, sbom tells
// a gap instead.
func TestUnexplainedPrograms(t *testing.T) {
	programs := []inventory.Unexplained{{Path: "app/a", Bytes: 2_000_000}, {Path: "app/b", Bytes: 3000},
		{Path: "app/c", Bytes: 2}, {Path: "app/d", Bytes: 1}}
	h := &held{input: report.Input{Service: "web", Path: "web:1"}}
	for _, c := range []struct {
		in   inventory.Completeness
		want string
	}{
		{inventory.Completeness{ExecutableBytes: 10, ExplainedBytes: 10}, ""},
		{inventory.Completeness{ExecutableBytes: 1, Unexplained: programs[3:]}, ""},
		{inventory.Completeness{ExecutableBytes: 12_000_000, ExplainedBytes: 9_996_997, Unexplained: programs},
			"2.0 MB of 12.0 MB of programs belong to no package, and nothing is known of what they were made of: " +
				"app/a, app/b, app/c, and more"},
		{inventory.Completeness{ExecutableBytes: 5001, ExplainedBytes: 5000, Unexplained: programs[3:]},
			"1 kB of 6 kB of programs belong to no package, and nothing is known of what they were made of: app/d"},
	} {
		got := ""
		for _, w := range unexplained(h, &c.in) {
			got += w.Text
			if w.Location.Path != "web" {
				t.Errorf("told of %q", w.Location.Path)
			}
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
