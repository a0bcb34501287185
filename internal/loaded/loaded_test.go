package loaded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/syntax"
)

// TestLoaded holds testdata/*.txtar: a project, a file `packages` with "purl [needs ...]" a line, and a file `want` with
// "name answer [path:line]" a line.
func TestLoaded(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without syntax trees")
	}
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) < 4 {
		t.Fatalf("only %d projects", len(files))
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { project(t, name) })
	}
}

func project(t *testing.T, name string) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var packages []*inventory.Package
	var want, started []string
	for _, f := range a.Files {
		switch text := string(f.Data); f.Name {
		case "packages":
			packages = readPackages(text)
		case "want":
			want = strings.Split(strings.TrimSpace(text), "\n")
		case "command":
			started = strings.Fields(text)
		default:
			p := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tree, err := source.Walk(dir, source.Options{Wanted: Wanted})
	if err != nil {
		t.Fatal(err)
	}
	uses, err := Read(context.Background(), tree)
	if err != nil {
		t.Fatal(err)
	}
	if started != nil {
		uses.Started(started, Place{Path: "compose.yml", Line: 1, Shown: true})
	}
	verdicts := uses.Of(packages)
	var got []string
	for _, p := range packages {
		line := p.Name + " " + string(verdicts[p].Reachable)
		if at := verdicts[p].At; at.Path != "" {
			line += fmt.Sprintf(" %s:%d", at.Path, at.Line)
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func readPackages(text string) (out []*inventory.Package) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		fields := strings.Fields(line)
		purl := fields[0]
		kind, name, _ := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
		name, _, _ = strings.Cut(name, "@")
		name = strings.ReplaceAll(name, "%40", "@")
		if kind == "maven" {
			name = strings.ReplaceAll(name, "/", ":")
		}
		p := &inventory.Package{Name: name, PURL: purl}
		for _, n := range fields[1:] {
			if at, ok := strings.CutPrefix(n, "@"); ok { // where it was found
				p.Paths = append(p.Paths, at)
				continue
			}
			p.Requires = append(p.Requires, inventory.Requirement{Name: n})
		}
		out = append(out, p)
	}
	return out
}

func FuzzRead(f *testing.F) {
	f.Add("a.py", "import os.path as p\nfrom a.b import c\n__import__(x)\n")
	f.Add("a.js", "import x from 'y'; require(`z`)")
	f.Add("A.java", "import static a.b.C.*; class A { { Class.forName(x); } }")
	f.Add("package.json", `{"scripts": {"a": "b"}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		if !Wanted(filepath.Base(name)) || strings.ContainsAny(name, "\x00") {
			return
		}
		dir := t.TempDir()
		if os.WriteFile(filepath.Join(dir, filepath.Base(name)), []byte(text), 0o600) != nil {
			return
		}
		tree, err := source.Walk(dir, source.Options{Wanted: Wanted})
		if err != nil {
			return
		}
		uses, err := Read(context.Background(), tree)
		if err != nil {
			t.Fatal(err)
		}
		uses.Of(readPackages("pkg:pypi/a@1 b\npkg:npm/y@1\npkg:maven/a.b/c@1\npkg:pypi/b@1"))
	})
}
