package document

import (
	"encoding/json"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// spdxPackage is a component with what only SPDX has.
type spdxPackage struct {
	component
	id        string
	purpose   string
	concluded string
}

// add completes a package from the words that tools put into free text, and takes it over.
func (b *builder) addSPDX(p *spdxPackage) error {
	switch p.purpose {
	case "CONTAINER":
		b.ownDistro(&p.component)
		return nil
	case "FILE", "ARCHIVE", "DEVICE", "SOURCE":
		b.ownDistro(&p.component)
		p.kind = "file"
	case "OPERATING-SYSTEM", "OPERATING_SYSTEM":
		p.kind = "operating-system"
	case "APPLICATION":
		p.kind = "application"
		b.ownDistro(&p.component)
	}
	if len(p.licences) == 0 {
		p.licences = splitLicences(p.concluded)
	}
	n := len(b.inv.Packages)
	if err := b.add(&p.component); err != nil {
		return err
	}
	if len(b.inv.Packages) > n {
		b.identify(p.id, n)
	}
	return nil
}

// ownDistro reads the distribution that drydock notes at the document's subject.
func (b *builder) ownDistro(c *component) {
	os := component{kind: "operating-system", distro: c.distro}
	for _, p := range c.own {
		switch p.Name {
		case inventory.PropertyPrefix + "distro":
			os.name = p.Value
		case inventory.PropertyPrefix + "distro:version":
			os.version = p.Value
		}
	}
	if os.name != "" {
		b.distro(&os)
	}
}

// sourceInfo understands the sentence in which trivy and drydock name the source package, and that in which syft names
// the files that it read ("acquired package info from DPKG DB: /var/lib/dpkg/status, ...").
func (p *spdxPackage) sourceInfo(s string) {
	if rest, ok := strings.CutPrefix(s, "acquired package info from "); ok {
		if _, paths, ok := strings.Cut(rest, ": /"); ok {
			first, _, _ := strings.Cut(paths, ", ")
			p.paths = append(p.paths, first)
		}
		return
	}
	if rest, ok := strings.CutPrefix(s, "built package from: "); ok {
		p.source.name, p.source.version, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
}

// attribution understands the texts in which trivy names the layer, and marks what stands for a lockfile.
func (p *spdxPackage) attribution(s string) {
	if rest, ok := strings.CutPrefix(s, "LayerDiffID: "); ok {
		p.layer = rest
	}
	p.manifest = p.manifest || strings.HasPrefix(s, "Class: ")
}

// annotation understands drydock's own: a JSON array of name and value pairs.
func (p *spdxPackage) annotation(s string) {
	p.attribution(s) // trivy writes there what it wrote as attribution before
	if !strings.HasPrefix(s, `[["`+inventory.PropertyPrefix) {
		return
	}
	var pairs [][2]string
	if json.Unmarshal([]byte(s), &pairs) != nil {
		return
	}
	for _, kv := range pairs {
		p.property(kv[0], func() string { return kv[1] })
	}
}

// ref takes over an external reference. Its kind may be written as the address that defines it.
func (p *spdxPackage) ref(kind, locator string) {
	switch kind[strings.LastIndexAny(kind, "/#")+1:] {
	case "purl":
		if p.purl == "" {
			p.purl = locator
		}
	case "cpe23Type", "cpe22Type":
		if p.cpe == "" {
			p.cpe = locator
		}
	}
}

func (c cursor) spdxPackages(b *builder) error {
	return c.array(func() error {
		var p spdxPackage
		err := c.object(func(key string) (err error) {
			switch key {
			case "name":
				p.name, err = c.text()
			case "SPDXID":
				p.id, err = c.text()
			case "versionInfo":
				p.version, err = c.text()
			case "primaryPackagePurpose":
				p.purpose, err = c.interned(b)
			case "sourceInfo":
				var s string
				s, err = c.text()
				p.sourceInfo(s)
			case "licenseDeclared":
				var s string
				s, err = c.interned(b)
				p.licences = splitLicences(s)
			case "licenseConcluded":
				p.concluded, err = c.interned(b)
			case "externalRefs":
				err = c.spdxRefs(b, &p)
			case "annotations":
				err = c.array(func() error {
					return c.object(func(key string) error {
						if key != "comment" {
							return c.skip()
						}
						s, err := c.text()
						p.annotation(s)
						return err
					})
				})
			case "attributionTexts":
				err = c.array(func() error {
					s, err := c.text()
					p.attribution(s)
					return err
				})
			default:
				err = c.skip()
			}
			return err
		})
		if err != nil {
			return err
		}
		return b.addSPDX(&p)
	})
}

func (c cursor) spdxRefs(b *builder, p *spdxPackage) error {
	return c.array(func() error {
		var kind, locator string
		err := c.object(func(key string) (err error) {
			switch key {
			case "referenceType":
				kind, err = c.interned(b)
			case "referenceLocator":
				locator, err = c.text()
			default:
				err = c.skip()
			}
			return err
		})
		p.ref(kind, locator)
		return err
	})
}

func (c cursor) spdxExtracted(words map[string]string) error {
	return c.array(func() error {
		var id, name, text string
		err := c.object(func(key string) (err error) {
			switch key {
			case "licenseId":
				id, err = c.text()
			case "name":
				name, err = c.text()
			case "extractedText":
				text, err = c.text()
			default:
				err = c.skip()
			}
			return err
		})
		if name == "" || name == "NOASSERTION" {
			name = text
		}
		if id != "" && len(words) < maxPackages {
			words[id] = name
		}
		return err
	})
}

// ownership is how syft says that a distribution's package owns the files of a language's package.
const ownership = "ownership-by-file-overlap"

func (c cursor) spdxRelationships(b *builder) error {
	return c.array(func() error {
		var from, to []byte
		var kind string
		owns := false
		err := c.object(func(key string) (err error) {
			switch key {
			case "relationshipType":
				kind, err = c.interned(b)
				return err
			case "spdxElementId", "relatedSpdxElement":
				v, err := c.raw()
				if key == "spdxElementId" {
					from = append(from[:0], v...)
				} else {
					to = append(to[:0], v...)
				}
				return err
			case "comment":
				v, err := c.raw()
				owns = strings.HasPrefix(string(v), ownership)
				return err
			}
			return c.skip()
		})
		if err == nil && owns {
			b.owns(string(from), string(to))
		}
		b.relates(string(from), kind, string(to))
		return err
	})
}

// relates notes what the document is about.
func (b *builder) relates(from, kind, to string) {
	switch {
	case kind == "DESCRIBES" && from == spdxDocument:
		b.describes(to)
	case kind == "DESCRIBED_BY" && to == spdxDocument:
		b.describes(from)
	}
}

// spdxDocument is how an SPDX document calls itself.
const spdxDocument = "SPDXRef-DOCUMENT"

func (b *builder) describes(id string) {
	if b.described == nil {
		b.described = map[string]bool{}
	}
	if len(b.described) < maxPackages {
		b.described[id] = true
	}
}

// owns notes an owner by the packages' SPDX ids; relationships follow the packages in what tools write.
func (b *builder) owns(owner, owned string) {
	i, ok1 := b.ids[owner]
	j, ok2 := b.ids[owned]
	if ok1 && ok2 && i != j {
		b.inv.Packages[j].OwnedBy = b.inv.Packages[i].Name
	}
}
