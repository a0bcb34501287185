package advisory

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
)

// server serves a folder, counts answers by status, and lets a test interfere first.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	status map[int]int
	before func(w http.ResponseWriter, r *http.Request) bool // true: answered
}

type counting struct {
	http.ResponseWriter
	s *server
}

func (c counting) WriteHeader(code int) {
	c.s.mu.Lock()
	c.s.status[code]++
	c.s.mu.Unlock()
	c.ResponseWriter.WriteHeader(code)
}

func serve(t *testing.T, dir string) *server {
	s := &server{status: map[int]int{}}
	files := http.FileServer(http.Dir(dir))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.before != nil && s.before(w, r) {
			return
		}
		files.ServeHTTP(counting{w, s}, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// patience is a fetcher that notes its waits and does not wait.
func patience(waits *[]time.Duration) *fetcher {
	f := newFetcher()
	f.wait = func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	}
	return f
}

func twoEcosystems(t *testing.T) string {
	return layout(t, map[string]map[string]string{
		"Alpine": {"a.json": osv("ZZ-1", "2026-01-01T00:00:00Z", "Alpine:v3.20", "zz-a", "0", "1")},
		"Pub":    {"p.json": osv("ZZ-2", "2026-01-01T00:00:00Z", "Pub", "zz-p", "0", "1")},
	},
		map[string][]byte{KEVFile: []byte(
			`{"catalogVersion":"2026.08.07","vulnerabilities":[{"cveID":"CVE-2026-1","dateAdded":"2026-08-01"}]}`)})
}

func TestUpdateAsksOnlyForWhatChanged(t *testing.T) {
	dir := twoEcosystems(t)
	s := serve(t, dir)
	home, cache := t.TempDir(), t.TempDir()
	update := func() *Updated {
		t.Helper()
		var waits []time.Duration
		u, err := Update(context.Background(), home, UpdateOptions{Base: s.URL, Cache: cache, Now: now,
			fetch: patience(&waits)})
		if err != nil || len(waits) > 0 {
			t.Fatal(err, waits)
		}
		return u
	}
	u := update()
	if got := strings.Join(u.Fetched, " "); got != "Alpine Pub" || u.Import == nil || u.Import.Records != 2 ||
		!u.Import.Scores {
		t.Fatalf("first: %+v", u)
	}
	if len(u.Absent) != len(DefaultEcosystems())-2 {
		t.Errorf("absent: %q", u.Absent)
	}
	if u = update(); len(u.Fetched) != 0 || len(u.Unchanged) != 2 || u.Import != nil || s.status[304] != 3 {
		t.Errorf("second: %+v, answers %v", u, s.status)
	}
	later := layout(t, map[string]map[string]string{"Pub": {"p.json": osv("ZZ-3", "2026-02-01T00:00:00Z", "Pub",
		"zz-new", "0", "1")}}, nil)
	b, err := os.ReadFile(filepath.Join(later, "osv", "Pub", "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "osv", "Pub", "all.zip"), b)
	future := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "osv", "Pub", "all.zip"), future, future); err != nil {
		t.Fatal(err)
	}
	if u = update(); strings.Join(u.Fetched, " ") != "Pub" || u.Import == nil {
		t.Errorf("third: %+v", u)
	}
	db, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for eco, name := range map[string]string{"Pub": "zz-new", "Alpine": "zz-a"} {
		if err := db.Each(eco, name, func(*Hit) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n != 2 {
		t.Errorf("%d of 2 packages are in use", n)
	}
}

// An ecosystem that was named once is asked for by every later update, also where only others are named, and also where
// the base has it no more.
func TestUpdateKeepsWhatWasFetched(t *testing.T) {
	dir := twoEcosystems(t)
	later := layout(t, map[string]map[string]string{"SUSE": {"s.json": osv("ZZ-4", "2026-01-01T00:00:00Z", "SUSE:x",
		"zz-s", "0", "1")}}, nil)
	b, err := os.ReadFile(filepath.Join(later, "osv", "SUSE", "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "osv", "SUSE", "all.zip"), b)
	s := serve(t, dir)
	home, cache := t.TempDir(), t.TempDir()
	update := func(ecosystems ...string) *Updated {
		t.Helper()
		var waits []time.Duration
		u, err := Update(context.Background(), home, UpdateOptions{Base: s.URL, Cache: cache, Now: now,
			Ecosystems: ecosystems, fetch: patience(&waits)})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if u := update("SUSE"); strings.Join(u.Fetched, " ") != "SUSE" {
		t.Errorf("first: %+v", u)
	}
	if u := update("Pub"); strings.Join(u.Fetched, " ") != "Pub" || strings.Join(u.Unchanged, " ") != "SUSE" {
		t.Errorf("others named: %+v", u)
	}
	if u := update(); strings.Join(u.Fetched, " ") != "Alpine" || strings.Join(u.Unchanged, " ") != "Pub SUSE" {
		t.Errorf("none named: %+v", u)
	}
	if err := os.Remove(filepath.Join(dir, "osv", "SUSE", "all.zip")); err != nil {
		t.Fatal(err)
	}
	if u := update("Pub"); !slices.Contains(u.Absent, "SUSE") {
		t.Errorf("gone: %+v", u)
	}
}

func TestDefaultEcosystems(t *testing.T) {
	for _, e := range []string{"Alpine", "Ubuntu", "Debian", "PyPI"} {
		if !slices.Contains(DefaultEcosystems(), e) {
			t.Errorf("no %s", e)
		}
	}
}

func TestUpdateThatFailsChangesNothing(t *testing.T) {
	dir := twoEcosystems(t)
	s := serve(t, dir)
	home, cache := t.TempDir(), t.TempDir()
	var waits []time.Duration
	o := UpdateOptions{Base: s.URL, Cache: cache, Now: now, Ecosystems: []string{"Alpine", "Pub"},
		fetch: patience(&waits)}
	if _, err := Update(context.Background(), home, o); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(filepath.Join(home, manifestFile))
	body, err := os.ReadFile(filepath.Join(dir, "osv", "Pub", "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]http.HandlerFunc{
		"server error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) },
		"gone":         func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusNotFound) },
		"refused":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) },
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			w.Write(body)
		},
		"no zip":     func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>sign in</html>")) },
		"half a zip": func(w http.ResponseWriter, _ *http.Request) { w.Write(body[:len(body)/2]) },
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999999999")
		},
	} {
		s.before = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/Pub/") {
				return false
			}
			answer(w, r)
			return true
		}
		waits = nil
		_, err := Update(context.Background(), home, o)
		if clierr.Code(err) != clierr.ExitInput || !strings.Contains(clierr.Hint(err), "stay in use") {
			t.Errorf("%s: error %v, hint %q", name, err, clierr.Hint(err))
		}
		if name == "server error" && len(waits) != tries-1 {
			t.Errorf("%s: waits %v", name, waits)
		}
		after, _ := os.ReadFile(filepath.Join(home, manifestFile))
		if string(before) != string(after) {
			t.Errorf("%s: the manifest changed", name)
		}
		if left, _ := filepath.Glob(filepath.Join(cache, "*", "*", "*", "*.new*")); len(left) > 0 {
			t.Errorf("%s: left behind %q", name, left)
		}
	}
}

