package inventory

import (
	"strconv"
	"strings"
)

// Property is one fact of a package that SBOM formats have no field for, under drydock's prefix.
type Property struct{ Name, Value string }

// PropertyPrefix leads the names of drydock's own properties in SBOMs.
const PropertyPrefix = "drydock:"

// Properties returns what an SBOM's own fields do not hold, so that a package read back from it can be matched and
// attributed as before. SetProperty is the inverse.
func (p *Package) Properties() []Property {
	var ps []Property
	add := func(name, value string) {
		if value != "" {
			ps = append(ps, Property{PropertyPrefix + name, value})
		}
	}
	add("ecosystem", p.Ecosystem)
	add("source", p.Source.Name)
	add("sourceVersion", p.Source.Version)
	add("layer", p.Layer)
	add("introducedBy", p.IntroducedBy)
	if p.FromBase != nil {
		add("fromBase", strconv.FormatBool(*p.FromBase))
	}
	add("ownedBy", p.OwnedBy)
	for _, s := range p.Services {
		add("service", s)
	}
	for _, f := range []struct {
		name string
		set  bool
	}{{"dev", p.Dev}, {"direct", p.Direct}, {"range", p.Range}} {
		if f.set {
			add(f.name, "true")
		}
	}
	if p.Line > 0 {
		add("line", strconv.Itoa(p.Line))
	}
	if p.InstalledSize > 0 {
		add("installedSize", strconv.FormatInt(p.InstalledSize, 10))
	}
	return ps
}

// SetProperty takes over one of drydock's own properties, and reports whether it was one.
func (p *Package) SetProperty(name, value string) bool {
	name, ok := strings.CutPrefix(name, PropertyPrefix)
	if !ok {
		return false
	}
	switch name {
	case "ecosystem":
		p.Ecosystem = value
	case "source":
		p.Source.Name = value
	case "sourceVersion":
		p.Source.Version = value
	case "layer":
		p.Layer = value
	case "introducedBy":
		p.IntroducedBy = value
	case "fromBase":
		b := value == "true"
		p.FromBase = &b
	case "ownedBy":
		p.OwnedBy = value
	case "service":
		p.Services = append(p.Services, value)
	case "dev":
		p.Dev = value == "true"
	case "direct":
		p.Direct = value == "true"
	case "range":
		p.Range = value == "true"
	case "line":
		p.Line, _ = strconv.Atoi(value)
	case "installedSize":
		p.SetInstalledSize(strconv.ParseInt(value, 10, 64))
	default:
		return false
	}
	return true
}
