package rpmdb

import (
	"encoding/binary"
	"fmt"
)

// Berkeley DB, as rpm used it until 4.16: a hash table whose pages hold keys and values in turn. A value that is too
// large for its page, which a package's header is, lies on a chain of overflow pages.

const (
	bdbMeta       = 72       // bytes of the first page that are read
	bdbHash       = 0x061561 // magic of a hash table
	bdbPageHead   = 26
	bdbUnsorted   = 2 // types of pages
	bdbOverflow   = 7
	bdbSorted     = 13
	bdbInline     = 1 // types of items
	bdbOffPage    = 3
	bdbOffPageLen = 12
)

// bdbOrder is the byte order of a database by its first page, nil where it is none: it is the machine's that wrote it.
func bdbOrder(head []byte) binary.ByteOrder {
	switch {
	case binary.LittleEndian.Uint32(head[12:]) == bdbHash:
		return binary.LittleEndian
	case binary.BigEndian.Uint32(head[12:]) == bdbHash:
		return binary.BigEndian
	}
	return nil
}

type bdb struct {
	*database
	order    binary.ByteOrder
	pageSize int64
	pages    int64
}

func (d *database) bdb(head []byte) error {
	b := &bdb{database: d, order: bdbOrder(head)}
	b.pageSize = int64(b.order.Uint32(head[20:]))
	if b.pageSize < 512 || b.pageSize > 64<<10 || b.pageSize&(b.pageSize-1) != 0 {
		return fmt.Errorf("pages of %d bytes", b.pageSize)
	}
	b.pages = int64(b.order.Uint32(head[32:])) + 1
	there := d.size / b.pageSize
	if b.pages > there {
		if err := d.fault(fmt.Errorf("cut off: %d pages of %d", there, b.pages)); err != nil {
			return err
		}
		b.pages = there
	}
	page := make([]byte, b.pageSize)
	for n := int64(1); n < b.pages; n++ {
		if err := d.read(page, n*b.pageSize); err != nil {
			return err
		}
		if kind := page[25]; kind != bdbUnsorted && kind != bdbSorted {
			continue
		}
		if err := b.items(page); err != nil {
			return err
		}
	}
	return nil
}

// items reads the values of a page: every second item, each at the place that the index tells. Items are laid down from
// the page's end, so that one ends where that before it begins.
func (b *bdb) items(page []byte) error {
	n := int(b.order.Uint16(page[20:]))
	if bdbPageHead+2*n > len(page) {
		return b.fault(fmt.Errorf("a page with an index of %d items", n))
	}
	place := func(i int) int { return int(b.order.Uint16(page[bdbPageHead+2*i:])) }
	for i := 1; i < n; i += 2 {
		from, to := place(i), place(i-1)
		switch {
		case from < bdbPageHead || from >= len(page):
			if err := b.fault(fmt.Errorf("an item at byte %d of a page of %d", from, len(page))); err != nil {
				return err
			}
		case page[from] == bdbOffPage && from+bdbOffPageLen <= len(page):
			blob, err := b.chain(int64(b.order.Uint32(page[from+4:])), int64(b.order.Uint32(page[from+8:])))
			if err == nil {
				b.header(blob)
			} else if err = b.fault(err); err != nil {
				return err
			}
		case page[from] == bdbInline && to <= len(page) && to-from > 16: // shorter ones are rpm's own counters
			b.header(page[from+1 : to])
		}
	}
	return nil
}

// chain reads a value of the given length from its overflow pages.
func (b *bdb) chain(n, length int64) ([]byte, error) {
	if length > maxHeader || length > b.size {
		return nil, fmt.Errorf("a value of %d bytes", length)
	}
	blob := make([]byte, 0, min(length, 64<<10))
	page := make([]byte, b.pageSize)
	for int64(len(blob)) < length {
		if n <= 0 || n >= b.pages {
			return nil, fmt.Errorf("page %d of %d", n, b.pages)
		}
		if err := b.read(page, n*b.pageSize); err != nil {
			return nil, err
		}
		used := int(b.order.Uint16(page[22:]))
		if page[25] != bdbOverflow || used == 0 || bdbPageHead+used > len(page) {
			return nil, fmt.Errorf("page %d is no overflow page", n)
		}
		blob = append(blob, page[bdbPageHead:bdbPageHead+used]...)
		n = int64(b.order.Uint32(page[16:]))
	}
	return blob[:length], nil
}
