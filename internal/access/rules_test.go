package access

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/finding"
)

// TestRules holds each rule against small compose files, one archive a rule below testdata/rules. A file begins with
// what is wanted of it, one remark a line; without `fires` the rule must stay silent, and what is only info counts as
// a near-miss:
//
//	# fires SERVICE ROUTER|- SEVERITY
//	# exposure SERVICE WORD
//	# flag --entrypoints.web...        a further flag of the Traefik that stands before every file
//	# public NAME, # login NAME, # bouncer NAME      as in drydock.yaml
func TestRules(t *testing.T) {
	files := accesstest.Archives("rules")
	if len(files) == 0 {
		t.Fatal("no rules")
	}
	for _, f := range files {
		rule := strings.TrimSuffix(filepath.Base(f), ".txtar")
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		fire, silent := 0, 0
		for _, x := range a.Files {
			e := accesstest.ReadExample(t, rule, x)
			if slices.ContainsFunc(e.Want, func(w string) bool { return !strings.HasSuffix(w, " info") }) {
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
