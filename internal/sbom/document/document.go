// Package document reads SBOMs: CycloneDX 1.2 to 1.7 as JSON and XML, SPDX 2.2 and 2.3 as JSON and tag-value, as syft,
// trivy, cdxgen and drydock itself write them. It reads once, forward, and keeps only what matching and attribution
// need; what it reads is foreign, so size, nesting and the number of packages are bounded.
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
	br := bufio.NewReaderSize(bounded.Reader(r, maxBytes), 64<<10)
	kind, err := sniff(br)
	if err != nil {
		return nil, clierr.InputErr(name, err).WithHint(formatsHint)
	}
	switch kind {
	case '{':
		err = readJSON(br, b)
	case '<':
		err = readXML(br, b)
	case 'S':
		err = readTagValue(br, b)
	default:
		return nil, clierr.Input(name, "not an SBOM").WithHint(formatsHint)
	}
	if err != nil {
		err = located(r, name, err)
		if len(b.inv.Packages) == 0 {
			return nil, err
		}
	}
	return b.finish(), err
}

const formatsHint = "SBOMs are read as CycloneDX 1.2 to 1.7 (JSON or XML) and SPDX 2.2 or 2.3 (JSON or tag-value)."

// Sniff tells from the first bytes of a file (4 KiB are plenty) whether it is worth reading as an SBOM.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
	if len(head) == 0 {
		return false
	}
	switch head[0] {
	case '{':
		return bytes.Contains(head, []byte(`"bomFormat"`)) || bytes.Contains(head, []byte(`"spdxVersion"`)) || bytes.Contains(head, []byte("cyclonedx.org/schema"))
	case '<':
		return bytes.Contains(head, []byte("cyclonedx.org/schema/bom"))
	}
	return bytes.HasPrefix(head, []byte("SPDXVersion:"))
}

var bom = []byte("\xef\xbb\xbf")

// sniff tells the three families by the first byte that is not white space: '{', '<' or 'S'.
func sniff(br *bufio.Reader) (byte, error) {
	if head, err := br.Peek(len(bom)); err == nil && bytes.Equal(head, bom) {
		if _, err := br.Discard(len(bom)); err != nil {
			return 0, err
		}
	}
	for {
		c, err := br.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, errors.New("the file is empty")
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
