package rule

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drydock/drydock/internal/clierr"
)

func TestMetavariablesAreBound(t *testing.T) {
	for _, body := range []string{
		"patterns:\n- pattern: f($X)\n- metavariable-pattern: {metavariable: $X, patterns: [{pattern: g($Y)}]}\n" +
			"- focus-metavariable: $Y",
		"patterns:\n- pattern-regex: '(?<NAME>a+)'\n- metavariable-regex: {metavariable: $NAME, regex: b}",
		"patterns:\n- pattern-regex: (a)\n- metavariable-comparison: {metavariable: $1, comparison: $1 > 2}",
		"patterns:\n- pattern: f($...ARGS)\n- focus-metavariable: $...ARGS",
		"author: me\npattern: f()", // what is far from all keys is another tool's
	} {
		if _, err := ruleOf(body); err != nil {
			t.Errorf("%s\n%v", body, err)
		}
	}
	_, err := ruleOf("patterns:\n- pattern: f($VALUE)\n- focus-metavariable: $VALUES")
	if hint := clierr.Hint(err); !strings.Contains(hint, "`$VALUE`") {
		t.Errorf("hint %q of %v", hint, err)
	}
}

func TestIdsAreDistinct(t *testing.T) {
	const one = "- {id: a, languages: [go], severity: LOW, message: m, pattern: f()}\n"
	rules, errs := Parse("r.yaml", []byte("rules:\n"+one+one))
	if len(rules) != 1 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "r.yaml:3: rule a: the rule in line 2") {
		t.Errorf("%v %v", rules, errs)
	}
	fsys := fstest.MapFS{"d/a.yaml": {Data: []byte("rules:\n" + one)}, "d/e/b.yaml": {Data: []byte("rules:\n\n" + one)}}
	for _, paths := range [][]string{{"d"}, {"d/a.yaml", "d/e/b.yaml"}} {
		rules, errs = Load(fsys, paths...)
		if len(rules) != 1 || len(errs) != 1 ||
			!strings.Contains(errs[0].Error(), "d/e/b.yaml:3: rule a: the rule in d/a.yaml, line 2, has") {
			t.Errorf("%v: %v %v", paths, rules, errs)
		}
	}
	if rules, errs = Load(fsys, "d/a.yaml", "d/a.yaml"); len(rules) != 1 || len(errs) != 0 {
		t.Errorf("a file that is named twice: %v %v", rules, errs)
	}
}

// What stands beside an operator or among paths and is not looked at is an error; a rule may say more of itself.
func TestKeysThatNothingReads(t *testing.T) {
	for body, want := range map[string]string{
		"pattern: f()\npaths: {includes: [a]}":                              "\"includes\" is no key of `paths`",
		"patterns:\n- pattern: f($X)\n  pattern-not: f(1)":                  "\"pattern-not\" stands in the entry of \"pattern\"",
		"pattern-either:\n- pattern: f($X)\n  zebra: 1":                     "\"zebra\" stands in",
		"patterns:\n- pattern: f($X)\n- focus-metavariable: $X\n  zebra: 1": "\"zebra\" stands in",
		"pattern: f()\nzebra-stripes: 1":                                    "",
		"pattern: f()\npatern: g()":                                         "",
		"patern: g()":                                                       "\"patern\" is no key of a rule",
	} {
		_, err := ruleOf(body)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestFoldersHoldOtherFiles(t *testing.T) {
	const text = "rules: [{id: a, languages: [go], severity: LOW, message: m, pattern: f()}]"
	fsys := fstest.MapFS{
		"d/a.yaml": {Data: []byte(text)}, "d/b.yaml": {Data: []byte("on: push")},
		"e/c.yaml": {Data: []byte("on: push")},
	}
	if rules, errs := Load(fsys, "d"); len(rules) != 1 || len(errs) != 0 {
		t.Errorf("%v %v", rules, errs)
	}
	for _, path := range []string{"e", "d/b.yaml"} { // no rule at all, a file that was named
		if rules, errs := Load(fsys, path); len(rules) != 0 || len(errs) != 1 {
			t.Errorf("%s: %v %v", path, rules, errs)
		}
	}
	_, err := ruleOf("mode: join\njoin: {}")
	var u *UnsupportedError
	if !errors.As(err, &u) || u.What != "mode join" {
		t.Errorf("%v", err)
	}
}
