package code

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/testenv"
)

// spot is where a rule matches, by bytes.
type spot struct {
	rule, path      string
	line, col       int
	endLine, endCol int
}

func (s spot) String() string {
	return fmt.Sprintf("%s %s:%d:%d-%d:%d", s.rule, s.path, s.line, s.col, s.endLine, s.endCol)
}

// Rules of our own on trees as they are published: what semgrep itself finds there and what drydock finds. The files
// that neither reads in full are left out of the comparison.
func TestAgainstSemgrep(t *testing.T) {
	tool := testenv.Tool(t, "semgrep")
	sources := filepath.Join(testenv.Peers(), "sources")
	if _, err := os.Stat(filepath.Join(sources, "express")); err != nil {
		testenv.Absent(t, "published sources (.ci/peers sources)")
	}
	testenv.Slow(t)
	for _, c := range []struct {
		lang  string
		trees []string
		// of what semgrep finds at least this share has to be found, and of what drydock finds it has to be semgrep's
		// too
		found, right float64
	}{
		{"python", []string{"flask-3.1.3/src", "requests-2.34.2/src", "Django-4.2.7/django/contrib/auth",
			"Django-4.2.7/django/http"}, 97, 97},
		{"javascript", []string{"express", "Django-4.2.7/js_tests/admin", "Django-4.2.7/django/contrib/gis/static"}, 90,
			95},
	} {
		t.Run(c.lang, func(t *testing.T) {
			rules := filepath.Join("testdata", "trees", c.lang+".yaml")
			both, missed, extra := 0, map[string][]spot{}, map[string][]spot{}
			nm, ne := 0, 0
			for _, tree := range c.trees {
				dir := copyOf(t, filepath.Join(sources, filepath.FromSlash(tree)))
				theirs := semgrepFinds(t, tool, rules, dir)
				ours := drydockFinds(t, rules, dir)
				for s := range theirs {
					if ours[s] {
						both++
					} else {
						nm++
						missed[s.rule] = append(missed[s.rule], s)
					}
				}
				for s := range ours {
					if !theirs[s] {
						ne++
						extra[s.rule] = append(extra[s.rule], s)
					}
				}
			}
			found, right := percent(both, nm), percent(both, ne)
			t.Logf(
				"%s: %.1f %% of semgrep's %d matches found, %.1f %% of drydock's %d are semgrep's",
				c.lang,
				found,
				both+nm,
				right,
				both+ne,
			)
			if os.Getenv("DRYDOCK_SHOW") != "" {
				show(t, "only semgrep", missed)
				show(t, "only drydock", extra)
			}
			if found < c.found || right < c.right {
				t.Errorf("%s: want %.0f %% and %.0f %%", c.lang, c.found, c.right)
			}
		})
	}
}

func percent(both, not int) float64 { return 100 * float64(both) / float64(max(both+not, 1)) }

func show(t *testing.T, what string, by map[string][]spot) {
	for id, list := range by {
		sort.Slice(list, func(i, j int) bool { return list[i].String() < list[j].String() })
		t.Logf("%s: %s: %d", what, id, len(list))
		for _, s := range list[:min(len(list), 4)] {
			t.Logf("    %s", s)
		}
	}
}

// copyOf copies a tree to where no ignore rules of a repository around it count.
func copyOf(t *testing.T, from string) string {
	dir := filepath.Join(t.TempDir(), "tree")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".semgrepignore"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func semgrepFinds(t *testing.T, tool, rules, dir string) map[spot]bool {
	cmd := exec.Command(
		tool,
		"scan",
		"--quiet",
		"--metrics=off",
		"--disable-version-check",
		"--disable-nosem",
		"--no-git-ignore",
		"--max-target-bytes=0",
		"--json",
		"--config",
		rules,
		dir,
	)
	cmd.Stderr = os.Stderr
	data, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var o struct {
		Results []struct {
			CheckID    string `json:"check_id"`
			Path       string
			Start, End struct{ Line, Col int }
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	for _, e := range o.Errors {
		t.Log("semgrep:", e.Message)
	}
	out := map[spot]bool{}
	for _, r := range o.Results {
		rel, err := filepath.Rel(dir, r.Path)
		if err != nil {
			t.Fatal(err)
		}
		out[spot{r.CheckID[strings.LastIndexByte(r.CheckID, '.')+1:], filepath.ToSlash(rel), r.Start.Line, r.Start.Col,
			r.End.Line, r.End.Col}] = true
	}
	return out
}

func drydockFinds(t *testing.T, rules, dir string) map[spot]bool {
	list, errs := rule.LoadPaths(rules)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	eng, errs := New(list, Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	tree, err := source.Walk(dir, source.Options{Wanted: eng.Wanted})
	if err != nil {
		t.Fatal(err)
	}
	out := map[spot]bool{}
	for i := range tree.Files {
		src, reason := tree.Files[i].Read(0)
		if reason != "" {
			continue
		}
		for _, x := range eng.File(tree.Files[i].Rel, src).Findings {
			l := x.Location
			out[spot{x.Rule, l.Path, l.Line, l.Column, l.EndLine, l.EndColumn}] = true
		}
	}
	return out
}
