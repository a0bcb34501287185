package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// SQLite, as rpm uses it since 4.16: the table Packages(hnum INTEGER PRIMARY KEY, blob BLOB). A table is a tree of
// pages; a row that is too large for its page continues on a chain of overflow pages.

var sqliteMagic = []byte("SQLite format 3\x00")

const (
	sqliteHead     = 100 // bytes before the first page's own header
	sqliteInterior = 0x05
	sqliteLeaf     = 0x0d
	sqliteMaxDepth = 20
)

type sqlite struct {
	*database
	pageSize int64
	usable   int64 // bytes of a page that are not reserved
	pages    int64
}

func (d *database) sqlite(head []byte) error {
	if len(head) < sqliteHead {
		return fmt.Errorf("cut off: %d bytes", len(head))
	}
	s := &sqlite{database: d, pageSize: int64(binary.BigEndian.Uint16(head[16:]))}
	if s.pageSize == 1 {
		s.pageSize = 64 << 10
	}
	s.usable = s.pageSize - int64(head[20])
	if s.pageSize < 512 || s.pageSize&(s.pageSize-1) != 0 || s.usable < 480 {
		return fmt.Errorf("pages of %d bytes", s.pageSize)
	}
	s.pages = d.size / s.pageSize
	root := int64(0)
	err := s.table(1, 0, func(row []byte) {
		if c := columns(row); len(c) >= 4 && string(c[0].data) == "table" && string(c[1].data) == "Packages" {
			root = c[3].number()
		}
	})
	if err != nil {
		return err
	}
	if root == 0 {
		return errors.New("it has no table of packages")
	}
	return s.table(root, 0, func(row []byte) {
		if c := columns(row); len(c) >= 2 && c[len(c)-1].blob {
			d.header(c[len(c)-1].data)
			return
		}
		_ = d.fault(errors.New("a row without a package"))
	})
}

// table calls each for the rows of the tree below a page. Pages that cannot be read are passed over.
func (s *sqlite) table(n int64, depth int, each func(row []byte)) error {
	if n < 1 || n > s.pages || depth > sqliteMaxDepth {
		return s.fault(fmt.Errorf("page %d of %d, %d deep", n, s.pages, depth))
	}
	page := make([]byte, s.pageSize)
	if err := s.read(page, (n-1)*s.pageSize); err != nil {
		return s.fault(err)
	}
	h := 0
	if n == 1 {
		h = sqliteHead
	}
	kind, cells := page[h], int(binary.BigEndian.Uint16(page[h+3:]))
	index := h + 8
	if kind == sqliteInterior {
		index = h + 12
	}
	if kind != sqliteInterior && kind != sqliteLeaf || index+2*cells > int(s.usable) {
		return s.fault(fmt.Errorf("page %d is no page of a table", n))
	}
	for i := range cells {
		off := int64(binary.BigEndian.Uint16(page[index+2*i:]))
		if off+4 > s.usable {
			if err := s.fault(fmt.Errorf("page %d: a cell at byte %d", n, off)); err != nil {
				return err
			}
			continue
		}
		var err error
		if kind == sqliteInterior {
			err = s.table(int64(binary.BigEndian.Uint32(page[off:])), depth+1, each)
		} else {
			err = s.row(page[off:s.usable], each)
		}
		if err != nil {
			return err
		}
	}
	if kind == sqliteInterior {
		return s.table(int64(binary.BigEndian.Uint32(page[h+8:])), depth+1, each)
	}
	return nil
}

// row reads the cell of a leaf: the row's length, its number, and as much of it as the page may hold.
func (s *sqlite) row(cell []byte, each func(row []byte)) error {
	length, n := varint(cell)
	_, m := varint(cell[n:])
	cell = cell[n+m:]
	if n == 0 || m == 0 || length > maxHeader || length > uint64(s.size) {
		return s.fault(fmt.Errorf("a row of %d bytes", length))
	}
	local := s.local(int64(length))
	if local > int64(len(cell)) || local < int64(length) && local+4 > int64(len(cell)) {
		return s.fault(errors.New("a row is cut off"))
	}
	if local == int64(length) {
		each(cell[:local])
		return nil
	}
	row := append(make([]byte, 0, min(length, 64<<10)), cell[:local]...)
	next := int64(binary.BigEndian.Uint32(cell[local:]))
	page := make([]byte, s.usable)
	for int64(len(row)) < int64(length) {
		if next < 1 || next > s.pages {
			return s.fault(fmt.Errorf("page %d of %d", next, s.pages))
		}
		if err := s.read(page, (next-1)*s.pageSize); err != nil {
			return s.fault(err)
		}
		row = append(row, page[4:min(s.usable, 4+int64(length)-int64(len(row)))]...)
		next = int64(binary.BigEndian.Uint32(page))
	}
	each(row)
	return nil
}

// local is how many bytes of a row lie on its own page; the formula is the file format's.
func (s *sqlite) local(length int64) int64 {
	most, least := s.usable-35, (s.usable-12)*32/255-23
	if length <= most {
		return length
	}
	if k := least + (length-least)%(s.usable-4); k <= most {
		return k
	}
	return least
}

// column is a value of a row.
type column struct {
	data []byte
	blob bool
}

// number is the value of an integer column of up to four bytes.
func (c column) number() (n int64) {
	for _, b := range c.data {
		n = n<<8 | int64(b)
	}
	return n
}

// columns takes a row apart: the length of its head, the type of each value, the values.
func columns(row []byte) []column {
	size, n := varint(row)
	if n == 0 || size > uint64(len(row)) {
		return nil
	}
	types, values := row[:size], row[size:]
	types = types[min(n, len(types)):]
	var out []column
	for len(types) > 0 {
		t, n := varint(types)
		if n == 0 {
			return nil
		}
		types = types[n:]
		c := column{blob: t >= 12 && t%2 == 0}
		length := uint64(0)
		switch {
		case t >= 12:
			length = (t - 12) / 2
		case t == 9:
			out = append(out, column{data: []byte{1}})
			continue
		case t < 8:
			length = [...]uint64{0, 1, 2, 3, 4, 6, 8, 8}[t]
		}
		if length > uint64(len(values)) {
			return nil
		}
		c.data, values = values[:length], values[length:]
		out = append(out, c)
	}
	return out
}

// varint reads a number of one to nine bytes, seven bits a byte, the highest first; 0 bytes where it is cut off.
func varint(b []byte) (v uint64, n int) {
	for i := 0; i < 9 && i < len(b); i++ {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
