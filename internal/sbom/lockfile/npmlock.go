package lockfile

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// packageJSON is what is used of a package.json.
type packageJSON struct {
	Name         string          `json:"name"`
	Version      string          `json:"version"`
	License      json.RawMessage `json:"license"`
	Licenses     json.RawMessage `json:"licenses"`
	Dependencies stringMap       `json:"dependencies"`
	Optional     stringMap       `json:"optionalDependencies"`
	Peer         stringMap       `json:"peerDependencies"`
	Development  stringMap       `json:"devDependencies"`
	Workspaces   json.RawMessage `json:"workspaces"`
}

// stringMap is an object of strings; members that are not strings, which npm itself passes over, are left out.
type stringMap map[string]string

func (m *stringMap) UnmarshalJSON(data []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil // an array or a word where an object belongs: nothing is declared
	}
	*m = make(stringMap, len(raw))
	for k, v := range raw {
		if s, ok := v.(string); ok {
			(*m)[k] = s
		}
	}
	return nil
}

func (m stringMap) names() []string {
	out := slices.Sorted(maps.Keys(m))
	return out
}

// npmProject is what the package.json beside a lockfile declares, its workspaces included.
type npmProject struct {
	prod, dev []npmWant
	known     bool // the manifest, and every workspace's, was read
}

type npmWant struct{ name, wanted string }

func readNPMProject(f *extract.File) npmProject {
	var p npmProject
	data := f.Beside("package.json")
	var root packageJSON
	if data == nil || json.Unmarshal(data, &root) != nil {
		return p
	}
	p.add(&root)
	p.known = true
	for _, pattern := range root.workspacePatterns() {
		matches, err := fs.Glob(f.Tree, path.Join(path.Dir(f.Path), strings.TrimSuffix(pattern, "/"), "package.json"))
		if err != nil || strings.Contains(pattern, "**") {
			p.known = false
			continue
		}
		for _, m := range matches {
			var w packageJSON
			if json.Unmarshal(f.Around(m), &w) != nil {
				p.known = false
				continue
			}
			p.add(&w)
		}
	}
	return p
}

func (p *npmProject) add(j *packageJSON) {
	for _, m := range []stringMap{j.Dependencies, j.Optional, j.Peer} {
		for _, n := range m.names() {
			p.prod = append(p.prod, npmWant{n, m[n]})
		}
	}
	for _, n := range j.Development.names() {
		p.dev = append(p.dev, npmWant{n, j.Development[n]})
	}
}

// workspacePatterns reads both forms: a list, or an object that holds one under "packages".
func (j *packageJSON) workspacePatterns() []string {
	var list []string
	if json.Unmarshal(j.Workspaces, &list) == nil {
		return list
	}
	var object struct {
		Packages []string `json:"packages"`
	}
	if json.Unmarshal(j.Workspaces, &object) == nil {
		return object.Packages
	}
	return nil
}

// npmLock is package-lock.json and npm-shrinkwrap.json, lockfile versions 1 to 3.
type npmLock struct {
	Version      json.RawMessage               `json:"lockfileVersion"`
	Packages     map[string]*npmLockPackage    `json:"packages"`
	Dependencies map[string]*npmLockDependency `json:"dependencies"`
}

type npmLockPackage struct {
	packageJSON
	Dev      bool `json:"dev"`
	DevOpt   bool `json:"devOptional"`
	Link     bool `json:"link"`
	InBundle bool `json:"inBundle"`

	Resolved string `json:"resolved"`
}

type npmLockDependency struct {
	Version      string                        `json:"version"`
	Dev          bool                          `json:"dev"`
	Requires     stringMap                     `json:"requires"`
	Dependencies map[string]*npmLockDependency `json:"dependencies"`
}

func readNPMLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	if path.Base(f.Path) == "package-lock.json" && f.Beside("npm-shrinkwrap.json") != nil {
		return nil, nil // npm itself passes over package-lock.json then
	}
	var lock npmLock
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, extract.JSONError(data, err)
	}
	if lock.Packages != nil {
		return lock.installed(data), nil
	}
	if lock.Dependencies == nil && lock.Version == nil {
		return nil, errNoLock("lockfileVersion")
	}
	project := readNPMProject(f)
	direct := map[string]bool{}
	for _, w := range append(project.prod, project.dev...) {
		direct[w.name] = true
	}
	lines := extract.JSONLines(data, "dependencies")
	var out []inventory.Package
	for _, name := range slices.Sorted(maps.Keys(lock.Dependencies)) {
		d := lock.Dependencies[name]
		line := lines["dependencies\x00"+name]
		out = d.collect(out, name, line, direct[name], 0)
	}
	return out, nil
}

// collect adds a dependency of a version 1 lockfile and those below it. All have the line of the outermost.
func (d *npmLockDependency) collect(out []inventory.Package, name string, line int, direct bool,
	depth int) []inventory.Package {
	if d == nil || depth > extract.MaxJSONDepth {
		return out
	}
	if p, ok := npmResolved(name, d.Version); ok {
		p.Dev, p.Line, p.Direct = d.Dev, line, direct
		p.Requires = requirementsOf(d.Requires)
		out = append(out, p)
	}
	for _, n := range slices.Sorted(maps.Keys(d.Dependencies)) {
		out = d.Dependencies[n].collect(out, n, line, false, depth+1)
	}
	return out
}

