package lockfile

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// readGoMod reads the module's requirements, replaced where it says so. What a folder replaces has no version. The
// standard library's version is a minimum there: which toolchain builds it is not known.
func readGoMod(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	mod, err := modfile.ParseLax(f.Path, data, nil)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), f.Path+":"))
	}
	// ParseLax passes over replace directives, which only the strict parser reads.
	if strict, err := modfile.Parse(f.Path, data, nil); err == nil {
		mod = strict
	}
	var out []inventory.Package
	for _, r := range mod.Require {
		m := r.Mod
		for _, rep := range mod.Replace {
			if rep.Old.Path == r.Mod.Path && (rep.Old.Version == "" || rep.Old.Version == r.Mod.Version) {
				m = rep.New
			}
		}
		if m.Version == "" {
			continue
		}
		p := extract.NewPackage(ecosystem.Go, m.Path, m.Version)
		p.Direct, p.Line = !r.Indirect, r.Syntax.Start.Line
		out = append(out, p)
	}
	version, line := "", 0
	if mod.Go != nil {
		version, line = mod.Go.Version, mod.Go.Syntax.Start.Line
	}
	if mod.Toolchain != nil && mod.Toolchain.Name != "default" {
		version, line = strings.TrimPrefix(mod.Toolchain.Name, "go"), mod.Toolchain.Syntax.Start.Line
	}
	if version != "" {
		p := extract.NewPackage(ecosystem.Go, "stdlib", "")
		p.Version, p.Range, p.Direct, p.Line = ">="+version, true, true, line
		out = append(out, p)
	}
	return out, nil
}

// readCargoLock reads Cargo.lock. Packages without a source are the project's own.
func readCargoLock(f *extract.File) ([]inventory.Package, error) {
	var lock struct {
		Package []struct {
			Name         string   `toml:"name"`
			Version      string   `toml:"version"`
			Source       string   `toml:"source"`
			Dependencies []string `toml:"dependencies"`
		} `toml:"package"`
	}
	data, err := readTOML(f, &lock)
	if err != nil {
		return nil, err
	}
	if lock.Package == nil {
		return nil, errNoLock("[[package]]")
	}
	var manifest struct {
		Dev map[string]any `toml:"dev-dependencies"`
	}
	_ = decodeTOML(f.Beside("Cargo.toml"), &manifest) // without it nothing is marked as for development

	// A dependency is "name", or "name version" where several versions are locked.
	g := extract.Graph{}
	byName := map[string]string{}
	for _, p := range lock.Package {
		byName[p.Name] = p.Name + " " + p.Version
	}
	key := func(dep string) string {
		parts := strings.Fields(dep)
		if len(parts) == 1 {
			return byName[dep]
		}
		return strings.Join(parts[:min(2, len(parts))], " ")
	}
	var prod, dev []string
	for _, p := range lock.Package {
		id := p.Name + " " + p.Version
		for _, d := range p.Dependencies {
			g[id] = append(g[id], key(d))
			name, _, _ := strings.Cut(d, " ")
			if p.Source != "" {
				continue
			}
			if _, ok := manifest.Dev[name]; ok {
				dev = append(dev, key(d))
			} else {
				prod = append(prod, key(d))
			}
		}
	}
	direct := extract.Set(append(slices.Clone(prod), dev...))
	devOnly := g.DevOnly(prod, dev)
	lines := extract.BlockLines(data)
	var out []inventory.Package
	for i, p := range lock.Package {
		if p.Source == "" || p.Name == "" || p.Version == "" {
			continue
		}
		q := extract.NewPackage(ecosystem.Crates, p.Name, p.Version)
		id := p.Name + " " + p.Version
		q.Direct, q.Dev, q.Line = direct[id], devOnly[id], extract.LineAt(lines, i)
		out = append(out, q)
	}
	return out, nil
}

// errNoLock says that a lockfile does not hold what every one of its kind does: it is empty, cut off or another file.
func errNoLock(want string) error {
	return fmt.Errorf("no %s: empty, cut off, or no such lockfile", want)
}

// composerPackage is an entry of composer.lock and of vendor/composer/installed.json.
type composerPackage struct {
	Name    string          `json:"name"`
	Version string          `json:"version"`
	License json.RawMessage `json:"license"`
}

func (c *composerPackage) pkg() inventory.Package {
	version := c.Version
	if len(version) > 1 && version[0] == 'v' && version[1] >= '0' && version[1] <= '9' {
		version = version[1:]
	}
	p := extract.NewPackage(ecosystem.Packagist, c.Name, version)
	var list []string
	var one string
	if json.Unmarshal(c.License, &list) == nil {
		p.Licences = list
	} else if json.Unmarshal(c.License, &one) == nil && one != "" {
		p.Licences = []string{one}
	}
	return p
}

func readComposerLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages []composerPackage `json:"packages"`
		Dev      []composerPackage `json:"packages-dev"`
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, extract.JSONError(data, err)
	}
	if lock.Packages == nil && lock.Dev == nil {
		return nil, errNoLock("packages")
	}
	var manifest struct {
		Require stringMap `json:"require"`
		Dev     stringMap `json:"require-dev"`
	}
	_ = json.Unmarshal(f.Beside("composer.json"), &manifest) // without it nothing is known to be direct
	lines := extract.JSONLines(data, "packages", "packages-dev")
	var out []inventory.Package
	for _, g := range []struct {
		section string
		list    []composerPackage
	}{{"packages", lock.Packages}, {"packages-dev", lock.Dev}} {
		for i := range g.list {
			if g.list[i].Name == "" {
				continue
			}
			p := g.list[i].pkg()
			_, a := manifest.Require[p.Name]
			_, b := manifest.Dev[p.Name]
			p.Direct, p.Dev, p.Line = a || b, g.section == "packages-dev", lines[fmt.Sprintf("%s\x00%d", g.section, i)]
			out = append(out, p)
		}
	}
	return out, nil
}

