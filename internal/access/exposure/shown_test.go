package exposure

import "testing"

func TestShownRuleLeavesValuesOut(t *testing.T) {
	for in, want := range map[string]string{
		"Host(`a.example`) && Header(`X-Key`, `s3cret`)": "Host(`a.example`) && Header(`X-Key`, …)",
		"HeaderRegexp(`X-Key`,`^s3`) || Path(`/x`)":      "HeaderRegexp(`X-Key`, …) || Path(`/x`)",
		"Headers(`X`, `a`) && Query(`token`, `b`)":       "Headers(`X`, …) && Query(`token`, …)",
		"Host(`a.example`) && PathPrefix(`/api`)":        "Host(`a.example`) && PathPrefix(`/api`)",
		"Host(`header.example`) && ClientIP(`10.0.0.1`)": "Host(`header.example`) && ClientIP(`10.0.0.1`)",
		`Header("X-Key", "s3cret") && Host("a.example")`: `Header("X-Key", …) && Host("a.example")`,
	} {
		if got := ShownRule(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}