// installed lists what lockfile versions 2 and 3 say will stand in node_modules. Keys outside node_modules are the
// project and its workspaces.
func (l *npmLock) installed(data []byte) []inventory.Package {
	direct := map[string]bool{}
	for key, p := range l.Packages {
		if p == nil || strings.Contains(key, "node_modules/") {
			continue
		}
		for _, m := range []stringMap{p.Dependencies, p.Optional, p.Peer, p.Development} {
			for n := range m {
				direct[path.Join(key, "node_modules", n)] = true
				direct["node_modules/"+n] = true
			}
		}
	}
	lines := extract.JSONLines(data, "packages")
	var out []inventory.Package
	for _, key := range slices.Sorted(maps.Keys(l.Packages)) {
		p := l.Packages[key]
		i := strings.LastIndex(key, "node_modules/")
		if p == nil || p.Link || i < 0 {
			continue
		}
		name := key[i+len("node_modules/"):]
		if p.Name != "" { // an alias: the folder has another name than the package
			name = p.Name
		}
		if name == "" || p.Version == "" && p.Resolved == "" {
			continue
		}
		q := extract.NewPackage(ecosystem.NPM, name, p.Version)
		if p.Version == "" {
			q = addressPackage(ecosystem.NPM, name, p.Resolved)
		}
		q.Dev, q.Line, q.Direct = p.Dev, lines["packages\x00"+key], direct[key]
		q.Licences = p.licences()
		q.Requires = requirementsOf(p.Dependencies, p.Optional, p.Peer)
		out = append(out, q)
	}
	return out
}

// requirementsOf are the packages that the given maps of a lockfile's entry ask for.
func requirementsOf(maps ...stringMap) []inventory.Requirement {
	var out []inventory.Requirement
	for _, m := range maps {
		for _, name := range m.names() {
			out = append(out, inventory.Requirement{Name: name, Range: m[name]})
		}
	}
	return out
}

// npmResolved is the package that a lockfile's version field means: a version, another package's for an alias, or an
// archive or repository. A folder of the project is none.
func npmResolved(name, version string) (inventory.Package, bool) {
	if rest, ok := strings.CutPrefix(version, "npm:"); ok {
		name, version = rest, ""
		if i := strings.LastIndexByte(rest, '@'); i > 0 {
			name, version = rest[:i], rest[i+1:]
		}
		if version == "" {
			return rangePackage(ecosystem.NPM, name, ""), name != ""
		}
	}
	scheme, rest, ok := strings.Cut(version, ":")
	_, archive := cutArchiveExt(rest)
	switch {
	case name == "" || version == "":
		return inventory.Package{}, false
	case ok && (scheme == "file" || scheme == "link" || scheme == "workspace") && !archive:
		return inventory.Package{}, false
	case ok || strings.Contains(version, "/"):
		return addressPackage(ecosystem.NPM, name, version), true
	}
	return extract.NewPackage(ecosystem.NPM, name, version), true
}

// licences reads npm's present and former ways of stating a licence.
func (j *packageJSON) licences() []string {
	var out []string
	add := func(raw json.RawMessage) {
		var s string
		var o struct {
			Type string `json:"type"`
		}
		switch {
		case len(raw) == 0:
		case json.Unmarshal(raw, &s) == nil:
			if s != "" {
				out = append(out, s)
			}
		case json.Unmarshal(raw, &o) == nil && o.Type != "":
			out = append(out, o.Type)
		}
	}
	add(j.License)
	var list []json.RawMessage
	if json.Unmarshal(j.Licenses, &list) == nil {
		for _, l := range list {
			add(l)
		}
	} else {
		add(j.Licenses)
	}
	return out
}

// readPackageJSONRanges reads a manifest that no lockfile stands beside: what is wanted, not what is installed.
func readPackageJSONRanges(f *extract.File) ([]inventory.Package, error) {
	for _, lock := range []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
		"bun.lock", "deno.lock"} {
		for dir := path.Dir(f.Path); ; dir = path.Dir(dir) { // a workspace's lockfile stands above it
			if f.Tree != nil && extract.Exists(f.Tree, path.Join(dir, lock)) {
				return nil, nil
			}
			if dir == "." {
				break
			}
		}
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var j packageJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, extract.JSONError(data, err)
	}
	lines := extract.JSONLines(data, "dependencies", "optionalDependencies", "devDependencies")
	var out []inventory.Package
	for _, g := range []struct {
		key string
		m   stringMap
		dev bool
	}{{"dependencies", j.Dependencies, false}, {"optionalDependencies", j.Optional, false},
		{"devDependencies", j.Development, true}} {
		for _, n := range g.m.names() {
			if n == "" {
				continue
			}
			p, ok := npmWanted(n, g.m[n])
			if !ok {
				continue
			}
			p.Direct, p.Dev, p.Line = true, g.dev, lines[g.key+"\x00"+n]
			out = append(out, p)
		}
	}
	return out, nil
}

// npmWanted is the package that a manifest asks for: one version alone is what will be installed. A folder is none.
func npmWanted(name, wanted string) (inventory.Package, bool) {
	if exactNPMRE.MatchString(wanted) {
		return extract.NewPackage(ecosystem.NPM, name, strings.TrimLeft(wanted, "v= ")), true
	}
	if rest, ok := strings.CutPrefix(wanted, "npm:"); ok {
		target, version := cutName(rest)
		switch {
		case version != "" && !strings.HasPrefix(version, "npm:"):
			return npmWanted(target, version)
		case npmNameRE.MatchString(rest):
			return rangePackage(ecosystem.NPM, rest, ""), true
		}
	}
	if scheme, rest, ok := strings.Cut(wanted, ":"); ok {
		if _, archive := cutArchiveExt(rest); !archive && (scheme == "file" || scheme == "link") {
			return inventory.Package{}, false
		}
		return addressPackage(ecosystem.NPM, name, wanted), true
	}
	return rangePackage(ecosystem.NPM, name, wanted), true
}

// exactNPMRE is a version in full; the pre-release and the build may follow.
var exactNPMRE = lazyregexp.New(`^[v=]? ?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$`)
