package sbom

import (
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/safefile"
)

// layerCache keeps what was read of layers, by diff id, so that ten images on one base cost one base. It is a help and
// nothing more: what cannot be read or written there is read from the image again.
//
// What another build of drydock wrote is not used, since it may have read less or otherwise. And what was learnt from
// an archive whose digests nobody compared is kept apart from what is known to be right: else an archive could claim
// the name of another image's layer, and have that layer taken for harmless.
type layerCache struct {
	dir     string // of this build; "" for no cache
	root    string
	trusted bool
}

const (
	verifiedFolder = "verified"
	claimedFolder  = "claimed"
	imagesFolder   = "images"
	// maxCache bounds the folder; the layers used longest ago go first.
	maxCache = 1 << 30
	// maxCached bounds one layer's facts.
	maxCached = 256 << 20
)

func openCache(root string, trusted bool) *layerCache {
	c := &layerCache{root: root, trusted: trusted}
	if id := build(); root != "" && id != "" {
		c.dir = filepath.Join(root, id)
	}
	return c
}

// build names this very program: another build reads otherwise.
var build = sync.OnceValue(func() string {
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	st, err := os.Stat(exe)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", st.Size(), st.ModTime().UnixNano()))
	return hex.EncodeToString(sum[:8])
})

func (c *layerCache) path(folder, diffID string) string {
	sum, ok := strings.CutPrefix(diffID, "sha256:")
	if c.dir == "" || !ok || len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" {
		return ""
	}
	return filepath.Join(c.dir, folder, sum)
}

// load returns the facts of a layer, nil where they are not to be had.
func (c *layerCache) load(diffID string) *layerFacts {
	if f := c.read(c.path(verifiedFolder, diffID)); f != nil && f.DiffID == diffID {
		return f
	}
	if c.trusted {
		return nil
	}
	if f := c.read(c.path(claimedFolder, diffID)); f != nil && f.DiffID == diffID {
		return f
	}
	return nil
}

func (c *layerCache) read(path string) *layerFacts {
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var facts layerFacts
	if gob.NewDecoder(bounded.Reader(s2.NewReader(f), maxCached)).Decode(&facts) != nil {
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // so that what is used stays
	return &facts
}

// save keeps the facts of a layer that was read whole.
func (c *layerCache) save(f *layerFacts) {
	folder := claimedFolder
	if c.trusted {
		folder = verifiedFolder
	}
	path := c.path(folder, f.DiffID)
	if path == "" || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	_ = safefile.Create(path, func(w io.Writer) error {
		z := s2.NewWriter(w)
		if err := gob.NewEncoder(z).Encode(f); err != nil {
			return err
		}
		return z.Close()
	})
}

// prune keeps the whole folder within its bound.
func (c *layerCache) prune() {
	if c.dir == "" {
		return
	}
	type item struct {
		path string
		size int64
		used time.Time
	}
	var items []item
	var total int64
	_ = filepath.WalkDir(c.root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if st, err := d.Info(); err == nil {
			items = append(items, item{p, st.Size(), st.ModTime()})
			total += st.Size()
		}
		return nil
	})
	sort.Slice(items, func(i, j int) bool { return items[i].used.Before(items[j].used) })
	for _, it := range items {
		if total <= maxCache {
			break
		}
		if os.Remove(it.path) == nil {
			total -= it.size
		}
	}
}

// remember notes an image that was read, by its layers, so that it can be told as another's base.
func (c *layerCache) remember(info *inventory.Image) {
	if c.dir == "" || len(info.Layers) == 0 || len(info.Tags) == 0 || info.ID == "" {
		return
	}
	k := image.Known{Name: info.Tags[0], Digest: info.Digest}
	for _, l := range info.Layers {
		k.DiffIDs = append(k.DiffIDs, l.DiffID)
	}
	data, err := json.Marshal(k)
	dir := filepath.Join(c.root, imagesFolder)
	if err != nil || os.MkdirAll(dir, 0o700) != nil {
		return
	}
	path := filepath.Join(dir, strings.TrimPrefix(info.ID, "sha256:")+".json")
	if old, err := os.ReadFile(path); err == nil && string(old) == string(data) {
		return
	}
	_ = safefile.Create(path, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// maxKnownImages bounds how many images that were read before are looked at.
const maxKnownImages = 1000

// known are the images that were read before.
func (c *layerCache) known() []image.Known {
	if c.dir == "" {
		return nil
	}
	dir := filepath.Join(c.root, imagesFolder)
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []image.Known
	for _, d := range list[:min(len(list), maxKnownImages)] {
		var k image.Known
		if data, err := bounded.ReadFile(filepath.Join(dir, d.Name()), 1<<20); err == nil &&
			json.Unmarshal(data, &k) == nil {
			out = append(out, k)
		}
	}
	return out
}
