package fix

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/gitrepo"
	"github.com/drydock/drydock/internal/safefile"
)

// maxText bounds a file that is edited.
const maxText = 16 << 20

// guard reads the files that are to be edited and tells which must not be.
type guard struct {
	root  string
	dirty bool
	repo  *gitrepo.Repo // nil where the project lies in none
	texts map[string][]byte
	whys  map[string]string
}

func newGuard(root string, dirty bool) *guard {
	g := &guard{root: root, dirty: dirty, texts: map[string][]byte{}, whys: map[string]string{}}
	if repo, err := gitrepo.Open(root); err == nil {
		g.repo = repo
	}
	return g
}

// text is what a file of the project holds, by the report's path.
func (g *guard) text(name string) []byte {
	if text, ok := g.texts[name]; ok {
		return text
	}
	text, err := bounded.ReadFile(filepath.Join(g.root, filepath.FromSlash(name)), maxText)
	if err != nil {
		g.whys[name] = clierr.Reason(err)
	}
	g.texts[name] = text
	return text
}

// refuses says why a file is not edited, "" where it may be.
func (g *guard) refuses(name string) string {
	if why, ok := g.whys[name]; ok {
		return why
	}
	why := g.judge(name)
	if why != "" {
		why = name + " " + why
	}
	g.whys[name] = why
	return why
}

func (g *guard) judge(name string) string {
	if filepath.IsAbs(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return "lies outside of the project"
	}
	full := filepath.Join(g.root, filepath.FromSlash(name))
	real, err := filepath.EvalSymlinks(full)
	if err != nil {
		return "cannot be read"
	}
	root, err := filepath.EvalSymlinks(g.root)
	if err != nil {
		return "cannot be read"
	}
	if rel, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(rel) {
		return "leads out of the project"
	}
	if st, err := os.Stat(real); err != nil || !st.Mode().IsRegular() {
		return "is no file"
	}
	text := g.text(name)
	switch {
	case g.whys[name] != "":
		return "cannot be read: " + g.whys[name]
	case !utf8.Valid(text):
		return "is not in UTF-8"
	case conflicted(text):
		return "has conflict markers of a merge"
	case g.dirty || g.repo == nil:
		return ""
	case !g.repo.Committed(full, int64(len(text)), bytes.NewReader(text)):
		return "has changes that are not committed: commit them, or give --dirty"
	}
	return ""
}

// Write writes the changed files, each whole, and only if it still is what was read. The first that cannot be written
// ends it; those before it stay.
func (r *Result) Write() error {
	for i := range r.Files {
		f := &r.Files[i]
		if err := safefile.Replace(filepath.Join(r.root, filepath.FromSlash(f.Path)), f.Before, f.After); err != nil {
			return clierr.InputErr(f.Path, err).WithHint("Written before it: %s.", orNone(r.Paths()[:i]))
		}
	}
	r.Written = true
	return nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// Root is the folder that the paths of the result are relative to.
func (r *Result) Root() string { return r.root }
