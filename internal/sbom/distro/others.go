package distro

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// The databases of package managers that no advisory database here speaks of are read all the same where they are
// simple: what is listed can be named as not judged, and the programs that it explains are told from those that nothing
// explains. Those in foreign are only recognised.

// otherDatabase returns the task for a file of such a database, nil if it is none.
func otherDatabase(name, base string) extract.Task {
	switch {
	case strings.HasPrefix(name, "var/lib/pacman/local/"):
		switch base {
		case "desc":
			return readPacman
		case "files":
			return readPacmanFiles
		}
	case strings.HasPrefix(name, "var/db/pkg/") && strings.Count(name, "/") == 5:
		switch base {
		case "PF":
			return readPortage
		case "CONTENTS":
			return readPortageContents
		}
	case strings.HasPrefix(name, "usr/lib/opkg/"), strings.HasPrefix(name, "var/lib/opkg/"):
		switch {
		case base == "status", strings.HasSuffix(base, ".control"):
			return readOpkg
		case strings.HasSuffix(base, ".list"):
			return readDpkgList
		}
	case name == "var/lib/rpmmanifest/container-manifest-2":
		return readRPMManifest
	case strings.HasSuffix(base, ".json") && path.Base(path.Dir(name)) == "conda-meta":
		return readConda
	case strings.HasPrefix(name, "opt/bitnami/") && strings.HasPrefix(base, ".spdx-") &&
		strings.HasSuffix(base, ".spdx"):
		return readBitnamiSPDX
	}
	return nil
}

// readPacman reads one package of pacman's local database: a name between percent signs, its values on the lines below.
func readPacman(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	var p extract.Package
	eachPacman(data, func(key, value string) {
		switch key {
		case "NAME":
			p.Name = value
		case "VERSION":
			p.Version = value
		case "BASE":
			p.Source.Name = value
		case "ARCH":
			p.Arch = value
		case "LICENSE":
			p.Licences = append(p.Licences, value)
		case "SIZE":
			p.Size, _ = strconv.ParseInt(value, 10, 48) // one that is no number is not told
		}
	})
	if p.Name == "" || p.Version == "" {
		return nil, nil, errNoName
	}
	if p.Source.Name != "" {
		p.Source.Version = p.Version
	}
	return &extract.Facts{DB: &extract.Database{Kind: "alpm", Packages: []extract.Package{p}}}, nil, nil
}

var errNoName = fmt.Errorf("a package without name or version")

func eachPacman(data []byte, fn func(key, value string)) {
	key := ""
	for line := range bytes.Lines(data) {
		s := strings.TrimSpace(string(line))
		switch {
		case s == "":
			key = ""
		case len(s) > 2 && s[0] == '%' && s[len(s)-1] == '%':
			key = s[1 : len(s)-1]
		case key != "":
			fn(key, s)
		}
	}
}

// readPacmanFiles reads which files a package installed. The package is the folder: NAME-VERSION-RELEASE.
func readPacmanFiles(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	owner := path.Base(path.Dir(f.Path))
	for range 2 {
		if i := strings.LastIndexByte(owner, '-'); i > 0 {
			owner = owner[:i]
		}
	}
	o := extract.Ownership{Owner: owner}
	eachPacman(data, func(key, value string) {
		if key == "FILES" && telling(value) && !strings.HasSuffix(value, "/") {
			o.Paths = append(o.Paths, value)
		}
	})
	return &extract.Facts{Owns: []extract.Ownership{o}}, nil, nil
}

// portagePackage splits var/db/pkg/CATEGORY/NAME-VERSION/FILE: a version begins with the last hyphen before a digit.
func portagePackage(name string) (category, pkg, version string) {
	parts := strings.Split(name, "/")
	category, full := parts[3], parts[4]
	for i := 1; i+1 < len(full); i++ {
		if full[i] == '-' && full[i+1] >= '0' && full[i+1] <= '9' {
			pkg, version = full[:i], full[i+1:]
		}
	}
	return category, pkg, version
}

func readPortage(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	category, name, version := portagePackage(f.Path)
	if name == "" {
		return nil, nil, errNoName
	}
	p := extract.Package{Name: category + "/" + name, Version: version}
	return &extract.Facts{DB: &extract.Database{Kind: "ebuild", Packages: []extract.Package{p}}}, nil, nil
}

