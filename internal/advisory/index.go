package advisory

import (
	"encoding/json"
	"sort"
	"strings"
	"time"
)

// Meta is what an index says of itself.
type Meta struct {
	Schema     int             `json:"schema"`
	Ecosystems []EcosystemMeta `json:"ecosystems"`
	EPSS       string          `json:"epss,omitempty"` // day of the scores, YYYY-MM-DD, "" without scores
	KEV        string          `json:"kev,omitempty"`  // release of the catalogue
}

// EcosystemMeta counts one ecosystem's records.
type EcosystemMeta struct {
	Name     string         `json:"name"`
	Count    int            `json:"count"`
	Newest   time.Time      `json:"newest"`
	Releases map[string]int `json:"releases,omitempty"` // records a release of the distribution
}

const metaSchema = 1

// Index is one index file, open for look-ups. It is safe for use by several goroutines. Every string that it returns
// is a copy, unless a method says otherwise.
type Index struct {
	file
	Meta Meta
}

// OpenIndex reads an index from its bytes, which must not change while it is in use. Opening looks at the header and
// the description only.
func OpenIndex(data string) (*Index, error) { return openIndex(data, nil, false) }

func openIndex(data string, pages *paged, trusted bool) (*Index, error) {
	f, err := openFile(data, pages, trusted)
	if err != nil {
		return nil, err
	}
	x := &Index{file: *f}
	m, err := x.slice(secMeta, 0, x.at[secMeta].len)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(m), &x.Meta); err != nil {
		return nil, damaged("description: %v", err)
	}
	if x.Meta.Schema != metaSchema {
		return nil, damaged("description of schema %d, want %d", x.Meta.Schema, metaSchema)
	}
	return x, nil
}

// Ref points to a record of the index that it came from.
type Ref uint32

// Entry is one entry of a package. Its strings and slices share memory with the index and with the next call.
type Entry struct {
	Ref
	Affected
}

// Each calls f for every entry of a package. The ecosystem is without release, the name as the package has it. The
// Entry is reused: f must copy what it keeps. An error of f ends the loop and is returned.
func (x *Index) Each(ecosystem, name string, f func(*Entry) error) error {
	norm := NormalizeName(ecosystem, name)
	want := keyHash(ecosystem, norm)
	n := x.count(secKeys, keySize)
	var bad error
	i := sort.Search(n, func(i int) bool {
		k, err := x.slice(secKeys, i*keySize, keySize)
		if err != nil {
			bad = err
			return true
		}
		return le64(k, 0) >= want
	})
	if bad != nil {
		return bad
	}
	for ; i < n; i++ {
		k, err := x.slice(secKeys, i*keySize, keySize)
		if err != nil {
			return err
		}
		if le64(k, 0) != want {
			return nil
		}
		if err := x.block(int(le32(k, 8)), int(le32(k, 12)), ecosystem, norm, f); err != nil {
			return err
		}
	}
	return nil
}

// block reads one package's entries, if the block is the package's and not one of the same hash.
func (x *Index) block(off, size int, ecosystem, name string, f func(*Entry) error) error {
	s, err := x.slice(secBlocks, off, size)
	if err != nil {
		return err
	}
	c := cursor{f: &x.file, s: s}
	if c.text() != ecosystem || c.text() != name {
		return c.err
	}
	var e Entry
	for n := c.length(); n > 0; n-- {
		c.entry(&e)
		if c.err != nil {
			return c.err
		}
		if err := f(&e); err != nil {
			return err
		}
	}
	return c.err
}

// Bits of an entry's and a range's first number.
const (
	hasRelease = 1 << iota
	hasVersions
	hasVectors
	hasWord

	endMask = 3
	hasFrom = 4
)

func (c *cursor) entry(e *Entry) {
	e.Ref = Ref(c.num())
	bits := c.num()
	e.Release, e.Word = "", ""
	e.Ranges, e.Versions, e.Vectors = e.Ranges[:0], e.Versions[:0], e.Vectors[:0]
	if bits&hasRelease != 0 {
		e.Release = c.text()
	}
	for n := c.length(); n > 0 && c.err == nil; n-- {
		b := c.num()
		r := Range{End: End(b & endMask)}
		if b&hasFrom != 0 {
			r.From = c.text()
		}
		if r.End != NoEnd {
			r.To = c.text()
		}
		e.Ranges = append(e.Ranges, r)
	}
	if bits&hasVersions != 0 {
		e.Versions = c.texts(e.Versions)
	}
	if bits&hasVectors != 0 {
		e.Vectors = c.texts(e.Vectors)
	}
	if bits&hasWord != 0 {
		e.Word = c.text()
	}
}

