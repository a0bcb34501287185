// Package diff compares two reports: what was fixed, what is new, what remains, and why. A finding that the later run
// could not have seen is never called fixed.
package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// Schema is the name and version of the JSON. Within a version fields are only ever added.
const Schema = "drydock.diff/1"

// Cause is why a finding came or went.
type Cause string

// The causes.
const (
	CausePackage    Cause = "package"    // the package came, went or changed its version
	CauseAdvisories Cause = "advisories" // the package is the same, only what is known of it changed
	CauseSource     Cause = "source"     // a file changed: no package is involved
	CauseWaived     Cause = "waived"     // somebody accepted the risk
	CauseSuppressed Cause = "suppressed" // evidence shows that it does not hold
	CauseReopened   Cause = "reopened"   // it was waived or suppressed before, and is not any more
)

// Diff is the comparison. It is complete: every open finding of either report stands in exactly one list.
type Diff struct {
	Schema    string   `json:"schema"`
	Before    Side     `json:"before"`
	After     Side     `json:"after"`
	Fixed     []Change `json:"fixed"`
	New       []Change `json:"new"`
	Remaining []Change `json:"remaining"`
	// Unseen are findings of before that after has not, but could not have seen: its gate did not look there.
	Unseen []Change `json:"unseen"`
}

// Side is one of the two reports.
type Side struct {
	Name     string                   `json:"name"` // file or target
	Target   string                   `json:"target"`
	Started  time.Time                `json:"started"`
	Open     int                      `json:"open"`
	Counts   map[finding.Severity]int `json:"counts"`
	Packages int                      `json:"packages"`
	Newest   string                   `json:"newest"` // RFC 3339 time of the newest advisory, "" where none was used
}

// Change is one finding with what happened to it.
type Change struct {
	Finding finding.Finding `json:"finding"` // as after has it, else as before had it
	Cause   Cause           `json:"cause"`   // "" for what remains
	From    string          `json:"from"`    // the package's version before, where a package changed
	To      string          `json:"to"`      // and after; "" where it is gone
	Text    string          `json:"text"`    // the cause in words
}

// Compare compares two finished reports.
func Compare(before, after *report.Report) *Diff {
	d := &Diff{Schema: Schema, Before: side(before), After: side(after)}
	old, now := index(before), index(after)
	was, _ := versionsOf(before)
	is, unjudged := versionsOf(after)
	for i := range before.Findings {
		f := &before.Findings[i]
		g := now[f.ID]
		switch {
		case f.Status != finding.Open:
		case g != nil && g.Status == finding.Open:
			d.Remaining = append(d.Remaining, Change{Finding: *g})
		case g != nil:
			d.Fixed = append(d.Fixed, silenced(g))
		case len(unjudged.of(f)) > 0:
			d.Unseen = append(d.Unseen, Change{Finding: *f, Text: "which version is installed is not known any more"})
		case !looked(after, f) || !couldSee(before, after, f) && (f.Package == nil || len(is.of(f)) == 0):
			d.Unseen = append(d.Unseen,
				Change{Finding: *f, Text: fmt.Sprintf("the %s gate did not look there", f.Gate)})
		default:
			d.Fixed = append(d.Fixed, changed(f, was, is))
		}
	}
	for i := range after.Findings {
		f := &after.Findings[i]
		g := old[f.ID]
		switch {
		case f.Status != finding.Open, g != nil && g.Status == finding.Open:
		case g != nil:
			d.New = append(d.New,
				Change{Finding: *f, Cause: CauseReopened, Text: fmt.Sprintf("was %s before", g.Status)})
		default:
			d.New = append(d.New, changed(f, was, is))
		}
	}
	for _, l := range []*[]Change{&d.Fixed, &d.New, &d.Remaining, &d.Unseen} {
		if *l == nil {
			*l = []Change{}
		}
	}
	return d
}

func side(r *report.Report) Side {
	s := Side{Name: r.Target, Target: r.Target, Started: r.Started, Counts: r.Counts(), Packages: len(r.Packages)}
	for _, n := range s.Counts {
		s.Open += n
	}
	for _, a := range r.Advisories {
		if a.Newest > s.Newest {
			s.Newest = a.Newest
		}
	}
	return s
}

func index(r *report.Report) map[string]*finding.Finding {
	m := make(map[string]*finding.Finding, len(r.Findings))
	for i := range r.Findings {
		m[r.Findings[i].ID] = &r.Findings[i]
	}
	return m
}

func silenced(f *finding.Finding) Change {
	c := Change{Finding: *f, Cause: CauseSuppressed, Text: strings.Join(f.Evidence, "; ")}
	if f.Status == finding.Waived {
		c.Cause, c.Text = CauseWaived, "accepted"
		if w := f.Waiver; w != nil {
			c.Text = fmt.Sprintf("accepted by %s until %s", w.Owner, w.Expires)
		}
	}
	return c
}

