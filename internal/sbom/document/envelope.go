package document

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxEnvelopes bounds how many wrappings a document may stand in: a bundle, its envelope, the statement, its predicate.
const maxEnvelopes = 8

// errEnvelopes is the error about a document that is wrapped over and over.
var errEnvelopes = fmt.Errorf("wrapped more than %d times over", maxEnvelopes)

// wrappers are the fields in which others carry an SBOM: GitHub's export, in-toto's statements as BuildKit and cosign
// make them, DSSE envelopes in Sigstore's bundles, what `docker buildx imagetools inspect` prints.
var wrappers = map[string]bool{
	"sbom": true, "predicate": true, "Data": true, "dsseEnvelope": true, "bundle": true, "attestation": true,
	"SPDX": true,
}

// isPlatform tells the fields under which buildx prints the SBOMs of an image for several platforms.
func isPlatform(key string) bool {
	return strings.HasPrefix(key, "linux/") || strings.HasPrefix(key, "windows/")
}

// wrapped reads a value that may hold a document: as JSON, as a text with any form of SBOM in it, or encoded.
func (c cursor) wrapped(b *builder, outer *object, key string) error {
	if outer.depth >= maxEnvelopes {
		return errEnvelopes
	}
	switch c.PeekKind() {
	case '{':
		inner := &object{depth: outer.depth + 1}
		err := c.document(b, inner)
		outer.adopt(inner)
		return err
	case '"':
		v, err := c.ReadValue()
		if err != nil {
			return err
		}
		s := unquote(v)
		var r io.Reader = bytes.NewReader(s)
		if key == "payload" {
			r = base64.NewDecoder(base64Of(s), r)
		}
		inner := &object{depth: outer.depth + 1}
		err = c.nested(r, b, inner)
		outer.adopt(inner)
		if err != nil {
			return fmt.Errorf("in %s: %w", key, err)
		}
		return nil
	}
	return c.skip()
}

func base64Of(s []byte) *base64.Encoding {
	if bytes.ContainsAny(s, "-_") {
		return base64.URLEncoding
	}
	return base64.StdEncoding
}

// nested reads a text inside another document. What is no SBOM is not an error here: envelopes carry all kinds of
// words.
func (c cursor) nested(r io.Reader, b *builder, inner *object) error {
	t, err := unwrap(r)
	if err != nil {
		return err
	}
	kind, err := sniff(t.Reader)
	switch head, _ := t.Peek(1 << 10); {
	case err == errEmpty:
		return nil
	case err != nil:
		return err
	case kind == '{':
		d := newCursor(t.Reader)
		if err := d.document(b, inner); err != nil {
			return d.plain(err)
		}
		return d.plain(d.end())
	case kind == '<':
		inner.found = true
		return readXML(t.Reader, b)
	case tagValueRE.Match(head):
		inner.found = true
		return readTagValue(t.Reader, b)
	}
	return nil
}

// plain is an error of a text without a place of its own in the file.
func (c cursor) plain(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && syntax.Err != nil {
		return syntax.Err
	}
	return err
}
