package lockfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// pnpmPackage is what is used of an entry below packages or snapshots.
type pnpmPackage struct {
	Name       string            `yaml:"name"`
	Version    string            `yaml:"version"`
	Dev        bool              `yaml:"dev"`
	Deps       map[string]string `yaml:"dependencies"`
	Optional   map[string]string `yaml:"optionalDependencies"`
	Resolution struct {
		Tarball   string `yaml:"tarball"`
		Repo      string `yaml:"repo"`
		Commit    string `yaml:"commit"`
		Directory string `yaml:"directory"`
	} `yaml:"resolution"`
}

// address is where a package comes from that is not the registry's.
func (p *pnpmPackage) address(key string) string {
	switch r := &p.Resolution; {
	case r.Tarball != "":
		return r.Tarball
	case r.Repo != "":
		return r.Repo + "#" + r.Commit
	}
	return key
}

// readPNPMLock reads pnpm-lock.yaml, lockfile versions 5 to 9. Up to 6 each package says of itself if it is for
// development; from 9 on that follows from the importers, through the snapshots.
func readPNPMLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var out []inventory.Package
	for doc := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var node yaml.Node
		switch err := doc.Decode(&node); {
		case err == io.EOF:
			return out, nil
		case err != nil:
			return out, err
		case len(node.Content) != 1 || node.Content[0].Kind != yaml.MappingNode:
			return out, errors.New("not a mapping")
		}
		ps, err := readPNPMDocument(node.Content[0])
		out = append(out, ps...)
		if err != nil {
			return out, err
		}
	}
}

// readPNPMDocument reads a lockfile's only document, or one of two: newer ones tell in the first what pnpm itself is.
func readPNPMDocument(root *yaml.Node) ([]inventory.Package, error) {
	if yamlKey(root, "lockfileVersion") == nil {
		return nil, errNoLock("lockfileVersion")
	}
	prod, dev := pnpmRoots(root)
	direct := extract.Set(append(slices.Clone(prod), dev...))

	g := extract.Graph{}
	err := eachYAML(yamlKey(root, "snapshots"), func(key *yaml.Node, p *pnpmPackage) {
		k := pnpmID(key.Value)
		for _, m := range []map[string]string{p.Deps, p.Optional} {
			for _, n := range slices.Sorted(maps.Keys(m)) {
				g[k] = append(g[k], pnpmRef(n, m[n]))
			}
		}
	})
	devOnly := g.DevOnly(prod, dev)

	var out []inventory.Package
	err2 := eachYAML(yamlKey(root, "packages"), func(key *yaml.Node, p *pnpmPackage) {
		q, ok := p.pkg(key.Value)
		if !ok {
			return
		}
		id := pnpmID(key.Value)
		q.Line, q.Direct = key.Line, direct[id]
		q.Dev = p.Dev || len(g) > 0 && devOnly[id]
		q.Requires = requirementsOf(p.Deps, p.Optional)
		if q.Requires == nil {
			q.Requires = requirementsByName(g[id])
		}
		out = append(out, q)
	})
	return out, cmp.Or(err, err2)
}

// pkg is the package of an entry. Its key holds name and version, or the address that it comes from, with the name
// before it from lockfile version 9 on; then the entry may say what the archive's own manifest says. A folder of the
// project is no package.
func (p *pnpmPackage) pkg(key string) (inventory.Package, bool) {
	name, version := pnpmNameVersion(key)
	if name == "" {
		name, _ = pnpmAddress(key)
	}
	if p.Name != "" {
		name = p.Name
	}
	if p.Version != "" {
		version = p.Version
	}
	switch {
	case name == "" || version == "" && p.Resolution.Directory != "":
		return inventory.Package{}, false
	case version != "":
		return extract.NewPackage(ecosystem.NPM, name, version), true
	}
	return addressPackage(ecosystem.NPM, name, p.address(key)), true
}

// pnpmAddress splits a key of the form "name@address".
func pnpmAddress(key string) (name, address string) {
	key, _, _ = strings.Cut(key, "(")
	at := strings.IndexByte(key[min(1, len(key)):], '@') + 1
	if at <= 0 || !strings.Contains(key[at:], ":") || strings.ContainsAny(key[:at], ":") ||
		strings.HasPrefix(key, "/") {
		return "", key
	}
	return key[:at], key[at+1:]
}

