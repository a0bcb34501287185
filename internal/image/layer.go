package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Kind is what an entry is.
type Kind uint8

// The kinds of entries. A whiteout removes what lies below at its path; Opaque empties the folder at its path.
const (
	File Kind = iota
	Dir
	Symlink
	Hardlink // Link is the path of another entry of the same layer
	Whiteout
	Opaque
	Other // device, pipe, socket
)

// Entry is one entry of a layer.
type Entry struct {
	Path string // slash separated and clean, without leading slash; "" is the root
	Kind Kind
	Mode fs.FileMode // permission bits
	Size int64       // of a File
	Link string      // of a Symlink as it stands, of a Hardlink as a clean path

	// At reads the content of a File anywhere, until the image is closed; nil where the layer is a stream, and then
	// only Layer.Read gives the content, before the next entry.
	At io.ReaderAt
}

// Layer is a layer that is being read.
type Layer struct {
	DiffID string // sha256 of the uncompressed tar; "" until it was read where the source does not tell it
	Part   string // of a stream, the layer's name in it: see Image.Part
	// Skipped are entries that were passed over because their path would leave the root or is no path at all.
	Skipped []string
	// Unreadable are files and folders of a folder that may not be read.
	Unreadable []string

	ctx     context.Context
	entries entryReader
	end     func() error // after the last entry: drains, compares digests
	onEnd   []func()     // after that
	closers []io.Closer
	count   int
}

// entryReader is one form in which a layer is kept.
type entryReader interface {
	next(e *Entry) error // io.EOF after the last; sets every field of e
	io.Reader            // content of the last entry
}

// Bounds on hostile layers.
const (
	maxEntries = 5_000_000
	maxPath    = 4096
	maxSkipped = 100
)

// Next returns the next entry, valid until the next call, and io.EOF after the last.
func (l *Layer) Next(e *Entry) error {
	for {
		if l.count++; l.count > maxEntries {
			return fmt.Errorf("more than %d entries", maxEntries)
		}
		if l.count%1024 == 0 && l.ctx != nil && l.ctx.Err() != nil {
			return l.ctx.Err()
		}
		err := l.entries.next(e)
		if err != nil {
			return err
		}
		name, ok := cleanPath(e.Path)
		if ok && e.Kind == Hardlink {
			e.Link, ok = cleanPath(e.Link)
		}
		if !ok {
			if len(l.Skipped) < maxSkipped {
				l.Skipped = append(l.Skipped, e.Path[:min(len(e.Path), 200)])
			}
			continue
		}
		e.Path = name
		if whiteout(e) {
			return nil
		}
	}
}

// Read reads the content of the last entry, forward.
func (l *Layer) Read(p []byte) (int, error) { return l.entries.Read(p) }

// Close frees what the layer holds open.
func (l *Layer) Close() error {
	var errs []error
	for i := len(l.closers) - 1; i >= 0; i-- {
		errs = append(errs, l.closers[i].Close())
	}
	return errors.Join(errs...)
}

// OnEnd has fn called when the layer was read to its end and found whole; DiffID is known then.
func (l *Layer) OnEnd(fn func()) { l.onEnd = append(l.onEnd, fn) }

func (l *Layer) finish() error {
	if l.end != nil {
		if err := l.end(); err != nil {
			return err
		}
	}
	for _, fn := range l.onEnd {
		fn()
	}
	return nil
}

// cleanPath makes a path of a layer relative and clean; false where it would leave the root.
func cleanPath(name string) (string, bool) {
	if len(name) > maxPath || strings.IndexByte(name, 0) >= 0 {
		return "", false
	}
	if name == "" || name == "." || name == "./" || name == "/" {
		return "", true
	}
	if clean(name) {
		return name, true
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			return "", false
		}
	}
	return path.Clean("/" + name)[1:], true
}

// clean tells a path that is clean as it stands, which nearly all are, without allocating.
func clean(name string) bool {
	start := 0
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		switch part := name[start:i]; part {
		case "", ".", "..":
			return false
		}
		start = i + 1
	}
	return true
}

