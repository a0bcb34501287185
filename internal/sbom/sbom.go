// Package sbom finds the packages of an image or a source tree, in one forward pass over its files.
//
// A reader is a function that turns one file into packages; which reader a file gets is told by its name alone, before
// a byte of it is read. What cannot be read becomes an inventory.Problem with its path, and everything else is still
// read. Nothing of what is scanned is run, and no connection is made.
package sbom

import (
	"fmt"
	"slices"
	"sort"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Options is what a scan may depend on besides its target. The zero value is a scan without a cache.
type Options struct {
	// CacheDir is the folder in which what was read of layers is kept; "" for nowhere. Nothing else may be in it.
	CacheDir string
	// Hidden, if not nil, tells of a file of a tree that it never reaches the build: it is as if it were not there, but
	// for the inventory's list of hidden manifests. The path is relative to the tree, with slashes.
	Hidden func(path string) bool
	// Secrets, if not nil, finds the secrets in a file of an image. It must be safe to call from several goroutines, and
	// its answer is kept with what was read of the layer.
	Secrets func(path string, text []byte) []inventory.Secret
	// Progress, if not nil, is told from time to time how much was looked at. It must return at once and be safe to
	// call from several goroutines.
	Progress func(done, total int64)
}

func (o *Options) progress(done, total int64) {
	if o.Progress != nil {
		o.Progress(done, total)
	}
}

// readSafely runs a reader on a file. A reader that panics on hostile bytes has failed on that file, no more.
func readSafely(read extract.Reader, f *extract.File) (ps []inventory.Package, err error) {
	defer func() {
		if p := recover(); p != nil {
			ps, err = nil, fmt.Errorf("the reader failed: %v", p)
		}
	}()
	ps, err = read(f)
	for i := range ps {
		if len(ps[i].Paths) == 0 {
			ps[i].Paths = []string{f.Path}
		}
	}
	return ps, err
}

// merge joins packages that are the same thing in several places: same package URL, layer and owner. It ships as soon
// as one place ships it. Paths keep their order, so that Line stays the line in the first. The result is sorted.
func merge(ps []inventory.Package) []inventory.Package {
	type key struct{ purl, version, layer, owner string }
	at := make(map[key]int, len(ps))
	out := make([]inventory.Package, 0, len(ps))
	for _, p := range ps {
		k := key{p.PURL, p.Version, p.Layer, p.OwnedBy}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, p)
			continue
		}
		q := &out[i]
		q.Dev, q.Direct, q.Range = q.Dev && p.Dev, q.Direct || p.Direct, q.Range && p.Range
		q.Paths = appendNew(q.Paths, p.Paths)
		q.Licences = appendNew(q.Licences, p.Licences)
	}
	for i := range out {
		out[i].Normalize()
		slices.Sort(out[i].Licences)
		out[i].Licences = slices.Compact(out[i].Licences)
	}
	inventory.Sort(out)
	return out
}

func appendNew(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func sortProblems(ps []inventory.Problem) {
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Path != ps[j].Path {
			return ps[i].Path < ps[j].Path
		}
		return ps[i].Reason < ps[j].Reason
	})
}
