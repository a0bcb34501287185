// Package source walks source trees: what there is to read, and, counted with the reason, what was left out. Git's
// ignore rules hold, vendored and generated code is recognised (by GitHub's linguist rules), and nothing is skipped
// silently. A file that the user names is always read, wherever it lies and whatever ignores it.
package source

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/drydock/drydock/internal/bounded"
)

// Options bound a walk.
type Options struct {
	MaxFile  int64 // bytes; larger files are left out and counted; 0 for 16 MiB
	MaxFiles int   // most files of one walk; 0 for 200,000
	// files that somebody will read; nil for all. Those that nobody wants are not counted.
	Wanted func(path string) bool
}

const (
	defaultMaxFile  = 16 << 20
	defaultMaxFiles = 200_000
	maxIgnoreFile   = 1 << 20
	maxDepth        = 200
)

// File is one file to read.
type File struct {
	Path  string // can be opened
	Rel   string // relative to the walk's root, with slashes
	Size  int64
	Named bool // the user named the file itself
}

// Reasons for which files are left out.
const (
	Ignored    = "ignored by git's rules"
	Vendored   = "vendored: code of others"
	Generated  = "generated"
	TooLarge   = "too large"
	Binary     = "not text"
	Link       = "symbolic link"
	Unreadable = "could not be read"
	TooMany    = "more files than one walk takes"
	Special    = "not a regular file"
)

// Skipped is what was left out for one reason.
type Skipped struct {
	Reason   string
	Files    int      // files, or folders where a whole folder was left out
	Examples []string // at most five
}

// Tree is what a walk found.
type Tree struct {
	Root    string
	Files   []File
	skipped map[string]*Skipped
}

// Skip counts a file that was left out. Readers use it too, for what only the content tells.
func (t *Tree) Skip(reason, rel string) {
	s := t.skipped[reason]
	if s == nil {
		s = &Skipped{Reason: reason}
		t.skipped[reason] = s
	}
	s.Files++
	if len(s.Examples) < 5 {
		s.Examples = append(s.Examples, rel)
	}
}

// Skipped lists what was left out, by reason.
func (t *Tree) Skipped() []Skipped {
	out := make([]Skipped, 0, len(t.skipped))
	for _, s := range t.skipped {
		out = append(out, *s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Reason < out[j].Reason })
	return out
}

// Walk lists the files below root, or root itself where it is a file. The error is of root; what cannot be read below
// it is counted.
func Walk(root string, opt Options) (*Tree, error) {
	if opt.MaxFile == 0 {
		opt.MaxFile = defaultMaxFile
	}
	if opt.MaxFiles == 0 {
		opt.MaxFiles = defaultMaxFiles
	}
	st, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	t := &Tree{Root: root, skipped: map[string]*Skipped{}}
	if !st.IsDir() {
		if !st.Mode().IsRegular() {
			return nil, &fs.PathError{Op: "read", Path: root, Err: errors.New("not a regular file")}
		}
		t.Root = filepath.Dir(root)
		t.Files = []File{{Path: root, Rel: filepath.Base(root), Size: st.Size(), Named: true}}
		return t, nil
	}
	w := &walker{t: t, opt: opt}
	w.above(root)
	err = w.dir(root, "", 0)
	sort.Slice(t.Files, func(i, j int) bool { return t.Files[i].Rel < t.Files[j].Rel })
	return t, err
}

type walker struct {
	t        *Tree
	opt      Options
	patterns []gitignore.Pattern
	prefix   []string // of root within the repository
}

// above reads the ignore files between the repository's root and the walk's.
func (w *walker) above(root string) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return
	}
	var chain []string
	for d := abs; ; d = filepath.Dir(d) {
		chain = append([]string{d}, chain...)
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			break
		}
		if filepath.Dir(d) == d {
			chain = []string{abs}
			break
		}
	}
	rel, err := filepath.Rel(chain[0], abs)
	if err == nil && rel != "." {
		w.prefix = strings.Split(filepath.ToSlash(rel), "/")
	}
	w.read(filepath.Join(chain[0], ".git", "info", "exclude"), nil)
	for i, d := range chain[:len(chain)-1] {
		w.read(filepath.Join(d, ".gitignore"), w.prefix[:i])
	}
}

