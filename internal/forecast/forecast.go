// Package forecast tells what a rebuild would do to each vulnerability of an image: a rebuild that pulls the base image
// and uses no cache. It is pure: it is given the finding, the package, how the image is built and, where somebody read
// it, what the base image holds now; it opens nothing and asks nobody.
package forecast

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/pkgver"
)

// Build is an image as it was built and how it would be built again.
type Build struct {
	Image bool                // false: there is no image, and the packages are those that manifests name
	File  *dockerfile.File    // nil where nothing here builds the image
	Path  string              // the Dockerfile, as the report names it
	Stage *dockerfile.Stage   // that the build ends with
	Base  dockerfile.Ref      // what its first stage is built from, build arguments filled in
	Refs  []dockerfile.Ref    // the same of every stage
	Known []inventory.Package // what is in the image

	// FromBase reports whether a package came with the base image, Maker which instruction brought it, nil for none.
	FromBase func(*inventory.Package) bool
	Maker    func(*inventory.Package) *dockerfile.Instruction
	// Declared lists what the manifests and lockfiles say that the build sees; Text reads one of them, nil where it
	// cannot be read. Both go by the report's paths and may be nil.
	Declared func() []inventory.Package
	Text     func(path string) []byte
	// Elsewhere names a newer release of the distribution that has a fix, with its version; "" for none.
	Elsewhere func(*finding.Finding, *inventory.Package) string

	Now      *Base  // what the base image is now; nil where it was not read
	NotRead  string // why Now is nil
	installs []install
	read     bool
}

// Base is what a base image's tag names now, as far as was read of it.
type Base struct {
	Name   string
	Digest string
	Layers []string // diff ids
	// Packages are those that its package database or bill of materials lists; Whole where that is all kinds of
	// packages, and not the distribution's alone.
	Packages []inventory.Package
	Whole    bool
	// Vulnerable holds the vulnerabilities of Packages, by Key.
	Vulnerable map[string]bool
	Read       string // how it was read, with the share of its bytes
}

// Key tells the vulnerabilities of packages apart, whatever the package's version.
func Key(rule, kind, name string) string { return rule + "\x00" + kind + "\x00" + name }

// kindOf is a package URL's type.
func kindOf(purl string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
	return kind
}

// VulnerableIn lists the open findings of a base by Key.
func VulnerableIn(findings []finding.Finding) map[string]bool {
	out := map[string]bool{}
	for i := range findings {
		f := &findings[i]
		if f.Package == nil || f.Status != finding.Open {
			continue
		}
		for _, id := range append([]string{f.Rule}, f.Aliases...) {
			out[Key(id, kindOf(f.Package.PURL), f.Package.Name)] = true
		}
	}
	return out
}

// Outcome is what a rebuild would do to a finding in one package of one image.
type Outcome struct {
	Forecast finding.Forecast
	Why      string           // what it rests on
	At       finding.Location // of an edit: the line to edit
	Text     string           // of an edit: what to do there
	Edits    []finding.Edit   // where the edit can be made by itself
}

func outcome(f finding.Forecast, format string, args ...any) Outcome {
	return Outcome{Forecast: f, Why: fmt.Sprintf(format, args...)}
}

// Of tells what a rebuild would do to a finding in a package.
func (b *Build) Of(f *finding.Finding, p *inventory.Package) Outcome {
	fixed := ""
	if f.Advisory != nil {
		fixed = f.Advisory.Fixed
	}
	s := subject{Build: b, f: f, p: p, fixed: fixed}
	switch {
	case !b.Image && b.File != nil && b.unshipped(p) != "":
		return outcome(finding.ForecastNotShipped, "%s", b.unshipped(p))
	case pkgver.IsDistro(p.PURL):
		return s.distribution()
	}
	return s.language()
}

// subject is one finding in one package of a build.
type subject struct {
	*Build
	f     *finding.Finding
	p     *inventory.Package
	fixed string
}

// unfixed is the outcome where no version is known to fix the finding in this release.
func (s *subject) unfixed() Outcome {
	if s.Elsewhere != nil {
		if where := s.Elsewhere(s.f, s.p); where != "" {
			return outcome(finding.ForecastBase, "this release has no fix; %s", where)
		}
	}
	return outcome(finding.ForecastNone, "no fix is known")
}

