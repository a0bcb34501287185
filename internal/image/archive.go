package image

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// blobs is a set of named parts: a tar that was indexed, or a folder.
type blobs interface {
	// open returns the part's content, fs.ErrNotExist where there is none.
	open(name string) (*part, error)
}

// part is one opened part of a blob store.
type part struct {
	io.ReaderAt
	size  int64
	close func() error
}

// maxJSON bounds manifests, indexes and configurations.
const maxJSON = 16 << 20

// readAll reads a small part whole.
func readAll(b blobs, name string) ([]byte, error) {
	p, err := b.open(name)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if p.size > maxJSON {
		return nil, fmt.Errorf("%s: %d bytes, at most %d are read", name, p.size, maxJSON)
	}
	data := make([]byte, p.size)
	_, err = io.ReadFull(io.NewSectionReader(p, 0, p.size), data)
	return data, err
}

// tarIndex is a tar file whose entries were indexed by one pass over the headers.
type tarIndex struct {
	f       *os.File
	entries map[string]span
	cut     string // the entry at whose content the file ends, "" where it is whole
}

type span struct {
	off, size int64
	link      string
}

const (
	maxIndexed  = 100_000 // entries of an image archive; a real one has three a layer
	maxLinkHops = 16
)

// indexTar reads the headers of a tar file. A tar that is cut off gives what stands before, with the error.
func indexTar(ctx context.Context, f *os.File, size int64) (*tarIndex, error) {
	ix := &tarIndex{f: f, entries: map[string]span{}}
	sr := newSeekReader(f, size, nil)
	te := &tarEntries{tr: tar.NewReader(sr), seek: sr}
	for n := 0; ; n++ {
		h, err := te.tr.Next()
		if err == io.EOF {
			return ix, nil
		}
		if err != nil {
			return ix, te.describe(err)
		}
		if n > maxIndexed {
			return ix, fmt.Errorf("more than %d entries: not an image archive", maxIndexed)
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ix, ctx.Err()
		}
		name, ok := cleanPath(h.Name)
		if !ok {
			continue
		}
		switch h.Typeflag {
		case tar.TypeReg:
			if h.Size > size-sr.pos {
				ix.cut = name
				return ix, fmt.Errorf("cut off: %s has %d bytes of %d", name, size-sr.pos, h.Size)
			}
			ix.entries[name] = span{off: sr.pos, size: h.Size}
		case tar.TypeSymlink: // the same layer twice, as older engines save it
			ix.entries[name] = span{link: path.Join(path.Dir(name), h.Linkname)}
		case tar.TypeLink:
			ix.entries[name] = span{link: path.Clean(h.Linkname)}
		}
	}
}

// holdsLayers reports whether an entry has a name that layers have, one that is cut off included.
func (ix *tarIndex) holdsLayers() bool {
	for name := range ix.entries {
		if layerName(name) {
			return true
		}
	}
	return layerName(ix.cut)
}

func (ix *tarIndex) find(name string) (span, bool) {
	name = strings.TrimPrefix(path.Clean(name), "/")
	for range maxLinkHops {
		s, ok := ix.entries[name]
		if !ok || s.link == "" {
			return s, ok
		}
		name = s.link
	}
	return span{}, false
}

func (ix *tarIndex) open(name string) (*part, error) {
	s, ok := ix.find(name)
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, os.ErrNotExist)
	}
	return &part{ReaderAt: io.NewSectionReader(ix.f, s.off, s.size), size: s.size, close: func() error { return nil }},
		nil
}

// dockerManifest is an element of the manifest.json of a `docker save` archive.
type dockerManifest struct {
	Config   string   `json:"Config"`
	RepoTags []string `json:"RepoTags"`
	Layers   []string `json:"Layers"`
}

// openTarFile opens an image archive of either form. form is "docker", "oci", or "" for whichever it is; tag picks one
// of several images.
func openTarFile(ctx context.Context, file, form, tag string, opt Options) (*Image, error) {
	f, err := bounded.Open(file)
	if err != nil {
		return nil, clierr.InputErr(file, errors.Unwrap(err))
	}
	img, err := readTarFile(ctx, f, form, tag, opt)
	if err != nil {
		f.Close()
		var known *clierr.Error
		if ctx.Err() != nil || errors.As(err, &known) {
			return nil, err
		}
		return nil, clierr.InputErr(file, err).WithHint("An image archive is what `docker save` or an OCI layout in " +
			"a tar gives.")
	}
	img.Info.Name = file
	img.keep(f.Close)
	return img, nil
}

