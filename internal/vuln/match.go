// Package vuln joins packages and advisories into findings: which known vulnerabilities an image or a source tree
// carries, how bad they are, and which version fixes them.
package vuln

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/advisory/version"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// Options are what matching depends on besides packages and advisories.
type Options struct {
	// Distro supplies the release of distribution packages whose ecosystem does not name it; nil where it is not known.
	Distro *inventory.Distro
}

// Result is what matching found, and what it could not judge.
type Result struct {
	Findings   []finding.Finding
	Advisories []report.Advisories // the data used, by ecosystem
	// Absent are ecosystems (with release) that packages belong to and no advisory speaks of. They make a gate partial.
	Absent []Absent
	// NotJudged are packages that cannot be judged: their version is a range, missing, or no version.
	NotJudged []NotJudged
	Judged    int // packages that were compared with the advisories
	// Notes say of packages that no version is judged here, where nothing could be done about it: no gap, but to be
	// said.
	Notes []string
}

// Absent is an ecosystem without advisories.
type Absent struct {
	Ecosystem string
	Packages  int
}

// NotJudged is a package that could not be compared, and why.
type NotJudged struct {
	Package inventory.Package
	Reason  string
}

// Match compares packages with the advisories. A package that is given several times (two paths, two architectures)
// has one finding a vulnerability, with all its services; a finding's id is made of the primary id and the package's
// type, name and version. The error is the advisory data's: what it could not read would be missing silently.
func Match(ctx context.Context, db *advisory.DB, pkgs []inventory.Package, o Options) (*Result, error) {
	m := newMatcher(db)
	for _, g := range m.group(pkgs, o) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := m.match(g); err != nil {
			return nil, fmt.Errorf("advisories for %s: %w", g.first().Name, err)
		}
	}
	for e, n := range m.absent {
		m.res.Absent = append(m.res.Absent, Absent{e, n})
	}
	sort.Slice(m.res.Absent, func(i, j int) bool { return m.res.Absent[i].Ecosystem < m.res.Absent[j].Ecosystem })
	for e := range m.used {
		m.res.Advisories = append(m.res.Advisories, db.Used([]string{e})...)
	}
	sort.SliceStable(m.res.Advisories,
		func(i, j int) bool { return m.res.Advisories[i].Ecosystem < m.res.Advisories[j].Ecosystem })
	return m.res, nil
}

func newMatcher(db *advisory.DB) *matcher {
	return &matcher{db: db, orders: map[string]version.Order{}, res: &Result{}, absent: map[string]int{},
		used: map[string]bool{}, judged: map[string][]verdict{},
		distribution: map[string][]*inventory.Package{}, owned: map[string][]ownerWord{}}
}

type matcher struct {
	db     *advisory.DB
	orders map[string]version.Order
	res    *Result
	absent map[string]int
	used   map[string]bool
	judged map[string][]verdict

	options      Options
	distribution map[string][]*inventory.Package // the distributions' own packages by name
	owned        map[string][]ownerWord          // by ecosystem, version and names
}

// subject is a package as advisories know it, with every place where it was found.
type subject struct {
	ecosystem, release string
	names              []string // names to look up, the package's own last
	version            string   // the version to compare: the source package's where advisories speak of sources
	all                []*inventory.Package
}

func (s *subject) first() *inventory.Package { return s.all[0] }

// group sorts out what cannot be judged and joins equal packages.
func (m *matcher) group(pkgs []inventory.Package, o Options) []*subject {
	type key struct{ ecosystem, name, version, source, sourceVersion string }
	index := map[key]*subject{}
	m.options = o
	for i := range pkgs {
		if p := &pkgs[i]; isDistribution(p) {
			m.distribution[p.Name] = append(m.distribution[p.Name], p)
		}
	}
	var out []*subject
	for i := range pkgs {
		p := &pkgs[i]
		if isLeastGo(p) {
			m.leastGo(p)
			continue
		}
		if m.unspoken(p) {
			m.res.Judged++
			m.used[p.Ecosystem] = true
			continue
		}
		s, reason := m.subject(p, o)
		if reason != "" {
			m.res.NotJudged = append(m.res.NotJudged, NotJudged{*p, reason})
			continue
		}
		if !m.db.Covers(s.ecosystem, s.release) {
			m.absent[ecosystemName(s)]++
			continue
		}
		m.res.Judged++
		m.used[s.ecosystem] = true
		k := key{ecosystemName(s), p.Name, p.Version, p.Source.Name, p.Source.Version}
		if old := index[k]; old != nil {
			old.all = append(old.all, p)
			continue
		}
		index[k] = s
		out = append(out, s)
	}
	return out
}

