package code

import (
	"testing"

	"github.com/drydock/drydock/internal/syntax"
)

// TestBundledRules holds every rule that comes with drydock to its fixture, and every rule to having one.
func TestBundledRules(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	tests, untested, errs := TestRules("rules")
	for _, err := range errs {
		t.Error(err)
	}
	for _, id := range untested {
		t.Errorf("%s has no fixture", id)
	}
	if len(tests) < 12 {
		t.Errorf("only %d rules were tested", len(tests))
	}
	for _, r := range tests {
		for _, f := range r.Failures {
			t.Errorf("%s: %s: %s", r.Fixture, r.Rule, f)
		}
	}
}

// TestLanguage holds the engine to fixtures of its own, one file a part of the rule language.
func TestLanguage(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	tests, untested, errs := TestRules("testdata/language")
	for _, err := range errs {
		t.Error(err)
	}
	for _, id := range untested {
		t.Errorf("%s has no fixture", id)
	}
	if len(tests) == 0 {
		t.Error("no fixtures were found")
	}
	for _, r := range tests {
		for _, f := range r.Failures {
			t.Errorf("%s: %s: %s", r.Fixture, r.Rule, f)
		}
	}
}
