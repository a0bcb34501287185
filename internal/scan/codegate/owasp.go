package codegate

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/owasp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/source"
)

// noteLanguages adds the programming languages of a tree, by the names that people know them by; those that the engine
// does not read have no language of it.
func noteLanguages(to map[string]*ast.Lang, tree *source.Tree, unread map[string]int) {
	for i := range tree.Files {
		path := tree.Files[i].Rel
		if name := otherLanguages[strings.ToLower(filepath.Ext(path))]; name != "" {
			to[name] = ast.LangOf(path)
		}
	}
	for name := range unread {
		if _, known := to[name]; !known {
			to[name] = nil
		}
	}
}

// categories tells for each category of the OWASP Top Ten in which of the languages at hand some rule looks for it.
// Rules for any text do not count: one of them judges no program.
func categories(rules []*rule.Rule, languages map[string]*ast.Lang) []report.OWASPCategory {
	looks := map[string]map[*ast.Lang]bool{} // by category
	for _, r := range rules {
		if finding.Kind(r.Meta.Kind).Quality() {
			continue // it looks for no weakness
		}
		for _, code := range short(r.Meta.OWASP) {
			if looks[code] == nil {
				looks[code] = map[*ast.Lang]bool{}
			}
			for _, name := range r.Languages {
				if lang := ast.LangByName(strings.ToLower(name)); lang != nil {
					looks[code][lang] = true
				}
			}
		}
	}
	names := slices.Sorted(maps.Keys(languages))
	if len(names) == 0 {
		return nil
	}
	var out []report.OWASPCategory
	for _, c := range owasp.Categories() {
		one := report.OWASPCategory{Code: c.Code, Name: c.Name, Judged: []string{}, NotJudged: []string{}}
		for _, name := range names {
			if lang := languages[name]; lang != nil && looks[c.Code][lang] {
				one.Judged = append(one.Judged, name)
			} else {
				one.NotJudged = append(one.NotJudged, name)
			}
		}
		out = append(out, one)
	}
	return out
}
