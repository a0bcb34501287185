package advisory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync/atomic"
	"unsafe"

	"github.com/cespare/xxhash/v2"
)

// An index file is a header and sections, little-endian, made to be read in place:
//
//	header    magic, number of sections, each section's offset and length, CRC of the header
//	meta      JSON: Meta
//	keys      sorted by hash of ecosystem and normalised name: hash u64, offset u32 and length u32 of the block
//	blocks    a package's entries: which record, release, intervals, versions
//	records   ids, dates, vectors, words, packages
//	text      every string once, each with its length before it; the others refer to it by offset
//	ids       sorted by hash of the upper-cased id: hash u32, offset of the record u32; all ids of a record
//	epss      sorted by CVE: CVE u32, probability in millionths u32
//	kev       sorted by CVE: CVE u32, day of entry (days since 1970) u32
//	sums      CRC of every chunk of the file after the header and before this section
//
// A chunk is read and checked when the first byte of it is needed, so that opening costs nothing and a damaged file
// gives an error instead of a wrong answer.
const (
	magic      = "DRYDADV3"
	chunk      = 4 << 10 // a page
	headerSize = len(magic) + 4 + 9*8 + 4
	keySize    = 16
	idSize     = 8
	scoreSize  = 8
)

type section int

const (
	secMeta section = iota
	secKeys
	secBlocks
	secRecords
	secText
	secIDs
	secEPSS
	secKEV
	secSums
	sections
)

