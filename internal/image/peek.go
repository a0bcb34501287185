package image

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Stored is how many bytes the image's layers have as stored.
func (img *Image) Stored() int64 {
	var n int64
	for _, l := range img.Info.Layers {
		n += l.Bytes
	}
	return n
}

// TopDown reads the layers one by one from the top, those that want says yes to by their index, until read says that it
// has what it looked for. The layer is left there: what comes after is not fetched, and its digest not compared.
func (img *Image) TopDown(ctx context.Context, want func(i int) bool, read func(i int, l *Layer) (bool, error)) error {
	for i := len(img.layers) - 1; i >= 0; i-- {
		if !want(i) {
			continue
		}
		done, err := readSome(ctx, &img.layers[i], func(l *Layer) (bool, error) { return read(i, l) })
		if err != nil {
			return &LayerError{Index: i, DiffID: img.layers[i].diffID, Err: err}
		}
		if done {
			return nil
		}
	}
	return nil
}

func readSome(ctx context.Context, s *layerSource, read func(*Layer) (bool, error)) (bool, error) {
	l, err := s.open(ctx)
	if err != nil {
		return false, err
	}
	defer l.Close()
	l.ctx = ctx
	done, err := read(l)
	if done || err != nil {
		return done, err
	}
	return false, l.finish()
}

// Attached fetches the SBOMs and attestations that stand beside the image in its registry: those that BuildKit puts
// into its index, those that refer to it, and those that cosign keeps under a tag. fetched tells how many bytes that
// took, documents opened included. It is empty for an image that comes from elsewhere.
func (img *Image) Attached(ctx context.Context) (docs []Document, fetched func() int64) {
	if img.beside == nil {
		return nil, func() int64 { return 0 }
	}
	n := &atomic.Int64{}
	for _, l := range img.beside(ctx, n) {
		docs = append(docs, func() (io.ReadCloser, error) {
			blob, err := l.Compressed()
			if err != nil {
				return nil, err
			}
			return &counted{Reader: io.LimitReader(blob, maxDocument), closer: blob, n: n}, nil
		})
	}
	return docs, n.Load
}

type counted struct {
	io.Reader
	closer io.Closer
	n      *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (c *counted) Close() error { return c.closer.Close() }

// maxReferrers bounds how many manifests beside an image are fetched.
const maxReferrers = 20

// besideOf lists the documents beside an image of a registry. What cannot be had is as if it were not there: the image
// itself can still be read.
func besideOf(r name.Reference, image v1.Hash, siblings []v1.Descriptor) func(context.Context,
	*atomic.Int64) []v1.Layer {
	return func(ctx context.Context, fetched *atomic.Int64) []v1.Layer {
		options := registryOptions(ctx)
		var manifests []v1.Hash
		for _, d := range siblings {
			if d.Annotations[annotationType] == attestation && d.Annotations[annotationSubject] == image.String() {
				manifests = append(manifests, d.Digest)
			}
		}
		digest := r.Context().Digest(image.String())
		if ix, err := remote.Referrers(digest, options...); err == nil {
			if m, err := ix.IndexManifest(); err == nil {
				for _, d := range m.Manifests {
					manifests = append(manifests, d.Digest)
				}
			}
		}
		var out []v1.Layer
		for _, h := range manifests[:min(len(manifests), maxReferrers)] {
			desc, err := remote.Get(r.Context().Digest(h.String()), options...)
			if err == nil {
				out = append(out, documentLayers(desc, fetched)...)
			}
		}
		if len(out) > 0 {
			return out
		}
		for _, suffix := range []string{".sbom", ".att"} {
			desc, err := remote.Get(r.Context().Tag(image.Algorithm+"-"+image.Hex+suffix), options...)
			if err == nil {
				out = append(out, documentLayers(desc, fetched)...)
			}
		}
		return out
	}
}

// documentLayers are the documents among the layers of a manifest.
func documentLayers(desc *remote.Descriptor, fetched *atomic.Int64) []v1.Layer {
	fetched.Add(int64(len(desc.Manifest)))
	var m v1.Manifest
	if json.Unmarshal(desc.Manifest, &m) != nil {
		return nil
	}
	img, err := desc.Image()
	if err != nil {
		return nil
	}
	layers, err := img.Layers()
	if err != nil || len(layers) != len(m.Layers) {
		return nil
	}
	var out []v1.Layer
	for i, l := range m.Layers {
		if isDocument(string(l.MediaType), l.Annotations["in-toto.io/predicate-type"]) {
			out = append(out, layers[i])
		}
	}
	return slices.Clip(out)
}

// StatusOf is the HTTP status with which a registry refused, 0 where an error is none of that kind.
func StatusOf(err error) int {
	if t := transportError(err); t != nil {
		return t.StatusCode
	}
	return 0
}

// Refused reports whether a registry wants other credentials, or none that are at hand.
func Refused(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}