func TestUpdateTriesAgain(t *testing.T) {
	s := serve(t, twoEcosystems(t))
	failures := 2
	s.before = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/Pub/") && failures > 0 {
			failures--
			w.Header().Set("Retry-After", "7")
			http.Error(w, "busy", http.StatusTooManyRequests)
			return true
		}
		return false
	}
	var waits []time.Duration
	_, err := Update(context.Background(), t.TempDir(), UpdateOptions{Base: s.URL + "/osv/", Cache: t.TempDir(),
		Now: now, Ecosystems: []string{"Pub"}, fetch: patience(&waits)})
	if err != nil || len(waits) != 2 || waits[0] != 7*time.Second {
		t.Errorf("%v, waits %v", err, waits)
	}
}

func TestUpdateRefuses(t *testing.T) {
	for name, o := range map[string]UpdateOptions{
		"folder":    {Base: "/some/folder"},
		"scheme":    {Base: "ftp://example.org/osv"},
		"traversal": {Base: "http://127.0.0.1:1", Ecosystems: []string{"../x"}},
		"release":   {Base: "http://127.0.0.1:1", Ecosystems: []string{"Debian:12"}},
	} {
		o.Cache = t.TempDir()
		if _, err := Update(context.Background(), t.TempDir(), o); clierr.Code(err) != clierr.ExitUsage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoDowngradeOnRedirect(t *testing.T) {
	via := []*http.Request{httptest.NewRequest("GET", "https://a.example/x", nil)}
	if checkRedirect(httptest.NewRequest("GET", "http://a.example/x", nil), via) == nil {
		t.Error("followed from https to http")
	}
	if err := checkRedirect(httptest.NewRequest("GET", "https://b.example/x", nil), via); err != nil {
		t.Error(err)
	}
}