// readPortageContents reads which files a package installed: "obj /usr/bin/x CHECKSUM TIME".
func readPortageContents(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	category, name, _ := portagePackage(f.Path)
	o := extract.Ownership{Owner: category + "/" + name}
	for line := range bytes.Lines(data) {
		rest, ok := strings.CutPrefix(string(line), "obj /")
		if !ok {
			continue
		}
		for range 2 { // the path may hold blanks
			if i := strings.LastIndexByte(strings.TrimSpace(rest), ' '); i > 0 {
				rest = rest[:i]
			}
		}
		if telling(rest) {
			o.Paths = append(o.Paths, rest)
		}
	}
	return &extract.Facts{Owns: []extract.Ownership{o}}, nil, nil
}

// readOpkg reads opkg's status or one package's control file, both in dpkg's form.
func readOpkg(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	facts, ex, err := readDpkgStatus(f)
	if facts != nil && facts.DB != nil {
		facts.DB.Kind = "opkg"
		for i := range facts.DB.Packages { // Source is a path in the build's tree
			facts.DB.Packages[i].Source = inventory.Source{}
		}
	}
	return facts, ex, err
}

// readRPMManifest reads the list that distroless images of Azure Linux and CBL-Mariner have in place of rpm's database,
// a package a line, parted by tabs: name, version-release, two times, vendor, epoch, size, architecture, epoch again,
// source package.
func readRPMManifest(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	db := &extract.Database{Kind: "rpm"}
	var first error
	n := 0
	for line := range bytes.Lines(data) {
		n++
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			continue
		}
		p, ok := rpmManifestLine(strings.Split(text, "\t"))
		if !ok {
			if first == nil {
				first = fmt.Errorf("line %d: not a package with its version", n)
			}
			continue
		}
		if p.Name != "gpg-pubkey" {
			db.Packages = append(db.Packages, p)
		}
	}
	return &extract.Facts{DB: db}, nil, first
}

func rpmManifestLine(field []string) (extract.Package, bool) {
	if len(field) < 10 || field[0] == "" || field[1] == "" {
		return extract.Package{}, false
	}
	p := extract.Package{Name: field[0], Version: field[1], Vendor: field[4], Arch: field[7]}
	p.Size, _ = strconv.ParseInt(field[6], 10, 48) // one that is no number is not told
	epoch := field[5]
	if _, err := strconv.ParseUint(epoch, 10, 32); err != nil { // "(none)"
		epoch = ""
	}
	if epoch != "" && epoch != "0" {
		p.Version = epoch + ":" + p.Version
	}
	p.Source = rpmSource(field[9], epoch)
	return p, true
}

// condaPackage is one file of conda-meta.
type condaPackage struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Licence string   `json:"license"`
	Files   []string `json:"files"`
}

// readConda reads one package of a conda environment. conda has no advisories. A Python package among them stands for
// itself by its own metadata, which is read and judged: then it is not listed twice.
func readConda(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	var c condaPackage
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, nil, extract.JSONError(data, err)
	}
	if c.Name == "" || c.Version == "" {
		return nil, nil, errNoName
	}
	prefix := path.Dir(path.Dir(f.Path))
	p := extract.NewPackage(ecosystem.Conda, c.Name, c.Version)
	if c.Licence != "" {
		p.Licences = []string{c.Licence}
	}
	facts := &extract.Facts{Packages: []inventory.Package{p}, Language: true}
	o := extract.Ownership{Owner: c.Name}
	for _, name := range c.Files {
		full := path.Join("/", prefix, name)[1:]
		switch {
		case strings.HasSuffix(name, ".dist-info/METADATA"), strings.HasSuffix(name, ".egg-info/PKG-INFO"):
			facts.Unless = full
		case strings.Contains(name, ".so"), strings.Contains("/"+name, "/bin/"):
			o.Paths = append(o.Paths, full)
		}
	}
	if len(o.Paths) > 0 {
		facts.Owns = []extract.Ownership{o}
	}
	return facts, nil, nil
}

// readBitnamiSPDX reads what Bitnami's images say of the software in them, a document for each folder below
// /opt/bitnami.
func readBitnamiSPDX(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	inv, err := document.Read(f.Seeker(), f.Path)
	if inv == nil {
		return nil, nil, err
	}
	for i := range inv.Packages {
		inv.Packages[i].Paths = nil // those of the machine that wrote it
	}
	facts := &extract.Facts{Packages: inv.Packages}
	if len(inv.Packages) > 0 {
		facts.Explains = path.Dir(f.Path)
	}
	if err == nil && len(inv.Problems) > 0 {
		err = fmt.Errorf("%s", inv.Problems[0].Reason)
	}
	return facts, nil, err
}
