package sbom

import (
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/debian"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/distro"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// composer lays the facts of an image's layers over one another and tells what the image holds.
type composer struct {
	img    *inventory.Image
	layers []*layerFacts // as the image has them; nil where one could not be read
	view   *view
	// since tells, for each distribution's database and each package in it, from which layer on it has been there.
	since map[string]map[string]int

	inv      *inventory.Inventory
	owner    map[string]string // path -> distribution package
	language map[string]string // path -> language package
	licences map[string][]string
	runtimes []extract.Runtime
	roots    map[string]bool // folders of installed npm packages and gems
	explains []string        // folders whose programs some package explains
}

func compose(img *inventory.Image, layers []*layerFacts) *inventory.Inventory {
	c := &composer{img: img, layers: layers, view: newView(layers), since: map[string]map[string]int{},
		owner: map[string]string{}, language: map[string]string{}, licences: map[string][]string{},
		roots: map[string]bool{},
		inv:   &inventory.Inventory{Target: img.Name, Image: img}}
	c.view.gone = func(p string) { delete(c.since, p) }
	for i, f := range layers {
		if f == nil {
			continue
		}
		previous := c.databases(f)
		c.view.put(i, f)
		c.date(i, f, previous)
		c.inv.Files += f.Entries
		c.inv.Bytes += f.Bytes
		c.inv.Size += f.Size
	}
	c.inv.Distro = c.distro()
	c.owners()
	c.packages()
	c.problems()
	c.missing()
	c.inv.Packages = merge(c.inv.Packages)
	c.inv.Completeness = c.completeness()
	c.inv.Waste = waste(layers)
	c.inv.Secrets = secretsOf(layers)
	c.unread()
	c.dark()
	sortProblems(c.inv.Problems)
	return c.inv
}

// databases remembers what is known of the databases that a layer is about to replace.
func (c *composer) databases(f *layerFacts) map[string]map[string]int {
	previous := map[string]map[string]int{}
	for i := range f.Files {
		if p := f.Files[i].Path; f.Files[i].DB != nil && c.since[p] != nil {
			previous[p] = c.since[p]
		}
	}
	return previous
}

// date notes from which layer on each package of a layer's databases has been there: a database is written anew with
// every package, so that the layer which holds it says nothing about the others in it.
func (c *composer) date(n int, f *layerFacts, previous map[string]map[string]int) {
	for i := range f.Files {
		ff := &f.Files[i]
		if ff.DB == nil {
			continue
		}
		m := make(map[string]int, len(ff.DB.Packages))
		for j := range ff.DB.Packages {
			k := ff.DB.Packages[j].Key()
			m[k] = n
			if old, ok := previous[ff.Path][k]; ok {
				m[k] = old
			}
		}
		c.since[ff.Path] = m
	}
}

// seen calls fn for each file fact that the finished image shows.
func (c *composer) seen(fn func(n int, f *extract.Facts)) {
	for n, l := range c.layers {
		if l == nil {
			continue
		}
		for i := range l.Files {
			if at, ok := c.view.layer[l.Files[i].Path]; ok && at == n {
				fn(n, &l.Files[i])
			}
		}
	}
}

func (c *composer) distro() *inventory.Distro {
	var etc, usr *inventory.Distro
	c.seen(func(_ int, f *extract.Facts) {
		if f.OS == nil {
			return
		}
		if f.Path == "etc/os-release" {
			etc = distro.Of(f.OS)
		} else {
			usr = distro.Of(f.OS)
		}
	})
	if etc != nil {
		return etc
	}
	return usr
}

// owners tells which package installed each path that matters. The lists may name a path by way of a link.
func (c *composer) owners() {
	c.seen(func(_ int, f *extract.Facts) {
		if f.DB != nil && f.DB.Kind == "copyright" {
			for _, p := range f.DB.Packages {
				c.licences[p.Name] = p.Licences
			}
		}
		for _, o := range f.Owns {
			to := c.owner
			if f.Language {
				to = c.language
			}
			for _, p := range o.Paths {
				if p = c.view.resolve(p); c.matters(p) {
					to[p] = o.Owner
				}
			}
		}
	})
}

func (c *composer) matters(p string) bool {
	_, ok := c.view.layer[p]
	return ok
}

// place fills in where a package came from.
func (c *composer) place(p *inventory.Package, n int) {
	if n < len(c.img.Layers) {
		l := &c.img.Layers[n]
		p.Layer, p.IntroducedBy, p.FromBase = l.DiffID, l.CreatedBy, l.FromBase
	}
}

func (c *composer) packages() {
	c.seen(func(n int, f *extract.Facts) {
		if f.DB != nil && f.DB.Kind != "copyright" {
			c.distroPackages(f)
		}
		if f.Unless != "" && c.matters(f.Unless) {
			return
		}
		if f.Explains != "" {
			c.explains = append(c.explains, f.Explains)
		}
		owner := c.owner[f.Path]
		for _, p := range f.Packages {
			c.place(&p, n)
			p.OwnedBy = owner
			c.inv.Packages = append(c.inv.Packages, p)
		}
		if len(f.Packages) > 0 {
			c.root(f.Path)
		}
		if r := f.Runtime; r != nil && owner == "" {
			c.runtime(n, f.Path, r)
		}
	})
}

func (c *composer) distroPackages(f *extract.Facts) {
	eco := distro.EcosystemOf(c.inv.Distro, f.DB.Kind)
	for i := range f.DB.Packages {
		d := &f.DB.Packages[i]
		p := inventory.Package{Name: d.Name, Version: d.Version, Ecosystem: eco, Source: d.Source,
			Licences: slices.Clone(d.Licences),
			PURL:     distro.PURL(f.DB.Kind, c.inv.Distro, d), Paths: []string{f.Path}, InstalledSize: d.Size}
		if len(p.Licences) == 0 {
			p.Licences = append(p.Licences, c.licences[d.Name]...)
		}
		for _, name := range d.Needs {
			p.Requires = append(p.Requires, inventory.Requirement{Name: name})
		}
		c.place(&p, c.since[f.Path][d.Key()])
		c.inv.Packages = append(c.inv.Packages, p)
		if r := distro.VendorRuntime(d); r != nil && f.DB.Kind == "deb" {
			c.vendor(p, r)
		}
	}
}

// vendor adds the server that a maker's own package installs. It explains no files: its package owns them.
func (c *composer) vendor(by inventory.Package, r *extract.Runtime) {
	p := extract.NewPackage(ecosystem.Bitnami, r.Name, r.Version)
	p.Paths, p.Layer, p.IntroducedBy, p.FromBase = by.Paths, by.Layer, by.IntroducedBy, by.FromBase
	c.inv.Packages = append(c.inv.Packages, p)
}

// root notes the folder that an installed package fills, below which its libraries are explained.
func (c *composer) root(p string) {
	switch {
	case strings.HasSuffix(p, "/package.json"):
		c.roots[strings.TrimSuffix(p, "/package.json")] = true
	// specifications/NAME-1.0.gemspec, gems/NAME-1.0, extensions/PLATFORM/ABI/NAME-1.0
	case strings.HasSuffix(p, ".gemspec"):
		if dir, base, ok := strings.Cut(p, "/specifications/"); ok {
			base = strings.TrimSuffix(base[strings.LastIndexByte(base, '/')+1:], ".gemspec")
			c.roots[dir+"/gems/"+base] = true
			c.roots[dir+"/extensions/*/"+base] = true
		}
	}
}

// runtime adds a runtime, once for each folder that it was installed below: the header file and the program tell of the
// same.
func (c *composer) runtime(n int, path string, r *extract.Runtime) {
	known := slices.Contains(c.runtimes, *r)
	if !known {
		c.runtimes = append(c.runtimes, *r)
	}
	if known || c.explainedByFolder(path) { // Bitnami's own word on it stands beside
		for j := range c.inv.Packages {
			p := &c.inv.Packages[j]
			if p.Ecosystem != ecosystem.Bitnami || p.Name != r.Name || p.Version != r.Version {
				continue
			}
			if known = true; !slices.Contains(p.Paths, path) {
				p.Paths = append(p.Paths, path)
				sort.Strings(p.Paths)
			}
		}
	}
	if known {
		return
	}
	p := extract.NewPackage(ecosystem.Bitnami, r.Name, r.Version)
	p.Paths = []string{path}
	c.place(&p, n)
	c.inv.Packages = append(c.inv.Packages, p)
}

// problems tells what could not be read of what is still to be seen.
func (c *composer) problems() {
	for n, l := range c.layers {
		if l == nil {
			continue
		}
		for _, p := range l.Problems {
			p.Layer = c.diffID(n)
			c.inv.Problems = append(c.inv.Problems, p)
		}
	}
	c.seen(func(n int, f *extract.Facts) {
		if f.Err != "" {
			c.inv.Problems = append(c.inv.Problems, inventory.Problem{Path: f.Path, Layer: c.diffID(n), Reason: f.Err,
				Database: distro.IsDatabase(f.Path)})
		}
	})
	sortProblems(c.inv.Problems)
}

func (c *composer) diffID(n int) string {
	if n < len(c.img.Layers) {
		return c.img.Layers[n].DiffID
	}
	return ""
}

// missing tells of a package database that ought to be there: the image holds the tool that writes it, or lists of
// files that it wrote, but no package in it.
func (c *composer) missing() {
	count := map[string]int{}
	has := map[string]bool{}
	c.seen(func(_ int, f *extract.Facts) {
		if f.DB != nil {
			count[f.DB.Kind] += len(f.DB.Packages)
		}
		if f.Marker || len(f.Owns) > 0 && debian.IsList(f.Path) {
			has[f.Path[strings.LastIndexByte(f.Path, '/')+1:]] = true
			has[".list"] = has[".list"] || strings.HasSuffix(f.Path, ".list")
		}
	})
	for _, m := range []struct {
		kind, path string
		expected   bool
	}{
		{"deb", "var/lib/dpkg/status", has["dpkg"] || has[".list"]},
		{"apk", "lib/apk/db/installed", has["apk"]},
		{"rpm", "var/lib/rpm", has["rpm"] && !has["dpkg"] && !has["apk"]},
	} {
		if m.expected && count[m.kind] == 0 {
			c.inv.Problems = append(c.inv.Problems, inventory.Problem{Path: m.path, Missing: true,
				Reason: "the package database is missing or empty, though the image was made with it: what it holds " +
					"cannot be told"})
		}
	}
	sortProblems(c.inv.Problems)
}
