package ruletest

import (
	"testing"

	"github.com/drydock/drydock/internal/syntax"
)

// TestBundledRules holds every rule that comes with drydock to its fixture, and every rule to having one.
func TestBundledRules(t *testing.T) {
	if n := holdToFixtures(t, "../rules"); n < 12 {
		t.Errorf("only %d rules were tested", n)
	}
}

// TestLanguage holds the engine to fixtures of its own, one file a part of the rule language.
func TestLanguage(t *testing.T) {
	if n := holdToFixtures(t, "../testdata/language"); n == 0 {
		t.Error("no fixtures were found")
	}
}

// holdToFixtures tests the rules in a folder, each of which must have a fixture, and returns how many tests there were.
func holdToFixtures(t *testing.T, dir string) int {
	t.Helper()
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	tests, untested, errs := TestRules(dir)
	for _, err := range errs {
		t.Error(err)
	}
	for _, id := range untested {
		t.Errorf("%s has no fixture", id)
	}
	for _, r := range tests {
		for _, f := range r.Failures {
			t.Errorf("%s: %s: %s", r.Fixture, r.Rule, f)
		}
	}
	return len(tests)
}
