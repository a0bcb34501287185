package sbom

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	scalibrfs "github.com/google/osv-scalibr/fs"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/binary"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/lockfile"
)

// ManifestName returns the name under which FromFile reads a lockfile, a manifest or a Java archive, with the folder
// that it is in: the file's own, without what compression adds. It is "" where the name tells none.
func ManifestName(name string) string {
	abs, err := filepath.Abs(name) // requirements/base.txt is one by its folder
	if err != nil {
		return ""
	}
	p := filepath.ToSlash(abs)
	p = strings.TrimSuffix(strings.TrimSuffix(p, ".gz"), ".zst")
	if lockfile.ReaderOf(p) == nil && !binary.IsJar(path.Base(p)) {
		return ""
	}
	return path.Join(path.Base(path.Dir(p)), path.Base(p))
}

// FromFile finds the packages of one file: a lockfile, a manifest, a Java archive or a program. as is the name by which
// its reader is found, see ManifestName; a program may have any. data is the content where it was read already, from
// standard input say, and nil otherwise.
//
// What stands around the file is looked at as in a source tree, up to the folder above its own. A file that cannot be
// read to its end is an error; what stood before the place is in the inventory, which is nil where that is nothing.
func FromFile(name, as string, data []byte) (*inventory.Inventory, error) {
	f, err := openNamed(name, as, data)
	if err != nil {
		return nil, clierr.InputErr(name, err)
	}
	if around, ok := f.Tree.(io.Closer); ok {
		defer around.Close()
	}
	inv := &inventory.Inventory{Target: name, Files: 1, Bytes: f.Size}
	ps, err := readSafely(namedReader(f), f)
	inv.Packages = merge(ps)
	for i := range inv.Packages {
		for j, p := range inv.Packages[i].Paths {
			inv.Packages[i].Paths[j] = besideNamed(name, as, p)
		}
	}
	if open := lockfile.DirectOnly(as, ps); err == nil && open != nil {
		inv.Problems = append(inv.Problems, inventory.Problem{Path: filepath.ToSlash(name), Reason: open.Error()})
	}
	switch {
	case err == nil:
		return inv, nil
	case len(inv.Packages) == 0:
		return nil, clierr.InputErr(name, err)
	}
	return inv, clierr.InputErr(name, err)
}

// openNamed reads a file that a user named, decompressed, and opens the folder above its own. Around what was
// piped there is nothing.
func openNamed(name, as string, piped []byte) (*extract.File, error) {
	if piped != nil {
		data, err := textOf(bytes.NewReader(piped))
		return &extract.File{Path: as, Data: data, Size: int64(len(data))}, err
	}
	h, err := bounded.Open(name)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	data, err := textOf(h)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	around, err := os.OpenRoot(filepath.Dir(filepath.Dir(abs)))
	if err != nil {
		return nil, err
	}
	f := &extract.File{Path: as, Data: data, Size: int64(len(data))}
	if tree, ok := around.FS().(scalibrfs.FS); ok {
		f.Tree = rootFS{tree, around}
	}
	return f, nil
}

// rootFS is an os.Root's files, with the handle to close.
type rootFS struct {
	scalibrfs.FS
	io.Closer
}

// textOf reads a file, decompressed where it is; in what encoding it is the readers tell themselves.
func textOf(r io.Reader) ([]byte, error) {
	data, err := bounded.ReadAll(r, extract.MaxFile)
	if err != nil || !bytes.HasPrefix(data, []byte("\x1f\x8b")) && !bytes.HasPrefix(data, []byte("\x28\xb5\x2f\xfd")) {
		return data, err
	}
	text, err := document.Text(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return bounded.ReadAll(text, extract.MaxFile)
}

// namedReader returns the reader of a file that was named.
func namedReader(f *extract.File) extract.Reader {
	base := path.Base(f.Path)
	switch {
	case binary.IsELF(f.Data):
		return func(f *extract.File) ([]inventory.Package, error) {
			facts, _, err := binary.Program(f)
			if facts == nil {
				return nil, err
			}
			return facts.Packages, err
		}
	case binary.IsJar(base):
		return binary.ReadJar
	}
	if read := lockfile.ReaderOf(f.Path); read != nil {
		return read
	}
	return func(*extract.File) ([]inventory.Package, error) { return nil, fs.ErrInvalid }
}

// besideNamed is the path of a proof as the user would write it: the readers know it from the folder above the file's.
func besideNamed(name, as, p string) string {
	if p == as {
		return filepath.ToSlash(name)
	}
	if rest, ok := strings.CutPrefix(p, path.Dir(as)+"/"); ok {
		return filepath.ToSlash(filepath.Join(filepath.Dir(name), filepath.FromSlash(rest)))
	}
	return filepath.ToSlash(filepath.Join(filepath.Dir(name), "..", filepath.FromSlash(p)))
}

// IsProgram tells machine code, which FromFile reads whatever its name, by a file's first bytes.
func IsProgram(head []byte) bool { return binary.IsELF(head) }
