package sbom

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/lockfile"
)

// FuzzReaders gives any bytes to the reader of any name: it must return, without a panic, in bounded time.
func FuzzReaders(f *testing.F) {
	trees, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(trees) == 0 {
		f.Fatal("no seeds", err)
	}
	n := 0
	for _, t := range trees {
		data, err := os.ReadFile(t)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			if treeReader(&lockfile.Project{}, file.Name) != nil || lockfile.Installed(file.Name) != nil {
				f.Add(file.Name, file.Data)
				n++
			}
		}
	}
	if n < 20 {
		f.Fatalf("only %d seeds", n)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if !fs.ValidPath(name) {
			return // no path of a tree: it is relative and clean
		}
		for _, read := range []extract.Reader{treeReader(&lockfile.Project{}, name), lockfile.Installed(name)} {
			if read == nil {
				continue
			}
			ps, _ := read(&extract.File{Path: name, Size: int64(len(data)), Data: data})
			for i := range ps {
				if ps[i].Name == "" || ps[i].PURL == "" || ps[i].Ecosystem == "" &&
					!strings.HasPrefix(ps[i].PURL, "pkg:conda/") {
					t.Errorf("%s: %+v", name, ps[i])
				}
			}
		}
	})
}
