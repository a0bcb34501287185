// Package librarytest compares rpmdb with a library that reads the same databases. It is a package of its own because
// the library brings all of SQLite with it, which slows fuzzing down a hundredfold.
package librarytest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	library "github.com/erikvarga/go-rpmdb/pkg"
	_ "modernc.org/sqlite" // the library's driver

	"github.com/drydock/drydock/internal/sbom/rpmdb"
	"github.com/drydock/drydock/internal/testenv"
)

// databases are real ones of all three forms, from CentOS 5 to Fedora 35 and of both byte orders: the library's own.
func databases(t testing.TB) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/erikvarga/go-rpmdb").Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, name := range []string{"Packages", "Packages.db", "rpmdb.sqlite"} {
		more, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "pkg", "testdata", "*", name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	return files
}

func line(name, version, release, arch, source, licence, vendor string, size int64, epoch int, bases []string,
	dirs []string, index []int32) string {
	return fmt.Sprint(name, "|", epoch, version, release, "|", arch, "|", source, "|", licence, "|", vendor, "|", size,
		"|", strings.Join(bases, ","), "|", strings.Join(dirs, ","), "|", index)
}

// What the library reads, and in its order, is what is read here.
func TestAgainstTheLibrary(t *testing.T) {
	files := databases(t)
	if len(files) < 8 {
		testenv.Absent(t, "the databases of go-rpmdb")
	}
	for _, path := range files {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			db, err := library.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			list, err := db.ListPackages()
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, p := range list {
				bases := p.BaseNames
				if len(bases) == 1 && bases[0] == "" {
					bases = nil
				}
				want = append(want, line(p.Name, p.Version, p.Release, strings.ReplaceAll(p.Arch, "(none)", ""),
					p.SourceRpm, p.License, p.Vendor, int64(p.Size), p.EpochNum(), bases, p.DirNames, p.DirIndexes))
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			err = rpmdb.Read(bytes.NewReader(data), int64(len(data)), func(p *rpmdb.Package) {
				got = append(got, line(p.Name, p.Version, p.Release, p.Arch, p.SourceRPM, p.License, p.Vendor, p.Size,
					p.Epoch, p.BaseNames, p.DirNames, p.DirIndexes))
			})
			if err != nil {
				t.Error(err)
			}
			slices.Sort(want)
			slices.Sort(got)
			for i := 0; i < min(len(want), len(got)); i++ {
				if want[i] != got[i] {
					t.Fatalf("got\n%.400s\nwant\n%.400s", got[i], want[i])
				}
			}
			if len(got) != len(want) || len(got) == 0 {
				t.Errorf("%d packages, the library has %d", len(got), len(want))
			}
		})
	}
}
