package distro

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/debian"
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
	parser := debian.NewParser(func(line int, stanza *debian.Paragraph) error {
		if stanza.Removed() {
			return nil
		}
		p := extract.Package{Name: stanza[debian.Package], Version: stanza[debian.Version],
			Arch: stanza[debian.Architecture]}
		if p.Name == "" || p.Version == "" {
			return fmt.Errorf("line %d: a package without name or version", line)
		}
		kib, err := strconv.ParseInt(stanza[debian.InstalledSize], 10, 32)
		if err == nil && kib > 0 { // deb-control(5): in KiB
			p.Size = kib << 10
		}
		p.Source = inventory.Source{Name: p.Name, Version: p.Version}
		if src := stanza[debian.Source]; src != "" {
			name, version, ok := strings.Cut(src, " (")
			p.Source.Name = name
			if ok {
				p.Source.Version = strings.TrimSuffix(version, ")")
			}
		}
		p.Needs = append(dependencies(stanza[debian.PreDepends]), dependencies(stanza[debian.Depends])...)
		db.Packages = append(db.Packages, p)
		return nil
	})
	for line := range bytes.Lines(data) {
		parser.Line(bytes.TrimSuffix(line, []byte("\n")))
	}
	return &extract.Facts{DB: db}, nil, parser.End()
}

// dependencies are the names in a field like Depends: "a (>= 1), b | c:any".
func dependencies(field string) []string {
	var out []string
	for _, one := range strings.FieldsFunc(field, func(c rune) bool { return c == ',' || c == '|' }) {
		name, _, _ := strings.Cut(strings.TrimSpace(one), " ")
		name, _, _ = strings.Cut(name, ":")
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// readDpkgList reads the list of files that a package installed: info/NAME.list or info/NAME:ARCH.list.
func readDpkgList(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	o := extract.Ownership{Owner: debian.Owner(f.Path)}
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
		if l := strings.TrimSpace(string(line)); l != "" && len(l) < 100 && len(found) < 50 &&
			!slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return nil, nil, nil
	}
	slices.Sort(found)
	name := path.Base(path.Dir(f.Path))
	return &extract.Facts{DB: &extract.Database{Kind: "copyright",
		Packages: []extract.Package{{Name: name, Licences: found}}}}, nil, nil
}