// read adds an ignore file's patterns. One that cannot be read has none.
func (w *walker) read(path string, domain []string) {
	b, err := bounded.ReadFile(path, maxIgnoreFile)
	if err != nil {
		return
	}
	for _, line := range strings.Split(string(b), "\n") {
		line = strings.TrimRight(line, "\r")
		if line != "" && line[0] != '#' {
			w.patterns = append(w.patterns, gitignore.ParsePattern(line, domain))
		}
	}
}

func (w *walker) ignored(parts []string, dir bool) bool {
	return len(w.patterns) > 0 && gitignore.NewMatcher(w.patterns).Match(parts, dir)
}

func (w *walker) dir(path, rel string, depth int) error {
	if depth > maxDepth {
		w.t.Skip(TooMany, rel)
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		if depth == 0 {
			return err
		}
		w.t.Skip(Unreadable, rel)
		return nil
	}
	parts := slices.Clone(w.prefix)
	if rel != "" {
		parts = append(parts, strings.Split(rel, "/")...)
	}
	mark := len(w.patterns)
	w.read(filepath.Join(path, ".gitignore"), parts)
	for _, e := range entries {
		w.entry(e, filepath.Join(path, e.Name()), joinRel(rel, e.Name()),
			append(parts[:len(parts):len(parts)], e.Name()), depth)
	}
	w.patterns = w.patterns[:mark]
	return nil
}

func joinRel(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func (w *walker) entry(e fs.DirEntry, path, rel string, parts []string, depth int) {
	switch {
	case e.IsDir():
		switch {
		case e.Name() == ".git" || e.Name() == ".hg" || e.Name() == ".svn":
		case w.ignored(parts, true):
			w.t.Skip(Ignored, rel+"/")
		case IsVendored(rel + "/"):
			w.t.Skip(Vendored, rel+"/")
		default:
			// A folder within cannot be root again: links are not followed.
			_ = w.dir(path, rel, depth+1)
		}
		return
	case w.opt.Wanted != nil && !w.opt.Wanted(rel):
		return
	case e.Type()&fs.ModeSymlink != 0:
		w.t.Skip(Link, rel)
		return
	case !e.Type().IsRegular():
		w.t.Skip(Special, rel)
		return
	case w.ignored(parts, false):
		w.t.Skip(Ignored, rel)
		return
	case IsVendored(rel):
		w.t.Skip(Vendored, rel)
		return
	}
	if len(w.t.Files) >= w.opt.MaxFiles {
		w.t.Skip(TooMany, rel)
		return
	}
	st, err := e.Info()
	switch {
	case err != nil:
		w.t.Skip(Unreadable, rel)
	case st.Size() > w.opt.MaxFile:
		w.t.Skip(TooLarge, rel)
	default:
		w.t.Files = append(w.t.Files, File{Path: path, Rel: rel, Size: st.Size()})
	}
}

// Read reads a file as UTF-8 text. The reason is not empty where it is not to be looked at: of a file that the user
// named only one that cannot be read or is no text.
func (f *File) Read(max int64) (text []byte, reason string) {
	if max == 0 {
		max = defaultMaxFile
	}
	b, err := bounded.ReadFile(f.Path, max)
	if err != nil {
		if f.Size > max {
			return nil, TooLarge
		}
		return nil, Unreadable
	}
	b = toUTF8(b)
	head := b[:min(len(b), 8000)]
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, Binary
	}
	if !f.Named && IsGenerated(f.Rel, head) {
		return nil, Generated
	}
	return b, ""
}
