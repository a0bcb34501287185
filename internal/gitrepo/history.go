package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/drydock/drydock/internal/report"
)

// HistoryLimits bound how much of a history is read.
type HistoryLimits struct {
	Commits int
	Blob    int64 // longest text
	Bytes   int64 // of all texts
	Time    time.Duration
}

// DefaultHistoryLimits let the history of a large project through.
var DefaultHistoryLimits = HistoryLimits{Commits: 50_000, Blob: 1 << 20, Bytes: 2 << 30, Time: 5 * time.Minute}

// maxTreeDepth bounds folders in folders.
const maxTreeDepth = 200

// Mark is a commit as a finding names it.
type Mark struct {
	Hash string
	When time.Time
}

// Blob is a text of the history, with the first commit that has it and where.
type Blob struct {
	Path  string
	Text  []byte
	First Mark
	Head  bool // HEAD has it too, there or elsewhere
	hash  plumbing.Hash
}

// History is what was read of a history.
type History struct {
	Commits, Blobs int
	Bytes          int64
	Unread         []string // what was not, in words
}

// historyWalk is a walk through all commits of a repository.
type historyWalk struct {
	*Repo
	History
	limits HistoryLimits
	until  time.Time
	wanted func(path string) bool
	visit  func(Blob)
	head   map[plumbing.Hash]bool // blobs of HEAD
	seen   map[plumbing.Hash]bool // trees and blobs
	large  int
	broken int
}

// History calls visit for each text of the history of all branches and tags, once, whose path is wanted, oldest commits
// first. What a bound or a gap in the repository (a shallow clone) left out is told in the result.
func (r *Repo) History(ctx context.Context, limits HistoryLimits, wanted func(path string) bool,
	visit func(Blob)) (h *History, err error) {
	defer func() { // the library is not made for hostile objects
		if p := recover(); p != nil {
			h, err = nil, fmt.Errorf("its git objects cannot be read: %v", p)
		}
	}()
	w := &historyWalk{Repo: r, limits: limits, until: time.Now().Add(limits.Time), wanted: wanted, visit: visit,
		head: map[plumbing.Hash]bool{}, seen: map[plumbing.Hash]bool{}}
	if err := w.readHead(); err != nil {
		return nil, err
	}
	commits, err := w.commits(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range commits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if time.Now().After(w.until) {
			w.unread("no more than %d of %d commits were read in %s", w.Commits, len(commits), limits.Time)
			break
		}
		w.Commits++
		if err := w.tree(ctx, c.TreeHash, "", Mark{c.Hash.String(), c.Committer.When}, 0); err != nil {
			if errors.Is(err, errEnough) {
				break
			}
			return nil, err
		}
	}
	if w.large > 0 {
		w.unread("%s of more than %d MB: not read", report.Plural(w.large, "text"), limits.Blob>>20)
	}
	if w.broken > 0 {
		w.unread("%s not here, or not to be read", report.Plural(w.broken, "object"))
	}
	return &w.History, nil
}

func (w *historyWalk) unread(format string, args ...any) {
	w.Unread = append(w.Unread, fmt.Sprintf(format, args...))
}

