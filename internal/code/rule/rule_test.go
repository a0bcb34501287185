package rule

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drydock/drydock/internal/finding"
)

// shape writes a formula as one line.
func shape(f *Formula) string {
	names := map[Kind]string{
		And:      "and",
		Or:       "or",
		Pattern:  "pattern",
		Regex:    "regex",
		Inside:   "inside",
		Anywhere: "anywhere",
		Not:      "not",
	}
	out := names[f.Kind]
	if f.Text != "" {
		out += " " + strings.TrimSpace(f.Text)
	}
	var parts []string
	for _, k := range f.Kids {
		parts = append(parts, shape(k))
	}
	for i := range f.Where {
		parts = append(parts, "where "+f.Where[i].Var)
	}
	for _, vars := range f.Focus {
		parts = append(parts, "focus "+strings.Join(vars, "|"))
	}
	if len(parts) > 0 {
		out += "(" + strings.Join(parts, ", ") + ")"
	}
	return out
}

// ruleOf reads a rule whose body is given, indented by nothing.
func ruleOf(body string) (*Rule, error) {
	text := "rules:\n- id: a\n  languages: [python]\n  severity: HIGH\n  message: m\n  " + strings.ReplaceAll(
		strings.TrimSpace(body),
		"\n",
		"\n  ",
	) + "\n"
	rules, errs := Parse("rules.yaml", []byte(text))
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return rules[0], nil
}

// The classic form and the newer one give the same formulas.
func TestBothForms(t *testing.T) {
	for _, c := range []struct{ classic, match, want string }{
		{"pattern: f($X)", "match: f($X)", "pattern f($X)"},
		{"pattern-regex: a+", "match: {regex: a+}", "regex a+"},
		{
			"patterns:\n- pattern: f($X)\n- pattern-not: f(1)\n- pattern-inside: g(...)",
			"match:\n  all:\n  - f($X)\n  - not: f(1)\n  - inside: g(...)",
			"and(pattern f($X), not(pattern f(1)), inside(pattern g(...)))",
		},
		{"pattern-either:\n- pattern: f()\n- pattern: g()", "match:\n  any: [f(), g()]",
			"or(pattern f(), pattern g())"},
		{
			"patterns:\n- pattern: f($X)\n- metavariable-regex: {metavariable: $X, regex: a}\n- focus-metavariable: $X",
			"match:\n  all: [f($X)]\n  where:\n  - {metavariable: $X, regex: a}\n  - focus: $X",
			"and(pattern f($X), where $X, focus $X)",
		},
	} {
		for form, body := range map[string]string{"classic": c.classic, "match": c.match} {
			r, err := ruleOf(body)
			if err != nil {
				t.Errorf("%s: %v in\n%s", form, err, body)
				continue
			}
			if got := shape(r.Match); got != c.want {
				t.Errorf("%s: %s, want %s", form, got, c.want)
			}
		}
	}
}

