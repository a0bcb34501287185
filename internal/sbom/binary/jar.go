package binary

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/archive"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Bounds on archives within archives. What a zip says about sizes is the word of whoever made it, so everything is
// decompressed against a limit of ours first.
const (
	maxJarDepth  = 6
	maxJarOpened = 512 << 20 // of inner archives, all together
	maxJarText   = 8 << 20   // of one manifest or pom.properties
)

// readArchive is osv-scalibr's reader for one archive alone: the inner ones are given to it one by one. Without the hash
// it names no package where an archive tells nothing of itself.
var readArchive = extract.Scalibr(func(cfg *cpb.PluginConfig) (filesystem.Extractor, error) {
	off := false
	cfg.PluginSpecific = append(cfg.PluginSpecific, &cpb.PluginSpecificConfig{Config: &cpb.PluginSpecificConfig_JavaArchive{
		JavaArchive: &cpb.JavaArchiveConfig{MaxZipDepth: 1, HashJars: &off},
	}})
	return archive.New(cfg)
})

// ReadJar reads a Java archive and those inside it. The outermost is the proof that stands in the image.
func ReadJar(f *extract.File) ([]inventory.Package, error) {
	left := int64(maxJarOpened)
	ps, err := readJarAt(f, 1, &left)
	for i := range ps {
		ps[i].Paths = nil
	}
	return ps, err
}

func readJarAt(f *extract.File, depth int, left *int64) ([]inventory.Package, error) {
	z, err := zip.NewReader(f.Seeker(), f.Size)
	if err != nil {
		return nil, err
	}
	var out []inventory.Package
	var errs []error
	inner := 0
	for _, e := range z.File {
		switch base := strings.ToLower(path.Base(e.Name)); {
		case base == "pom.properties" || base == "manifest.mf":
			if err := fits(e, maxJarText); err != nil {
				return out, fmt.Errorf("%s: %w", e.Name, err)
			}
		case IsJar(base):
			inner++
			ps, err := readInner(e, depth, left)
			out = append(out, ps...)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", e.Name, err))
			}
		}
	}
	ps, err := readArchive(f)
	if err != nil && inner == 0 { // with inner archives it complains of those, which were read here
		errs = append(errs, err)
	}
	return append(out, ps...), errors.Join(errs...)
}

// fits decompresses an entry to nowhere, to see that it is no larger than it may be.
func fits(e *zip.File, max int64) error {
	rc, err := e.Open()
	if err != nil {
		return err
	}
	defer rc.Close()
	_, err = io.Copy(io.Discard, bounded.Reader(rc, max))
	return err
}

func readInner(e *zip.File, depth int, left *int64) ([]inventory.Package, error) {
	if depth >= maxJarDepth {
		return nil, fmt.Errorf("archives within archives, more than %d deep", maxJarDepth)
	}
	rc, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	data, err := bounded.ReadAll(rc, *left)
	*left -= int64(len(data))
	if err != nil {
		return nil, err
	}
	return readJarAt(&extract.File{Path: path.Base(e.Name), Size: int64(len(data)), Data: data}, depth+1, left)
}

// IsJar tells a Java archive by its name, in lower case.
func IsJar(base string) bool {
	switch path.Ext(base) {
	case ".jar", ".war", ".ear", ".par", ".sar", ".jpi", ".hpi", ".nar":
		return true
	}
	return false
}
