package document

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/drydock/drydock/internal/clierr"
)

// readJSON reads either family: which one it is stands in the object itself, in any order.
func readJSON(r *bufio.Reader, b *builder) error {
	c := cursor{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	var format, cdx, spdx string
	extracted := map[string]string{}
	err := c.object(func(key string) (err error) {
		switch key {
		case "bomFormat":
			format, err = c.text()
		case "specVersion":
			cdx, err = c.text()
		case "spdxVersion":
			spdx, err = c.text()
		case "@context":
			spdx = "SPDX-3"
			err = c.skip()
		case "metadata":
			err = c.metadata(b)
		case "components":
			err = c.components(b, 0)
		case "packages":
			err = c.spdxPackages(b)
		case "hasExtractedLicensingInfos":
			err = c.spdxExtracted(extracted)
		case "relationships":
			err = c.spdxRelationships(b)
		default:
			err = c.skip()
		}
		return err
	})
	if err == nil {
		err = c.end()
	}
	if err != nil {
		return c.placed(err)
	}
	switch {
	case format == "CycloneDX" || cdx != "" && spdx == "":
		if !known(cdx, "1.2", "1.3", "1.4", "1.5", "1.6", "1.7") {
			return clierr.Input(b.inv.Target, "CycloneDX %q is not a version that can be read", cdx).WithHint(formatsHint)
		}
	case spdx != "":
		if !known(spdx, "SPDX-2.2", "SPDX-2.3") {
			return clierr.Input(b.inv.Target, "%q is not a version of SPDX that can be read", spdx).WithHint(formatsHint)
		}
	default:
		return clierr.Input(b.inv.Target, "this JSON is neither CycloneDX nor SPDX: it has neither bomFormat nor spdxVersion").WithHint(formatsHint)
	}
	b.nameLicences(extracted)
	return nil
}

func known(v string, versions ...string) bool {
	for _, k := range versions {
		if v == k {
			return true
		}
	}
	return false
}

// cursor walks a JSON text value by value. A value of another kind than expected is passed over: documents in the wild
// bend their schemas, and one odd field is no reason to lose the rest.
type cursor struct{ *jsontext.Decoder }

// object calls f with each name of the next value if it is an object; f must read the name's value.
func (c cursor) object(f func(key string) error) error {
	if c.PeekKind() != '{' {
		return c.skip()
	}
	if _, err := c.ReadToken(); err != nil {
		return err
	}
	for c.PeekKind() == '"' {
		v, err := c.ReadValue()
		if err != nil {
			return err
		}
		if err := f(fieldName(v)); err != nil {
			return err
		}
	}
	_, err := c.ReadToken()
	return err
}

// array calls f for each element of the next value if it is an array; f must read the element.
func (c cursor) array(f func() error) error {
	if c.PeekKind() != '[' {
		return c.skip()
	}
	if _, err := c.ReadToken(); err != nil {
		return err
	}
	for k := c.PeekKind(); k != ']'; k = c.PeekKind() {
		if k == jsontext.KindInvalid {
			break // the next read tells why
		}
		if err := f(); err != nil {
			return err
		}
	}
	_, err := c.ReadToken()
	return err
}

// text returns the next value if it is a string of bearable length, else "".
func (c cursor) text() (string, error) {
	v, err := c.raw()
	return string(v), err
}

// raw is text without a copy: the bytes are good until the next read.
func (c cursor) raw() ([]byte, error) {
	v, err := c.ReadValue()
	if err != nil || v.Kind() != '"' || len(v) > maxText {
		return nil, err
	}
	return unquote(v), nil
}

func (c cursor) skip() error { return c.SkipValue() }

// end makes sure that nothing follows the document.
func (c cursor) end() error {
	if _, err := c.ReadToken(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("something follows the end of the document")
		}
		return err
	}
	return nil
}

// placed gives err its offset.
func (c cursor) placed(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		what := syntax.Err
		if what == nil {
			what = errors.New("not JSON")
		}
		if syntax.JSONPointer != "" {
			what = fmt.Errorf("%w, in %s", what, clip(string(syntax.JSONPointer)))
		}
		return &placed{offset: syntax.ByteOffset, err: what}
	}
	return &placed{offset: c.InputOffset(), err: err}
}

// clip bounds a foreign text in an error.
func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

// unquote returns the string that a JSON string stands for; without escapes, which is the rule, it is a part of v.
func unquote(v jsontext.Value) []byte {
	for _, c := range v {
		if c == '\\' || c >= 0x80 {
			s, _ := jsontext.AppendUnquote(nil, v) // the decoder has found v to be a string
			return s
		}
	}
	return v[1 : len(v)-1]
}

// fieldName is unquote for names; those that the readers look for cost no allocation.
func fieldName(v jsontext.Value) string {
	s := unquote(v)
	if name, ok := fieldNames[string(s)]; ok {
		return name
	}
	if len(s) > maxText {
		return ""
	}
	return string(s)
}

var fieldNames = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{
		"type", "group", "name", "version", "purl", "cpe", "scope", "licenses", "license", "id", "expression", "properties",
		"value", "evidence", "occurrences", "location", "components", "bom-ref", "mime-type", "publisher", "description", "hashes",
		"alg", "content", "externalReferences", "url", "dependsOn", "ref", "SPDXID", "versionInfo", "supplier", "originator",
		"downloadLocation", "filesAnalyzed", "packageVerificationCode", "sourceInfo", "licenseConcluded", "licenseDeclared",
		"copyrightText", "externalRefs", "referenceCategory", "referenceType", "referenceLocator", "annotations", "annotator",
		"annotationDate", "annotationType", "comment", "primaryPackagePurpose", "attributionTexts", "spdxElementId",
		"relatedSpdxElement", "relationshipType", "checksums", "swid", "author", "methods", "identity",
	} {
		m[n] = n
	}
	return m
}()
