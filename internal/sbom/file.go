package sbom

import (
	"bytes"
	"io"
	"io/fs"
	"path"

	"github.com/drydock/drydock/internal/inventory"
)

// file is one file that a reader turns into packages.
type file struct {
	path string // slash separated, relative to the root, no leading slash
	size int64
	at   io.ReaderAt // the content, always size bytes
	data []byte      // the content where it is in memory, else nil
	// tree is what stands around the file, nil where only the file itself can be read (a layer on its own). A lockfile
	// reader uses it for the manifest beside the lockfile, and works without it.
	tree fs.FS
	poms *pomTree // of the tree, shared by the readers of its pom.xml files
}

// maxFile bounds a file that is read into memory whole. The largest lockfiles and package databases known are a third
// of it.
const maxFile = 96 << 20

// bytes is the whole content. It must not be changed.
func (f *file) bytes() ([]byte, error) {
	if f.data != nil || f.size == 0 {
		return f.data, nil
	}
	if f.size > maxFile {
		return nil, errTooLarge(f.size)
	}
	data := make([]byte, f.size)
	if n, err := f.at.ReadAt(data, 0); n < len(data) {
		return nil, cutOff(err)
	}
	f.data = data
	return data, nil
}

// seeker reads the content from its begin; it can seek and read anywhere.
func (f *file) seeker() interface {
	io.ReadSeeker
	io.ReaderAt
} {
	if f.data != nil || f.size == 0 {
		return bytes.NewReader(f.data)
	}
	return io.NewSectionReader(f.at, 0, f.size)
}

// beside returns the content of a file in the same folder, nil where there is none or it cannot be read.
func (f *file) beside(name string) []byte {
	return f.around(path.Join(path.Dir(f.path), name))
}

// around returns the content of another file of the tree, nil where there is none or it cannot be read.
func (f *file) around(name string) []byte {
	if f.tree == nil || !fs.ValidPath(name) {
		return nil
	}
	st, err := fs.Stat(f.tree, name)
	if err != nil || !st.Mode().IsRegular() || st.Size() > maxFile {
		return nil
	}
	data, err := fs.ReadFile(f.tree, name)
	if err != nil {
		return nil
	}
	return data
}

// readFunc turns a file into packages. What it returns beside an error is what could be read before it. It leaves
// Paths empty where the file itself is the proof.
type readFunc func(f *file) ([]inventory.Package, error)
