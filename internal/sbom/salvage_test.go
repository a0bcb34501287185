package sbom

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/image/imagetest"
)

func threeLayers(t *testing.T) [][]byte {
	pkg := func(name, version string) entry {
		return entry{Name: "a/node_modules/" + name + "/package.json",
			Data: fmt.Sprintf(`{"name":%q,"version":%q}`, name, version)}
	}
	return [][]byte{
		imagetest.Tar(t, pkg("one", "1.0.0"), pkg("removed", "1.0.0")),
		imagetest.Tar(t, pkg("two", "1.0.0"), entry{Name: "a/node_modules/.wh.removed"}),
		imagetest.Tar(t, pkg("one", "2.0.0"), entry{Name: "a/filling", Data: strings.Repeat("x", 3000)},
			pkg("three", "1.0.0")),
	}
}

func readBytes(t *testing.T, data []byte) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cut.tar")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	inv, err := From(context.Background(), path, image.Options{}, Options{})
	if inv == nil {
		return "", err
	}
	return describe(inv), err
}

// An archive that broke off anywhere gives what stands before, says so, and invents nothing.
func TestCutOffArchive(t *testing.T) {
	img := imagetest.Image(t, threeLayers(t), "RUN 1", "RUN 2", "RUN 3")
	whole, err := os.ReadFile(imagetest.DockerPlain(t, img, "app:1"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := readBytes(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	read := map[int]int{}
	for n := 0; n < bytes.LastIndex(whole, []byte("manifest.json")); n += 256 {
		got, err := readBytes(t, whole[:n])
		if clierr.Code(err) != clierr.ExitInput {
			t.Fatalf("cut to %d: error %v", n, err)
		}
		for _, name := range []string{"one 1.0.0", "one 2.0.0", "two", "three"} {
			if strings.Contains(got, "npm "+name) {
				read[n]++
			}
		}
		if n > 2048 && read[n] == 0 {
			t.Errorf("cut to %d: nothing was read: %v\n%s", n, err, got)
		}
	}
	// All layers and the configuration had passed: only the manifest is missing.
	for _, more := range []int{-1, 100, 600} { // before its entry, within the header, within the content
		got, err := readBytes(t, whole[:bytes.LastIndex(whole, []byte("manifest.json"))+more])
		if got != want || err == nil || !strings.Contains(err.Error(), "cut off") {
			t.Errorf("%d: got\n%s\nwant\n%s\nerror %v", more, got, want, err)
		}
	}
}

// Without the configuration, older engines' own files tell the order of the layers; compressed as a whole it is the
// same.
func TestCutOffArchiveOfAnOlderEngine(t *testing.T) {
	l := threeLayers(t)
	whole := imagetest.Tar(t,
		entry{Name: "c/json", Data: `{"id":"c","parent":"b"}`}, entry{Name: "c/layer.tar", Data: string(l[2])},
		entry{Name: "a/json", Data: `{"id":"a"}`}, entry{Name: "a/layer.tar", Data: string(l[0])},
		entry{Name: "b/json", Data: `{"id":"b","parent":"a"}`}, entry{Name: "b/layer.tar", Data: string(l[1])},
		entry{Name: "manifest.json", Data: "[]"})
	whole = whole[:bytes.LastIndex(whole, []byte("manifest.json"))+10]
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(whole); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	for form, data := range map[string][]byte{"plain": whole, "gzip": packed.Bytes()} {
		got, err := readBytes(t, data)
		if clierr.Code(err) != clierr.ExitInput {
			t.Errorf("%s: error %v", form, err)
		}
		for _, p := range []string{"npm one 2.0.0", "npm two 1.0.0", "npm three 1.0.0"} {
			if !strings.Contains(got, p) {
				t.Errorf("%s: no %s in\n%s", form, p, got)
			}
		}
		if strings.Contains(got, "removed") || strings.Contains(got, "npm one 1.0.0") {
			t.Errorf("%s: the layers are in another order:\n%s", form, got)
		}
	}
}
