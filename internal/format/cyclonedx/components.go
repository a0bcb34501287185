package cyclonedx

import (
	"cmp"
	"fmt"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// subject is what the document is about: the one image, else what the run was pointed at.
func subject(r *report.Report) *cdx.Component {
	if len(r.Images) == 1 {
		c := imageComponent(&r.Images[0])
		return &c
	}
	return &cdx.Component{BOMRef: "target:" + r.Target, Type: cdx.ComponentTypeApplication,
		Name: cmp.Or(r.Target, "unnamed")}
}

func imageComponent(img *report.Image) cdx.Component {
	digest := cmp.Or(img.Digest, img.ID)
	c := cdx.Component{BOMRef: "image:" + cmp.Or(digest, img.Name), Type: cdx.ComponentTypeContainer,
		Name: cmp.Or(img.Name, "unnamed"), Version: digest}
	var ps []cdx.Property
	add := func(name, value string) {
		if value != "" {
			ps = append(ps, cdx.Property{Name: inventory.PropertyPrefix + name, Value: value})
		}
	}
	add("image:id", img.ID)
	for _, t := range img.Tags {
		add("image:tag", t)
	}
	add("image:os", img.OS)
	add("image:arch", img.Arch)
	add("image:base", img.Base.Name)
	add("image:baseDigest", img.Base.Digest)
	for _, l := range img.Layers {
		add("image:layer", l.DiffID)
	}
	if len(ps) > 0 {
		c.Properties = &ps
	}
	return c
}

// list is the document's components, and where a package URL stands among them.
type list struct {
	all    []cdx.Component
	byPURL map[string][]string // bom-refs
	refs   map[string]bool
}

func components(r *report.Report) *list {
	l := &list{all: make([]cdx.Component, 0, len(r.Packages)+2), byPURL: make(map[string][]string, len(r.Packages)),
		refs: make(map[string]bool, len(r.Packages))}
	if len(r.Images) > 1 {
		for i := range r.Images {
			l.add(imageComponent(&r.Images[i]))
		}
	}
	distros := map[report.Distro]bool{}
	for _, img := range r.Images {
		if d := img.Distro; d.ID != "" && !distros[d] {
			distros[d] = true
			l.add(distroComponent(d))
		}
	}
	for i := range r.Packages {
		l.addPackage(&r.Packages[i])
	}
	for i := range r.Findings {
		if p := r.Findings[i].Package; p != nil && len(l.byPURL[p.PURL]) == 0 {
			l.addPackage(&inventory.Package{Name: p.Name, Version: p.Version, PURL: p.PURL,
				Services: r.Findings[i].Services})
		}
	}
	return l
}

// add appends c under a reference of its own: one package may be installed in several places.
func (l *list) add(c cdx.Component) string {
	ref := c.BOMRef
	for n := 2; l.refs[c.BOMRef]; n++ {
		c.BOMRef = fmt.Sprintf("%s#%d", ref, n)
	}
	l.refs[c.BOMRef] = true
	l.all = append(l.all, c)
	return c.BOMRef
}

func (l *list) addPackage(p *inventory.Package) {
	ref := l.add(packageComponent(p))
	l.byPURL[p.PURL] = append(l.byPURL[p.PURL], ref)
}

func distroComponent(d report.Distro) cdx.Component {
	c := cdx.Component{BOMRef: "os:" + d.ID + "@" + d.Version, Type: cdx.ComponentTypeOS, Name: d.ID,
		Version: d.Version, Description: d.Name}
	if d.Codename != "" {
		c.Properties = &[]cdx.Property{{Name: inventory.PropertyPrefix + "distro:codename", Value: d.Codename}}
	}
	return c
}

func packageComponent(p *inventory.Package) cdx.Component {
	c := cdx.Component{
		BOMRef: cmp.Or(p.PURL, p.Ecosystem+":"+p.Name+"@"+p.Version), Type: cdx.ComponentTypeLibrary,
		Name: cmp.Or(p.Name, "unnamed"), Version: p.Version,
		PackageURL: report.URI(p.PURL), CPE: p.CPE, Licenses: licences(p.Licences),
	}
	if p.Dev {
		c.Scope = cdx.ScopeExcluded
	}
	if ps := p.Properties(); len(ps) > 0 {
		out := make([]cdx.Property, len(ps))
		for i, q := range ps {
			out[i] = cdx.Property{Name: q.Name, Value: q.Value}
		}
		c.Properties = &out
	}
	if len(p.Paths) > 0 {
		at := make([]cdx.EvidenceOccurrence, len(p.Paths))
		for i, path := range p.Paths {
			at[i].Location = path
		}
		c.Evidence = &cdx.Evidence{Occurrences: &at}
	}
	return c
}

// licences are one SPDX expression, or several licences by identifier or, where they are none, by name: the format
// does not allow both.
func licences(ls []string) *cdx.Licenses {
	if len(ls) == 0 {
		return nil
	}
	if len(ls) == 1 && !inventory.IsLicenceID(ls[0]) && inventory.IsLicenceExpression(ls[0]) {
		return &cdx.Licenses{{Expression: ls[0]}}
	}
	out := make(cdx.Licenses, 0, len(ls))
	for _, s := range ls {
		switch {
		case s == "":
		case inventory.IsLicenceID(s):
			out = append(out, cdx.LicenseChoice{License: &cdx.License{ID: s}})
		default:
			out = append(out, cdx.LicenseChoice{License: &cdx.License{Name: s}})
		}
	}
	return &out
}
