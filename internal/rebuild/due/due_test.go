package due

import (
	"io"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

var today = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// An image is due by its age where its age is known; a clock that is wrong makes it unknown, and so does a builder that
// writes no time.
func TestAge(t *testing.T) {
	c := check{opt: &Options{MaxAge: 30 * day}, now: today}
	for created, want := range map[string]string{
		"2026-11-20T00:00:00Z": "", "2026-10-01T00:00:00.5Z": "due: 60 days ago", "2026-12-01T06:00:00Z": "",
		"2027-06-01T00:00:00Z": "a clock is wrong", "1970-01-01T00:00:00Z": "wrote no time", "": "wrote no time",
	} {
		due, why := c.age(&report.Image{Created: created})
		got := why
		if due != nil {
			got = "due: " + due.Evidence
		}
		for _, part := range strings.Split(strings.TrimPrefix(want, "due: "), "; ") {
			if want == "" && got != "" || !strings.Contains(got, part) ||
				strings.HasPrefix(want, "due: ") != (due != nil) {
				t.Errorf("%q: %q, want %q", created, got, want)
			}
		}
	}
}

func TestEndOfLife(t *testing.T) {
	c := check{now: today}
	for _, x := range []struct {
		id, version string
		due         bool
	}{
		{"debian", "11", true}, {"debian", "12", false}, {"alpine", "3.19.4", true}, {"alpine", "3.22.1", false},
		{"ubuntu", "20.04", true}, {"ubuntu", "24.04", false}, {"centos", "7.9.2009", true}, {"nonsense", "1", false},
		{"debian", "", false},
	} {
		due := c.release(&report.Image{Distro: report.Distro{ID: x.id, Version: x.version}})
		if (due != nil) != x.due {
			t.Errorf("%s %s: %v", x.id, x.version, due)
		}
	}
}

// A file that the build takes and that is newer than the image counts, unless its content is committed; then the commit
// counts by its own time.
func TestSource(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(name, text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	built := today.Add(-10 * day)
	older, newer := built.Add(-day), built.Add(day)
	write("Dockerfile", "FROM a\nCOPY app.py lib* ./\n", older)
	write("app.py", "1", older)
	write("notes.md", "1", newer)
	write("ignored.pyc", "1", newer)
	write(".dockerignore", "lib-ignored\n", older)
	write("lib-ignored", "1", newer)
	u := target.Unit{Context: ".", Dockerfile: "Dockerfile"}
	img := &report.Image{Created: built.Format(time.RFC3339)}
	look := func() string {
		t.Helper()
		c := check{opt: &Options{}, now: today, t: &target.Target{Root: "."}}
		due, why := c.source(t.Context(), &u, img)
		if due == nil {
			return why
		}
		return due.Evidence
	}
	if got := look(); got != "" {
		t.Errorf("nothing that is built from is newer: %s", got)
	}
	write("app.py", "2", newer)
	if got := look(); !strings.HasPrefix(got, "app.py was changed on 2026-11-21") {
		t.Error(got)
	}
	repo, err := git.PlainInit(".", false)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	commit := func(at time.Time) {
		t.Helper()
		if err := tree.AddGlob("."); err != nil {
			t.Fatal(err)
		}
		who := &object.Signature{Name: "a", Email: "a@example.com", When: at}
		if _, err := tree.Commit("x", &git.CommitOptions{Author: who, Committer: who}); err != nil {
			t.Fatal(err)
		}
	}
	commit(older)
	if got := look(); got != "" {
		t.Errorf("a clone's files are new, and what is in them is old: %s", got)
	}
	write("app.py", "three", newer.Add(time.Hour))
	if got := look(); !strings.HasPrefix(got, "app.py was changed") {
		t.Error(got)
	}
	commit(newer)
	if got := look(); !strings.HasPrefix(got, "commit ") || !strings.Contains(got, "2026-11-21") {
		t.Error(got)
	}
}
