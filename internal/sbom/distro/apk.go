package distro

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// readAPK reads Alpine's database of installed packages: one letter, a colon, a value; a blank line ends a package.
func readAPK(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	ff := &extract.Facts{DB: &extract.Database{Kind: "apk"}}
	var (
		p     extract.Package
		o     extract.Ownership
		dir   string
		first error
		begin int
	)
	flush := func() {
		if begin > 0 {
			if p.Name == "" || p.Version == "" {
				if first == nil {
					first = fmt.Errorf("line %d: a package without name or version", begin)
				}
			} else {
				if p.Source.Name == "" {
					p.Source.Name = p.Name
				}
				p.Source.Version = p.Version
				ff.DB.Packages = append(ff.DB.Packages, p)
				o.Owner = p.Name
				if len(o.Paths) > 0 {
					ff.Owns = append(ff.Owns, o)
				}
			}
		}
		p, o, dir, begin = extract.Package{}, extract.Ownership{}, "", 0
	}
	text := string(data)
	n := 0
	for len(text) > 0 {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		n++
		if line == "" {
			flush()
			continue
		}
		if len(line) < 2 || line[1] != ':' {
			if first == nil {
				first = fmt.Errorf("line %d: not a field", n)
			}
			continue
		}
		if begin == 0 {
			begin = n
		}
		value := line[2:]
		switch line[0] {
		case 'P':
			p.Name = value
		case 'V':
			p.Version = value
		case 'A':
			p.Arch = value
		case 'o':
			p.Source = inventory.Source{Name: value}
		case 'L':
			if value != "" {
				p.Licences = []string{value}
			}
		case 'I':
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 {
				p.Size = n
			}
		case 'm':
			p.Vendor = value
		case 'F':
			dir = value
		case 'R':
			if full := strings.TrimPrefix(dir+"/"+value, "/"); telling(full) {
				o.Paths = append(o.Paths, full)
			}
		}
	}
	flush()
	return ff, nil, first
}
