package advisory

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// builder collects records and writes them as an index. The same records give the same bytes, in whatever order they
// came.
type builder struct {
	records map[string]*parsed // by id
	order   []*parsed          // the same, sorted, once all are there
	scores  scores
	// onlyNamed leaves out the EPSS scores of CVEs that no record names.
	onlyNamed bool
	// asOf is the day of the build: a date of change after it is a mistake, and does not make the data newer.
	asOf time.Time
}

func newBuilder(asOf time.Time) *builder { return &builder{records: map[string]*parsed{}, asOf: asOf} }

// add takes a record; of two with one id, which is how a record on several ecosystems comes, the later modified stays,
// and of equals the one with more entries.
func (b *builder) add(p *parsed) {
	old := b.records[p.ID]
	if old == nil || old.Modified.Before(p.Modified) || old.Modified.Equal(p.Modified) &&
		len(old.entries) < len(p.entries) {
		b.records[p.ID] = p
	}
}

// writer lays out the sections.
type writer struct {
	records, blocks, text bytes.Buffer
	texts                 map[string]uint64
	named                 map[uint32]bool // CVEs that records name
	idEntries             [][2]uint32
}

// text returns the offset of a string in the text section, adding it where it is new.
func (w *writer) ref(s string) uint64 {
	if off, ok := w.texts[s]; ok {
		return off
	}
	off := uint64(w.text.Len())
	w.text.Write(binary.AppendUvarint(nil, uint64(len(s))))
	w.text.WriteString(s)
	w.texts[s] = off
	return off
}

func (w *writer) refs(to []byte, list []string) []byte {
	to = binary.AppendUvarint(to, uint64(len(list)))
	for _, s := range list {
		to = binary.AppendUvarint(to, w.ref(s))
	}
	return to
}

// filed is an entry with its record, on the way into a block.
type filed struct {
	rec uint32
	*entry
}

// write writes the index of one ecosystem, or of all where it is "".
func (b *builder) write(out io.Writer, ecosystem string) (Meta, error) {
	w := &writer{texts: map[string]uint64{}, named: map[uint32]bool{}}
	w.ref("")
	blocks := map[PackageRef][]filed{}
	counts := map[string]*EcosystemMeta{}
	for _, p := range b.sorted() {
		if p = p.only(ecosystem); p == nil {
			continue
		}
		rec := w.record(p)
		for i := range p.entries {
			e := &p.entries[i]
			key := PackageRef{e.ref.Ecosystem, NormalizeName(e.ref.Ecosystem, e.ref.Name)}
			blocks[key] = append(blocks[key], filed{rec, e})
		}
		b.count(counts, p)
	}
	keys := w.packages(blocks)
	meta := Meta{Schema: metaSchema, EPSS: b.scores.epssDay, KEV: b.scores.kevVersion, Ecosystems: []EcosystemMeta{}}
	for _, m := range counts {
		meta.Ecosystems = append(meta.Ecosystems, *m)
	}
	sort.Slice(meta.Ecosystems, func(i, j int) bool { return meta.Ecosystems[i].Name < meta.Ecosystems[j].Name })
	mj, err := json.Marshal(meta)
	if err != nil {
		return meta, err
	}
	keep := func(uint32) bool { return true }
	if b.onlyNamed {
		keep = func(cve uint32) bool { return w.named[cve] }
	}
	body := [sections][]byte{
		secMeta: mj, secKeys: keys, secBlocks: w.blocks.Bytes(), secRecords: w.records.Bytes(), secText: w.text.Bytes(),
		secIDs: w.ids(), secEPSS: table(b.scores.epss, keep),
		secKEV: table(b.scores.kev, func(uint32) bool { return true }),
	}
	return meta, writeFile(out, body)
}

// sorted lists the records by id.
func (b *builder) sorted() []*parsed {
	if len(b.order) != len(b.records) {
		b.order = slices.SortedFunc(maps.Values(b.records),
			func(p, q *parsed) int { return strings.Compare(p.ID, q.ID) })
	}
	return b.order
}

