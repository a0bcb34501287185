package image

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxSmall bounds all the manifests and configurations of a streamed archive together.
const maxSmall = 64 << 20

// streamArchive is an image archive that comes as a stream: from an engine, or compressed as a whole. Each layer is
// read as it passes and hashed on the way; which place it has, the manifest tells, and that mostly comes last.
func streamArchive(open func(context.Context) (io.ReadCloser, error), tag string, opt Options, total int64) *Image {
	img := &Image{opt: opt, Trusted: true}
	prog := &progress{total: total, tell: opt.Progress}
	img.stream = func(ctx context.Context, read func(*Layer) error) error {
		raw, err := open(ctx)
		if err != nil {
			return err
		}
		defer raw.Close()
		in := bufio.NewReaderSize(&counter{r: raw, done: prog.add}, aheadChunk)
		plain, closer, err := decompress(in)
		if err != nil {
			return err
		}
		defer closer.Close()
		s := &streamed{ctx: ctx, small: map[string][]byte{}, links: map[string]string{}, diffIDs: map[string]string{},
			errs: map[string]error{}, read: read}
		end := s.pass(tar.NewReader(plain))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return s.settle(img, tag, end)
	}
	return img
}

// decompress unpacks an archive that is compressed as a whole.
func decompress(in *bufio.Reader) (io.Reader, io.Closer, error) {
	head, _ := in.Peek(4)
	stored := &counter{r: in}
	switch compression(head) {
	case "gzip":
		z, err := gzip.NewReader(stored)
		if err != nil {
			return nil, nil, err
		}
		return &bombGuard{r: z, stored: stored}, z, nil
	case "zstd":
		z, err := zstd.NewReader(stored, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, err
		}
		rc := z.IOReadCloser()
		return &bombGuard{r: rc, stored: stored}, rc, nil
	}
	return in, io.NopCloser(nil), nil
}

// streamed is what is kept of an archive while it passes.
type streamed struct {
	ctx     context.Context
	small   map[string][]byte // manifests and configurations
	bytes   int
	links   map[string]string
	passed  []string          // the layers, by their name in the archive, in the order in which they came
	diffIDs map[string]string // of those that were read to their end
	errs    map[string]error  // of those that were not
	read    func(*Layer) error
}

func (s *streamed) pass(tr *tar.Reader) error {
	te := &tarEntries{tr: tr}
	for n := 0; ; n++ {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return te.describe(err)
		}
		if n > maxIndexed {
			return fmt.Errorf("more than %d entries: not an image archive", maxIndexed)
		}
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		name, ok := cleanPath(h.Name)
		if !ok {
			continue
		}
		switch h.Typeflag {
		case tar.TypeSymlink:
			s.links[name] = path.Join(path.Dir(name), h.Linkname)
		case tar.TypeLink:
			s.links[name] = path.Clean(h.Linkname)
		case tar.TypeReg:
			if err := s.entry(name, h.Size, tr); err != nil {
				return te.describe(err)
			}
		}
	}
}

func (s *streamed) entry(name string, size int64, tr io.Reader) error {
	in := bufio.NewReaderSize(tr, 512)
	head, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	if compression(head) == "" && !isTar(head) {
		if size > maxJSON || s.bytes+int(size) > maxSmall {
			return nil
		}
		data, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.small[name] = data
		s.bytes += len(data)
		return nil
	}
	s.passed = append(s.passed, name)
	src := layerSource{open: func(context.Context) (*Layer, error) { return streamLayer(in, true, "", "", nil) }}
	var diffID string
	err = readLayer(s.ctx, &src, func(l *Layer) error {
		l.Part = name
		l.OnEnd(func() { diffID = l.DiffID })
		return s.read(l)
	})
	if err != nil {
		s.errs[name] = err
		return s.ctx.Err()
	}
	s.diffIDs[name] = diffID
	return nil
}

// isTar tells a tar by its magic; an empty layer is nothing but zeros.
func isTar(head []byte) bool {
	return len(head) >= 512 && (bytes.HasPrefix(head[257:], []byte("ustar")) || len(bytes.Trim(head, "\x00")) == 0)
}

// open makes the small parts, and the layers that passed, look like an indexed archive.
func (s *streamed) open(name string) (*part, error) {
	data, ok := s.small[s.resolve(name)]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, os.ErrNotExist)
	}
	return &part{ReaderAt: bytes.NewReader(data), size: int64(len(data)), close: func() error { return nil }}, nil
}

func (s *streamed) resolve(name string) string {
	name = path.Clean(name)
	for range maxLinkHops {
		to, ok := s.links[name]
		if !ok {
			return name
		}
		name = to
	}
	return name
}

// settle reads the manifest, puts each layer that passed into its place, and holds it against its diff id. end is the
// error with which the archive broke off, nil where it was whole.
func (s *streamed) settle(img *Image, tag string, end error) error {
	var m *Image
	var err error
	if _, ok := s.small["manifest.json"]; ok {
		m, err = openDocker(s, tag, img.opt, &progress{})
	} else if _, ok := s.small["index.json"]; ok {
		m, err = openOCI(s, tag, img.opt, &progress{})
	} else {
		err = errNoManifest
	}
	switch {
	case err == nil:
	case slices.ContainsFunc(s.passed, layerName):
		m = s.salvage()
		if end != nil {
			err = fmt.Errorf("%w before its manifest", end)
		}
		end = err
	case end != nil:
		return end
	default:
		return err
	}
	name, tags := img.Info.Name, img.Info.Tags
	img.Info, img.Known = m.Info, append(img.Known, m.Known...)
	img.Info.Name = name
	if len(img.Info.Tags) == 0 {
		img.Info.Tags = tags
	}
	img.parts = make([]string, len(img.Info.Layers))
	errs := []error{end}
	for i := range img.Info.Layers {
		l := &img.Info.Layers[i]
		part := s.resolve(m.layers[i].name)
		img.parts[i] = part
		got, read := s.diffIDs[part]
		switch {
		case s.errs[part] != nil:
			errs = append(errs, &LayerError{Index: i, DiffID: l.DiffID, Err: s.errs[part]})
		case !read:
			errs = append(errs, &LayerError{Index: i, DiffID: l.DiffID,
				Err: fmt.Errorf("%s is not in the archive", part)})
		case got != l.DiffID:
			errs = append(errs, &LayerError{Index: i, DiffID: l.DiffID, Err: &DigestError{Want: l.DiffID, Got: got}})
		}
	}
	return joinErrors(errs)
}

var errNoManifest = errors.New("no manifest.json or index.json: not an image archive, or one that is cut off")
