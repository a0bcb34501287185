package distro

import (
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// readOSRelease reads os-release: shell assignments, quoted or not.
func readOSRelease(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	m := map[string]string{}
	for _, line := range strings.Split(string(data[:min(len(data), 64<<10)]), "\n") {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || key == "" || key[0] == '#' {
			continue
		}
		if q := value; len(q) >= 2 && (q[0] == '"' || q[0] == '\'') && q[len(q)-1] == q[0] {
			value = q[1 : len(q)-1]
		}
		m[key] = value
	}
	return &extract.Facts{OS: m}, nil, nil
}

// Of says which distribution os-release tells, and what OSV calls its ecosystem.
func Of(m map[string]string) *inventory.Distro {
	d := &inventory.Distro{ID: m["ID"], VersionID: m["VERSION_ID"], Codename: m["VERSION_CODENAME"],
		PrettyName: m["PRETTY_NAME"]}
	if d.ID == "" {
		return nil
	}
	d.Ecosystem, _ = ecosystem.Distribution{
		ID: d.ID, Version: d.VersionID, Codename: d.Codename, Pretty: d.PrettyName, CPE: m["CPE_NAME"]}.Name()
	return d
}

// EcosystemOf is the ecosystem of a distribution's packages. Without a word on the distribution it is that of the most
// usual one with such a database.
func EcosystemOf(d *inventory.Distro, kind string) string {
	if d == nil {
		return map[string]string{
			"deb": "Debian", "apk": "Alpine", "rpm": "rpm", "alpm": "Arch Linux", "ebuild": "Gentoo",
			"opkg": "opkg"}[kind]
	}
	return d.Ecosystem
}
