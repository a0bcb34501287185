package document

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Look is what a file turns out to be by its content.
type Look struct {
	SBOM   bool   // it is worth reading as one
	Is     string // what else it is, in words ("an npm lockfile"); "" where that is not known
	Remedy string // what to do with it instead, "" where the list of what is read is all that can be said
	// As is the name of a lockfile that it has the form of, "" where it is none or its form does not tell.
	As string
	// Head is how the text begins, with compression undone.
	Head []byte
}

// LookAtFile tells what the file at path is. Of JSON it reads as many fields as it takes, since the one that tells may
// stand last.
func LookAtFile(path string) (Look, error) {
	f, err := bounded.Open(path)
	if err != nil {
		return Look{}, err
	}
	defer f.Close()
	return LookAt(f)
}

// LookAt tells what a file is by its content; the error is one of reading. See LookAtFile.
func LookAt(r io.Reader) (Look, error) {
	t, err := unwrap(bounded.Reader(r, maxBytes))
	if err != nil {
		return Look{Is: "damaged: " + err.Error()}, nil
	}
	head, _ := t.Peek(512) // what there is of it
	head = bytes.Clone(head)
	look, err := lookAt(t, 0)
	look.Head = head
	return look, err
}

func lookAt(t *text, depth int) (Look, error) {
	kind, err := sniff(t.Reader)
	switch {
	case err == errEmpty:
		return Look{Is: "an empty file"}, nil
	case err != nil:
		return Look{}, err
	case kind == '{', kind == '[':
		return lookAtJSON(t.Reader, depth), nil
	case kind == '<':
		return lookAtXML(t.Reader), nil
	}
	head, _ := t.Peek(32 << 10) // what there is of it
	switch {
	case tagValueRE.Match(head), spdxYAML.Match(head):
		return Look{SBOM: true}, nil
	case bytes.HasPrefix(head, []byte("@prefix")) && bytes.Contains(head, []byte("spdx.org/rdf")):
		return Look{Is: "SPDX as RDF in Turtle", Remedy: "Write it as JSON, RDF/XML or tag-value."}, nil
	case bytes.HasPrefix(head, []byte("BZh")), bytes.HasPrefix(head, []byte("\xfd7zXZ")):
		return Look{Is: "compressed with bzip2 or xz", Remedy: "Unpack it, or compress it with gzip or zstd."}, nil
	case bytes.HasPrefix(head, []byte("\x7fELF")), bytes.HasPrefix(head, []byte("MZ")):
		return Look{Is: "a program", Remedy: "Name the image or the folder that holds it (dir:FOLDER)."}, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return Look{Is: "a zip file, as jar and wheel are",
			Remedy: "Name the image or the folder that holds it (dir:FOLDER)."}, nil
	case bytes.IndexByte(head, 0) >= 0:
		return Look{Is: "a binary file"}, nil
	}
	return Look{}, nil
}

var (
	tagValueRE = lazyregexp.New(`(?m)^[ \t]*SPDXVersion:`)
	spdxYAML   = lazyregexp.New(`(?m)^"?spdxVersion"?:`)
)

// telling are the fields of which each alone makes an object worth reading as an SBOM.
var telling = map[string]bool{
	"bomFormat": true, "spdxVersion": true, "predicateType": true, "dsseEnvelope": true, "artifactRelationships": true,
	"SPDX": true,
}

// lookAtJSON goes through an object's names until one tells. Of an array the first element is looked at.
func lookAtJSON(r *bufio.Reader, depth int) Look {
	c := newCursor(r)
	if c.PeekKind() == '[' {
		if _, err := c.ReadToken(); err != nil {
			return Look{}
		}
	}
	l := jsonLook{cursor: c, depth: depth, keys: map[string]bool{}}
	err := l.object()
	if l.sbom {
		return Look{SBOM: true}
	}
	what := looksLike(l.keys)
	if what.is == "" && err != nil {
		return Look{} // not JSON to its end: whoever reads it can tell why
	}
	return Look{Is: what.is, Remedy: what.hint, As: what.as}
}

// jsonLook is a look at one object.
type jsonLook struct {
	cursor
	depth int // of envelopes around it
	keys  map[string]bool
	sbom  bool
}

func (l *jsonLook) object() error {
	return l.cursor.object(func(key string) error {
		if len(l.keys) < maxKeys {
			l.keys[key] = true
		}
		switch {
		case telling[key], isPlatform(key), l.keys["payload"] && l.keys["payloadType"]:
			l.sbom = true
		case key == "sbom", key == "bundle", key == "attestation":
			l.sbom = l.PeekKind() == '{'
		case key == "artifacts" || key == "descriptor":
			l.sbom = l.keys["artifacts"] && l.keys["descriptor"]
		case key == "specVersion" || key == "components":
			l.sbom = l.keys["specVersion"] && l.keys["components"]
		case key == "@context":
			var o object
			err := l.context(&o)
			if l.sbom = o.spdx != ""; !l.sbom {
				return err
			}
		}
		if !l.sbom && (wrappers[key] || key == "payload") && l.depth < maxEnvelopes {
			if read, err := l.inside(key); read && !l.sbom {
				return err
			}
		}
		if l.sbom {
			return io.EOF
		}
		return l.skip()
	})
}

