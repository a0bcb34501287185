package due

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/forecast"
	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/inventory"
)

// serve starts a registry on loopback and returns its host.
func serve(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return strings.TrimPrefix(s.URL, "http://")
}

func push(t *testing.T, ref string, img v1.Image) {
	t.Helper()
	r, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(r, img); err != nil {
		t.Fatal(err)
	}
}

const osRelease = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"

func status(version string) string {
	return fmt.Sprintf("Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n"+
		"Package: base-files\nStatus: install ok installed\nArchitecture: all\nVersion: 12.4+deb12u5\n\n", version)
}

// noise cannot be made smaller by compression.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.UintN(256))
	}
	return string(b)
}

// debian is a base of two layers whose package database lies in the upper one, with more bytes after it.
func debian(t *testing.T, version string) v1.Image {
	return imagetest.Image(t, [][]byte{
		imagetest.Tar(t, imagetest.File{Name: "etc/os-release", Data: osRelease},
			imagetest.File{Name: "usr/bin/x", Data: noise(4 << 20)}),
		imagetest.Tar(t, imagetest.File{Name: "var/lib/dpkg/status", Data: status(version)},
			imagetest.File{Name: "var/lib/zzz", Data: noise(4 << 20)}),
	}, "ADD rootfs.tar / # buildkit", "RUN /bin/sh -c apt-get upgrade # buildkit")
}

func builtOn(t *testing.T, base v1.Image) (*inventory.Image, []inventory.Package) {
	c, err := base.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	img := &inventory.Image{ID: "sha256:built", OS: "linux", Arch: "amd64"}
	for _, d := range c.RootFS.DiffIDs {
		img.Layers = append(img.Layers, inventory.Layer{DiffID: d.String()})
	}
	img.Layers = append(img.Layers, inventory.Layer{DiffID: "sha256:app"})
	return img, []inventory.Package{{Name: "openssl", Version: "3.0.9-1", Ecosystem: "Debian:12",
		PURL: "pkg:deb/debian/openssl@3.0.9-1"}}
}

func read(t *testing.T, r *Registry, ref string, built *inventory.Image,
	had []inventory.Package) (*forecast.Base, error) {
	t.Helper()
	return r.Read(context.Background(), dockerfile.ParseRef(ref), built, had)
}

// A base that moved is read up to its package database and no further; one that did not move is not read at all.
func TestRegistryReadsLittle(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	host := serve(t, registry.New(registry.Logger(quiet())))
	old, now := debian(t, "3.0.9-1"), debian(t, "3.0.15-1")
	ref := host + "/debian:12"
	built, had := builtOn(t, old)
	push(t, ref, old)
	b, err := read(t, &Registry{}, ref, built, had)
	if err != nil || len(b.Packages) != 1 || !b.Whole || !strings.Contains(b.Read, "nothing") {
		t.Fatalf("not moved: %+v, %v", b, err)
	}
	push(t, ref, now)
	r := &Registry{}
	b, err = read(t, r, ref, built, had)
	if err != nil {
		t.Fatal(err)
	}
	q := r.Asked["sha256:built"]
	if !q.Moved || len(b.Packages) != 2 || b.Packages[1].Version != "3.0.15-1" || b.Whole {
		t.Errorf("%+v %+v", q, b)
	}
	if !strings.Contains(b.Read, "package database") {
		t.Error(b.Read)
	}
	var n int64
	for _, o := range r.images {
		n = o.read.Load()
	}
	if n == 0 || n > 2<<20 {
		t.Errorf("%d of 8 MiB were read: %s", n, b.Read)
	}
}

// A bill of materials that refers to the image is read instead of it, and lists packages of every kind.
func TestRegistryReadsAttestation(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	host := serve(t, registry.New(registry.WithReferrersSupport(true), registry.Logger(quiet())))
	built, had := builtOn(t, debian(t, "3.0.9-1"))
	now := debian(t, "3.0.15-1")
	ref := host + "/debian:12"
	push(t, ref, now)
	attach(t, ref, now, `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
{"type":"library","name":"openssl","version":"3.0.15-1","purl":"pkg:deb/debian/openssl@3.0.15-1?distro=debian-12"},
{"type":"library","name":"pip","version":"24.0","purl":"pkg:pypi/pip@24.0"}]}`)
	r := &Registry{}
	b, err := read(t, r, ref, built, had)
	if err != nil || len(b.Packages) != 2 || !b.Whole || !strings.Contains(b.Read, "SBOM") {
		t.Fatalf("%+v, %v", b, err)
	}
	for _, o := range r.images {
		if n := o.read.Load(); n != 0 {
			t.Errorf("%d bytes of layers were read", n)
		}
	}
}

// attach pushes a document that refers to an image.
func attach(t *testing.T, ref string, img v1.Image, bom string) {
	t.Helper()
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	size, err := img.Size()
	if err != nil {
		t.Fatal(err)
	}
	kind := types.MediaType("application/vnd.cyclonedx+json")
	doc, err := mutate.AppendLayers(mutate.MediaType(imagetest.Image(t, nil), types.OCIManifestSchema1),
		static.NewLayer([]byte(bom), kind))
	if err != nil {
		t.Fatal(err)
	}
	of := mutate.Subject(doc, v1.Descriptor{MediaType: types.DockerManifestSchema2, Digest: digest, Size: size})
	r, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	d, err := of.(v1.Image).Digest()
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(r.Context().Digest(d.String()), of.(v1.Image)); err != nil {
		t.Fatal(err)
	}
}

// A registry that refuses, is overrun, fails or hangs is told as that, with what to do, within its patience.
func TestRegistryRefuses(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	built, had := builtOn(t, debian(t, "1"))
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
		hint    string
	}{
		"unauthorized": {answer(401), "refuses (401)", "docker login"},
		"too many":     {answer(429), "too many requests", "later"},
		"broken":       {answer(500), "failed (500)", "later"},
		"absent":       {answer(404), "does not hold it", "FROM"},
		"hangs": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "did not answer within",
			"--offline"},
		"no image": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			host := serve(t, c.handler)
			r := &Registry{Patience: 8 * time.Second}
			if name == "hangs" {
				r.Patience = 300 * time.Millisecond
			}
			started := time.Now()
			_, err := read(t, r, host+"/debian:12", built, had)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(clierr.Hint(err), c.hint) {
				t.Errorf("%v (%s)", err, clierr.Hint(err))
			}
			if clierr.Code(err) != clierr.ExitInput || time.Since(started) > 10*time.Second {
				t.Errorf("code %d after %s", clierr.Code(err), time.Since(started))
			}
			if r.Asked["sha256:built"].Err == nil {
				t.Error("the question has no error")
			}
		})
	}
}

func answer(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// What a base's packages cannot be judged by is an error: not judged is not free of findings.
func TestRegistryNeedsARelease(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	host := serve(t, registry.New(registry.Logger(quiet())))
	built, _ := builtOn(t, debian(t, "1"))
	ref := host + "/scratchy:1"
	push(t, ref, imagetest.Image(t, [][]byte{imagetest.Tar(t, imagetest.File{Name: "app", Data: "x"})}))
	if _, err := read(t, &Registry{}, ref, built, nil); err == nil ||
		!strings.Contains(err.Error(), "no package database") {
		t.Error(err)
	}
}
