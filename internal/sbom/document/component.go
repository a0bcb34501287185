package document

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// component is a package as a document describes it, before what its tool left unsaid is derived.
type component struct {
	kind, group, name, version, purl, cpe, scope string
	licences                                     []string
	paths                                        []string
	layer                                        string
	dev                                          bool
	size                                         int64 // as syft has it: of Debian's packages in KiB, of others in bytes
	source                                       sourceParts
	own                                          []inventory.Property // drydock's own
	distro                                       inventory.Distro     // of operating systems
}

// sourceParts is a distribution's source package as tools tell it, in one piece or in several.
type sourceParts struct{ name, version, release, epoch string }

func (s sourceParts) full() string {
	v := s.version
	if s.release != "" {
		v += "-" + s.release
	}
	if s.epoch != "" && s.epoch != "0" && !strings.Contains(v, ":") {
		v = s.epoch + ":" + v
	}
	return v
}

// property takes over a CycloneDX property that says something of the package. Names are those of drydock, syft, trivy
// (which cdxgen uses for images, without the prefix) and the CycloneDX npm tools.
func (c *component) property(name string, value func() string) {
	switch {
	case strings.HasPrefix(name, inventory.PropertyPrefix):
		switch v := value(); name {
		case inventory.PropertyPrefix + "path":
			c.paths = append(c.paths, v)
		case inventory.PropertyPrefix + "distro:codename":
			c.distro.Codename = v
		default:
			c.own = append(c.own, inventory.Property{Name: name, Value: v})
		}
		return
	case strings.HasPrefix(name, "syft:location:0:"):
		if name == "syft:location:0:path" {
			c.paths = append(c.paths, strings.TrimPrefix(value(), "/"))
		} else if name == "syft:location:0:layerID" {
			c.layer = value()
		}
		return
	}
	switch name {
	case "syft:metadata:source", "syft:metadata:originPackage":
		c.source.name = value()
	case "syft:metadata:installedSize", "syft:metadata:size":
		c.size, _ = strconv.ParseInt(value(), 10, 48)
	case "syft:metadata:sourceVersion":
		c.source.version = value()
	case "syft:distro:versionCodename":
		c.distro.Codename = value()
	case "aquasecurity:trivy:LayerDiffID":
		c.layer = value()
	case "aquasecurity:trivy:FilePath", "SrcFile":
		c.paths = append(c.paths, strings.TrimPrefix(value(), "/"))
	case "cdx:npm:package:development":
		c.dev = value() == "true"
	case "aquasecurity:trivy:SrcName", "SrcName":
		c.source.name = value()
	case "aquasecurity:trivy:SrcVersion", "SrcVersion":
		c.source.version = value()
	case "aquasecurity:trivy:SrcRelease", "SrcRelease":
		c.source.release = value()
	case "aquasecurity:trivy:SrcEpoch", "SrcEpoch":
		c.source.epoch = value()
	}
}

// builder collects components into an inventory.
type builder struct {
	inv       *inventory.Inventory
	names     map[string]string // strings that repeat: one copy each
	ids       map[string]int    // SPDX id of a package: its index
	unmatched int               // packages without a package URL
	odd       int               // package URLs that are none
	first     string            // of unmatched and odd
}

// add takes a component over. Files, containers and the like are no packages.
func (b *builder) add(c *component) error {
	switch c.kind {
	case "library", "framework", "application", "firmware", "":
	case "operating-system":
		b.distro(c)
		return nil
	default:
		return nil
	}
	if c.purl == "" && (c.kind == "application" || c.name == "" || c.version == "") {
		return nil // a lockfile, the project itself: nothing to match
	}
	if strings.HasPrefix(c.purl, "pkg:oci/") || strings.HasPrefix(c.purl, "pkg:docker/") {
		return nil
	}
	if len(b.inv.Packages) >= maxPackages {
		return fmt.Errorf("more than %d packages", maxPackages)
	}
	b.inv.Packages = append(b.inv.Packages, b.pkg(c))
	return nil
}

func (b *builder) pkg(c *component) inventory.Package {
	p := inventory.Package{
		Name: c.name, Version: c.version, PURL: c.purl, CPE: c.cpe, Layer: c.layer, Paths: c.paths, Licences: c.licences,
		Dev: c.dev || c.scope == "excluded", Source: inventory.Source{Name: c.source.name, Version: c.source.full()},
	}
	if c.group != "" && c.purl == "" {
		p.Name = c.group + "/" + c.name
	}
	switch err := fromPURL(&p, c.purl); {
	case c.purl == "":
		b.unmatched++
		b.setFirst(c.name)
	case err != nil:
		b.odd++
		b.setFirst(c.purl)
	}
	if strings.HasPrefix(c.purl, "pkg:deb/") {
		c.size <<= 10
	}
	p.SetInstalledSize(c.size, nil)
	for _, o := range c.own {
		p.SetProperty(o.Name, b.intern(o.Value))
	}
	p.Ecosystem, p.Layer = b.intern(p.Ecosystem), b.intern(p.Layer)
	if p.Source.Name == "" {
		p.Source = inventory.Source{}
	} else if p.Source.Version == "" {
		p.Source.Version = p.Version
	}
	return p
}

func (b *builder) setFirst(s string) {
	if b.first == "" {
		b.first = s
	}
}

func (b *builder) distro(c *component) {
	if b.inv.Distro != nil {
		return
	}
	d := c.distro
	d.ID, d.VersionID = strings.ToLower(c.name), c.version
	d.Ecosystem = distroEcosystem(d.ID, d.VersionID)
	b.inv.Distro = &d
}

// intern returns one copy of strings that repeat from package to package.
func (b *builder) intern(s string) string {
	if t, ok := b.names[s]; ok {
		return t
	}
	if len(b.names) < 10_000 {
		b.names[s] = s
	}
	return s
}

func (b *builder) finish() *inventory.Inventory {
	b.owners()
	for i := range b.inv.Packages {
		b.inv.Packages[i].Normalize()
	}
	inventory.Sort(b.inv.Packages)
	if b.unmatched > 0 {
		b.problem("%d packages have no package URL: nothing says what they are, and they were not matched (the first is %q)", b.unmatched)
	}
	if b.odd > 0 {
		b.problem("%d package URLs could not be read, and their packages were not matched (the first is %q)", b.odd)
	}
	return b.inv
}

func (b *builder) problem(format string, n int) {
	b.inv.Problems = append(b.inv.Problems, inventory.Problem{Reason: fmt.Sprintf(format, n, b.first)})
}
