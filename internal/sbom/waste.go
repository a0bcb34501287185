package sbom

import (
	"bytes"
	"encoding/binary"
	"sort"

	"github.com/drydock/drydock/internal/inventory"
)

// What is kept of an image's files to tell waste: of each a hash of its path, some 40 bytes, and a group for each
// folder that much was hidden in. An image of more files than that has no figure.
const (
	maxWasteFiles  = 2_000_000
	maxWasteGroups = 50_000
	namedWaste     = 20
	groupDepth     = 3 // folders of a path by which replaced files are told together
)

// sizeList is the sizes of the paths of a pathList that are no folders, in the same order.
type sizeList []byte

func (l *sizeList) add(n int64) { *l = binary.AppendUvarint(*l, uint64(max(n, 0))) }

// next takes the first size off; it is 0 where the data is broken.
func (l *sizeList) next() int64 {
	n, used := binary.Uvarint(*l)
	if used <= 0 {
		*l = nil
		return 0
	}
	*l = (*l)[used:]
	return int64(n)
}

// cover is what an upper layer has at a path.
type cover struct {
	layer int32
	kind  coverKind
}

type coverKind uint8

const (
	coverFolder coverKind = iota // hides a file of the name
	coverFile                    // hides a file of the name, and what lies below a folder of it
	coverGone                    // a whiteout: hides the name and what lies below
	coverBelow                   // an opaque folder: hides what lies below
)

// wasteScan goes through an image's layers from the top down and finds what those above hide.
type wasteScan struct {
	above  map[uint64]cover
	groups map[wasteGroup]*inventory.WastedPath
	out    inventory.Waste
	rest   bool // there were more groups than are kept
}

type wasteGroup struct {
	path      string
	layer, by int
	removed   bool
}

// waste tells how many bytes of an image's layers can be seen by nobody. It is nil where a layer could not be read, or
// where there are too many files.
func waste(layers []*layerFacts) *inventory.Waste {
	files := 0
	for _, f := range layers {
		if f == nil {
			return nil
		}
		if files += f.Paths.N; files > maxWasteFiles {
			return nil
		}
	}
	s := &wasteScan{above: map[uint64]cover{}, groups: map[wasteGroup]*inventory.WastedPath{}}
	s.out.ByLayer = make([]int64, len(layers))
	for i := len(layers) - 1; i >= 0; i-- {
		s.look(i, layers[i])
		if i > 0 {
			s.cover(int32(i), layers[i])
		}
	}
	s.out.Efficiency = 1
	if s.out.TotalBytes > 0 {
		s.out.Efficiency = float64(s.out.TotalBytes-s.out.Bytes) / float64(s.out.TotalBytes)
	}
	s.name()
	return &s.out
}

// look counts the files of a layer that are hidden by those above.
func (s *wasteScan) look(n int, f *layerFacts) {
	sizes := f.Sizes
	f.Paths.each(func(p []byte) {
		if len(p) > 0 && p[len(p)-1] == '/' {
			return
		}
		size := sizes.next()
		s.out.TotalBytes += size
		if size == 0 {
			return
		}
		by, at, removed := s.hider(p)
		if by < 0 {
			return
		}
		s.out.Bytes += size
		s.out.ByLayer[n] += size
		s.group(wasteGroup{string(at), n, by, removed}, size)
	})
}

func (s *wasteScan) group(k wasteGroup, size int64) {
	g := s.groups[k]
	if g == nil {
		if len(s.groups) == maxWasteGroups {
			s.rest = true
			return
		}
		g = &inventory.WastedPath{Path: k.path, Layer: k.layer, By: k.by, Removed: k.removed}
		s.groups[k] = g
	}
	g.Bytes += size
	g.Files++
}

// hider is the layer that hides a file, -1 for none, and the path by which that is told: what was removed, or the
// folder in which files were replaced.
func (s *wasteScan) hider(p []byte) (layer int, at []byte, removed bool) {
	h := newPathHash()
	for i, c := range p {
		if c == '/' {
			if over, ok := s.above[uint64(h)]; ok && over.kind != coverFolder {
				return int(over.layer), p[:i], over.kind != coverFile
			}
		}
		h.add(c)
	}
	over, ok := s.above[uint64(h)]
	if !ok {
		return -1, nil, false
	}
	if over.kind == coverGone {
		return int(over.layer), p, true
	}
	return int(over.layer), shortened(p), false
}

// shortened is a path's first folders, or the path itself where it has no more.
func shortened(p []byte) []byte {
	at := 0
	for range groupDepth {
		n := bytes.IndexByte(p[at:], '/')
		if n < 0 {
			return p
		}
		at += n + 1
	}
	return p[:at-1]
}

// cover notes what a layer puts over those below it. Of several layers the one that lies nearest counts.
func (s *wasteScan) cover(n int32, f *layerFacts) {
	f.Paths.each(func(p []byte) {
		if len(p) > 0 && p[len(p)-1] == '/' {
			h := hashOf(p[:len(p)-1])
			if over, ok := s.above[h]; !ok || over.kind == coverFolder {
				s.above[h] = cover{n, coverFolder}
			}
			return
		}
		s.above[hashOf(p)] = cover{n, coverFile}
	})
	for _, p := range f.Opaque {
		s.above[hashOf([]byte(p))] = cover{n, coverBelow}
	}
	for _, p := range f.Hidden {
		s.above[hashOf([]byte(p))] = cover{n, coverGone}
	}
}

// name lists the largest groups.
func (s *wasteScan) name() {
	for _, g := range s.groups {
		s.out.Paths = append(s.out.Paths, *g)
	}
	sort.Slice(s.out.Paths, func(i, j int) bool {
		a, b := &s.out.Paths[i], &s.out.Paths[j]
		switch {
		case a.Bytes != b.Bytes:
			return a.Bytes > b.Bytes
		case a.Path != b.Path:
			return a.Path < b.Path
		}
		return a.Layer < b.Layer
	})
	s.out.More = s.rest || len(s.out.Paths) > namedWaste
	s.out.Paths = s.out.Paths[:min(len(s.out.Paths), namedWaste)]
}

// pathHash is FNV-1a, byte by byte, so that every folder of a path is hashed on the way.
type pathHash uint64

func newPathHash() pathHash { return 14695981039346656037 }

func (h *pathHash) add(c byte) { *h = (*h ^ pathHash(c)) * 1099511628211 }

func hashOf(p []byte) uint64 {
	h := newPathHash()
	for _, c := range p {
		h.add(c)
	}
	return uint64(h)
}
