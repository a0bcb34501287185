package ingest

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"

	"github.com/drydock/drydock/internal/report"
)

// Bounds of an upload. What is sent is bounded by the server; these bound what it unpacks to.
const (
	maxUnpacked = 512 << 20
	maxValue    = 8 << 20 // one finding, or another value that is read whole
	maxElements = 1_000_000
)

// Refused says why a document is not taken in; the text is for whoever sent it.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refused{fmt.Sprintf(format, args...)} }

// Document is an upload that was read to its end, and is kept compressed in a file without a name.
type Document struct {
	Head Head
	file *os.File
}

// Reader returns the document, compressed, from its start.
func (d *Document) Reader() (io.Reader, error) {
	_, err := d.file.Seek(0, io.SeekStart)
	return d.file, err
}

// Close lets the document go.
func (d *Document) Close() error { return d.file.Close() }

// Receive reads a document, which may be compressed with gzip, and keeps it in a folder until it is closed.
func Receive(body io.Reader, dir string) (*Document, error) {
	file, err := os.CreateTemp(dir, "upload-*")
	if err != nil {
		return nil, fmt.Errorf("keeping the upload: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil { // it goes with the process
		file.Close()
		return nil, fmt.Errorf("keeping the upload: %w", err)
	}
	d := &Document{file: file}
	if err := d.read(body); err != nil {
		file.Close()
		return nil, err
	}
	return d, nil
}

func (d *Document) read(body io.Reader) error {
	plain, err := unpack(body)
	if err != nil {
		return err
	}
	packed, err := newWriter(d.file)
	if err != nil {
		return err
	}
	failing := &sticky{Reader: plain}
	in := &io.LimitedReader{R: failing, N: maxUnpacked + 1}
	head, err := readHead(io.TeeReader(in, packed))
	switch {
	case failing.err != nil:
		return failing.err // the connection's or the archive's: what was read until then says nothing
	case in.N <= 0:
		return refuse("the document unpacks to more than %d MB", maxUnpacked>>20)
	case err != nil:
		return err
	}
	d.Head = *head
	return packed.Close()
}

// sticky remembers the error that a reader ends with.
type sticky struct {
	io.Reader
	err error
}

// Read reads on.
func (s *sticky) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// unpack takes gzip off, which a document's first bytes tell.
func unpack(body io.Reader) (io.Reader, error) {
	in := bufio.NewReader(body)
	magic, err := in.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(magic) == 0 {
		return nil, refuse("the upload is empty")
	}
	if len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return in, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, refuse("the upload begins like gzip and is none: %v", err)
	}
	return &gzipReader{z}, nil
}

// gzipReader makes damage in an archive the sender's affair.
type gzipReader struct{ *gzip.Reader }

// Read reads on.
func (g *gzipReader) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = refuse("the upload's gzip is damaged: %v", err)
	}
	return n, err
}

func newWriter(w io.Writer) (*zstd.Encoder, error) {
	return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(1<<20))
}

// open unpacks a kept document.
func open(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8<<20),
		zstd.WithDecoderMaxWindow(8<<20))
}

// walker reads JSON value by value and bounds each.
type walker struct {
	*jsontext.Decoder
	in   io.Reader
	read int64
}

