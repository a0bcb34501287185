package code

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/safefile"
)

// Results are kept on disk, a file each, by the content and path of what was looked at, in a folder for each set of
// rules and build of drydock. Each is read when it is asked for, so that a run costs what it looks at, whatever is
// kept. What cannot be read is as good as none.

const (
	maxCached    = 60_000
	maxCacheSize = 256 << 20
	maxEntry     = 32 << 20
	// What nothing asked for in so long is dropped; whether there is such is looked at once a day.
	keptFor, prunedEach = 14 * 24 * time.Hour, 24 * time.Hour
)

// cache keeps results of one set of rules and build. It is safe for concurrent use, by several processes too.
type cache struct {
	root string // of all sets of rules
	dir  string
}

// entry is a kept result without its facts, which are kept beside it as they are.
type entry struct {
	Findings []Finding
	Problem  string
	Unread   bool
	Unused   []Unused
}

func cacheKey(rel string, src []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(rel), rel)
	h.Write(src)
	return hex.EncodeToString(h.Sum(nil))
}

func openCache(dir, build string, rules []*rule.Rule) *cache {
	h := sha256.New()
	fmt.Fprintln(h, build)
	for _, r := range rules {
		_ = gob.NewEncoder(h).Encode(r)
	}
	c := &cache{root: dir, dir: filepath.Join(dir, hex.EncodeToString(h.Sum(nil))[:24])}
	c.prune(time.Now())
	return c
}

// path is where the result with a key is kept: in one of 256 folders, as none should have too many files.
func (c *cache) path(key string) string { return filepath.Join(c.dir, key[:2], key[2:]) }

func (c *cache) get(key string) (FileResult, bool) {
	path := c.path(key)
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() > maxEntry {
		return FileResult{}, false
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return FileResult{}, false
	}
	if now := time.Now(); now.Sub(st.ModTime()) > prunedEach {
		_ = os.Chtimes(path, now, now) // it is still asked for
	}
	return decodeEntry(b)
}

// decodeEntry reads a kept result: the entry, if there is anything to tell, and the measures, each after its length,
// then the facts.
func decodeEntry(b []byte) (FileResult, bool) {
	told, b, ok := sized(b)
	if !ok {
		return FileResult{}, false
	}
	measures, facts, ok := sized(b)
	if !ok {
		return FileResult{}, false
	}
	var e entry
	if len(told) > 0 && gob.NewDecoder(bytes.NewReader(told)).Decode(&e) != nil {
		return FileResult{}, false
	}
	r := FileResult{Findings: e.Findings, Problem: e.Problem, Unread: e.Unread, Unused: e.Unused, Measures: measures}
	if len(facts) > 0 {
		r.Facts = facts
	}
	return r, true
}

// sized takes off a piece that stands after its length.
func sized(b []byte) (piece, rest []byte, ok bool) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil, false
	}
	b = b[n:]
	return b[:size], b[size:], true
}

// put keeps a result. A failure costs time on the next run and nothing else.
func (c *cache) put(key string, r FileResult) {
	var told bytes.Buffer
	if len(r.Findings) > 0 || r.Problem != "" || r.Unread || len(r.Unused) > 0 {
		e := entry{Findings: r.Findings, Problem: r.Problem, Unread: r.Unread, Unused: r.Unused}
		if gob.NewEncoder(&told).Encode(e) != nil {
			return
		}
	}
	path := c.path(key)
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	_ = safefile.Cache(path, func(w io.Writer) error {
		for _, b := range [][]byte{binary.AppendUvarint(nil, uint64(told.Len())), told.Bytes(),
			binary.AppendUvarint(nil, uint64(len(r.Measures))), r.Measures, r.Facts} {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepFacts replaces the facts of a file whose results are kept.
func (c *cache) keepFacts(key string, facts []byte) {
	if r, ok := c.get(key); ok {
		r.Facts = facts
		c.put(key, r)
	}
}

// prune drops what nothing asked for in a long time, of all sets of rules, and the oldest where there is too much.
func (c *cache) prune(now time.Time) {
	mark := filepath.Join(c.root, "pruned")
	if st, err := os.Stat(mark); err == nil && now.Sub(st.ModTime()) < prunedEach {
		return
	}
	if os.MkdirAll(c.root, 0o700) != nil || os.WriteFile(mark, nil, 0o600) != nil || os.Chtimes(mark, now, now) != nil {
		return
	}
	type kept struct {
		path string
		size int64
		at   time.Time
	}
	var all []kept
	_ = filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == mark {
			return nil
		}
		if info, err := d.Info(); err == nil {
			all = append(all, kept{path, info.Size(), info.ModTime()})
		}
		return nil
	})
	sort.Slice(all, func(i, j int) bool { return all[i].at.After(all[j].at) })
	total := int64(0)
	for i, k := range all {
		if total += k.size; i >= maxCached || total > maxCacheSize || now.Sub(k.at) > keptFor {
			_ = os.Remove(k.path)
		}
	}
	c.dropEmpty()
}

// dropEmpty removes folders that nothing is left in.
func (c *cache) dropEmpty() {
	sets, _ := filepath.Glob(filepath.Join(c.root, "*", "*"))
	for _, dir := range sets {
		_ = os.Remove(dir) // fails where it holds something
	}
	sets, _ = filepath.Glob(filepath.Join(c.root, "*"))
	for _, dir := range sets {
		if st, err := os.Lstat(dir); err == nil && st.IsDir() {
			_ = os.Remove(dir)
		}
	}
}
