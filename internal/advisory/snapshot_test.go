package advisory

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/drydock/drydock/internal/advisory/version"
	"github.com/drydock/drydock/internal/testenv"
)

// The carried snapshot is whole, holds only what may be carried, and was made by this program: its names are in the
// spelling that look-ups use, and its bounds are versions.
func TestSnapshot(t *testing.T) {
	x, err := OpenIndex(snapshot) // with checksums
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range x.Meta.Ecosystems {
		if !slices.Contains(Embeddable, e.Name) {
			t.Errorf("%s must not be carried", e.Name)
		}
	}
	if len(x.Meta.Ecosystems) != len(Embeddable) || x.Meta.EPSS == "" || x.Meta.KEV == "" {
		t.Errorf("description %+v", x.Meta)
	}
	packages, entries := 0, 0
	for i := range x.count(secKeys, keySize) {
		k, err := x.slice(secKeys, i*keySize, keySize)
		if err != nil {
			t.Fatal(err)
		}
		s, err := x.slice(secBlocks, int(le32(k, 8)), int(le32(k, 12)))
		if err != nil {
			t.Fatal(err)
		}
		c := cursor{f: &x.file, s: s}
		eco, name := c.text(), c.text()
		if NormalizeName(eco, name) != name || keyHash(eco, name) != le64(k, 0) {
			t.Fatalf("%s %q is not filed as it is looked up: make the snapshot anew", eco, name)
		}
		packages++
		o, ok := version.For(eco)
		if !ok {
			t.Errorf("%s has no order", eco)
		}
		err = x.Each(eco, name, func(e *Entry) error {
			entries++
			for _, r := range e.Ranges {
				for _, b := range []string{r.From, r.To} {
					if _, err := o.Parse(b); b != "" && err != nil {
						t.Errorf("%s %s: bound %q: %v", eco, name, b, err)
					}
				}
			}
			_, err := x.Record(e.Ref)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if packages < 10_000 || entries < 100_000 {
		t.Errorf("%d packages, %d entries", packages, entries)
	}
}

// The committed snapshot is what the command makes of the shared records.
func TestSnapshotIsReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("reads all records")
	}
	to := filepath.Join(t.TempDir(), SnapshotFile)
	if err := WriteSnapshot(context.Background(), testenv.Shared(t, "advisories"), now, to); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, []byte(snapshot)) {
		t.Error("the snapshot differs: go run ./internal/advisory/mksnapshot DIR 2026-11-20")
	}
}