func newWalker(r io.Reader) *walker {
	w := &walker{in: r}
	w.Decoder = jsontext.NewDecoder(w, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return w
}

// Read gives the decoder more, unless the value at hand is too large already.
func (w *walker) Read(p []byte) (int, error) {
	if w.Decoder != nil && w.read-w.InputOffset() > maxValue {
		return 0, refuse("a value in the document is larger than %d MB", maxValue>>20)
	}
	n, err := w.in.Read(p[:min(len(p), 64<<10)])
	w.read += int64(n)
	return n, err
}

// fail says what is wrong with a document at the walker's place.
func (w *walker) fail(err error) error {
	var refused *Refused
	if errors.As(err, &refused) {
		return refused
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		return refuse("the document is no JSON: %s", cleanLine(syntactic.Error()))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return refuse("the document ends too early, after %d bytes", w.InputOffset())
	}
	return err
}

// object calls each for the members of the object that comes next; each reads the member's value.
func (w *walker) object(each func(name string) error) error {
	token, err := w.ReadToken()
	if err != nil {
		return w.fail(err)
	}
	if token.Kind() != '{' {
		return refuse("the document is no JSON object")
	}
	for w.PeekKind() == '"' {
		name, err := w.ReadToken()
		if err != nil {
			return w.fail(err)
		}
		if err := each(name.String()); err != nil {
			return w.fail(err)
		}
	}
	if _, err := w.ReadToken(); err != nil {
		return w.fail(err)
	}
	return nil
}

// array calls each for the elements of the array that comes next; null is an empty one.
func (w *walker) array(name string, each func() error) error {
	switch w.PeekKind() {
	case 'n':
		return w.SkipValue()
	case '[':
	default:
		if err := w.SkipValue(); err != nil {
			return err
		}
		return refuse("%q is no list", name)
	}
	if _, err := w.ReadToken(); err != nil {
		return err
	}
	for n := 0; w.PeekKind() != ']'; n++ {
		if n >= maxElements {
			return refuse("%q has more than %d elements", name, maxElements)
		}
		if err := each(); err != nil {
			return err
		}
	}
	_, err := w.ReadToken()
	return err
}

// value reads the value that comes next into a variable.
func (w *walker) value(name string, to any) error {
	raw, err := w.ReadValue()
	if err != nil {
		return err
	}
	if err := decode(raw, to); err != nil {
		return refuse("%q: %s", name, cleanLine(err.Error()))
	}
	return nil
}

func decode(raw jsontext.Value, to any) error {
	return json.Unmarshal(raw, to, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// readHead reads a document to its end and returns its head.
func readHead(in io.Reader) (*Head, error) {
	h := &Head{}
	w := newWalker(in)
	var schema, sarif string
	var runs bool
	err := w.object(func(name string) error {
		switch name {
		case "schema":
			return w.value(name, &schema)
		case "version":
			if w.PeekKind() == '"' {
				return w.value(name, &sarif)
			}
			return w.SkipValue()
		case "runs":
			runs = true
			return w.array(name, func() error { h.RunsOfSARIF++; return w.skipBounded() })
		}
		return h.member(w, name)
	})
	if err != nil {
		return nil, err
	}
	if w.PeekKind() != 0 {
		return nil, refuse("something follows the document")
	}
	switch {
	case schema == report.Schema:
		h.Format = FormatReport
	case runs && strings.HasPrefix(sarif, "2.1."):
		h.Format = FormatSARIF
	case schema != "":
		return nil, refuse("the document's schema is %q; %s is taken in", cleanLine(schema), report.Schema)
	default:
		return nil, refuse("the document is neither a drydock report nor SARIF 2.1.0")
	}
	return h, nil
}

// skipBounded skips a value of any size by its tokens.
func (w *walker) skipBounded() error {
	depth := w.StackDepth()
	for {
		if _, err := w.ReadToken(); err != nil {
			return err
		}
		if w.StackDepth() <= depth {
			return nil
		}
	}
}

// member reads a member of a report.
func (h *Head) member(w *walker, name string) error {
	switch name {
	case "tool":
		if w.PeekKind() == '{' {
			return w.value(name, &h.Tool)
		}
	case "target":
		return w.value(name, &h.Target)
	case "started":
		return w.value(name, &h.Started)
	case "listing":
		return w.value(name, &h.Listing)
	case "advisories":
		return w.value(name, &h.Advisories)
	case "gates":
		return w.value(name, &h.Gates)
	case "services":
		return w.value(name, &h.Services)
	case "policy":
		return w.value(name, &h.Policy)
	case "findings":
		return w.array(name, func() error { h.Findings++; return w.SkipValue() })
	case "packages":
		return w.array(name, func() error { h.Packages++; return w.SkipValue() })
	}
	return w.skipBounded()
}
