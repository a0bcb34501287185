package binary

import (
	"archive/zip"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Bounds on archives within archives. What a zip says about sizes is the word of whoever made it, so everything is
// decompressed against a limit of ours first.
const (
	maxJarDepth  = 6
	maxJarOpened = 512 << 20 // of inner archives and texts, all together
	maxJarText   = 8 << 20   // of one manifest or pom.properties
)

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
	own := jarNames{file: path.Base(f.Path)}
	for _, e := range z.File {
		switch base := strings.ToLower(path.Base(e.Name)); {
		case base == "pom.properties" || base == "manifest.mf":
			text, err := entryText(e, left)
			if err != nil {
				return out, fmt.Errorf("%s: %w", e.Name, err)
			}
			if base == "pom.properties" {
				own.addProperties(text)
			} else if err := own.addManifest(text); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", e.Name, err))
			}
		case IsJar(base):
			ps, err := readInner(e, depth, left)
			out = append(out, ps...)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", e.Name, err))
			}
		}
	}
	return append(out, own.packages()...), errors.Join(errs...)
}

// entryText decompresses an entry, no further than it may be large.
func entryText(e *zip.File, left *int64) (string, error) {
	rc, err := e.Open()
	if err != nil {
		return "", err
	}
	defer rc.Close()
	data, err := bounded.ReadAll(rc, min(maxJarText, *left))
	*left -= int64(len(data))
	return string(data), err
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