// ErrDamaged is wrapped by every error about an index file whose bytes are not what was written.
var ErrDamaged = errors.New("the advisory index is damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// file is an index file: bounds-checked, checksummed access to its sections.
type file struct {
	data   string
	pages  *paged // what fills data; nil where all of it is there
	at     [sections]struct{ off, len int }
	passed []atomic.Bool // chunks that are there and whose checksum was found right; nil where the bytes are trusted
}

// openFile reads the header, which must be there if nothing else is. trusted skips the checksums: the embedded snapshot
// is part of the program.
func openFile(data string, pages *paged, trusted bool) (*file, error) {
	if len(data) < headerSize || data[:len(magic)] != magic {
		return nil, damaged("no index of this version")
	}
	h := []byte(data[:headerSize])
	if crc32.Checksum(h[:headerSize-4], castagnoli) != binary.LittleEndian.Uint32(h[headerSize-4:]) {
		return nil, damaged("header checksum")
	}
	if n := binary.LittleEndian.Uint32(h[len(magic):]); n != uint32(sections) {
		return nil, damaged("%d sections", n)
	}
	f := &file{data: data, pages: pages}
	end := headerSize
	for i := range f.at {
		p := h[len(magic)+4+8*i:]
		off, n := int(binary.LittleEndian.Uint32(p)), int(binary.LittleEndian.Uint32(p[4:]))
		if off != end || n > len(data)-off {
			return nil, damaged("section %d lies outside the file", i)
		}
		f.at[i].off, f.at[i].len = off, n
		end = off + n
	}
	if end != len(data) {
		return nil, damaged("%d bytes, want %d", len(data), end)
	}
	body := f.at[secSums].off - headerSize
	if chunks := (body + chunk - 1) / chunk; f.at[secSums].len != 4*chunks {
		return nil, damaged("%d bytes of checksums for %d chunks", f.at[secSums].len, chunks)
	} else if !trusted {
		f.passed = make([]atomic.Bool, chunks)
	}
	for s, size := range map[section]int{secKeys: keySize, secIDs: idSize, secEPSS: scoreSize, secKEV: scoreSize} {
		if f.at[s].len%size != 0 {
			return nil, damaged("section %d has half an entry", s)
		}
	}
	if pages != nil {
		if err := pages.load(f.at[secSums].off, len(data)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// slice returns n bytes at off of a section.
func (f *file) slice(s section, off, n int) (string, error) {
	at := f.at[s]
	if off < 0 || n < 0 || off > at.len || n > at.len-off {
		return "", damaged("section %d: %d bytes at %d of %d", s, n, off, at.len)
	}
	start := at.off + off
	if f.passed != nil && n > 0 && s != secSums {
		if err := f.verify(start-headerSize, start-headerSize+n); err != nil {
			return "", err
		}
	}
	return f.data[start : start+n], nil
}

// verify sees to it that the chunks that hold the bytes from..to of the body are there and right.
func (f *file) verify(from, to int) error {
	for c := from / chunk; c <= (to-1)/chunk; c++ {
		if !f.passed[c].Load() {
			if err := f.check(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// check reads one chunk, where it is not there yet, and compares its checksum.
func (f *file) check(c int) error {
	lo := headerSize + c*chunk
	hi := min(lo+chunk, f.at[secSums].off)
	if f.pages != nil {
		f.pages.mu.Lock()
		defer f.pages.mu.Unlock()
		if f.passed[c].Load() {
			return nil // another goroutine was faster, and may be reading it by now
		}
		if err := f.pages.load(lo, hi); err != nil {
			return err
		}
	}
	want := le32(f.data, f.at[secSums].off+4*c)
	if got := checksum(f.data[lo:hi]); got != want {
		return damaged("checksum of chunk %d", c)
	}
	f.passed[c].Store(true)
	return nil
}

// count is the number of entries of a section of fixed-size entries.
func (f *file) count(s section, size int) int { return f.at[s].len / size }

// text returns the string at an offset of the text section. It shares the file's memory.
func (f *file) text(off uint64) (string, error) {
	if off >= uint64(f.at[secText].len) {
		return "", damaged("text at %d of %d", off, f.at[secText].len)
	}
	o := int(off)
	head, err := f.slice(secText, o, min(binary.MaxVarintLen32, f.at[secText].len-o))
	if err != nil {
		return "", err
	}
	n, size := uvarint(head)
	if size <= 0 || n > uint64(f.at[secText].len) {
		return "", damaged("text length at %d", off)
	}
	return f.slice(secText, o+size, int(n))
}

// cursor reads numbers and texts one after the other; the first error stays, and all after it is zero.
type cursor struct {
	f   *file
	s   string
	off int
	err error
}

func (c *cursor) num() uint64 {
	if c.err != nil {
		return 0
	}
	n, size := uvarint(c.s[c.off:])
	if size <= 0 {
		c.err = damaged("a number is cut off")
		return 0
	}
	c.off += size
	return n
}

// length reads the number of items that follow; each takes at least a byte, which bounds it.
func (c *cursor) length() int {
	n := c.num()
	if n > uint64(len(c.s)-c.off) {
		if c.err == nil {
			c.err = damaged("a list of %d items in %d bytes", n, len(c.s)-c.off)
		}
		return 0
	}
	return int(n)
}

func (c *cursor) text() string {
	off := c.num()
	if c.err != nil {
		return ""
	}
	s, err := c.f.text(off)
	c.err = err
	return s
}

func (c *cursor) texts(into []string) []string {
	for n := c.length(); n > 0 && c.err == nil; n-- {
		into = append(into, c.text())
	}
	return into
}

// uvarint is binary.Uvarint on a string: value and size, size <= 0 where it is cut off or too long.
func uvarint(s string) (uint64, int) {
	var x uint64
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		b := s[i]
		if b < 0x80 {
			return x | uint64(b)<<(7*i), i + 1
		}
		x |= uint64(b&0x7f) << (7 * i)
	}
	return 0, 0
}

// le32 and le64 read fixed-size numbers; the caller has checked the bounds.
func le32(s string, i int) uint32 {
	_ = s[i+3]
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
}

func le64(s string, i int) uint64 { return uint64(le32(s, i)) | uint64(le32(s, i+4))<<32 }

// keyHash is the hash under which a package is filed.
func keyHash(ecosystem, name string) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(0)
	d.WriteString(ecosystem)
	d.WriteString("\x00")
	d.WriteString(name)
	return d.Sum64()
}

// checksum is the CRC of bytes that are held as a string.
func checksum(s string) uint32 {
	return crc32.Checksum(unsafe.Slice(unsafe.StringData(s), len(s)), castagnoli)
}
