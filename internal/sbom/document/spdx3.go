package document

import (
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// SPDX 3 is a list of elements, in any order, that name one another. What follows reads it as JSON-LD in the compact
// form that the specification prescribes.

// spdx3 gathers what has to be joined when all is read.
type spdx3 struct {
	packages map[string]int    // by id: the index among the builder's packages
	licences map[string]string // by id: the expression
	declared [][2]string       // package, licence
}

// element is one element of any class; only what some class needs is kept.
type element struct {
	spdxPackage
	class      string
	context    string // of an annotation or relationship: what it is about
	relation   string
	to         []string
	expression string
	statement  string
	roots      []string
}

func (c cursor) spdx3Graph(b *builder, g *spdx3) error {
	return c.array(func() error {
		var e element
		if err := c.object(func(key string) error { return c.spdx3Field(b, &e, key) }); err != nil {
			return err
		}
		return b.addElement(&e, g)
	})
}

// spdx3Field reads one field of an element. The profile may stand before the name or not.
func (c cursor) spdx3Field(b *builder, e *element, key string) (err error) {
	var text *string
	switch field := shortName(key); field {
	case "type":
		e.class, err = c.interned(b)
		e.class = shortName(e.class)
		return err
	case "spdxId", "id":
		text = &e.id
	case "name":
		text = &e.name
	case "packageVersion":
		text = &e.version
	case "packageUrl":
		text = &e.purl
	case "primaryPurpose":
		e.purpose, err = c.interned(b)
		e.purpose = strings.ToUpper(shortName(e.purpose))
		return err
	case "licenseExpression":
		text = &e.expression
	case "from", "subject":
		text = &e.context
	case "relationshipType":
		text = &e.relation
	case "statement":
		text = &e.statement
	case "sourceInfo":
		s, err := c.text()
		e.sourceInfo(s)
		return err
	case "to", "rootElement":
		list := &e.to
		if field == "rootElement" {
			list = &e.roots
		}
		return c.texts(list)
	case "externalIdentifier":
		return c.spdx3Identifiers(b, &e.spdxPackage)
	default:
		return c.skip()
	}
	s, err := c.text()
	*text = s
	return err
}

func (c cursor) spdx3Identifiers(b *builder, p *spdxPackage) error {
	return c.array(func() error {
		var kind, value string
		err := c.object(func(key string) (err error) {
			switch shortName(key) {
			case "externalIdentifierType":
				kind, err = c.interned(b)
			case "identifier":
				value, err = c.text()
			default:
				err = c.skip()
			}
			return err
		})
		switch shortName(kind) {
		case "packageUrl", "purl":
			p.ref("purl", value)
		case "cpe23", "cpe22":
			p.ref("cpe23Type", value)
		}
		return err
	})
}

// texts reads a string, or an array of them, which is bounded.
func (c cursor) texts(list *[]string) error {
	take := func() error {
		s, err := c.text()
		if s != "" && len(*list) < 1000 {
			*list = append(*list, s)
		}
		return err
	}
	if c.PeekKind() != '[' {
		return take()
	}
	return c.array(take)
}

// shortName takes the profile or the address off a name: software_packageVersion,
// https://…/terms/Software/packageVersion.
func shortName(s string) string {
	if i := strings.LastIndexAny(s, "/#"); i >= 0 {
		s = s[i+1:]
	}
	if i := strings.LastIndexByte(s, '_'); i >= 0 {
		s = s[i+1:]
	}
	return strings.TrimPrefix(s, "@")
}

func (b *builder) addElement(e *element, g *spdx3) error {
	switch e.class {
	case "Package", "AIPackage", "DatasetPackage":
		if e.class == "Package" && e.purpose == "OPERATINGSYSTEM" {
			e.purpose = "OPERATING-SYSTEM"
		}
		n := len(b.inv.Packages)
		if err := b.addSPDX(&e.spdxPackage); err != nil {
			return err
		}
		if len(b.inv.Packages) > n && len(g.packages) < maxPackages {
			g.packages[e.id] = n
		}
	case "File":
		b.files++
	case "LicenseExpression":
		if len(g.licences) < maxPackages {
			g.licences[e.id] = e.expression
		}
	case "Relationship", "LifecycleScopedRelationship":
		if e.relation == "hasDeclaredLicense" && len(e.to) == 1 && len(g.declared) < maxPackages {
			g.declared = append(g.declared, [2]string{e.context, e.to[0]})
		}
	case "SpdxDocument", "Sbom":
		for _, id := range e.roots {
			b.describes(id)
		}
	}
	return nil
}

// join gives the packages their licences.
func (g *spdx3) join(ps []inventory.Package) {
	for _, d := range g.declared {
		i, ok := g.packages[d[0]]
		if l := splitLicences(g.licences[d[1]]); ok && len(ps[i].Licences) == 0 && len(l) > 0 {
			ps[i].Licences = l
		}
	}
}
