package sbom

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/document"
)

// FromImage finds the packages of an image, and how much of its executables they explain.
//
// Where a layer or a package database is damaged, the inventory of what could be read is returned beside the error,
// with a Problem for each; the error is a clierr.Input. Without an inventory there is nothing that could be read.
func FromImage(ctx context.Context, img *image.Image, opt Options) (*inventory.Inventory, error) {
	r := &imageRead{secrets: opt.Secrets, facts: map[string]*layerFacts{}, parts: map[string]*layerFacts{},
		cache: openCache(opt.CacheDir, img.Trusted)}
	err := img.Layers(ctx, r.want, func(l *image.Layer) error { return r.layer(ctx, l) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && len(img.Info.Layers) == 0 {
		return nil, inputError(img.Info.Name, err)
	}
	if len(img.Info.Layers) == 1 && img.Info.Layers[0].DiffID == "" && len(r.nameless) == 1 { // a folder
		r.facts[""] = r.nameless[0]
	}
	layers := make([]*layerFacts, len(img.Info.Layers))
	for i, l := range img.Info.Layers {
		if layers[i] = r.facts[l.DiffID]; layers[i] == nil {
			layers[i] = r.parts[img.Part(i)]
		}
	}
	img.Known = append(img.Known, r.cache.known()...)
	tellBase(img)
	inv := compose(&img.Info, layers)
	if err != nil { // what is missing may lie in what could not be read
		inv.Problems = slices.DeleteFunc(inv.Problems, func(p inventory.Problem) bool { return p.Missing })
	}
	for _, e := range layerErrors(err) {
		inv.Problems = append(inv.Problems, inventory.Problem{Layer: e.DiffID, Reason: e.Error()})
	}
	sortProblems(inv.Problems)
	if err != nil {
		return inv, inputError(img.Info.Name, err)
	}
	r.cache.remember(&img.Info)
	if r.wrote {
		r.cache.prune()
	}
	return inv, damage(inv)
}

// damage is the error about an image that can be read and is not sound: a package database that breaks off, or entries
// that lead out of the image.
func damage(inv *inventory.Inventory) error {
	for _, p := range inv.Problems {
		f := clierr.Input(inv.Target, "%s: %s", p.Path, p.Reason)
		switch {
		case p.Database:
			return f.WithHint("The package database is damaged: packages may be installed that are not in it. Make " +
				"the image again.")
		case p.Outside:
			return f.WithHint("No builder writes such an image: do not unpack it, and ask where it comes from.")
		}
	}
	return nil
}

type imageRead struct {
	secrets func(path string, text []byte) []inventory.Secret
	cache   *layerCache
	mu      sync.Mutex
	facts   map[string]*layerFacts
	// of layers that broke off before their diff id was known, by their name in the stream
	parts    map[string]*layerFacts
	nameless []*layerFacts
	wrote    bool
}

// want reports whether a layer must be read: its facts are not in the cache.
func (r *imageRead) want(diffID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.facts[diffID] == nil {
		if f := r.cache.load(diffID); f != nil {
			r.facts[diffID] = f
		}
	}
	return r.facts[diffID] == nil
}

// layer scans one layer. What stood before the place where it breaks off is kept.
func (r *imageRead) layer(ctx context.Context, l *image.Layer) error {
	f, err := scanLayer(ctx, l, r.secrets)
	known := l.DiffID
	keep := func(id string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		f.DiffID = id
		if id == "" {
			r.nameless = append(r.nameless, f)
		} else {
			r.facts[id] = f
		}
	}
	if known != "" {
		keep(known)
	}
	if err != nil && l.Part != "" {
		r.mu.Lock()
		r.parts[l.Part] = f
		r.mu.Unlock()
	}
	l.OnEnd(func() {
		if known == "" {
			keep(l.DiffID)
		}
		if err == nil && l.DiffID != "" {
			r.cache.save(f)
			r.mu.Lock()
			r.wrote = true
			r.mu.Unlock()
		}
	})
	return err
}

// tellBase says which layers came from the base image, if that can be told.
func tellBase(img *image.Image) {
	base := &img.Info.Base
	if k, ok := image.BaseByLayers(img.Info.Layers, img.Known); ok {
		if base.Name == "" {
			base.Name, base.By = k.Name, "layers"
		}
		if base.Digest == "" {
			base.Digest = k.Digest
		}
		base.Layers = len(k.DiffIDs)
	}
	if base.Layers == 0 {
		return
	}
	yes, no := true, false
	for i := range img.Info.Layers {
		if i < base.Layers {
			img.Info.Layers[i].FromBase = &yes
		} else {
			img.Info.Layers[i].FromBase = &no
		}
	}
}

// layerErrors are the errors of single layers in a joined error.
func layerErrors(err error) []*image.LayerError {
	if err == nil {
		return nil
	}
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*image.LayerError
		for _, e := range list.Unwrap() {
			out = append(out, layerErrors(e)...)
		}
		return out
	}
	var le *image.LayerError
	if errors.As(err, &le) {
		return []*image.LayerError{le}
	}
	return nil
}

func inputError(name string, err error) error {
	var f *clierr.Error
	if errors.As(err, &f) {
		return err
	}
	return clierr.InputErr(name, err).WithHint("The image is damaged or incomplete: make or fetch it again.")
}

// From finds the packages of whatever ref names: a folder with sources is read as one, a file that is an SBOM or a
// lockfile as that, everything else is an image, as image.Open has it. A folder that holds a root file system is an
// image.
func From(ctx context.Context, ref string, iopt image.Options, opt Options) (*inventory.Inventory, error) {
	if iopt.Progress == nil {
		iopt.Progress = opt.Progress
	}
	if st, err := os.Stat(ref); err == nil && st.IsDir() && !image.IsRootFS(ref) && !image.IsOCILayout(ref) {
		return FromDir(ctx, ref, opt)
	}
	if st, err := os.Stat(ref); err == nil && st.Mode().IsRegular() {
		if inv, err := fromNamed(ref); inv != nil || err != nil {
			return inv, err
		}
	}
	img, err := image.Open(ctx, ref, iopt)
	if err != nil {
		return nil, err
	}
	defer img.Close()
	inv, err := FromImage(ctx, img, opt)
	if dir, ok := strings.CutPrefix(ref, "dir:"); ok && err == nil && inv.Distro == nil && len(inv.Packages) == 0 {
		return orTree(ctx, dir, inv, opt)
	}
	return inv, err
}

// fromNamed reads a file that is an SBOM by its content or a lockfile by its name; both results are nil for any other.
func fromNamed(name string) (*inventory.Inventory, error) {
	look, err := document.LookAtFile(name)
	if err != nil {
		return nil, clierr.InputErr(name, err)
	}
	as := ManifestName(name)
	switch {
	case look.SBOM:
		return document.ReadFile(name)
	case as != "":
		return FromFile(name, as, nil)
	case look.As != "":
		return FromFile(name, look.As, nil)
	case IsProgram(look.Head):
		return FromFile(name, filepath.Base(name), nil)
	}
	return nil, nil
}

// orTree reads a folder that was named as a root file system and holds no sign of one as the source tree that it then
// most likely is. What the first look could not read stays told.
func orTree(ctx context.Context, dir string, inv *inventory.Inventory, opt Options) (*inventory.Inventory, error) {
	tree, err := FromDir(ctx, dir, opt)
	if err != nil || len(tree.Packages)+len(tree.Problems) == 0 {
		return inv, ctx.Err()
	}
	tree.Problems = append(tree.Problems, inv.Problems...)
	return tree, nil
}
