package document

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
)

// readXML reads CycloneDX as XML, and SPDX as RDF in XML.
func readXML(r *bufio.Reader, b *builder) error {
	x := &xmlReader{Decoder: xml.NewDecoder(r), b: b}
	x.Strict = true
	x.CharsetReader = charset
	err := x.document()
	if err == nil {
		return nil
	}
	var known *clierr.Error
	if errors.As(err, &known) {
		return err
	}
	line, _ := x.InputPos()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		line, err = syntax.Line, errors.New(syntax.Msg)
		if syntax.Msg == "unexpected EOF" {
			err = io.ErrUnexpectedEOF
		}
	}
	return &placed{line: line, err: err}
}

type xmlReader struct {
	*xml.Decoder
	b *builder
}

// namespace is that of all CycloneDX versions, which follow it.
const namespace = "http://cyclonedx.org/schema/bom/"

func (x *xmlReader) document() error {
	root, err := x.root()
	if err != nil {
		return err
	}
	if root.Name == rdfRoot {
		return x.rdf()
	}
	version, ok := strings.CutPrefix(root.Name.Space, namespace)
	if root.Name.Local != "bom" || !ok {
		return clierr.Input(x.b.inv.Target, "this XML is not an SBOM: its root is %q in %q",
			clip(root.Name.Local), clip(root.Name.Space)).WithHint(formatsHint)
	}
	if err := cycloneDXVersion(x.b.inv.Target, version); err != nil {
		return err
	}
	return x.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "metadata":
			return x.children(func(e xml.StartElement) error {
				if e.Name.Local != "component" {
					return x.Skip()
				}
				c, err := x.component(e, 1)
				if err == nil && c.kind == "operating-system" {
					x.b.distro(c)
				}
				return err
			})
		case "components":
			return x.components(0)
		case "compositions":
			return x.compositions()
		}
		return x.Skip()
	})
}

func (x *xmlReader) compositions() error {
	incomplete := false
	err := x.children(func(xml.StartElement) error {
		return x.children(func(e xml.StartElement) error {
			if e.Name.Local != "aggregate" {
				return x.Skip()
			}
			s, err := x.text()
			incomplete = incomplete || isIncomplete(s)
			return err
		})
	})
	x.b.incomplete(incomplete)
	return err
}

func (x *xmlReader) root() (xml.StartElement, error) {
	for {
		t, err := x.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return xml.StartElement{}, err
		}
		if e, ok := t.(xml.StartElement); ok {
			return e, nil
		}
	}
}

// children calls f for each element inside the current one, up to its end; f must read the element to its end.
func (x *xmlReader) children(f func(xml.StartElement) error) error {
	for {
		t, err := x.Token()
		if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			if err := f(e); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text reads the current element to its end and returns its text; elements inside it are passed over.
func (x *xmlReader) text() (string, error) {
	var s strings.Builder
	for {
		t, err := x.Token()
		if err != nil {
			return "", err
		}
		switch e := t.(type) {
		case xml.CharData:
			if s.Len() < maxText {
				s.Write(e)
			}
		case xml.StartElement:
			if err := x.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return strings.TrimSpace(s.String()), nil
		}
	}
}

func (x *xmlReader) components(depth int) error {
	if depth > maxNesting {
		return errDeep
	}
	return x.children(func(e xml.StartElement) error {
		if e.Name.Local != "component" {
			return x.Skip()
		}
		c, err := x.component(e, depth)
		if err != nil {
			return err
		}
		return x.b.add(c)
	})
}

func (x *xmlReader) component(e xml.StartElement, depth int) (*component, error) {
	c := &component{kind: attr(e, "type")}
	err := x.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "group":
			c.group, err = x.text()
		case "name":
			c.name, err = x.text()
		case "version":
			c.version, err = x.text()
		case "purl":
			c.purl, err = x.text()
		case "cpe":
			c.cpe, err = x.text()
		case "scope":
			c.scope, err = x.text()
		case "licenses":
			err = x.licences(c)
		case "properties":
			err = x.children(func(e xml.StartElement) error {
				value, err := x.text()
				c.property(attr(e, "name"), func() string { return x.b.intern(value) })
				return err
			})
		case "evidence":
			err = x.evidence(c)
		case "components":
			err = x.components(depth + 1)
		default:
			err = x.Skip()
		}
		return err
	})
	return c, err
}

func (x *xmlReader) licences(c *component) error {
	add := func() error {
		s, err := x.text()
		if s != "" {
			c.licences = append(c.licences, x.b.intern(s))
		}
		return err
	}
	return x.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "expression":
			return add()
		case "license":
			return x.children(func(e xml.StartElement) error {
				if e.Name.Local == "id" || e.Name.Local == "name" {
					return add()
				}
				return x.Skip()
			})
		}
		return x.Skip()
	})
}

func (x *xmlReader) evidence(c *component) error {
	return x.children(func(e xml.StartElement) error {
		if e.Name.Local != "occurrences" {
			return x.Skip()
		}
		return x.children(func(xml.StartElement) error {
			return x.children(func(e xml.StartElement) error {
				if e.Name.Local != "location" {
					return x.Skip()
				}
				s, err := x.text()
				if s != "" {
					c.paths = append(c.paths, s)
				}
				return err
			})
		})
	})
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
