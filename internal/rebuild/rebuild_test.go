package rebuild

import (
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/rebuild/result"
)

// What is not better and changed stays where it is, and why is said.
func TestNotToDeploy(t *testing.T) {
	for name, c := range map[string]struct {
		old    string
		res    result.Service
		accept bool
		want   string // part of the reason, "" = it is deployed
	}{
		"better":               {"a", result.Service{Verdict: result.Better}, false, ""},
		"the same and changed": {"a", result.Service{Verdict: result.Same}, false, ""},
		"the same":             {"a", result.Service{Verdict: result.Same, Unchanged: true}, false, "same packages"},
		"worse":                {"a", result.Service{Verdict: result.Worse}, false, "--accept-worse"},
		"worse and accepted":   {"a", result.Service{Verdict: result.Worse}, true, ""},
		"not judged":           {"a", result.Service{Verdict: result.Failed}, true, "could not be judged"},
		"nothing before":       {"", result.Service{Verdict: result.Same}, false, "no image before"},
	} {
		w := &work{run: &run{opt: Options{AcceptWorse: c.accept}}, old: c.old, res: c.res}
		if got := w.notToDeploy(); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// History gives the days from an advisory to its fix being live.
func TestMeanWorst(t *testing.T) {
	mean, worst, fixes := MeanWorst([]Past{{Lived: []Lived{{"a", 1}, {"b", 5}}}, {}, {Lived: []Lived{{"c", 3}}}})
	if mean != 3 || worst != 5 || fixes != 3 {
		t.Errorf("%v, %v, %d", mean, worst, fixes)
	}
	if mean, _, fixes := MeanWorst(nil); mean != 0 || fixes != 0 {
		t.Errorf("of nothing: %v, %d", mean, fixes)
	}
}
