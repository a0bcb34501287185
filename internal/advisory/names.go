package advisory

import "strings"

// SplitEcosystem splits OSV's ecosystem string into its name and its release, in the one spelling that is used for
// comparing: "Debian:12.5" -> "Debian", "12"; "Alpine:v3.20" -> "Alpine", "v3.20"; "Ubuntu:22.04:LTS" -> "Ubuntu",
// "22.04". The suffix of a language ecosystem is the address of a registry, which does not part the packages' names:
// it is dropped ("Packagist:https://packages.drupal.org/8" -> "Packagist", "").
func SplitEcosystem(s string) (name, release string) {
	name, release, _ = strings.Cut(s, ":")
	if strings.Contains(release, "://") {
		return name, ""
	}
	switch name {
	case "Debian", "AlmaLinux", "Rocky Linux":
		release, _, _ = strings.Cut(release, ".")
	case "Ubuntu":
		release = strings.TrimSuffix(release, ":LTS")
	case "Alpine":
		if release == "" || release == "edge" {
			return name, release
		}
		p := strings.SplitN(strings.TrimPrefix(release, "v"), ".", 3)
		if len(p) > 1 {
			return name, "v" + p[0] + "." + p[1]
		}
		return name, "v" + p[0]
	case "Red Hat": // one product is published in several repositories, and a package does not tell from which it came
		release, _, _ = strings.Cut(release, "::")
	case "SUSE":
		return name, suseRelease(release)
	}
	return name, release
}

// suseRelease is one spelling for all modules and extensions of a service pack, which publish the same packages:
// "Linux Enterprise Module for Basesystem 15 SP5" and "Linux Enterprise Server 15 SP5-LTSS" are "Linux Enterprise 15
// SP5".
func suseRelease(s string) string {
	const product = "Linux Enterprise "
	i := strings.IndexAny(s, "0123456789")
	if !strings.HasPrefix(s, product) || i < 0 || strings.HasPrefix(s, product+"Micro ") {
		return s
	}
	version, _, _ := strings.Cut(s[i:], "-")
	return product + version
}

// HasReleases reports whether the ecosystem's advisories belong to one release of a distribution, so that a package
// without release cannot be judged.
func HasReleases(ecosystem string) bool {
	switch ecosystem {
	case "Debian", "Ubuntu", "Alpine", "AlmaLinux", "Rocky Linux", "Red Hat", "SUSE", "openSUSE", "Mageia", "openEuler",
		"Azure Linux", "Photon OS":
		return true
	}
	return false
}

// NormalizeName gives a package's name the spelling under which its ecosystem's advisories are filed and looked up.
// Ecosystems that are not named here compare names byte by byte (npm, Maven's group:artifact, crates.io, gems).
func NormalizeName(ecosystem, name string) string {
	switch ecosystem {
	case "PyPI":
		return pep503(name)
	case "NuGet", "Packagist", "Bitnami", "Hex", "Pub", "GitHub Actions", "Go": // a purl holds Go's names in lower case
		return strings.ToLower(name)
	case "SwiftURL":
		s := strings.ToLower(strings.TrimSuffix(name, ".git"))
		if _, rest, ok := strings.Cut(s, "://"); ok {
			return rest
		}
		return s
	}
	return name
}

// pep503 lower-cases and folds runs of "-", "_" and "." into one "-".
func pep503(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		c := s[i]
		clean = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' && (i == 0 || s[i-1] != '-')
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '-' || c == '_' || c == '.':
			if n := len(b); n == 0 || b[n-1] != '-' {
				b = append(b, '-')
			}
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
