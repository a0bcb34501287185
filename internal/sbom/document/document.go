// Package document reads SBOMs: CycloneDX 1.2 to 1.7 as JSON and XML, SPDX 2 as JSON, YAML, tag-value and RDF/XML,
// SPDX 3, syft's own JSON, as the usual tools and drydock itself write them; each also compressed, in UTF-16, and
// within GitHub's export or an attestation. It reads once, forward, and keeps only what matching and attribution need;
// what it reads is foreign, so size, nesting and the number of packages are bounded.
package document

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/inventory"
)

// Bounds on what is read. The largest SBOMs of real images are a tenth of these.
const (
	maxBytes    = 512 << 20
	maxPackages = 250_000
	maxNesting  = 64      // of components inside components
	maxText     = 1 << 16 // bytes of one name, version or licence; longer ones are dropped
)

// ReadFile reads the SBOM at path.
func ReadFile(path string) (*inventory.Inventory, error) {
	f, err := bounded.Open(path)
	if err != nil {
		return nil, clierr.InputErr("", err)
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads an SBOM; name is what errors call it and becomes the inventory's target. Packages that cannot be matched
// because nothing says what they are stand among the inventory's problems. The error is a *clierr.Error with the place;
// the inventory then holds the packages before that place, and is nil where there are none.
func Read(r io.Reader, name string) (*inventory.Inventory, error) {
	b := &builder{inv: &inventory.Inventory{Target: name}, names: map[string]string{}}
	t, err := unwrap(bounded.Reader(r, maxBytes))
	if err != nil {
		return nil, clierr.InputErr(name, err).WithHint(formatsHint)
	}
	if err := readText(t.Reader, b); err != nil {
		if !t.plain {
			r = nil // its lines are not those of the text
		}
		err = located(r, name, err)
		if len(b.inv.Packages) == 0 {
			return nil, err
		}
		return b.finish(), err
	}
	return b.finish(), nil
}

// Opener opens one document of several.
type Opener = func() (io.ReadCloser, error)

// ReadAll reads the documents that a store of images holds under one name. Those that turn out to be no SBOM are passed
// over as long as another is one; the error is else that of the first.
func ReadAll(docs []Opener, name string) (*inventory.Inventory, error) {
	var all *inventory.Inventory
	var first error
	for _, open := range docs {
		inv, err := readOne(open, name)
		if first == nil {
			first = err
		}
		switch {
		case inv == nil:
		case all == nil:
			all = inv
		default:
			all.Packages = append(all.Packages, inv.Packages...)
			all.Problems = append(all.Problems, inv.Problems...)
		}
	}
	if all == nil {
		return nil, first
	}
	inventory.Sort(all.Packages)
	return all, nil
}

func readOne(open Opener, name string) (*inventory.Inventory, error) {
	r, err := open()
	if err != nil {
		return nil, clierr.InputErr(name, err)
	}
	defer r.Close()
	return Read(r, name)
}

// readText reads any of the formats.
func readText(r *bufio.Reader, b *builder) error {
	kind, err := sniff(r)
	if err != nil {
		return err
	}
	switch kind {
	case '{', '[':
		return readJSON(r, b)
	case '<':
		return readXML(r, b)
	}
	head, _ := r.Peek(32 << 10) // what there is of it
	switch {
	case tagValueRE.Match(head):
		return readTagValue(r, b)
	case spdxYAML.Match(head):
		return readYAML(r, b)
	}
	what, err := LookAt(r)
	if err != nil {
		return err
	}
	e := clierr.Input(b.inv.Target, "not an SBOM").WithHint(formatsHint)
	if what.Is != "" {
		e = clierr.Input(b.inv.Target, "this is %s, and not an SBOM", what.Is).WithHint(formatsHint)
	}
	if what.Remedy != "" {
		e = e.WithHint("%s", what.Remedy)
	}
	return e
}

const formatsHint = "SBOMs are read as CycloneDX 1.2 to 1.7 (JSON or XML), SPDX 2 (JSON, YAML, tag-value or RDF/XML), " +
	"SPDX 3 (JSON) and syft's JSON, also within attestations."

var bom = []byte("\xef\xbb\xbf")

var (
	errEmpty = errors.New("an empty file")
	errDeep  = fmt.Errorf("nested more than %d deep", maxNesting)
)

// sniff returns the first byte that is not white space, which tells the families apart.
func sniff(br *bufio.Reader) (byte, error) {
	for {
		c, err := br.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, errEmpty
		case err != nil:
			return 0, err
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		}
		return c, br.UnreadByte()
	}
}

// placed is an error with the offset at which it was met.
type placed struct {
	offset int64
	line   int // where the format's reader counts lines itself
	err    error
}

func (p *placed) Error() string { return p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

// located gives err its file, line and column. The line is found by reading the file again up to the offset, which
// costs nothing where nothing is wrong.
func located(r io.Reader, name string, err error) error {
	var known *clierr.Error
	if errors.As(err, &known) {
		return err
	}
	e := clierr.InputErr(name, err)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		e = e.WithHint("The file seems to be cut off; write it again.")
	}
	var p *placed
	if !errors.As(err, &p) {
		return e
	}
	if p.line > 0 {
		return e.At(p.line, 0)
	}
	if s, ok := r.(io.ReadSeeker); ok {
		if line, col, err := lineOf(s, p.offset); err == nil {
			return e.At(line, col)
		}
	}
	e.Err = fmt.Errorf("at byte %d: %w", p.offset, e.Err)
	return e
}

func lineOf(s io.ReadSeeker, offset int64) (line, col int, err error) {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return 0, 0, err
	}
	line, col = 1, 1
	buf := make([]byte, 64<<10)
	for r := io.LimitReader(s, offset); ; {
		n, err := r.Read(buf)
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			line += bytes.Count(buf[:n], []byte{'\n'})
			col = n - i
		} else {
			col += n
		}
		if err == io.EOF {
			return line, col, nil
		} else if err != nil {
			return 0, 0, err
		}
	}
}
