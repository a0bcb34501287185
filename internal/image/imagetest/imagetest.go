// Package imagetest makes images for tests, in every form in which an image is kept, by another implementation than the
// one that reads them.
package imagetest

import (
	"archive/tar"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// File is one entry of a layer. A name that ends in a slash is a folder.
type File struct {
	Name string
	Data string
	Mode int64  // 0644 if zero
	Link string // target of a symbolic link
	Hard string // target of a hard link
}

// Tar is a layer.
func Tar(t testing.TB, files ...File) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Mode: f.Mode, Typeflag: tar.TypeReg, Size: int64(len(f.Data))}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		switch {
		case f.Link != "":
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, f.Link, 0
		case f.Hard != "":
			h.Typeflag, h.Linkname, h.Size = tar.TypeLink, f.Hard, 0
		case f.Name != "" && f.Name[len(f.Name)-1] == '/':
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := io.WriteString(w, f.Data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Image is an image of the given layers; the nth was made by the nth instruction, as BuildKit writes it.
func Image(t testing.TB, layers [][]byte, instructions ...string) v1.Image {
	t.Helper()
	img := v1.Image(empty.Image)
	var add []mutate.Addendum
	for i, data := range layers {
		l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)),
				nil
		})
		if err != nil {
			t.Fatal(err)
		}
		a := mutate.Addendum{Layer: l}
		if i < len(instructions) {
			a.History = v1.History{CreatedBy: instructions[i]}
		}
		add = append(add, a)
	}
	img, err := mutate.Append(img, add...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c = c.DeepCopy()
	c.OS, c.Architecture = "linux", "amd64"
	if img, err = mutate.ConfigFile(img, c); err != nil {
		t.Fatal(err)
	}
	return img
}

// Docker writes a `docker save` archive with gzip layers, as go-containerregistry does.
func Docker(t testing.TB, img v1.Image, tag string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	ref, err := name.NewTag(tag)
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(path, ref, img); err != nil {
		t.Fatal(err)
	}
	return path
}

// DockerPlain writes a `docker save` archive with plain layers out of order and the manifest last, as an engine does.
func DockerPlain(t testing.TB, img v1.Image, tag string) string {
	t.Helper()
	config, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	id, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	manifest := `[{"Config":"` + id.Hex + `.json","RepoTags":["` + tag + `"],"Layers":[`
	for i, l := range layers {
		diffID, err := l.DiffID()
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			manifest += ","
		}
		part := diffID.Hex + "/layer.tar"
		manifest += `"` + part + `"`
		rc, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		files = append([]File{{Name: diffID.Hex + "/VERSION", Data: "1.0"}, {Name: part, Data: string(data)}}, files...)
	}
	files = append(files, File{Name: id.Hex + ".json", Data: string(config)},
		File{Name: "manifest.json", Data: manifest + "]}]"})
	path := filepath.Join(t.TempDir(), "save.tar")
	if err := os.WriteFile(path, Tar(t, files...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// OCI writes an OCI layout of images, each with its platform.
func OCI(t testing.TB, images map[string]v1.Image) string {
	t.Helper()
	dir := t.TempDir()
	ix := v1.ImageIndex(empty.Index)
	for platform, img := range images {
		p, err := v1.ParsePlatform(platform)
		if err != nil {
			t.Fatal(err)
		}
		ix = mutate.AppendManifests(ix, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: p}})
	}
	if _, err := layout.Write(dir, ix); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Pack makes a tar file of a folder.
func Pack(t testing.TB, dir string) string {
	t.Helper()
	var files []File
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files = append(files, File{Name: filepath.ToSlash(rel), Data: string(data)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "oci.tar")
	if err := os.WriteFile(path, Tar(t, files...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Zstd is the image with its layers compressed by zstd.
func Zstd(t testing.TB, img v1.Image) v1.Image {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	out := mutate.MediaType(v1.Image(empty.Image), types.OCIManifestSchema1)
	for _, l := range layers {
		rc, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		enc, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		packed := enc.EncodeAll(data, nil)
		zl, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(packed)),
				nil
		},
			tarball.WithMediaType(types.OCILayerZStd))
		if err != nil {
			t.Fatal(err)
		}
		if out, err = mutate.Append(out, mutate.Addendum{Layer: zl, MediaType: types.OCILayerZStd}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