// pnpmID is what importers and snapshots call the package of a key.
func pnpmID(key string) string {
	if name, version := pnpmNameVersion(key); name != "" {
		return name + "@" + version
	}
	key, _, _ = strings.Cut(key, "(")
	return key
}

// pnpmRoots are the direct dependencies of every importer, as "name@version"; before workspaces the document itself is
// the only importer.
func pnpmRoots(root *yaml.Node) (prod, dev []string) {
	importers := []*yaml.Node{root}
	if m := yamlKey(root, "importers"); m != nil && m.Kind == yaml.MappingNode {
		for i := 1; i < len(m.Content); i += 2 {
			importers = append(importers, m.Content[i])
		}
	}
	for _, im := range importers {
		for _, section := range []string{"dependencies", "optionalDependencies", "devDependencies",
			"packageManagerDependencies"} {
			m := yamlKey(im, section)
			if m == nil || m.Kind != yaml.MappingNode {
				continue
			}
			for i := 0; i+1 < len(m.Content); i += 2 {
				version := m.Content[i+1].Value // lockfile version 5
				if v := yamlKey(m.Content[i+1], "version"); v != nil {
					version = v.Value
				}
				ref := pnpmRef(m.Content[i].Value, version)
				if section == "devDependencies" || section == "packageManagerDependencies" {
					dev = append(dev, ref)
				} else {
					prod = append(prod, ref)
				}
			}
		}
	}
	return prod, dev
}

// pnpmRef is the key of a dependency: its version may itself be a key, for an alias or another source.
func pnpmRef(name, version string) string {
	if version != "" && (version[0] < '0' || version[0] > '9') {
		if n, v := pnpmNameVersion(version); n != "" {
			return n + "@" + v
		}
		version, _, _ = strings.Cut(version, "(")
		if !strings.Contains(version, "://") && !strings.HasPrefix(version, "file:") {
			return version // before lockfile version 9 the key is the address alone
		}
		return name + "@" + version
	}
	return name + "@" + pnpmVersion(version)
}

// pnpmVersion removes what follows a version: the peers that it was resolved with, "(react@18.0.0)" or "_react@18.0.0".
func pnpmVersion(v string) string {
	v, _, _ = strings.Cut(v, "(")
	v, _, _ = strings.Cut(v, "_")
	return v
}

// pnpmNameVersion splits a key: "name@1.0.0", "/name@1.0.0(peer)", or "/name/1.0.0_peer". Folders, archives and
// repositories have no version in their key.
func pnpmNameVersion(key string) (name, version string) {
	key, _, _ = strings.Cut(key, "(")
	if host, rest, ok := strings.Cut(key, "/"); ok && strings.Contains(host, ".") && !strings.Contains(host, "@") {
		key = "/" + rest // a registry by its host: npm.example.com/foo/1.0.0
	}
	if strings.Contains(key, ":") {
		return "", ""
	}
	if rest, ok := strings.CutPrefix(key, "/"); ok {
		key = rest
		parts := strings.SplitN(key, "/", 3)
		n := 1
		if strings.HasPrefix(key, "@") {
			n = 2
		}
		if len(parts) > n {
			name, version = strings.Join(parts[:n], "/"), parts[n]
		}
	}
	if i := strings.IndexByte(key[min(1, len(key)):], '@') + 1; name == "" && i > 0 {
		name, version = key[:i], key[i+1:]
	}
	if version = pnpmVersion(version); version == "" || version[0] < '0' || version[0] > '9' {
		return "", ""
	}
	return name, version
}

// eachYAML calls fn for each member of a mapping. The error names the first that is not what it ought to be.
func eachYAML(m *yaml.Node, fn func(key *yaml.Node, p *pnpmPackage)) (first error) {
	if m == nil || m.Tag == "!!null" {
		return nil
	}
	if m.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: not a mapping", m.Line)
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		var p pnpmPackage
		if err := m.Content[i+1].Decode(&p); err != nil {
			first = cmp.Or(first, fmt.Errorf("line %d: this entry cannot be read", m.Content[i].Line))
			continue
		}
		fn(m.Content[i], &p)
	}
	return first
}
