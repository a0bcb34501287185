// Package bounded bounds what is read from foreign bytes, and tells "cut off here" apart from "ended here".
package bounded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
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

// Open opens a file that a user named. A folder is refused, and so is a named pipe, which would be waited on without
// end; a shell's <(command) stands below /dev and has its writer already.
func Open(path string) (*os.File, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case st.IsDir():
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is a folder, not a file")}
	case st.Mode()&os.ModeNamedPipe != 0 && !strings.HasPrefix(path, "/dev/"):
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is a named pipe, not a file")}
	}
	return os.Open(path)
}

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
		return nil, &os.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w: %d bytes, at most %d are read",
			ErrTooLarge, st.Size(), max)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, max)
}
