// Package openvex writes what a report knows of vulnerabilities as an OpenVEX document, which other scanners take to
// silence what was judged not to hold.
package openvex

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

type document struct {
	Context    string      `json:"@context"`
	ID         string      `json:"@id"`
	Author     string      `json:"author"`
	Role       string      `json:"role"`
	Timestamp  string      `json:"timestamp"`
	Version    int         `json:"version"`
	Tooling    string      `json:"tooling"`
	Statements []statement `json:"statements"`
}

type statement struct {
	Vulnerability vulnerability `json:"vulnerability"`
	Products      []product     `json:"products"`
	Status        string        `json:"status"`
	Notes         string        `json:"status_notes,omitempty"`
	Justification string        `json:"justification,omitempty"`
	Impact        string        `json:"impact_statement,omitempty"`
	Action        string        `json:"action_statement,omitempty"`
}

type vulnerability struct {
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"`
}

type product struct {
	ID            string         `json:"@id"`
	Subcomponents []subcomponent `json:"subcomponents,omitempty"`
}

type subcomponent struct {
	ID string `json:"@id"`
}

// The statuses of OpenVEX 0.2.0 that a scanner can state.
const (
	notAffected = "not_affected"        // evidence shows that the finding does not hold
	affected    = "affected"            // the service's own code reaches it, or somebody accepted the risk
	undecided   = "under_investigation" // the package is there; whether it matters nobody has said
)

// Write writes one statement a vulnerability and package. A finding is never called affected only because the package
// is there: that is what a scanner knows, and VEX is for more.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	now := o.Time(r).Format(time.RFC3339)
	doc := document{
		Context: "https://openvex.dev/ns/v0.2.0", Author: cmp.Or(report.Plain(r.Tool.Name), "drydock"),
		Role: "Document Creator", Timestamp: now,
		Version: 1, Tooling: strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version), Statements: []statement{},
	}
	images := imagePURLs(r)
	id := sha256.New()
	fmt.Fprintln(id, now, r.Target)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Package == nil || f.Advisory == nil || f.Package.PURL == "" {
			continue
		}
		fmt.Fprintln(id, f.ID, f.Status)
		doc.Statements = append(doc.Statements, newStatement(f, images))
	}
	doc.ID = fmt.Sprintf("https://openvex.dev/docs/public/vex-%x", id.Sum(nil))
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

// imagePURLs maps services to the package URLs of their images.
func imagePURLs(r *report.Report) map[string][]string {
	out := map[string][]string{}
	for _, img := range r.Images {
		digest := cmp.Or(img.Digest, img.ID)
		if digest == "" {
			continue
		}
		name := img.Name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			name = name[i+1:]
		}
		name, _, _ = strings.Cut(name, "@")
		name, _, _ = strings.Cut(name, ":")
		purl := report.URI("pkg:oci/" + strings.ToLower(cmp.Or(name, "image")) + "@" + strings.ReplaceAll(digest, ":",
			"%3A"))
		for _, s := range img.Services {
			out[s] = append(out[s], purl)
		}
	}
	return out
}

func newStatement(f *finding.Finding, images map[string][]string) statement {
	s := statement{Vulnerability: vulnerability{Name: report.Plain(f.Rule)}, Products: products(f, images)}
	for _, a := range append([]string{f.Advisory.ID}, f.Advisory.Aliases...) {
		if a = report.Plain(a); a != s.Vulnerability.Name && a != "" && !slices.Contains(s.Vulnerability.Aliases, a) {
			s.Vulnerability.Aliases = append(s.Vulnerability.Aliases, a)
		}
	}
	switch {
	case f.Status == finding.Suppressed:
		s.Status, s.Impact = notAffected, cmp.Or(report.Plain(strings.Join(f.Evidence, "; ")), "judged not to hold")
	case f.Status == finding.Waived && f.Waiver != nil && f.Waiver.Justification != "":
		s.Status, s.Justification = notAffected, f.Waiver.Justification
		s.Impact = report.Plain(f.Waiver.Reason)
	case f.Status == finding.Waived:
		s.Status, s.Action = affected, "The risk is accepted."
		if w := f.Waiver; w != nil {
			s.Action = report.Plain(w.Words())
		}
	case f.Reachable == finding.ReachableDirect || f.Reachable == finding.ReachableTransitive:
		s.Status, s.Action = affected, cmp.Or(report.Plain(f.Fix.Text), "No fix is known.")
	default:
		s.Status, s.Notes = undecided, report.Plain(strings.Join(f.Why, ", "))
	}
	return s
}

// products are the images with the package as their part, or the package alone where no image was read.
func products(f *finding.Finding, images map[string][]string) []product {
	purl := report.URI(f.Package.PURL)
	var out []product
	seen := map[string]bool{}
	for _, s := range f.Refs() {
		for _, img := range images[s] {
			if !seen[img] {
				seen[img] = true
				out = append(out, product{img, []subcomponent{{purl}}})
			}
		}
	}
	if len(out) == 0 {
		out = []product{{ID: purl}}
	}
	return out
}
