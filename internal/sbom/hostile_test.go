package sbom

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// header is a tar header alone.
func header(t *testing.T, name string, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o755,
		Format: tar.FormatGNU}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An archive of 20 GB that is nothing but holes: a package database and a program of 10 GB each.
func TestHugeSparseFiles(t *testing.T) {
	const huge = 10 << 30
	path := filepath.Join(t.TempDir(), "sparse.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var off int64
	put := func(data []byte, skip int64) {
		if _, err := f.WriteAt(data, off); err != nil {
			t.Fatal(err)
		}
		off += int64(len(data)) + skip
	}
	pad := func(n int) int64 { return int64((512 - n%512) % 512) }
	small := func(name, data string) {
		put(header(t, name, int64(len(data))), 0)
		put([]byte(data), pad(len(data)))
	}
	manifest := `{"name":"after","version":"1.0.0"}`
	size := int64(512+huge)*2 + 512 + 512 + 1024
	put(header(t, "layer.tar", size), 0)
	put(header(t, "var/lib/dpkg/status", huge), huge)
	put(header(t, "usr/bin/huge", huge), huge)
	small("app/node_modules/after/package.json", manifest)
	put(make([]byte, 1024), 0)
	small("c.json", `{"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:`+strings.Repeat("a", 64)+`"]}}`)
	small("manifest.json", `[{"Config":"c.json","Layers":["layer.tar"]}]`)
	put(make([]byte, 1024), 0)
	if err := f.Truncate(off); err != nil {
		t.Skipf("absent: a file system with sparse files: %v", err)
	}
	start := time.Now()
	inv, err := From(context.Background(), path, image.Options{}, Options{})
	if clierr.Code(err) != clierr.ExitInput || inv == nil {
		t.Fatal(err)
	}
	if got := describe(inv); !strings.Contains(got, "npm after 1.0.0") ||
		!strings.Contains(got, "! var/lib/dpkg/status: 10737418240 bytes") {
		t.Error(got)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 600<<20 || time.Since(start) > 30*time.Second {
		t.Errorf("%d MB, %v", m.Sys>>20, time.Since(start))
	}
}

func TestLinksInACircle(t *testing.T) {
	inv := read(t, imagetest.Tar(t,
		entry{Name: "a", Link: "b"}, entry{Name: "b", Link: "/a"}, entry{Name: "up", Link: "../../../usr"},
		entry{Name: "self", Link: "self/x"},
		entry{Name: "var/lib/dpkg/status", Data: status("p 1.0")},
		entry{Name: "var/lib/dpkg/info/p.list", Data: "/a/x\n/self/y\n/up/bin/tool\n"},
		entry{Name: "usr/bin/tool", Data: "\x7fELF" + strings.Repeat("\x00", 100), Mode: 0o755},
	))
	if len(inv.Completeness.Unexplained) != 0 { // by way of a link that cannot leave the root
		t.Errorf("%+v", inv.Completeness)
	}
}

func TestPathList(t *testing.T) {
	var l pathList
	want := []string{"", "a", "a/b", "a/b/c", strings.Repeat("x", 4000), strings.Repeat("x", 4000) + "y", "z"}
	for _, p := range want {
		l.add(p)
	}
	var got []string
	l.each(func(p []byte) { got = append(got, string(p)) })
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
}

// FuzzTasks gives any bytes to whatever looks at a file of that name in an image.
func FuzzTasks(f *testing.F) {
	pad := strings.Repeat("\x00", 100)
	for name, data := range map[string]string{
		"var/lib/dpkg/status":                       status("a 1.0", "b 2.0 c 3.0"),
		"var/lib/dpkg/status.d/x":                   "Package: x\nVersion: 1\n",
		"var/lib/dpkg/status.d/x.md5sums":           "01  usr/bin/x\n",
		"var/lib/dpkg/info/x:amd64.list":            "/.\n/usr/bin/x\n",
		"lib/apk/db/installed":                      "P:a\nV:1\nF:bin\nR:x\n\n",
		"etc/os-release":                            osDebian,
		"usr/share/doc/x/copyright":                 "Format: x\nLicense: MIT\n",
		"x-1.dist-info/RECORD":                      "x/y.so,,\n",
		"usr/local/bin/node":                        "\x7fELF" + pad + "node-v20.1.0-",
		"usr/local/include/python3.11/patchlevel.h": "#define PY_VERSION \"3.11.1\"\n",
		"opt/x/release":                             "JAVA_VERSION=\"17\"\n",
		"bin/tool":                                  "\x7fELF\x02\x01" + pad,
		"bin/tool32":                                "\x7fELF\x01\x02" + pad,
		"app/x.jar":                                 "PK\x03\x04" + pad,
		"x/composer/installed.json":                 `[{"name":"a/b","version":"1"}]`,
	} {
		if t, _ := taskFor(name, 0o755, int64(len(data))); t == nil {
			f.Fatalf("nothing looks at %s", name)
		}
		f.Add(name, []byte(data))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		look, _ := taskFor(name, fs.FileMode(0o755), int64(len(data)))
		if look == nil || !fs.ValidPath(name) {
			return
		}
		ff, _, _ := look(&extract.File{Path: name, Size: int64(len(data)), Data: data})
		if ff == nil || ff.DB == nil {
			return
		}
		for _, p := range ff.DB.Packages {
			if p.Name == "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
	})
}
