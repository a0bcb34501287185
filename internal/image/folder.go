package image

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/inventory"
)

// openFolder opens a folder that holds a root file system, as one layer without a digest.
func openFolder(dir string, opt Options) (*Image, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, clierr.InputErr(dir, errors.Unwrap(err))
	}
	img := &Image{opt: opt}
	img.keep(root.Close)
	img.Info.Name = dir
	img.Info.Layers = []inventory.Layer{{HistoryRow: -1}}
	img.layers = []layerSource{{open: folderLayer(root, false, "")}}
	return img, nil
}

// folderEntries walks a folder. Only what lies inside it is opened: os.Root refuses to follow a link out.
type folderEntries struct {
	root    *os.Root
	overlay bool     // the folder is a layer of the overlay driver, with its own form of whiteouts
	todo    []string // folders to list, the next one last
	list    []fs.DirEntry
	dir     string
	cur     *lazyFile
	skipped func(path string)
	names   map[inode]string // files with several names, by the first one met
}

// inode identifies a file within one machine.
type inode struct{ dev, ino uint64 }

func (w *folderEntries) next(e *Entry) error {
	for {
		if w.cur != nil {
			w.cur.release()
			w.cur = nil
		}
		if len(w.list) == 0 {
			if len(w.todo) == 0 {
				return io.EOF
			}
			w.dir, w.todo = w.todo[len(w.todo)-1], w.todo[:len(w.todo)-1]
			list, err := w.readDir(w.dir)
			if err != nil {
				if w.dir == "." {
					return err
				}
				w.skipped(w.dir)
				continue
			}
			w.list = list
			continue
		}
		d := w.list[0]
		w.list = w.list[1:]
		ok, err := w.entry(e, path.Join(w.dir, d.Name()), d)
		if err != nil {
			w.skipped(path.Join(w.dir, d.Name()))
			continue
		}
		if ok {
			return nil
		}
	}
}

func (w *folderEntries) readDir(name string) ([]fs.DirEntry, error) {
	f, err := w.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.ReadDir(-1)
	return list, err
}

func (w *folderEntries) entry(e *Entry, name string, d fs.DirEntry) (bool, error) {
	*e = Entry{Path: name}
	switch d.Type() {
	case fs.ModeDir:
		e.Kind = Dir
		w.todo = append(w.todo, name)
		if w.overlay && opaque(w.root, name) {
			e.Kind = Opaque
		}
		return true, nil
	case fs.ModeSymlink:
		link, err := w.root.Readlink(name)
		e.Kind, e.Link = Symlink, link
		return true, err
	case 0:
		st, err := d.Info()
		if err != nil {
			return false, err
		}
		if id, ok := linked(st); ok { // one file with several names is delivered once, as a tar would
			if first, seen := w.names[id]; seen {
				e.Kind, e.Link = Hardlink, first
				return true, nil
			}
			if w.names == nil {
				w.names = map[inode]string{}
			}
			w.names[id] = name
		}
		w.cur = &lazyFile{root: w.root, name: name}
		e.Kind, e.Size, e.Mode, e.At = File, st.Size(), st.Mode().Perm(), w.cur
		return true, nil
	}
	e.Kind = Other
	if w.overlay && d.Type()&fs.ModeCharDevice != 0 {
		st, err := d.Info()
		if err != nil {
			return false, err
		}
		if isWhiteout(st) {
			e.Kind = Whiteout
		}
	}
	return true, nil
}

func (w *folderEntries) Read(p []byte) (int, error) {
	if w.cur == nil {
		return 0, io.EOF
	}
	n, err := w.cur.ReadAt(p, w.cur.pos)
	w.cur.pos += int64(n)
	return n, err
}

// lazyFile opens its file at the first read: most files are never read. It stays open while its entry is the current
// one, and opens anew for every later read.
type lazyFile struct {
	root *os.Root
	name string
	pos  int64

	mu   sync.Mutex
	f    *os.File
	past bool
}

func (l *lazyFile) ReadAt(p []byte, off int64) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f != nil {
		return l.f.ReadAt(p, off)
	}
	f, err := l.root.Open(l.name)
	if err != nil {
		return 0, err
	}
	if l.past {
		defer f.Close()
		return f.ReadAt(p, off)
	}
	l.f = f
	return f.ReadAt(p, off)
}

func (l *lazyFile) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.past = true
	if l.f != nil {
		l.f.Close()
		l.f = nil
	}
}

// folderLayer opens a folder as a layer.
func folderLayer(root *os.Root, overlay bool, diffID string) func(context.Context) (*Layer, error) {
	return func(context.Context) (*Layer, error) {
		l := &Layer{DiffID: diffID}
		l.entries = &folderEntries{root: root, overlay: overlay, todo: []string{"."}, skipped: func(name string) {
			if len(l.Unreadable) < maxSkipped {
				l.Unreadable = append(l.Unreadable, name)
			}
		}}
		return l, nil
	}
}
