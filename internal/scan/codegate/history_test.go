package codegate

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

const (
	goneToken = "ghp_" + "lbSH4CWqHKWSJCtf6JdQKnIkM6IkV00NzVax"
	hereToken = "f9Qz7LxV2t" + "RmK3cWfD8sYpE1u"
)

// history makes a repository with a commit for each list of files; "" deletes one.
func history(t *testing.T, commits ...map[string]string) (dir string, hashes []string) {
	t.Helper()
	dir = t.TempDir()
	r, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	for i, files := range commits {
		for name, text := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if text == "" {
				if _, err := tree.Remove(name); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := tree.Add(name); err != nil {
				t.Fatal(err)
			}
		}
		who := &object.Signature{Name: "a", Email: "a@example.org", When: time.Unix(1_700_000_000+int64(i)*86_400, 0)}
		h, err := tree.Commit("c", &git.CommitOptions{Author: who, AllowEmptyCommits: true})
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, h.String())
	}
	return dir, hashes
}

func lookAtHistory(t *testing.T, dir string) *gate.Result {
	t.Helper()
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	res, err := run(context.Background(), &target.Target{Name: dir, Root: dir, Dirs: []string{dir}},
		&gate.Options{History: true})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// What HEAD has no more is told with its first and last commit, what it still has by the source alone, each once.
func TestHistory(t *testing.T) {
	dir, hashes := history(t,
		map[string]string{"a.txt": "one\n", "keep.env": "API_KEY=" + hereToken + "\n"},
		map[string]string{"conf/a.txt": "one\ntwo = " + goneToken + "\n"},
		map[string]string{"conf/a.txt": "zero\none\ntwo = " + goneToken + "\nthree\n"},
		map[string]string{"conf/a.txt": "zero\n", "old.env": "API_KEY=" + hereToken},
		map[string]string{"old.env": "", "bin.dat": "\x00" + goneToken},
		map[string]string{"bin.dat": ""},
	)
	res := lookAtHistory(t, dir)
	var old []finding.Finding
	source := 0
	for _, f := range res.Findings {
		if f.History != nil {
			old = append(old, f)
		} else if strings.HasPrefix(f.Rule, "secret-") {
			source++
		}
	}
	if source != 1 || len(old) != 1 {
		t.Fatalf("%d in the source, want 1; %d in the history, want 1: %+v", source, len(old), old)
	}
	f := old[0]
	if f.Location.Path != "conf/a.txt" || f.Location.Line != 2 || f.History.First != hashes[1] ||
		f.History.Last != hashes[2] || f.History.FirstDate != "2023-11-15" || f.Kind != finding.KindSecret {
		t.Errorf("%s:%d, %+v; commits %v", f.Location.Path, f.Location.Line, f.History, hashes)
	}
	var b bytes.Buffer
	r := &report.Report{Findings: res.Findings, Warnings: res.Warnings}
	if err := r.Encode(&b); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{goneToken, hereToken} {
		if strings.Contains(b.String(), token) || strings.Contains(b.String(), token[6:20]) {
			t.Error("the report shows a secret")
		}
	}
	without, err := run(context.Background(), &target.Target{Name: dir, Root: dir, Dirs: []string{dir}}, &gate.Options{})
	if err != nil || len(without.Findings) != source {
		t.Errorf("nobody asked for the history: %d findings, %v", len(without.Findings), err)
	}
}

// Where no history can be read it is said, and the gate is partial.
func TestHistoryThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.py"), []byte("x = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	told := false
	for _, in := range lookAtHistory(t, dir).Inputs {
		told = told || in.Status == report.Skipped && strings.Contains(in.Reason, "git history")
	}
	if !told {
		t.Error("no input says that there is no history")
	}
}

// A repository's own configuration starts nothing, and no git program is looked for.
func TestHistoryRunsNothing(t *testing.T) {
	dir, _ := history(t, map[string]string{"a.env": "TOKEN=" + goneToken + "\n",
		".gitattributes": "* diff=leak filter=leak\n"}, map[string]string{"a.env": "x=1\n"})
	canary := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(t.TempDir(), "script")
	body := []byte("#!/bin/sh\ntouch " + canary + "\ncat\n")
	for _, path := range []string{script, filepath.Join(dir, ".git", "hooks", "post-checkout"),
		filepath.Join(dir, ".git", "hooks", "pre-commit"), filepath.Join(dir, ".git", "hooks", "reference-transaction")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfsmonitor = " + script + "\n\tpager = " + script +
		"\n\tsshCommand = " + script + "\n[diff \"leak\"]\n\ttextconv = " + script + "\n\tcommand = " + script +
		"\n[filter \"leak\"]\n\tclean = " + script + "\n\tsmudge = " + script + "\n\tprocess = " + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, ".git", "config"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "git"), body, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	found := false
	for _, f := range lookAtHistory(t, dir).Findings {
		found = found || f.History != nil
	}
	if !found {
		t.Error("the history was not read")
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("something of the repository's was run")
	}
}