// readHead notes the blobs of HEAD, which has none in a repository without commits.
func (w *historyWalk) readHead() error {
	head, err := w.git.Head()
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := w.git.CommitObject(head.Hash())
	if err != nil {
		return err
	}
	tree, err := c.Tree()
	if err != nil {
		return err
	}
	files := 0
	err = tree.Files().ForEach(func(f *object.File) error {
		if files++; files > maxFiles {
			return errEnough
		}
		w.head[f.Blob.Hash] = true
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return err
}

// commits lists the commits of all references, oldest first.
func (w *historyWalk) commits(ctx context.Context) ([]*object.Commit, error) {
	refs, err := w.git.References()
	if err != nil {
		return nil, err
	}
	var open []plumbing.Hash
	err = refs.ForEach(func(ref *plumbing.Reference) error {
		if ref.Type() != plumbing.HashReference {
			return nil
		}
		open = append(open, ref.Hash())
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []*object.Commit
	known := map[plumbing.Hash]bool{}
	for len(open) > 0 {
		h := open[len(open)-1]
		open = open[:len(open)-1]
		if known[h] {
			continue
		}
		known[h] = true
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := w.commitOf(h)
		if err != nil {
			w.broken++ // a shallow clone ends somewhere
			continue
		}
		if c == nil {
			continue // a tag of something else
		}
		known[c.Hash] = true
		if len(out) == w.limits.Commits {
			w.unread("the history has more than %d commits: the oldest ones were not read", w.limits.Commits)
			break
		}
		out = append(out, c)
		open = append(open, c.ParentHashes...)
	}
	slices.SortStableFunc(out, func(a, b *object.Commit) int { return a.Committer.When.Compare(b.Committer.When) })
	return out, nil
}

// commitOf is a commit, or the one that a tag names; nil for a tag of anything else.
func (w *historyWalk) commitOf(h plumbing.Hash) (*object.Commit, error) {
	c, err := w.git.CommitObject(h)
	if err == nil {
		return c, nil
	}
	tag, tagErr := w.git.TagObject(h)
	if tagErr != nil {
		return nil, err
	}
	if tag.TargetType != plumbing.CommitObject {
		return nil, nil
	}
	return tag.Commit()
}

// tree visits what is new in a tree.
func (w *historyWalk) tree(ctx context.Context, h plumbing.Hash, dir string, at Mark, depth int) error {
	if w.seen[h] || depth > maxTreeDepth {
		return nil
	}
	w.seen[h] = true
	t, err := w.git.TreeObject(h)
	if err != nil {
		w.broken++
		return nil
	}
	for i := range t.Entries {
		e := &t.Entries[i]
		name := path.Join(dir, e.Name)
		switch {
		case e.Mode == filemode.Dir:
			if err := w.tree(ctx, e.Hash, name, at, depth+1); err != nil {
				return err
			}
		case e.Mode.IsFile() && e.Mode != filemode.Symlink && !w.seen[e.Hash] && w.wanted(name):
			w.seen[e.Hash] = true
			if err := w.blob(e.Hash, name, at); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (w *historyWalk) blob(h plumbing.Hash, name string, at Mark) error {
	size, err := w.git.Storer.EncodedObjectSize(h)
	if err != nil {
		w.broken++
		return nil
	}
	if size > w.limits.Blob {
		w.large++
		return nil
	}
	if w.Bytes+size > w.limits.Bytes {
		w.unread("the history has more than %d MB of texts: the newest ones were not read", w.limits.Bytes>>20)
		return errEnough
	}
	text, err := w.read(h)
	if err != nil {
		w.broken++
		return nil
	}
	w.Bytes += size
	w.Blobs++
	w.visit(Blob{Path: name, Text: text, First: at, Head: w.head[h], hash: h})
	return nil
}

func (w *historyWalk) read(h plumbing.Hash) ([]byte, error) {
	b, err := w.git.BlobObject(h)
	if err != nil {
		return nil, err
	}
	in, err := b.Reader()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, w.limits.Blob))
}

// LastWith finds, for each of some texts, the newest commit that has it at its path. It gives up after a time; those
// that it did not find by then are missing.
func (r *Repo) LastWith(ctx context.Context, limits HistoryLimits, blobs []Blob) map[int]Mark {
	w := &historyWalk{Repo: r, limits: limits}
	out := map[int]Mark{}
	commits, err := w.commits(ctx)
	if err != nil {
		return out
	}
	until := time.Now().Add(limits.Time)
	for i := len(commits) - 1; i >= 0 && len(out) < len(blobs) && time.Now().Before(until); i-- {
		tree, err := commits[i].Tree()
		if err != nil {
			continue
		}
		for k := range blobs {
			if _, ok := out[k]; ok {
				continue
			}
			if e, err := tree.FindEntry(blobs[k].Path); err == nil && e.Hash == blobs[k].hash {
				out[k] = Mark{commits[i].Hash.String(), commits[i].Committer.When}
			}
		}
	}
	return out
}
