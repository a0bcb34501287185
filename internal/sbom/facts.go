package sbom

import (
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// layerFacts is all that is kept of a layer: enough to lay it over others without reading it again. Everything in it
// follows from the layer's bytes alone, so that it can be kept under the layer's digest.
type layerFacts struct {
	DiffID string

	Files    []extract.Facts
	Execs    []extract.Executable
	Symlinks []linkFact
	Hidden   []string // whiteouts
	Opaque   []string // folders that hide what lies below them
	Paths    pathList // every file, link and folder, which hides what lies below; a folder's ends in a slash

	Sizes sizeList // of the entries of Paths that are no folders

	Problems []inventory.Problem
	Entries  int
	Bytes    int64 // of content that was read
	Size     int64 // of all files
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