// base is the outcome for a package that came with the base image.
func (s *subject) base() Outcome {
	switch {
	case s.Base.Digest != "":
		return s.pinnedBase()
	case s.Now != nil:
		return s.baseNow()
	case s.fixed == "":
		return s.unfixed()
	case s.File == nil:
		return outcome(finding.ForecastUnknown, "nothing here builds the image: it depends on what its tag names now")
	}
	return outcome(finding.ForecastUnknown, "it came with %s, and what that holds now was not read%s",
		orWord(s.Base.Text, "the base image"), because(s.NotRead))
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func orWord(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// pinnedBase is the outcome where FROM names a digest: no rebuild takes another base.
func (s *subject) pinnedBase() Outcome {
	if s.fixed == "" {
		return s.unfixed()
	}
	o := outcome(finding.ForecastEdit, "it came with the base image, which is pinned by its digest")
	if s.File != nil && s.Stage != nil {
		stages := s.File.Lineage(s.Stage)
		o.At = s.at(stages[len(stages)-1].Base.Span)
	}
	o.Text = fmt.Sprintf("renew the digest of %s: an image with %s %s or later", s.Base.Repository, s.p.Name, s.fixed)
	if s.Now != nil && s.Now.Digest != "" && s.Now.Digest != s.Base.Digest {
		o.Text += "; its tag names " + s.Now.Digest + " now"
	}
	return o
}

// baseNow is the outcome where the base was read as it is now.
func (s *subject) baseNow() Outcome {
	name := orWord(s.Now.Name, "the base image")
	for _, l := range s.Now.Layers {
		if s.p.Layer != "" && l == s.p.Layer && !pkgver.IsDistro(s.p.PURL) {
			return s.still("the layer that holds it is in " + name + " unchanged")
		}
	}
	if !s.Now.Whole && !pkgver.IsDistro(s.p.PURL) {
		if s.fixed == "" {
			return s.unfixed()
		}
		return outcome(finding.ForecastUnknown, "of %s only the distribution's packages were read", name)
	}
	var held *inventory.Package
	for i := range s.Now.Packages {
		q := &s.Now.Packages[i]
		if q.Name == s.p.Name && kindOf(q.PURL) == kindOf(s.p.PURL) {
			held = q
			if s.Now.Vulnerable[Key(s.f.Rule, kindOf(q.PURL), q.Name)] {
				return s.still(fmt.Sprintf("%s holds %s %s", name, q.Name, q.Version))
			}
		}
	}
	if held == nil {
		return outcome(finding.ForecastRebuild, "%s does not hold %s any more", name, s.p.Name)
	}
	return outcome(finding.ForecastRebuild, "%s holds %s %s", name, held.Name, held.Version)
}

// still is the outcome where the base, as it is now, is affected too.
func (s *subject) still(why string) Outcome {
	if s.fixed == "" {
		return s.unfixed()
	}
	return outcome(finding.ForecastWaitForBase, "%s, and %s is out", why, s.fixed)
}

// weight orders forecasts by how much stands between a finding and its end: what several images share is fixed when it
// is fixed in all of them.
func weight(f finding.Forecast) int {
	for i, x := range []finding.Forecast{finding.ForecastNotShipped, finding.ForecastRebuild, finding.ForecastUnknown,
		finding.ForecastWaitForBase, finding.ForecastEdit, finding.ForecastBase, finding.ForecastNone} {
		if x == f {
			return i
		}
	}
	return 0
}

// Apply writes the outcomes of a finding's packages into it: the one with the most in its way, and the lines to edit of
// all.
func Apply(f *finding.Finding, outcomes []Outcome) {
	if len(outcomes) == 0 {
		return
	}
	worst := outcomes[0]
	for _, o := range outcomes[1:] {
		if weight(o.Forecast) > weight(worst.Forecast) {
			worst = o
		}
	}
	f.Forecast, f.ForecastWhy = worst.Forecast, worst.Why
	if worst.Forecast != finding.ForecastEdit {
		return
	}
	var texts []string
	seen := map[string]bool{}
	for _, o := range outcomes {
		if o.Text == "" || seen[o.At.String()+o.Text] {
			continue
		}
		seen[o.At.String()+o.Text] = true
		at := o.At
		at.Column = 0
		texts = append(texts, strings.TrimPrefix(at.String()+": ", ": ")+o.Text)
		f.Fix.Edits = append(f.Fix.Edits, o.Edits...)
		if f.Fix.At == nil && at.Path != "" {
			f.Fix.At = &at
		}
	}
	if len(texts) > 0 {
		f.Fix.Text = strings.Join(texts, "; ")
	}
}
