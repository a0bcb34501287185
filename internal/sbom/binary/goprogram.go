package binary

import (
	"bytes"
	"debug/elf"
	"io"
)

// program is a Go program whose own version is looked for in its data.
type program struct {
	f      *elf.File
	module string
}

// Bounds on looking into a program. The largest known have 100 MB of read-only data and 20 MB of symbols' names.
const (
	maxProgramData   = 512 << 20
	maxProgramChunk  = 1 << 20
	maxVersionLength = 64
	maxProgramTexts  = 10_000
	symbolEntry      = 24 // bytes of a symbol in a 64-bit table
)

// reader reads a section, no further than is reasonable; nil where the program has none. Compressed sections are not
// read: none of those that matter here ever is.
func (p *program) reader(s *elf.Section) *io.SectionReader {
	if s == nil || s.Type == elf.SHT_NOBITS || s.Flags&elf.SHF_COMPRESSED != 0 || s.FileSize > maxProgramData ||
		p.f.Class != elf.ELFCLASS64 {
		return nil
	}
	return io.NewSectionReader(s, 0, int64(s.FileSize))
}

// text reads the string of a string variable: an address and a length.
func (p *program) text(addr, length uint64) string {
	if length == 0 || length > maxVersionLength {
		return ""
	}
	out := make([]byte, length)
	if !p.at(addr, out) {
		return ""
	}
	return string(out)
}

// at fills buf with what stands at an address.
func (p *program) at(addr uint64, buf []byte) bool {
	for _, s := range p.f.Sections {
		if s.Type == elf.SHT_NOBITS || s.Addr == 0 || addr < s.Addr || addr-s.Addr+uint64(len(buf)) > s.FileSize {
			continue
		}
		r := p.reader(s)
		if r == nil {
			return false
		}
		n, _ := r.ReadAt(buf, int64(addr-s.Addr))
		return n == len(buf)
	}
	return false
}

// bySymbol finds the variable by its name.
func (p *program) bySymbol() string {
	names := p.versionSymbols()
	table := p.reader(p.f.Section(".symtab"))
	if len(names) == 0 || table == nil {
		return ""
	}
	found := versions{}
	buf := make([]byte, symbolEntry*4096)
	for {
		n, err := io.ReadFull(table, buf)
		for e := buf[:n-n%symbolEntry]; len(e) > 0; e = e[symbolEntry:] {
			if !names[p.f.ByteOrder.Uint32(e)] {
				continue
			}
			var header [16]byte
			if !p.at(p.f.ByteOrder.Uint64(e[8:]), header[:]) {
				continue
			}
			v := p.text(p.f.ByteOrder.Uint64(header[:8]), p.f.ByteOrder.Uint64(header[8:]))
			if isOwnVersion(p.module, v) {
				found.add(v)
			}
		}
		if err != nil {
			return found.only()
		}
	}
}

// versionSymbols are the places, in the table of names, of the names that the variable may have.
func (p *program) versionSymbols() map[uint32]bool {
	out := map[uint32]bool{}
	r := p.reader(p.f.Section(".strtab"))
	if r == nil {
		return out
	}
	eachText(r, func(at int64, text []byte) bool {
		if len(text) < 200 && ownSymbol(p.module, string(text)) {
			out[uint32(at)] = true
		}
		return len(out) < maxProgramTexts
	})
	return out
}

// eachText calls fn for each text that ends in a zero byte, with its place, until fn reports false. Of texts longer
// than a chunk it passes over the begin.
func eachText(r io.Reader, fn func(at int64, text []byte) bool) {
	buf := make([]byte, maxProgramChunk)
	kept, base := 0, int64(0)
	for {
		n, err := io.ReadFull(r, buf[kept:])
		data := buf[:kept+n]
		begin := 0
		for {
			i := bytes.IndexByte(data[begin:], 0)
			if i < 0 {
				break
			}
			if !fn(base+int64(begin), data[begin:begin+i]) {
				return
			}
			begin += i + 1
		}
		if err != nil {
			return
		}
		if begin == 0 {
			begin = len(data) / 2
		}
		kept = copy(buf, data[begin:])
		base += int64(begin)
	}
}

// byText finds the version among the texts that end in a zero byte and that a string variable holds.
func (p *program) byText() string {
	s := p.f.Section(".rodata")
	r := p.reader(s)
	if r == nil {
		return ""
	}
	// A text before it may lack the zero byte, so any end of what stands before a zero byte may be the version.
	candidates := map[uint64]int{}
	eachText(r, func(at int64, text []byte) bool {
		from := max(0, len(text)-maxVersionLength)
		for i := len(text) - 1; i >= from && isVersionByte(text[i]); i-- {
			if len(text)-i >= len("1.0.0") && isOwnVersion(p.module, string(text[i:])) {
				candidates[s.Addr+uint64(at)+uint64(i)] = len(text) - i
			}
		}
		return len(candidates) < maxProgramTexts
	})
	if len(candidates) == 0 {
		return ""
	}
	found := versions{}
	for _, name := range []string{".data", ".data.rel.ro", ".go.module", ".noptrdata"} {
		p.holders(p.f.Section(name), candidates, found)
	}
	p.relocated(p.f.Section(".rela.dyn"), candidates, found)
	return found.only()
}

func isVersionByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '+' ||
		c == ':'
}

// holders looks in a section of data for string variables that hold one of the candidates.
func (p *program) holders(s *elf.Section, candidates map[uint64]int, found versions) {
	r := p.reader(s)
	if r == nil {
		return
	}
	buf := make([]byte, maxProgramChunk)
	kept := 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		data := buf[:kept+n]
		at := 0
		for ; at+16 <= len(data); at += 8 {
			addr := p.f.ByteOrder.Uint64(data[at:])
			if length, ok := candidates[addr]; ok && p.f.ByteOrder.Uint64(data[at+8:]) == uint64(length) {
				found.add(p.text(addr, uint64(length)))
			}
		}
		if err != nil {
			return
		}
		kept = copy(buf, data[at:])
	}
}

// relocated does the same where the loader fills in the addresses: a position-independent program lists them.
func (p *program) relocated(s *elf.Section, candidates map[uint64]int, found versions) {
	r := p.reader(s)
	if r == nil {
		return
	}
	buf := make([]byte, symbolEntry*4096)
	for {
		n, err := io.ReadFull(r, buf)
		for e := buf[:n-n%symbolEntry]; len(e) > 0; e = e[symbolEntry:] {
			addr := p.f.ByteOrder.Uint64(e[16:])
			length, ok := candidates[addr]
			if !ok {
				continue
			}
			var header [8]byte
			if p.at(p.f.ByteOrder.Uint64(e)+8, header[:]) && p.f.ByteOrder.Uint64(header[:]) == uint64(length) {
				found.add(p.text(addr, uint64(length)))
			}
		}
		if err != nil {
			return
		}
	}
}
