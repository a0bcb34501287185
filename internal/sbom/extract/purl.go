package extract

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
)

// NewPackage is a package of a language ecosystem, with its package URL. A Go module's version has no v, as OSV has it;
// in its package URL it has.
func NewPackage(eco, name, version string) inventory.Package {
	if eco == ecosystem.Go {
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
	case ecosystem.PyPI:
		name = PyPIName(name)
	case ecosystem.Maven:
		if group, artifact, ok := strings.Cut(name, ":"); ok {
			namespace, name = group, artifact
		}
	case ecosystem.NPM, ecosystem.Go, ecosystem.Packagist, ecosystem.SwiftURL:
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			namespace, name = name[:i], name[i+1:]
		}
	}
	if eco == ecosystem.Packagist || eco == ecosystem.Hex {
		namespace, name = strings.ToLower(namespace), strings.ToLower(name)
	}
	return packageurl.NewPackageURL(ecosystem.TypeOf(eco), namespace, name, version, nil, "").ToString()
}

// PyPIName is a Python project's name as PEP 503 normalises it.
func PyPIName(name string) string {
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

// IsHex reports whether a text has only hexadecimal digits in lower case, as a commit does.
func IsHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }
