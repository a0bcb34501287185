// Package loaded tells which packages the code really loads: by its imports, and through the packages that it imports.
// What cannot be known is unknown and never "no": an import whose name is made while the program runs, a package whose
// module's name is not known, a list of packages that does not say which needs which.
package loaded

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/syntax"
)

// Place is where something is imported.
type Place struct {
	Path  string
	Line  int
	Shown bool // Path is as reports name it; else it is relative to the tree
}

// Uses is what the code of one tree imports.
type Uses struct {
	imports  map[string]map[string]Place // language -> name as it is imported -> where it is first
	mentions map[string]map[string]bool  // language -> first parts of texts that may name a module
	unknown  map[string]Place            // language -> where an import is not known before the program runs
	partial  map[string]bool             // language -> a file of it could not be read
}

// Read reads the imports of all files of a tree.
func Read(ctx context.Context, tree *source.Tree) (*Uses, error) {
	u := &Uses{imports: map[string]map[string]Place{}, mentions: map[string]map[string]bool{},
		unknown: map[string]Place{}, partial: map[string]bool{}}
	for i := range tree.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sf := &tree.Files[i]
		lang := languageOf(sf.Rel)
		if lang == nil {
			if path.Base(sf.Rel) == "package.json" {
				u.manifest(sf.Path)
			}
			continue
		}
		if u.imports[lang.name] == nil {
			u.imports[lang.name] = map[string]Place{}
		}
		if u.mentions[lang.name] == nil {
			u.mentions[lang.name] = map[string]bool{}
		}
		if !u.file(lang, sf) {
			u.partial[lang.name] = true
		}
	}
	for _, s := range tree.Skipped() {
		if s.Reason == source.TooLarge || s.Reason == source.Unreadable || s.Reason == source.TooMany {
			for name := range u.imports {
				u.partial[name] = true
			}
		}
	}
	return u, nil
}

// file reads one file; it reports whether all of it was understood.
func (u *Uses) file(lang *language, sf *source.File) bool {
	src, err := bounded.ReadFile(sf.Path, int64(limits.Bytes))
	if err != nil {
		return false
	}
	tree, err := syntax.Parse(lang.grammar, src, limits)
	if err != nil {
		return false
	}
	defer tree.Release()
	f := &file{lang: lang, names: syntax.LanguageOf(lang.grammar), tree: tree, src: src, rel: sf.Rel, uses: u}
	for n := range tree.Nodes {
		if tree.Nodes[n].Is(syntax.Named) {
			lang.read(f, n)
		}
	}
	return len(tree.Nodes) == 0 || !tree.Nodes[0].Is(syntax.HasError)
}

// manifest notes the words of a package.json that are not dependencies: scripts start programs of packages, and settings
// of tools name their plugins.
func (u *Uses) manifest(name string) {
	text, err := bounded.ReadFile(name, int64(limits.Bytes))
	if err != nil {
		return
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(text, &keys) != nil {
		return
	}
	const lang = "JavaScript"
	if u.mentions[lang] == nil {
		u.mentions[lang] = map[string]bool{}
	}
	for key, value := range keys {
		if strings.HasSuffix(strings.ToLower(key), "dependencies") {
			continue
		}
		for _, word := range strings.FieldsFunc(string(value), func(r rune) bool {
			return strings.ContainsRune(" \t\n\",:;=()[]{}", r)
		}) {
			u.mentions[lang][word] = true
		}
	}
}

// Started notes the words of the command that starts a service: its program may be a package's.
func (u *Uses) Started(words []string, at Place) {
	for lang := range u.imports {
		for _, w := range words {
			for _, part := range strings.Fields(w) {
				u.addAt(lang, path.Base(part), at)
			}
		}
	}
}

func (u *Uses) add(lang, name, rel string, line int) {
	u.addAt(lang, strings.TrimSpace(name), Place{Path: rel, Line: line})
}

func (u *Uses) addAt(lang, name string, at Place) {
	if _, ok := u.imports[lang][name]; !ok && name != "" {
		u.imports[lang][name] = at
	}
}

func (u *Uses) dynamic(lang, rel string, line int) {
	if _, ok := u.unknown[lang]; !ok {
		u.unknown[lang] = Place{Path: rel, Line: line}
	}
}

// mention notes a text that may name a module: its parts up to a dot, a colon, a plus sign or a slash.
func (u *Uses) mention(lang, text string) {
	if len(u.mentions[lang]) < 100_000 {
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" .:+,;=()[]", r) }) {
			u.mentions[lang][part] = true
		}
	}
}

// languageFor is the language whose imports load packages of an ecosystem, "" for none that is read.
func languageFor(purl string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
	return map[string]string{"pypi": "Python", "npm": "JavaScript", "golang": "Go", "maven": "Java"}[kind]
}

// Verdict is what is known of a package.
type Verdict struct {
	Reachable finding.Reachable
	At        Place // where it is imported, for one that is imported directly
}

