package image

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/testenv"
)

type file = imagetest.File

// twoLayers is an image whose layers hold one of everything.
func twoLayers(t testing.TB) v1.Image {
	return imagetest.Image(t, [][]byte{
		imagetest.Tar(t, file{Name: "etc/"}, file{Name: "./etc/a", Data: "alpha"},
			file{Name: "/etc/b", Data: strings.Repeat("b", 5000), Mode: 0o755},
			file{Name: "bin", Link: "usr/bin"}, file{Name: "etc/hard", Hard: "etc/a"}),
		imagetest.Tar(t, file{Name: "etc/.wh.a"}, file{Name: "opt/.wh..wh..opq"}, file{Name: "etc/.wh..wh.plnk"},
			file{Name: "etc/c", Data: "gamma"}),
	}, "ADD rootfs.tar / # buildkit", "RUN /bin/sh -c rm /etc/a # buildkit")
}

const wantEntries = `1 dir etc
1 file etc/a 644 "alpha"
1 file etc/b 755 5000 bytes
1 hardlink etc/hard -> etc/a
1 symlink bin -> usr/bin
2 file etc/c 644 "gamma"
2 opaque opt
2 whiteout etc/a
`

// list reads all layers and writes down what they hold.
func list(t testing.TB, img *Image) (string, error) {
	t.Helper()
	var mu sync.Mutex
	byID := map[string][]string{}
	err := img.Layers(context.Background(), func(string) bool { return true }, func(l *Layer) error {
		var lines []string
		var e Entry
		for {
			err := l.Next(&e)
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			lines = append(lines, line(t, l, &e))
		}
		l.OnEnd(func() {
			mu.Lock()
			defer mu.Unlock()
			byID[l.DiffID] = lines
		})
		return nil
	})
	var out []string
	for i, l := range img.Info.Layers {
		for _, s := range byID[l.DiffID] {
			out = append(out, fmt.Sprintf("%d %s\n", i+1, s))
		}
	}
	sort.Strings(out)
	return strings.Join(out, ""), err
}

func line(t testing.TB, l *Layer, e *Entry) string {
	switch e.Kind {
	case File:
		var data []byte
		var err error
		if e.At != nil {
			data, err = io.ReadAll(io.NewSectionReader(e.At, 0, e.Size))
		} else {
			data, err = io.ReadAll(l)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) && e.At == nil {
			return "broken off " + e.Path // what Next says of it comes next
		}
		if err != nil || int64(len(data)) != e.Size {
			t.Errorf("%s: %d bytes of %d, %v", e.Path, len(data), e.Size, err)
		}
		if len(data) > 100 {
			return fmt.Sprintf("file %s %o %d bytes", e.Path, e.Mode, len(data))
		}
		return fmt.Sprintf("file %s %o %q", e.Path, e.Mode, data)
	case Symlink:
		return "symlink " + e.Path + " -> " + e.Link
	case Hardlink:
		return "hardlink " + e.Path + " -> " + e.Link
	}
	return map[Kind]string{Dir: "dir", Whiteout: "whiteout", Opaque: "opaque", Other: "other"}[e.Kind] + " " + e.Path
}

func open(t testing.TB, ref string, opt Options) *Image {
	t.Helper()
	img, err := Open(context.Background(), ref, opt)
	if err != nil {
		t.Fatalf("%s: %v (%s)", ref, err, clierr.Hint(err))
	}
	t.Cleanup(func() { img.Close() })
	return img
}

func TestEverySourceGivesTheSame(t *testing.T) {
	img := twoLayers(t)
	saved := imagetest.DockerPlain(t, img, "app:1")
	packed := filepath.Join(t.TempDir(), "save.tar.gz")
	writeGzip(t, saved, packed)
	dir := imagetest.OCI(t, map[string]v1.Image{"linux/amd64": img})
	zstd := imagetest.OCI(t, map[string]v1.Image{"linux/amd64": imagetest.Zstd(t, img)})

	s := httptest.NewServer(registry.New(registry.Logger(silent())))
	defer s.Close()
	ref := strings.TrimPrefix(s.URL, "http://") + "/team/app:1"
	push(t, ref, img)

	for _, c := range []struct {
		name, ref string
		opt       Options
	}{
		{"docker save, gzip layers", "docker-archive:" + imagetest.Docker(t, img, "app:1"), Options{}},
		{"docker save, plain layers, manifest last", "docker-archive:" + saved, Options{}},
		{"the same, verified", saved, Options{Verify: true}},
		{"the same by its tag", saved + "@app:1", Options{}},
		{"the same, compressed as a whole", packed, Options{}},
		{"OCI folder", "oci-dir:" + dir, Options{Verify: true}},
		{"OCI folder by its content", dir, Options{}},
		{"OCI tar", "oci-archive:" + imagetest.Pack(t, dir), Options{}},
		{"OCI tar by its content", imagetest.Pack(t, dir), Options{Verify: true}},
		{"zstd layers", "oci-dir:" + zstd, Options{Verify: true}},
		{"registry", "registry:" + ref, Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := open(t, c.ref, c.opt)
			got, err := list(t, img)
			if err != nil {
				t.Fatal(err)
			}
			if got != wantEntries {
				t.Errorf("got\n%swant\n%s", got, wantEntries)
			}
			if c.name == "zstd layers" {
				return // made without history
			}
			if l := img.Info.Layers; len(l) != 2 || l[0].CreatedBy != "ADD rootfs.tar /" ||
				l[1].CreatedBy != "RUN rm /etc/a" {
				t.Errorf("layers %+v", l)
			}
		})
	}
}

