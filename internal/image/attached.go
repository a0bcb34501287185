package image

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/drydock/drydock/internal/bounded"
)

// maxAttached bounds the documents of one layout, and maxDocument the bytes of one.
const (
	maxAttached = 100
	maxDocument = 256 << 20
)

// Document opens an SBOM or an attestation that an OCI layout holds.
type Document = func() (io.ReadCloser, error)

// Documents lists the SBOMs and attestations of an OCI layout, a folder or a tar: what BuildKit puts beside an image,
// what cosign saves, and artifacts that are nothing but an SBOM. A layout without an image is a usual thing of theirs.
// Close what the second result holds open.
func Documents(ctx context.Context, ref string) ([]Document, io.Closer, error) {
	for _, scheme := range []string{schemeOCIDir, schemeOCITar} {
		ref = strings.TrimPrefix(ref, scheme)
	}
	path, _ := splitTag(ref)
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, nil, err
		}
		found, err := documents(&dirBlobs{root})
		return found, root, err
	}
	f, err := bounded.Open(path)
	if err != nil {
		return nil, nil, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, f, err
	}
	index, err := indexTar(ctx, f, st.Size())
	if err != nil {
		return nil, f, err
	}
	found, err := documents(index)
	return found, f, err
}

// documents goes through a layout's index and those in it.
func documents(b blobs) ([]Document, error) {
	data, err := readAll(b, "index.json")
	if err != nil {
		return nil, err
	}
	var out []Document
	indexes := [][]byte{data}
	for depth := 0; depth < maxIndexDepth && len(indexes) > 0; depth++ {
		var next [][]byte
		for _, data := range indexes {
			var ix v1.IndexManifest
			if err := json.Unmarshal(data, &ix); err != nil {
				return out, fmt.Errorf("index: %w", err)
			}
			for _, d := range ix.Manifests {
				data, err := readBlob(b, d.Digest, false)
				if err != nil {
					continue // a layout need not hold all that its index names
				}
				if d.MediaType.IsIndex() {
					next = append(next, data)
					continue
				}
				out = append(out, documentsOf(b, data)...)
			}
		}
		indexes = next
		if len(indexes) > maxAttached || len(out) > maxAttached {
			return out, fmt.Errorf("more than %d documents", maxAttached)
		}
	}
	return out, nil
}

// documentsOf are the documents among a manifest's layers.
func documentsOf(b blobs, data []byte) []Document {
	var m v1.Manifest
	if json.Unmarshal(data, &m) != nil {
		return nil
	}
	var out []Document
	for _, l := range m.Layers {
		if !isDocument(string(l.MediaType), l.Annotations["in-toto.io/predicate-type"]) {
			continue
		}
		name := blobPath(l.Digest)
		out = append(out, func() (io.ReadCloser, error) {
			p, err := b.open(name)
			if err != nil {
				return nil, err
			}
			return &document{io.NewSectionReader(p, 0, min(p.size, maxDocument)), p.close}, nil
		})
	}
	return out
}

// isDocument tells an SBOM, or what may hold one, by its media type. An attestation that says what it is of, and is not
// of an SBOM, is none.
func isDocument(mediaType, predicate string) bool {
	switch {
	case strings.Contains(mediaType, "in-toto"):
		return predicate == "" || strings.Contains(predicate, "spdx") || strings.Contains(predicate, "cyclonedx")
	case strings.Contains(mediaType, "dsse.envelope"), strings.Contains(mediaType, "sigstore.bundle"):
		return true
	}
	for _, kind := range []string{"spdx", "cyclonedx", "syft"} {
		if strings.Contains(mediaType, kind) {
			return true
		}
	}
	return false
}

type document struct {
	*io.SectionReader
	close func() error
}

func (d *document) Close() error { return d.close() }
