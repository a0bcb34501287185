package document

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/drydock/drydock/internal/clierr"
)

// readJSON reads every form of SBOM that is JSON: which one it is stands in the object itself, in any order.
// Attestations come one a line, or in an array.
func readJSON(r *bufio.Reader, b *builder) error {
	c := newCursor(r)
	whole := &object{}
	err := c.all(b, whole)
	if err != nil {
		return c.placed(err)
	}
	if !whole.found {
		return whole.unknown(b.inv.Target)
	}
	return nil
}

func newCursor(r io.Reader) cursor {
	return cursor{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
}

// all reads the documents of a file. After the first only attestations may follow.
func (c cursor) all(b *builder, whole *object) error {
	one := func() error {
		o := &object{}
		err := c.document(b, o)
		whole.adopt(o)
		return err
	}
	if c.PeekKind() == '[' {
		if err := c.array(one); err != nil {
			return err
		}
		return c.end()
	}
	if err := one(); err != nil {
		return err
	}
	for whole.envelope && c.PeekKind() == '{' {
		if err := one(); err != nil {
			return err
		}
	}
	return c.end()
}

// object is what is known of a JSON object so far. Fields come in any order, so that packages are taken over before it
// is certain what they are.
type object struct {
	depth         int // of envelopes around it
	bomFormat     string
	cdx, spdx     string // the versions
	spdx3         *spdx3
	artifactTypes bool // it has artifacts with a type
	syft          bool
	envelope      bool
	predicate     string // the kind of an attestation
	keys          map[string]bool
	extracted     map[string]string
	found         bool // it is an SBOM, or holds one
	start         int  // of its packages
}

// maxKeys bounds how many names of an object are kept to tell what it is.
const maxKeys = 100

// adopt takes over what an object inside this one turned out to be.
func (o *object) adopt(inner *object) {
	o.found = o.found || inner.found
	o.envelope = o.envelope || inner.envelope
	if o.predicate == "" {
		o.predicate = inner.predicate
	}
	if o.keys == nil {
		o.keys = inner.keys
	}
}

// document reads one object, whatever kind of SBOM or envelope it is.
func (c cursor) document(b *builder, o *object) error {
	o.keys, o.extracted, o.start = map[string]bool{}, map[string]string{}, len(b.inv.Packages)
	b.ids, b.described = nil, nil
	if err := c.object(func(key string) error { return c.field(b, o, key) }); err != nil {
		return err
	}
	return o.settle(b)
}

func (c cursor) field(b *builder, o *object, key string) (err error) {
	if len(o.keys) < maxKeys {
		o.keys[key] = true
	}
	switch key {
	case "bomFormat":
		o.bomFormat, err = c.text()
	case "specVersion":
		o.cdx, err = c.text()
	case "spdxVersion":
		o.spdx, err = c.text()
	case "@context":
		err = c.context(o)
	case "@graph":
		if o.spdx3 == nil {
			o.spdx3 = &spdx3{packages: map[string]int{}, licences: map[string]string{}}
		}
		err = c.spdx3Graph(b, o.spdx3)
	case "metadata":
		err = c.metadata(b)
	case "components":
		err = c.components(b, 0)
	case "compositions":
		err = c.compositions(b)
	case "packages":
		err = c.spdxPackages(b)
	case "hasExtractedLicensingInfos":
		err = c.spdxExtracted(o.extracted)
	case "relationships":
		err = c.spdxRelationships(b)
	case "documentDescribes":
		err = c.array(func() error {
			id, err := c.text()
			b.describes(id)
			return err
		})
	case "artifacts":
		err = c.syftArtifacts(b, o)
	case "artifactRelationships":
		o.syft = true
		err = c.syftRelationships(b)
	case "distro":
		err = c.syftDistro(b)
	case "descriptor":
		err = c.textOr("name", func(s string) { o.syft = o.syft || s == "syft" })
	case "predicateType":
		o.envelope = true
		o.predicate, err = c.text()
	case "payload":
		o.envelope = true
		err = c.wrapped(b, o, key)
	default:
		if wrappers[key] || isPlatform(key) {
			o.envelope = o.envelope || key != "sbom"
			return c.wrapped(b, o, key)
		}
		err = c.skip()
	}
	return err
}

// context reads JSON-LD's word on what the names mean.
func (c cursor) context(o *object) error {
	var list []string
	err := c.texts(&list)
	for _, s := range list {
		if strings.Contains(s, "spdx.org/rdf/3") {
			o.spdx = "SPDX-3"
		}
	}
	return err
}

// settle judges, with all of an object read, what it was, and finishes what its packages need of it.
func (o *object) settle(b *builder) error {
	switch {
	case o.bomFormat == "CycloneDX" || o.cdx != "" && o.spdx == "":
		if err := cycloneDXVersion(b.inv.Target, o.cdx); err != nil {
			return err
		}
	case o.spdx == "SPDX-3":
		if o.spdx3 == nil {
			return clierr.Input(b.inv.Target, "an SPDX 3 document without @graph, which holds its elements").WithHint(
				formatsHint)
		}
		o.spdx3.join(b.inv.Packages)
	case o.spdx != "":
		if err := spdxVersion(b.inv.Target, o.spdx); err != nil {
			return err
		}
	case o.artifactTypes && o.keys["descriptor"] || o.syft && o.keys["artifacts"]:
	default:
		if !o.found { // packages of something that only looked like an SBOM
			b.inv.Packages = b.inv.Packages[:o.start]
		}
		return nil
	}
	o.found = true
	b.nameLicences(o.extracted, o.start)
	b.subject(o.start)
	return nil
}

// unknown is the error about JSON that is no SBOM: what it is, and what could be done with it.
func (o *object) unknown(name string) error {
	what := looksLike(o.keys)
	switch {
	case o.predicate != "":
		return clierr.Input(name, "an attestation of %s, which is no SBOM", clip(o.predicate)).
			WithHint("Attestations are read where they carry an SPDX or a CycloneDX document.")
	case what.is != "":
		return clierr.Input(name, "this is %s, and not an SBOM", what.is).WithHint("%s", what.remedy())
	}
	return clierr.Input(name, "this JSON is not an SBOM: it has neither bomFormat nor spdxVersion, and is none of "+
		"the other kinds").
		WithHint(formatsHint)
}

func cycloneDXVersion(name, v string) error {
	switch {
	case known(v, "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"):
		return nil
	case known(v, "1.0", "1.1"):
		return clierr.Input(name, "CycloneDX %s is too old: it is read from 1.2 on", v).
			WithHint("Let the tool that wrote it write 1.6, or convert it: cyclonedx convert --output-version v1_6.")
	case v == "":
		return clierr.Input(name, "a CycloneDX document that does not say its version (specVersion)").WithHint(
			formatsHint)
	}
	return clierr.Input(name, "CycloneDX %q is not a version that can be read", clip(v)).WithHint(formatsHint)
}

func spdxVersion(name, v string) error {
	switch {
	case known(v, "SPDX-2.0", "SPDX-2.1", "SPDX-2.2", "SPDX-2.3"):
		return nil
	case strings.HasPrefix(v, "SPDX-1."):
		return clierr.Input(name, "%s is too old: SPDX is read from 2.0 on", clip(v)).
			WithHint("Let the tool that wrote it write SPDX 2.3.")
	}
	return clierr.Input(name, "%q is not a version of SPDX that can be read", clip(v)).WithHint(formatsHint)
}

func known(v string, versions ...string) bool { return slices.Contains(versions, v) }

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
		"type", "group", "name", "version", "purl", "cpe", "scope", "licenses", "license", "id", "expression",
		"properties",
		"value", "evidence", "occurrences", "location", "components", "bom-ref", "mime-type", "publisher",
		"description", "hashes",
		"alg", "content", "externalReferences", "url", "dependsOn", "ref", "SPDXID", "versionInfo", "supplier",
		"originator",
		"downloadLocation", "filesAnalyzed", "packageVerificationCode", "sourceInfo", "licenseConcluded",
		"licenseDeclared",
		"copyrightText", "externalRefs", "referenceCategory", "referenceType", "referenceLocator", "annotations",
		"annotator",
		"annotationDate", "annotationType", "comment", "primaryPackagePurpose", "attributionTexts", "spdxElementId",
		"relatedSpdxElement", "relationshipType", "checksums", "swid", "author", "methods", "identity",
	} {
		m[n] = n
	}
	return m
}()
