package rule

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/suggest"
	"gopkg.in/yaml.v3"
)

// Models are lists of sources, sinks, sanitizers and propagators by name, which rules share:
// <language>/<framework>.yaml.
// A rule refers to one by `model: name` in the place of a pattern, and is given the lists of all frameworks.
type Models struct {
	byLang map[string]*langModel
	origin map[*yaml.Node]string // the file of an item
}

// langModel is what the files of one language say together.
type langModel struct {
	parts       map[string]map[string][]*yaml.Node // by part ("sources"), then by name
	propagators []*yaml.Node
}

// The sections of a model file. "any" of the sanitizers is what makes a value safe for every sink.
const (
	sectionSources     = "sources"
	sectionSinks       = "sinks"
	sectionSanitizers  = "sanitizers"
	sectionPropagators = "propagators"
	anySanitizer       = "any"
)

// family is the folder of models that a language uses, where that is not one of its own name.
var family = map[string]string{
	"py": "python", "python2": "python", "python3": "python",
	"js": "javascript", "jsx": "javascript", "ts": "javascript", "tsx": "javascript", "typescript": "javascript",
	"golang": "go", "rb": "ruby", "sh": "bash",
}

func familyOf(language string) string {
	l := strings.ToLower(language)
	if f, ok := family[l]; ok {
		return f
	}
	return l
}

// LoadModels reads the model files below a folder, which has one for each language.
func LoadModels(fsys fs.FS, dir string) (*Models, []error) {
	m := &Models{byLang: map[string]*langModel{}, origin: map[*yaml.Node]string{}}
	files, err := fs.Glob(fsys, path.Join(dir, "*", "*.yaml"))
	if err != nil {
		return nil, []error{clierr.InputErr(dir, err)}
	}
	sort.Strings(files)
	var errs []error
	for _, file := range files {
		if err := m.read(fsys, file); err != nil {
			errs = append(errs, err)
		}
	}
	return m, errs
}

func (m *Models) read(fsys fs.FS, file string) error {
	text, err := readFile(fsys, file)
	if err != nil {
		return clierr.InputErr(file, err)
	}
	doc, err := document(file, text)
	if err != nil {
		return err
	}
	p := &parser{path: file}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return p.bad(root, "a model file has the lists sources, sinks, sanitizers and propagators")
	}
	lang := path.Base(path.Dir(file))
	if m.byLang[lang] == nil {
		m.byLang[lang] = &langModel{parts: map[string]map[string][]*yaml.Node{}}
	}
	l := m.byLang[lang]
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, section := root.Content[i], deref(root.Content[i+1])
		switch key.Value {
		case sectionPropagators:
			if err := m.items(p, section, func(n *yaml.Node) error { _, err := p.propagator(n, false); return err },
				&l.propagators); err != nil {
				return err
			}
		case sectionSources, sectionSinks, sectionSanitizers:
			if err := m.section(p, l, key.Value, section); err != nil {
				return err
			}
		default:
			known := []string{sectionSources, sectionSinks, sectionSanitizers, sectionPropagators}
			return hinted(p.bad(key, "%q is no part of a model file", key.Value), "%s",
				suggest.Hint(key.Value, known, "Use "+strings.Join(known, ", ")+"."))
		}
	}
	return nil
}

// section reads lists by name.
func (m *Models) section(p *parser, l *langModel, name string, n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return p.bad(n, "`%s` has lists by name, such as request or sql", name)
	}
	if l.parts[name] == nil {
		l.parts[name] = map[string][]*yaml.Node{}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		list := l.parts[name][n.Content[i].Value]
		check := func(c *yaml.Node) error { _, err := p.taintPart(c, false); return err }
		if err := m.items(p, deref(n.Content[i+1]), check, &list); err != nil {
			return err
		}
		l.parts[name][n.Content[i].Value] = list
	}
	return nil
}

// items adds the items of a list, each of which has to pass check.
func (m *Models) items(p *parser, n *yaml.Node, check func(*yaml.Node) error, to *[]*yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return p.bad(n, "a list is expected here")
	}
	for _, c := range n.Content {
		c = deref(c)
		if err := check(c); err != nil {
			return err
		}
		m.origin[c] = p.path
		*to = append(*to, c)
	}
	return nil
}

