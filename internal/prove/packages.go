package prove

import (
	"bufio"
	"io"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// isDatabase: the files in which distributions keep what is installed.
func isDatabase(name string) bool {
	return name == "var/lib/dpkg/status" || name == "lib/apk/db/installed" || name == "usr/lib/apk/db/installed" ||
		strings.HasPrefix(name, "var/lib/dpkg/status.d/") && !strings.HasSuffix(name, ".md5sums")
}

// database counts the packages of a distribution's database.
func (f *files) database(name string, r io.Reader) error {
	kind, mark := "dpkg", "Package: "
	if strings.Contains(name, "apk") {
		kind, mark = "apk", "P:"
	}
	removed, pkg, dir := false, "", ""
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 4<<20)
	for sc.Scan() {
		line := sc.Text()
		if kind == "dpkg" {
			f.index.Line(line)
		} else if key, v, ok := strings.Cut(line, ":"); ok { // P: package, F: folder, R: file in it
			switch key {
			case "P":
				pkg = v
			case "F":
				dir = v
			case "R":
				f.own(pkg, path.Join(dir, v))
			}
		}
		switch {
		case strings.HasPrefix(line, mark):
			f.packages[kind]++
			removed = false
		case kind == "dpkg" && strings.HasPrefix(line, "Status: ") && !strings.HasSuffix(line, " installed") &&
			!removed:
			f.packages[kind]-- // removed, its configuration left
			removed = true
		}
	}
	return sc.Err()
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
