package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Manifests say what a project wants. They are read where no lockfile of theirs says what it gets: one version alone is
// what will be installed, everything else is a range.

// readGemfile reads the gems that a Gemfile names. It is a program, of which only the customary forms are read.
func readGemfile(f *extract.File) ([]inventory.Package, error) {
	lock := "Gemfile.lock"
	if path.Base(f.Path) == "gems.rb" {
		lock = "gems.locked"
	}
	if f.Locked(false, lock) {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	dev := gemfileDev(data)
	var out []inventory.Package
	says, named := false, false
	for n, line := range strings.Split(string(data), "\n") {
		text := strings.TrimSpace(line)
		says = says || text != "" && text[0] != '#'
		m := gemLineRE.FindStringSubmatch(line)
		named = named || m != nil
		if m == nil || gemPathRE.MatchString(m[2]) {
			continue
		}
		p := gemPackage(m[1], m[2])
		p.Direct, p.Dev, p.Line = true, dev[m[1]], n+1
		out = append(out, p)
	}
	if says && !named {
		return nil, errors.New("it names no gem itself: what it wants is not known without running it")
	}
	return out, nil
}

var (
	gemVersionRE = lazyregexp.New(`^\s*,\s*["']([^"']*)["']`)
	gemPathRE    = lazyregexp.New(`\bpath(?::|\s*=>|["']\s*=>)`)
	gemGitRE     = lazyregexp.New(`\b(?:git|github|gitlab|bitbucket)(?::|\s*=>)\s*["']([^"']+)["']`)
	gemExactRE   = lazyregexp.New(`^=?\s*(\d+(?:\.[0-9A-Za-z]+)*)$`)
)

// gemPackage reads what follows a gem's name: versions, then options.
func gemPackage(name, rest string) inventory.Package {
	var wanted []string
	options := rest
	for m := gemVersionRE.FindStringSubmatch(options); m != nil; m = gemVersionRE.FindStringSubmatch(options) {
		wanted = append(wanted, strings.TrimSpace(m[1]))
		options = options[len(m[0]):]
	}
	if m := gemGitRE.FindStringSubmatch(options); m != nil {
		return rangePackage(ecosystem.RubyGems, name, plainAddress(m[1]))
	}
	if len(wanted) == 1 {
		if m := gemExactRE.FindStringSubmatch(wanted[0]); m != nil {
			return extract.NewPackage(ecosystem.RubyGems, name, m[1])
		}
	}
	return rangePackage(ecosystem.RubyGems, name, strings.Join(wanted, ", "))
}

var exactComposerRE = lazyregexp.New(`^v?(\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z.]+)?)$`)

// readComposerJSON reads what a PHP project wants. Names without a slash are PHP itself and its extensions.
func readComposerJSON(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(false, "composer.lock") {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Name     any       `json:"name"`
		Type     any       `json:"type"`
		Autoload any       `json:"autoload"`
		Config   any       `json:"config"`
		Require  stringMap `json:"require"`
		Dev      stringMap `json:"require-dev"`
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		return nil, extract.JSONError(data, err)
	}
	m := &manifest
	if m.Require == nil && m.Dev == nil && m.Name == nil && m.Type == nil && m.Autoload == nil && m.Config == nil {
		return nil, errors.New("no require, name, type, autoload or config: this is no composer.json")
	}
	lines := extract.JSONLines(data, "require", "require-dev")
	var out []inventory.Package
	for _, g := range []struct {
		section string
		m       stringMap
	}{{"require", manifest.Require}, {"require-dev", manifest.Dev}} {
		for _, n := range g.m.names() {
			if !strings.Contains(n, "/") {
				continue
			}
			p := rangePackage(ecosystem.Packagist, n, g.m[n])
			if m := exactComposerRE.FindStringSubmatch(g.m[n]); m != nil {
				p = extract.NewPackage(ecosystem.Packagist, n, m[1])
			}
			p.Direct, p.Dev, p.Line = true, g.section == "require-dev", lines[g.section+"\x00"+n]
			out = append(out, p)
		}
	}
	return out, nil
}

func readPipfile(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(false, "Pipfile.lock") {
		return nil, nil
	}
	var manifest struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	data, err := readTOML(f, &manifest)
	if err != nil {
		return nil, err
	}
	lines := extract.NewMentions(data)
	var out []inventory.Package
	for _, g := range []struct {
		m   map[string]any
		dev bool
	}{{manifest.Packages, false}, {manifest.Dev, true}} {
		for _, n := range slices.Sorted(maps.Keys(g.m)) {
			q, ok := tableRequirement(n, g.m[n])
			if !ok || n == "" {
				continue
			}
			p := q.pkg(nil)
			p.Direct, p.Dev, p.Line = true, g.dev, lines[n]
			out = append(out, p)
		}
	}
	return out, nil
}

// cargoTables are the tables of a Cargo.toml that name dependencies.
type cargoTables struct {
	Normal map[string]any `toml:"dependencies"`
	Build  map[string]any `toml:"build-dependencies"`
	Dev    map[string]any `toml:"dev-dependencies"`
}

type cargoManifest struct {
	cargoTables
	Target    map[string]cargoTables `toml:"target"`
	Workspace struct {
		Dependencies map[string]any `toml:"dependencies"`
	} `toml:"workspace"`
}

func readCargoToml(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(true, "Cargo.lock") {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	manifest, err := parseCargoToml(data)
	if err != nil {
		return nil, err
	}
	shared, lines := cargoWorkspace(f, manifest), extract.NewMentions(data)
	tables := []cargoTables{manifest.cargoTables}
	for _, target := range slices.Sorted(maps.Keys(manifest.Target)) {
		tables = append(tables, manifest.Target[target])
	}
	var out []inventory.Package
	for _, t := range tables {
		for i, m := range []map[string]any{t.Normal, t.Build, t.Dev} {
			for _, n := range slices.Sorted(maps.Keys(m)) {
				p, ok := cargoPackage(n, m[n], shared)
				if !ok {
					continue
				}
				p.Direct, p.Dev, p.Line = true, i == 2, lines[n]
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func parseCargoToml(data []byte) (*cargoManifest, error) {
	var m cargoManifest
	if err := decodeTOML(data, &m); err != nil {
		return nil, err
	}
	return &m, nil
}

// cargoWorkspace are the dependencies that the workspace's members share: of this manifest or one above.
func cargoWorkspace(f *extract.File, own *cargoManifest) map[string]any {
	if own.Workspace.Dependencies != nil {
		return own.Workspace.Dependencies
	}
	for dir := path.Dir(f.Path); dir != "." && dir != "/"; {
		dir = path.Dir(dir)
		data := f.Around(path.Join(dir, "Cargo.toml"))
		if data == nil {
			continue
		}
		if m, err := parseCargoToml(data); err == nil && m.Workspace.Dependencies != nil {
			return m.Workspace.Dependencies
		}
	}
	return nil
}

var exactCargoRE = lazyregexp.New(`^=\s*(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$`)

// cargoPackage reads one dependency; a folder of the project is none.
func cargoPackage(name string, entry any, shared map[string]any) (inventory.Package, bool) {
	version, _ := entry.(string)
	if t, ok := entry.(map[string]any); ok {
		version, _ = t["version"].(string)
		if n, ok := t["package"].(string); ok {
			name = n
		}
		if inherited, _ := t["workspace"].(bool); inherited {
			from, ok := shared[name]
			if !ok {
				return rangePackage(ecosystem.Crates, name, ""), name != ""
			}
			return cargoPackage(name, from, nil)
		}
		if _, folder := t["path"]; folder && version == "" {
			return inventory.Package{}, false
		}
		if git, ok := t["git"].(string); ok {
			return rangePackage(ecosystem.Crates, name, plainAddress(git)), name != ""
		}
	}
	if m := exactCargoRE.FindStringSubmatch(version); m != nil {
		return extract.NewPackage(ecosystem.Crates, name, m[1]), name != ""
	}
	return rangePackage(ecosystem.Crates, name, version), name != ""
}

// isCondaEnvironment tells environment.yml, environment.yaml and environment-dev.yml.
func isCondaEnvironment(base string) bool {
	stem, ok := strings.CutSuffix(base, ".yml")
	if !ok {
		stem, ok = strings.CutSuffix(base, ".yaml")
	}
	return ok && (stem == "environment" || strings.HasPrefix(stem, "environment-") ||
		strings.HasPrefix(stem, "environment_"))
}

// readCondaEnvironment reads a conda environment. Of conda's own packages no advisories speak; those that pip installs
// into it are Python's.
func readCondaEnvironment(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	root, err := yamlMapping(data)
	if err != nil {
		return nil, err
	}
	list := yamlKey(root, "dependencies")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, nil // another tool's file of that name
	}
	var out []inventory.Package
	for _, e := range list.Content {
		switch e.Kind {
		case yaml.ScalarNode:
			if p, ok := condaRequirement(e.Value); ok {
				p.Line, p.Direct = e.Line, true
				out = append(out, p)
			}
		case yaml.MappingNode:
			pip := yamlKey(e, "pip")
			if pip == nil {
				continue
			}
			for _, r := range pip.Content {
				q, ok := parseRequirement(stripComment(r.Value))
				if !ok {
					if q, ok = addressRequirement(r.Value); !ok && !strings.HasPrefix(r.Value, "-") {
						err = fmt.Errorf("line %d: this is no requirement that pip would take", r.Line)
					}
				}
				if !ok || q.name == "" {
					continue
				}
				p := q.pkg(nil)
				p.Line, p.Direct = r.Line, true
				out = append(out, p)
			}
		}
	}
	return out, err
}

var condaRE = lazyregexp.New(`^(?:[^:\s]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(.*)$`)

// condaRequirement reads "channel::name=1.2.3=build", "name >=1,<2".
func condaRequirement(text string) (inventory.Package, bool) {
	m := condaRE.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return inventory.Package{}, false
	}
	name, wanted := strings.ToLower(m[1]), strings.TrimSpace(m[2])
	p := inventory.Package{Name: name, Version: wanted, Range: true, PURL: "pkg:conda/" + name}
	if v, ok := strings.CutPrefix(strings.TrimPrefix(wanted, "="), "="); ok && strings.HasPrefix(wanted, "==") &&
		!strings.ContainsAny(v, "*,<>| ") {
		v, _, _ = strings.Cut(v, "=")
		p.Version, p.Range, p.PURL = v, false, p.PURL+"@"+v
	}
	return p, true
}
