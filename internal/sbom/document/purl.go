package document

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
)

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
	switch u.Type {
	case "deb", "apk", "rpm":
		return fromDistroPURL(p, &u)
	case "alpine": // as it was written before apk was agreed on
		u.Type = "apk"
		if u.Namespace == "" {
			u.Namespace = "alpine"
		}
		return fromDistroPURL(p, &u)
	case "generic":
		fromGeneric(p, &u)
		return nil
	}
	name := u.Name
	switch {
	case u.Type == "maven":
		name = u.Namespace + ":" + u.Name
	case u.Namespace != "":
		name = u.Namespace + "/" + u.Name
	}
	if u.Type != "pypi" || !sameName(p.Name, name) {
		p.Name = name
	}
	if p.Ecosystem = ecosystem.OfType(u.Type); p.Ecosystem == "" {
		p.Ecosystem = ecosystem.Other(u.Type)
	}
	switch {
	case p.Ecosystem == "Go" && p.Name != "stdlib":
		// OSV's versions of Go modules have no v; a tool's may.
		p.Version = strings.TrimPrefix(p.Version, "v")
	case p.Ecosystem == "Bitnami":
		p.Version = ecosystem.BitnamiVersion(p.Version)
	}
	return nil
}

// fromGeneric takes a runtime or server that a tool knows by its program for the package that Bitnami publishes
// advisories of; of anything else that is called generic nobody does.
func fromGeneric(p *inventory.Package, u *packageurl.PackageURL) {
	if known := ecosystem.Runtime(u.Namespace, u.Name); known != "" {
		p.Name, p.Ecosystem, p.Version = known, "Bitnami", ecosystem.RuntimeVersion(known, p.Version)
		return
	}
	if p.Name == "" {
		p.Name = u.Name
	}
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
	p.Ecosystem = distroOf(u, distro)
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

// distroOf names the distribution of a package by the qualifier ("debian-12", "opensuse-leap-15.5", "12.5", "jammy"),
// else by the namespace; "" where neither names one.
func distroOf(u *packageurl.PackageURL, distro string) string {
	d := ecosystem.Distribution{ID: u.Namespace, Version: distro}
	if id, version, ok := splitDistro(distro); ok {
		d.ID, d.Version = id, version
	}
	name, _ := d.Name()
	return name
}

// splitDistro splits the qualifier at the hyphen that ends a distribution's name: both parts may hold others.
func splitDistro(s string) (id, version string, ok bool) {
	for i := len(s); i > 0; i = strings.LastIndexByte(s[:i], '-') {
		if !ecosystem.Known(s[:i]) {
			continue
		}
		if i == len(s) {
			return s, "", true
		}
		return s[:i], s[i+1:], true
	}
	if i := strings.LastIndexByte(s, '-'); i > 0 && len(s) > i+1 && '0' <= s[i+1] && s[i+1] <= '9' &&
		!('0' <= s[0] && s[0] <= '9') {
		return s[:i], s[i+1:], true // a distribution that the table does not have
	}
	return "", "", false
}
