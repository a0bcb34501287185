package sbom

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// maxUnexplained is how many of the largest unexplained files are named.
const maxUnexplained = 20

// explains are, for each runtime, the begins of the paths below its folder that it explains; "" is all of them.
var explains = map[string][]string{
	"python":    {"bin/python", "bin/idle", "lib/libpython", "lib/python", "lib64/libpython", "lib64/python"},
	"node":      {"bin/node"},
	"java":      {""},
	"php":       {"bin/php", "sbin/php", "lib/php/", "lib/libphp"},
	"ruby":      {"bin/ruby", "lib/libruby", "lib/ruby/"},
	"nginx":     {"sbin/nginx", "bin/nginx", "lib/nginx/", "modules/"},
	"openresty": {""},
	"redis":     {"bin/redis-"},
	"valkey":    {"bin/valkey-"},
	"postgresql": {"bin/pg", "bin/postgres", "bin/psql", "bin/initdb", "bin/createdb", "bin/createuser", "bin/drop",
		"bin/vacuum", "bin/cluster", "bin/reindexdb", "bin/ecpg", "bin/oid2name", "lib/postgresql/", "lib/libpq",
		"lib/libecpg", "lib/libpgtypes"},
	"mariadb":   {"bin/maria", "sbin/maria", "bin/my", "lib/mysql/", "lib/libmaria"},
	"mongodb":   {"bin/mongo"},
	"memcached": {"bin/memcached"},
	"apache":    {"bin/", "modules/", "lib/libapr"},
	"haproxy":   {"sbin/haproxy", "bin/haproxy"},
	"golang":    {""},
}

// completeness weighs the executables that a package explains against those that none does.
func (c *composer) completeness() *inventory.Completeness {
	out := &inventory.Completeness{Unexplained: []inventory.Unexplained{}}
	for n, l := range c.layers {
		if l == nil {
			continue
		}
		for i := range l.Execs {
			e := &l.Execs[i]
			if at, ok := c.view.layer[e.Path]; !ok || at != n {
				continue
			}
			out.ExecutableBytes += e.Size
			if c.explained(e) {
				out.ExplainedBytes += e.Size
			} else {
				out.Unexplained = append(out.Unexplained, inventory.Unexplained{Path: e.Path, Bytes: e.Size})
			}
		}
	}
	sort.Slice(out.Unexplained, func(i, j int) bool {
		a, b := &out.Unexplained[i], &out.Unexplained[j]
		if a.Bytes != b.Bytes {
			return a.Bytes > b.Bytes
		}
		return a.Path < b.Path
	})
	if len(out.Unexplained) > maxUnexplained {
		out.Unexplained = out.Unexplained[:maxUnexplained]
	}
	return out
}

// explainedByFolder reports whether a program lies in a folder that a package explains as a whole.
func (c *composer) explainedByFolder(name string) bool {
	return slices.ContainsFunc(c.explains, func(dir string) bool { return extract.Within(name, dir) })
}

func (c *composer) explained(e *extract.Executable) bool {
	if e.Self || c.owner[e.Path] != "" || c.language[e.Path] != "" || c.explainedByFolder(e.Path) {
		return true
	}
	for _, r := range c.runtimes {
		if !extract.Within(e.Path, r.Prefix) {
			continue
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(e.Path, r.Prefix), "/")
		for _, begin := range explains[r.Name] {
			if strings.HasPrefix(rest, begin) && (begin != "" || r.Prefix != "") {
				return true
			}
		}
	}
	for d := path.Dir(e.Path); d != "."; d = path.Dir(d) {
		if c.roots[d] && strings.Contains("/"+d, "/node_modules/") || c.roots[d] && strings.Contains(d, "/gems/") {
			return true
		}
		if i := strings.Index(d, "/extensions/"); i >= 0 && c.roots[d[:i]+"/extensions/*/"+path.Base(d)] {
			return true
		}
	}
	return false
}
