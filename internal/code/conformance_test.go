package code

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/syntax"
	"github.com/drydock/drydock/internal/testenv"
)

// expected is what the real semgrep found.
type expected struct {
	Unusable []string `json:"unusable_rules"`
	Partial  []string `json:"partially_parsed"`
	Matches  [][]any  `json:"matches"`
}

type place struct {
	rule, target string
	line         int
}

// tally counts agreement in one language.
type tally struct{ both, missed, extra int }

func (t tally) String() string {
	pc := func(a, b int) float64 {
		if b == 0 {
			return 100
		}
		return 100 * float64(a) / float64(b)
	}
	return fmt.Sprintf(
		"found %5.1f %% of %d, right %5.1f %% of %d",
		pc(t.both, t.both+t.missed),
		t.both+t.missed,
		pc(t.both, t.both+t.extra),
		t.both+t.extra,
	)
}

// TestConformance compares with what semgrep found on its own engine tests and prints the agreement. To see
// disagreements: DRYDOCK_SHOW=python (a language), python/rule-id, or rules/rule-id.
func TestConformance(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	show := os.Getenv("DRYDOCK_SHOW")
	total := map[string]*tally{}
	dir := testenv.Shared(t, "semgrep-conformance", "patterns")
	langs, _ := os.ReadDir(dir)
	for _, l := range langs {
		if show != "" && !strings.HasPrefix(show, l.Name()) {
			continue
		}
		d := filepath.Join(dir, l.Name())
		total["patterns/"+l.Name()] = compareDir(
			t,
			l.Name(),
			filepath.Join(d, "rules.yaml"),
			filepath.Join(d, "targets"),
			filepath.Join(d, "expected.json"),
			show,
			nil,
		)
	}
	if show == "" || strings.HasPrefix(show, "rules") {
		d := testenv.Shared(t, "semgrep-conformance", "rules")
		compareDir(
			t,
			"rules",
			filepath.Join(d, "rules"),
			filepath.Join(d, "targets"),
			filepath.Join(d, "expected.json"),
			show,
			total,
		)
	}
	var names []string
	for n := range total {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		t.Logf("%-22s %s", n, total[n])
	}
}

// compareDir runs rules on targets. With by given, each rule file runs only on the target of its own name, and the
// counts go there by language.
func compareDir(t *testing.T, name, rules, targets, exp, show string, by map[string]*tally) *tally {
	t.Helper()
	var want expected
	b, err := os.ReadFile(exp)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	partial := set(want.Partial)
	unusable := set(want.Unusable)
	wanted := map[place]bool{}
	for _, m := range want.Matches {
		p := place{m[0].(string), m[1].(string), int(m[2].(float64))}
		if !partial[p.target] && !unusable[p.rule] {
			wanted[p] = true
		}
	}
	got := map[place]bool{}
	langOf := map[string]string{}
	loaded, errs := rule.Load(os.DirFS(filepath.Dir(rules)), filepath.Base(rules))
	for _, e := range errs {
		if show != "" {
			t.Log(e)
		}
	}
	parsed := map[string]*search.File{}
	entries, _ := os.ReadDir(targets)
	for _, r := range loaded {
		r.ID = r.ID[strings.LastIndexByte(r.ID, '.')+1:] // as the oracle cuts it
		langOf[r.ID] = r.Languages[0]
		if unusable[r.ID] || strings.Contains(show, "/") && !strings.HasSuffix(show, "/"+r.ID) {
			continue
		}
		for _, l := range r.Languages {
			p, err := search.Compile(r, l)
			if err != nil {
				if show != "" {
					t.Log(err)
				}
				continue
			}
			for _, e := range entries {
				stem := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
				if partial[e.Name()] ||
					by != nil && stem != strings.TrimSuffix(filepath.Base(r.File), filepath.Ext(r.File)) {
					continue
				}
				if by != nil && p.Lang != nil && ast.LangOf(e.Name()) != p.Lang {
					continue
				}
				key := e.Name() + "\x00" + l
				f := parsed[key]
				if f == nil {
					src, err := os.ReadFile(filepath.Join(targets, e.Name()))
					if err != nil {
						t.Fatal(err)
					}
					var tree *ast.Tree
					if p.Lang != nil {
						if tree, err = search.ParseTree(p.Lang, e.Name(), src, syntax.DefaultLimits); err != nil {
							t.Fatal(err)
						}
					}
					f = search.NewFile(e.Name(), src, tree)
					parsed[key] = f
				}
				for _, m := range runProgram(p, f) {
					line, _ := ast.Position(f.Src, int(m.Start))
					got[place{r.ID, e.Name(), line}] = true
				}
			}
		}
	}
	return count(t, name, wanted, got, langOf, show, by)
}

func count(
	t *testing.T,
	name string,
	wanted, got map[place]bool,
	langOf map[string]string,
	show string,
	by map[string]*tally,
) *tally {
	sum := &tally{}
	at := func(p place) *tally {
		if by == nil {
			return sum
		}
		l := "rules/" + langOf[p.rule]
		if by[l] == nil {
			by[l] = &tally{}
		}
		return by[l]
	}
	type diff struct {
		place
		sign string
	}
	var diffs []diff
	only := ""
	if i := strings.IndexByte(show, '/'); i >= 0 {
		only = show[i+1:]
	}
	for p := range wanted {
		if only != "" && p.rule != only {
			continue
		}
		if got[p] {
			at(p).both++
		} else {
			at(p).missed++
			diffs = append(diffs, diff{p, "missed"})
		}
	}
	for p := range got {
		if !wanted[p] {
			at(p).extra++
			diffs = append(diffs, diff{p, "extra "})
		}
	}
	if show != "" {
		sort.Slice(diffs, func(i, j int) bool {
			a, b := diffs[i], diffs[j]
			if a.rule != b.rule {
				return a.rule < b.rule
			}
			return a.target+fmt.Sprint(a.line) < b.target+fmt.Sprint(b.line)
		})
		for _, d := range diffs {
			t.Logf("%s %s %s:%d", d.sign, d.rule, d.target, d.line)
		}
	}
	return sum
}

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}
