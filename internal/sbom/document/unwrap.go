package document

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/drydock/drydock/internal/bounded"
)

// maxWrappings bounds how often a file may be compressed over.
const maxWrappings = 3

// text is a document's text after all that was done to store it has been undone.
type text struct {
	*bufio.Reader
	plain bool // nothing had to be undone: offsets are those of the file
}

// unwrap undoes compression (gzip, zstd) and UTF-16, and takes off a byte order mark.
func unwrap(r io.Reader) (*text, error) {
	t := &text{Reader: buffered(r), plain: true}
	for n := 0; ; n++ {
		head, _ := t.Peek(4) // a shorter file has none of these
		var inner io.Reader
		switch {
		case bytes.HasPrefix(head, []byte("\x1f\x8b")):
			z, err := gzip.NewReader(t.Reader)
			if err != nil {
				return nil, fmt.Errorf("compressed with gzip: %w", err)
			}
			inner = z
		case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
			z, err := zstd.NewReader(t.Reader, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20))
			if err != nil {
				return nil, fmt.Errorf("compressed with zstd: %w", err)
			}
			inner = z
		case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
			inner = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(t.Reader)
		case bytes.HasPrefix(head, bom):
			_, err := t.Discard(len(bom))
			return t, err
		default:
			return t, nil
		}
		if n == maxWrappings {
			return nil, fmt.Errorf("compressed more than %d times over", maxWrappings)
		}
		t.Reader, t.plain = buffered(bounded.Reader(inner, maxBytes)), false
	}
}

// Text is what r holds with compression, UTF-16 and a byte order mark undone.
func Text(r io.Reader) (io.Reader, error) {
	t, err := unwrap(r)
	if err != nil {
		return nil, err
	}
	return t.Reader, nil
}

func buffered(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 64<<10) }

// charset decodes what an XML declaration names: the encodings in which tools write. UTF-16 was undone before, by its
// byte order mark.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
		return r, nil
	case "iso-8859-1", "latin1", "iso_8859-1":
		return charmap.ISO8859_1.NewDecoder().Reader(r), nil
	case "iso-8859-15", "latin-9":
		return charmap.ISO8859_15.NewDecoder().Reader(r), nil
	case "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	}
	return nil, fmt.Errorf("the encoding %q is not one that can be read: write the file as UTF-8", clip(label))
}
