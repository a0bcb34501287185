package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// pyLock is what poetry.lock, uv.lock and pdm.lock have in common: a list of packages with their dependencies.
type pyLock struct {
	Package  []pyLockPackage `toml:"package"`
	Metadata map[string]any  `toml:"metadata"` // poetry, pdm
	Version  any             `toml:"version"`  // uv
}

type pyLockPackage struct {
	Name         string         `toml:"name"`
	Version      string         `toml:"version"`
	Category     string         `toml:"category"` // poetry before 1.5
	Groups       []string       `toml:"groups"`   // poetry 2, pdm
	Optional     bool           `toml:"optional"`
	Source       map[string]any `toml:"source"`
	Dependencies any            `toml:"dependencies"` // a table (poetry), a list of tables (uv) or of strings (pdm)

	OptionalDeps map[string]any `toml:"optional-dependencies"` // uv
	DevDeps      map[string]any `toml:"dev-dependencies"`      // uv
}

// local tells a package that is the project itself, or a member of its workspace.
func (p *pyLockPackage) local() bool {
	for _, k := range []string{"virtual", "editable", "directory"} {
		if _, ok := p.Source[k]; ok {
			return true
		}
	}
	return false
}

// pyDeps lists the normalised names that a dependencies value names.
func pyDeps(v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, extract.PyPIName(k))
		}
	case []map[string]any:
		for _, t := range v {
			if n, ok := t["name"].(string); ok {
				out = append(out, extract.PyPIName(n))
			}
		}
	case []any:
		for _, e := range v {
			switch e := e.(type) {
			case string:
				if q, ok := parseRequirement(e); ok {
					out = append(out, extract.PyPIName(q.name))
				}
			case map[string]any:
				if n, ok := e["name"].(string); ok {
					out = append(out, extract.PyPIName(n))
				}
			}
		}
	}
	return out
}

func readPyLock(f *extract.File) ([]inventory.Package, error) {
	var lock pyLock
	data, err := readTOML(f, &lock)
	if err != nil {
		return nil, err
	}
	if lock.Package == nil && lock.Metadata == nil && lock.Version == nil {
		return nil, errNoLock("[[package]]")
	}
	prod, dev, known := pyRoots(f, &lock)
	direct := extract.Set(append(append([]string(nil), prod...), dev...))
	g := extract.Graph{}
	for i := range lock.Package {
		p := &lock.Package[i]
		k := extract.PyPIName(p.Name)
		g[k] = append(g[k], pyDeps(p.Dependencies)...)
	}
	devOnly := map[string]bool{}
	if known {
		devOnly = g.DevOnly(prod, dev)
	}
	lines := extract.BlockLines(data)
	var out []inventory.Package
	for i := range lock.Package {
		p := &lock.Package[i]
		if p.local() || p.Name == "" || p.Version == "" {
			continue
		}
		q := extract.NewPackage(ecosystem.PyPI, p.Name, p.Version)
		k := extract.PyPIName(p.Name)
		q.Line, q.Direct = extract.LineAt(lines, i), direct[k]
		for _, name := range g[k] {
			q.Requires = append(q.Requires, inventory.Requirement{Name: name})
		}
		switch {
		case p.Category != "":
			q.Dev = p.Category == "dev"
		case len(p.Groups) > 0:
			q.Dev = !slices.Contains(p.Groups, "main") && !slices.Contains(p.Groups, "default")
		default:
			q.Dev = devOnly[k]
		}
		out = append(out, q)
	}
	return out, nil
}

