package sbom

import (
	"fmt"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
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
)

// purlTypes are the package URL types of the ecosystems.
var purlTypes = map[string]string{
	ecoPyPI: packageurl.TypePyPi, ecoNPM: packageurl.TypeNPM, ecoGo: packageurl.TypeGolang, ecoCrates: packageurl.TypeCargo,
	ecoMaven: packageurl.TypeMaven, ecoRuby: packageurl.TypeGem, ecoPHP: packageurl.TypeComposer, ecoNuGet: packageurl.TypeNuget,
	ecoBitnami: packageurl.TypeBitnami, ecoPub: packageurl.TypePub, ecoHex: packageurl.TypeHex, ecoCRAN: packageurl.TypeCran,
	ecoHackage: packageurl.TypeHackage, ecoConan: packageurl.TypeConan, ecoSwiftURL: packageurl.TypeSwift,
}

// newPackage is a package of a language ecosystem, with its package URL. A Go module's version has no v, as OSV has it;
// in its package URL it has.
func newPackage(ecosystem, name, version string) inventory.Package {
	if ecosystem == ecoGo {
		purl := purlOf(ecosystem, name, version)
		return inventory.Package{Name: name, Version: strings.TrimPrefix(version, "v"), Ecosystem: ecosystem, PURL: purl}
	}
	return inventory.Package{Name: name, Version: version, Ecosystem: ecosystem, PURL: purlOf(ecosystem, name, version)}
}

// purlOf builds the package URL by the rules of the type: namespace and name are split where the ecosystem has a
// namespace, PyPI's names are normalised.
func purlOf(ecosystem, name, version string) string {
	namespace := ""
	switch ecosystem {
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
	if ecosystem == ecoPHP || ecosystem == ecoHex {
		namespace, name = strings.ToLower(namespace), strings.ToLower(name)
	}
	return packageurl.NewPackageURL(purlTypes[ecosystem], namespace, name, version, nil, "").ToString()
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
	namespace, distro := map[string]string{"deb": "debian", "apk": "alpine", "rpm": ""}[kind], ""
	if d != nil {
		namespace, distro = d.ID, d.ID
		if d.VersionID != "" {
			distro += "-" + d.VersionID
		}
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
	case p.Source.Name != p.Name:
		put("upstream", p.Source.Name)
	}
	return packageurl.NewPackageURL(kind, namespace, p.Name, version, packageurl.QualifiersFromMap(q), "").ToString()
}

func errTooLarge(size int64) error {
	return fmt.Errorf("%d bytes, at most %d are read", size, int64(maxFile))
}
