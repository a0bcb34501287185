package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"sync"

	"archive/tar"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Bounds on decompression. A layer may well compress a thousandfold (a sparse file), so the ratio alone is no proof of
// a bomb; a bomb is a layer that is both huge and made of next to nothing.
const (
	bombBytes = 8 << 30
	bombRatio = 250
	maxBytes  = 1 << 40
	maxWindow = 128 << 20 // memory of a zstd decoder
)

var (
	magicGzip = []byte{0x1f, 0x8b}
	magicZstd = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// compression tells by its first bytes how a blob is compressed: "gzip", "zstd", or "".
func compression(head []byte) string {
	switch {
	case bytes.HasPrefix(head, magicGzip):
		return "gzip"
	case bytes.HasPrefix(head, magicZstd):
		return "zstd"
	}
	return ""
}

// counter counts and hashes what passes.
type counter struct {
	r    io.Reader
	n    int64
	hash hash.Hash // may be nil
	done func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.hash != nil {
		c.hash.Write(p[:n])
	}
	if c.done != nil && n > 0 {
		c.done(int64(n))
	}
	return n, err
}

func (c *counter) sum() string { return "sha256:" + hex.EncodeToString(c.hash.Sum(nil)) }

// streamLayer is a layer that is read forward from raw, decompressed as its first bytes say. wantDigest and wantDiffID
// are compared at the end if hashing is on; with neither known, hashing still learns the diff id.
func streamLayer(raw io.Reader, hashing bool, wantDigest, wantDiffID string, done func(int64)) (*Layer, error) {
	stored := &counter{r: raw, done: done}
	if hashing && wantDigest != "" {
		stored.hash = sha256.New()
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(stored, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	src := io.MultiReader(bytes.NewReader(head[:n]), stored)
	l := &Layer{DiffID: wantDiffID}
	var plain io.Reader
	switch compression(head[:n]) {
	case "gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		plain, l.closers = z, append(l.closers, z)
	case "zstd":
		z, err := zstd.NewReader(src, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		rc := z.IOReadCloser()
		plain, l.closers = rc, append(l.closers, rc)
	default:
		plain = src
	}
	unpacked := &counter{r: &bombGuard{r: plain, stored: stored}}
	if hashing {
		unpacked.hash = sha256.New()
	}
	ahead := newReadAhead(unpacked)
	l.closers = append(l.closers, ahead)
	l.entries = &tarEntries{tr: tar.NewReader(ahead)}
	l.end = func() error {
		if !hashing {
			return nil
		}
		if _, err := io.Copy(io.Discard, ahead); err != nil {
			return err
		}
		if stored.hash != nil {
			if _, err := io.Copy(io.Discard, stored); err != nil {
				return err
			}
			if got := stored.sum(); got != wantDigest {
				return &DigestError{Want: wantDigest, Got: got}
			}
		}
		got := unpacked.sum()
		if wantDiffID != "" && got != wantDiffID {
			return &DigestError{Want: wantDiffID, Got: got}
		}
		l.DiffID = got
		return nil
	}
	return l, nil
}

// DigestError is content that is not what its digest says.
type DigestError struct{ Want, Got string }

// Error names both digests.
func (e *DigestError) Error() string {
	return fmt.Sprintf("the content is not what its digest says: want %s, got %s", e.Want, e.Got)
}

// bombGuard ends a decompression that has no end in sight.
type bombGuard struct {
	r      io.Reader
	stored *counter
	n      int64
}

func (g *bombGuard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.n += int64(n)
	if g.n > bombBytes && g.n/bombRatio > g.stored.n || g.n > maxBytes {
		return n, fmt.Errorf("a decompression bomb: %d bytes came out of %d", g.n, g.stored.n)
	}
	return n, err
}

// readAhead decompresses in a goroutine of its own, so that it goes on while entries are looked at.
type readAhead struct {
	full  chan chunk
	empty chan []byte
	stop  chan struct{}
	once  sync.Once
	gone  sync.WaitGroup
	cur   chunk
	rest  []byte
}

type chunk struct {
	data []byte
	err  error
}

const (
	aheadChunk  = 256 << 10
	aheadChunks = 4
)

func newReadAhead(r io.Reader) *readAhead {
	a := &readAhead{full: make(chan chunk, aheadChunks), empty: make(chan []byte, aheadChunks),
		stop: make(chan struct{})}
	for range aheadChunks {
		a.empty <- make([]byte, aheadChunk)
	}
	a.gone.Add(1)
	go func() {
		defer a.gone.Done()
		for {
			var buf []byte
			select {
			case buf = <-a.empty:
			case <-a.stop:
				return
			}
			n, err := io.ReadFull(r, buf)
			if err == io.ErrUnexpectedEOF && n > 0 {
				err = nil // a short last chunk; the next read says how it ended
			}
			select {
			case a.full <- chunk{buf[:n], err}:
			case <-a.stop:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return a
}

func (a *readAhead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur.err != nil {
			return 0, a.cur.err
		}
		if a.cur.data != nil {
			a.empty <- a.cur.data[:cap(a.cur.data)]
		}
		a.cur = <-a.full
		a.rest = a.cur.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops the goroutine and waits for it, since it reads from what is closed next.
func (a *readAhead) Close() error {
	a.once.Do(func() { close(a.stop) })
	a.gone.Wait()
	return nil
}
