package lockfile

import (
	"bytes"
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// xmlEncodingRE is the encoding that an XML declaration names.
var xmlEncodingRE = lazyregexp.New(`^(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"'>]*["']`)

// asUTF8 gives a reader the text of a file as UTF-8 without a byte order mark. PowerShell writes requirements as
// UTF-16, Visual Studio its project files; which it is the mark at the begin tells, as Python's and Microsoft's tools
// take it.
func asUTF8(read extract.Reader) extract.Reader {
	return func(f *extract.File) ([]inventory.Package, error) {
		var head [4]byte
		if n, err := f.Seeker().ReadAt(head[:], 0); n < 2 {
			_ = err // what is that short has no mark; the reader itself meets the error
			return read(f)
		}
		order := byteOrderMark(head[:])
		if order == noMark {
			return read(f)
		}
		data, err := f.Bytes()
		if err != nil {
			return nil, err
		}
		text, err := plainText(data)
		if err != nil {
			return nil, err
		}
		g := *f
		g.Data, g.Size, g.At = text, int64(len(text)), nil
		return read(&g)
	}
}

// plainText is a text as UTF-8 without a byte order mark.
func plainText(data []byte) ([]byte, error) {
	order := byteOrderMark(data)
	if order == noMark {
		return data, nil
	}
	text, err := decode(data, order)
	if err == nil && order != utf8Mark && bytes.HasPrefix(text, []byte("<?xml")) {
		text = []byte(xmlEncodingRE.ReplaceAllString(string(text), "$1"))
	}
	return text, err
}

type mark int

const (
	noMark mark = iota
	utf8Mark
	utf16LE
	utf16BE
	utf32LE
	utf32BE
)

func byteOrderMark(head []byte) mark {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return utf8Mark
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}): // before UTF-16, whose mark it begins with
		return utf32LE
	case bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return utf32BE
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return utf16LE
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return utf16BE
	}
	return noMark
}

// decode turns a text with a byte order mark into UTF-8.
func decode(data []byte, order mark) ([]byte, error) {
	width, big := 2, order == utf16BE || order == utf32BE
	switch order {
	case utf8Mark:
		return data[3:], nil
	case utf32LE, utf32BE:
		width = 4
	}
	if len(data)%width != 0 {
		return nil, errors.New("the text is UTF-16 or UTF-32 by its first bytes, and ends within a character")
	}
	out := make([]byte, 0, len(data)/width+16)
	unit := func(i int) (u rune) {
		for j := range width {
			at := i + width - 1 - j
			if big {
				at = i + j
			}
			u = u<<8 | rune(data[at])
		}
		return u
	}
	for i := width; i < len(data); i += width {
		r := unit(i)
		if width == 2 && utf16.IsSurrogate(r) && i+2*width <= len(data) {
			if pair := utf16.DecodeRune(r, unit(i+width)); pair != utf8.RuneError {
				r, i = pair, i+width
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}
