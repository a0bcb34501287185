package rules

import (
	"slices"
	"testing"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
)

// What is left out for files of one language is rules that no such file could meet: those for other languages, and those
// for any text that say by name which files they are for.
func TestLoadFor(t *testing.T) {
	all := pack(t)
	ids := func(list []*rule.Rule) map[string]bool {
		out := map[string]bool{}
		for _, r := range list {
			out[r.ID] = true
		}
		return out
	}
	for _, lang := range []string{"python", "javascript", "typescript", "java", "go", "php", "ruby", "bash", "css"} {
		list, errs := LoadFor(lang)
		if len(errs) > 0 || len(list) == 0 || len(list) >= len(all) {
			t.Fatalf("%s: %d of %d rules, %v", lang, len(list), len(all), errs)
		}
		have := ids(list)
		for _, r := range all {
			plain := slices.ContainsFunc(r.Languages, func(l string) bool { return ast.LangByName(l) == nil })
			if !have[r.ID] && (slices.Contains(r.Languages, lang) || plain && len(r.Include) == 0) {
				t.Errorf("%s: %s is left out", lang, r.ID)
			}
		}
	}
	for _, languages := range [][]string{nil, {"yaml"}, {"python", "html"}} {
		if list, _ := LoadFor(languages...); len(list) != len(all) {
			t.Errorf("%v: %d rules", languages, len(list))
		}
	}
}
