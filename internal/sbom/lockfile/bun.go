package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// readBunLock reads bun.lock: JSON with comments and trailing commas. A package's key is its place in node_modules.
func readBunLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	data = plainJSON(data)
	var lock struct {
		Workspaces map[string]packageJSON       `json:"workspaces"`
		Packages   map[string][]json.RawMessage `json:"packages"`
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, extract.JSONError(data, err)
	}
	if lock.Workspaces == nil && lock.Packages == nil {
		return nil, errNoLock("workspaces")
	}
	var prod, dev []string
	for _, w := range slices.Sorted(maps.Keys(lock.Workspaces)) {
		p := lock.Workspaces[w]
		for _, m := range []stringMap{p.Dependencies, p.Optional, p.Peer} {
			prod = append(prod, m.names()...)
		}
		dev = append(dev, p.Development.names()...)
	}
	g := extract.Graph{}
	for key, tuple := range lock.Packages {
		info := bunInfo(tuple)
		for _, m := range []stringMap{info.Dependencies, info.Optional, info.Peer} {
			for _, n := range m.names() {
				g[key] = append(g[key], bunPlace(lock.Packages, key, n))
			}
		}
	}
	devOnly := g.DevOnly(prod, dev)
	direct := extract.Set(append(slices.Clone(prod), dev...))
	lines := extract.JSONLines(data, "packages")
	var out []inventory.Package
	for _, key := range slices.Sorted(maps.Keys(lock.Packages)) {
		var id string
		if t := lock.Packages[key]; len(t) == 0 || json.Unmarshal(t[0], &id) != nil {
			continue
		}
		at := strings.IndexByte(id[min(1, len(id)):], '@') + 1
		if at <= 0 {
			continue
		}
		p, ok := npmResolved(id[:at], id[at+1:])
		if !ok || strings.HasPrefix(id[at+1:], "root:") {
			continue
		}
		p.Line, p.Direct, p.Dev = lines["packages\x00"+key], direct[key], devOnly[key]
		out = append(out, p)
	}
	return out, nil
}

// bunInfo is what an entry says of its dependencies: the third element of a registry's package, the second of others.
func bunInfo(tuple []json.RawMessage) (info packageJSON) {
	for _, e := range tuple[min(1, len(tuple)):] {
		if bytes.HasPrefix(bytes.TrimSpace(e), []byte("{")) {
			_ = json.Unmarshal(e, &info) // what is no such object names no dependencies
			break
		}
	}
	return info
}

// readBunBinaryLock says that bun's former, binary lockfile is not read, unless the one in text stands beside it, which
// bun itself prefers.
func readBunBinaryLock(f *extract.File) ([]inventory.Package, error) {
	if f.Beside("bun.lock") != nil {
		return nil, nil
	}
	return nil, errors.New("bun's binary lockfile is not read: `bun install --save-text-lockfile --frozen-lockfile " +
		"--lockfile-only` " +
		"writes it as bun.lock; until then package.json's ranges are all that is known")
}

// bunPlace finds a dependency as Node would: below the package that needs it, else below each package around that one,
// else at the top. Scoped names hold a slash of their own, so the key is shortened slash by slash.
func bunPlace(packages map[string][]json.RawMessage, key, name string) string {
	for key != "" {
		if _, ok := packages[key+"/"+name]; ok {
			return key + "/" + name
		}
		i := strings.LastIndexByte(key, '/')
		key = key[:max(i, 0)]
	}
	return name
}

// plainJSON blanks out comments and trailing commas, so that offsets and lines stay what they were.
func plainJSON(data []byte) []byte {
	out := slices.Clone(data)
	comma := -1
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			comma = -1
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blankComment(out, i)
		case c == ',':
			comma = i
		case c == '}' || c == ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			comma = -1
		}
	}
	return out
}

// blankComment blanks the comment that begins at i, its line ends apart, and returns the offset of its last byte.
func blankComment(out []byte, i int) int {
	stop, skip := "\n", 0
	if out[i+1] == '*' {
		stop, skip = "*/", 2
	}
	end := len(out)
	if j := bytes.Index(out[i+2:], []byte(stop)); j >= 0 {
		end = i + 2 + j + skip
	}
	for j := i; j < end; j++ {
		if out[j] != '\n' {
			out[j] = ' '
		}
	}
	return end - 1
}
