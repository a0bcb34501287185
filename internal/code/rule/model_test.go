package rule

import (
	"strings"
	"testing"
	"testing/fstest"
)

var modelFiles = fstest.MapFS{
	"models/python/web.yaml": {Data: []byte(`
sources:
  request:
    - pattern: req.args
sinks:
  sql:
    - patterns:
        - pattern: $C.execute($SQL, ...)
        - focus-metavariable: $SQL
sanitizers:
  sql:
    - pattern: escape(...)
  any:
    - pattern: int(...)
propagators:
  - pattern: $TO.append($FROM)
    from: $FROM
    to: $TO
`)},
	"models/python/other.yaml": {Data: []byte("sources: {request: [{pattern: other.get(...)}]}\n")},
	"models/javascript/web.yaml": {Data: []byte(
		"sources: {request: [{pattern: req.query}]}\nsinks: {code: [{pattern: eval(...)}]}\n")},
}

func models(t *testing.T, fsys fstest.MapFS) *Models {
	t.Helper()
	m, errs := LoadModels(fsys, "models")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return m
}

const taintHead = "rules:\n- id: r\n  languages: [%]\n  severity: HIGH\n  message: m\n  mode: taint\n"

func TestModels(t *testing.T) {
	m := models(t, modelFiles)
	for name, c := range map[string]struct {
		langs, body                           string
		sources, sinks, sanitizers, propagate int
	}{
		"all frameworks of the language": {"python", `
  pattern-sources: [{model: request}]
  pattern-sinks: [{model: sql}]
  pattern-sanitizers: [{model: sql}]`, 2, 1, 2, 1},
		"its own patterns beside": {"python", `
  pattern-sources: [{model: request}, {pattern: mine(...)}]
  pattern-sinks: [{pattern: run(...)}]
  pattern-propagators: [{pattern: $TO.put($FROM), from: $FROM, to: $TO}]`, 3, 1, 0, 2},
		"no propagators": {"python", `
  pattern-sources: [{model: request}]
  pattern-sinks: [{pattern: run(...)}]
  pattern-propagators: []`, 2, 1, 0, 0},
		"named twice": {"python", `
  pattern-sources: [{model: [request, request]}]
  pattern-sinks: [{pattern: run(...)}]
  pattern-sanitizers: [{model: any}, {model: sql}]`, 2, 1, 2, 1},
		"a family of languages": {"javascript, typescript", `
  pattern-sources: [{model: request}]
  pattern-sinks: [{model: code}]`, 1, 1, 0, 0},
		"no models": {"python", `
  pattern-sources: [{pattern: a}]
  pattern-sinks: [{pattern: b}]`, 1, 1, 0, 0},
	} {
		rules, errs := m.Parse("r.yaml", []byte(strings.Replace(taintHead, "%", c.langs, 1)+c.body))
		if len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
			continue
		}
		s := rules[0].Taint
		got := [4]int{len(s.Sources), len(s.Sinks), len(s.Sanitizers), len(s.Propagators)}
		if want := [4]int{c.sources, c.sinks, c.sanitizers, c.propagate}; got != want {
			t.Errorf("%s: %v sources, sinks, sanitizers and propagators, want %v", name, got, want)
		}
	}
}

// What an item says beside the model's name holds of each of its patterns, and of this rule alone.
func TestModelWithMore(t *testing.T) {
	m := models(t, modelFiles)
	for range 2 {
		rules, errs := m.Parse("r.yaml", []byte(strings.Replace(taintHead, "%", "python", 1)+`
  pattern-sources: [{model: request, label: A}, {pattern: b, label: B}]
  pattern-sinks: [{model: sql, requires: A and B}]`))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		s := rules[0].Taint
		if s.Sources[0].Label != "A" || s.Sources[1].Label != "A" || s.Sinks[0].Requires != "A and B" ||
			s.Sources[0].File != "models/python/other.yaml" || s.Sources[2].File != "" {
			t.Errorf("%+v", s)
		}
	}
}

func TestModelErrors(t *testing.T) {
	m := models(t, modelFiles)
	for name, c := range map[string]struct{ langs, body, want string }{
		"no such model": {"python", "  pattern-sources: [{model: reqest}]\n  pattern-sinks: [{model: sql}]",
			`r.yaml:7:29: rule r: the models of python have no sources named "reqest"`},
		"no such language": {"cobol", "  pattern-sources: [{model: request}]\n  pattern-sinks: [{model: sql}]",
			"r.yaml:7:29: rule r: there are no models for cobol"},
		"two languages": {"python, javascript", "  pattern-sources: [{model: request}]\n  pattern-sinks: [{pattern: a}]",
			"r.yaml:7:29: rule r: the rule is for python and javascript, which share no models"},
		"within a pattern": {"python", "  pattern-sources: [{patterns: [{model: request}]}]\n  pattern-sinks: [{pattern: a}]",
			`"model" is no pattern operator`},
		"as a propagator": {"python", "  pattern-sources: [{model: request}]\n  pattern-sinks: [{pattern: a}]\n" +
			"  pattern-propagators: [{model: x}]", "no model can be named here"},
	} {
		_, errs := m.Parse("r.yaml", []byte(strings.Replace(taintHead, "%", c.langs, 1)+c.body))
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, errs, c.want)
		}
	}
	_, errs := Parse("r.yaml", []byte(strings.Replace(taintHead, "%", "python", 1)+
		"  pattern-sources: [{model: request}]\n  pattern-sinks: [{pattern: a}]"))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "no model can be named here") {
		t.Errorf("without models: %v", errs)
	}
}

func TestModelFilesThatAreWrong(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no YAML":        {"a: [", "models/python/x.yaml"},
		"empty":          {"", "the file is empty"},
		"a list":         {"- a", "models/python/x.yaml:1:1: a model file has the lists"},
		"another part":   {"sorces: {a: [{pattern: b}]}", `models/python/x.yaml:1:1: "sorces" is no part`},
		"no names":       {"sources: [{pattern: a}]", "models/python/x.yaml:1:10: `sources` has lists by name"},
		"no list":        {"sinks: {a: {pattern: b}}", "models/python/x.yaml:1:12: a list is expected"},
		"no pattern":     {"sinks: {a: [{patern: b}]}", `models/python/x.yaml:1:13: "patern" is no pattern operator`},
		"nothing bound":  {"propagators: [{pattern: f($A), from: $A}]", "a propagator names two metavariables"},
		"not a sequence": {"propagators: {a: b}", "a list is expected"},
	} {
		_, errs := LoadModels(fstest.MapFS{"models/python/x.yaml": {Data: []byte(c.text)}}, "models")
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, errs, c.want)
		}
	}
}

func TestFill(t *testing.T) {
	m := models(t, modelFiles)
	text := "# about it\n" + strings.Replace(taintHead, "%", "python", 1) +
		"  pattern-sources: [{model: request}]\n  pattern-sinks: [{model: sql}]\n"
	out, err := m.Fill("r.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# about it", "other.get(...)", "req.args",
		"$C.execute($SQL, ...)", "pattern-propagators"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is missing in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "model") {
		t.Errorf("a model is left in\n%s", out)
	}
	rules, errs := Parse("r.yaml", out)
	if len(errs) > 0 || len(rules) != 1 || len(rules[0].Taint.Sources) != 2 {
		t.Errorf("%v", errs)
	}
}
