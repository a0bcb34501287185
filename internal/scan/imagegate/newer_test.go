package imagegate

import (
	"strings"
	"testing"
)

// Newer is a later version of the same kind and major version, slimmer a smaller kind of the very version.
func TestOtherTags(t *testing.T) {
	held := []heldTag{
		{"3.11", 1000}, {"3.11-slim", 150}, {"3.11-alpine", 60}, {"3.12", 1010}, {"3.13", 1020}, {"3.14-rc1", 1030},
		{"3.13-slim", 151},
		{"4.0", 900}, {"latest", 1020}, {"3.9.1", 980}, {"3.11.4-slim", 149}, {"3.11.0", 1000},
	}
	for current, want := range map[string][2]string{
		"3.11":      {"3.13", "3.11-alpine"},
		"3.11-slim": {"3.13-slim", "3.11-alpine"},
		"3.13":      {"", "3.13-slim"},
		"3.9.1":     {"3.13", ""},
		"4.0":       {"", ""},
		"latest":    {"", ""},
		"3.10":      {"", ""}, // not held, so that there is nothing to compare with
	} {
		newer, slimmer := otherTags(current, held)
		if newer != want[0] || slimmer != want[1] {
			t.Errorf("%s: %q and %q, not %q", current, newer, slimmer, want)
		}
	}
}

func TestOtherBaseSaysWhatItMends(t *testing.T) {
	tags := []heldTag{{"3.11", 1_000_000_000}, {"3.11-slim", 150_000_000}}
	f, ok := otherBase("python", "3.11", "3.11-slim", tags, []string{"CVE-1", "CVE-2", "CVE-3"},
		[]string{"CVE-3", "CVE-4"})
	if !ok || f.Title != "python:3.11-slim is held here: 2 of the base's 3 vulnerabilities fewer, 150.0 MB instead "+
		"of 1.0 GB" {
		t.Errorf("%v %s", ok, f.Title)
	}
	if got := strings.Join(f.Evidence, "; "); got != "it would fix CVE-1 and CVE-2; it would bring CVE-4" {
		t.Error(got)
	}
	if _, ok := otherBase("python", "3.11-slim", "3.11", tags, []string{"CVE-3"}, []string{"CVE-3", "CVE-4"}); ok {
		t.Error("a larger image that fixes nothing is no better")
	}
}