// Record reads a record.
func (x *Index) Record(r Ref) (*Record, error) {
	c, err := x.recordCursor(r)
	if err != nil {
		return nil, err
	}
	rec := &Record{ID: strings.Clone(c.text())}
	rec.Aliases = clones(c.texts(nil))
	rec.Upstream = clones(c.texts(nil))
	rec.Published, rec.Modified, rec.Withdrawn = c.time(), c.time(), c.time()
	rec.Vectors = clones(c.texts(nil))
	rec.Word = strings.Clone(c.text())
	rec.CWE = clones(c.texts(nil))
	rec.Malicious = c.num() != 0
	if c.err != nil {
		return nil, c.err
	}
	rec.at = *c
	return rec, nil
}

// Packages lists the packages that a record of an index speaks of. They are read when asked for: an erratum may name
// thousands.
func (r *Record) Packages() ([]PackageRef, error) {
	var out []PackageRef
	if c := r.at; c.f != nil {
		for n := c.length(); n > 0 && c.err == nil; n-- {
			out = append(out, PackageRef{Ecosystem: strings.Clone(c.text()), Name: strings.Clone(c.text())})
		}
		if c.err != nil {
			return nil, c.err
		}
	}
	for _, o := range r.also {
		more, err := o.Packages()
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func (x *Index) recordCursor(r Ref) (*cursor, error) {
	head, err := x.slice(secRecords, int(r), 4)
	if err != nil {
		return nil, err
	}
	s, err := x.slice(secRecords, int(r)+4, int(le32(head, 0)))
	if err != nil {
		return nil, err
	}
	return &cursor{f: &x.file, s: s}, nil
}

// time reads seconds since 1970, 0 for none.
func (c *cursor) time() time.Time {
	n := c.num()
	if n == 0 || n > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

func clones(s []string) []string {
	for i := range s {
		s[i] = strings.Clone(s[i])
	}
	return s
}

// Named returns the records that bear the id, as their own, an alias or an upstream one, in the order of their ids.
func (x *Index) Named(id string) ([]*Record, error) {
	want := idHash(id)
	n := x.count(secIDs, idSize)
	var bad error
	at := func(i int) (uint32, Ref) {
		e, err := x.slice(secIDs, i*idSize, idSize)
		if err != nil {
			bad = err
			return ^uint32(0), 0
		}
		return le32(e, 0), Ref(le32(e, 4))
	}
	var out []*Record
	for i := sort.Search(n, func(i int) bool { h, _ := at(i); return h >= want }); i < n && bad == nil; i++ {
		h, ref := at(i)
		if bad != nil || h != want {
			break
		}
		r, err := x.Record(ref)
		if err != nil {
			return nil, err
		}
		if r.bears(id) {
			out = append(out, r)
		}
	}
	if bad != nil {
		return nil, bad
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

func (r *Record) bears(id string) bool {
	if strings.EqualFold(r.ID, id) {
		return true
	}
	for _, l := range [][]string{r.Aliases, r.Upstream} {
		for _, a := range l {
			if strings.EqualFold(a, id) {
				return true
			}
		}
	}
	return false
}

// EPSS returns the probability of exploitation that FIRST gives a CVE, and whether it lists it.
func (x *Index) EPSS(cve string) (float64, bool, error) {
	v, ok, err := x.score(secEPSS, cve)
	return float64(v) / 1e6, ok, err
}

// KEV returns the day on which CISA entered a CVE into its catalogue, and whether it is in it.
func (x *Index) KEV(cve string) (time.Time, bool, error) {
	v, ok, err := x.score(secKEV, cve)
	return time.Unix(int64(v)*86400, 0).UTC(), ok, err
}

func (x *Index) score(s section, cve string) (uint32, bool, error) {
	want, ok := cveKey(cve)
	if !ok {
		return 0, false, nil
	}
	lo, hi := 0, x.count(s, scoreSize)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		e, err := x.slice(s, m*scoreSize, scoreSize)
		if err != nil {
			return 0, false, err
		}
		switch k := le32(e, 0); {
		case k == want:
			return le32(e, 4), true, nil
		case k < want:
			lo = m + 1
		default:
			hi = m
		}
	}
	return 0, false, nil
}

// cveKey packs "CVE-2023-1234567" into 32 bits: 7 of the year since 1990, 25 of the number.
func cveKey(id string) (uint32, bool) {
	if len(id) < 10 || len(id) > 17 || !strings.EqualFold(id[:4], "CVE-") || id[8] != '-' {
		return 0, false
	}
	year, ok := digits(id[4:8])
	num, ok2 := digits(id[9:])
	if !ok || !ok2 || year < 1990 || year > 1990+127 || num >= 1<<25 {
		return 0, false
	}
	return uint32(year-1990)<<25 | uint32(num), true
}

func digits(s string) (n int, ok bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0
}