// unspoken reports whether a package is a Go module without a version, as a program of one's own nearly always is, of
// which the advisories do not speak at all: whatever its version, they hold nothing against it.
func (m *matcher) unspoken(p *inventory.Package) bool {
	if p.Ecosystem != "Go" || p.Version != "" || p.Range || p.Name == "" || !m.db.Covers("Go", "") {
		return false
	}
	spoken := false
	err := m.db.Each("Go", p.Name, func(*advisory.Hit) error {
		spoken = true
		return nil
	})
	return err == nil && !spoken
}

// isLeastGo reports whether a package is the standard library as go.mod has it: the least version that will do. Which
// toolchain builds the program is chosen elsewhere, and the program and its image tell; no line of the tree can be
// changed to make it known. So it is said in a note, and is no gap in what was looked at.
func isLeastGo(p *inventory.Package) bool {
	return p.Range && p.Ecosystem == "Go" && p.Name == "stdlib" && strings.HasPrefix(p.Version, ">=")
}

func (m *matcher) leastGo(p *inventory.Package) {
	where := "go.mod"
	if len(p.Paths) > 0 {
		where = p.Paths[0]
	}
	note := fmt.Sprintf("%s names the least Go that will do (%s): the standard library is judged where the program "+
		"or its image is read",
		where, strings.TrimPrefix(p.Version, ">="))
	if !slices.Contains(m.res.Notes, note) {
		m.res.Notes = append(m.res.Notes, note)
	}
}

func ecosystemName(s *subject) string {
	if s.release == "" {
		return s.ecosystem
	}
	return s.ecosystem + ":" + s.release
}

// subject says how to look a package up, or why it cannot be judged.
func (m *matcher) subject(p *inventory.Package, o Options) (*subject, string) {
	s := &subject{all: []*inventory.Package{p}, names: []string{p.Name}, version: p.Version}
	s.ecosystem, s.release = advisory.SplitEcosystem(p.Ecosystem)
	if advisory.HasReleases(s.ecosystem) && s.release == "" && o.Distro != nil {
		if e, r := advisory.SplitEcosystem(o.Distro.Ecosystem); e == s.ecosystem {
			s.release = r
		}
	}
	switch {
	case s.ecosystem == "" && p.PURL == "":
		return nil, "no package URL says what kind of package it is"
	case s.ecosystem == "":
		return nil, "no advisory database covers this kind of package"
	case p.Name == "":
		return nil, "the package has no name"
	case p.Range && strings.Contains(p.Version, "/"):
		return nil, "it comes from an address, not from a registry: which version it is, is not known"
	case p.Range && p.Version == "":
		return nil, "no version is named: what is installed is not known"
	case p.Range:
		return nil, "the version is a range: what is installed is not known"
	case p.Version == "" && s.ecosystem == "Go":
		return nil, "the program does not tell its own version, and advisories speak of it"
	case p.Version == "":
		return nil, "the version is not known"
	case advisory.HasReleases(s.ecosystem) && s.release == "":
		return nil, "the distribution's release is not known"
	}
	s.bySource(p)
	if s.ecosystem == "Bitnami" {
		s.version = version.BitnamiRelease(s.version)
	}
	if s.ecosystem == "Go" && p.Name == "go" {
		s.names = []string{"stdlib"}
	}
	return s, ""
}

// bySource sets the name and version under which a distribution publishes: Debian's and Alpine's kin speak of source
// packages, Red Hat's of binary ones, and the other RPM distributions of either.
func (s *subject) bySource(p *inventory.Package) {
	if p.Source.Name == "" {
		return
	}
	switch s.ecosystem {
	case "Debian", "Ubuntu", "Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita", "BellSoft Hardened Containers",
		"Echo", "CleanStart", "Docker Hardened Images":
		s.names = []string{p.Source.Name}
		if p.Source.Version != "" {
			s.version = p.Source.Version
		}
	case "Rocky Linux", "SUSE", "openSUSE", "Mageia", "openEuler", "Photon OS", "Azure Linux":
		if p.Source.Name != p.Name {
			s.names = []string{p.Source.Name, p.Name}
		}
	}
}

