// Package limit bounds what is read from foreign bytes, and tells "cut off here" apart from "ended here".
package limit

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrTooLarge is wrapped by every error of this package that means "more than allowed".
var ErrTooLarge = errors.New("too large")

// Reader reads from r and fails with ErrTooLarge, not io.EOF, when there is more than max bytes.
func Reader(r io.Reader, max int64) io.Reader { return &reader{r: r, left: max, max: max} }

type reader struct {
	r         io.Reader
	left, max int64
}

func (l *reader) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, l.max)
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, l.max)
	}
	return n, err
}

// ReadAll reads r to its end, or fails with ErrTooLarge.
func ReadAll(r io.Reader, max int64) ([]byte, error) { return io.ReadAll(Reader(r, max)) }

// ReadFile reads a regular file of at most max bytes. Folders, devices and pipes are refused, so that a hostile tree
// cannot make a reader hang.
func ReadFile(path string, max int64) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	if st.Size() > max {
		return nil, &os.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, st.Size(), max)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, max)
}
