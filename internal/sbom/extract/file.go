// Package extract is what the readers of packages share: the file that they are given, what they tell of it, package
// URLs, and the lines and graphs of lockfiles.
package extract

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// File is one file that a reader turns into packages.
type File struct {
	Path string // slash separated, relative to the root, no leading slash
	Size int64
	At   io.ReaderAt // the content, always size bytes
	Data []byte      // the content where it is in memory, else nil
	// Tree is what stands around the file, nil where only the file itself can be read (a layer on its own). A lockfile
	// reader uses it for the manifest beside the lockfile, and works without it.
	Tree fs.FS
}

// MaxFile bounds a file that is read into memory whole. The largest lockfiles and package databases known are a third
// of it.
const MaxFile = 96 << 20

// Bytes is the whole content. It must not be changed.
func (f *File) Bytes() ([]byte, error) {
	if f.Data != nil || f.Size == 0 {
		return f.Data, nil
	}
	if f.Size > MaxFile {
		return nil, TooLarge(f.Size)
	}
	data := make([]byte, f.Size)
	if n, err := f.At.ReadAt(data, 0); n < len(data) {
		return nil, CutOff(err)
	}
	f.Data = data
	return data, nil
}

// Seeker reads the content from its begin; it can seek and read anywhere.
func (f *File) Seeker() interface {
	io.ReadSeeker
	io.ReaderAt
} {
	if f.Data != nil || f.Size == 0 {
		return bytes.NewReader(f.Data)
	}
	return io.NewSectionReader(f.At, 0, f.Size)
}

// Beside returns the content of a file in the same folder, nil where there is none or it cannot be read.
func (f *File) Beside(name string) []byte {
	return f.Around(path.Join(path.Dir(f.Path), name))
}

// Around returns the content of another file of the tree, nil where there is none or it cannot be read.
func (f *File) Around(name string) []byte {
	if f.Tree == nil || !fs.ValidPath(name) {
		return nil
	}
	st, err := fs.Stat(f.Tree, name)
	if err != nil || !st.Mode().IsRegular() || st.Size() > MaxFile {
		return nil
	}
	data, err := fs.ReadFile(f.Tree, name)
	if err != nil {
		return nil
	}
	return data
}

// Reader turns a file into packages. What it returns beside an error is what could be read before it. It leaves
// Paths empty where the file itself is the proof.
type Reader func(f *File) ([]inventory.Package, error)

// TooLarge is the error for a file beyond MaxFile.
func TooLarge(size int64) error {
	return fmt.Errorf("%d bytes, at most %d are read", size, int64(MaxFile))
}

// CutOff tells a file that ends too early from one that cannot be read.
func CutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Within reports whether p is dir or below it.
func Within(p, dir string) bool {
	return dir == "" || strings.HasPrefix(p, dir) && (len(p) == len(dir) || p[len(dir)] == '/')
}

// Exists reports whether a regular file of that name is in the tree.
func Exists(tree fs.FS, name string) bool {
	st, err := fs.Stat(tree, name)
	return err == nil && st.Mode().IsRegular()
}

// Locked reports whether one of the lockfiles stands beside the file, or, for members of a workspace, in a folder
// above.
func (f *File) Locked(above bool, locks ...string) bool {
	if f.Tree == nil {
		return false
	}
	for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
		for _, lock := range locks {
			if Exists(f.Tree, path.Join(dir, lock)) {
				return true
			}
		}
		if !above || dir == "." || dir == "/" {
			return false
		}
	}
}
