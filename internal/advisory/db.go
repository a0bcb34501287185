package advisory

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/report"
)

// DB is all the advisory data that a run uses: the embedded snapshot and what was imported.
//
// For each ecosystem, imported data that is at least as new and at least as large as the embedded data replaces it.
// Otherwise both are used, side by side: of a record that both hold, the newer one's word counts.
type DB struct {
	parts    []*part
	by       map[string][]*part // the parts used for an ecosystem, newest first
	speaking []*part            // the parts used for any
	epss     []*Index           // where EPSS is looked up, newest first
	kev      []*Index           // where KEV is looked up, newest first
	Warnings []string           // imported data that could not be used, with what to do about it
}

// part is one index with where it came from.
type part struct {
	*Index
	source string    // "embedded", or the folder or address
	at     time.Time // when it was imported; zero for the embedded one
}

// Hit is an entry of a package in one part of the DB.
type Hit struct {
	*Entry
	part  *part
	newer []*part // parts whose word on the same record would count instead
}

// Key tells hits of one record apart from those of others.
type Key struct {
	part *part
	ref  Ref
}

// Key is the same for all hits of one record in one part of the data.
func (h *Hit) Key() Key { return Key{h.part, h.Ref} }

// Record reads the hit's record.
func (h *Hit) Record() (*Record, error) { return h.part.Record(h.Ref) }

// Superseded reports whether newer data holds the record as well and so speaks for it.
func (h *Hit) Superseded(id string) (bool, error) {
	for _, p := range h.newer {
		same, err := p.Named(id)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(same, func(r *Record) bool { return r.ID == id }) {
			return true, nil
		}
	}
	return false, nil
}

// Open opens the embedded snapshot and what lies imported in the folder, "" for the snapshot alone. Imported data that
// is damaged is left out with a warning.
func Open(dir string) (*DB, error) {
	embedded, err := Embedded()
	if err != nil {
		return nil, err
	}
	db := &DB{parts: []*part{{Index: embedded, source: "embedded"}}}
	if dir != "" {
		db.openImported(dir)
	}
	db.choose()
	return db, nil
}

func (db *DB) openImported(dir string) {
	m, err := readManifest(dir)
	if err != nil {
		db.warn(err)
		return
	}
	for _, f := range m.Files {
		path := filepath.Join(dir, f.File)
		x, err := readPaged(path)
		if err != nil {
			db.warn(fmt.Errorf("%s: %w", path, err))
			continue
		}
		db.parts = append(db.parts, &part{x, f.Source, f.Imported})
	}
}

func (db *DB) warn(err error) {
	db.Warnings = append(db.Warnings,
		fmt.Sprintf("imported advisories are not used: %v; import them again with 'drydock db import' or 'drydock db "+
			"update'", err))
}

// choose decides which parts speak for each ecosystem, and whose scores count.
func (db *DB) choose() {
	db.by = map[string][]*part{}
	for _, p := range db.parts {
		for _, e := range p.Meta.Ecosystems {
			db.by[e.Name] = append(db.by[e.Name], p)
		}
	}
	for name, parts := range db.by {
		sort.SliceStable(parts, func(i, j int) bool {
			a, b := parts[i].meta(name), parts[j].meta(name)
			if !a.Newest.Equal(b.Newest) {
				return a.Newest.After(b.Newest)
			}
			return parts[i].at.After(parts[j].at)
		})
		for i, p := range parts {
			if p.at.IsZero() && i > 0 && parts[i-1].meta(name).Count >= p.meta(name).Count {
				parts = parts[:i]
				break
			}
		}
		db.by[name] = parts
	}
	for _, p := range db.parts {
		for _, e := range p.Meta.Ecosystems {
			if slices.Contains(db.by[e.Name], p) {
				db.speaking = append(db.speaking, p)
				break
			}
		}
		if p.Meta.EPSS != "" {
			db.epss = append(db.epss, p.Index)
		}
		if p.Meta.KEV != "" {
			db.kev = append(db.kev, p.Index)
		}
	}
	sort.SliceStable(db.epss, func(i, j int) bool { return db.epss[i].Meta.EPSS > db.epss[j].Meta.EPSS })
	sort.SliceStable(db.kev, func(i, j int) bool { return db.kev[i].Meta.KEV > db.kev[j].Meta.KEV })
}

func (p *part) meta(ecosystem string) EcosystemMeta {
	for _, e := range p.Meta.Ecosystems {
		if e.Name == ecosystem {
			return e
		}
	}
	return EcosystemMeta{}
}

