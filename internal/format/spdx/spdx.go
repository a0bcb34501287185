// Package spdx writes a report's packages as an SPDX 2.3 document in JSON. What the format has no field for stands in
// one annotation of the package, so that a document read back gives the vulnerability matcher all that the image gave.
package spdx

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

type document struct {
	SPDXVersion   string         `json:"spdxVersion"`
	DataLicense   string         `json:"dataLicense"`
	SPDXID        string         `json:"SPDXID"`
	Name          string         `json:"name"`
	Namespace     string         `json:"documentNamespace"`
	CreationInfo  creationInfo   `json:"creationInfo"`
	Packages      []pkg          `json:"packages"`
	Extracted     []extracted    `json:"hasExtractedLicensingInfos,omitempty"`
	Relationships []relationship `json:"relationships"`
}

type creationInfo struct {
	Creators []string `json:"creators"`
	Created  string   `json:"created"`
	Comment  string   `json:"comment,omitempty"`
}

type pkg struct {
	Name             string       `json:"name"`
	SPDXID           string       `json:"SPDXID"`
	Version          string       `json:"versionInfo,omitempty"`
	Purpose          string       `json:"primaryPackagePurpose,omitempty"`
	DownloadLocation string       `json:"downloadLocation"`
	FilesAnalyzed    bool         `json:"filesAnalyzed"`
	SourceInfo       string       `json:"sourceInfo,omitempty"`
	LicenceConcluded string       `json:"licenseConcluded"`
	LicenceDeclared  string       `json:"licenseDeclared"`
	Copyright        string       `json:"copyrightText"`
	Refs             []ref        `json:"externalRefs,omitempty"`
	Annotations      []annotation `json:"annotations,omitempty"`
}

type ref struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type annotation struct {
	Annotator string `json:"annotator"`
	Date      string `json:"annotationDate"`
	Type      string `json:"annotationType"`
	Comment   string `json:"comment"`
}

type extracted struct {
	ID   string `json:"licenseId"`
	Name string `json:"name"`
	Text string `json:"extractedText"`
}

type relationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

// noAssertion is the format's word for "we do not say".
const noAssertion = "NOASSERTION"

// Write writes the document, the same bytes for the same report and time.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	b := builder{created: o.Time(r).Format(time.RFC3339), tool: r.Tool.Name + "-" + cmp.Or(r.Tool.Version, "unknown"),
		licences: map[string]string{}}
	doc := b.document(r)
	bw := bufio.NewWriterSize(w, 1<<16)
	e := json.NewEncoder(bw)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	return bw.Flush()
}

type builder struct {
	created, tool string
	licences      map[string]string // free words to LicenseRef
	extracted     []extracted
}

func (b *builder) document(r *report.Report) *document {
	doc := &document{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT", Name: cmp.Or(r.Target, "unnamed"),
		CreationInfo: creationInfo{Creators: []string{"Tool: " + b.tool}, Created: b.created},
	}
	if why := r.Missing(); why != "" {
		doc.CreationInfo.Comment = "Packages may be missing: " + why
	}
	root := b.subject(r)
	doc.Packages = append(make([]pkg, 0, len(r.Packages)+1), root)
	doc.Relationships = append(make([]relationship, 0, len(r.Packages)+1),
		relationship{doc.SPDXID, "DESCRIBES", root.SPDXID})
	id := sha256.New()
	fmt.Fprintln(id, b.tool, b.created, doc.Name, root.Version)
	for i := range r.Packages {
		p := b.pkg(&r.Packages[i], i+1)
		doc.Packages = append(doc.Packages, p)
		doc.Relationships = append(doc.Relationships, relationship{root.SPDXID, "CONTAINS", p.SPDXID})
		fmt.Fprintln(id, p.SPDXID, p.Name, p.Version)
	}
	doc.Namespace = fmt.Sprintf("https://spdx.org/spdxdocs/drydock-%x", id.Sum(nil)[:16])
	doc.Extracted = b.extracted
	return doc
}