func readTarFile(ctx context.Context, f *os.File, form, tag string, opt Options) (*Image, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	head := make([]byte, 512)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	asStream := func() *Image {
		return streamArchive(func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(f, 0, st.Size())), nil
		}, tag, opt, st.Size())
	}
	if compression(head[:n]) != "" {
		return asStream(), nil
	}
	if !isTar(head[:n]) {
		return nil, errors.New("not a tar")
	}
	ix, ixErr := indexTar(ctx, f, st.Size())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	_, hasDocker := ix.find("manifest.json")
	_, hasOCI := ix.find("index.json")
	prog := &progress{total: st.Size(), tell: opt.Progress}
	switch {
	case form != "oci" && hasDocker:
		return openDocker(ix, tag, opt, prog)
	case form != "docker" && hasOCI:
		return openOCI(ix, tag, opt, prog)
	case ix.holdsLayers(): // cut off before the manifest: what stands before is read as it comes
		return asStream(), nil
	case ixErr != nil:
		return nil, ixErr
	case len(ix.entries) == 0:
		return nil, errors.New("not a tar with files in it")
	}
	return nil, errNoManifest
}

// openDocker opens one image of a `docker save` archive.
func openDocker(b blobs, tag string, opt Options, prog *progress) (*Image, error) {
	data, err := readAll(b, "manifest.json")
	if err != nil {
		return nil, err
	}
	var ms []dockerManifest
	if err := json.Unmarshal(data, &ms); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	m, err := pickDocker(ms, tag)
	if err != nil {
		return nil, err
	}
	config, err := readAll(b, m.Config)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	img := &Image{opt: opt, Trusted: opt.Verify}
	img.Info.Tags = m.RepoTags
	if err := applyConfig(&img.Info, config); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Config, err)
	}
	if len(m.Layers) != len(img.Info.Layers) {
		return nil, fmt.Errorf("manifest.json names %d layers, the configuration %d", len(m.Layers),
			len(img.Info.Layers))
	}
	for i, name := range m.Layers {
		if p, err := b.open(name); err == nil {
			img.Info.Layers[i].Bytes = p.size
			p.close()
		}
		img.addPart(b, name, "", img.Info.Layers[i].DiffID, prog)
	}
	for _, other := range ms {
		img.addKnown(b, other, m.Config)
	}
	return img, nil
}

func pickDocker(ms []dockerManifest, tag string) (*dockerManifest, error) {
	var names []string
	for i := range ms {
		if tag == "" && len(ms) == 1 || tag != "" && slices.Contains(ms[i].RepoTags, tag) {
			return &ms[i], nil
		}
		names = append(names, ms[i].RepoTags...)
	}
	switch {
	case len(ms) == 0:
		return nil, errors.New("manifest.json names no image")
	case tag == "":
		return nil, fmt.Errorf("it holds %d images; name one after the file's name and an @: %s", len(ms),
			strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("it holds no image %q, but: %s", tag, strings.Join(names, ", "))
}

// addPart adds a layer that is a part of a blob store.
func (img *Image) addPart(b blobs, name, digest, diffID string, prog *progress) {
	verify := img.opt.Verify
	img.layers = append(img.layers,
		layerSource{name: name, diffID: diffID, open: func(context.Context) (*Layer, error) {
			p, err := b.open(name)
			if err != nil {
				return nil, err
			}
			l, err := partLayer(p, verify, digest, diffID, prog.add)
			if err != nil {
				p.close()
				return nil, err
			}
			img.keep(p.close)
			return l, nil
		}})
}

// partLayer reads a layer from a part: by seeking where it is a plain tar that need not be hashed, else as a stream.
func partLayer(p *part, verify bool, digest, diffID string, done func(int64)) (*Layer, error) {
	head := make([]byte, 4)
	n, err := p.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if verify || compression(head[:n]) != "" {
		return streamLayer(io.NewSectionReader(p, 0, p.size), verify, digest, diffID, done)
	}
	sr := newSeekReader(p, p.size, done)
	return &Layer{DiffID: diffID, entries: &tarEntries{tr: tar.NewReader(sr), seek: sr}}, nil
}

// addKnown notes another image of the same archive.
func (img *Image) addKnown(b blobs, m dockerManifest, self string) {
	if m.Config == self || len(m.RepoTags) == 0 {
		return
	}
	data, err := readAll(b, m.Config)
	if err != nil {
		return
	}
	var c struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if json.NewDecoder(bytes.NewReader(data)).Decode(&c) == nil {
		img.Known = append(img.Known, Known{Name: m.RepoTags[0], DiffIDs: c.RootFS.DiffIDs})
	}
}
