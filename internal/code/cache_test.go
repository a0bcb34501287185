package code

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/finding"
)

func TestCacheEntries(t *testing.T) {
	c := openCache(t.TempDir(), "1", nil)
	for name, r := range map[string]FileResult{
		"nothing":  {},
		"facts":    {Facts: []byte("facts")},
		"findings": {Findings: []Finding{{Rule: "x", Severity: finding.High}}, Facts: []byte("facts")},
		"problem":  {Problem: "line 1", Unread: true},
	} {
		key := cacheKey(name, nil)
		c.put(key, r)
		got, ok := c.get(key)
		if !ok || len(got.Findings) != len(r.Findings) || got.Problem != r.Problem || got.Unread != r.Unread ||
			!bytes.Equal(got.Facts, r.Facts) {
			t.Errorf("%s: kept %+v, came back %+v, %v", name, r, got, ok)
		}
	}
	c.keepFacts(cacheKey("findings", nil), []byte("more"))
	if r, _ := c.get(cacheKey("findings", nil)); string(r.Facts) != "more" || len(r.Findings) != 1 {
		t.Errorf("with other facts: %+v", r)
	}
	// what is broken is as good as none
	for _, b := range []string{"", "\xff", "\x05ab", "\x02ab"} {
		if err := os.WriteFile(c.path(cacheKey("problem", nil)), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, ok := c.get(cacheKey("problem", nil)); ok {
			t.Errorf("%q is read as %+v", b, r)
		}
	}
}

func TestCacheDropsWhatNothingAsksFor(t *testing.T) {
	root := t.TempDir()
	c := openCache(root, "1", nil)
	old, used := cacheKey("old", nil), cacheKey("used", nil)
	other := filepath.Join(root, "of another time.gob")
	c.put(old, FileResult{})
	c.put(used, FileResult{})
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-keptFor)
	for _, path := range []string{c.path(old), c.path(used), other} {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := c.get(used); !ok {
		t.Fatal("what is kept is not found")
	}
	openCache(root, "2", nil) // not twice a day
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
	c.prune(time.Now().Add(prunedEach + time.Hour))
	if _, err := os.Stat(other); err == nil {
		t.Error("an old file is kept")
	}
	if _, ok := c.get(old); ok {
		t.Error("an old result is kept")
	}
	if _, ok := c.get(used); !ok {
		t.Error("a result that was asked for is dropped")
	}
}
