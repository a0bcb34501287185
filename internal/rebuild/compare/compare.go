// Package compare tells how an image stands beside the one that it was rebuilt from: what was fixed, what is new, what
// remains, by the same advisories; whether it is better; and how the forecast did.
package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/pkgver"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
)

// Images compares the vulnerabilities of an image, as two reports have them: before with its forecasts, after by the
// same advisories. Only what stands in the named services counts, everything for none. It fills the verdict, both
// sides, the lists and the score of the result.
func Images(before, after *report.Report, services []string) result.Service {
	c := comparison{old: sideOf(before, services), now: sideOf(after, services)}
	c.blind = blind(after)
	if !c.blind {
		c.partly = partial(after) && !partial(before)
	}
	c.lists()
	c.s.Before, c.s.After = c.old.summary(before), c.now.summary(after)
	c.verdict()
	return c.s
}

// side is one of the two images.
type side struct {
	findings map[string]*finding.Finding // open vulnerabilities by key
	order    []string
	versions map[string][]string // of packages, by kind and name
	counts   map[finding.Severity]int
	packages []string // kind, name and version of each, sorted
	services []string
}

func sideOf(r *report.Report, services []string) *side {
	s := &side{findings: map[string]*finding.Finding{}, versions: map[string][]string{},
		counts: map[finding.Severity]int{}, services: services}
	for i := range r.Packages {
		p := &r.Packages[i]
		if !concerns(p.Refs(), services) {
			continue
		}
		k := kind(p.PURL) + "\x00" + p.Name
		if !slices.Contains(s.versions[k], p.Version) {
			s.versions[k] = append(s.versions[k], p.Version)
		}
		s.packages = append(s.packages, k+"\x00"+p.Version)
	}
	slices.Sort(s.packages)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Gate != finding.GateImage || f.Package == nil || f.Status != finding.Open ||
			!concerns(f.Refs(), services) {
			continue
		}
		s.counts[f.Severity]++
		k := keyOf(f)
		if s.findings[k] == nil {
			s.order = append(s.order, k)
			s.findings[k] = f
		}
	}
	return s
}

// concerns reports whether what stands in some services stands in one of those asked for.
func concerns(refs, services []string) bool {
	if len(services) == 0 {
		return true
	}
	return slices.ContainsFunc(refs, func(s string) bool {
		return slices.ContainsFunc(services, func(w string) bool { return w == s || strings.HasSuffix(w, "/"+s) })
	})
}

func kind(purl string) string {
	k, _, _ := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
	return k
}

// keyOf is a vulnerability in a package, whatever its version: an upgrade that does not fix it leaves it.
func keyOf(f *finding.Finding) string { return f.Rule + "\x00" + packageKey(f) }

func packageKey(f *finding.Finding) string { return kind(f.Package.PURL) + "\x00" + f.Package.Name }

func (s *side) summary(r *report.Report) result.Side {
	out := result.Side{Packages: len(s.packages), Counts: s.counts}
	for i := range r.Images {
		if img := &r.Images[i]; concerns(img.Services, s.services) || len(r.Images) == 1 {
			out.Image, out.Created, out.Size = img.ID, img.Created, img.Size
			break
		}
	}
	return out
}

type comparison struct {
	old, now *side
	blind    bool // after judged nothing
	partly   bool // after could not look at all that before looked at
	s        result.Service
}

// blind reports whether the image gate judged nothing.
func blind(r *report.Report) bool {
	g := r.Gate(finding.GateImage)
	return g == nil || g.Status == report.Failed || g.Status == report.Skipped
}

func partial(r *report.Report) bool {
	g := r.Gate(finding.GateImage)
	return g != nil && g.Status == report.Partial
}

func (c *comparison) lists() {
	for _, k := range c.old.order {
		f := c.old.findings[k]
		now := c.now.findings[k]
		_, there := c.now.versions[packageKey(f)]
		switch {
		case now != nil:
			c.s.Remaining = append(c.s.Remaining, c.change(f, now))
			c.score(f, result.HappenedRemained)
		case c.blind || c.partly && !there:
			c.s.Unseen = append(c.s.Unseen, c.change(f, nil))
		default:
			x := c.change(f, nil)
			c.s.Fixed = append(c.s.Fixed, x)
			if x.Cause != result.Advisories {
				c.score(f, result.HappenedFixed)
			}
		}
	}
	for _, k := range c.now.order {
		if c.old.findings[k] == nil {
			c.s.New = append(c.s.New, c.change(nil, c.now.findings[k]))
		}
	}
}

