package sbom

import (
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// readOSRelease reads os-release: shell assignments, quoted or not.
func readOSRelease(f *file) (*fileFacts, *execFact, error) {
	data, err := f.bytes()
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
	return &fileFacts{OS: m}, nil, nil
}

// distroOf says which distribution os-release tells, and what OSV calls its ecosystem.
func distroOf(m map[string]string) *inventory.Distro {
	d := &inventory.Distro{ID: m["ID"], VersionID: m["VERSION_ID"], Codename: m["VERSION_CODENAME"], PrettyName: m["PRETTY_NAME"]}
	if d.ID == "" {
		return nil
	}
	major, _, _ := strings.Cut(d.VersionID, ".")
	with := func(name, suffix string) string {
		if suffix == "" {
			return name
		}
		return name + ":" + suffix
	}
	switch d.ID {
	case "debian":
		d.Ecosystem = with("Debian", major)
	case "ubuntu":
		d.Ecosystem = with("Ubuntu", d.VersionID)
		if d.VersionID != "" && strings.Contains(d.PrettyName+m["VERSION"], "LTS") {
			d.Ecosystem += ":LTS"
		}
	case "alpine":
		parts := strings.SplitN(d.VersionID, ".", 3)
		if len(parts) >= 2 {
			d.Ecosystem = "Alpine:v" + parts[0] + "." + strings.SplitN(parts[1], "_", 2)[0]
		} else {
			d.Ecosystem = "Alpine"
		}
	case "wolfi":
		d.Ecosystem = "Wolfi"
	case "chainguard":
		d.Ecosystem = "Chainguard"
	case "minimos":
		d.Ecosystem = "MinimOS"
	case "alpaquita":
		d.Ecosystem = with("Alpaquita", d.VersionID)
	case "rocky":
		d.Ecosystem = with("Rocky Linux", major)
	case "almalinux":
		d.Ecosystem = with("AlmaLinux", major)
	case "rhel":
		if _, product, ok := strings.Cut(m["CPE_NAME"], ":redhat:"); ok {
			d.Ecosystem = "Red Hat:" + product
		} else {
			d.Ecosystem = "Red Hat"
		}
	case "opensuse-leap":
		d.Ecosystem = with("openSUSE", strings.TrimSpace("Leap "+d.VersionID))
	case "opensuse-tumbleweed":
		d.Ecosystem = "openSUSE:Tumbleweed"
	case "sles", "sled":
		d.Ecosystem = with("SUSE", strings.TrimPrefix(d.PrettyName, "SUSE "))
	case "mageia":
		d.Ecosystem = with("Mageia", d.VersionID)
	case "photon":
		d.Ecosystem = with("Photon OS", d.VersionID)
	case "azurelinux", "mariner":
		d.Ecosystem = with("Azure Linux", major)
	case "openEuler":
		if i := strings.IndexByte(m["VERSION"], ' '); i > 0 {
			d.Ecosystem = "openEuler:" + strings.ReplaceAll(strings.Trim(m["VERSION"], ")"), " (", "-")
		} else {
			d.Ecosystem = with("openEuler", d.VersionID)
		}
	}
	return d
}

// ecosystemOf is the ecosystem of a distribution's packages: OSV's name, or, where OSV has none, the distribution's own,
// so that the advisories that are missing can be named.
func ecosystemOf(d *inventory.Distro, kind string) string {
	switch {
	case d == nil:
		return map[string]string{"deb": "Debian", "apk": "Alpine", "rpm": "rpm"}[kind]
	case d.Ecosystem != "":
		return d.Ecosystem
	case d.VersionID != "":
		return d.ID + ":" + d.VersionID
	}
	return d.ID
}
