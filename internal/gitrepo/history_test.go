package gitrepo

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
)

// What a bound leaves out is told.
func TestHistoryBounds(t *testing.T) {
	dir, _ := repo(t, map[string]string{"a": "one", "b": strings.Repeat("x", 2000)})
	plain, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := plain.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		write(t, dir, map[string]string{"a": fmt.Sprint("text ", i)})
		if err := tree.AddGlob("."); err != nil {
			t.Fatal(err)
		}
		if _, err := tree.Commit("more", &git.CommitOptions{Author: who}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := HistoryLimits{Commits: 100, Blob: 10_000, Bytes: 1 << 20, Time: time.Minute}
	for name, c := range map[string]struct {
		change func(*HistoryLimits)
		blobs  int
		unread string
	}{
		"all":     {func(*HistoryLimits) {}, 5, ""},
		"commits": {func(l *HistoryLimits) { l.Commits = 2 }, 3, "more than 2 commits"},
		"long":    {func(l *HistoryLimits) { l.Blob = 1000 }, 4, "1 text of more than"},
		"bytes":   {func(l *HistoryLimits) { l.Bytes = 10 }, 1, "the newest ones were not read"},
		"time":    {func(l *HistoryLimits) { l.Time = -time.Second }, 0, "no more than 0 of 4 commits"},
	} {
		limits := all
		c.change(&limits)
		seen := 0
		h, err := r.History(context.Background(), limits, func(string) bool { return true }, func(Blob) { seen++ })
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(h.Unread, "; "); seen != c.blobs || h.Blobs != seen || !strings.Contains(got, c.unread) ||
			(c.unread == "") != (got == "") {
			t.Errorf("%s: %d texts, want %d; %q, want %q", name, seen, c.blobs, got, c.unread)
		}
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.History(stopped, all, func(string) bool { return true }, func(Blob) {}); err == nil {
		t.Error("it goes on after it was told to stop")
	}
}

// Objects that are not here, as of a shallow clone, are told.
func TestHistoryWithGaps(t *testing.T) {
	dir, _ := repo(t, map[string]string{"a": "one"})
	plain, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	hostileTree(t, plain, "folder")
	write(t, dir, map[string]string{".git/refs/heads/lost": strings.Repeat("a", 40) + "\n"})
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	h, err := r.History(context.Background(), DefaultHistoryLimits, func(string) bool { return true }, func(Blob) {})
	if err != nil || h.Blobs != 1 || len(h.Unread) != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}
