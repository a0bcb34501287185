package distro

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// PURL is the package URL of a distribution's package. Its source package stands in the qualifier upstream, as
// other tools have it, so that the document alone is enough to look for advisories.
func PURL(kind string, d *inventory.Distro, p *extract.Package) string {
	namespace, distro := map[string]string{"deb": "debian", "apk": "alpine", "alpm": "arch"}[kind], ""
	if d != nil {
		namespace, distro = d.ID, d.ID
		if d.VersionID != "" {
			distro += "-" + d.VersionID
		}
	}
	name := p.Name
	if kind == "ebuild" { // its names have a category
		namespace, name, _ = strings.Cut(name, "/")
	}
	version := p.Version
	q := map[string]string{}
	put := func(key, value string) {
		if value != "" {
			q[key] = value
		}
	}
	put("arch", p.Arch)
	put("distro", distro)
	switch {
	case kind == "rpm":
		if epoch, rest, ok := strings.Cut(version, ":"); ok {
			version = rest
			put("epoch", epoch)
		}
		if p.Source.Name != "" {
			_, v, ok := strings.Cut(p.Source.Version, ":")
			if !ok {
				v = p.Source.Version
			}
			put("upstream", p.Source.Name+"-"+v+".src.rpm")
		}
	case p.Source.Version != "" && p.Source.Version != p.Version:
		put("upstream", p.Source.Name+"@"+p.Source.Version)
	case p.Source.Name != "" && p.Source.Name != p.Name:
		put("upstream", p.Source.Name)
	}
	return packageurl.NewPackageURL(kind, namespace, name, version, packageurl.QualifiersFromMap(q), "").ToString()
}
