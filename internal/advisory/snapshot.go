package advisory

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/safefile"
)

// SnapshotFile is the snapshot's name beside this source file.
const SnapshotFile = "snapshot.idx"

// The snapshot is a string, so that it stays in the program's read-only data: it is mapped with the program and only
// the pages that a look-up touches are ever in memory.
//
//go:embed snapshot.idx
var snapshot string

// Embedded returns the index that the program carries.
var Embedded = sync.OnceValues(func() (*Index, error) { return openIndex(snapshot, nil, true) })

// Embeddable lists the ecosystems whose facts may be carried, with the sources' credits in docs/advisories.md. Alpine's
// database states no licence: it can be imported, not carried.
var Embeddable = []string{
	"AlmaLinux", "Bitnami", "CRAN", "Debian", "Go", "Hackage", "Hex", "Maven", "NuGet", "Packagist", "Pub", "PyPI",
	"RubyGems", "crates.io", "npm",
}

// WriteSnapshot reads a folder in the public layout as of a day and writes the embeddable ecosystems' facts to a file.
func WriteSnapshot(ctx context.Context, dir string, asOf time.Time, to string) error {
	s, err := read(ctx, dir, ImportOptions{Now: asOf})
	if err != nil {
		return err
	}
	if s.result.Bad > 0 {
		return fmt.Errorf("%d records could not be used, first %s", s.result.Bad, s.result.Places[0])
	}
	for id, p := range s.builder.records {
		p.entries = slices.DeleteFunc(p.entries,
			func(e entry) bool { return !slices.Contains(Embeddable, e.ref.Ecosystem) })
		if len(p.entries) == 0 {
			delete(s.builder.records, id)
		}
	}
	s.builder.onlyNamed = true
	return safefile.Create(to, func(w io.Writer) error {
		_, err := s.builder.write(w, "")
		return err
	})
}
