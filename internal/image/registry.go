package image

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/drydock/drydock/internal/clierr"
)

// openRegistry opens an image of a registry, with the credentials that the docker client has. Layers are fetched as
// they are read, each once, and all digests are compared.
func openRegistry(ctx context.Context, ref string, opt Options) (*Image, error) {
	r, err := name.ParseReference(ref)
	if err != nil {
		return nil, clierr.Usage("%q is not an image reference",
			ref).WithHint("An image reference looks like registry:ghcr.io/owner/name:tag.")
	}
	img, err := fetchManifest(ctx, r, opt)
	if err != nil {
		var known *clierr.Error
		if ctx.Err() != nil || errors.As(err, &known) {
			return nil, err
		}
		return nil, clierr.InputErr(ref, err).WithHint("`docker login` stores the credentials that are used here.")
	}
	return img, nil
}

func fetchManifest(ctx context.Context, r name.Reference, opt Options) (*Image, error) {
	options := registryOptions(ctx)
	desc, err := remote.Get(r, options...)
	if err != nil {
		return nil, err
	}
	var siblings []v1.Descriptor
	chosen := desc.Descriptor
	for depth := 0; chosen.MediaType.IsIndex(); depth++ {
		if depth > maxIndexDepth {
			return nil, errors.New("indexes within indexes, deeper than any real image")
		}
		ix, err := desc.ImageIndex()
		if err != nil {
			return nil, err
		}
		m, err := ix.IndexManifest()
		if err != nil {
			return nil, err
		}
		siblings = m.Manifests
		if chosen, err = pickPlatform(siblings, opt.Platform); err != nil {
			return nil, err
		}
		if desc, err = remote.Get(r.Context().Digest(chosen.Digest.String()), options...); err != nil {
			return nil, err
		}
	}
	rimg, err := desc.Image()
	if err != nil {
		return nil, err
	}
	m, err := rimg.Manifest()
	if err != nil {
		return nil, err
	}
	config, err := rimg.RawConfigFile()
	if err != nil {
		return nil, err
	}
	img := &Image{opt: opt, Trusted: true}
	img.Info.Name, img.Info.Digest = r.String(), chosen.Digest.String()
	if _, ok := r.(name.Tag); ok {
		img.Info.Tags = []string{r.String()}
	}
	if err := applyConfig(&img.Info, config); err != nil {
		return nil, err
	}
	if err := img.applyManifest(m); err != nil {
		return nil, err
	}
	var total int64
	for _, l := range m.Layers {
		total += max(l.Size, 0)
	}
	img.packed = total
	prog := &progress{total: total, tell: opt.Progress}
	layers, err := rimg.Layers()
	if err != nil {
		return nil, err
	}
	for i, l := range layers {
		diffID := img.Info.Layers[i].DiffID
		img.layers = append(img.layers, layerSource{diffID: diffID, open: func(context.Context) (*Layer, error) {
			blob, err := l.Compressed()
			if err != nil {
				return nil, err
			}
			out, err := streamLayer(blob, true, m.Layers[i].Digest.String(), diffID, prog.add)
			if err != nil {
				blob.Close()
				return nil, err
			}
			out.closers = append([]io.Closer{blob}, out.closers...)
			return out, nil
		}})
	}
	img.beside = besideOf(r, chosen.Digest, siblings)
	img.applyBase(m.Annotations, provenance(siblings, chosen.Digest, func(h v1.Hash) ([]byte, error) {
		return fetchSmall(r, h, options)
	}))
	return img, nil
}

func registryOptions(ctx context.Context) []remote.Option {
	return []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain),
		remote.WithUserAgent("drydock")}
}

// transportError is a registry's refusal within an error, nil where there is none.
func transportError(err error) *transport.Error {
	var t *transport.Error
	if errors.As(err, &t) {
		return t
	}
	return nil
}

// fetchSmall fetches an attestation's manifest or a blob of it.
func fetchSmall(r name.Reference, h v1.Hash, options []remote.Option) ([]byte, error) {
	d := r.Context().Digest(h.String())
	if desc, err := remote.Get(d, options...); err == nil {
		return desc.Manifest, nil
	}
	l, err := remote.Layer(d, options...)
	if err != nil {
		return nil, err
	}
	blob, err := l.Compressed()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	data, err := io.ReadAll(io.LimitReader(blob, maxJSON+1))
	if len(data) > maxJSON {
		return nil, fmt.Errorf("%s: more than %d bytes", h, maxJSON)
	}
	return data, err
}
