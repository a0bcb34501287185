package code_test

import (
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/finding"
)

// A secret is told once, masked, and shown by no rule that matches on its line.
func TestSecretsAreHidden(t *testing.T) {
	rules, errs := rule.Parse("r.yaml", []byte(`rules:
  - {id: no-get, languages: [python], severity: HIGH, message: "$X is fetched", pattern: get($X), fix: "post($X)"}
  - {id: a-password, languages: [python], severity: HIGH, message: m, pattern: token = $X}
`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	const value = "q7RtZ2wK9m"
	find := func(generic bool) func(string, []byte) []code.Secret {
		return func(_ string, src []byte) (out []code.Secret) {
			for at := 0; ; at += len(value) {
				i := strings.Index(string(src[at:]), value)
				if i < 0 {
					return out
				}
				at += i
				out = append(out, code.Secret{Rule: "secret-x", Title: "found", Severity: finding.High, Start: at,
					End: at + len(value), Shown: "q7…", Generic: generic})
			}
		}
	}
	src := "get(\"https://h/" + value + "\")\ntoken = \"" + value + "\"\nx = \"" + value + "\"  # drydock:ignore secret-x -- why\n"
	for generic, want := range map[bool]string{false: "1 no-get, 1 secret-x, 2 secret-x, 3 secret-x -- why",
		true: "1 no-get, 1 secret-x, 2 a-password, 3 secret-x -- why"} {
		e, errs := code.New(rules, code.Options{Secrets: find(generic)})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		var got []string
		for _, f := range e.File("a.py", []byte(src)).Findings {
			all := f.Message + f.Snippet + f.Key
			if f.Fix != nil {
				all += f.Fix.NewText
			}
			if strings.Contains(all, value) {
				t.Errorf("%s shows it: %s", f.Rule, all)
			}
			text := strings.TrimSpace(strings.Join([]string{string(rune('0' + f.Location.Line)), f.Rule}, " "))
			if f.Suppressed != "" {
				text += " -- why"
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("generic %t:\n got %s\nwant %s", generic, strings.Join(got, ", "), want)
		}
	}
}