func writeGzip(t *testing.T, from, to string) {
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	if err := os.WriteFile(to, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func push(t *testing.T, ref string, img v1.Image) {
	r, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(r, img); err != nil {
		t.Fatal(err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	os.MkdirAll(filepath.Join(dir, "etc"), 0o755)
	os.WriteFile(filepath.Join(dir, "etc/a"), []byte("alpha"), 0o644)
	os.Symlink("/etc/passwd", filepath.Join(dir, "out"))
	img := open(t, "dir:"+dir, Options{})
	var lines []string
	err := img.Layers(context.Background(), func(string) bool { return true }, func(l *Layer) error {
		var e Entry
		for l.Next(&e) == nil {
			lines = append(lines, line(t, l, &e))
		}
		return nil
	})
	if want := "dir etc|symlink out -> /etc/passwd|file etc/a 644 \"alpha\""; err != nil ||
		strings.Join(lines, "|") != want {
		t.Errorf("%v, error %v", lines, err)
	}
}

func TestPlatform(t *testing.T) {
	amd := twoLayers(t)
	arm := imagetest.Image(t, [][]byte{imagetest.Tar(t, file{Name: "arm", Data: "x"})})
	dir := imagetest.OCI(t, map[string]v1.Image{"linux/amd64": amd, "linux/arm64": arm})
	got, err := list(t, open(t, dir, Options{Platform: "linux/arm64"}))
	if err != nil || got != "1 file arm 644 \"x\"\n" {
		t.Errorf("%q, error %v", got, err)
	}
	if _, err := Open(context.Background(), dir, Options{Platform: "linux/s390x"}); err == nil ||
		!strings.Contains(err.Error(), "linux/arm64") {
		t.Errorf("error %v", err)
	}
	if _, err := Open(context.Background(), dir, Options{Platform: "nonsense"}); clierr.Code(err) != clierr.ExitUsage {
		t.Errorf("error %v", err)
	}
}

func TestDamage(t *testing.T) {
	img := twoLayers(t)
	whole, err := os.ReadFile(imagetest.DockerPlain(t, img, "app:1"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(data []byte) string {
		p := filepath.Join(t.TempDir(), "x.tar")
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		name, file, says string
		opt              Options
	}{
		{"cut off", write(whole[:len(whole)/2]), "cut off", Options{}},
		{"not a tar", write(bytes.Repeat([]byte("no tar"), 1000)), "not a tar", Options{}},
		{"empty", write(nil), "not a tar", Options{}},
		{"a tar of something else", write(imagetest.Tar(t, file{Name: "x", Data: "y"})), "not an image archive",
			Options{}},
		{"a manifest that is none", write(imagetest.Tar(t, file{Name: "manifest.json", Data: "{"})), "manifest.json",
			Options{}},
		{"no such file", filepath.Join(t.TempDir(), "none.tar"), "no such file", Options{}},
		{"another content than its digest says", write(bytes.Replace(whole, []byte("alpha"), []byte("alphX"), 1)),
			"digest", Options{Verify: true}},
		{"layers that are not there",
			write(imagetest.Tar(t,
				file{Name: "c.json", Data: `{"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:` +
					strings.Repeat("a", 64) + `"]}}`},
				file{Name: "manifest.json", Data: `[{"Config":"c.json","Layers":["gone/layer.tar"]}]`})),
			"gone/layer.tar", Options{}},
		{"links in a circle",
			write(imagetest.Tar(t,
				file{Name: "c.json", Data: `{"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:` +
					strings.Repeat("a", 64) + `"]}}`},
				file{Name: "a", Link: "b"}, file{Name: "b", Link: "a"},
				file{Name: "manifest.json", Data: `[{"Config":"c.json","Layers":["a"]}]`})), "a: file does not exist",
			Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			img, err := Open(context.Background(), "docker-archive:"+c.file, c.opt)
			if err == nil {
				defer img.Close()
				_, err = list(t, img)
			} else if clierr.Code(err) != clierr.ExitInput || !strings.Contains(err.Error(), filepath.Base(c.file)) {
				t.Errorf("code %d, error %v", clierr.Code(err), err)
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want it to say %q", err, c.says)
			}
		})
	}
}

func TestHostilePaths(t *testing.T) {
	layer := imagetest.Tar(t, file{Name: "../../etc/passwd", Data: "x"}, file{Name: "a/../../b", Data: "x"},
		file{Name: "ok/./c//d", Data: "x"},
		file{Name: "h", Hard: "../../etc/shadow"})
	img := open(t, imagetest.DockerPlain(t, imagetest.Image(t, [][]byte{layer}), "app:1"), Options{})
	var skipped []string
	err := img.Layers(context.Background(), func(string) bool { return true }, func(l *Layer) error {
		var e Entry
		for l.Next(&e) == nil {
			if e.Path != "ok/c/d" {
				t.Errorf("entry %q", e.Path)
			}
		}
		skipped = l.Skipped
		return nil
	})
	if err != nil || len(skipped) != 3 {
		t.Errorf("skipped %q, error %v", skipped, err)
	}
}

// A bomb: next to nothing that unpacks to more than any layer would.
func TestBomb(t *testing.T) {
	g := &bombGuard{r: zeros{}, stored: &counter{n: 1 << 20}}
	n, err := io.Copy(io.Discard, g)
	if err == nil || !strings.Contains(err.Error(), "bomb") || n > bombBytes+1<<20 {
		t.Errorf("%d bytes, error %v", n, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestCancel(t *testing.T) {
	img := open(t, imagetest.DockerPlain(t, twoLayers(t), "app:1"), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := img.Layers(ctx, func(string) bool { return true }, func(*Layer) error { return nil }); !errors.Is(err,
		context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestInstruction(t *testing.T) {
	for in, want := range map[string]string{
		`/bin/sh -c #(nop)  CMD ["bash"]`:                            `CMD ["bash"]`,
		`/bin/sh -c #(nop) ADD file:abc in / `:                       `ADD file:abc in /`,
		`/bin/sh -c apt-get update && apt-get install -y   curl`:     `RUN apt-get update && apt-get install -y curl`,
		`RUN /bin/sh -c pip install -r requirements.txt # buildkit`:  `RUN pip install -r requirements.txt`,
		`RUN |2 PW=hunter2 X=a b /bin/sh -c make install # buildkit`: `RUN make install`,
		`|1 PW=hunter2 /bin/sh -c make`:                              `RUN make`,
		`RUN |1 PW=hunter2 weird`:                                    `RUN`,
		`/bin/bash -o pipefail -c curl x | sh`:                       `RUN curl x | sh`,
		`COPY . /app # buildkit`:                                     `COPY . /app`,
		`ENV DB_PASSWORD=hunter2 OTHER=x`:                            `ENV DB_PASSWORD`,
		`/bin/sh -c #(nop)  ENV KEY=hunter2`:                         `ENV KEY`,
		`RUN /bin/sh -c API_TOKEN=hunter2 npm ci # buildkit`:         `RUN API_TOKEN=… npm ci`,
		`# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'`:   `RUN # debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'`,
		`WORKDIR /app`: `WORKDIR /app`,
		``:             ``,
	} {
		if got := Instruction(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestBase(t *testing.T) {
	layers := twoLayers(t)
	img := open(t, imagetest.DockerPlain(t, layers, "app:1"), Options{})
	first := img.Info.Layers[0].DiffID
	both := []string{first, img.Info.Layers[1].DiffID}
	for name, c := range map[string]struct {
		known []Known
		want  string
	}{
		"the longest prefix": {[]Known{{Name: "none", DiffIDs: []string{"sha256:x"}},
			{Name: "base", DiffIDs: []string{first}}}, "base"},
		"the same image is no base":    {[]Known{{Name: "again", DiffIDs: both}}, ""},
		"one without layers is none":   {[]Known{{Name: "scratch"}}, ""},
		"one with more is built on it": {[]Known{{Name: "later", DiffIDs: append(both, "sha256:y")}}, ""},
	} {
		if k, ok := BaseByLayers(img.Info.Layers, c.known); k.Name != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q", name, k.Name)
		}
	}
	labelled, err := mutate.Config(layers,
		v1.Config{Labels: map[string]string{labelBaseName: "debian:12", labelBaseDigest: "sha256:b"}})
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, imagetest.OCI(t, map[string]v1.Image{"linux/amd64": labelled}), Options{}).Info.Base
	if b.Name != "debian:12" || b.By != "label" || b.Layers != 0 {
		t.Errorf("%+v", b)
	}
	for name, c := range map[string]struct{ statement, want string }{
		"version 0.2": {`{"predicate":{"materials":[{"uri":"pkg:docker/docker/dockerfile@1"},{"uri":"pkg:docker/python@3.11-slim?platform=linux%2Famd64","digest":{"sha256":"abc"}}]}}`, "python:3.11-slim"},
		"version 1":   {`{"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/library/node@20"}]}}}`, "library/node:20"},
		"two stages":  {`{"predicate":{"materials":[{"uri":"pkg:docker/node@20"},{"uri":"pkg:docker/nginx@1"}]}}`, ""},
		"nonsense":    {`[`, ""},
	} {
		b := provenanceBase([]byte(c.statement))
		if (b == nil) != (c.want == "") || b != nil && b.Name != c.want {
			t.Errorf("%s: %+v", name, b)
		}
	}
}

func TestRegistryChecksDigests(t *testing.T) {
	h := registry.New(registry.Logger(silent()))
	s := httptest.NewServer(&tamper{h})
	defer s.Close()
	ref := strings.TrimPrefix(s.URL, "http://") + "/app:1"
	push(t, ref, twoLayers(t))
	img := open(t, "registry:"+ref, Options{})
	if _, err := list(t, img); err == nil {
		t.Error("a layer that was changed on its way was accepted")
	}
}

func TestEngine(t *testing.T) {
	docker := testenv.Engine(t)
	tag := fmt.Sprintf("drydock-image-test:%d", os.Getpid())
	out, err := exec.Command(docker, "load", "-i", imagetest.DockerPlain(t, twoLayers(t), tag)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	defer exec.Command(docker, "rmi", "-f", tag).Run()
	img := open(t, "docker:"+tag, Options{})
	inPlace := img.layers != nil
	read, err := list(t, img)
	if err != nil {
		t.Fatal(err)
	}
	if !img.Trusted || img.Info.Layers[1].CreatedBy != "RUN rm /etc/a" {
		t.Errorf("trusted %v, layers %+v", img.Trusted, img.Info.Layers)
	}
	streamed := open(t, "docker:"+tag, Options{})
	streamed.layers = nil // as where the engine's folders cannot be read
	got, err := list(t, streamed)
	if err != nil || got != wantEntries {
		t.Errorf("streamed: %v\n%s", err, got)
	}
	// The overlay keeps a folder for what is opaque, and of two names of a file either may come first.
	for _, l := range []string{"1 file etc/b 755 5000 bytes\n", "1 symlink bin -> usr/bin\n",
		"2 file etc/c 644 \"gamma\"\n", "2 opaque opt\n", "2 whiteout etc/a\n", "1 hardlink "} {
		if inPlace && !strings.Contains(read, l) {
			t.Errorf("in place: no %q in\n%s", l, read)
		}
	}
	if _, err := Open(context.Background(), "docker:drydock-no-such-image:1", Options{}); clierr.Code(
		err) != clierr.ExitInput || clierr.Hint(err) == "" {
		t.Errorf("error %v", err)
	}
}

func FuzzArchive(f *testing.F) {
	img := twoLayers(f)
	for _, p := range []string{imagetest.DockerPlain(f, img, "app:1"), imagetest.Docker(f, img, "app:1"),
		imagetest.Pack(f, imagetest.OCI(f, map[string]v1.Image{"linux/amd64": img}))} {
		data, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := filepath.Join(t.TempDir(), "x.tar")
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, opt := range []Options{{}, {Verify: true}} {
			img, err := Open(context.Background(), "docker-archive:"+p, opt)
			if err != nil {
				continue
			}
			_ = img.Layers(context.Background(), func(string) bool { return true }, func(l *Layer) error {
				var e Entry
				for {
					if err := l.Next(&e); err != nil {
						if err == io.EOF {
							return nil
						}
						return err
					}
					if _, ok := cleanPath(e.Path); !ok || strings.HasPrefix(e.Path, "/") {
						t.Errorf("path %q", e.Path)
					}
				}
			})
			img.Close()
		}
	})
}
