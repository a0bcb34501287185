package codegate

import (
	"testing"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
)

// A category for which no rule of a language looks is not judged there, also where a rule for any text looks for it.
func TestCategories(t *testing.T) {
	rules := []*rule.Rule{
		{Languages: []string{"python"}, Meta: rule.Meta{OWASP: []string{"A05:2025", "A03:2021"}}},
		{Languages: []string{"regex"}, Meta: rule.Meta{OWASP: []string{"A07:2025"}}},
	}
	got := map[string][2]int{}
	languages := map[string]*ast.Lang{"Python": ast.LangByName("python"), "Rust": nil}
	for _, c := range categories(rules, languages) {
		got[c.Code] = [2]int{len(c.Judged), len(c.NotJudged)}
	}
	for code, want := range map[string][2]int{
		"A05:2025": {1, 1}, "A03:2021": {1, 1}, "A07:2025": {0, 2}, "A01:2025": {0, 2},
	} {
		if got[code] != want {
			t.Errorf("%s: %v languages judged and not, want %v", code, got[code], want)
		}
	}
	if len(got) != 20 {
		t.Errorf("%d categories", len(got))
	}
	if c := categories(rules, nil); c != nil {
		t.Errorf("of no language: %v", c)
	}
}
