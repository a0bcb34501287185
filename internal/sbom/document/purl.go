package document

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
)

// languages maps the package URL types of language ecosystems to OSV's names for them.
var languages = map[string]string{
	"pypi": "PyPI", "npm": "npm", "golang": "Go", "cargo": "crates.io", "gem": "RubyGems", "maven": "Maven", "nuget": "NuGet",
	"composer": "Packagist", "hex": "Hex", "pub": "Pub", "hackage": "Hackage", "cran": "CRAN", "conan": "ConanCenter",
	"swift": "SwiftURL", "bitnami": "Bitnami", "julia": "Julia",
}

// fromPURL completes a package from its package URL: the name as OSV spells it, the ecosystem with its release, the
// source package. What the document said otherwise stands, but for the name and the version: the package URL is what
// identifies the package. A name that differs in its spelling only (Jinja2, jinja2) stays as the package has it.
func fromPURL(p *inventory.Package, purl string) error {
	if purl == "" {
		return nil
	}
	u, err := packageurl.FromString(purl)
	if err != nil {
		return err
	}
	if u.Version != "" {
		p.Version = u.Version
	}
	name := u.Name
	switch u.Type {
	case "maven":
		name = u.Namespace + ":" + u.Name
	case "deb", "apk", "rpm", "alpm":
		return fromDistroPURL(p, &u)
	default:
		if u.Namespace != "" {
			name = u.Namespace + "/" + u.Name
		}
	}
	if u.Type != "pypi" || !sameName(p.Name, name) {
		p.Name = name
	}
	p.Ecosystem = languages[u.Type]
	if p.Ecosystem == "Go" && p.Name != "stdlib" {
		// OSV's versions of Go modules have no v; a tool's may.
		p.Version = strings.TrimPrefix(p.Version, "v")
	}
	return nil
}

// sameName compares names as PyPI does, which is the only ecosystem whose package URLs spell names another way.
func sameName(a, b string) bool {
	plain := strings.NewReplacer("_", "-", ".", "-")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

func fromDistroPURL(p *inventory.Package, u *packageurl.PackageURL) error {
	p.Name = u.Name
	var epoch, distro, upstream string
	for _, q := range u.Qualifiers {
		switch q.Key {
		case "epoch":
			epoch = q.Value
		case "distro":
			distro = q.Value
		case "upstream":
			upstream = q.Value
		}
	}
	if epoch != "" && epoch != "0" && !strings.Contains(p.Version, ":") {
		p.Version = epoch + ":" + p.Version
	}
	id, version := u.Namespace, distro
	if i := strings.LastIndexByte(distro, '-'); i >= 0 {
		id, version = distro[:i], distro[i+1:]
	}
	p.Ecosystem = distroEcosystem(id, version)
	if p.Source.Name == "" && upstream != "" {
		p.Source.Name, p.Source.Version, _ = strings.Cut(upstream, "@")
		if u.Type == "rpm" {
			p.Source = sourceRPM(upstream, epoch)
		}
	}
	if p.Source.Name == "" && (u.Type == "deb" || u.Type == "apk") {
		p.Source = inventory.Source{Name: p.Name, Version: p.Version}
	}
	return nil
}

// sourceRPM splits "openssl-3.0.7-1.el9.src.rpm".
func sourceRPM(s, epoch string) inventory.Source {
	s = strings.TrimSuffix(strings.TrimSuffix(s, ".rpm"), ".src")
	r := strings.LastIndexByte(s, '-')
	if r <= 0 {
		return inventory.Source{Name: s}
	}
	v := strings.LastIndexByte(s[:r], '-')
	if v <= 0 {
		return inventory.Source{Name: s}
	}
	return inventory.Source{Name: s[:v], Version: sourceParts{version: s[v+1:], epoch: epoch}.full()}
}

// debianReleases are the code names that stand in a package URL's distro in place of a number.
var debianReleases = map[string]string{
	"jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14",
}

// distroEcosystem is OSV's ecosystem, with its release, of a distribution by os-release's ID and VERSION_ID.
func distroEcosystem(id, version string) string {
	major, rest, dotted := strings.Cut(version, ".")
	switch strings.ToLower(id) {
	case "debian":
		if n := debianReleases[version]; n != "" {
			major = n
		}
		return release("Debian", major)
	case "ubuntu":
		return release("Ubuntu", version)
	case "alpine":
		if dotted {
			minor, _, _ := strings.Cut(rest, ".")
			return "Alpine:v" + strings.TrimPrefix(major, "v") + "." + minor
		}
		return "Alpine"
	case "wolfi":
		return "Wolfi"
	case "chainguard":
		return "Chainguard"
	case "minimos":
		return "MinimOS"
	case "alpaquita":
		return release("Alpaquita", version)
	case "almalinux":
		return release("AlmaLinux", major)
	case "rocky", "rockylinux", "rocky-linux":
		return release("Rocky Linux", major)
	case "opensuse", "opensuse-leap", "opensuse.leap":
		return release("openSUSE:Leap ", version)
	case "sles", "suse":
		return release("SUSE", version)
	case "mageia":
		return release("Mageia", major)
	case "rhel", "redhat":
		return "Red Hat"
	}
	return ""
}

func release(ecosystem, version string) string {
	if version == "" {
		return strings.TrimSuffix(ecosystem, ":Leap ")
	}
	if strings.HasSuffix(ecosystem, " ") {
		return ecosystem + version
	}
	return ecosystem + ":" + version
}
