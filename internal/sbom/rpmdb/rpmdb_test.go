package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// small makes a database of each form with two packages by hand, the second on two overflow pages.
func small() map[string][]byte {
	return map[string][]byte{"bdb": smallBDB(binary.LittleEndian), "bdb, big-endian": smallBDB(binary.BigEndian),
		"ndb": smallNDB(), "sqlite": smallSQLite()}
}

func packageHeader(name string, pad int) []byte {
	var index, data []byte
	put := func(tag, kind, count uint32, b []byte) {
		for _, n := range []uint32{tag, kind, uint32(len(data)), count} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(data, b...)
	}
	put(tagEpoch, typeInt32, 1, []byte{0, 0, 0, 2})
	put(tagName, typeString, 1, []byte(name+"\x00"))
	put(tagVersion, typeString, 1, []byte("1.0\x00"))
	put(tagRelease, typeString, 1, []byte("3.el9\x00"))
	put(tagSourceRPM, typeString, 1, []byte("(none)\x00"))
	put(tagBaseNames, typeStringArray, 2, []byte("a\x00b\x00"))
	put(tagDirNames, typeStringArray, 1, []byte("/usr/bin/\x00"))
	put(tagLicense, typeString, 1, []byte(strings.Repeat("x", pad)+"\x00"))
	out := binary.BigEndian.AppendUint32(nil, uint32(len(index)/16))
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	return append(append(out, index...), data...)
}

func smallBDB(o binary.ByteOrder) []byte {
	const size = 512
	db := make([]byte, 5*size)
	page := func(n int) []byte { return db[n*size : (n+1)*size] }
	o.PutUint32(db[12:], bdbHash)
	o.PutUint32(db[20:], size)
	o.PutUint32(db[32:], 4)
	one, two := packageHeader("one", 1), packageHeader("two", 800)
	p := page(1)
	p[25] = bdbSorted
	o.PutUint16(p[20:], 4)
	inline := size - 8 - 1 - len(one)
	for i, at := range []int{size - 8, inline, inline - 8, inline - 20} {
		o.PutUint16(p[bdbPageHead+2*i:], uint16(at))
	}
	p[inline] = bdbInline
	copy(p[inline+1:], one)
	p[inline-20] = bdbOffPage
	o.PutUint32(p[inline-16:], 2)
	o.PutUint32(p[inline-12:], uint32(len(two)))
	for n := 2; len(two) > 0; n++ {
		used := min(len(two), size-bdbPageHead)
		page(n)[25] = bdbOverflow
		o.PutUint16(page(n)[22:], uint16(used))
		if used < len(two) {
			o.PutUint32(page(n)[16:], uint32(n+1))
		}
		copy(page(n)[bdbPageHead:], two[:used])
		two = two[used:]
	}
	return db
}

func smallNDB() []byte {
	db := make([]byte, ndbSlotPage)
	copy(db, ndbMagic)
	db[12] = 1
	for i := ndbHead; i < len(db); i += ndbSlot {
		copy(db[i:], "Slot")
	}
	for i, h := range [][]byte{packageHeader("one", 1), packageHeader("two", 800)} {
		slot := db[ndbHead+i*ndbSlot:]
		slot[4] = byte(i + 1)
		binary.LittleEndian.PutUint32(slot[8:], uint32(len(db)/ndbBlock))
		blob := append([]byte("BlbS"), byte(i+1), 0, 0, 0, 0, 0, 0, 0)
		blob = binary.LittleEndian.AppendUint32(blob, uint32(len(h)))
		blob = append(blob, h...)
		db = append(db, append(blob, make([]byte, (ndbBlock-len(blob)%ndbBlock)%ndbBlock)...)...)
	}
	return db
}