// Names lists what a language's models call something, for one part of a taint rule.
func (m *Models) Names(lang, section string) []string {
	l := m.byLang[lang]
	if l == nil {
		return nil
	}
	var out []string
	for name := range l.parts[section] {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// fill returns the rule with the models that it names written out; the rule itself where it names none. Whoever names a
// model gets the language's propagators too, unless the rule has an empty list of them.
func (m *Models) fill(p *parser, rule *yaml.Node) (*yaml.Node, error) {
	out, used := *rule, false
	out.Content = slices.Clone(rule.Content)
	for i := 0; i+1 < len(out.Content); i += 2 {
		section, ok := strings.CutPrefix(out.Content[i].Value, "pattern-")
		list := deref(out.Content[i+1])
		if !ok || list.Kind != yaml.SequenceNode ||
			!slices.Contains([]string{sectionSources, sectionSinks, sectionSanitizers}, section) {
			continue
		}
		full := *list
		full.Content = nil
		for _, item := range list.Content {
			item = deref(item)
			name := p.get(item, "model")
			if name == nil {
				full.Content = append(full.Content, item)
				continue
			}
			items, err := m.lookUp(p, rule, section, item, name)
			if err != nil {
				return nil, err
			}
			used = true
			full.Content = append(full.Content, items...)
		}
		full.Content = distinctNodes(full.Content)
		out.Content[i+1] = &full
	}
	if !used {
		return rule, nil
	}
	m.propagate(p, &out)
	return &out, nil
}

// lookUp finds what `model: name` stands for in a rule. What the item says beside the name holds of each.
func (m *Models) lookUp(p *parser, rule *yaml.Node, section string, item, name *yaml.Node) ([]*yaml.Node, error) {
	lang, err := m.language(p, rule, name)
	if err != nil {
		return nil, err
	}
	var found []*yaml.Node
	for _, one := range p.strings(name) {
		list := m.byLang[lang].parts[section][one]
		if list == nil {
			known := m.Names(lang, section)
			return nil, hinted(p.bad(name, "the models of %s have no %s named %q", lang, section, one), "%s",
				suggest.Hint(one, known, "There are "+strings.Join(known, ", ")+"."))
		}
		found = append(found, list...)
	}
	if section == sectionSanitizers {
		found = append(found, m.byLang[lang].parts[section][anySanitizer]...)
	}
	if len(item.Content) == 2 {
		return found, nil
	}
	for i, n := range found {
		with := *n
		with.Content = slices.Clone(n.Content)
		for k := 0; k+1 < len(item.Content); k += 2 {
			if item.Content[k] != nil && item.Content[k].Value != "model" {
				with.Content = append(with.Content, item.Content[k], item.Content[k+1])
			}
		}
		m.origin[&with] = m.origin[n]
		found[i] = &with
	}
	return found, nil
}

// language is that whose models a rule uses: all languages of the rule have to share them.
func (m *Models) language(p *parser, rule, at *yaml.Node) (string, error) {
	lang := ""
	for _, l := range p.strings(p.get(rule, "languages")) {
		f := familyOf(l)
		if lang != "" && f != lang {
			return "", hinted(p.bad(at, "the rule is for %s and %s, which share no models", lang, f),
				"Make a rule for each language.")
		}
		lang = f
	}
	if m.byLang[lang] == nil {
		return "", hinted(p.bad(at, "there are no models for %s", lang), "Write the patterns into the rule.")
	}
	return lang, nil
}

// propagate adds the language's propagators to a rule that names models.
func (m *Models) propagate(p *parser, rule *yaml.Node) {
	const key = "pattern-propagators"
	lang, err := m.language(p, rule, rule)
	if err != nil || len(m.byLang[lang].propagators) == 0 {
		return
	}
	all := m.byLang[lang].propagators
	own := p.get(rule, key)
	if own == nil {
		rule.Content = append(rule.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key},
			&yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: all})
		return
	}
	if len(own.Content) == 0 {
		return
	}
	full := *own
	full.Content = distinctNodes(append(slices.Clone(own.Content), all...))
	for i := 0; i+1 < len(rule.Content); i += 2 {
		if rule.Content[i].Value == key {
			rule.Content[i+1] = &full
		}
	}
}

// distinctNodes leaves out items that were named twice.
func distinctNodes(list []*yaml.Node) []*yaml.Node {
	var out []*yaml.Node
	seen := map[*yaml.Node]bool{}
	for _, n := range list {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// Fill returns the text of a rule file with the models written out, as a rule file that needs none; add may change the
// metadata of each rule. Comments are kept.
func (m *Models) Fill(file string, text []byte, add func(id string, metadata *yaml.Node)) ([]byte, error) {
	doc, err := document(file, text)
	if err != nil {
		return nil, err
	}
	p := &parser{path: file, models: m}
	list := p.get(doc.Content[0], "rules")
	if list == nil {
		return nil, p.bad(doc.Content[0], "no list named `rules`")
	}
	for i, n := range list.Content {
		full, err := m.fill(p, deref(n))
		if err != nil {
			return nil, err
		}
		if meta := p.get(full, "metadata"); meta != nil && add != nil {
			add(p.str(full, "id"), meta)
		}
		list.Content[i] = full
	}
	var out strings.Builder
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return []byte(out.String()), nil
}

func readFile(fsys fs.FS, file string) ([]byte, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadAll(f, maxFile)
}