// pyRoots are the direct dependencies: uv's lockfile holds them itself, for the others they stand in pyproject.toml.
func pyRoots(f *extract.File, lock *pyLock) (prod, dev []string, known bool) {
	for i := range lock.Package {
		p := &lock.Package[i]
		if !p.local() {
			continue
		}
		known = true
		prod = append(prod, pyDeps(p.Dependencies)...)
		for _, k := range slices.Sorted(maps.Keys(p.OptionalDeps)) {
			prod = append(prod, pyDeps(p.OptionalDeps[k])...)
		}
		for _, k := range slices.Sorted(maps.Keys(p.DevDeps)) {
			dev = append(dev, pyDeps(p.DevDeps[k])...)
		}
	}
	if known {
		return prod, dev, true
	}
	project, err := parsePyproject(f.Beside("pyproject.toml"))
	if err != nil || project == nil {
		return nil, nil, false
	}
	for _, q := range project.requirements() {
		if q.dev {
			dev = append(dev, extract.PyPIName(q.name))
		} else {
			prod = append(prod, extract.PyPIName(q.name))
		}
	}
	return prod, dev, true
}

// pyproject is what is used of a pyproject.toml.
type pyproject struct {
	Project struct {
		Name         string              `toml:"name"`
		Dependencies []string            `toml:"dependencies"`
		Optional     map[string][]string `toml:"optional-dependencies"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Tool   struct {
		Poetry struct {
			Dependencies map[string]any `toml:"dependencies"`
			Dev          map[string]any `toml:"dev-dependencies"`
			Group        map[string]struct {
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"group"`
		} `toml:"poetry"`
		PDM struct {
			Dev map[string][]string `toml:"dev-dependencies"`
		} `toml:"pdm"`
		UV struct {
			Dev []string `toml:"dev-dependencies"`
		} `toml:"uv"`
	} `toml:"tool"`
}

type pyRequirement struct {
	requirement
	dev bool
}

func parsePyproject(data []byte) (*pyproject, error) {
	if data == nil {
		return nil, nil
	}
	var p pyproject
	if err := decodeTOML(data, &p); err != nil {
		return nil, err
	}
	return &p, nil
}

