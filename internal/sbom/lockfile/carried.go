package lockfile

import (
	"errors"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// carried are packages in the form in which registries hand them out, that a project carries along: by the ending of
// their names, each with its ecosystem and with where name and version stand.
var carried = map[string]struct {
	ecosystem, what string
	name            *lazyregexp.Regexp
}{
	".whl":   {ecosystem.PyPI, "a wheel", lazyregexp.New(`^([^-]+)-([^-]+)(?:-[^-]+){3,4}$`)},
	".egg":   {ecosystem.PyPI, "an egg", lazyregexp.New(`^([^-]+)-([^-]+)(?:-py[\d.]+)?(?:-[^-]+)?$`)},
	".gem":   {ecosystem.RubyGems, "a gem", lazyregexp.New(`^(.+?)-(\d[\w.]*)(?:-[\w-]+)?$`)},
	".crate": {ecosystem.Crates, "a crate", lazyregexp.New(`^(.+?)-(\d+\.\d+\.\d+.*)$`)},
	".nupkg": {ecosystem.NuGet, "a package of NuGet's", lazyregexp.New(`^(.+?)\.(\d+(?:\.\d+)+.*)$`)},
}

// readCarried reads such a package by its name, which its tools write; what it needs in turn is not known from it.
func readCarried(f *extract.File) ([]inventory.Package, error) {
	base := path.Base(f.Path)
	kind := carried[path.Ext(base)]
	m := kind.name.FindStringSubmatch(strings.TrimSuffix(base, path.Ext(base)))
	if m == nil {
		return nil, errors.New(kind.what + " whose name tells no package and version")
	}
	name := m[1]
	if kind.ecosystem == ecosystem.PyPI {
		name = extract.PyPIName(name)
	}
	return []inventory.Package{extract.NewPackage(kind.ecosystem, name, m[2])}, nil
}