// Covers reports whether there are advisories for the ecosystem, and for the release where it has releases.
func (db *DB) Covers(ecosystem, release string) bool {
	for _, p := range db.by[ecosystem] {
		m := p.meta(ecosystem)
		if release == "" || len(m.Releases) == 0 || m.Releases[release] > 0 {
			return true
		}
	}
	return false
}

// Each calls f for every entry of a package in the data that speaks for its ecosystem. See Index.Each.
func (db *DB) Each(ecosystem, name string, f func(*Hit) error) error {
	parts := db.by[ecosystem]
	for i, p := range parts {
		h := Hit{part: p, newer: parts[:i]}
		err := p.Each(ecosystem, name, func(e *Entry) error {
			h.Entry = e
			return f(&h)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Named returns the records of all ecosystems that bear an id, as their own, an alias or an upstream one, each once,
// by id.
func (db *DB) Named(id string) ([]*Record, error) {
	byID := map[string]*Record{}
	for _, p := range db.speaking {
		list, err := p.Named(id)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if old := byID[r.ID]; old == nil || r.Modified.After(old.Modified) {
				byID[r.ID] = r
			} else if r.Modified.Equal(old.Modified) {
				old.also = append(old.also, r)
			}
		}
	}
	out := make([]*Record, 0, len(byID))
	for _, r := range byID {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

// EPSS returns FIRST's probability that a CVE is exploited within 30 days, and whether there is one.
func (db *DB) EPSS(cve string) (float64, bool, error) {
	for _, x := range db.epss {
		if v, ok, err := x.EPSS(cve); ok || err != nil {
			return v, ok, err
		}
	}
	return 0, false, nil
}

// KEV returns the day on which CISA listed a CVE as exploited, and whether it is listed.
func (db *DB) KEV(cve string) (time.Time, bool, error) {
	for _, x := range db.kev {
		if v, ok, err := x.KEV(cve); ok || err != nil {
			return v, ok, err
		}
	}
	return time.Time{}, false, nil
}

// Status describes the data for each ecosystem, a row for each part that speaks for it, sorted.
func (db *DB) Status() []report.Advisories {
	names := make([]string, 0, len(db.by))
	for n := range db.by {
		names = append(names, n)
	}
	return db.Used(names)
}

// Used describes the data of the given ecosystems (without release).
func (db *DB) Used(ecosystems []string) []report.Advisories {
	out := []report.Advisories{}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(ecosystems))) {
		for _, p := range db.by[name] {
			m := p.meta(name)
			out = append(out, report.Advisories{Ecosystem: name, Source: p.source,
				Newest: m.Newest.Format(time.RFC3339), Count: m.Count})
		}
	}
	return out
}

// Scores tells the day of the EPSS scores and the release of the KEV catalogue that are used.
func (db *DB) Scores() (epss, kev string) {
	if len(db.epss) > 0 {
		epss = db.epss[0].Meta.EPSS
	}
	if len(db.kev) > 0 {
		kev = db.kev[0].Meta.KEV
	}
	return epss, kev
}

// Newest is the time of the newest record for an ecosystem, zero where there is none.
func (db *DB) Newest(ecosystem string) time.Time {
	if parts := db.by[ecosystem]; len(parts) > 0 {
		return parts[0].meta(ecosystem).Newest
	}
	return time.Time{}
}

// StaleAfter is the age from which data is old enough for a warning: by then most ecosystems have had new advisories.
const StaleAfter = 30 * 24 * time.Hour

// AgeWarning is one sentence on the ecosystems (without release) whose newest record is older than a limit, "" where
// there are none. A limit of 0 is StaleAfter.
func (db *DB) AgeWarning(ecosystems []string, now time.Time, limit time.Duration) string {
	if limit == 0 {
		limit = StaleAfter
	}
	var old []string
	for _, e := range slices.Compact(slices.Sorted(slices.Values(ecosystems))) {
		if t := db.Newest(e); !t.IsZero() && now.Sub(t) > limit {
			old = append(old, fmt.Sprintf("%s %d days", e, Days(t, now)))
		}
	}
	if len(old) == 0 {
		return ""
	}
	return "advisories are old (" + strings.Join(old, ", ") + "): what became known since is missing; 'drydock db " +
		"update' fetches newer ones"
}

// Days is the age in whole days, 0 for what lies ahead.
func Days(t, now time.Time) int { return max(0, int(now.Sub(t).Hours()/24)) }
