package rules

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/owasp"
	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write docs/rules anew")

func pack(t *testing.T) []*rule.Rule {
	t.Helper()
	list, errs := Load()
	for _, err := range errs {
		t.Error(err)
	}
	return list
}

// What each rule has to say of itself, so that explain, the docs and the reports can.
func TestMetadata(t *testing.T) {
	weakness := regexp.MustCompile(`^CWE-[1-9][0-9]*$`)
	ids := map[string]string{}
	for _, r := range pack(t) {
		wrong := func(format string, args ...any) { t.Errorf(r.File+": "+format, args...) }
		if dir, stem := filepath.Split(strings.TrimSuffix(r.File, ".yaml")); stem != r.ID {
			wrong("the rule is %s: one rule a file, of its name (%s)", r.ID, dir)
		}
		if other := ids[r.ID]; other != "" {
			wrong("%s has this id too", other)
		}
		ids[r.ID] = r.File
		m := r.Meta
		for name, text := range map[string]string{"title": m.Title, "message": r.Message, "why": m.Why, "bad": m.Bad,
			"good": m.Good} {
			if strings.TrimSpace(text) == "" {
				wrong("`%s` is missing", name)
			}
		}
		if strings.HasSuffix(m.Title, ".") || strings.Contains(m.Title, "\n") || len(m.Title) > 70 {
			wrong("the title is one short line without a full stop: %q", m.Title)
		}
		if strings.TrimSpace(m.Bad) == strings.TrimSpace(m.Good) {
			wrong("the bad example is the good one")
		}
		for _, text := range []string{r.Message, m.Why} {
			if !strings.HasSuffix(strings.TrimSpace(text), ".") {
				wrong("a sentence ends in a full stop: %q", text)
			}
		}
		if len(m.CWE) == 0 || slices.ContainsFunc(m.CWE, func(c string) bool { return !weakness.MatchString(c) }) {
			wrong("`cwe` lists weaknesses such as CWE-89, this one first: %v", m.CWE)
		}
		if m.Confidence == "" {
			wrong("`confidence` is high, medium or low")
		}
		if !slices.Contains(rule.Kinds, m.Kind) {
			wrong("`kind` is %q; use %s", m.Kind, strings.Join(rule.Kinds, ", "))
		}
		if m.Likelihood != "" && !slices.Contains([]string{"high", "medium", "low"}, m.Likelihood) {
			wrong("`likelihood` is high, medium or low")
		}
		if len(m.References) == 0 {
			wrong("`references` is missing")
		}
		for _, u := range m.References {
			if !strings.HasPrefix(u, "https://") {
				wrong("reference %q", u)
			}
		}
		if want := owasp.Of(m.CWE...); !slices.Equal(m.OWASP, want) {
			wrong("rules do not tell OWASP's categories: they come from the weaknesses (%v)", want)
		}
		if r.Mode == rule.Taint && !r.Options.Interfile && !slices.Contains(r.Languages, "bash") {
			wrong("a taint rule looks across files: options: {interfile: true}")
		}
	}
}

// A list that no rule names does nothing, and no test reads its patterns.
func TestEveryModelIsNamed(t *testing.T) {
	var used = map[string]bool{} // by folder, part and name
	for _, lang := range mustFolders(t) {
		entries, err := files.ReadDir(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text, err := files.ReadFile(lang + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			var doc struct {
				Rules []map[string]yaml.Node
			}
			if err := yaml.Unmarshal(text, &doc); err != nil {
				t.Fatal(err)
			}
			for _, r := range doc.Rules {
				for key, n := range r {
					section, ok := strings.CutPrefix(key, "pattern-")
					if !ok || n.Kind != yaml.SequenceNode {
						continue
					}
					noteModels(&n, lang+" "+section, used)
				}
			}
		}
	}
	entries, err := files.ReadDir("models")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		for _, section := range []string{"sources", "sinks", "sanitizers"} {
			for _, name := range Models().Names(e.Name(), section) {
				if name != "any" && !used[e.Name()+" "+section+" "+name] {
					t.Errorf("models/%s: no rule names %s of the %s", e.Name(), name, section)
				}
			}
		}
	}
}

func mustFolders(t *testing.T) []string {
	t.Helper()
	dirs, err := folders()
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

func noteModels(list *yaml.Node, where string, used map[string]bool) {
	for _, item := range list.Content {
		for i := 0; i+1 < len(item.Content); i += 2 {
			if item.Content[i].Value != "model" {
				continue
			}
			v := item.Content[i+1]
			used[where+" "+v.Value] = true
			for _, one := range v.Content {
				used[where+" "+one.Value] = true
			}
		}
	}
}

// The pages are made from the rules; -update writes them anew.
func TestDocs(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "docs", "rules")
	byFolder := map[string][]*rule.Rule{}
	for _, r := range pack(t) {
		folder, _, _ := strings.Cut(r.File, "/")
		byFolder[folder] = append(byFolder[folder], r)
	}
	for folder, list := range byFolder {
		file, want := filepath.Join(dir, folder+".md"), Page(folder, list)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what the rules say: go test ./internal/code/rules -update (%v)", file, err)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		stem := strings.TrimSuffix(filepath.Base(p), ".md")
		if byFolder[stem] == nil && !slices.Contains([]string{"README", "counterparts"}, stem) {
			t.Errorf("%s is a page of no rules", p)
		}
	}
}

func TestFilter(t *testing.T) {
	count := func(f Filter) (n int) {
		for _, r := range pack(t) {
			if f.Match(r) {
				n++
			}
		}
		return n
	}
	all := count(Filter{})
	for _, f := range []Filter{{Language: "Python"}, {CWE: "cwe-89"}, {OWASP: "A05:2025"}, {OWASP: "a08"},
		{Language: "python", CWE: "CWE-89", OWASP: "A03:2021"}} {
		if n := count(f); n == 0 || n >= all {
			t.Errorf("%+v chooses %d of %d rules", f, n, all)
		}
	}
	if n := count(Filter{Language: "cobol"}); n != 0 {
		t.Errorf("%d rules for cobol", n)
	}
}
