package sbom

import (
	"fmt"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
)

// OSV's names of the ecosystems that are not a distribution's.
const (
	ecoPyPI     = "PyPI"
	ecoNPM      = "npm"
	ecoGo       = "Go"
	ecoCrates   = "crates.io"
	ecoMaven    = "Maven"
	ecoRuby     = "RubyGems"
	ecoPHP      = "Packagist"
	ecoNuGet    = "NuGet"
	ecoBitnami  = "Bitnami"
	ecoPub      = "Pub"
	ecoHex      = "Hex"
	ecoCRAN     = "CRAN"
	ecoHackage  = "Hackage"
	ecoConan    = "ConanCenter"
	ecoSwiftURL = "SwiftURL"
	ecoConda    = "conda" // OSV has none of that name
)

// newPackage is a package of a language ecosystem, with its package URL. A Go module's version has no v, as OSV has it;
// in its package URL it has.
func newPackage(eco, name, version string) inventory.Package {
	if eco == ecoGo {
		purl := purlOf(eco, name, version)
		return inventory.Package{Name: name, Version: strings.TrimPrefix(version, "v"), Ecosystem: eco, PURL: purl}
	}
	return inventory.Package{Name: name, Version: version, Ecosystem: eco, PURL: purlOf(eco, name, version)}
}

// purlOf builds the package URL by the rules of the type: namespace and name are split where the ecosystem has a
// namespace, PyPI's names are normalised.
func purlOf(eco, name, version string) string {
	namespace := ""
	switch eco {
	case ecoPyPI:
		name = pypiName(name)
	case ecoMaven:
		if group, artifact, ok := strings.Cut(name, ":"); ok {
			namespace, name = group, artifact
		}
	case ecoNPM, ecoGo, ecoPHP, ecoSwiftURL:
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			namespace, name = name[:i], name[i+1:]
		}
	}
	if eco == ecoPHP || eco == ecoHex {
		namespace, name = strings.ToLower(namespace), strings.ToLower(name)
	}
	return packageurl.NewPackageURL(ecosystem.TypeOf(eco), namespace, name, version, nil, "").ToString()
}

// pypiName is a Python project's name as PEP 503 normalises it.
func pypiName(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	gap := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c == '-' || c == '_' || c == '.':
			gap = true
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteByte(c)
	}
	return b.String()
}

// distroPURL is the package URL of a distribution's package. Its source package stands in the qualifier upstream, as
// other tools have it, so that the document alone is enough to look for advisories.
func distroPURL(kind string, d *inventory.Distro, p *dbPackage) string {
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

func errTooLarge(size int64) error {
	return fmt.Errorf("%d bytes, at most %d are read", size, int64(maxFile))
}
