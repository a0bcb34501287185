package lockfile

import (
	"errors"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// readWheel reads a wheel that a project carries along, by its name: NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM.whl.
func readWheel(f *extract.File) ([]inventory.Package, error) {
	parts := strings.Split(strings.TrimSuffix(path.Base(f.Path), ".whl"), "-")
	if n := len(parts); n != 5 && n != 6 || parts[0] == "" || parts[1] == "" {
		return nil, errors.New("a wheel whose name tells no package and version")
	}
	return []inventory.Package{extract.NewPackage(ecosystem.PyPI, extract.PyPIName(parts[0]), parts[1])}, nil
}
