package code

import (
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/safefile"
)

// Results are kept on disk by the file's content and path, in one store for each set of rules and build of drydock. A
// store that cannot be read is as good as none.

const (
	maxCached    = 60_000
	maxCacheSize = 256 << 20
)

type cache struct {
	path  string
	mu    sync.Mutex
	old   map[string]FileResult
	now   map[string]FileResult
	fresh bool
}

func cacheKey(rel string, src []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(rel), rel)
	h.Write(src)
	return string(h.Sum(nil))
}

func openCache(dir, build string, rules []*rule.Rule) *cache {
	h := sha256.New()
	fmt.Fprintln(h, build)
	for _, r := range rules {
		_ = gob.NewEncoder(h).Encode(r)
	}
	c := &cache{
		path: filepath.Join(dir, hex.EncodeToString(h.Sum(nil))[:24]+".gob"),
		old:  map[string]FileResult{},
		now:  map[string]FileResult{},
	}
	f, err := os.Open(c.path)
	if err != nil {
		return c
	}
	defer f.Close()
	if err := gob.NewDecoder(io.LimitReader(f, maxCacheSize)).Decode(&c.old); err != nil {
		c.old = map[string]FileResult{}
	}
	return c
}

func (c *cache) get(key string) (FileResult, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.old[key]
	if ok {
		c.now[key] = r
	}
	return r, ok
}

func (c *cache) put(key string, r FileResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.now) < maxCached {
		c.now[key] = r
		c.fresh = true
	}
}

// keepFacts replaces the facts of a file whose results are kept.
func (c *cache) keepFacts(key string, facts []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.now[key]; ok {
		r.Facts = facts
		c.now[key] = r
		c.fresh = true
	}
}

// save writes what this run learnt. A failure costs time on the next run and nothing else.
func (c *cache) save() {
	if !c.fresh {
		return
	}
	if os.MkdirAll(filepath.Dir(c.path), 0o700) != nil {
		return
	}
	// What other runs with these rules looked at stays, as far as there is room.
	for k, r := range c.old {
		if len(c.now) >= maxCached {
			break
		}
		if _, ok := c.now[k]; !ok {
			c.now[k] = r
		}
	}
	_ = safefile.Create(c.path, func(w io.Writer) error { return gob.NewEncoder(w).Encode(c.now) })
}
