package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/drydock/drydock/internal/clierr"
)

// Annotations by which BuildKit puts an attestation beside the image that it is about.
const (
	annotationType    = "vnd.docker.reference.type"
	annotationSubject = "vnd.docker.reference.digest"
	attestation       = "attestation-manifest"
	annotationRefName = "org.opencontainers.image.ref.name"
	annotationName    = "io.containerd.image.name"
)

// openOCIDir opens an OCI layout that is a folder.
func openOCIDir(dir, tag string, opt Options) (*Image, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, clierr.InputErr(dir, errors.Unwrap(err))
	}
	img, err := openOCI(&dirBlobs{root}, tag, opt, &progress{tell: opt.Progress})
	if err != nil {
		root.Close()
		return nil, clierr.InputErr(dir, err).WithHint("An OCI layout is a folder with index.json and blobs.")
	}
	img.Info.Name = dir
	img.keep(root.Close)
	return img, nil
}

type dirBlobs struct{ root *os.Root }

func (d *dirBlobs) open(name string) (*part, error) {
	f, err := d.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a regular file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &part{ReaderAt: f, size: st.Size(), close: f.Close}, nil
}

// openOCI opens one image of an OCI layout.
func openOCI(b blobs, tag string, opt Options, prog *progress) (*Image, error) {
	desc, siblings, err := pickOCI(b, tag, opt)
	if err != nil {
		return nil, err
	}
	data, err := readBlob(b, desc.Digest, opt.Verify)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	var m v1.Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	config, err := readBlob(b, m.Config.Digest, opt.Verify)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	img := &Image{opt: opt, Trusted: opt.Verify}
	img.Info.Digest = desc.Digest.String()
	for _, a := range []string{annotationName, annotationRefName} {
		if n := desc.Annotations[a]; n != "" && len(img.Info.Tags) == 0 {
			img.Info.Tags = []string{n}
		}
	}
	if err := applyConfig(&img.Info, config); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", m.Config.Digest, err)
	}
	if err := img.applyManifest(&m); err != nil {
		return nil, err
	}
	for i, l := range m.Layers {
		img.addPart(b, blobPath(l.Digest), l.Digest.String(), img.Info.Layers[i].DiffID, prog)
	}
	img.applyBase(m.Annotations,
		provenance(siblings, desc.Digest, func(h v1.Hash) ([]byte, error) { return readBlob(b, h, opt.Verify) }))
	return img, nil
}

// applyManifest joins the manifest's layers, as stored, with the configuration's.
func (img *Image) applyManifest(m *v1.Manifest) error {
	if len(m.Layers) != len(img.Info.Layers) {
		return fmt.Errorf("the manifest names %d layers, the configuration %d", len(m.Layers), len(img.Info.Layers))
	}
	for i, l := range m.Layers {
		img.Info.Layers[i].Digest = l.Digest.String()
		img.Info.Layers[i].Bytes = l.Size
		img.Info.Layers[i].MediaType = string(l.MediaType)
	}
	return nil
}

func blobPath(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }

// readBlob reads a small blob, and compares its digest if verify is set.
func readBlob(b blobs, h v1.Hash, verify bool) ([]byte, error) {
	if h.Algorithm != "sha256" || len(h.Hex) != 64 || strings.Trim(h.Hex, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("not a digest: %q", h.String())
	}
	data, err := readAll(b, blobPath(h))
	if err != nil || !verify {
		return data, err
	}
	return data, checkDigest(data, h.String())
}

// maxIndexDepth bounds indexes of indexes.
const maxIndexDepth = 4

// pickOCI finds the manifest of the wanted image and platform, and what stands beside it in its index.
func pickOCI(b blobs, tag string, opt Options) (v1.Descriptor, []v1.Descriptor, error) {
	data, err := readAll(b, "index.json")
	if err != nil {
		return v1.Descriptor{}, nil, err
	}
	for depth := 0; depth < maxIndexDepth; depth++ {
		var ix v1.IndexManifest
		if err := json.Unmarshal(data, &ix); err != nil {
			return v1.Descriptor{}, nil, fmt.Errorf("index: %w", err)
		}
		list := ix.Manifests
		if depth == 0 && tag != "" {
			list = nil
			for _, d := range ix.Manifests {
				if d.Annotations[annotationRefName] == tag || d.Annotations[annotationName] == tag ||
					d.Digest.String() == tag {
					list = append(list, d)
				}
			}
			if len(list) == 0 {
				return v1.Descriptor{}, nil, fmt.Errorf("it holds no image %q", tag)
			}
		}
		d, err := pickPlatform(list, opt.Platform)
		if err != nil {
			return v1.Descriptor{}, nil, err
		}
		if !d.MediaType.IsIndex() {
			return d, ix.Manifests, nil
		}
		if data, err = readBlob(b, d.Digest, opt.Verify); err != nil {
			return v1.Descriptor{}, nil, fmt.Errorf("index: %w", err)
		}
	}
	return v1.Descriptor{}, nil, errors.New("indexes within indexes, deeper than any real image")
}

// pickPlatform picks the manifest for a platform. A lone manifest is taken as it is, unless another platform was asked
// for by name.
func pickPlatform(list []v1.Descriptor, platform string) (v1.Descriptor, error) {
	var images []v1.Descriptor
	for _, d := range list {
		if d.Annotations[annotationType] != attestation && (d.MediaType.IsIndex() || d.MediaType.IsImage() ||
			d.MediaType == "") {
			images = append(images, d)
		}
	}
	if len(images) == 0 {
		return v1.Descriptor{}, errors.New("it holds no image")
	}
	if len(images) == 1 && (platform == "" || images[0].Platform == nil) {
		return images[0], nil
	}
	want, err := parsePlatform(platform)
	if err != nil {
		return v1.Descriptor{}, err
	}
	var have []string
	for _, d := range images {
		if d.Platform == nil {
			have = append(have, d.Annotations[annotationRefName])
			continue
		}
		if d.Platform.Satisfies(*want) {
			return d, nil
		}
		have = append(have, d.Platform.String())
	}
	return v1.Descriptor{}, fmt.Errorf("no image for %s; there is: %s", want, strings.Join(have, ", "))
}

// parsePlatform reads "os/arch[/variant]"; "" is Linux on this machine's architecture.
func parsePlatform(s string) (*v1.Platform, error) {
	if s == "" {
		return &v1.Platform{OS: "linux", Architecture: runtime.GOARCH}, nil
	}
	p, err := v1.ParsePlatform(s)
	if err != nil || p.OS == "" || p.Architecture == "" {
		return nil, clierr.Usage("%q is not a platform",
			s).WithHint("A platform looks like linux/amd64 or linux/arm/v7.")
	}
	return p, nil
}

// IsOCILayout tells a folder that is an OCI layout.
func IsOCILayout(dir string) bool {
	st, err := os.Stat(filepath.Join(dir, "index.json"))
	if err != nil || !st.Mode().IsRegular() {
		return false
	}
	st, err = os.Stat(filepath.Join(dir, "blobs"))
	return err == nil && st.IsDir()
}
