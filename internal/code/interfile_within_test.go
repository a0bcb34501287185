package code

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/resolve"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/testenv"
)

// indexSensitive are the rules of the shared suite that find more across functions: there an element with a constant
// key is a place of its own, and putting something safe into one element does not clean the others.
var indexSensitive = map[string]bool{"taint_array": true, "taint_exact_sources": true}

// TestAcrossFindsWhatIsWithin runs the taint rules of the shared suite with and without options.interfile. Its targets
// are single files made for analysis within functions, so both find the same.
func TestAcrossFindsWhatIsWithin(t *testing.T) {
	needTrees(t)
	dir := testenv.Shared(t, "semgrep-conformance", "rules")
	loaded, _ := rule.Load(os.DirFS(dir), "rules")
	targets, err := os.ReadDir(filepath.Join(dir, "targets"))
	if err != nil {
		t.Fatal(err)
	}
	stem := func(s string) string { return strings.TrimSuffix(filepath.Base(s), filepath.Ext(s)) }
	cases := 0
	for _, r := range loaded {
		for _, e := range targets {
			l := ast.LangOf(e.Name())
			if r.Mode != rule.Taint || stem(e.Name()) != stem(r.File) || l == nil || !resolve.Follows(l.Name) {
				continue
			}
			src, err := os.ReadFile(filepath.Join(dir, "targets", e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			lines := func(across bool) map[int]bool {
				c := *r
				c.Options.Interfile, c.Options.NoValues = across, true
				eng, _ := New([]*rule.Rule{&c}, Options{Workers: 1})
				out := map[int]bool{}
				for _, f := range eng.File(e.Name(), src).Findings {
					out[f.Location.Line] = true
				}
				return out
			}
			within, across := lines(false), lines(true)
			cases++
			for line := range within {
				if !across[line] {
					t.Errorf("%s: line %d is found within functions only", e.Name(), line)
				}
			}
			for line := range across {
				if !within[line] && !indexSensitive[stem(e.Name())] {
					t.Errorf("%s: line %d is found across functions only", e.Name(), line)
				}
			}
		}
	}
	if cases < 100 {
		t.Errorf("only %d cases", cases)
	}
}
