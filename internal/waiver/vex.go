package waiver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/openvex/go-vex/pkg/vex"
	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Statement is one statement of an OpenVEX document: what somebody says of a vulnerability in a product.
type Statement struct {
	vex.Statement
	Author string
	Path   string // of the document
	used   bool
}

// maxStatements bounds a document: each statement is compared with each vulnerability.
const maxStatements = 100_000

// ParseVEX reads an OpenVEX document. Statements without a known status or vulnerability are an error, as OpenVEX asks.
func ParseVEX(shown string, text []byte) ([]*Statement, error) {
	var head struct {
		Context any `json:"@context"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &head); err != nil {
		return nil, clierr.Input(shown, "is no OpenVEX document: %v", err)
	}
	if context, ok := head.Context.(string); !ok || !strings.HasPrefix(context, "https://openvex.dev/ns") {
		return nil, clierr.Input(shown, "is no OpenVEX document").
			WithHint("Its @context has to be https://openvex.dev/ns/v0.2.0; CSAF and CycloneDX VEX are not read.")
	}
	doc, err := vex.Parse(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if err != nil {
		return nil, clierr.InputErr(shown, err)
	}
	if len(doc.Statements) > maxStatements {
		return nil, clierr.Input(shown, "has %d statements; at most %d are read", len(doc.Statements), maxStatements)
	}
	if doc.Timestamp != nil {
		vex.SortStatements(doc.Statements, *doc.Timestamp)
	}
	out := make([]*Statement, 0, len(doc.Statements))
	for i, s := range doc.Statements {
		switch {
		case !s.Status.Valid():
			return nil, clierr.Input(shown, "statement %d has the status %q", i+1, s.Status).
				WithHint("OpenVEX knows %s.", strings.Join(vex.Statuses(), ", "))
		case s.Vulnerability.Name == "" && s.Vulnerability.ID == "":
			return nil, clierr.Input(shown, "statement %d names no vulnerability", i+1)
		}
		out = append(out, &Statement{Statement: s, Author: doc.Author, Path: shown})
	}
	return out, nil
}

// applyVEX lets the last statement about a finding decide: "not affected" and "fixed" put it away with the statement as
// evidence; "affected" and "under investigation" are told beside it.
func (s *Set) applyVEX(f *finding.Finding, r *report.Report) {
	if f.Package == nil || f.Advisory == nil {
		return
	}
	var last *Statement
	for _, st := range s.VEX {
		if st.about(f) && st.ofProduct(f, r) {
			st.used, last = true, st
		}
	}
	if last == nil {
		return
	}
	f.Evidence = append(f.Evidence, last.words())
	if f.Status == finding.Open && (last.Status == vex.StatusNotAffected || last.Status == vex.StatusFixed) {
		f.Status = finding.Suppressed
	}
}

func (s *Statement) about(f *finding.Finding) bool {
	for _, id := range slices.Concat([]string{f.Rule, f.Advisory.ID}, f.Advisory.Aliases) {
		if s.Vulnerability.Matches(id) {
			return true
		}
	}
	return false
}

// ofProduct reports whether one of the statement's products is the finding's package, or an image of its services with
// the package as a part. A product that is not known to be here decides nothing.
func (s *Statement) ofProduct(f *finding.Finding, r *report.Report) bool {
	for i := range s.Products {
		p := &s.Products[i]
		for _, id := range identifiers(&p.Component) {
			if vex.PurlMatches(id, f.Package.PURL) {
				return true
			}
			if isImageOf(id, f, r) && partOf(p.Subcomponents, f) {
				return true
			}
		}
	}
	return false
}

func partOf(parts []vex.Subcomponent, f *finding.Finding) bool {
	if len(parts) == 0 {
		return true
	}
	return slices.ContainsFunc(parts, func(part vex.Subcomponent) bool {
		return slices.ContainsFunc(identifiers(&part.Component), func(id string) bool {
			return vex.PurlMatches(id, f.Package.PURL)
		})
	})
}

func identifiers(c *vex.Component) []string {
	ids := []string{c.ID}
	for _, id := range c.Identifiers {
		ids = append(ids, id)
	}
	return ids
}

// isImageOf reports whether an identifier, a package URL of type oci or an image's name, is an image of the finding's
// services.
func isImageOf(id string, f *finding.Finding, r *report.Report) bool {
	for i := range r.Images {
		img := &r.Images[i]
		ofFinding := len(img.Services) == 0 || slices.ContainsFunc(img.Services, func(s string) bool {
			return slices.Contains(f.Refs(), s)
		})
		if ofFinding && (id == img.Name || isImage(id, img)) {
			return true
		}
	}
	return false
}

func isImage(id string, img *report.Image) bool {
	p, err := packageurl.FromString(id)
	if err != nil || p.Type != packageurl.TypeOCI && p.Type != packageurl.TypeDocker {
		return false
	}
	ref, _, _ := strings.Cut(img.Name, "@")
	name := ref[strings.LastIndexByte(ref, '/')+1:]
	name, tag, _ := strings.Cut(name, ":")
	if !strings.EqualFold(p.Name, name) {
		return false
	}
	q := p.Qualifiers.Map()
	switch {
	case strings.HasPrefix(p.Version, "sha256:"):
		return p.Version == img.Digest || p.Version == img.ID
	case cmp.Or(p.Version, q["tag"]) != "":
		return cmp.Or(p.Version, q["tag"]) == tag
	}
	return true
}

// words is the statement as evidence.
func (s *Statement) words() string {
	why := cmp.Or(string(s.Justification), s.ImpactStatement, s.ActionStatement, s.StatusNotes)
	text := fmt.Sprintf("%s: %s says %s", s.Path, cmp.Or(s.Author, "its author"),
		strings.ReplaceAll(string(s.Status), "_", " "))
	if why != "" {
		text += ": " + strings.ReplaceAll(why, "_", " ")
	}
	return text
}