func smallSQLite() []byte {
	const size = 512
	db := make([]byte, 6*size)
	copy(db, sqliteMagic)
	binary.BigEndian.PutUint16(db[16:], size)
	length := func(n int) []byte { return []byte{0x80 | byte(n>>7), byte(n & 0x7f)} }
	leaf := func(n, head int, cells ...[]byte) {
		page := db[(n-1)*size : n*size]
		page[head] = sqliteLeaf
		binary.BigEndian.PutUint16(page[head+3:], uint16(len(cells)))
		at := size
		for i, c := range cells {
			at -= len(c)
			copy(page[at:], c)
			binary.BigEndian.PutUint16(page[head+8+2*i:], uint16(at))
		}
	}
	cell := func(row []byte, overflow uint32) []byte {
		s := sqlite{usable: size}
		c := append(append(length(len(row)), 1), row[:s.local(int64(len(row)))]...)
		if overflow > 0 {
			c = binary.BigEndian.AppendUint32(c, overflow)
		}
		return c
	}
	schema := append([]byte{6, 13 + 2*5, 13 + 2*8, 13 + 2*8, 1, 13}, "tablePackagesPackages\x02"...)
	leaf(1, sqliteHead, cell(schema, 0))
	db[size] = sqliteInterior // page 2: leaf 3, and leaf 4 to the right
	binary.BigEndian.PutUint16(db[size+3:], 1)
	binary.BigEndian.PutUint32(db[size+8:], 4)
	binary.BigEndian.PutUint16(db[size+12:], size-5)
	binary.BigEndian.PutUint32(db[2*size-5:], 3)
	row := func(h []byte) []byte {
		head := append([]byte{4, 0}, length(12+2*len(h))...)
		return append(head, h...)
	}
	one, two := row(packageHeader("one", 1)), row(packageHeader("two", 1200))
	leaf(3, 0, cell(one, 0))
	leaf(4, 0, cell(two, 5))
	s := sqlite{usable: size}
	two = two[s.local(int64(len(two))):]
	binary.BigEndian.PutUint32(db[4*size:], 6)
	n := copy(db[4*size+4:5*size], two)
	copy(db[5*size+4:], two[n:])
	return db
}

func names(db []byte) (string, error) {
	var out []string
	err := Read(bytes.NewReader(db), int64(len(db)), func(p *Package) {
		out = append(out, fmt.Sprintf("%s %d:%s-%s%s", p.Name, p.Epoch, p.Version, p.Release, p.SourceRPM))
	})
	return strings.Join(out, ", "), err
}

func TestSmallDatabases(t *testing.T) {
	for form, db := range small() {
		if got, err := names(db); err != nil || got != "one 2:1.0-3.el9, two 2:1.0-3.el9" {
			t.Errorf("%s: %q, %v", form, got, err)
		}
	}
	if _, err := names([]byte("not a database")); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

// A database that breaks off gives what stands before, with an error, and one whose pages lead in circles has an end.
func TestDamage(t *testing.T) {
	for form, db := range small() {
		got, err := names(db[:len(db)-500])
		if err == nil || !strings.HasPrefix(got, "one ") {
			t.Errorf("%s: %q, %v", form, got, err)
		}
		for n := range db {
			_, _ = names(db[:n])
		}
	}
	circle := smallBDB(binary.LittleEndian)
	binary.LittleEndian.PutUint32(circle[512+512-8-1-len(packageHeader("one", 1))-12:], maxHeader)
	binary.LittleEndian.PutUint32(circle[2*512+16:], 2)
	if got, err := names(circle); err == nil || got != "one 2:1.0-3.el9" {
		t.Errorf("%q, %v", got, err)
	}
	round := smallSQLite()
	binary.BigEndian.PutUint32(round[512+8:], 2) // a page that is its own child
	if got, err := names(round); err == nil || !strings.HasPrefix(got, "one 2:1.0-3.el9") {
		t.Errorf("%.100q, %v", got, err)
	}
}

// FuzzRead gives any bytes to the readers: they return, soon, and call for no more than is there.
func FuzzRead(f *testing.F) {
	for _, db := range small() {
		f.Add(db)
		for i := 16; i < len(db); i += 97 {
			bad := bytes.Clone(db)
			bad[i] ^= 0xff
			f.Add(bad)
		}
	}
	f.Fuzz(func(t *testing.T, db []byte) {
		total := 0
		_ = Read(bytes.NewReader(db), int64(len(db)), func(p *Package) {
			if p.Name == "" {
				t.Error("a package without a name")
			}
			total += len(p.Name)
		})
		if total > 4*len(db)+1<<21 {
			t.Errorf("%d bytes of names out of %d", total, len(db))
		}
	})
}