// What a rule says beside its patterns.
func TestFields(t *testing.T) {
	rules, errs := Parse("rules.yaml", []byte(`
rules:
- id: sql
  languages: [python, js]
  severity: WARNING
  message: m
  mode: taint
  metadata: {cwe: "CWE-89: SQL", owasp: ["A05:2025"], confidence: HIGH, title: Query}
  options: {interfile: true, taint_assume_safe_numbers: true}
  paths: {include: ["src/**"], exclude: [tests]}
  fix: g($X)
  pattern-sources: [{pattern: src(), label: A}]
  pattern-sinks: [{pattern: sink($X), requires: A and not B}]
  pattern-sanitizers: [{pattern: clean(...), by-side-effect: true}]
  pattern-propagators: [{pattern: "$A.add($B)", from: $B, to: $A}]
`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	r := rules[0]
	if r.ID != "sql" || r.Mode != Taint || r.Severity != finding.Medium || len(r.Languages) != 2 || r.Fix != "g($X)" ||
		!r.HasFix ||
		r.Line != 3 {
		t.Errorf("%+v", r)
	}
	if m := r.Meta; len(m.CWE) != 1 || m.CWE[0] != "CWE-89: SQL" || len(m.OWASP) != 1 || m.Title != "Query" ||
		m.Confidence != finding.ConfidenceHigh {
		t.Errorf("metadata %+v", m)
	}
	if !r.Options.Interfile || !r.Options.TaintAssumeSafeNums || r.Options.NoConstants {
		t.Errorf("options %+v", r.Options)
	}
	if fmt.Sprint(r.Include, r.Exclude) != "[src/**] [tests]" {
		t.Errorf("paths %v %v", r.Include, r.Exclude)
	}
	s := r.Taint
	if len(s.Sources) != 1 || s.Sources[0].Label != "A" || len(s.Sinks) != 1 || s.Sinks[0].Requires != "A and not B" ||
		len(
			s.Sanitizers,
		) != 1 || s.Sanitizers[0].SideEffect != "true" || len(s.Propagators) != 1 || s.Propagators[0].From != "$B" ||
		s.Propagators[0].To != "$A" {
		t.Errorf("taint %+v", s)
	}
}

// A rule that is wrong is told with its place and what is wrong, and the others are read.
func TestWrongRules(t *testing.T) {
	for body, want := range map[string]string{
		"":             "rules.yaml:2",
		"pattern: [1]": "rules.yaml:6:12",
		"patern: f()":  `rules.yaml:6:3: rule a: "patern" is no key of a rule`,
		"patterns:\n- pattern: f($X)\n- focus-metavariable: $Y": "no pattern has the " +
			"metavariable $Y",
		"patterns:\n- pattern: f($X)\n- metavariable-regex: {metavariable: $Z, regex: a}": "rules.yaml:8: rule a: no " +
			"pattern has",
		"patterns:\n- patern: f()":         `rules.yaml:7:5: rule a: "patern" is no pattern operator`,
		"patterns:\n- pattern-not: f()":    "rules.yaml",
		"mode: taint\npattern-sources: []": "rules.yaml",
		"pattern: f()\nmode: quick":        "rules.yaml",
		"patterns: &a\n- patterns: *a": "rules.yaml:7:15: the alias *a " +
			"stands inside what it refers to",
		"match: &a\n  all: [*a]": "rules.yaml:7:11",
		"match: " + strings.Repeat("{all: [", 300) + strings.Repeat("]}", 300): "nested more than 200 levels deep",
	} {
		if _, err := ruleOf(body); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a word of %s", body, err, want)
		}
	}
	rules, errs := Parse(
		"rules.yaml",
		[]byte("rules:\n- id: bad\n- {id: good, languages: [go], severity: LOW, message: m, pattern: f()}\n"),
	)
	if len(rules) != 1 || rules[0].ID != "good" || len(errs) != 1 {
		t.Errorf("%v %v", rules, errs)
	}
	for _, text := range []string{"", "a: b", "rules: {}", "rules: [", "- x"} {
		if rules, errs := Parse("rules.yaml", []byte(text)); len(rules) > 0 || len(errs) != 1 ||
			!strings.Contains(errs[0].Error(), "rules.yaml") {
			t.Errorf("%q: %v %v", text, rules, errs)
		}
	}
}

// A folder is read with all that lies below it, fixtures and hidden folders left out.
func TestFolders(t *testing.T) {
	one := func(id string) *fstest.MapFile {
		return &fstest.MapFile{
			Data: []byte("rules: [{id: " + id + ", languages: [go], severity: LOW, message: m, pattern: f()}]"),
		}
	}
	files := fstest.MapFS{
		"r/a.yaml": one(
			"a",
		), "r/sub/b.yml": one("b"), "r/a.test.yaml": one("fixture"), "r/a.fixed.yaml": one("fixture"),
		"r/.git/c.yaml": one("hidden"), "r/a.go": {Data: []byte("package a")},
	}
	rules, errs := Load(files, "r")
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID+" "+r.File)
	}
	if got := strings.Join(ids, ", "); len(errs) > 0 || got != "a r/a.yaml, b r/sub/b.yml" {
		t.Errorf("%s %v", got, errs)
	}
	if _, errs := Load(files, "none"); len(errs) != 1 {
		t.Errorf("a folder that is not there: %v", errs)
	}
}
