package lockfile

import (
	"net/url"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// addressPackage is a package that comes from an address, an archive or a repository, and not from the ecosystem's
// registry. Its version is known where the archive's name tells it, as the ecosystem's own tools write it; else the
// address stands in its place, and the package is a range: what is behind the address only the installation tells.
func addressPackage(ecosystem, name, address string) inventory.Package {
	if v := archiveVersion(ecosystem, name, address); v != "" {
		return extract.NewPackage(ecosystem, name, v)
	}
	return rangePackage(ecosystem, name, plainAddress(address))
}

// rangePackage is a package of which only the wanted versions are known.
func rangePackage(ecosystem, name, wanted string) inventory.Package {
	p := extract.NewPackage(ecosystem, name, "")
	if isAddress(wanted) {
		wanted = plainAddress(wanted)
	}
	p.Version, p.Range = wanted, true
	return p
}

// plainAddress is an address without what may be a secret: user, password, query. Of the fragment a commit is kept.
func plainAddress(address string) string {
	address, fragment, _ := strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	scheme, rest, ok := strings.Cut(address, "://")
	if ok {
		scheme += "://"
	} else {
		scheme, rest = "", address
	}
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	if _, port, ok := strings.Cut(host, ":"); ok && scheme != "" && !isNumber(port) {
		return scheme // a password with a slash in it
	}
	if len(fragment) >= 7 && extract.IsHex(fragment) {
		path += "#" + fragment
	}
	return scheme + host + path
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// isAddress reports whether a text that stands where a version belongs is an address.
func isAddress(s string) bool { return strings.Contains(s, "://") || strings.HasPrefix(s, "git@") }

// archiveVersion is the version in an archive's name: NAME-VERSION.tgz as npm packs it, NAME-VERSION.tar.gz and
// NAME-VERSION-TAGS.whl as Python's tools build them. It is "" where the name tells none of this package.
func archiveVersion(eco, name, address string) string {
	base := addressBase(address)
	stem, wheel := strings.CutSuffix(base, ".whl")
	if !wheel {
		var ok bool
		if stem, ok = cutArchiveExt(base); !ok {
			return ""
		}
	}
	var version string
	switch eco {
	case ecosystem.PyPI:
		n := strings.LastIndexByte(stem, '-')
		if wheel {
			n = strings.IndexByte(stem, '-')
		}
		if n < 0 || extract.PyPIName(stem[:n]) != extract.PyPIName(name) {
			return ""
		}
		version = stem[n+1:]
		if wheel {
			version, _, _ = strings.Cut(version, "-")
		}
	default:
		var ok bool
		if version, ok = strings.CutPrefix(stem, name[strings.LastIndexByte(name, '/')+1:]+"-"); !ok {
			return ""
		}
	}
	if version == "" || version[0] < '0' || version[0] > '9' {
		return ""
	}
	return version
}

func cutArchiveExt(base string) (string, bool) {
	for _, ext := range []string{".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".zip"} {
		if stem, ok := strings.CutSuffix(base, ext); ok {
			return stem, true
		}
	}
	return base, false
}

// addressBase is the last element of an address's path.
func addressBase(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	base := address[strings.LastIndexAny(address, `/\:`)+1:]
	if plain, err := url.PathUnescape(base); err == nil {
		base = plain
	}
	return base
}
