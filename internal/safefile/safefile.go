// Package safefile replaces files whole or not at all: a reader sees the old bytes or the new ones, never half, also
// when the process is killed.
package safefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrChanged means that a file is not what it was when it was read, so that an edit was not written.
var ErrChanged = errors.New("the file has changed since it was read; nothing was written")

// Replace writes new in the place of old, by rename, keeping the file's mode, its owner where the process may, and a
// symbolic link to it; it refuses with ErrChanged if the file no longer holds old.
func Replace(path string, old, new []byte) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	st, err := os.Stat(real)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(real)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return write(real, st, true, func(w io.Writer) error { _, err := w.Write(new); return err })
}

// Create writes a file through fill, by rename: if fill or anything else fails, what stood at path still stands
// there. A new file gets mode 0644 as far as the umask lets it. A device or pipe (/dev/stdout) is written directly.
func Create(path string, fill func(io.Writer) error) error {
	st, err := os.Stat(path)
	switch {
	case err == nil && !st.Mode().IsRegular() && !st.IsDir():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(fill(f), f.Close())
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	return write(path, st, true, fill)
}

// Cache writes a file that can be made again, whole or not at all, but without waiting for the disk.
func Cache(path string, fill func(io.Writer) error) error { return write(path, nil, false, fill) }

func write(path string, st os.FileInfo, sync bool, fill func(io.Writer) error) (err error) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, err := createTemp(dir, base)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = fill(f); err != nil {
		return err
	}
	if st != nil {
		if err = f.Chmod(st.Mode().Perm()); err != nil {
			return err
		}
		keepOwner(f, st)
	}
	if sync {
		if err = f.Sync(); err != nil {
			return err
		}
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// createTemp is os.CreateTemp with mode 0644 before the umask, since a report is meant to be read by others.
func createTemp(dir, base string) (*os.File, error) {
	for i := 0; ; i++ {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf(".%s.%d.%d.tmp", base, os.Getpid(), i)),
			os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil || !os.IsExist(err) || i > 1000 {
			return f, err
		}
	}
}