// inside looks at what a field wraps, which Read reads as well; read is false where its value is left to be skipped.
func (l *jsonLook) inside(key string) (read bool, err error) {
	switch l.PeekKind() {
	case '{':
		inner := jsonLook{cursor: l.cursor, depth: l.depth + 1, keys: map[string]bool{}}
		err := inner.object()
		l.sbom = inner.sbom
		return true, err
	case '"':
		v, err := l.ReadValue()
		if err != nil {
			return true, err
		}
		content := unquote(v)
		var r io.Reader = bytes.NewReader(content)
		if key == "payload" {
			r = base64.NewDecoder(base64Of(content), r)
		}
		if t, err := unwrap(r); err == nil {
			look, err := lookAt(t, l.depth+1)
			l.sbom = err == nil && look.SBOM
		}
		return true, nil
	}
	return false, nil
}

func lookAtXML(r *bufio.Reader) Look {
	x := &xmlReader{Decoder: xml.NewDecoder(r)}
	x.CharsetReader = charset
	root, err := x.root()
	switch {
	case err != nil:
		return Look{}
	case strings.HasPrefix(root.Name.Space, namespace), root.Name == rdfRoot:
		return Look{SBOM: true}
	}
	return Look{}
}

// shape is a kind of JSON file that people name by mistake, or by another name than its own.
type shape struct {
	keys []string // all of them are there
	is   string
	hint string
	as   string // of a lockfile, its own name
}

// remedy is what to do with a file that is no SBOM.
func (s shape) remedy() string {
	switch {
	case s.as != "":
		return "It is read as " + s.as + " where it is named without sbom:."
	case s.hint != "":
		return s.hint
	}
	return formatsHint
}

const fromTrivy = "Let trivy write an SBOM: trivy convert --format cyclonedx, or --format spdx-json."

var shapes = []shape{
	{keys: []string{"lockfileVersion"}, is: "an npm lockfile", as: "package-lock.json"},
	{keys: []string{"_meta", "default"}, is: "a Pipfile.lock", as: "Pipfile.lock"},
	{keys: []string{"packages", "packages-dev"}, is: "a composer.lock", as: "composer.lock"},
	{keys: []string{"pins"}, is: "a Package.resolved", as: "Package.resolved"},
	{keys: []string{"version", "dependencies", "targets"}, is: "a project.assets.json",
		hint: "packages.lock.json is read, or the project's folder."},
	{keys: []string{"SchemaVersion", "Results"}, is: "trivy's own report", hint: fromTrivy},
	{keys: []string{"SchemaVersion", "ArtifactName"}, is: "trivy's own report", hint: fromTrivy},
	{keys: []string{"matches", "descriptor"}, is: "grype's report",
		hint: "Name the SBOM or the image that grype was given."},
	{keys: []string{"detector", "manifests"}, is: "a dependency snapshot for GitHub",
		hint: "Let the tool write an SBOM: syft -o cyclonedx-json."},
	{keys: []string{"schema", "gates"}, is: "a report of drydock",
		hint: "Name what it was made of; two reports are compared with drydock diff."},
	{keys: []string{"runs", "version"}, is: "a SARIF log"},
	{keys: []string{"document", "product_tree"}, is: "a CSAF advisory"},
	{keys: []string{"@context", "statements"}, is: "an OpenVEX document"},
	{keys: []string{"schemaVersion", "manifests"}, is: "the index of an image",
		hint: "Name the folder that it is in: oci-dir:FOLDER."},
	{keys: []string{"schemaVersion", "layers"}, is: "the manifest of an image",
		hint: "Name the image: registry:REF or oci-dir:FOLDER."},
	{keys: []string{"RepoTags", "RootFS"}, is: "what docker inspect prints of an image",
		hint: "Name the image itself."},
	{keys: []string{"name", "dependencies"}, is: "a package.json", as: "package.json"},
	{keys: []string{"name", "devDependencies"}, is: "a package.json", as: "package.json"},
}

// looksLike tells what a JSON object is by the names in it.
func looksLike(keys map[string]bool) shape {
next:
	for _, s := range shapes {
		for _, k := range s.keys {
			if !keys[k] {
				continue next
			}
		}
		return s
	}
	return shape{}
}
