package advisory

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"
)

func small(t testing.TB) []byte {
	t.Helper()
	b := newBuilder(now)
	for _, r := range []string{
		`{"id":"ZZ-1","modified":"2026-01-02T03:04:05Z","aliases":["CVE-2026-1"],"affected":[{"package":{"ecosystem":"PyPI","name":"zz"},"versions":["1.0","3"],"severity":[{"type":"CVSS_V3","score":"x"}],"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0.5"},{"fixed":"2"}]}]}]}`,
		osv("ZZ-2", "2026-01-01T00:00:00Z", "Debian:12", "zz", "0", "1"),
	} {
		p, err := decode([]byte(r), nil)
		if err != nil {
			t.Fatal(err)
		}
		b.add(p)
	}
	b.scores.epss = map[uint32]uint32{mustKey("CVE-2026-1"): 125000}
	b.scores.kev = map[uint32]uint32{mustKey("CVE-2026-1"): 20000}
	b.scores.date(now)
	var buf bytes.Buffer
	if _, err := b.write(&buf, ""); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func mustKey(id string) uint32 {
	k, ok := cveKey(id)
	if !ok {
		panic(id)
	}
	return k
}

// reseal makes the checksums right again, so that what lies behind them is reached.
func reseal(b []byte) []byte {
	b = bytes.Clone(b)
	if len(b) < headerSize {
		return b
	}
	sums := int(binary.LittleEndian.Uint32(b[len(magic)+4+8*int(secSums):]))
	for i, off := 0, headerSize; off < sums && sums+4*i+4 <= len(b); i, off = i+1, off+chunk {
		binary.LittleEndian.PutUint32(b[sums+4*i:], crc32.Checksum(b[off:min(off+chunk, sums)], castagnoli))
	}
	binary.LittleEndian.PutUint32(b[headerSize-4:], crc32.Checksum(b[:headerSize-4], castagnoli))
	return b
}

// use looks at everything that an index can be asked.
func use(x *Index) error {
	var errs []error
	for _, p := range []PackageRef{{"PyPI", "zz"}, {"Debian", "zz"}, {"npm", "none"}} {
		errs = append(errs, x.Each(p.Ecosystem, p.Name, func(e *Entry) error {
			_, err := x.Record(e.Ref)
			return err
		}))
	}
	for _, id := range []string{"CVE-2026-1", "ZZ-1", "none"} {
		_, err := x.Named(id)
		errs = append(errs, err)
		_, _, err = x.EPSS(id)
		errs = append(errs, err)
		_, _, err = x.KEV(id)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// A damaged index gives an error, never a panic: with its checksums as found, and with checksums that are right.
func FuzzIndex(f *testing.F) {
	good := small(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	for i := headerSize; i < len(good); i += 7 {
		b := bytes.Clone(good)
		b[i] ^= 0x81
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := OpenIndex(string(b)); err == nil {
			_ = use(x)
		}
		if x, err := OpenIndex(string(reseal(b))); err == nil {
			_ = use(x)
		}
	})
}

// Whatever single byte is damaged, opening or the first use of it fails.
func TestDamageIsFound(t *testing.T) {
	good := small(t)
	x, err := OpenIndex(string(good))
	if err != nil || use(x) != nil {
		t.Fatal(err)
	}
	for i := range good {
		b := bytes.Clone(good)
		b[i] ^= 0x10
		x, err := OpenIndex(string(b))
		if err == nil {
			err = use(x)
		}
		if !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d of %d: %v", i, len(good), err)
		}
	}
	for n := range good {
		if _, err := OpenIndex(string(good[:n])); err == nil {
			t.Fatalf("cut to %d of %d bytes: opened", n, len(good))
		}
	}
}

// What decode takes, the index gives back.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(osv("ZZ-1", "2026-01-01T00:00:00Z", "PyPI", "zz", "0", "1")))
	f.Add(
		[]byte(
			`{"id":"A","aliases":null,"affected":[{"package":{"ecosystem":"Debian:12","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"last_affected":"1:2-3"},{"limit":"*"}]}],"versions":["1","v2"]}],"database_specific":{"severity":["x"],"cwe_ids":["CWE-1"]}}`))
	f.Add(
		[]byte(
			`{"id":"A","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"fixed":"1.0.0-a"},{"introduced":"1.0.0-a"}]},{"type":"GIT","events":[]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decode(b, nil)
		if err != nil {
			return
		}
		bl := newBuilder(now)
		bl.add(p)
		var buf bytes.Buffer
		if _, err := bl.write(&buf, ""); err != nil {
			t.Fatal(err)
		}
		x, err := OpenIndex(buf.String())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.entries {
			n := 0
			if err := x.Each(e.ref.Ecosystem, e.ref.Name, func(*Entry) error { n++; return nil }); err != nil ||
				n == 0 {
				t.Fatalf("%+v: %d entries, %v", e.ref, n, err)
			}
		}
		if len(p.entries) > 0 {
			if l, err := x.Named(p.ID); err != nil || len(l) != 1 || l[0].ID != p.ID {
				t.Fatalf("%q: %v, %v", p.ID, l, err)
			}
		}
	})
}

// The scores' readers take any bytes.
func FuzzScores(f *testing.F) {
	f.Add(gz("#x, 2026-08-16\ncve,epss,percentile\nCVE-2026-1,0.1,0.2\n"))
	f.Add([]byte(`{"catalogVersion":"2026.08.07","vulnerabilities":[{"cveID":"CVE-2026-1","dateAdded":"2026-08-01"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s scores
		if _, err := s.readEPSS(bytes.NewReader(b)); err == nil && len(s.epss) == 0 {
			t.Error("no scores and no error")
		}
		if _, err := s.readKEV(bytes.NewReader(b)); err == nil && len(s.kev) == 0 {
			t.Error("no entries and no error")
		}
	})
}
