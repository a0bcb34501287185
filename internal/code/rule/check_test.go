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
