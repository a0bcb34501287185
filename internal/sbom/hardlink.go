package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/lockfile"
)

// Package managers that keep a store (pnpm, uv, bun) install by hard links, and of a file with several names a layer
// holds the content once, under the name that comes first. That may be the store's, which tells nothing.

// passed holds the content of small files of a stream that look like a package's manifest, whatever their name: a hard
// link with a telling name may follow, and the stream will not come back.
type passed struct {
	files  map[string][]byte
	missed map[string]bool // files that were not looked at, since they or all together are too large
	bytes  int
}

// Bounds on what is held of one layer.
const (
	maxPassedFile = 256 << 10
	maxPassed     = 32 << 20
)

// note keeps the content of the layer's present entry if it may be a manifest.
func (p *passed) note(l *image.Layer, e *image.Entry) error {
	if e.Size < minManifest {
		return nil
	}
	if e.Size > maxPassedFile || p.bytes+int(e.Size) > maxPassed {
		if p.missed == nil {
			p.missed = map[string]bool{}
		}
		p.missed[e.Path] = true
		return nil
	}
	var head [minManifest]byte
	if _, err := io.ReadFull(l, head[:]); err != nil {
		return fmt.Errorf("%s: %w", e.Path, extract.CutOff(err))
	}
	if !likeManifest(head[:]) {
		return nil
	}
	data := make([]byte, e.Size)
	n := copy(data, head[:])
	if _, err := io.ReadFull(l, data[n:]); err != nil {
		return fmt.Errorf("%s: %w", e.Path, extract.CutOff(err))
	}
	if isObject(data) && !(bytes.Contains(data, []byte(`"name"`)) && bytes.Contains(data, []byte(`"version"`))) {
		return nil
	}
	if p.files == nil {
		p.files = map[string][]byte{}
	}
	p.files[e.Path] = data
	p.bytes += len(data)
	return nil
}

// minManifest is as much as telling a manifest takes; the shortest one that holds a name and a version is longer.
const minManifest = 16

// likeManifest tells the begin of what installed packages leave: a JSON object, Python's metadata, a gem's
// specification.
func likeManifest(head []byte) bool {
	return isObject(head) || bytes.HasPrefix(head, []byte("Metadata-Version")) ||
		bytes.HasPrefix(head, []byte("# -*- encoding: ")) ||
		bytes.HasPrefix(head, []byte("Gem::Specificat"))
}

func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("{"))
}

// maxLinkHops bounds hard links to hard links.
const maxLinkHops = 16

// resolveHardLinks looks at what is known under another name in the same layer. Executables are counted once, under the
// name that came first.
func (s *layerScan) resolveHardLinks() {
	if len(s.hard) == 0 {
		return
	}
	files := map[string]int{}
	for i := range s.facts.Files {
		files[s.facts.Files[i].Path] = i
	}
	to := make(map[string]string, len(s.hard))
	for _, h := range s.hard {
		to[h.Path] = h.Target
	}
	for _, h := range s.hard {
		t, program := taskFor(h.Path, 0, 1)
		if t == nil || program {
			continue
		}
		target := h.Target
		for range maxLinkHops {
			next, ok := to[target]
			if !ok {
				break
			}
			target = next
		}
		if i, ok := files[target]; ok {
			s.facts.Files = append(s.facts.Files, renamed(&s.facts.Files[i], h.Path))
		} else if e := s.at[target]; e != nil {
			s.run(job{t, &extract.File{Path: h.Path, Size: e.Size, At: e.At}})
		} else if data := s.passed.files[target]; data != nil {
			s.run(job{t, &extract.File{Path: h.Path, Size: int64(len(data)), Data: data}})
		} else if s.passed.missed[target] || lockfile.Installed(h.Path) == nil {
			s.problem(h.Path, errors.New("a hard link to a file that had passed: its content was not read"))
		}
	}
}