// Of tells for each of the packages of one service whether its code loads it. The packages are all that are there: who
// needs whom is read from them.
func (u *Uses) Of(packages []*inventory.Package) map[*inventory.Package]Verdict {
	out := map[*inventory.Package]Verdict{}
	byName := map[string][]*inventory.Package{}
	graph := map[string]bool{}  // languages in which packages say what they need
	silent := map[string]bool{} // those in which one does not
	for _, p := range packages {
		lang := languageFor(p.PURL)
		byName[lang+"\x00"+normal(lang, p.Name)] = append(byName[lang+"\x00"+normal(lang, p.Name)], p)
		if len(p.Requires) > 0 {
			graph[lang] = true
		}
		if !tellsNeeds(p) {
			silent[lang] = true
		}
	}
	var queue []*inventory.Package
	for _, p := range packages {
		lang := languageFor(p.PURL)
		v := Verdict{Reachable: finding.ReachableUnknown}
		if lang != "" && u.imports[lang] != nil {
			if at, ok := u.direct(lang, p); ok {
				v = Verdict{Reachable: finding.ReachableDirect, At: at}
				queue = append(queue, p)
			}
		}
		out[p] = v
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		lang := languageFor(p.PURL)
		for _, need := range p.Requires {
			for _, q := range byName[lang+"\x00"+normal(lang, need.Name)] {
				if out[q].Reachable == finding.ReachableUnknown {
					out[q] = Verdict{Reachable: finding.ReachableTransitive}
					queue = append(queue, q)
				}
			}
		}
	}
	maybe := u.maybe(packages, out, byName)
	for _, p := range packages {
		lang := languageFor(p.PURL)
		_, open := u.unknown[lang]
		if out[p].Reachable != finding.ReachableUnknown || !graph[lang] || silent[lang] || open || u.partial[lang] || len(u.imports[lang]) == 0 ||
			maybe[p] {
			continue
		}
		out[p] = Verdict{Reachable: finding.ReachableNo}
	}
	return out
}

// maybe are the packages that may be loaded though no import is seen: those whose modules' names are not known or stand in
// a text of the code, and what they need in turn.
func (u *Uses) maybe(packages []*inventory.Package, known map[*inventory.Package]Verdict,
	byName map[string][]*inventory.Package) map[*inventory.Package]bool {
	out := map[*inventory.Package]bool{}
	var queue []*inventory.Package
	for _, p := range packages {
		lang := languageFor(p.PURL)
		if known[p].Reachable == finding.ReachableUnknown && (!nameKnown(lang, p.Name) || u.mentioned(lang, p)) {
			out[p] = true
			queue = append(queue, p)
		}
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		lang := languageFor(p.PURL)
		for _, need := range p.Requires {
			for _, q := range byName[lang+"\x00"+normal(lang, need.Name)] {
				if !out[q] && known[q].Reachable == finding.ReachableUnknown {
					out[q] = true
					queue = append(queue, q)
				}
			}
		}
	}
	return out
}

// tellsNeeds reports whether what a package needs is known from where it was found: a manifest and a list of pins name
// packages and not what these need.
func tellsNeeds(p *inventory.Package) bool {
	return len(p.Paths) == 0 || slices.ContainsFunc(p.Paths, func(name string) bool {
		base := path.Base(name)
		switch base {
		case "Pipfile.lock", "Pipfile", "pyproject.toml", "setup.py", "setup.cfg", "environment.yml":
			return false
		case "package.json":
			return strings.Contains(name, "node_modules/")
		}
		return path.Ext(base) != ".txt"
	})
}

// direct tells where the code imports a package.
func (u *Uses) direct(lang string, p *inventory.Package) (Place, bool) {
	var best Place
	found := false
	for name, at := range u.imports[lang] {
		if !loads(lang, name, p.Name) {
			continue
		}
		if !found || at.Path < best.Path || at.Path == best.Path && at.Line < best.Line {
			best, found = at, true
		}
	}
	return best, found
}

// loads reports whether importing name loads a module of the package.
func loads(lang, name, pkg string) bool {
	switch lang {
	case "Python":
		top, _, _ := strings.Cut(name, ".")
		for _, module := range modulesOf(pkg) {
			if top == module || strings.HasPrefix(name+".", module+".") {
				return true
			}
		}
		return false
	case "JavaScript":
		return name == pkg || strings.HasPrefix(name, pkg+"/")
	case "Go":
		return name == pkg || strings.HasPrefix(name, pkg+"/")
	case "Java":
		group, artifact, _ := strings.Cut(pkg, ":")
		if group == "" || !strings.HasPrefix(name+".", group+".") {
			return false
		}
		// Several artifacts share a group: the artifact's last word has to stand in the import as well.
		words := strings.FieldsFunc(artifact, func(r rune) bool { return r == '-' || r == '.' || r == '_' })
		return len(words) > 0 && slices.Contains(strings.Split(name, "."), words[len(words)-1])
	}
	return false
}

// mentioned reports whether a text of the code may name the package, or its module.
func (u *Uses) mentioned(lang string, p *inventory.Package) bool {
	if u.mentions[lang][p.Name] {
		return true
	}
	if lang == "Python" {
		for _, m := range modulesOf(p.Name) {
			if top, _, _ := strings.Cut(m, "."); u.mentions[lang][top] {
				return true
			}
		}
	}
	return false
}

// normal is a package's name in the form in which two spellings are one (PEP 503 for Python).
func normal(lang, name string) string {
	if lang == "Python" {
		return pep503(name)
	}
	return name
}

func pep503(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if r == '-' || r == '_' || r == '.' {
			dash = true
			continue
		}
		if dash && b.Len() > 0 {
			b.WriteByte('-')
		}
		dash = false
		b.WriteRune(r)
	}
	return b.String()
}

// Judges reports whether a package is of an ecosystem whose imports are read.
func Judges(purl string) bool { return languageFor(purl) != "" }
