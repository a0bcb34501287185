package gitrepo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var who = &object.Signature{Name: "a", Email: "a@example.org", When: time.Unix(1_700_000_000, 0)}

// repo makes a repository with one commit of the files.
func repo(t *testing.T, files map[string]string) (dir, hash string) {
	t.Helper()
	dir = t.TempDir()
	r, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, files)
	tree, err := r.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.AddGlob("."); err != nil {
		t.Fatal(err)
	}
	h, err := tree.Commit("first", &git.CommitOptions{Author: who})
	if err != nil {
		t.Fatal(err)
	}
	return dir, h.String()
}

func TestExport(t *testing.T) {
	dir, hash := repo(t, map[string]string{"a.txt": "one", "b/c.txt": "two"})
	write(t, dir, map[string]string{"a.txt": "changed", "new.txt": "x"})
	r, err := Open(filepath.Join(dir, "b"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HEAD", "master", hash, hash[:7]} {
		got, err := r.Commit(name)
		if err != nil || got != hash {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	to := t.TempDir()
	if err := r.Export(hash, to); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.txt": "one", "b/c.txt": "two"} {
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "new.txt")); err == nil {
		t.Error("what is not committed was exported")
	}
	for name, want := range map[string]bool{"a.txt": true, "new.txt": false} {
		if got, err := r.Tracks(name); err != nil || got != want {
			t.Errorf("%s is tracked: %v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoCommit(t *testing.T) {
	dir, _ := repo(t, map[string]string{"a": "b"})
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "nope", "HEAD~5", "HEAD^{", "@{-1", "0000000", ":/x", "--help", "\x00"} {
		if h, err := r.Commit(name); err == nil {
			t.Errorf("%q is %s", name, h)
		}
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no git repository") {
		t.Errorf("no repository: %v", err)
	}
}

// hostileTree stores a tree whose entries lead out of the folder, as no git program would write it.
func hostileTree(t *testing.T, r *git.Repository, folder string) plumbing.Hash {
	t.Helper()
	blob := func(text string) plumbing.Hash {
		o := r.Storer.NewEncodedObject()
		o.SetType(plumbing.BlobObject)
		w, err := o.Writer()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		w.Close()
		h, err := r.Storer.SetEncodedObject(o)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	tree := func(entries ...object.TreeEntry) plumbing.Hash {
		o := r.Storer.NewEncodedObject()
		o.SetType(plumbing.TreeObject)
		w, err := o.Writer()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries { // by hand: the library's encoder refuses such names
			fmt.Fprintf(w, "%o %s\x00%s", e.Mode, e.Name, e.Hash[:])
		}
		w.Close()
		h, err := r.Storer.SetEncodedObject(o)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	evil := blob("evil")
	top := tree(
		object.TreeEntry{Name: folder, Mode: filemode.Dir,
			Hash: tree(object.TreeEntry{Name: "config", Mode: filemode.Regular, Hash: evil})},
		object.TreeEntry{Name: "good", Mode: filemode.Regular, Hash: blob("good")},
		object.TreeEntry{Name: "link", Mode: filemode.Symlink, Hash: blob("../../outside")},
		object.TreeEntry{Name: "rooted", Mode: filemode.Symlink, Hash: blob("/etc")},
		object.TreeEntry{Name: "within", Mode: filemode.Symlink, Hash: blob("good")},
	)
	o := r.Storer.NewEncodedObject()
	if err := (&object.Commit{Author: *who, Committer: *who, Message: "m", TreeHash: top}).Encode(o); err != nil {
		t.Fatal(err)
	}
	h, err := r.Storer.SetEncodedObject(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestExportStaysWithin(t *testing.T) {
	dir, _ := repo(t, map[string]string{"a": "b"})
	plain, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	hash := hostileTree(t, plain, "folder")
	refused := []plumbing.Hash{hostileTree(t, plain, ".git"), hostileTree(t, plain, "..")}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range refused {
		if err := r.Export(h.String(), t.TempDir()); err == nil {
			t.Error("a name that git itself refuses was exported")
		}
	}
	to := t.TempDir()
	if err := r.Export(hash.String(), to); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(to)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "folder good within" {
		t.Errorf("exported %s", got)
	}
}

// Git's own configuration can name programs; none of them runs.
func TestNothingOfTheRepositoryRuns(t *testing.T) {
	dir, hash := repo(t, map[string]string{"a.txt": "b", ".gitattributes": "*.txt diff=x filter=x\n"})
	mark := filepath.Join(t.TempDir(), "ran")
	hook := filepath.Join(dir, ".git", "hooks", "post-checkout")
	write(t, dir, map[string]string{".git/hooks/post-checkout": "#!/bin/sh\ntouch " + mark + "\n"})
	if err := os.Chmod(hook, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, ".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	run := "touch " + mark
	if _, err := f.WriteString("[core]\n\tfsmonitor = " + run + "\n[diff \"x\"]\n\ttextconv = " + run +
		"\n[filter \"x\"]\n\tsmudge = " + run + "\n\tclean = " + run + "\n"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Commit("HEAD"); err != nil {
		t.Fatal(err)
	}
	if err := r.Export(hash, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Tracks("a.txt"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a program that the repository names was run")
	}
}
