package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/testenv"
)

// sample is one Dockerfile of a rule's fixture with the lines on which the rule fires.
type sample struct {
	name   string
	src    string
	fires  map[int]bool
	config *lint.Config
	ctx    lint.Context
}

// readFixture reads testdata/<id>.txt: Dockerfiles parted by lines of three dashes. A line that begins with "> " is one
// on which the rule fires; the mark is no part of the file. A first part that begins with "config:" is the
// configuration for all that follow.
func readFixture(t testing.TB, path string) []sample {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	cfg := &lint.Config{}
	for i, part := range strings.Split(string(b), "---\n") {
		if yaml, ok := strings.CutPrefix(part, "config:\n"); ok {
			cfg = writeConfig(t, yaml)
			continue
		}
		s := sample{name: fmt.Sprintf("%s#%d", filepath.Base(path), i), fires: map[int]bool{}, config: cfg}
		if head, rest, ok := strings.Cut(part, "\n"); ok && strings.HasPrefix(head, "context: ") {
			s.ctx, part = context(t, strings.Fields(head)[1:]), rest
		}
		var lines []string
		for n, l := range strings.SplitAfter(part, "\n") {
			if rest, ok := strings.CutPrefix(l, "> "); ok {
				s.fires[n+1], l = true, rest
			}
			lines = append(lines, l)
		}
		s.src = strings.Join(lines, "")
		out = append(out, s)
	}
	return out
}

func writeConfig(t testing.TB, yaml string) *lint.Config {
	t.Helper()
	p := filepath.Join(t.TempDir(), ".hadolint.yaml")
	if err := os.WriteFile(p, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := lint.ReadConfig(p)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// lines are the first lines of the instructions on which a rule fires.
func lines(f *dockerfile.File, found []finding.Finding, is func(finding.Finding) bool) map[int]bool {
	start := map[int]int{}
	for _, in := range f.Instructions {
		for l := in.Line; l <= in.EndLine; l++ {
			start[l] = in.Line
		}
	}
	out := map[int]bool{}
	for _, fi := range found {
		if is(fi) {
			l := fi.Location.Line
			if s, ok := start[l]; ok {
				l = s
			}
			out[l] = true
		}
	}
	return out
}

func sorted(m map[int]bool) []int {
	var out []int
	for l := range m {
		out = append(out, l)
	}
	sort.Ints(out)
	return out
}

// TestFixtures holds every rule to its fixture, exactly and in both directions; a rule without three firing and three
// silent samples fails.
func TestFixtures(t *testing.T) {
	for _, rule := range append([]lint.Rule{lint.ShellRule}, All...) {
		t.Run(rule.ID, func(t *testing.T) {
			firing, silent := 0, 0
			for _, s := range readFixture(t, filepath.Join("testdata", rule.ID+".txt")) {
				f := dockerfile.Parse([]byte(s.src))
				found := lint.Run(f, "Dockerfile", All, s.config, &s.ctx)
				got := lines(f, found, func(fi finding.Finding) bool {
					if rule.Code() == "" {
						return fi.Rule == rule.ID
					}
					return contains(fi.Aliases, rule.Code()) // what only BuildKit reports has its name alone
				})
				if fmt.Sprint(sorted(got)) != fmt.Sprint(sorted(s.fires)) {
					t.Errorf("%s fires on %v, not on %v:\n%s", s.name, sorted(got), sorted(s.fires), s.src)
				}
				checkFixes(t, f, found)
				if len(s.fires) > 0 {
					firing++
				} else {
					silent++
				}
			}
			if firing < 3 || silent < 3 {
				t.Errorf("%d samples fire and %d do not; three of each are wanted", firing, silent)
			}
		})
	}
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}

// checkFixes makes every fix by itself: the file must still parse, and the finding must be gone.
func checkFixes(t *testing.T, f *dockerfile.File, found []finding.Finding) {
	t.Helper()
	for _, fi := range found {
		if len(fi.Fix.Edits) == 0 {
			continue
		}
		var edits []dockerfile.Edit
		for _, e := range fi.Fix.Edits {
			edits = append(edits,
				dockerfile.Replace(dockerfile.Span{Start: offset(f, e.Line, e.Column),
					End: offset(f, e.EndLine, e.EndColumn)}, e.NewText))
		}
		out, err := f.Apply(edits...)
		if err != nil {
			t.Errorf("%s: %v", fi.Rule, err)
			continue
		}
		if g := dockerfile.Parse(out); len(g.Problems) > len(f.Problems) {
			t.Errorf("%s: the fix breaks the file: %v\n%s", fi.Rule, g.Problems, out)
		}
	}
}

func offset(f *dockerfile.File, line, column int) int {
	at := f.LineSpan(line).Start
	for ; column > 1; column-- {
		at++
		for at < len(f.Src) && f.Src[at]&0xC0 == 0x80 {
			at++
		}
	}
	return at
}

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestRulesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Described() {
		if !kebab.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%q is no id, or is there twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Description == "" || r.Remedy == "" || r.Severity == "" || r.Gate == "" {
			t.Errorf("%s: something is missing: %+v", r.ID, r)
		}
		if strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: the title ends in a full stop", r.ID)
		}
	}
}

func TestDocumented(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "dockerfile.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Described() {
		if !strings.Contains(string(b), "`"+r.ID+"`") || len(r.Aliases) > 0 &&
			!strings.Contains(string(b), r.Aliases[0]) {
			t.Errorf("docs/dockerfile.md does not list %s", r.ID)
		}
	}
}