// subject is what the document is about: the one image, else what the run was pointed at.
func (b *builder) subject(r *report.Report) pkg {
	p := pkg{Name: cmp.Or(r.Target, "unnamed"), SPDXID: "SPDXRef-Subject", Purpose: "APPLICATION",
		DownloadLocation: noAssertion, LicenceConcluded: noAssertion, LicenceDeclared: noAssertion,
		Copyright: noAssertion}
	if len(r.Images) == 1 {
		img := &r.Images[0]
		p.Name, p.Version, p.Purpose = cmp.Or(img.Name, p.Name), cmp.Or(img.Digest, img.ID), "CONTAINER"
		if d := img.Distro; d.ID != "" {
			p.Annotations = b.annotate([]inventory.Property{
				{Name: inventory.PropertyPrefix + "distro", Value: d.ID},
				{Name: inventory.PropertyPrefix + "distro:version", Value: d.Version},
				{Name: inventory.PropertyPrefix + "distro:codename", Value: d.Codename},
			})
		}
	}
	return p
}

func (b *builder) pkg(p *inventory.Package, n int) pkg {
	out := pkg{
		Name: cmp.Or(p.Name, "unnamed"), SPDXID: fmt.Sprintf("SPDXRef-Package-%d-%s", n, idString(p.Name)),
		Version: p.Version, Purpose: "LIBRARY",
		DownloadLocation: noAssertion, LicenceConcluded: noAssertion, LicenceDeclared: b.declared(p.Licences),
		Copyright: noAssertion,
	}
	if p.PURL != "" {
		out.Refs = append(out.Refs, ref{"PACKAGE-MANAGER", "purl", report.URI(p.PURL)})
	}
	if p.CPE != "" {
		kind := "cpe23Type"
		if strings.HasPrefix(p.CPE, "cpe:/") {
			kind = "cpe22Type"
		}
		out.Refs = append(out.Refs, ref{"SECURITY", kind, p.CPE})
	}
	if p.Source.Name != "" {
		out.SourceInfo = strings.TrimSpace("built package from: " + p.Source.Name + " " + p.Source.Version)
	}
	ps := p.Properties()
	for _, path := range p.Paths {
		ps = append(ps, inventory.Property{Name: inventory.PropertyPrefix + "path", Value: path})
	}
	out.Annotations = b.annotate(ps)
	return out
}

// annotate puts properties into one annotation: a JSON array of [name, value] pairs in its comment.
func (b *builder) annotate(ps []inventory.Property) []annotation {
	pairs := make([][2]string, 0, len(ps))
	for _, p := range ps {
		if p.Value != "" {
			pairs = append(pairs, [2]string{p.Name, p.Value})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	comment, err := json.Marshal(pairs)
	if err != nil { // strings always marshal
		return nil
	}
	return []annotation{{"Tool: " + b.tool, b.created, "OTHER", string(comment)}}
}

// declared joins the licences into one SPDX expression; words that are none become LicenseRefs with their text.
func (b *builder) declared(ls []string) string {
	var parts []string
	for _, l := range ls {
		switch {
		case strings.TrimSpace(l) == "":
		case inventory.IsLicenceID(l) || len(ls) == 1 && inventory.IsLicenceExpression(l):
			parts = append(parts, l)
		case inventory.IsLicenceExpression(l):
			parts = append(parts, "("+l+")")
		default:
			parts = append(parts, b.licenceRef(l))
		}
	}
	if len(parts) == 0 {
		return noAssertion
	}
	return strings.Join(parts, " AND ")
}

func (b *builder) licenceRef(words string) string {
	id := b.licences[words]
	if id == "" {
		id = fmt.Sprintf("LicenseRef-%d-%s", len(b.licences)+1, idString(words))
		b.licences[words] = id
		b.extracted = append(b.extracted, extracted{id, words, words})
	}
	return id
}

// maxID bounds the readable part of an identifier.
const maxID = 60

// idString keeps of s what an SPDX identifier may hold: letters, digits, dots and dashes.
func idString(s string) string {
	var b strings.Builder
	for _, c := range s {
		if b.Len() == maxID {
			break
		}
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' {
			b.WriteRune(c)
		} else {
			b.WriteByte('-')
		}
	}
	return b.String()
}
