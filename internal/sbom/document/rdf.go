package document

import (
	"encoding/xml"
	"strings"
)

// SPDX as RDF/XML: what SPDX's own Java and Python tools write. A package is an element of its own, inside whatever
// element first speaks of it, so that packages stand within packages; elsewhere it is named by rdf:about or rdf:nodeID.

const (
	rdfSpace  = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	spdxSpace = "http://spdx.org/rdf/terms#"
)

var rdfRoot = xml.Name{Space: rdfSpace, Local: "RDF"}

// rdfReader keeps what is known of the document so far.
type rdfReader struct {
	*xmlReader
	version string
	seen    map[string]bool // packages that were told
}

func (x *xmlReader) rdf() error {
	r := &rdfReader{xmlReader: x, seen: map[string]bool{}}
	start := len(x.b.inv.Packages)
	if err := r.elements(0); err != nil {
		return err
	}
	if err := spdxVersion(x.b.inv.Target, r.version); err != nil {
		return err
	}
	x.b.subject(start)
	return nil
}

// elements looks for packages inside the current element, whatever it is.
func (r *rdfReader) elements(depth int) error {
	if depth > 8*maxNesting {
		return errDeep
	}
	return r.children(func(e xml.StartElement) error {
		if e.Name == (xml.Name{Space: spdxSpace, Local: "Package"}) {
			return r.pkg(e, depth+1)
		}
		if e.Name == (xml.Name{Space: spdxSpace, Local: "Relationship"}) {
			return r.relationship(depth + 1)
		}
		if e.Name.Space == spdxSpace && (e.Name.Local == "specVersion" || e.Name.Local == "spdxVersion") {
			v, err := r.text()
			if !strings.HasPrefix(v, "SPDX-") {
				v = "SPDX-" + v
			}
			r.version = v
			return err
		}
		return r.elements(depth + 1)
	})
}

// relationship reads what the document is about; the package may stand inside.
func (r *rdfReader) relationship(depth int) error {
	var kind, to string
	err := r.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "relationshipType":
			kind = fragment(resource(e))
		case "relatedSpdxElement":
			if to = resource(e); to != "" {
				break
			}
			return r.children(func(e xml.StartElement) error {
				if to = about(e); e.Name.Local == "Package" && e.Name.Space == spdxSpace {
					return r.pkg(e, depth+1)
				}
				return r.elements(depth + 1)
			})
		}
		return r.elements(depth + 1)
	})
	if kind == "relationshipType_describes" {
		r.b.describes(to)
	}
	return err
}

func (r *rdfReader) pkg(e xml.StartElement, depth int) error {
	p := &spdxPackage{id: about(e)}
	err := r.children(func(e xml.StartElement) (err error) {
		if e.Name.Space != spdxSpace {
			return r.elements(depth + 1)
		}
		switch e.Name.Local {
		case "name":
			p.name, err = r.text()
		case "versionInfo":
			p.version, err = r.text()
		case "sourceInfo":
			var s string
			s, err = r.text()
			p.sourceInfo(s)
		case "primaryPackagePurpose":
			p.purpose = strings.ToUpper(strings.TrimPrefix(fragment(resource(e)), "purpose_"))
			err = r.Skip()
		case "licenseDeclared", "licenseConcluded":
			if l := resource(e); strings.Contains(l, "spdx.org/licenses/") && len(p.licences) == 0 {
				p.licences = []string{l[strings.LastIndexByte(l, '/')+1:]}
			}
			err = r.elements(depth + 1)
		case "externalRef":
			err = r.children(func(e xml.StartElement) error { return r.reference(e, p) })
		default:
			err = r.elements(depth + 1)
		}
		return err
	})
	if err != nil || p.name == "" && p.purl == "" || r.seen[p.id] {
		return err
	}
	if p.id != "" && len(r.seen) < maxPackages {
		r.seen[p.id] = true
	}
	return r.b.addSPDX(p)
}

// reference reads one external reference of a package.
func (r *rdfReader) reference(e xml.StartElement, p *spdxPackage) error {
	if e.Name.Local != "ExternalRef" {
		return r.Skip()
	}
	var kind, locator string
	err := r.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "referenceType":
			if kind = resource(e); kind == "" {
				err = r.children(func(e xml.StartElement) error {
					kind = about(e)
					return r.Skip()
				})
				return err
			}
			err = r.Skip()
		case "referenceLocator":
			locator, err = r.text()
		default:
			err = r.Skip()
		}
		return err
	})
	p.ref(kind, locator)
	return err
}

func fragment(s string) string { return s[strings.LastIndexAny(s, "#/")+1:] }

func resource(e xml.StartElement) string { return rdfAttr(e, "resource") }

// about is the address of a node, or its name within the document.
func about(e xml.StartElement) string {
	for _, name := range []string{"about", "nodeID", "ID"} {
		if s := rdfAttr(e, name); s != "" {
			return s
		}
	}
	return ""
}

func rdfAttr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == rdfSpace && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
