package fix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
)

// maxFiles bounds the copy of a project.
const maxFiles = 500_000

// look scans the copy of the project with some files changed.
func (w *work) look(ctx context.Context, texts map[string][]byte) (*report.Report, error) {
	if w.copy == nil {
		if err := w.mirror(ctx); err != nil {
			return nil, err
		}
	}
	for name := range w.texts { // a fix that did not hold leaves its file as it was before it
		if _, ok := texts[name]; !ok {
			if err := w.put(name, w.guard.text(name)); err != nil {
				return nil, err
			}
		}
	}
	for name, text := range texts {
		if err := w.put(name, text); err != nil {
			return nil, err
		}
	}
	in, _ := w.copy.Inputs(w.in, w.t)
	again := target.Resolve(ctx, in)
	if again.Host == nil {
		again.Root = in.Stack.Root
	}
	r, err := w.scan(ctx, again)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if r == nil {
		return nil, err
	}
	r.Finish()
	return r, nil
}

// mirror makes a copy of the project in which files can be changed: hard links where the file system has them, so that
// nothing is read; a changed file is written anew. Git's objects and what is no file are left out.
func (w *work) mirror(ctx context.Context) error {
	root, err := filepath.EvalSymlinks(w.t.Root)
	if err != nil {
		return clierr.InputErr(w.t.Root, err)
	}
	if root, err = filepath.Abs(root); err != nil {
		return clierr.InputErr(w.t.Root, err)
	}
	tmp, err := os.MkdirTemp("", "drydock-fix-")
	if err != nil {
		return err
	}
	// Compose names a project by its folder.
	w.copy = &target.Copy{From: root, To: filepath.Join(tmp, filepath.Base(root))}
	count := 0
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // the scan of the project tells of it
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		to := filepath.Join(w.copy.To, rel)
		switch {
		case d.IsDir() && d.Name() == "objects" && filepath.Base(filepath.Dir(name)) == ".git":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(to, 0o700)
		case d.Type()&fs.ModeSymlink != 0:
			return link(name, to)
		case !d.Type().IsRegular():
			return nil
		}
		if count++; count > maxFiles {
			return clierr.Input(w.t.Root, "holds more than %d files: too many to try fixes in a copy", maxFiles).
				WithHint("Name the folder of one project.")
		}
		if err := os.Link(name, to); err != nil {
			return copyFile(name, to)
		}
		return nil
	})
}

// link makes a symbolic link again as it is; one that leads nowhere is told by the scan.
func link(name, to string) error {
	where, err := os.Readlink(name)
	if err != nil {
		return nil
	}
	return os.Symlink(where, to)
}

func copyFile(name, to string) error {
	from, err := os.Open(name)
	if err != nil {
		return nil // the scan of the project tells of it
	}
	defer from.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	return errors.Join(err, out.Close())
}

// put writes a file of the copy anew. What stands there may be a hard link to the project's own file, and is never
// written to.
func (w *work) put(name string, text []byte) error {
	mapped := filepath.Join(w.copy.To, filepath.FromSlash(name))
	if err := os.Remove(mapped); err != nil {
		return fmt.Errorf("the copy of %s: %w", name, err)
	}
	return os.WriteFile(mapped, text, 0o600)
}

func (w *work) close() {
	if w.copy != nil {
		os.RemoveAll(filepath.Dir(w.copy.To))
	}
}

// Paths are the files that a result changes.
func (r *Result) Paths() []string {
	var out []string
	for i := range r.Files {
		out = append(out, r.Files[i].Path)
	}
	return out
}
