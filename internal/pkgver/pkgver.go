// Package pkgver compares versions of packages in the order of their ecosystem, which their package URL tells.
package pkgver

import (
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// Higher is the higher of two versions in the order of the ecosystem that the package URL belongs to. An empty version
// is lower than any; where the order is not known, the first stands.
func Higher(purl, a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || a == b:
		return a
	}
	v, err := semantic.Parse(a, Ecosystem(purl))
	if err != nil {
		return a
	}
	if c, err := v.CompareStr(b); err == nil && c < 0 {
		return b
	}
	return a
}

// versionOrders maps a package URL's type, or type and namespace, to the OSV ecosystem whose version order it follows.
var versionOrders = map[string]string{
	"deb": "Debian", "deb/ubuntu": "Ubuntu", "apk": "Alpine", "apk/wolfi": "Wolfi", "apk/chainguard": "Chainguard",
	"rpm": "Red Hat", "pypi": "PyPI", "npm": "npm", "golang": "Go", "gem": "RubyGems", "maven": "Maven",
	"nuget": "NuGet", "cargo": "crates.io", "composer": "Packagist", "hex": "Hex", "pub": "Pub", "bitnami": "Bitnami",
	"swift": "SwiftURL", "cran": "CRAN",
}

func Ecosystem(purl string) string {
	rest, ok := strings.CutPrefix(purl, "pkg:")
	if !ok {
		return ""
	}
	kind, rest, _ := strings.Cut(rest, "/")
	ns, _, _ := strings.Cut(rest, "/")
	if e := versionOrders[kind+"/"+ns]; e != "" {
		return e
	}
	return versionOrders[kind]
}

// IsDistro tells a distribution's package, which a rebuild renews, from a language's.
func IsDistro(purl string) bool {
	for _, t := range []string{"pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/"} {
		if strings.HasPrefix(purl, t) {
			return true
		}
	}
	return false
}
