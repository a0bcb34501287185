package sbom

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/sbom/extract"
)

// view is what remains to be seen when layers lie on one another, as an overlay shows it, of the paths that matter:
// those about which some layer has a fact.
type view struct {
	layer map[string]int  // the layer whose entry is seen at a path; a path that is hidden is not in it
	above map[string]bool // folders that hold, at any depth, a path that matters
	links map[string]string
	dirs  map[string]string // resolved folders
	gone  func(path string)
}

// newView prepares for the facts of all layers.
func newView(layers []*layerFacts) *view {
	v := &view{layer: map[string]int{}, above: map[string]bool{}, links: map[string]string{}, dirs: map[string]string{}}
	note := func(p string) {
		for d := path.Dir(p); d != "." && !v.above[d]; d = path.Dir(d) {
			v.above[d] = true
		}
	}
	for _, f := range layers {
		if f == nil {
			continue
		}
		for i := range f.Files {
			note(f.Files[i].Path)
		}
		for i := range f.Execs {
			note(f.Execs[i].Path)
		}
		for i := range f.Symlinks {
			note(f.Symlinks[i].Path)
		}
	}
	return v
}

// put lays layer n over those that were put before.
func (v *view) put(n int, f *layerFacts) {
	for _, dir := range f.Opaque {
		v.hideBelow(dir)
	}
	for _, p := range f.Hidden {
		v.hide(p)
		v.hideBelow(p)
	}
	f.Paths.each(func(p []byte) {
		if len(p) > 0 && p[len(p)-1] == '/' { // a folder takes the place of a file or link, and joins a folder
			if _, ok := v.layer[string(p[:len(p)-1])]; ok {
				v.hide(string(p[:len(p)-1]))
			}
			return
		}
		if _, ok := v.layer[string(p)]; ok {
			v.hide(string(p))
		}
		if v.above[string(p)] {
			v.hideBelow(string(p))
		}
	})
	for i := range f.Files {
		v.layer[f.Files[i].Path] = n
	}
	for i := range f.Execs {
		v.layer[f.Execs[i].Path] = n
	}
	for _, l := range f.Symlinks {
		v.layer[l.Path] = n
		v.links[l.Path] = l.Target
	}
}

func (v *view) hide(p string) {
	delete(v.layer, p)
	delete(v.links, p)
	if v.gone != nil {
		v.gone(p)
	}
}

func (v *view) hideBelow(dir string) {
	if dir != "" && !v.above[dir] {
		return
	}
	for p := range v.layer {
		if p != dir && extract.Within(p, dir) {
			v.hide(p)
		}
	}
}

// maxHops bounds the links that one path may lead through, as the kernel does.
const maxHops = 40

// resolve follows the links of a path's folders, not that of its last part: /bin/ls is /usr/bin/ls where /bin is a
// link. A path whose links lead in a circle stays as it is.
func (v *view) resolve(p string) string {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return p
	}
	switch dir := v.resolveDir(p[:i]); dir {
	case p[:i]: // nearly always
		return p
	case "":
		return p[i+1:]
	default:
		return dir + p[i:]
	}
}

// resolveDir resolves a folder by way of the one above it, and remembers what came out.
func (v *view) resolveDir(dir string) string {
	if to, ok := v.dirs[dir]; ok {
		return to
	}
	to := dir
	if i := strings.LastIndexByte(dir, '/'); i >= 0 {
		if above := v.resolveDir(dir[:i]); above != dir[:i] {
			to = strings.TrimPrefix(above+dir[i:], "/")
		}
	}
	if _, ok := v.links[to]; ok {
		hops := 0
		if to = v.walk(to, &hops); hops > maxHops {
			to = dir
		}
	}
	v.dirs[dir] = to
	return to
}

func (v *view) walk(dir string, hops *int) string {
	done := ""
	for rest := dir; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		switch part {
		case "", ".":
			continue
		case "..":
			done = strings.TrimSuffix(path.Dir("/"+done), "/")
			done = strings.TrimPrefix(done, "/")
			continue
		}
		next := path.Join(done, part)
		target, ok := v.links[next]
		if !ok {
			done = next
			continue
		}
		if *hops++; *hops > maxHops {
			return dir
		}
		if strings.HasPrefix(target, "/") {
			done = ""
		}
		rest = strings.TrimSuffix(target, "/") + "/" + rest
	}
	return done
}
