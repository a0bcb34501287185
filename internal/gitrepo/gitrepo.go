// Package gitrepo reads git repositories with go-git. The git program is never started: a repository's own configuration
// (core.fsmonitor, textconv, hooks) would run its code.
package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// Bounds of an export: what is more is an error, since half a tree would be compared with a whole one.
const (
	maxFiles = 500_000
	maxBytes = 8 << 30
)

// Repo is a repository with a working tree.
type Repo struct {
	Root string // of the working tree, absolute, links resolved
	git  *git.Repository
}

// Open opens the repository that a folder lies in.
func Open(dir string) (*Repo, error) {
	r, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if err != nil {
		return nil, clierr.Input(dir, "lies in no git repository that can be read: %v", err)
	}
	tree, err := r.Worktree()
	if err != nil {
		return nil, clierr.Input(dir, "its git repository has no working tree: %v", err)
	}
	root, err := filepath.EvalSymlinks(tree.Filesystem.Root())
	if err != nil {
		return nil, clierr.InputErr(dir, err)
	}
	return &Repo{Root: root, git: r}, nil
}

// Commit finds the commit that a name stands for: a branch, a tag, a hash or its beginning, HEAD~2, origin/main. It
// returns its full hash.
func (r *Repo) Commit(name string) (hash string, err error) {
	if strings.TrimSpace(name) == "" {
		return "", clierr.Usage("no commit is named")
	}
	defer func() { // the parser of revisions is not made for hostile names
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
		if err != nil {
			err = clierr.Input(name, "is no commit of %s: %v", r.Root, err).
				WithHint("Name a branch, a tag or a commit that is here; in CI fetch it first (fetch-depth: 0).")
		}
	}()
	h, err := r.git.ResolveRevision(plumbing.Revision(name))
	if err != nil {
		return "", err
	}
	commit, err := r.git.CommitObject(*h)
	if err != nil {
		return "", err
	}
	return commit.Hash.String(), nil
}

// Export writes the files of a commit below a folder, which must exist. Links that lead out of the tree and submodules
// are left out; nothing is written outside the folder.
func (r *Repo) Export(hash, dir string) error {
	commit, err := r.git.CommitObject(plumbing.NewHash(hash))
	if err != nil {
		return err
	}
	tree, err := commit.Tree()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	files, left := 0, int64(maxBytes)
	return tree.Files().ForEach(func(f *object.File) error {
		if files++; files > maxFiles {
			return fmt.Errorf("the commit has more than %d files", maxFiles)
		}
		if left -= f.Size; left < 0 {
			return fmt.Errorf("the commit has more than %d GB", maxBytes>>30)
		}
		return export(root, f)
	})
}

func export(root *os.Root, f *object.File) error {
	name := filepath.FromSlash(f.Name)
	if !filepath.IsLocal(name) || f.Mode == filemode.Submodule {
		return nil
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	in, err := f.Reader()
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	defer in.Close()
	if f.Mode == filemode.Symlink {
		to, err := bounded.ReadAll(in, 4096)
		if err != nil {
			return nil // no file system takes a link that long
		}
		target := filepath.FromSlash(string(to))
		if filepath.IsAbs(target) || !filepath.IsLocal(filepath.Join(filepath.Dir(name), target)) {
			return nil
		}
		return root.Symlink(target, name)
	}
	mode := os.FileMode(0o644)
	if f.Mode == filemode.Executable {
		mode = 0o755
	}
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return nil // two names that this file system takes for one
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return out.Close()
}

// Tracks reports whether the index has a file, named by its path from the root of the tree: it is committed, or about
// to be.
func (r *Repo) Tracks(name string) (bool, error) {
	index, err := r.git.Storer.Index()
	if err != nil {
		return false, clierr.InputErr(r.Root, err)
	}
	_, err = index.Entry(filepath.ToSlash(name))
	return err == nil, nil
}