// requirements are all that the project declares, by PEP 621, PEP 735, and the tools' own tables.
func (p *pyproject) requirements() []pyRequirement {
	var out []pyRequirement
	texts := func(list []string, dev bool) {
		for _, t := range list {
			if q, ok := parseRequirement(t); ok {
				out = append(out, pyRequirement{q, dev})
			}
		}
	}
	table := func(m map[string]any, dev bool) {
		for _, n := range slices.Sorted(maps.Keys(m)) {
			if n == "python" {
				continue
			}
			if q, ok := tableRequirement(n, m[n]); ok {
				out = append(out, pyRequirement{q, dev})
			}
		}
	}
	texts(p.Project.Dependencies, false)
	for _, k := range slices.Sorted(maps.Keys(p.Project.Optional)) {
		texts(p.Project.Optional[k], false)
	}
	table(p.Tool.Poetry.Dependencies, false)
	for _, k := range slices.Sorted(maps.Keys(p.Tool.Poetry.Group)) {
		table(p.Tool.Poetry.Group[k].Dependencies, k != "main")
	}
	table(p.Tool.Poetry.Dev, true)
	for _, k := range slices.Sorted(maps.Keys(p.Groups)) {
		for _, e := range p.Groups[k] {
			if s, ok := e.(string); ok {
				texts([]string{s}, true)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(p.Tool.PDM.Dev)) {
		texts(p.Tool.PDM.Dev[k], true)
	}
	texts(p.Tool.UV.Dev, true)
	return out
}

// tableRequirement reads an entry of Poetry's and Pipenv's tables: a specifier, or a table with one or with an address.
// A folder is no package of an index, and its own manifest is read where it lies.
func tableRequirement(name string, entry any) (requirement, bool) {
	q := requirement{name: name}
	t, ok := entry.(map[string]any)
	if !ok {
		q.spec, _ = entry.(string)
		return q, true
	}
	q.spec, _ = t["version"].(string)
	for _, k := range []string{"git", "url", "file"} {
		if a, _ := t[k].(string); a != "" {
			q.address = a
		}
	}
	_, folder := t["path"].(string)
	return q, !folder || q.spec != ""
}

// readPyproject reads a manifest that no lockfile or requirements file stands beside.
func readPyproject(f *extract.File) ([]inventory.Package, error) {
	for _, lock := range []string{"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "requirements.txt"} {
		if f.Beside(lock) != nil {
			return nil, nil
		}
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	project, err := parsePyproject(data)
	if err != nil || project == nil {
		return nil, err
	}
	lines := extract.NewMentions(data)
	var out []inventory.Package
	for _, q := range project.requirements() {
		p := q.pkg(nil)
		p.Direct, p.Dev, p.Line = true, q.dev, lines[q.name]
		out = append(out, p)
	}
	return out, nil
}

// readPipfileLock reads Pipenv's lockfile: default ships, develop does not.
func readPipfileLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var lock struct {
		Default map[string]any `json:"default"`
		Develop map[string]any `json:"develop"`
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, extract.JSONError(data, err)
	}
	if lock.Default == nil && lock.Develop == nil {
		return nil, errNoLock("default")
	}
	var manifest struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	direct := map[string]bool{}
	if decodeTOML(f.Beside("Pipfile"), &manifest) == nil {
		for _, m := range []map[string]any{manifest.Packages, manifest.Dev} {
			for k := range m {
				direct[extract.PyPIName(k)] = true
			}
		}
	}
	lines := extract.JSONLines(data, "default", "develop")
	var out []inventory.Package
	add := func(section string, m map[string]any, dev bool) {
		for _, n := range slices.Sorted(maps.Keys(m)) {
			q, ok := tableRequirement(n, m[n])
			if _, ships := lock.Default[n]; !ok || n == "" || dev && ships {
				continue
			}
			p := q.pkg(nil)
			p.Dev, p.Line, p.Direct = dev, lines[section+"\x00"+n], direct[extract.PyPIName(n)]
			out = append(out, p)
		}
	}
	add("default", lock.Default, false)
	add("develop", lock.Develop, true)
	return out, nil
}

// readPylockToml reads the standard lockfile of PEP 751, pylock.toml and pylock.*.toml.
func readPylockToml(f *extract.File) ([]inventory.Package, error) {
	var lock struct {
		Version  string `toml:"lock-version"`
		Packages []struct {
			Name    string `toml:"name"`
			Version string `toml:"version"`
			VCS     struct {
				URL    string `toml:"url"`
				Commit string `toml:"commit-id"`
			} `toml:"vcs"`
			Archive struct {
				URL string `toml:"url"`
			} `toml:"archive"`
		} `toml:"packages"`
	}
	data, err := readTOML(f, &lock)
	if err != nil {
		return nil, err
	}
	if lock.Version == "" && lock.Packages == nil {
		return nil, errNoLock("lock-version")
	}
	lines := extract.NewMentions(data)
	var out []inventory.Package
	for i := range lock.Packages {
		p := &lock.Packages[i]
		var q inventory.Package
		switch {
		case p.Name == "":
			continue
		case p.Version != "":
			q = extract.NewPackage(ecosystem.PyPI, p.Name, p.Version)
		case p.VCS.URL != "":
			q = addressPackage(ecosystem.PyPI, p.Name, p.VCS.URL+"#"+p.VCS.Commit)
		case p.Archive.URL != "":
			q = addressPackage(ecosystem.PyPI, p.Name, p.Archive.URL)
		default:
			continue // a folder of the project
		}
		q.Line = lines[p.Name]
		out = append(out, q)
	}
	return out, nil
}

func isPylockToml(name string) bool {
	base := path.Base(name)
	return base == "pylock.toml" || strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml")
}

// decodeTOML decodes a text that may nest without end. The error has the line, and not the excerpt, which may quote a
// secret.
func decodeTOML(text []byte, into any) error {
	err := bounded.TOML(text)
	if err == nil {
		err = toml.Unmarshal(text, into)
	}
	var place toml.ParseError
	if errors.As(err, &place) {
		return fmt.Errorf("line %d: %s", place.Position.Line, place.Message)
	}
	return err
}

// readTOML decodes a file and returns its text.
func readTOML(f *extract.File, into any) ([]byte, error) {
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return text, decodeTOML(text, into)
}
