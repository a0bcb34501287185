package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// yarnEntry is one block of a yarn.lock.
type yarnEntry struct {
	patterns      []string // "name@range"
	name, version string
	line          int
	local         bool // a workspace, link or folder: nothing that is published
	deps          []string
}

// readYarnLock reads both forms of yarn.lock: version 1's own syntax, and the YAML of later ones.
func readYarnLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var entries []yarnEntry
	if bytes.Contains(data, []byte("\n__metadata:")) || bytes.HasPrefix(data, []byte("__metadata:")) {
		entries, err = parseYarnBerry(data)
	} else {
		entries, err = parseYarn1(data)
	}
	if err == nil && len(entries) == 0 && !bytes.Contains(data, []byte("yarn lockfile")) &&
		!bytes.Contains(data, []byte("__metadata")) {
		err = errNoLock("# yarn lockfile v1")
	}
	return yarnPackages(f, entries), err
}

// yarnPackages marks what package.json beside the lockfile says about each entry.
func yarnPackages(f *extract.File, entries []yarnEntry) []inventory.Package {
	g := extract.Graph{}
	at := map[string]int{}
	for i, e := range entries {
		for _, p := range e.patterns {
			at[p] = i
			g[p] = e.deps
		}
	}
	project := readNPMProject(f)
	find := func(ws []npmWant) []string {
		var out []string
		for _, w := range ws {
			for _, key := range []string{w.name + "@" + w.wanted, w.name + "@npm:" + w.wanted} {
				if _, ok := at[key]; ok {
					out = append(out, key)
				}
			}
		}
		return out
	}
	prod, dev := find(project.prod), find(project.dev)
	direct := extract.Set(append(slices.Clone(prod), dev...))
	devOnly := map[string]bool{}
	if project.known {
		devOnly = g.DevOnly(prod, dev)
	}
	var out []inventory.Package
	for _, e := range entries {
		if e.local || e.name == "" {
			continue
		}
		p := extract.NewPackage(ecosystem.NPM, e.name, e.version)
		p.Range = e.version == ""
		p.Line, p.Dev = e.line, true
		p.Requires = requirementsByName(e.deps)
		for _, k := range e.patterns {
			p.Direct = p.Direct || direct[k]
			p.Dev = p.Dev && devOnly[k]
		}
		out = append(out, p)
	}
	return out
}

// requirementsByName are requirements written as "name@range".
func requirementsByName(deps []string) []inventory.Requirement {
	var out []inventory.Requirement
	for _, d := range deps {
		if at := strings.LastIndexByte(d, '@'); at > 0 {
			name, _, _ := strings.Cut(d[1:], "@")
			out = append(out, inventory.Requirement{Name: d[:1] + name})
		}
	}
	return out
}

// parseYarn1 reads yarn's own syntax: a header of comma separated patterns that ends in a colon, then indented
// properties, then blocks of dependencies indented once more.
func parseYarn1(data []byte) ([]yarnEntry, error) {
	var out []yarnEntry
	section := ""
	for n, line := range strings.Split(string(data), "\n") {
		line = strings.TrimRight(line, "\r")
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' {
			continue
		}
		switch indent := len(line) - len(strings.TrimLeft(line, " ")); {
		case indent == 0:
			header, ok := strings.CutSuffix(text, ":")
			if !ok {
				return out, fmt.Errorf("line %d: not a yarn.lock header", n+1)
			}
			e := yarnEntry{line: n + 1}
			for _, p := range strings.Split(header, ",") {
				e.patterns = append(e.patterns, strings.Trim(strings.TrimSpace(p), `"`))
			}
			e.name = yarnName(e.patterns[0])
			out, section = append(out, e), ""
		case len(out) == 0:
			return out, fmt.Errorf("line %d: a property before any header", n+1)
		case indent == 2:
			e := &out[len(out)-1]
			key, value := cutQuoted(text)
			section = strings.TrimSuffix(strings.TrimSuffix(key, ":"), `"`)
			switch value = strings.Trim(value, `"`); key {
			case "version":
				e.version = value
			case "resolved":
				if n := registryName(value); n != "" && strings.Contains(e.patterns[0], "@npm:") {
					e.name = n
				}
			}
		case section == "dependencies" || section == "optionalDependencies":
			e := &out[len(out)-1]
			name, wanted := cutQuoted(text)
			e.deps = append(e.deps, name+"@"+strings.Trim(wanted, `"`))
		}
	}
	return out, nil
}