// change describes a vulnerability that stands in one of the images, or in both.
func (c *comparison) change(old, now *finding.Finding) result.Change {
	f := old
	if f == nil {
		f = now
	}
	from, to := c.old.versions[packageKey(f)], c.now.versions[packageKey(f)]
	x := result.Change{ID: f.ID, Rule: f.Rule, Title: f.Title, Severity: f.Severity, Package: f.Package.Name,
		From: strings.Join(from, ", "), To: strings.Join(to, ", ")}
	if old != nil {
		x.Forecast = old.Forecast
	}
	switch {
	case old != nil && now != nil:
	case c.blind:
	case slices.Equal(from, to):
		x.Cause = result.Advisories
	case len(to) == 0:
		x.Cause = result.Removed
	case len(from) == 0:
		x.Cause = result.Added
	case lower(f.Package.PURL, from, to):
		x.Cause = result.Downgraded
	default:
		x.Cause = result.Upgraded
	}
	return x
}

// lower reports whether a package of one version has a lower one now.
func lower(purl string, from, to []string) bool {
	if len(from) != 1 || len(to) != 1 {
		return false
	}
	reaches, known := pkgver.Reaches(purl, to[0], from[0])
	return known && !reaches
}

// comesTrue is what happens to a finding if its forecast comes true.
var comesTrue = map[finding.Forecast]string{
	finding.ForecastRebuild: result.HappenedFixed, finding.ForecastNotShipped: result.HappenedFixed,
	finding.ForecastEdit: result.HappenedRemained, finding.ForecastBase: result.HappenedRemained,
	finding.ForecastWaitForBase: result.HappenedRemained, finding.ForecastNone: result.HappenedRemained,
}

// score holds a finding's forecast against what happened.
func (c *comparison) score(f *finding.Finding, happened string) {
	s := &c.s.Forecast
	want, told := comesTrue[f.Forecast]
	if !told {
		s.Unknown++
		return
	}
	if s.Kinds == nil {
		s.Kinds = map[finding.Forecast]result.Kind{}
	}
	k := s.Kinds[f.Forecast]
	if want == happened {
		s.Right++
		k.Right++
	} else {
		s.Wrong++
		k.Wrong++
		s.Misses = append(s.Misses, result.Miss{ID: f.ID, Rule: f.Rule, Package: f.Package.Name, Forecast: f.Forecast,
			Happened: happened})
	}
	s.Kinds[f.Forecast] = k
}

// verdict compares the open vulnerabilities, the worst severity first: one more critical outweighs any number of fewer
// that are lower. What could not be looked at again makes no image better.
func (c *comparison) verdict() {
	s := &c.s
	if c.blind {
		s.Verdict, s.Reason = result.Failed, "the new image could not be judged"
		return
	}
	s.Verdict, s.Reason = result.Same, "as many open vulnerabilities of each severity as before"
	for _, sev := range finding.Severities {
		was, is := c.old.counts[sev], c.now.counts[sev]
		if was == is {
			continue
		}
		s.Verdict = result.Better
		if is > was {
			s.Verdict = result.Worse
		}
		s.Reason = fmt.Sprintf("%s: %d before, %d now", sev, was, is)
		break
	}
	if n := len(s.Unseen); n > 0 {
		s.Verdict, s.Reason = result.Worse, fmt.Sprintf("%d of before could not be looked at again", n)
	}
	s.Reason += fmt.Sprintf("; %d fixed, %d new, %d remaining", len(s.Fixed), len(s.New), len(s.Remaining))
}

// SamePackages reports whether two images hold the same packages in the same versions.
func SamePackages(before, after *report.Report, services []string) bool {
	return slices.Equal(sideOf(before, services).packages, sideOf(after, services).packages)
}
