package prove

import (
	"io"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/debian"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// isAPK reports whether a file is Alpine's database of what is installed.
func isAPK(name string) bool {
	return name == "lib/apk/db/installed" || name == "usr/lib/apk/db/installed"
}

// dpkg counts the packages of Debian's database. A line that is none of its is left to the package list to tell.
func (f *files) dpkg(r io.Reader) error {
	parser := debian.NewParser(func(_ int, p *debian.Paragraph) error {
		if f.index.Add(p); p[debian.Package] != "" && !p.Removed() {
			f.packages["dpkg"]++
		}
		return nil
	})
	defer parser.End()
	return debian.Lines(r, parser.Line)
}

// apk counts the packages of Alpine's database, and notes what each installed. P: package, F: folder, R: file in it.
func (f *files) apk(r io.Reader) error {
	pkg, dir := "", ""
	return debian.Lines(r, func(line []byte) {
		key, v, ok := strings.Cut(string(line), ":")
		switch {
		case !ok:
		case key == "P":
			pkg = v
			f.packages["apk"]++
		case key == "F":
			dir = v
		case key == "R":
			f.own(pkg, path.Join(dir, v))
		}
	})
}

var (
	distInfo = lazyregexp.New(`/([^/]+?)-[^/-]+\.(?:dist-info/METADATA|egg-info/PKG-INFO|egg-info)$`)
	gemSpec  = lazyregexp.New(`/specifications/(?:default/)?[^/]+\.gemspec$`)
	distSep  = lazyregexp.New(`[-_.]+`)
)

// count counts the packages of languages by the file that each package has exactly one of.
func (f *files) count(name string) {
	if m := distInfo.FindStringSubmatch("/" + name); m != nil {
		f.packages["pip"]++
		f.dists[distName(m[1])] = true
	}
	if gemSpec.MatchString("/" + name) {
		f.packages["gem"]++
	}
	if path.Base(name) == "package.json" && inNodeModules(path.Dir(name)) {
		f.packages["npm"]++
	}
}

// distName normalises a Python distribution's name as PEP 503 says.
func distName(s string) string { return strings.ToLower(distSep.ReplaceAllString(s, "-")) }

// inNodeModules reports whether dir is a package's own folder: node_modules/x or node_modules/@scope/x.
func inNodeModules(dir string) bool {
	parent := path.Dir(dir)
	if strings.HasPrefix(path.Base(parent), "@") {
		parent = path.Dir(parent)
	}
	return path.Base(parent) == "node_modules"
}
