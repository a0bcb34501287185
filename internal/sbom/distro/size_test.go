package distro

import (
	"slices"
	"testing"

	"github.com/drydock/drydock/internal/sbom/extract"
)

func TestDependencies(t *testing.T) {
	f := &extract.File{Path: "status", Data: []byte("Package: a\nStatus: install ok installed\nVersion: 1\n" +
		"Pre-Depends: init\nDepends: libc6 (>= 2), b | c:any, d:amd64 (= 1)\n")}
	f.Size = int64(len(f.Data))
	facts, _, err := readDpkgStatus(f)
	if want := []string{"init", "libc6", "b", "c", "d"}; err != nil || !slices.Equal(facts.DB.Packages[0].Needs, want) {
		t.Errorf("%v %+v, want %v", err, facts, want)
	}
}

// What a package occupies stands in the databases in different units.
func TestInstalledSize(t *testing.T) {
	dpkg := "Package: a\nStatus: install ok installed\nInstalled-Size: 3\nVersion: 1\nArchitecture: all\n\n" +
		"Package: b\nStatus: install ok installed\nInstalled-Size: -4\nVersion: 1\nArchitecture: all\n"
	apk := "P:a\nV:1\nI:4096\n\nP:b\nV:1\nI:none\n\n"
	for name, c := range map[string]struct {
		read func(*extract.File) (*extract.Facts, *extract.Executable, error)
		text string
		want int64
	}{"dpkg": {readDpkgStatus, dpkg, 3 << 10}, "apk": {readAPK, apk, 4096}} {
		f := &extract.File{Path: name, Size: int64(len(c.text)), Data: []byte(c.text)}
		facts, _, err := c.read(f)
		if err != nil || len(facts.DB.Packages) != 2 {
			t.Fatalf("%s: %v, %+v", name, err, facts)
		}
		if got := facts.DB.Packages[0].Size; got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
		if got := facts.DB.Packages[1].Size; got != 0 {
			t.Errorf("%s: %d bytes of what is no size", name, got)
		}
	}
}
