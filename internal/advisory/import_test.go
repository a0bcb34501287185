package advisory

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
)

var now = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// layout writes a folder in the public layout: archives by ecosystem, files by name.
func layout(t testing.TB, archives map[string]map[string]string, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for eco, records := range archives {
		var buf bytes.Buffer
		z := zip.NewWriter(&buf)
		for name, body := range records {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "osv", eco, "all.zip"), buf.Bytes())
	}
	for name, b := range files {
		put(t, filepath.Join(dir, name), b)
	}
	return dir
}

func put(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func gz(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.Bytes()
}

func osv(id, modified, ecosystem, name, introduced, fixed string) string {
	return fmt.Sprintf(
		`{"id":%q,"modified":%q,"affected":[{"package":{"ecosystem":%q,"name":%q},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":%q},{"fixed":%q}]}]}]}`,
		id, modified, ecosystem, name, introduced, fixed)
}

func TestImportAndLookUp(t *testing.T) {
	dir := layout(t, map[string]map[string]string{
		"PyPI": {
			"a.json": `{"id":"PYSEC-1","modified":"2026-01-02T03:04:05.678Z","published":"2026-01-01T00:00:00Z","aliases":["CVE-2026-1","GHSA-x"],
				"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"database_specific":{"cwe_ids":["CWE-937","CWE-79"]},
				"affected":[{"package":{"ecosystem":"PyPI","name":"Zz_Test.Pkg"},"versions":["1.0","0.9","3.0"],
				"ranges":[{"type":"GIT","events":[{"introduced":"0"}]},{"type":"ECOSYSTEM","events":[{"fixed":"2.0"},{"introduced":"1.0"}]}]}]}`,
			"bad.json":    `{"id":`,
			"noid.json":   `{"modified":"2026-01-01T00:00:00Z"}`,
			"escape.json": `{"id":"X-\u001b[31m","affected":[]}`,
		},
		"Debian": {"d.json": osv("DSA-1", "2026-02-01T00:00:00Z", "Debian:12", "zz-src", "0", "1.2-3+deb12u1")},
	}, map[string][]byte{
		EPSSFile: gz("#source: test, 2026-08-16\ncve,epss,percentile\nCVE-2026-1,0.125,0.9\nnonsense\n"),
		KEVFile: []byte(
			`{"catalogVersion":"2026.08.07","vulnerabilities":[{"cveID":"CVE-2026-1","dateAdded":"2026-08-01"}]}`),
	})
	home := t.TempDir()
	res, err := Import(context.Background(), home, dir, ImportOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if res.Records != 2 || res.Bad != 3 || len(res.Places) != 3 {
		t.Errorf("%d records, %d bad, places %q", res.Records, res.Bad, res.Places)
	}
	for _, p := range res.Places {
		if strings.Contains(p, "\x1b") {
			t.Errorf("control characters reach the terminal: %q", p)
		}
	}
	if w := strings.Join(res.Warnings, "\n"); !strings.Contains(w, "1 ranges of commits") ||
		!strings.Contains(w, "1 entries could not be used") {
		t.Errorf("warnings %q", w)
	}
	db, err := Open(home)
	if err != nil || len(db.Warnings) > 0 {
		t.Fatal(err, db.Warnings)
	}
	n := 0
	err = db.Each("PyPI", "zz-test_pkg", func(h *Hit) error {
		n++
		if got := fmt.Sprintf("%+v %q", h.Ranges, h.Versions); got != `[{From:1.0 To:2.0 End:1}] ["0.9" "3.0"]` {
			t.Errorf("entry %s", got)
		}
		r, err := h.Record()
		if err != nil || r.ID != "PYSEC-1" || strings.Join(r.Aliases, " ") != "CVE-2026-1 GHSA-x" ||
			strings.Join(r.CWE, " ") != "CWE-79" || len(r.Vectors) != 1 {
			t.Errorf("record %+v, %v", r, err)
		}
		if want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC); !r.Modified.Equal(want) {
			t.Errorf("modified %v", r.Modified)
		}
		return nil
	})
	if n != 1 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	if p, ok, err := db.EPSS("CVE-2026-1"); p != 0.125 || !ok || err != nil {
		t.Errorf("EPSS %v %v %v", p, ok, err)
	}
	if d, ok, err := db.KEV("cve-2026-1"); d.Format(time.DateOnly) != "2026-08-01" || !ok || err != nil {
		t.Errorf("KEV %v %v %v", d, ok, err)
	}
	for _, id := range []string{"PYSEC-1", "cve-2026-1", "GHSA-X"} {
		l, err := db.Named(id)
		if len(l) != 1 || err != nil {
			t.Fatalf("Named(%s): %v, %v", id, l, err)
		}
		if ps, err := l[0].Packages(); err != nil || len(ps) != 1 || ps[0] != (PackageRef{"PyPI", "Zz_Test.Pkg"}) {
			t.Errorf("packages of %s: %v, %v", id, ps, err)
		}
	}
}

// A second import replaces its own ecosystems and leaves the others; an ecosystem with fewer or older records than the
// snapshot stands beside it.
func TestImportsMeet(t *testing.T) {
	home := t.TempDir()
	in := func(eco, id, name string) {
		t.Helper()
		dir := layout(t, map[string]map[string]string{eco: {id + ".json": osv(id, "2020-01-01T00:00:00Z", eco, name,
			"0", "1")}}, nil)
		if _, err := Import(context.Background(), home, dir,
			ImportOptions{Source: "test:" + id, Now: now}); err != nil {
			t.Fatal(err)
		}
	}
	in("PyPI", "ZZ-1", "zz-one")
	in("Alpine", "ZZ-2", "zz-two")
	in("PyPI", "ZZ-3", "zz-three")
	db, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	count := func(eco, name string) (n int) {
		t.Helper()
		if err := db.Each(eco, name, func(*Hit) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if a, b, c, d := count("PyPI", "zz-one"), count("Alpine", "zz-two"), count("PyPI", "zz-three"),
		count("PyPI", "flask"); a != 0 || b != 1 || c != 1 || d == 0 {
		t.Errorf("entries: replaced %d, other ecosystem %d, new %d, embedded %d", a, b, c, d)
	}
	files, _ := filepath.Glob(filepath.Join(home, "*.idx"))
	if len(files) != 2 {
		t.Errorf("index files left: %q", files)
	}
	if got := fmt.Sprint(db.Used([]string{"PyPI"})); !strings.Contains(got, "embedded") ||
		!strings.Contains(got, "test:ZZ-3") {
		t.Errorf("used: %s", got)
	}
}

func TestImportThatFailsChangesNothing(t *testing.T) {
	home := t.TempDir()
	good := layout(t,
		map[string]map[string]string{"Alpine": {"a.json": osv("ZZ-2", "2020-01-01T00:00:00Z", "Alpine:v3.20", "zz-two",
			"0", "1")}}, nil)
	if _, err := Import(context.Background(), home, good, ImportOptions{Now: now}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(home, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	cut := layout(t, map[string]map[string]string{"Alpine": {"a.json": strings.Repeat(" ", 4096)}}, nil)
	zipped := filepath.Join(cut, "osv", "Alpine", "all.zip")
	b, _ := os.ReadFile(zipped)
	put(t, zipped, b[:len(b)/2])
	for name, dir := range map[string]string{
		"cut archive": cut,
		"no record":   layout(t, map[string]map[string]string{"Alpine": {"a.json": "[]"}}, nil),
		"no archive":  t.TempDir(),
		"no folder":   filepath.Join(home, "absent"),
	} {
		_, err := Import(context.Background(), home, dir, ImportOptions{Now: now})
		if clierr.Code(err) != clierr.ExitInput {
			t.Errorf("%s: error %v", name, err)
		}
	}
	after, err := os.ReadFile(filepath.Join(home, manifestFile))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the manifest changed: %v", err)
	}
	db, err := Open(home)
	if err != nil || !db.Covers("Alpine", "v3.20") || db.Covers("Alpine", "v3.19") {
		t.Errorf("the last good index is not in use: %v", err)
	}
}

// An archive that claims or unpacks to more than a record may hold costs one record.
func TestBomb(t *testing.T) {
	dir := layout(t, map[string]map[string]string{"Alpine": {
		"bomb.json": `{"id":"B","details":"` + strings.Repeat("a", maxRecordBytes) + `"}`,
		"good.json": osv("ZZ-2", "2020-01-01T00:00:00Z", "Alpine:v3.20", "zz", "0", "1"),
	}}, nil)
	res, err := Import(context.Background(), t.TempDir(), dir, ImportOptions{Now: now})
	if err != nil || res.Records != 1 || res.Bad != 1 || !strings.Contains(res.Places[0], "bomb.json") {
		t.Errorf("%+v, %v", res, err)
	}
}
