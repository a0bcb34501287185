package due

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/gitrepo"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
)

// Bounds of looking at what an image is built from.
const (
	maxFiles  = 200_000
	maxHashed = 64 << 20 // of one file
)

// source reports whether what the image is built from is newer than the image: a file that was changed after it was
// built, or a commit since then. In a fresh clone every file is new; what HEAD has too counts by its commit alone.
func (c *check) source(ctx context.Context, u *target.Unit, img *report.Image) (*report.Due, string) {
	made, why := madeAt(img, c.now)
	if why != "" || u.Context == "" {
		return nil, ""
	}
	repo, _ := gitrepo.Open(u.Context) // without one the files' times tell
	if repo != nil {
		hash, when, changed, err := repo.ChangedSince(u.Context, made)
		if err == nil && changed {
			const short = 12
			return &report.Due{Reason: report.DueSource, Evidence: fmt.Sprintf("commit %s of %s changed %s; "+
				"the image was built on %s", hash[:short], stamp(when), c.t.Rel(u.Context), stamp(made))}, ""
		}
	}
	name, when, err := newerFile(ctx, c.t, u, made, repo)
	switch {
	case err != nil:
		return nil, "whether its source is newer cannot be told: " + err.Error()
	case name == "":
		return nil, ""
	}
	return &report.Due{Reason: report.DueSource, Evidence: fmt.Sprintf("%s was changed on %s; the image was built on "+
		"%s", c.t.Rel(name), stamp(when), stamp(made))}, ""
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// newerFile is the newest of the files that the build takes from its context and that were changed after a time, ""
// for none.
func newerFile(ctx context.Context, t *target.Target, u *target.Unit, made time.Time,
	repo *gitrepo.Repo) (newest string, when time.Time, err error) {
	taken := func(string) bool { return true }
	var f *dockerfile.File
	if u.Dockerfile != "" {
		if f, err = t.Dockerfile(u.Dockerfile); err == nil {
			taken = target.Taken(f)
		}
	}
	root, err := os.OpenRoot(u.Context)
	if err != nil {
		return "", when, err
	}
	defer root.Close()
	ignore := target.ReadIgnore(root.FS(), u.Dockerfile)
	files := 0
	look := func(path string, info fs.FileInfo) {
		if !info.Mode().IsRegular() || !info.ModTime().After(made) || !info.ModTime().After(when) {
			return
		}
		if repo == nil || !committed(repo, path, info) {
			newest, when = path, info.ModTime()
		}
	}
	if info, err := os.Stat(u.Dockerfile); u.Dockerfile != "" && err == nil {
		look(u.Dockerfile, info)
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return nil // what cannot be read, the build reports
		}
		if files++; files > maxFiles {
			return fmt.Errorf("the build context has more than %d files", maxFiles)
		}
		if d.IsDir() {
			if d.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		if !taken(name) || ignore != nil && ignore.Hides(name) {
			return nil
		}
		if info, err := d.Info(); err == nil {
			look(filepath.Join(u.Context, filepath.FromSlash(name)), info)
		}
		return nil
	})
	return newest, when, err
}

func committed(repo *gitrepo.Repo, path string, info fs.FileInfo) bool {
	if info.Size() > maxHashed {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return repo.Committed(path, info.Size(), f)
}
