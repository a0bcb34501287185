package owasp

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		cwe  []string
		want []string
	}{
		{[]string{"CWE-89"}, []string{"A05:2025", "A03:2021"}},
		{[]string{"CWE-89: Improper Neutralization"}, []string{"A05:2025", "A03:2021"}},
		{[]string{"CWE-918"}, []string{"A01:2025", "A10:2021"}},
		{[]string{"CWE-338", "CWE-330"}, []string{"A04:2025", "A02:2021"}},
		{[]string{"CWE-943", "CWE-74"}, []string{"A05:2025", "A03:2021"}}, // the parent's, where the weakness has none
		{[]string{"CWE-209"}, []string{"A10:2025", "A04:2021"}},
		{[]string{"CWE-295"}, []string{"A07:2025", "A07:2021"}},
		{[]string{"CWE-1392"}, []string{"A07:2025"}},
		{[]string{"CWE-117"}, []string{"A09:2025", "A09:2021"}},
		{[]string{"CWE-1333"}, nil},
		{[]string{"89", "CWE-", "CWE-x", ""}, nil},
	} {
		if got := Of(c.cwe...); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.cwe, got, c.want)
		}
	}
}

// How many weaknesses each category has, and in all, is on OWASP's own pages.
func TestListsAreWhole(t *testing.T) {
	want := map[string]int{
		"A01:2021": 34, "A02:2021": 30, "A03:2021": 33, "A04:2021": 40, "A05:2021": 20, "A06:2021": 3, "A07:2021": 22,
		"A08:2021": 10, "A09:2021": 4, "A10:2021": 1,
		"A01:2025": 40, "A02:2025": 16, "A03:2025": 6, "A04:2025": 32, "A05:2025": 37, "A06:2025": 39, "A07:2025": 36,
		"A08:2025": 14, "A09:2025": 5, "A10:2025": 24,
	}
	all := 0
	for _, c := range Categories() {
		if len(c.CWEs) != want[c.Code] {
			t.Errorf("%s has %d weaknesses, want %d", c.Code, len(c.CWEs), want[c.Code])
		}
		if !slices.IsSorted(c.CWEs) {
			t.Errorf("%s is not in order", c.Code)
		}
		all += len(c.CWEs)
	}
	if len(Categories()) != len(want) {
		t.Errorf("%d categories, want %d", len(Categories()), len(want))
	}
	if all != 197+249 {
		t.Errorf("%d weaknesses, want 197 of 2021 and 249 of 2025", all)
	}
}
