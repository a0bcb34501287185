package compare

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"

	"github.com/drydock/drydock/internal/image"
)

// SameFiles reports whether two images have the same files; else it names one that differs. Time stamps and the digests
// of layers do not count, nor does what every build writes anew: caches, logs, compiled Python, the state of the
// package manager, whose packages are compared by themselves. Layers that both begin with are not read.
func SameFiles(ctx context.Context, before, after string, opt image.Options) (same bool, differs string, err error) {
	a, err := image.Open(ctx, before, opt)
	if err != nil {
		return false, "", err
	}
	defer a.Close()
	b, err := image.Open(ctx, after, opt)
	if err != nil {
		return false, "", err
	}
	defer b.Close()
	shared := 0
	for shared < len(a.Info.Layers) && shared < len(b.Info.Layers) &&
		a.Info.Layers[shared].DiffID == b.Info.Layers[shared].DiffID {
		shared++
	}
	was, err := filesAbove(ctx, a, shared)
	if err != nil {
		return false, "", err
	}
	is, err := filesAbove(ctx, b, shared)
	if err != nil {
		return false, "", err
	}
	if differs = difference(was, is); differs != "" {
		return false, differs, nil
	}
	return true, "", nil
}

// difference is the first path by name at which two trees differ, "" where they are alike.
func difference(a, b map[string]string) string {
	var all []string
	for name, x := range a {
		if b[name] != x {
			all = append(all, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return slices.Min(all)
}

// writtenAnew reports whether a path is one that builds write anew without a change in what they build.
func writtenAnew(name string) bool {
	for _, dir := range []string{"var/cache/", "var/log/", "var/lib/dpkg/", "var/lib/apt/", "var/lib/rpm/",
		"usr/lib/sysimage/rpm/", "lib/apk/db/", "var/lib/systemd/", "tmp/", "run/", "root/.cache/", "dev/", "proc/",
		"sys/"} {
		if strings.HasPrefix(name, dir) || name == strings.TrimSuffix(dir, "/") {
			return true
		}
	}
	switch name {
	case "etc/ld.so.cache", "etc/machine-id", "etc/shadow", "etc/shadow-", "etc/gshadow-", "etc/passwd-", "etc/group-",
		"etc/resolv.conf", "etc/hostname", "etc/hosts", "etc/mtab":
		return true
	}
	return strings.HasSuffix(name, ".pyc") || path.Base(name) == "__pycache__"
}

// filesAbove describes the files of an image's layers from one on: mode and content, or the link's end.
func filesAbove(ctx context.Context, img *image.Image, first int) (map[string]string, error) {
	index := map[string]int{}
	for i := range img.Info.Layers {
		if i >= first {
			index[img.Info.Layers[i].DiffID] = i
		}
	}
	layers := make([]map[string]string, len(img.Info.Layers))
	var mu sync.Mutex
	err := img.Layers(ctx, func(diffID string) bool { _, ok := index[diffID]; return ok }, func(l *image.Layer) error {
		files, err := layerFiles(l)
		mu.Lock()
		defer mu.Unlock()
		if i, ok := index[l.DiffID]; ok {
			layers[i] = files
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i, files := range layers {
		if i >= first {
			lay(out, files)
		}
	}
	return out, nil
}

const (
	whiteout = "removed"
	opaque   = "emptied"
)

// lay puts a layer's files over those below it. What it removes stays as removed: it may lie in a layer that is shared.
func lay(out, files map[string]string) {
	for name, what := range files {
		if what == whiteout || what == opaque {
			for below := range out {
				if strings.HasPrefix(below, name+"/") {
					delete(out, below)
				}
			}
		}
	}
	for name, what := range files {
		out[name] = what
	}
}

func layerFiles(l *image.Layer) (map[string]string, error) {
	out := map[string]string{}
	var e image.Entry
	for {
		err := l.Next(&e)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if e.Path == "" || writtenAnew(e.Path) {
			continue
		}
		switch e.Kind {
		case image.Whiteout:
			out[e.Path] = whiteout
		case image.Opaque:
			out[e.Path] = opaque
		case image.Dir: // a folder's own mode changes with every touch of a builder; its files tell
		case image.Symlink, image.Hardlink:
			out[e.Path] = "link " + e.Link
		case image.File:
			if out[e.Path], err = content(l, &e); err != nil {
				return out, fmt.Errorf("%s: %w", e.Path, err)
			}
		default:
			out[e.Path] = "other"
		}
	}
}

func content(l *image.Layer, e *image.Entry) (string, error) {
	h := xxhash.New()
	var r io.Reader = l
	if e.At != nil {
		r = io.NewSectionReader(e.At, 0, e.Size)
	}
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return fmt.Sprintf("%o %d %x", e.Mode.Perm(), e.Size, h.Sum64()), nil
}
