package sbom

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/inventory"
)

// unpack writes a txtar archive into a folder of the test's own.
func unpack(t testing.TB, archive string) string {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		p := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// brief is a package in one line: what the tests compare.
func brief(p *inventory.Package) string {
	s := fmt.Sprintf("%s %s %s", p.Ecosystem, p.Name, p.Version)
	for _, m := range []struct {
		on   bool
		word string
	}{{p.Dev, "dev"}, {p.Direct, "direct"}, {p.Range, "range"}} {
		if m.on {
			s += " " + m.word
		}
	}
	if len(p.Licences) > 0 {
		s += " " + strings.Join(p.Licences, ",")
	}
	s += " " + strings.Join(p.Paths, ",")
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
	}
	return s
}

func briefs(ps []inventory.Package) string {
	var b strings.Builder
	for i := range ps {
		b.WriteString(brief(&ps[i]) + "\n")
	}
	return b.String()
}

var update = flag.Bool("update", false, "write what is found into testdata/trees")

// Each file of testdata/trees is a tree as txtar; its comment is what is to be found, one package a line, then one
// problem a line after "!".
func TestFromDir(t *testing.T) {
	files, err := filepath.Glob("testdata/trees/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no trees", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			inv, err := FromDir(context.Background(), unpack(t, string(data)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := briefs(inv.Packages)
			for _, p := range inv.Problems {
				got += fmt.Sprintf("! %s: %s\n", p.Path, p.Reason)
			}
			if *update {
				a := txtar.Parse(data)
				a.Comment = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := strings.TrimLeft(string(txtar.Parse(data).Comment), "\n")
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestFromDirStaysInside(t *testing.T) {
	outside := unpack(t, "-- secret.txt --\nstolen==1.0\n")
	dir := unpack(t, "-- requirements.txt --\n-r up.txt\n-r ../"+filepath.Base(outside)+"/secret.txt\n-r "+outside+
		"/secret.txt\nflask==2.0\n")
	if err := os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "up.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "requirements")); err != nil {
		t.Fatal(err)
	}
	inv, err := FromDir(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := briefs(inv.Packages), "PyPI flask 2.0 direct requirements.txt:4\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFromDirErrors(t *testing.T) {
	if _, err := FromDir(context.Background(), filepath.Join(t.TempDir(), "none"), Options{}); clierr.Code(
		err) != clierr.ExitInput {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := FromDir(ctx, t.TempDir(), Options{}); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}
