package sbom

import (
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/archive"

	"github.com/drydock/drydock/internal/inventory"
)

var readArchive = scalibr(archive.New)

// readJar reads a Java archive and those inside it.
func readJar(f *file) ([]inventory.Package, error) {
	ps, err := readArchive(f)
	for i := range ps {
		ps[i].Paths = nil // the outermost archive is the proof that stands in the image
	}
	return ps, err
}
