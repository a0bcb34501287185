// Package binary reads packages out of programs: machine code and Java archives that tell what they were made of, and
// interpreters and servers that are known by their own files.
package binary

import (
	"bytes"
	"debug/buildinfo"
	"encoding/binary"
	"io"
	"strings"

	"github.com/google/osv-scalibr/extractor/filesystem/language/rust/cargoauditable"
	"golang.org/x/mod/module"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// MinELF is the size of an ELF header for 32 bits: nothing smaller is a program.
const MinELF = 52

var readCargoAuditable = extract.Scalibr(cargoauditable.New)

// IsELF reports whether a file is machine code, by its first bytes.
func IsELF(head []byte) bool { return bytes.HasPrefix(head, []byte("\x7fELF")) }

// Program looks at a file that may be machine code: whether it is, and whether it tells what it was made of.
func Program(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	r := f.Seeker()
	var head [64]byte
	n, err := r.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if !IsELF(head[:n]) {
		return nil, nil, nil
	}
	ex := &extract.Executable{Path: f.Path, Size: f.Size}
	var ps []inventory.Package
	switch has := elfSections(r, head[:n]); {
	case has.goInfo:
		ps, err = readGoBinary(r)
	case has.cargo:
		ps, err = readCargoAuditable(f)
	}
	ex.Self = len(ps) > 0
	if len(ps) == 0 && err == nil {
		return nil, ex, nil
	}
	return &extract.Facts{Packages: ps}, ex, err
}

// WorthSpooling tells by its first bytes whether a large program of a stream is to be kept for a reader that goes back
// and forth: a Go program has the note of its build id there.
func WorthSpooling(head []byte) bool {
	return bytes.Contains(head, []byte("\x04\x00\x00\x00Go\x00\x00"))
}

type sections struct{ goInfo, cargo bool }

// maxSections bounds a section table; real programs have some forty sections.
const maxSections = 4096

// elfSections looks for the two sections of interest by name. It reads the section table and the names, nothing else;
// what is not as it should be has no such sections.
func elfSections(r io.ReaderAt, head []byte) (out sections) {
	if len(head) < 64 {
		return out
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	wide := head[4] == 2
	var off uint64
	var entry, num, names int
	if wide {
		off = order.Uint64(head[40:])
		entry, num, names = int(order.Uint16(head[58:])), int(order.Uint16(head[60:])), int(order.Uint16(head[62:]))
	} else {
		off = uint64(order.Uint32(head[32:]))
		entry, num, names = int(order.Uint16(head[46:])), int(order.Uint16(head[48:])), int(order.Uint16(head[50:]))
	}
	if off == 0 || off > 1<<40 || num == 0 || num > maxSections || names >= num || wide && entry < 64 || !wide &&
		entry < 40 || entry > 256 {
		return out
	}
	table := make([]byte, entry*num)
	if _, err := r.ReadAt(table, int64(off)); err != nil && err != io.EOF {
		return out
	}
	strs := table[names*entry:]
	var strOff, strSize uint64
	if wide {
		strOff, strSize = order.Uint64(strs[24:]), order.Uint64(strs[32:])
	} else {
		strOff, strSize = uint64(order.Uint32(strs[16:])), uint64(order.Uint32(strs[20:]))
	}
	if strOff > 1<<40 || strSize > 1<<20 {
		return out
	}
	text := make([]byte, strSize)
	if n, err := r.ReadAt(text, int64(strOff)); err != nil && err != io.EOF || n < len(text) {
		return out
	}
	out.goInfo = bytes.Contains(text, []byte(".go.buildinfo\x00"))
	out.cargo = bytes.Contains(text, []byte(".dep-v0\x00"))
	return out
}

// readGoBinary reads the modules that a Go program was built from, and the standard library's version.
func readGoBinary(r io.ReaderAt) ([]inventory.Package, error) {
	info, err := buildinfo.Read(r)
	if err != nil {
		return nil, err
	}
	var out []inventory.Package
	add := func(path, version string) {
		if path != "" && version != "" && version != "(devel)" {
			out = append(out, extract.NewPackage(ecosystem.Go, path, version))
		}
	}
	if v, ok := strings.CutPrefix(info.GoVersion, "go"); ok {
		v, _, _ = strings.Cut(v, " ") // "go1.22.1 X:boringcrypto"
		add("stdlib", v)
	}
	out = append(out, ownModule(r, info)...)
	for _, d := range info.Deps {
		if d.Replace != nil && d.Replace.Version != "" {
			d = d.Replace
		}
		if d.Replace != nil { // by a folder: the module, in a state that is not told
			out = append(out, extract.NewPackage(ecosystem.Go, d.Path, ""))
			continue
		}
		add(d.Path, d.Version)
	}
	return out, nil
}

// ownModule is the program's own module. Where the build does not tell its version, the program may; else it is listed
// without one, so that it is named among what could not be judged.
func ownModule(r io.ReaderAt, info *buildinfo.BuildInfo) []inventory.Package {
	m := &info.Main
	if m.Path == "" || m.Path == "command-line-arguments" {
		return nil
	}
	v := m.Version
	if v == "" || v == "(devel)" || withoutTag(v) {
		if own := goVersion(r, info); own != "" || v == "(devel)" {
			v = own
		}
	}
	return []inventory.Package{extract.NewPackage(ecosystem.Go, m.Path, v)}
}

// withoutTag tells a version that was made of a commit alone, in a checkout that held no tag.
func withoutTag(v string) bool {
	base, err := module.PseudoVersionBase(strings.TrimSuffix(v, "+dirty"))
	return err == nil && base == ""
}

// IsSharedObject tells libfoo.so and libfoo.so.1.2.
func IsSharedObject(base string) bool {
	i := strings.Index(base, ".so")
	return i > 0 && (len(base) == i+3 || base[i+3] == '.')
}