// match finds the records that affect a package and turns them into findings.
func (m *matcher) match(s *subject) error {
	o := m.order(s.ecosystem)
	v, err := o.Parse(s.version)
	if err != nil {
		// What is no version lies in no range. A record may still list it, or speak of all versions.
		v = nil
		m.res.Judged -= len(s.all)
		for _, p := range s.all {
			m.res.NotJudged = append(m.res.NotJudged,
				NotJudged{*p, fmt.Sprintf("%q is no version of %s: %v", s.version, s.ecosystem, err)})
		}
	}
	in := &installed{m, s.ecosystem, o, v, s.version}
	verdicts, err := m.verdicts(s, in)
	if err != nil {
		return err
	}
	m.res.Findings = slices.Grow(m.res.Findings, len(verdicts))
	for i := range verdicts {
		f := s.finding(&verdicts[i])
		if err := m.suppress(s, &verdicts[i], &f); err != nil {
			return err
		}
		m.res.Findings = append(m.res.Findings, f)
	}
	return nil
}

// verdict is one vulnerability in one version of a source: it is the same for all packages of that source.
type verdict struct {
	unit
	facts Facts
	fixed string
}

// verdicts judges a source in a version, once for all packages built from it.
func (m *matcher) verdicts(s *subject, in *installed) ([]verdict, error) {
	key := strings.Join(append([]string{s.ecosystem, s.release, s.version}, s.names...), "\x00")
	if v, ok := m.judged[key]; ok {
		return v, nil
	}
	hits, err := m.hits(s, in)
	if err != nil {
		return nil, err
	}
	units, err := m.units(hits)
	if err != nil {
		return nil, err
	}
	out := make([]verdict, len(units))
	for i, u := range units {
		facts, err := m.facts(u)
		if err != nil {
			return nil, err
		}
		out[i] = verdict{u, facts, in.fix(u.hits)}
	}
	m.judged[key] = out
	return out, nil
}

// hit is a record that names the package's version as affected.
type hit struct {
	rec     *advisory.Record
	vectors []string
	word    string
	ranges  []advisory.Range // all of the record's ranges for the package and release
	listed  []string         // versions affected besides
}

func (m *matcher) order(ecosystem string) version.Order {
	o, ok := m.orders[ecosystem]
	if !ok {
		if o, ok = version.For(ecosystem); !ok {
			o = version.SemVer
		}
		m.orders[ecosystem] = o
	}
	return o
}

// hits returns the records that affect the package, by id.
func (m *matcher) hits(s *subject, in *installed) ([]*hit, error) {
	found := map[advisory.Key]*hit{}
	byID := map[string]*hit{}
	for _, name := range s.names {
		err := m.db.Each(s.ecosystem, name, func(h *advisory.Hit) error {
			if h.Release != "" && h.Release != s.release || found[h.Key()] != nil || !in.affected(&h.Affected) {
				return nil
			}
			rec, err := h.Record()
			if err != nil || !rec.Withdrawn.IsZero() {
				return err
			}
			if stale, err := h.Superseded(rec.ID); stale || err != nil {
				return err
			}
			if byID[rec.ID] == nil {
				byID[rec.ID] = &hit{rec: rec}
			}
			found[h.Key()] = byID[rec.ID]
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	// What a record says of the package may stand in several entries, and all of it bears on the fix.
	for _, name := range s.names {
		err := m.db.Each(s.ecosystem, name, func(h *advisory.Hit) error {
			if r := found[h.Key()]; r != nil && (h.Release == "" || h.Release == s.release) {
				r.add(h.Entry)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	list := make([]*hit, 0, len(byID))
	for _, h := range byID {
		if !in.rebuilt(h) {
			list = append(list, h)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].rec.ID < list[j].rec.ID })
	return list, nil
}

// add copies what an entry says; the entry's memory is used again.
func (h *hit) add(e *advisory.Entry) {
	for _, r := range e.Ranges {
		h.ranges = append(h.ranges, advisory.Range{From: strings.Clone(r.From), To: strings.Clone(r.To), End: r.End})
	}
	for _, v := range e.Versions {
		h.listed = append(h.listed, strings.Clone(v))
	}
	for _, v := range e.Vectors {
		h.vectors = append(h.vectors, strings.Clone(v))
	}
	if h.word == "" {
		h.word = strings.Clone(e.Word)
	}
}
