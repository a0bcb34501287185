package sbom

import (
	"github.com/drydock/drydock/internal/inventory"
)

// layerFacts is all that is kept of a layer: enough to lay it over others without reading it again. Everything in it
// follows from the layer's bytes alone, so that it can be kept under the layer's digest.
type layerFacts struct {
	DiffID string

	Files    []fileFacts
	Execs    []execFact
	Symlinks []linkFact
	Hidden   []string // whiteouts
	Opaque   []string // folders that hide what lies below them
	Paths    pathList // every file, link and folder, which hides what lies below; a folder's ends in a slash

	Problems []inventory.Problem
	Entries  int
	Bytes    int64 // of content that was read
	Size     int64 // of all files
}

// fileFacts is what one file told.
type fileFacts struct {
	Path     string
	Packages []inventory.Package
	DB       *packageDB        // a distribution's package database
	OS       map[string]string // os-release
	Owns     []ownership
	Runtime  *runtimeFact
	Marker   bool   // the file's being there is what matters
	Language bool   // Owns is the word of a language's package, not of the distribution
	Unless   string // a file that, where it is there, speaks for these packages itself
	Explains string // a folder whose programs these packages explain
	Err      string
}

// packageDB is a distribution's database, or one package's part of it.
type packageDB struct {
	Kind     string // the package URL's type: "deb", "apk", "rpm", "alpm"
	Packages []dbPackage
}

// dbPackage is a distribution's package, before it is known which distribution that is.
type dbPackage struct {
	Name, Version, Arch string
	Source              inventory.Source
	Licences            []string
	Vendor              string
	Size                int64 // installed, in bytes; 0 where the database does not tell
}

func (p *dbPackage) key() string { return p.Name + "\x00" + p.Version + "\x00" + p.Arch }

// ownership says which files a package installed. Paths are relative to the root, as the database has them, which may
// be by way of a symbolic link (/bin/ls).
type ownership struct {
	Owner string
	Paths []string
}

// execFact is an executable file or shared library.
type execFact struct {
	Path string
	Size int64
	Self bool // it tells itself what it is made of, as Go's and cargo-auditable's do
}

type linkFact struct{ Path, Target string }

// pathList is a list of paths, each kept as the length that it shares with the one before and the rest.
type pathList struct {
	N    int
	Data []byte
	last string
}

func (l *pathList) add(p string) {
	n := 0
	for n < len(p) && n < len(l.last) && n < 255 && p[n] == l.last[n] {
		n++
	}
	rest := p[n:]
	l.Data = append(l.Data, byte(n), byte(len(rest)), byte(len(rest)>>8))
	l.Data = append(l.Data, rest...)
	l.N++
	l.last = p
}

// each calls fn with every path, in the order of adding; fn must not keep the bytes. It stops where the data is broken.
func (l *pathList) each(fn func(path []byte)) {
	var cur []byte
	for d := l.Data; len(d) >= 3; {
		n, size := int(d[0]), int(d[1])|int(d[2])<<8
		if n > len(cur) || size > len(d)-3 {
			return
		}
		cur = append(cur[:n], d[3:3+size]...)
		d = d[3+size:]
		fn(cur)
	}
}
