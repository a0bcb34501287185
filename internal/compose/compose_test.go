package compose

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
)

// TestRules holds each rule to its examples: testdata/<id>.txtar, a file an example, its name what it shows. A comment
// `# fires: SEVERITY` stands on each line where a finding is, or on the line of the service's name for the service as a
// whole, and nowhere else.
func TestRules(t *testing.T) {
	for i := range all {
		r := &all[i]
		t.Run(r.ID, func(t *testing.T) {
			a, err := txtar.ParseFile(filepath.Join("testdata", r.ID+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			fires, silent := 0, 0
			for _, f := range a.Files {
				want := marks(string(f.Data))
				if len(want) > 0 {
					fires++
				} else {
					silent++
				}
				if got := run(t, r, f.Data); !slices.Equal(got, want) {
					t.Errorf("%s: got %v, want %v", f.Name, got, want)
				}
			}
			if fires == 0 || silent == 0 {
				t.Errorf("%d examples fire and %d do not: each rule needs both", fires, silent)
			}
		})
	}
}

// marks lists "LINE SEVERITY" of an example.
func marks(text string) (out []string) {
	for i, line := range strings.Split(text, "\n") {
		if _, severities, ok := strings.Cut(line, "# fires: "); ok {
			for _, s := range strings.Fields(severities) {
				out = append(out, fmt.Sprintf("%d %s", i+1, s))
			}
		}
	}
	return out
}

func run(t *testing.T, r *Rule, text []byte) (out []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := stack.Load(context.Background(), []string{dir},
		stack.Options{Name: "x", Root: dir, Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	h.Services(func(st *stack.Stack, s *stack.Service) {
		svc := &Service{Service: s, Stack: st, ImageHealth: "no"}
		r.Check(svc, func(f Found) {
			made := r.finding(svc, f)
			out = append(out, fmt.Sprintf("%d %s", made.Location.Line, made.Severity))
		})
	})
	slices.SortFunc(out, func(a, b string) int { return line(a) - line(b) })
	return out
}

func line(s string) (n int) {
	fmt.Sscan(s, &n)
	return n
}

func TestEveryRuleSaysEverything(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Description == "" || r.Remedy == "" || len(r.CWE) == 0 || r.Severity == "" ||
			r.Gate != finding.GateCompose || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s lacks something: %+v", r.ID, r)
		}
	}
}

// Two findings of a service have two identities, and a value never becomes part of a finding.
func TestIdentityAndSecrets(t *testing.T) {
	const canary = "Canary7f3aSecretValue"
	s := &Service{Stack: &stack.Stack{Name: "s"}, Service: &stack.Service{Name: "web",
		Environment: []stack.EnvVar{{Name: "API_TOKEN", Value: canary, Known: true, Written: true}},
		Rights:      stack.Rights{CapAdd: []stack.Setting{{Text: "SYS_ADMIN", Set: true}, {Text: "SYS_PTRACE", Set: true}}}}}
	ids := map[string]bool{}
	secret := false
	for _, f := range Check(s) {
		if ids[f.ID] {
			t.Errorf("%s %s has the id of another", f.Rule, f.Title)
		}
		ids[f.ID] = true
		secret = secret || f.Rule == "secret-in-compose-file"
		if strings.Contains(fmt.Sprintf("%+v", f), canary) {
			t.Errorf("%s shows the value", f.Rule)
		}
	}
	if !secret {
		t.Error("the secret was not found")
	}
}

// docs/compose.md lists every rule with its severity and title.
func TestDocsListTheRules(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "compose.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		var sections []string
		for _, s := range r.Standards {
			sections = append(sections, strings.TrimPrefix(s, "CIS Docker 1.6.0 "))
		}
		row := fmt.Sprintf("| `%s` | %s | %s | %s |\n", r.ID, r.Severity, strings.Join(sections, ", "),
			strings.ToLower(r.Title[:1])+r.Title[1:])
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/compose.md lacks the row %s", row)
		}
	}
}
