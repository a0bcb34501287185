package gitrepo

import (
	"errors"
	"io"
	"path/filepath"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// maxCommits bounds how far a history is followed.
const maxCommits = 20_000

// errEnough ends a walk.
var errEnough = errors.New("enough")

// ChangedSince is the newest commit of HEAD's history, made after a time, that changed something below a folder; ok is
// false where there is none. The folder is a path of the file system.
func (r *Repo) ChangedSince(folder string, since time.Time) (hash string, when time.Time, ok bool, err error) {
	rel, err := r.Rel(folder)
	if err != nil {
		return "", time.Time{}, false, err
	}
	head, err := r.git.Head()
	if err != nil {
		return "", time.Time{}, false, err
	}
	log, err := r.git.Log(&git.LogOptions{From: head.Hash(), Order: git.LogOrderCommitterTime})
	if err != nil {
		return "", time.Time{}, false, err
	}
	defer log.Close()
	n := 0
	err = log.ForEach(func(c *object.Commit) error {
		if n++; n > maxCommits || c.Committer.When.Before(since) {
			return errEnough
		}
		changed, err := changes(c, rel)
		if err != nil || !changed {
			return err
		}
		hash, when, ok = c.Hash.String(), c.Committer.When, true
		return errEnough
	})
	if errors.Is(err, errEnough) || errors.Is(err, plumbing.ErrObjectNotFound) { // a shallow clone ends somewhere
		err = nil
	}
	return hash, when, ok, err
}

// changes reports whether a commit has another tree below a folder than its first parent.
func changes(c *object.Commit, folder string) (bool, error) {
	own, err := treeHash(c, folder)
	if err != nil {
		return false, err
	}
	if c.NumParents() == 0 {
		return own != plumbing.ZeroHash, nil
	}
	parent, err := c.Parent(0)
	if err != nil {
		return false, err
	}
	was, err := treeHash(parent, folder)
	return own != was, err
}

func treeHash(c *object.Commit, folder string) (plumbing.Hash, error) {
	tree, err := c.Tree()
	if err != nil || folder == "." {
		return c.TreeHash, err
	}
	e, err := tree.FindEntry(folder)
	if errors.Is(err, object.ErrEntryNotFound) || errors.Is(err, object.ErrDirectoryNotFound) {
		return plumbing.ZeroHash, nil
	}
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return e.Hash, nil
}

// Committed reports whether HEAD has a file with this content. The name is a path of the file system.
func (r *Repo) Committed(name string, size int64, content io.Reader) bool {
	rel, err := r.Rel(name)
	if err != nil {
		return false
	}
	head, err := r.git.Head()
	if err != nil {
		return false
	}
	c, err := r.git.CommitObject(head.Hash())
	if err != nil {
		return false
	}
	f, err := c.File(rel)
	if err != nil || f.Size != size {
		return false
	}
	h := plumbing.NewHasher(plumbing.BlobObject, size)
	if _, err := io.Copy(h, content); err != nil {
		return false
	}
	return h.Sum() == f.Hash
}

// Rel is a path of the file system as the repository names it, from the root of the working tree and with slashes; "." is
// the root.
func (r *Repo) Rel(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	rel, err := filepath.Rel(r.Root, abs)
	return filepath.ToSlash(rel), err
}

// Head is the branch that is checked out, "" where none is, and the full hash of its commit, "" before the first.
func (r *Repo) Head() (branch, hash string) {
	head, err := r.git.Head()
	if err != nil {
		return "", ""
	}
	if head.Name().IsBranch() {
		branch = head.Name().Short()
	}
	return branch, head.Hash().String()
}
