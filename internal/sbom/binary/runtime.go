package binary

import (
	"bytes"
	"io"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// runtimeKind says how one runtime is recognised.
type runtimeKind struct {
	name   string
	file   *regexp.Regexp // of the whole path
	prefix func(path string) string
	// version finds the version in the file: in a text its first match, in a program near one of the anchors.
	version *regexp.Regexp
	anchors []string // literals of which one stands within every match; none for a text
	join    string   // of the version's parts, where it has several
	begins  bool     // a match begins with its anchor
	// confirm, where it is set, matches a text that begins with the version: of several bare numbers in the program it
	// is the one that stands a second time, before the build's id.
	confirm *regexp.Regexp
}

var (
	bareVersionRE   = regexp.MustCompile(`^\d{1,2}\.\d{1,2}\.\d{1,3}$`)
	pythonVersionRE = regexp.MustCompile(`^\x00([23]\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d+)?\+?)\x00`)
	pythonFileRE    = regexp.MustCompile(`python(\d\.\d+)`)
	// The version, whatever names the build, whether the tree was changed, and the commit.
	buildIDRE = regexp.MustCompile(`\d{1,2}\.\d{1,2}\.\d{1,3}[0-9A-Za-z.-]{4,100}[0-9a-f]{8}\x00`)
)

// up returns the folder n levels above a file.
func up(n int) func(string) string {
	return func(p string) string {
		for range n {
			p = path.Dir(p)
		}
		if p == "." {
			return ""
		}
		return p
	}
}

// runtimeKinds are keyed by the file's base name, or by its begin where that holds a version. They are made when the
// first image is read: their expressions are a good part of what the program's start would cost.
var runtimeKinds = sync.OnceValue(func() map[string][]runtimeKind {
	return map[string][]runtimeKind{
		"patchlevel.h": {{name: "python", file: regexp.MustCompile(`(^|/)include/python\d[^/]*/patchlevel\.h$`),
			prefix:  up(3),
			version: regexp.MustCompile(`#define\s+PY_VERSION\s+"([^"]+)"`)}},
		"libpython": {{name: "python",
			file: regexp.MustCompile(`(^|/)lib(?:/[^/]+)?/libpython\d\.\d+[a-z]*\.so\.1\.0$`), prefix: up(2),
			version: pythonVersionRE, anchors: []string{"\x003.", "\x002.7"}, begins: true}},
		"python": {{name: "python", file: regexp.MustCompile(`(^|/)bin/python\d\.\d+$`), prefix: up(2),
			version: pythonVersionRE, anchors: []string{"\x003.", "\x002.7"}, begins: true}},
		"node_version.h": {{name: "node", file: regexp.MustCompile(`(^|/)include/node/node_version\.h$`), prefix: up(3),
			join: ".",
			version: regexp.MustCompile(
				`(?s)#define NODE_MAJOR_VERSION (\d+).*#define NODE_MINOR_VERSION (\d+).*#define NODE_PATCH_VERSION (\d+)`)}},
		"node": {{name: "node", file: regexp.MustCompile(`(^|/)bin/node$`), prefix: up(2),
			version: regexp.MustCompile(`(?:/node-v|node\.js/v|\x00v)(\d{1,2}\.\d{1,2}\.\d{1,2})(?:[-.]|\x00)`),
			anchors: []string{"/node-v", "node.js/v", "\x00v"}}},
		"release": {{name: "java", file: regexp.MustCompile(`(^|/)release$`), prefix: up(1),
			version: regexp.MustCompile(`(?m)^JAVA_VERSION="([^"]+)"`)}},
		"php_version.h": {{name: "php", file: regexp.MustCompile(`(^|/)include/php/main/php_version\.h$`),
			prefix:  up(4),
			version: regexp.MustCompile(`#define PHP_VERSION "([^"]+)"`)}},
		"php": {{name: "php", file: regexp.MustCompile(`(^|/)bin/php$`), prefix: up(2),
			version: regexp.MustCompile(`X-Powered-By: PHP/(\d+\.\d+\.\d+)`), anchors: []string{"X-Powered-By: PHP/"}}},
		"rbconfig.rb": {{name: "ruby", file: regexp.MustCompile(`(^|/)lib/ruby/\d[^/]*/[^/]+/rbconfig\.rb$`),
			prefix:  up(5),
			version: regexp.MustCompile(`CONFIG\["RUBY_PROGRAM_VERSION"\]\s*=\s*"([^"]+)"`)}},
		"nginx": {{name: "nginx", file: regexp.MustCompile(`(^|/)s?bin/nginx$`), prefix: up(2),
			version: regexp.MustCompile(`nginx version: nginx/(\d+\.\d+\.\d+)`),
			anchors: []string{"nginx version: nginx/"}},
			{name: "openresty", file: regexp.MustCompile(`(^|/)s?bin/nginx$`), prefix: up(2),
				version: regexp.MustCompile(`nginx version: openresty/(\d+\.\d+\.\d+(?:\.\d+)?)`),
				anchors: []string{"nginx version: openresty/"}}},
		"redis-server": {{name: "redis", file: regexp.MustCompile(`(^|/)bin/redis-server$`), prefix: up(2),
			version: bareVersionRE, anchors: []string{"\x00"}, confirm: buildIDRE}},
		"valkey-server": {{name: "valkey", file: regexp.MustCompile(`(^|/)bin/valkey-server$`), prefix: up(2),
			version: bareVersionRE, anchors: []string{"\x00"}, confirm: buildIDRE}},
		"postgres": {{name: "postgresql", file: regexp.MustCompile(`(^|/)bin/postgres$`), prefix: up(2),
			version: regexp.MustCompile(`postgres \(PostgreSQL\) (\d+(?:\.\d+){1,2})`),
			anchors: []string{"postgres (PostgreSQL) "}}},
		"mariadbd": {{name: "mariadb", file: regexp.MustCompile(`(^|/)s?bin/mariadbd$`), prefix: up(2),
			version: regexp.MustCompile(`(\d+\.\d+\.\d+)-MariaDB`), anchors: []string{"-MariaDB"}}},
		"mongod": {{name: "mongodb", file: regexp.MustCompile(`(^|/)bin/mongod$`), prefix: up(2),
			version: regexp.MustCompile(`mongodb-(\d+\.\d+\.\d+)`), anchors: []string{"mongodb-"}}},
		"memcached": {{name: "memcached", file: regexp.MustCompile(`(^|/)bin/memcached$`), prefix: up(2),
			version: regexp.MustCompile(`memcached (\d+\.\d+\.\d+)`), anchors: []string{"memcached "}}},
		"httpd": {{name: "apache", file: regexp.MustCompile(`(^|/)s?bin/httpd$`), prefix: up(2),
			version: regexp.MustCompile(`Apache/(\d+\.\d+\.\d+)`), anchors: []string{"Apache/"}}},
		"haproxy": {{name: "haproxy", file: regexp.MustCompile(`(^|/)s?bin/haproxy$`), prefix: up(2),
			version: regexp.MustCompile(` version (\d+\.\d+\.\d+)[^,\x00]{0,60}, released \d{4}/`),
			anchors: []string{", released "}}},
		"version.txt": {{name: "keycloak", file: regexp.MustCompile(`(^|/)keycloak[^/]*/version\.txt$`), prefix: up(1),
			version: regexp.MustCompile(`^Keycloak - Version (\d+\.\d+\.\d+)`)}},
		"RELEASE-NOTES": {{name: "tomcat", file: regexp.MustCompile(`(^|/)[^/]*tomcat[^/]*/RELEASE-NOTES$`),
			prefix:  up(1),
			version: regexp.MustCompile(`Apache Tomcat Version (\d+\.\d+\.\d+)`)}},
		"version.php": {{name: "wordpress", file: regexp.MustCompile(`(^|/)wp-includes/version\.php$`), prefix: up(2),
			version: regexp.MustCompile(`(?m)^\$wp_version\s*=\s*'(\d+\.\d+(?:\.\d+)?)'`)},
			{name: "nextcloud", file: regexp.MustCompile(`(^|/)version\.php$`), prefix: up(1),
				version: regexp.MustCompile(`(?m)^\$OC_VersionString\s*=\s*'(\d+\.\d+\.\d+)`)}},
		"rabbit.app": {{name: "rabbitmq", file: regexp.MustCompile(`(^|/)plugins/rabbit-[^/]+/ebin/rabbit\.app$`),
			prefix:  up(4),
			version: regexp.MustCompile(`\{vsn,\s*"(\d+\.\d+\.\d+)`)}},
		"VERSION": {{name: "golang", file: regexp.MustCompile(`(^|/)go/VERSION$`), prefix: up(1),
			version: regexp.MustCompile(`^go(\d+\.\d+(?:\.\d+)?(?:(?:beta|rc)\d+)?)\s`)}},
	}
})

// IsRuntimeFile reports whether a file of that base name may tell a runtime.
func IsRuntimeFile(base string) bool { return runtimeKinds()[base] != nil }

// RuntimeTask returns the task for a file that may tell a runtime, nil if its name does not say so.
func RuntimeTask(name, base string) extract.Task {
	key := base
	switch {
	case strings.HasPrefix(base, "libpython"):
		key = "libpython"
	case strings.HasPrefix(base, "python"):
		key = "python"
	}
	var kinds []runtimeKind
	for _, k := range runtimeKinds()[key] {
		if k.file.MatchString(name) {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	return func(f *extract.File) (*extract.Facts, *extract.Executable, error) {
		ff, ex, err := Program(f) // the text files are no ELF and give nothing here
		if err != nil {
			return ff, ex, err
		}
		for i := range kinds {
			v, err := kinds[i].find(f)
			if err != nil {
				return ff, ex, err
			}
			if v == "" {
				continue
			}
			if ff == nil {
				ff = &extract.Facts{}
			}
			ff.Runtime = &extract.Runtime{Name: kinds[i].name, Version: v, Prefix: kinds[i].prefix(f.Path)}
			break
		}
		return ff, ex, nil
	}
}

// jarRuntimes are servers that are known by the jar of their own that stands in their own folder: in an application's
// it would be a library.
var jarRuntimes = []struct {
	name string
	file *lazyregexp.Regexp
}{
	{"elasticsearch", lazyregexp.New(`(?:^|/)elasticsearch[^/]*/lib/elasticsearch-(\d+\.\d+\.\d+)\.jar$`)},
	{"kafka", lazyregexp.New(`(?:^|/)kafka[^/]*/libs/kafka_\d+\.\d+-(\d+\.\d+\.\d+)\.jar$`)},
	{"cassandra", lazyregexp.New(`(?:^|/)(?:apache-)?cassandra[^/]*/(?:lib/)?apache-cassandra-(\d+\.\d+\.\d+)\.jar$`)},
	{"solr", lazyregexp.New(`(?:^|/)solr[^/]*/(?:.*/)?solr-core-(\d+\.\d+\.\d+)\.jar$`)},
	{"zookeeper", lazyregexp.New(`(?:^|/)(?:apache-)?zookeeper[^/]*/lib/zookeeper-(\d+\.\d+\.\d+)\.jar$`)},
}

// Jar reads a Java archive, and the server that it may be the own jar of.
func Jar(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	ff, ex, err := extract.PackagesTask(ReadJar)(f)
	for i := range jarRuntimes {
		r := &jarRuntimes[i]
		m := r.file.FindStringSubmatch(f.Path)
		if m == nil {
			continue
		}
		if ff == nil {
			ff = &extract.Facts{}
		}
		ff.Runtime = &extract.Runtime{Name: r.name, Version: m[1], Prefix: path.Dir(path.Dir(f.Path))}
	}
	return ff, ex, err
}

// Bounds on looking for a version: the text files are small, and no runtime's program is larger.
const (
	maxVersionText = 1 << 20
	maxVersionScan = 256 << 20
	versionWindow  = 256
	maxAnchors     = 20_000
)

// find returns the version that the file tells, as semantic versioning writes it; "" if it tells none.
func (k *runtimeKind) find(f *extract.File) (string, error) {
	if len(k.anchors) == 0 {
		if f.Size > maxVersionText {
			return "", nil
		}
		data, err := f.Bytes()
		if err != nil {
			return "", err
		}
		return k.match(data), nil
	}
	r := io.LimitReader(f.Seeker(), maxVersionScan)
	if k.confirm != nil {
		return k.confirmed(r)
	}
	buf := make([]byte, 1<<20)
	kept, seen := 0, 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		data := buf[:kept+n]
		for _, a := range k.anchors {
			for at := 0; seen < maxAnchors; seen++ {
				i := bytes.Index(data[at:], []byte(a))
				if i < 0 {
					break
				}
				i += at
				from := max(0, i-versionWindow)
				if k.begins {
					from = i
				}
				if v := k.match(data[from:min(len(data), i+versionWindow)]); v != "" && fitsName(v, f.Path) {
					return v, nil
				}
				at = i + len(a)
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		kept = copy(buf, data[max(0, len(data)-versionWindow):])
	}
}

// confirmed collects the numbers that could be the version and the texts that begin with it, and returns the number
// that has such a text; "" if none or several have.
func (k *runtimeKind) confirmed(r io.Reader) (string, error) {
	buf := make([]byte, 1<<20)
	versions, texts := map[string]bool{}, map[string]bool{}
	for kept := 0; ; {
		n, err := io.ReadFull(r, buf[kept:])
		data := buf[:kept+n]
		for rest := data; len(versions) < maxCandidates; {
			i := bytes.IndexByte(rest, 0)
			if i < 0 {
				break
			}
			if i <= maxBareVersion && k.version.Match(rest[:i]) {
				versions[string(rest[:i])] = true
			}
			rest = rest[i+1:]
		}
		for _, m := range k.confirm.FindAll(data, maxCandidates) {
			texts[string(m)] = true
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return "", err
		}
		kept = copy(buf, data[max(0, len(data)-versionWindow):])
	}
	found := ""
	for v := range versions {
		for t := range texts {
			if rest, ok := strings.CutPrefix(t, v); ok && len(rest) > 9 && (found == "" || len(v) > len(found)) {
				found = v
			}
		}
	}
	return ecosystem.RuntimeVersion(k.name, found), nil
}

// fitsName keeps a library's version in a Python program (SQLite's is 3.40.1) from being taken for Python's own, whose
// first two parts stand in the file's name.
func fitsName(version, name string) bool {
	m := pythonFileRE.FindStringSubmatch(path.Base(name))
	return m == nil || strings.HasPrefix(version, m[1]+".")
}

// Bounds on what is collected while looking for a version that stands twice.
const (
	maxCandidates  = 200
	maxBareVersion = len("99.99.999")
)

func (k *runtimeKind) match(data []byte) string {
	m := k.version.FindSubmatch(data)
	if m == nil {
		return ""
	}
	parts := make([]string, 0, len(m)-1)
	for _, p := range m[1:] {
		parts = append(parts, string(p))
	}
	return ecosystem.RuntimeVersion(k.name, strings.Join(parts, k.join))
}
