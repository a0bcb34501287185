package advisory

import (
	"errors"
	"io"
	"os"
	"sync"
	"unsafe"
)

// paged is an index file of which a chunk is read when the first byte of it is needed. To map the file would be
// simpler, but kernels map a file's pages by the megabyte: all of an index of which a run needs a quarter. And a mapped
// file that somebody cuts short ends the process.
type paged struct {
	from io.ReaderAt
	mem  []byte // as long as the file; what was not read yet is zero and takes no memory
	mu   sync.Mutex
}

// readPaged opens an index file. Index files are replaced by rename and never written in place, so what is read later
// fits what was read before. The file stays open as long as the process.
func readPaged(path string) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	x, err := indexOf(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return x, nil
}

func indexOf(f *os.File) (*Index, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() < int64(headerSize) || st.Size() > maxIndex {
		return nil, damaged("%d bytes", st.Size())
	}
	mem, err := reserve(int(st.Size()))
	if err != nil {
		return nil, err
	}
	p := &paged{from: f, mem: mem}
	if err := p.load(0, headerSize); err != nil {
		return nil, err
	}
	return openIndex(unsafe.String(unsafe.SliceData(mem), len(mem)), p, false)
}

// load reads the bytes lo..hi of the file into their place.
func (p *paged) load(lo, hi int) error {
	n, err := p.from.ReadAt(p.mem[lo:hi], int64(lo))
	switch {
	case n == hi-lo:
		return nil
	case errors.Is(err, io.EOF):
		return damaged("cut off at byte %d", lo+n)
	}
	return err
}
