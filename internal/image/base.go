package image

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
)

// Labels and annotations by which an image names its base, from the OCI image specification.
const (
	labelBaseName   = "org.opencontainers.image.base.name"
	labelBaseDigest = "org.opencontainers.image.base.digest"
)

// applyBase notes the base image that an attestation or a label names. How many layers are the base's neither tells.
func (img *Image) applyBase(annotations map[string]string, attested *inventory.Base) {
	if attested != nil {
		img.Info.Base = *attested
		return
	}
	for _, m := range []map[string]string{annotations, img.Info.Labels} {
		if m[labelBaseName] != "" || m[labelBaseDigest] != "" {
			img.Info.Base = inventory.Base{Name: m[labelBaseName], Digest: m[labelBaseDigest], By: "label"}
			return
		}
	}
}

// provenance reads the base image from the build's provenance that stands beside the image in its index, as BuildKit
// puts it there. A build that used several images does not tell which of them the last stage began with; then nil.
func provenance(siblings []v1.Descriptor, image v1.Hash, read func(v1.Hash) ([]byte, error)) *inventory.Base {
	for _, d := range siblings {
		if d.Annotations[annotationType] != attestation || d.Annotations[annotationSubject] != image.String() {
			continue
		}
		data, err := read(d.Digest)
		if err != nil {
			continue
		}
		var m v1.Manifest
		if json.Unmarshal(data, &m) != nil {
			continue
		}
		for _, l := range m.Layers {
			if !strings.HasPrefix(l.Annotations["in-toto.io/predicate-type"], "https://slsa.dev/provenance/") {
				continue
			}
			if data, err := read(l.Digest); err == nil {
				if b := provenanceBase(data); b != nil {
					return b
				}
			}
		}
	}
	return nil
}

type material struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

// provenanceBase reads a provenance statement, version 0.2 (materials) or 1 (resolvedDependencies).
func provenanceBase(data []byte) *inventory.Base {
	var s struct {
		Predicate struct {
			Materials []material `json:"materials"`
			Build     struct {
				Resolved []material `json:"resolvedDependencies"`
			} `json:"buildDefinition"`
		} `json:"predicate"`
	}
	if json.Unmarshal(data, &s) != nil {
		return nil
	}
	var found *inventory.Base
	for _, m := range append(s.Predicate.Materials, s.Predicate.Build.Resolved...) {
		p, err := packageurl.FromString(m.URI)
		if err != nil || p.Type != packageurl.TypeDocker {
			continue
		}
		name := p.Name
		if p.Namespace != "" {
			name = p.Namespace + "/" + name
		}
		if strings.HasPrefix(name, "docker/dockerfile") || strings.HasSuffix(name, "buildkit-syft-scanner") {
			continue // tools of the build, not stages of it
		}
		if p.Version != "" {
			name += ":" + p.Version
		}
		b := inventory.Base{Name: name, By: "attestation"}
		if h := m.Digest["sha256"]; h != "" {
			b.Digest = "sha256:" + h
		}
		if found != nil && *found != b {
			return nil
		}
		found = &b
	}
	return found
}

// BaseByLayers tells the base image by the layers: of the known images whose layers are the first of this one's, the
// one with the most layers. An image with all the same layers is no base, but the same image under another name.
func BaseByLayers(layers []inventory.Layer, known []Known) (Known, bool) {
	var best Known
	for _, k := range known {
		if len(k.DiffIDs) <= len(best.DiffIDs) || len(k.DiffIDs) >= len(layers) {
			continue
		}
		prefix := true
		for i, d := range k.DiffIDs {
			prefix = prefix && layers[i].DiffID == d
		}
		if prefix {
			best = k
		}
	}
	return best, len(best.DiffIDs) > 0
}

func checkDigest(data []byte, want string) error {
	sum := sha256.Sum256(data)
	if got := "sha256:" + hex.EncodeToString(sum[:]); got != want {
		return &DigestError{Want: want, Got: got}
	}
	return nil
}