// only returns the record with the entries of one ecosystem ("" for all), nil where there are none.
func (p *parsed) only(ecosystem string) *parsed {
	if ecosystem == "" && len(p.entries) > 0 {
		return p
	}
	q := &parsed{Record: p.Record}
	for _, e := range p.entries {
		if e.ref.Ecosystem == ecosystem {
			q.entries = append(q.entries, e)
		}
	}
	if len(q.entries) == 0 {
		return nil
	}
	return q
}

// count adds a record to its ecosystems and releases.
func (b *builder) count(counts map[string]*EcosystemMeta, p *parsed) {
	seen := map[string]bool{}
	for _, e := range p.entries {
		m := counts[e.ref.Ecosystem]
		if m == nil {
			m = &EcosystemMeta{Name: e.ref.Ecosystem}
			counts[e.ref.Ecosystem] = m
		}
		if !seen[e.ref.Ecosystem] {
			seen[e.ref.Ecosystem] = true
			m.Count++
			if p.Modified.After(m.Newest) && !p.Modified.After(b.asOf) {
				m.Newest = p.Modified
			}
		}
		if k := e.ref.Ecosystem + ":" + e.Release; e.Release != "" && !seen[k] {
			seen[k] = true
			if m.Releases == nil {
				m.Releases = map[string]int{}
			}
			m.Releases[e.Release]++
		}
	}
}

// record writes a record and returns its place.
func (w *writer) record(p *parsed) uint32 {
	var b []byte
	b = binary.AppendUvarint(b, w.ref(p.ID))
	b = w.refs(b, p.Aliases)
	b = w.refs(b, p.Upstream)
	for _, t := range []time.Time{p.Published, p.Modified, p.Withdrawn} {
		b = binary.AppendUvarint(b, seconds(t))
	}
	b = w.refs(b, p.Vectors)
	b = binary.AppendUvarint(b, w.ref(p.Word))
	b = w.refs(b, p.CWE)
	malicious := uint64(0)
	if p.Malicious {
		malicious = 1
	}
	b = binary.AppendUvarint(b, malicious)
	var refs []PackageRef
	seen := map[PackageRef]bool{}
	for _, e := range p.entries {
		if !seen[e.ref] {
			seen[e.ref] = true
			refs = append(refs, e.ref)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(refs)))
	for _, r := range refs {
		b = binary.AppendUvarint(b, w.ref(r.Ecosystem))
		b = binary.AppendUvarint(b, w.ref(r.Name))
	}
	at := uint32(w.records.Len())
	w.records.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(b))))
	w.records.Write(b)
	for _, l := range [][]string{{p.ID}, p.Aliases, p.Upstream} {
		for _, id := range l {
			w.idEntries = append(w.idEntries, [2]uint32{idHash(id), at})
			if k, ok := cveKey(id); ok {
				w.named[k] = true
			}
		}
	}
	return at
}

func seconds(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.Unix())
}

// packages writes a block for each package and returns the key table.
func (w *writer) packages(blocks map[PackageRef][]filed) []byte {
	names := make([]PackageRef, 0, len(blocks))
	for k := range blocks {
		names = append(names, k)
	}
	sort.Slice(names, func(i, j int) bool {
		if names[i].Ecosystem != names[j].Ecosystem {
			return names[i].Ecosystem < names[j].Ecosystem
		}
		return names[i].Name < names[j].Name
	})
	type key struct {
		hash     uint64
		off, len uint32
	}
	keys := make([]key, 0, len(names))
	for _, n := range names {
		var b []byte
		b = binary.AppendUvarint(b, w.ref(n.Ecosystem))
		b = binary.AppendUvarint(b, w.ref(n.Name))
		b = binary.AppendUvarint(b, uint64(len(blocks[n])))
		for _, e := range blocks[n] {
			b = w.entry(b, e)
		}
		keys = append(keys, key{keyHash(n.Ecosystem, n.Name), uint32(w.blocks.Len()), uint32(len(b))})
		w.blocks.Write(b)
	}
	sort.SliceStable(keys, func(i, j int) bool { return keys[i].hash < keys[j].hash })
	out := make([]byte, 0, len(keys)*keySize)
	for _, k := range keys {
		out = binary.LittleEndian.AppendUint64(out, k.hash)
		out = binary.LittleEndian.AppendUint32(out, k.off)
		out = binary.LittleEndian.AppendUint32(out, k.len)
	}
	return out
}

