// Package rpmdb reads rpm's database of installed packages in its three forms: Berkeley DB, NDB and SQLite. It reads
// the forms' published layouts directly, from any io.ReaderAt, because what is read is foreign: every length is held
// against what is there, chains of pages are bounded, and what is damaged costs no more than the packages in it.
package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Package is one installed package.
type Package struct {
	Name, Version, Release, Arch string
	Epoch                        int
	SourceRPM                    string // name-version-release.src.rpm, "" where it is not told
	License, Vendor              string
	Size                         int64 // installed, in bytes; 0 where it is not told or 4 GiB and more

	// The package's files: BaseNames[i] in DirNames[DirIndexes[i]].
	BaseNames  []string
	DirIndexes []int32
	DirNames   []string
}

// ErrFormat is wrapped by the error about a file that is none of the three forms.
var ErrFormat = errors.New("not a package database of rpm")

// Read calls each for the packages of a database of size bytes. What cannot be read is passed over: the error tells the
// first such place and how many there are, and the packages that were read stand.
func Read(at io.ReaderAt, size int64, each func(*Package)) error {
	d := &database{at: at, size: size, each: each, budget: 2*size + 1<<20}
	head := make([]byte, min(size, 512))
	if err := d.read(head, 0); err != nil {
		return err
	}
	var err error
	switch {
	case bytes.HasPrefix(head, sqliteMagic):
		err = d.sqlite(head)
	case bytes.HasPrefix(head, ndbMagic):
		err = d.ndb(head)
	case len(head) >= bdbMeta && bdbOrder(head) != nil:
		err = d.bdb(head)
	default:
		return ErrFormat
	}
	if err != nil {
		return err
	}
	switch d.faults {
	case 0:
		return nil
	case 1:
		return d.first
	}
	return fmt.Errorf("%w (and %d more faults)", d.first, d.faults-1)
}

// database is a database that is being read.
type database struct {
	at     io.ReaderAt
	size   int64
	each   func(*Package)
	budget int64 // bytes that may still be read: a sound database is read once, one that leads in circles for ever
	faults int
	first  error
}

// Bounds of rpm itself on one package's header.
const (
	maxHeader = 256 << 20
	maxTags   = 1 << 20
)

var errCircle = errors.New("the pages lead in circles")

// read fills p from the file.
func (d *database) read(p []byte, off int64) error {
	if off < 0 || off > d.size || int64(len(p)) > d.size-off {
		return fmt.Errorf("cut off: %d bytes at %d of %d", len(p), off, d.size)
	}
	if d.budget -= int64(len(p)); d.budget < 0 {
		return errCircle
	}
	n, err := d.at.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// fault notes something that could not be read. It returns the error that ends the reading, nil to go on.
func (d *database) fault(err error) error {
	if errors.Is(err, errCircle) {
		return err
	}
	if d.faults++; d.first == nil {
		d.first = err
	}
	return nil
}

// header takes one package's header.
func (d *database) header(blob []byte) {
	p, err := parseHeader(blob)
	if err != nil {
		d.fault(err)
		return
	}
	d.each(p)
}

// The tags of a header that are of interest.
const (
	tagName       = 1000
	tagVersion    = 1001
	tagRelease    = 1002
	tagEpoch      = 1003
	tagSize       = 1009
	tagVendor     = 1011
	tagLicense    = 1014
	tagArch       = 1022
	tagSourceRPM  = 1044
	tagDirIndexes = 1116
	tagBaseNames  = 1117
	tagDirNames   = 1118
)

// The types of a tag's data that are of interest.
const (
	typeInt32       = 4
	typeString      = 6
	typeStringArray = 8
)

// parseHeader reads a package's header as databases hold it: the number of tags and of data bytes, the tags (each with
// type, place in the data and count), the data. All numbers are big-endian, on every machine.
func parseHeader(b []byte) (*Package, error) {
	if len(b) < 8 {
		return nil, errors.New("a package's header is cut off")
	}
	tags, size := int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	if tags > maxTags || size > maxHeader || 8+16*tags+size > int64(len(b)) {
		return nil, fmt.Errorf("a package's header of %d tags and %d bytes in %d bytes", tags, size, len(b))
	}
	h := header{index: b[8 : 8+16*tags], data: b[8+16*tags : 8+16*tags+size]}
	p := &Package{
		Name: h.text(tagName), Version: h.text(tagVersion), Release: h.text(tagRelease), Arch: h.text(tagArch),
		SourceRPM: h.text(tagSourceRPM), License: h.text(tagLicense), Vendor: h.text(tagVendor),
		BaseNames: h.texts(tagBaseNames), DirIndexes: h.numbers(tagDirIndexes), DirNames: h.texts(tagDirNames),
	}
	if e := h.numbers(tagEpoch); len(e) > 0 {
		p.Epoch = int(e[0])
	}
	if n := h.numbers(tagSize); len(n) > 0 {
		p.Size = int64(uint32(n[0]))
	}
	if p.Name == "" || p.Version == "" {
		return nil, errors.New("a package's header without name or version")
	}
	return p, nil
}

type header struct{ index, data []byte }

// find returns the data from a tag's place on and the count of its items; what was added to a header later stands later
// and counts.
func (h *header) find(tag, kind uint32) (data []byte, count int) {
	for i := len(h.index) - 16; i >= 0; i -= 16 {
		e := h.index[i : i+16]
		if binary.BigEndian.Uint32(e) != tag || binary.BigEndian.Uint32(e[4:]) != kind {
			continue
		}
		off := int64(binary.BigEndian.Uint32(e[8:]))
		if off > int64(len(h.data)) {
			return nil, 0
		}
		return h.data[off:], int(min(int64(binary.BigEndian.Uint32(e[12:])), int64(len(h.data))))
	}
	return nil, 0
}

func (h *header) text(tag uint32) string {
	data, _ := h.find(tag, typeString)
	i := bytes.IndexByte(data, 0)
	if i < 0 || string(data[:i]) == "(none)" {
		return ""
	}
	return string(data[:i])
}

func (h *header) texts(tag uint32) []string {
	data, n := h.find(tag, typeStringArray)
	var out []string
	for ; n > 0; n-- {
		i := bytes.IndexByte(data, 0)
		if i < 0 {
			break
		}
		out = append(out, string(data[:i]))
		data = data[i+1:]
	}
	return out
}

func (h *header) numbers(tag uint32) []int32 {
	data, n := h.find(tag, typeInt32)
	var out []int32
	for n = min(n, len(data)/4); n > 0; n-- {
		out = append(out, int32(binary.BigEndian.Uint32(data)))
		data = data[4:]
	}
	return out
}
