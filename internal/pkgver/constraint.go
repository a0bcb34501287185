package pkgver

import (
	"strings"

	"deps.dev/util/semver"
)

// systems are the ecosystems whose ranges of versions are understood here.
var systems = map[string]semver.System{
	"PyPI": semver.PyPI, "npm": semver.NPM, "RubyGems": semver.RubyGems, "crates.io": semver.Cargo,
	"Maven": semver.Maven, "NuGet": semver.NuGet, "Packagist": semver.Composer,
}

// Admits reports whether a range of versions, as a manifest of the package URL's ecosystem writes it, lets a version
// be chosen. known is false where the range is none that can be read, an address say.
func Admits(purl, constraint, version string) (admits, known bool) {
	system, ok := systems[Ecosystem(purl)]
	constraint = strings.TrimSpace(constraint)
	if !ok || version == "" {
		return false, false
	}
	if constraint == "" || constraint == "*" {
		return true, true
	}
	if system == semver.PyPI && strings.HasPrefix(constraint, "===") {
		return strings.TrimSpace(constraint[3:]) == version, true
	}
	if system == semver.NPM && constraint == "latest" {
		return true, true
	}
	c, err := system.ParseConstraint(constraint)
	if err != nil {
		return false, false
	}
	return c.Match(version), true
}

// Reaches reports whether the first of two versions is as high as the second or higher, in the order of the ecosystem
// that the package URL belongs to. known is false where that order is not known.
func Reaches(purl, version, other string) (reaches, known bool) {
	if version == "" || other == "" || Ecosystem(purl) == "" {
		return false, false
	}
	return Higher(purl, version, other) == version, true
}