// readComposerInstalled reads vendor/composer/installed.json: a list (Composer 1), or an object that holds one and the
// names of those that are for development (Composer 2).
func readComposerInstalled(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var object struct {
		Packages []composerPackage `json:"packages"`
		DevNames []string          `json:"dev-package-names"`
	}
	if err := json.Unmarshal(data, &object); err != nil {
		if json.Unmarshal(data, &object.Packages) != nil {
			return nil, extract.JSONError(data, err)
		}
	}
	dev := extract.Set(object.DevNames)
	var out []inventory.Package
	for i := range object.Packages {
		if object.Packages[i].Name != "" {
			p := object.Packages[i].pkg()
			p.Dev = dev[p.Name]
			out = append(out, p)
		}
	}
	return out, nil
}

var (
	// Names of sections are in capitals: GEM, PLATFORMS, "RUBY VERSION"; those of later versions are passed over.
	gemSectionRE = lazyregexp.New(`^[A-Z][A-Z ]*$`)

	gemSpecRE  = lazyregexp.New(`^    ([^ ()]+) \(([^)]+)\)$`)
	gemDepRE   = lazyregexp.New(`^      ([^ ()!]+)`)
	gemRootRE  = lazyregexp.New(`^  ([^ ()!]+)`)
	gemGroupRE = lazyregexp.New(`^\s*group\s+(.+?)\s+do\b`)
	gemLineRE  = lazyregexp.New(`^\s*gem\s*\(?\s*["']([^"']+)["'](.*)`)
	gemInlRE   = lazyregexp.New(`:?groups?:?\s*(?:=>)?\s*(.+)`)
	// gemPlatformRE is the platform that follows a version: "1.13.10-x86_64-linux".
	gemPlatformRE = lazyregexp.New(`-(?:x86|x64|arm|aarch|universal|java|jruby|mswin|mingw|ruby).*$`)
)

// readGemfileLock reads Bundler's lockfile. Which groups a gem is in stands in the Gemfile alone.
func readGemfileLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	g := extract.Graph{}
	var roots []string
	type spec struct {
		name, version string
		line          int
		path          bool
	}
	var specs []spec
	section := ""
	for n, line := range strings.Split(string(data), "\n") {
		line = strings.TrimRight(line, "\r")
		if line != "" && line[0] != ' ' {
			if !gemSectionRE.MatchString(line) {
				return nil, fmt.Errorf("line %d: no section of a Bundler lockfile", n+1)
			}
			section = line
			continue
		}
		switch m := gemSpecRE.FindStringSubmatch(line); {
		case section == "DEPENDENCIES":
			if m := gemRootRE.FindStringSubmatch(line); m != nil {
				roots = append(roots, m[1])
			}
		case m != nil:
			specs = append(specs, spec{m[1], gemPlatformRE.ReplaceAllString(m[2], ""), n + 1, section == "PATH"})
		case len(specs) > 0:
			if m := gemDepRE.FindStringSubmatch(line); m != nil {
				last := specs[len(specs)-1].name
				g[last] = append(g[last], m[1])
			}
		}
	}
	if section == "" {
		return nil, errNoLock("GEM")
	}
	devGems := gemfileDev(f.Beside(map[string]string{"gems.locked": "gems.rb"}[path.Base(f.Path)]), f.Beside("Gemfile"))
	var prod, dev []string
	for _, r := range roots {
		if devGems[r] {
			dev = append(dev, r)
		} else {
			prod = append(prod, r)
		}
	}
	devOnly, direct := g.DevOnly(prod, dev), extract.Set(roots)
	var out []inventory.Package
	seen := map[string]bool{}
	for _, s := range specs {
		if s.path || seen[s.name+s.version] {
			continue // the project's own gem, or the same gem for another platform
		}
		seen[s.name+s.version] = true
		p := extract.NewPackage(ecosystem.RubyGems, s.name, s.version)
		p.Line, p.Direct, p.Dev = s.line, direct[s.name], devOnly[s.name]
		out = append(out, p)
	}
	return out, nil
}

// gemfileDev are the gems that a Gemfile names in groups for development and test only. A Gemfile is a program; only
// its customary forms are read.
func gemfileDev(files ...[]byte) map[string]bool {
	dev := map[string]bool{}
	for _, data := range files {
		var groups []bool // for each open block, whether it is a development group
		for _, line := range strings.Split(string(data), "\n") {
			text := strings.TrimSpace(line)
			if m := gemGroupRE.FindStringSubmatch(line); m != nil {
				groups = append(groups, devGroups(m[1]))
				continue
			}
			if strings.HasSuffix(text, " do") || strings.HasPrefix(text, "if ") || strings.HasPrefix(text, "unless ") {
				groups = append(groups, len(groups) > 0 && groups[len(groups)-1])
				continue
			}
			if text == "end" && len(groups) > 0 {
				groups = groups[:len(groups)-1]
				continue
			}
			m := gemLineRE.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			inBlock := len(groups) > 0 && groups[len(groups)-1]
			inline := gemInlRE.FindStringSubmatch(m[2])
			if inBlock || inline != nil && devGroups(inline[1]) {
				dev[m[1]] = true
			}
		}
	}
	return dev
}

func devGroups(list string) bool {
	all := true
	for _, g := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" ,:[]()\"'", r) }) {
		all = all && (g == "development" || g == "test" || g == "ci" || g == "lint")
	}
	return all && list != ""
}
