package document

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
)

// component is a package as a document describes it, before what its tool left unsaid is derived.
type component struct {
	kind, group, name, version, purl, cpe, scope string
	licences                                     []string
	paths                                        []string
	layer                                        string
	dev                                          bool
	// it stands for a lockfile that the tool read, and not for a package
	manifest bool
	size     int64 // as syft has it: of Debian's packages in KiB, of others in bytes
	source   sourceParts
	own      []inventory.Property // drydock's own
	distro   inventory.Distro     // of operating systems
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
	case "aquasecurity:trivy:Class":
		c.manifest = true
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
	described map[string]bool   // SPDX ids of what the document is about
	files     int               // components that are a file and nothing more
	images    tally             // container images, which are no packages and may hold many
	nameless  tally             // components that nothing names
	odd       tally             // package URLs that are none
}

// tally counts what could not be taken over, and names the first of it.
type tally struct {
	n     int
	first string
}

func (t *tally) add(name string) {
	if t.n++; t.first == "" {
		t.first = name
	}
}

// add takes a component over: whatever could be a package, judged or not. Files that are only files are counted.
func (b *builder) add(c *component) error {
	bare := c.purl == "" && c.version == "" && c.cpe == ""
	switch {
	case c.kind == "operating-system":
		b.distro(c)
		return nil
	case c.kind == "container", strings.HasPrefix(c.purl, "pkg:oci/"), strings.HasPrefix(c.purl, "pkg:docker/"):
		b.images.add(c.name)
		return nil
	case c.kind == "file" && bare:
		b.files++
		return nil
	case c.kind == "application" && bare && (c.manifest || strings.Contains(c.name, "/")):
		return nil // the lockfile itself
	case c.purl == "" && c.name == "":
		b.nameless.add(c.kind)
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
		Name: c.name, Version: c.version, PURL: c.purl, CPE: c.cpe, Layer: c.layer, Paths: c.paths,
		Licences: c.licences,
		Dev:      c.dev || c.scope == "excluded",
		Source:   inventory.Source{Name: c.source.name, Version: c.source.full()},
	}
	if c.group != "" && c.purl == "" {
		p.Name = c.group + "/" + c.name
	}
	if err := fromPURL(&p, c.purl); err != nil {
		b.odd.add(c.purl)
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

func (b *builder) distro(c *component) {
	if b.inv.Distro != nil {
		return
	}
	d := c.distro
	d.ID, d.VersionID = strings.ToLower(c.name), c.version
	d.Ecosystem, _ = ecosystem.Distribution{
		ID: d.ID, Version: d.VersionID, Codename: d.Codename, Pretty: d.PrettyName}.Name()
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
	for i := range b.inv.Packages {
		b.ofDistro(&b.inv.Packages[i])
	}
	b.owners()
	for i := range b.inv.Packages {
		b.inv.Packages[i].Normalize()
	}
	inventory.Sort(b.inv.Packages)
	b.tell(b.odd, "package URL could not be read, and its package is not judged",
		"package URLs could not be read, and their packages are not judged")
	b.tell(b.nameless, "component has neither a name nor a package URL",
		"components have neither a name nor a package URL")
	b.tell(b.images, "container image is named and was not looked into",
		"container images are named and were not looked into")
	if len(b.inv.Packages) == 0 && b.images.n == 0 {
		b.problem("%s", b.empty())
	}
	return b.inv
}

// empty says what a document without packages has instead.
func (b *builder) empty() string {
	if b.files > 0 {
		return fmt.Sprintf("the SBOM lists no packages, only %d files", b.files)
	}
	return "the SBOM lists no packages"
}

// subject takes out what a document is about where no advisory could speak of it: it is the name for all the rest. A
// document that is about one package keeps it. The document's packages begin at start.
func (b *builder) subject(start int) {
	drop := map[int]bool{}
	for id := range b.described {
		if i, ok := b.ids[id]; ok && i >= start && b.inv.Packages[i].Ecosystem == "" && b.inv.Packages[i].CPE == "" {
			drop[i] = true
		}
	}
	if len(drop) == len(b.inv.Packages)-start {
		return
	}
	kept := b.inv.Packages[:start]
	for i := start; i < len(b.inv.Packages); i++ {
		if !drop[i] {
			kept = append(kept, b.inv.Packages[i])
		}
	}
	b.inv.Packages = kept
}

// identify notes a package's id in its document.
func (b *builder) identify(id string, at int) {
	if id == "" {
		return
	}
	if b.ids == nil {
		b.ids = map[string]int{}
	}
	b.ids[id] = at
}

// ofDistro gives a distribution's package the release that only the document as a whole names.
func (b *builder) ofDistro(p *inventory.Package) {
	kind, _, _ := strings.Cut(strings.TrimPrefix(p.PURL, "pkg:"), "/")
	fallback := map[string]string{"deb": "Debian", "apk": "Alpine", "alpine": "Alpine", "rpm": "rpm"}[kind]
	if fallback == "" {
		return
	}
	if b.inv.Distro != nil && b.inv.Distro.Ecosystem != "" {
		name, release, _ := strings.Cut(p.Ecosystem, ":")
		family, whole, _ := strings.Cut(b.inv.Distro.Ecosystem, ":")
		if p.Ecosystem == "" || name == family && (release == "" || strings.HasPrefix(whole, release+"-")) {
			p.Ecosystem = b.intern(b.inv.Distro.Ecosystem)
		}
	}
	if p.Ecosystem == "" {
		p.Ecosystem = fallback
	}
}

func (b *builder) tell(t tally, one, more string) {
	switch {
	case t.n == 1:
		b.problem("a %s (%q)", one, clip(t.first))
	case t.n > 1:
		b.problem("%d %s (the first is %q)", t.n, more, clip(t.first))
	}
}

func (b *builder) problem(format string, args ...any) {
	b.inv.Problems = append(b.inv.Problems, inventory.Problem{Reason: fmt.Sprintf(format, args...)})
}
