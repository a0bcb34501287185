package distro

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/binary"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// readDpkgStatus reads /var/lib/dpkg/status, or one package's file of status.d as distroless images have it. A stanza
// without name or version is told, with its line, and the others are still read.
func readDpkgStatus(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	db := &extract.Database{Kind: "deb"}
	err = eachStanza(data, func(line int, s *stanza) error {
		state := s.get("Status")
		if i := strings.LastIndexByte(state, ' '); i >= 0 {
			switch state[i+1:] {
			case "not-installed", "config-files": // removed
				return nil
			}
		}
		p := extract.Package{Name: s.get("Package"), Version: s.get("Version"), Arch: s.get("Architecture")}
		if p.Name == "" || p.Version == "" {
			return fmt.Errorf("line %d: a package without name or version", line)
		}
		if kib, err := strconv.ParseInt(s.get("Installed-Size"), 10, 32); err == nil && kib > 0 { // deb-control(5): in KiB
			p.Size = kib << 10
		}
		p.Source = inventory.Source{Name: p.Name, Version: p.Version}
		if src := s.get("Source"); src != "" {
			name, version, ok := strings.Cut(src, " (")
			p.Source.Name = name
			if ok {
				p.Source.Version = strings.TrimSuffix(version, ")")
			}
		}
		db.Packages = append(db.Packages, p)
		return nil
	})
	return &extract.Facts{DB: db}, nil, err
}

// stanza holds the fields that are used of one paragraph of a control file.
type stanza struct{ fields [len(wantedFields)]string }

// wantedFields are the fields that a stanza keeps, in order of their places.
var wantedFields = [...]string{"Package", "Status", "Version", "Architecture", "Source", "Installed-Size"}

func (s *stanza) get(key string) string {
	for i := range wantedFields {
		if wantedFields[i] == key {
			return s.fields[i]
		}
	}
	return ""
}

// eachStanza calls fn for each paragraph of a control file, with the line on which it begins. It goes on after an error
// and returns the first, and how many there were.
func eachStanza(data []byte, fn func(line int, s *stanza) error) error {
	var first error
	bad := 0
	note := func(err error) {
		if err == nil {
			return
		}
		if bad++; first == nil {
			first = err
		}
	}
	var s stanza
	begin, filled := 0, false
	flush := func() {
		if filled {
			note(fn(begin, &s))
		}
		s, filled = stanza{}, false
	}
	for n := 1; len(data) > 0; n++ {
		line := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, data = data[:i], data[i+1:]
		} else {
			data = nil
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			flush()
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 || bytes.IndexByte(line[:colon], 0) >= 0 {
			note(fmt.Errorf("line %d: not a field", n))
			continue
		}
		if !filled {
			begin, filled = n, true
		}
		for i, w := range wantedFields {
			if string(line[:colon]) == w {
				s.fields[i] = string(bytes.TrimSpace(line[colon+1:]))
			}
		}
	}
	flush()
	if bad > 1 {
		return fmt.Errorf("%w (and %d more faults)", first, bad-1)
	}
	return first
}

// readDpkgList reads the list of files that a package installed: info/NAME.list or info/NAME:ARCH.list.
func readDpkgList(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	owner, _, _ := strings.Cut(strings.TrimSuffix(path.Base(f.Path), ".list"), ":")
	o := extract.Ownership{Owner: owner}
	text := string(data)
	for len(text) > 0 {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if p := strings.TrimPrefix(line, "/"); telling(p) {
			o.Paths = append(o.Paths, p)
		}
	}
	return &extract.Facts{Owns: []extract.Ownership{o}}, nil, nil
}

// readMD5Sums reads the list of files that stands beside a status.d file: a checksum, two blanks, a path.
func readMD5Sums(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	o := extract.Ownership{Owner: strings.TrimSuffix(path.Base(f.Path), ".md5sums")}
	for _, line := range strings.Split(string(data), "\n") {
		if _, p, ok := strings.Cut(line, "  "); ok && telling(strings.TrimPrefix(p, "./")) {
			o.Paths = append(o.Paths, strings.TrimPrefix(strings.TrimPrefix(p, "./"), "/"))
		}
	}
	return &extract.Facts{Owns: []extract.Ownership{o}}, nil, nil
}

// telling tells paths that could be a program, a library or a language's package from the bulk that never is.
func telling(p string) bool {
	rest, ok := strings.CutPrefix(p, "usr/share/")
	if !ok {
		if strings.HasPrefix(p, "usr/include/") {
			return binary.IsRuntimeFile(p[strings.LastIndexByte(p, '/')+1:])
		}
		return p != "" && p != "."
	}
	for _, dir := range []string{"doc/", "man/", "locale/", "info/", "lintian/", "zoneinfo/", "icons/", "perl/"} {
		if strings.HasPrefix(rest, dir) {
			return false
		}
	}
	return true
}

// readCopyright reads the licences that a Debian package's copyright file states in the machine-readable form. The
// package is named by the folder.
func readCopyright(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Contains(data[:min(len(data), 1024)], []byte("ormat:")) {
		return nil, nil, nil
	}
	var found []string
	for rest := data; ; {
		i := bytes.Index(rest, []byte("\nLicense:"))
		if i < 0 {
			break
		}
		rest = rest[i+len("\nLicense:"):]
		line := rest
		if j := bytes.IndexByte(rest, '\n'); j >= 0 {
			line = rest[:j]
		}
		if l := strings.TrimSpace(string(line)); l != "" && len(l) < 100 && len(found) < 50 && !slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return nil, nil, nil
	}
	slices.Sort(found)
	name := path.Base(path.Dir(f.Path))
	return &extract.Facts{DB: &extract.Database{Kind: "copyright", Packages: []extract.Package{{Name: name, Licences: found}}}}, nil, nil
}
