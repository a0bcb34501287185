package rpmdb

import (
	"encoding/binary"
	"fmt"
)

// NDB, rpm's own form, as SUSE has it: a header, an array of slots that say where each package's blob lies, the blobs.

var ndbMagic = []byte("RpmP")

const (
	ndbHead     = 32 // bytes of the header, the size of two slots
	ndbSlot     = 16
	ndbSlotPage = 4096
	ndbBlock    = 16 // unit of a blob's place
	ndbMaxPages = 2048
)

func (d *database) ndb(head []byte) error {
	if len(head) < ndbHead {
		return fmt.Errorf("cut off: %d bytes", len(head))
	}
	if v := binary.LittleEndian.Uint32(head[4:]); v != 0 {
		return fmt.Errorf("NDB of version %d", v)
	}
	pages := int64(binary.LittleEndian.Uint32(head[12:]))
	if pages > ndbMaxPages {
		return fmt.Errorf("%d pages of slots", pages)
	}
	slots := make([]byte, max(0, min(pages*ndbSlotPage, d.size)-ndbHead))
	if err := d.read(slots, ndbHead); err != nil {
		return err
	}
	for ; len(slots) >= ndbSlot; slots = slots[ndbSlot:] {
		index := binary.LittleEndian.Uint32(slots[4:])
		if string(slots[:4]) != "Slot" {
			return d.fault(fmt.Errorf("no slot where one should be"))
		}
		if index == 0 {
			continue // free
		}
		blob, err := d.ndbBlob(int64(binary.LittleEndian.Uint32(slots[8:]))*ndbBlock, index)
		if err == nil {
			d.header(blob)
		} else if err = d.fault(err); err != nil {
			return err
		}
	}
	if d.size < pages*ndbSlotPage {
		return d.fault(fmt.Errorf("cut off within the slots"))
	}
	return nil
}

// ndbBlob reads the blob of a package: a header with magic, the package's index, a checksum and the length, the
// content.
func (d *database) ndbBlob(off int64, index uint32) ([]byte, error) {
	head := make([]byte, 16)
	if err := d.read(head, off); err != nil {
		return nil, err
	}
	length := int64(binary.LittleEndian.Uint32(head[12:]))
	if string(head[:4]) != "BlbS" || binary.LittleEndian.Uint32(head[4:]) != index {
		return nil, fmt.Errorf("no package %d at byte %d", index, off)
	}
	if length > maxHeader || length > d.size-off-16 {
		return nil, fmt.Errorf("package %d of %d bytes at byte %d", index, length, off)
	}
	if length > d.budget {
		return nil, errCircle
	}
	blob := make([]byte, length)
	return blob, d.read(blob, off+16)
}