// versions are the versions of each package, by what it is and where: kind, name and service.
type versions map[string][]string

// versionsOf lists the versions of a report's packages, and apart from them what stands in place of one where the
// version that is installed is not known: nothing is judged then.
func versionsOf(r *report.Report) (known, unjudged versions) {
	known, unjudged = versions{}, versions{}
	for i := range r.Packages {
		p := &r.Packages[i]
		v := known
		if p.Range || p.Version == "" {
			v = unjudged
		}
		for _, s := range servicesOf(p) {
			k := identity(p.PURL, p.Name) + "\x00" + s
			if !slices.Contains(v[k], p.Version) {
				v[k] = append(v[k], p.Version)
			}
		}
	}
	return known, unjudged
}

func servicesOf(p *inventory.Package) []string {
	if refs := p.Refs(); len(refs) > 0 {
		return refs
	}
	return []string{""}
}

// identity is a package URL without version and qualifiers.
func identity(purl, name string) string {
	if purl == "" {
		return name
	}
	purl, _, _ = strings.Cut(purl, "?")
	if i := strings.LastIndexByte(purl, '@'); i > 0 {
		purl = purl[:i]
	}
	return purl
}

// of returns the versions of the finding's package in the finding's services; none for a finding of no package.
func (v versions) of(f *finding.Finding) []string {
	if f.Package == nil {
		return nil
	}
	services := f.Refs()
	if len(services) == 0 {
		services = []string{""}
	}
	var out []string
	for _, s := range services {
		for _, ver := range v[identity(f.Package.PURL, f.Package.Name)+"\x00"+s] {
			if !slices.Contains(out, ver) {
				out = append(out, ver)
			}
		}
	}
	return out
}

// changed tells why a finding stands in one report only.
func changed(f *finding.Finding, was, is versions) Change {
	c := Change{Finding: *f, Cause: CauseSource, Text: "the source changed"}
	if f.Package == nil {
		return c
	}
	from, to := was.of(f), is.of(f)
	if slices.Contains(from, f.Package.Version) && slices.Contains(to, f.Package.Version) {
		c.Cause, c.From, c.To = CauseAdvisories, f.Package.Version, f.Package.Version
		c.Text = "the package is the same; only the advisories changed"
		return c
	}
	c.Cause, c.From, c.To = CausePackage, strings.Join(from, ", "), strings.Join(to, ", ")
	switch {
	case len(from) == 0 && len(to) == 0:
		c.Text = "the package changed"
	case len(from) == 0:
		c.Text = f.Package.Name + " " + c.To + " was added"
	case len(to) == 0:
		c.Text = f.Package.Name + " " + c.From + " is gone"
	default:
		c.Text = f.Package.Name + " " + c.From + " → " + c.To
	}
	return c
}

// looked reports whether the finding's gate judged anything in a report.
func looked(r *report.Report, f *finding.Finding) bool {
	g := r.Gate(f.Gate)
	return !r.Listing && g != nil && g.Status != report.Failed && g.Status != report.Skipped
}

// couldSee reports whether after would hold f, which before had, if it were still there: its gate looked, and looked at
// its service no less than before. A service that is gone from the stack is a change that was seen.
func couldSee(before, after *report.Report, f *finding.Finding) bool {
	g, old := after.Gate(f.Gate), before.Gate(f.Gate)
	if g.Status == report.Checked {
		return true
	}
	for _, in := range g.Inputs {
		if in.Status == report.Checked || in.Service != "" && !concerns(&in, f) {
			continue
		}
		same := func(was report.Input) bool {
			return was.Service == in.Service && was.Path == in.Path && was.Status == report.Partial
		}
		if in.Status != report.Partial || old == nil || !slices.ContainsFunc(old.Inputs, same) {
			return false
		}
	}
	return len(g.Inputs) > 0
}

// concerns reports whether the input is one of the finding's services.
func concerns(in *report.Input, f *finding.Finding) bool {
	return slices.ContainsFunc(in.Names(),
		func(s string) bool { return s == f.Service || slices.Contains(f.Refs(), s) })
}

// Encode writes the JSON, indented, with a final newline.
func (d *Diff) Encode(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// Worse returns the new findings that weigh as much as min or more. Those about the quality of code do not count.
func (d *Diff) Worse(min finding.Severity) []Change {
	var out []Change
	for _, c := range d.New {
		if !c.Finding.Kind.Quality() && c.Finding.Weight().Rank() >= min.Rank() {
			out = append(out, c)
		}
	}
	return out
}

// Verdict is the comparison in one line.
func (d *Diff) Verdict() string {
	s := fmt.Sprintf("%d fixed, %d new, %d remaining", len(d.Fixed), len(d.New), len(d.Remaining))
	if n := len(d.Unseen); n > 0 {
		s = fmt.Sprintf("%d could not be looked at again; %s", n, s)
	}
	return s
}