// whiteout turns the marker files of a layer tar into what they mean; false for those that mean nothing here.
func whiteout(e *Entry) bool {
	i := strings.LastIndexByte(e.Path, '/') + 1
	base := e.Path[i:]
	if !strings.HasPrefix(base, ".wh.") {
		return true
	}
	switch {
	case base == ".wh..wh..opq":
		e.Kind, e.Path = Opaque, strings.TrimSuffix(e.Path[:i], "/")
	case strings.HasPrefix(base, ".wh..wh."): // aufs' own book-keeping
		return false
	default:
		e.Kind, e.Path = Whiteout, e.Path[:i]+base[len(".wh."):]
	}
	return true
}

// tarEntries reads a tar, from a stream or, where seek is not nil, by reading headers and passing over content.
type tarEntries struct {
	tr   *tar.Reader
	seek *seekReader
}

func (t *tarEntries) next(e *Entry) error {
	h, err := t.tr.Next()
	if err != nil {
		if err == io.EOF || err == context.Canceled {
			return err
		}
		return t.describe(err)
	}
	*e = Entry{Path: h.Name, Mode: fs.FileMode(h.Mode).Perm()}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
		e.Kind, e.Size = File, h.Size
		if t.seek != nil && h.Typeflag == tar.TypeReg && !sparse(h) {
			e.At = io.NewSectionReader(t.seek.at, t.seek.pos, h.Size)
		}
	case tar.TypeDir:
		e.Kind, e.Path = Dir, strings.TrimSuffix(h.Name, "/")
	case tar.TypeSymlink:
		e.Kind, e.Link = Symlink, h.Linkname
	case tar.TypeLink:
		e.Kind, e.Link = Hardlink, h.Linkname
	default:
		e.Kind = Other
	}
	return nil
}

func sparse(h *tar.Header) bool {
	if len(h.PAXRecords) == 0 {
		return false
	}
	return h.PAXRecords["GNU.sparse.major"] != "" || h.PAXRecords["GNU.sparse.map"] != "" ||
		h.PAXRecords["GNU.sparse.name"] != ""
}

func (t *tarEntries) Read(p []byte) (int, error) { return t.tr.Read(p) }

// describe says what is wrong with a tar in a person's words, and where, if that is known.
func (t *tarEntries) describe(err error) error {
	where := ""
	if t.seek != nil {
		where = fmt.Sprintf(" at byte %d", t.seek.pos)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("cut off%s", where)
	case errors.Is(err, tar.ErrHeader):
		return fmt.Errorf("not a tar header%s: %w", where, err)
	}
	return err
}

// seekReader reads a part of a file through a small buffer: a tar's headers are read one block at a time, and content
// that nobody asks for is passed over. It does not read ahead far, since the next header is mostly elsewhere.
type seekReader struct {
	at   io.ReaderAt
	size int64
	pos  int64
	buf  []byte
	off  int64 // of buf in the file
	n    int   // bytes in buf
	done func(int64)
}

const seekBuffer = 4 << 10

func newSeekReader(at io.ReaderAt, size int64, done func(int64)) *seekReader {
	return &seekReader{at: at, size: size, buf: make([]byte, seekBuffer), done: done}
}

func (s *seekReader) Read(p []byte) (int, error) {
	if s.pos >= s.size {
		return 0, io.EOF
	}
	if s.pos < s.off || s.pos >= s.off+int64(s.n) {
		if int64(len(p)) >= seekBuffer { // content: straight into the caller's memory
			n, err := s.at.ReadAt(p[:min(int64(len(p)), s.size-s.pos)], s.pos)
			s.pos += int64(n)
			if n > 0 {
				err = nil
			}
			return n, err
		}
		n, err := s.at.ReadAt(s.buf[:min(seekBuffer, s.size-s.pos)], s.pos)
		if n == 0 {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if s.done != nil {
			s.done(s.pos - s.off)
		}
		s.off, s.n = s.pos, n
	}
	n := copy(p, s.buf[s.pos-s.off:s.n])
	s.pos += int64(n)
	return n, nil
}

// Seek moves within the part. It allows what archive/tar needs: from the begin and from the present position.
func (s *seekReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += s.pos
	default:
		offset += s.size
	}
	if offset < 0 || offset > s.size {
		return 0, io.ErrUnexpectedEOF
	}
	s.pos = offset
	return offset, nil
}