// cutQuoted splits a dependency line: the name may be quoted.
func cutQuoted(s string) (name, rest string) {
	if strings.HasPrefix(s, `"`) {
		name, rest, _ = strings.Cut(s[1:], `"`)
		return name, strings.TrimSpace(rest)
	}
	name, rest, _ = strings.Cut(s, " ")
	return name, strings.TrimSpace(rest)
}

// yarnName is the package's name in a pattern; an alias ("a@npm:b@^1", "a@npm:b") has the name of what it stands for.
func yarnName(pattern string) string {
	if begin, _, ok := strings.Cut(pattern, "://"); ok && !strings.Contains(begin, "@") {
		name, _ := cutArchiveExt(addressBase(pattern)) // an address alone: all that is known of the name
		return strings.TrimSuffix(name, ".git")
	}
	name, rest := cutName(pattern)
	target, ok := strings.CutPrefix(rest, "npm:")
	switch {
	case !ok:
		return name
	case strings.LastIndexByte(target, '@') > 0:
		name, _ = cutName(target)
	case npmNameRE.MatchString(target):
		return target // without a range
	}
	return name
}

// cutName splits a pattern at the @ that ends its name; a scope begins with one.
func cutName(pattern string) (name, rest string) {
	at := strings.IndexByte(pattern[min(1, len(pattern)):], '@') + 1
	if at <= 0 {
		return pattern, ""
	}
	return pattern[:at], pattern[at+1:]
}

// npmNameRE is a package's name where a range could stand as well; what begins with a digit is a range.
var npmNameRE = lazyregexp.New(`^(@[a-z0-9._~-]+/[A-Za-z0-9._~-]+|[a-z][a-z0-9._-]*)$`)

// registryName is the name of the package in a registry's address: .../NAME/-/NAME-1.0.0.tgz.
func registryName(address string) string {
	folder, archive, ok := strings.Cut(address, "/-/")
	if !ok {
		return ""
	}
	parts := strings.Split(folder, "/")
	name := parts[len(parts)-1]
	if n := len(parts); n > 1 && strings.HasPrefix(parts[n-2], "@") {
		name = parts[n-2] + "/" + name
	}
	name = strings.ReplaceAll(strings.ReplaceAll(name, "%2f", "/"), "%2F", "/")
	if !strings.HasPrefix(archive[strings.LastIndexByte(archive, '/')+1:], name[strings.LastIndexByte(name, '/')+1:]+
		"-") {
		return ""
	}
	return name
}

func parseYarnBerry(data []byte) ([]yarnEntry, error) {
	root, err := yamlMapping(data)
	if err != nil {
		return nil, err
	}
	var out []yarnEntry
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if key.Value == "__metadata" || value.Kind != yaml.MappingNode {
			continue
		}
		var block struct {
			Version      string            `yaml:"version"`
			Resolution   string            `yaml:"resolution"`
			LinkType     string            `yaml:"linkType"`
			Dependencies map[string]string `yaml:"dependencies"`
		}
		if err := value.Decode(&block); err != nil {
			return out, fmt.Errorf("line %d: this entry cannot be read", key.Line)
		}
		e := yarnEntry{line: key.Line, version: block.Version, local: block.LinkType == "soft" ||
			strings.Contains(block.Resolution, "@workspace:")}
		for _, p := range strings.Split(key.Value, ",") {
			e.patterns = append(e.patterns, strings.TrimSpace(p))
		}
		e.name, _ = cutName(block.Resolution) // what it resolves to is never an alias
		for _, n := range slices.Sorted(maps.Keys(block.Dependencies)) {
			d := block.Dependencies[n]
			e.deps = append(e.deps, n+"@"+d)
			if !strings.Contains(d, ":") {
				e.deps = append(e.deps, n+"@npm:"+d)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// yamlMapping parses a YAML text whose top is a mapping.
func yamlMapping(data []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("not a mapping")
	}
	return doc.Content[0], nil
}

// yamlKey is the value of a key in a mapping, nil where there is none.
func yamlKey(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}
