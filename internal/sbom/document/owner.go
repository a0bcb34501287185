package document

import (
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// placesOf are the folders that only a distribution's own packages fill, and how that distribution names the package of
// a language's package. People install theirs elsewhere (/usr/local, a virtual environment, the application's folder).
var placesOf = []struct {
	ecosystem string // of the language's package
	inside    string // a part of the path
	distro    string // prefix of the distribution's ecosystem
	prefix    string // of the distribution's package
}{
	{"PyPI", "usr/lib/python3/dist-packages/", "Debian", "python3-"},
	{"PyPI", "usr/lib/python3/dist-packages/", "Ubuntu", "python3-"},
	{"npm", "usr/share/nodejs/", "Debian", "node-"},
	{"npm", "usr/share/nodejs/", "Ubuntu", "node-"},
	{"npm", "usr/lib/nodejs/", "Debian", "node-"},
	{"npm", "usr/lib/nodejs/", "Ubuntu", "node-"},
}

// owners notes which distribution package owns a language's package where the document's format has no way to say it
// (CycloneDX) but its path and the distribution's naming leave no doubt. The owner must be among the packages.
func (b *builder) owners() {
	var distro map[string]string
	for i := range b.inv.Packages {
		p := &b.inv.Packages[i]
		if p.OwnedBy != "" || len(p.Paths) == 0 {
			continue
		}
		for _, place := range placesOf {
			if p.Ecosystem != place.ecosystem || !strings.HasPrefix(p.Paths[0], place.inside) {
				continue
			}
			if distro == nil {
				distro = distroPackages(b.inv.Packages)
			}
			name := strings.NewReplacer("@", "", "/", "-", "_", "-", ".", "-").Replace(strings.ToLower(p.Name))
			for _, owner := range []string{place.prefix + name, name} {
				if strings.HasPrefix(distro[owner], place.distro) {
					p.OwnedBy = owner
					break
				}
			}
		}
	}
}

// distroPackages maps the names of the distribution's packages to their ecosystem.
func distroPackages(ps []inventory.Package) map[string]string {
	m := map[string]string{}
	for i := range ps {
		if p := &ps[i]; strings.HasPrefix(p.PURL, "pkg:deb/") {
			m[p.Name] = p.Ecosystem
		}
	}
	return m
}