func (w *writer) entry(b []byte, e filed) []byte {
	bits := uint64(0)
	for bit, has := range map[uint64]bool{hasRelease: e.Release != "", hasVersions: len(e.Versions) > 0,
		hasVectors: len(e.Vectors) > 0, hasWord: e.Word != ""} {
		if has {
			bits |= bit
		}
	}
	b = binary.AppendUvarint(b, uint64(e.rec))
	b = binary.AppendUvarint(b, bits)
	if bits&hasRelease != 0 {
		b = binary.AppendUvarint(b, w.ref(e.Release))
	}
	b = binary.AppendUvarint(b, uint64(len(e.Ranges)))
	for _, r := range e.Ranges {
		kind := uint64(r.End)
		if r.From != "" {
			kind |= hasFrom
		}
		b = binary.AppendUvarint(b, kind)
		if r.From != "" {
			b = binary.AppendUvarint(b, w.ref(r.From))
		}
		if r.End != NoEnd {
			b = binary.AppendUvarint(b, w.ref(r.To))
		}
	}
	if bits&hasVersions != 0 {
		b = w.refs(b, e.Versions)
	}
	if bits&hasVectors != 0 {
		b = w.refs(b, e.Vectors)
	}
	if bits&hasWord != 0 {
		b = binary.AppendUvarint(b, w.ref(e.Word))
	}
	return b
}

func (w *writer) ids() []byte {
	sort.Slice(w.idEntries, func(i, j int) bool {
		a, b := w.idEntries[i], w.idEntries[j]
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	var out []byte
	for i, e := range w.idEntries {
		if i > 0 && e == w.idEntries[i-1] {
			continue
		}
		out = binary.LittleEndian.AppendUint32(out, e[0])
		out = binary.LittleEndian.AppendUint32(out, e[1])
	}
	return out
}

// table writes a score table, sorted by CVE.
func table(m map[uint32]uint32, keep func(uint32) bool) []byte {
	keys := make([]uint32, 0, len(m))
	for k := range m {
		if keep(k) {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	out := make([]byte, 0, len(keys)*scoreSize)
	for _, k := range keys {
		out = binary.LittleEndian.AppendUint32(out, k)
		out = binary.LittleEndian.AppendUint32(out, m[k])
	}
	return out
}

// writeFile writes header, sections and checksums.
func writeFile(out io.Writer, body [sections][]byte) error {
	total := headerSize
	var joined []byte
	for s := secMeta; s < secSums; s++ {
		total += len(body[s])
		joined = append(joined, body[s]...)
	}
	if uint64(total) > math.MaxUint32/2 {
		return errors.New("the index would be larger than 2 GiB")
	}
	for off := 0; off < len(joined); off += chunk {
		sum := crc32.Checksum(joined[off:min(off+chunk, len(joined))], castagnoli)
		body[secSums] = binary.LittleEndian.AppendUint32(body[secSums], sum)
	}
	h := []byte(magic)
	h = binary.LittleEndian.AppendUint32(h, uint32(sections))
	off := headerSize
	for s := range body {
		h = binary.LittleEndian.AppendUint32(h, uint32(off))
		h = binary.LittleEndian.AppendUint32(h, uint32(len(body[s])))
		off += len(body[s])
	}
	h = binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
	for _, part := range [][]byte{h, joined, body[secSums]} {
		if _, err := out.Write(part); err != nil {
			return fmt.Errorf("writing the index: %w", err)
		}
	}
	return nil
}

// idHash is the hash under which a record is found by an id.
func idHash(id string) uint32 { return uint32(xxhash.Sum64String(strings.ToUpper(id))) }
