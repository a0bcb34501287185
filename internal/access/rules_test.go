package access

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/check"
	"github.com/drydock/drydock/internal/finding"
)

// TestRules holds each rule against small compose files, one archive a rule below testdata/rules, which every rule must
// have. A file begins with what is wanted of it, one remark a line; without `fires` the rule must stay silent, and what
// is only info counts as a near-miss, but for a rule that is never more:
//
//	# fires SERVICE ROUTER|- SEVERITY
//	# exposure SERVICE WORD
//	# flag --entrypoints.web...        a further flag of the Traefik that stands before every file
//	# public NAME, # login NAME, # bouncer NAME      as in drydock.yaml
func TestRules(t *testing.T) {
	examples := map[string]string{}
	for _, f := range accesstest.Archives("rules") {
		examples[strings.TrimSuffix(filepath.Base(f), ".txtar")] = f
	}
	for _, r := range check.Rules() {
		rule, file := r.ID, examples[r.ID]
		delete(examples, r.ID)
		if file == "" {
			t.Errorf("%s has no examples: testdata/rules/%s.txtar", rule, rule)
			continue
		}
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fire, silent := 0, 0
		for _, x := range a.Files {
			e := accesstest.ReadExample(t, rule, x)
			fires := func(w string) bool { return r.Severity == finding.Info || !strings.HasSuffix(w, " info") }
			if slices.ContainsFunc(e.Want, fires) {
				fire++
			} else {
				silent++
			}
			t.Run(rule+"/"+e.Name, func(t *testing.T) { judgeExample(t, e) })
		}
		if fire < 3 || silent < 3 {
			t.Errorf("%s: %d examples fire and %d do not; three of each are wanted", rule, fire, silent)
		}
	}
	for rule := range examples {
		t.Errorf("there are examples of %s, which is no rule", rule)
	}
}

func judgeExample(t *testing.T, e *accesstest.Example) {
	res := Check(e.Host(t), optionsOf(e.Opts))
	var got []string
	for _, f := range res.Findings {
		if f.Rule == e.Rule {
			got = append(got, fmt.Sprintf("%s %s %s", f.Service, orDash(f.Router), f.Severity))
		}
	}
	slices.Sort(got)
	slices.Sort(e.Want)
	if !slices.Equal(got, e.Want) {
		t.Errorf("%s\n got  %s\n want %s", e.Rule, strings.Join(got, "\n      "), strings.Join(e.Want, "\n      "))
	}
	for _, x := range e.Exposure {
		checkExposure(t, res, x[0], finding.Exposure(x[1]))
	}
}
