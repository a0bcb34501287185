package rule

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/owasp"
	"gopkg.in/yaml.v3"
)

// maxFile bounds a rule file; ten thousand rules are about this large.
const maxFile = 64 << 20

// Load reads rule files: each path is a file, or a folder whose .yaml and .yml files are read, test fixtures left out.
// Rules that are wrong are left out and reported; the others are returned.
func Load(fsys fs.FS, paths ...string) (rules []*Rule, errs []error) {
	return (*Models)(nil).Load(fsys, paths...)
}

// LoadPaths is Load for paths of the operating system.
func LoadPaths(paths ...string) (rules []*Rule, errs []error) {
	return (*Models)(nil).LoadPaths(paths...)
}

// Parse reads the rules in one file's text. A rule that is wrong does not keep the others from being returned.
func Parse(path string, text []byte) (rules []*Rule, errs []error) {
	return (*Models)(nil).Parse(path, text)
}

// Load is the function Load for rules that may name models.
func (m *Models) Load(fsys fs.FS, paths ...string) (rules []*Rule, errs []error) {
	for _, p := range paths {
		r, e := m.load(fsys, p, func(f string) string { return f })
		rules, errs = append(rules, r...), append(errs, e...)
	}
	rules, twice := distinct(rules, true)
	return rules, append(errs, twice...)
}

func (m *Models) load(fsys fs.FS, path string, shown func(string) string) (rules []*Rule, errs []error) {
	files, err := ruleFiles(fsys, path)
	if err != nil {
		return nil, []error{clierr.InputErr(shown(path), err).WithHint("Give a rule file or a folder of rule files.")}
	}
	read := 0
	for _, f := range files {
		r, e := m.loadFile(fsys, f, shown(f))
		if f != path && len(e) == 1 && errors.Is(e[0], ErrNoRules) {
			continue // one of the folder's files that is about something else
		}
		read++
		rules, errs = append(rules, r...), append(errs, e...)
	}
	if read == 0 {
		errs = append(errs, clierr.Input(shown(path), "no rule file in this folder").
			WithHint("Give a rule file or a folder of rule files."))
	}
	return rules, errs
}

func ruleFiles(fsys fs.FS, p string) ([]string, error) {
	st, err := fs.Stat(fsys, p)
	if err != nil {
		return nil, err
	}
	if !st.IsDir() {
		return []string{p}, nil
	}
	var out []string
	err = fs.WalkDir(fsys, p, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := filepath.Base(path)
		if d.IsDir() && path != p && strings.HasPrefix(base, ".") {
			return fs.SkipDir
		}
		if ext := filepath.Ext(base); !d.IsDir() && (ext == ".yaml" || ext == ".yml") && !isFixture(base) {
			out = append(out, path)
		}
		return nil
	})
	sort.Strings(out)
	return out, err
}

// isFixture tells the test file x.test.yaml or x.fixed.yaml beside rules about YAML.
func isFixture(base string) bool {
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	return strings.HasSuffix(stem, ".test") || strings.HasSuffix(stem, ".fixed")
}

func (m *Models) loadFile(fsys fs.FS, path, shown string) ([]*Rule, []error) {
	b, err := readFile(fsys, path)
	if err != nil {
		return nil, []error{clierr.InputErr(shown, err)}
	}
	return m.Parse(shown, b)
}

// LoadPaths is the function LoadPaths for rules that may name models.
func (m *Models) LoadPaths(paths ...string) (rules []*Rule, errs []error) {
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil {
			errs = append(errs, clierr.InputErr(p, err).WithHint("Give a rule file or a folder of rule files."))
			continue
		}
		dir, base := p, "."
		if !st.IsDir() {
			dir, base = filepath.Dir(p), filepath.Base(p)
		}
		r, e := m.load(os.DirFS(dir), base, func(f string) string { return filepath.Join(dir, f) })
		rules, errs = append(rules, r...), append(errs, e...)
	}
	rules, twice := distinct(rules, true)
	return rules, append(errs, twice...)
}

// document reads a file of YAML whose nesting and aliases are bounded.
func document(path string, text []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		line := 0
		fmt.Sscanf(strings.TrimPrefix(err.Error(), "yaml: "), "line %d:", &line)
		return nil, clierr.Input(path, "not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: ")).At(line, 0)
	}
	if len(doc.Content) == 0 {
		return nil, clierr.Input(path, "the file is empty").WithHint("A rule file has a list named `rules`.")
	}
	walk := &nesting{open: map[*yaml.Node]bool{}, left: maxNodes}
	if at, err := walk.check(&doc, 0); err != nil {
		return nil, clierr.Input(path, "%s", err).At(at.Line, at.Column).
			WithHint("Write out what the alias stands for.")
	}
	return &doc, nil
}

// Parse is the function Parse for rules that may name models.
func (m *Models) Parse(path string, text []byte) (rules []*Rule, errs []error) {
	doc, err := document(path, text)
	if err != nil {
		return nil, []error{err}
	}
	p := &parser{path: path, models: m}
	list := p.get(doc.Content[0], "rules")
	if list == nil || list.Kind != yaml.SequenceNode {
		err := clierr.Input(path, "no list named `rules`").At(doc.Content[0].Line, doc.Content[0].Column).
			WithHint("A rule file has a list named `rules`.")
		err.Err = ErrNoRules
		return nil, []error{err}
	}
	for _, n := range list.Content {
		r, err := p.rule(n)
		switch {
		case errors.Is(err, errIgnored):
		case err != nil:
			errs = append(errs, err)
		default:
			rules = append(rules, r)
		}
	}
	rules, more := distinct(rules, false)
	return rules, append(errs, more...)
}

// ErrNoRules says that a file of YAML is about something else.
var ErrNoRules = errors.New("no rules")

var errIgnored = errors.New("rule is of another tool's kind")

type parser struct {
	path   string
	id     string
	models *Models // nil: rules may name none
}

// bad is an error at a node: what was expected there.
func (p *parser) bad(n *yaml.Node, format string, args ...any) error {
	msg := fmt.Sprintf(format, args...)
	if p.id != "" {
		msg = "rule " + p.id + ": " + msg
	}
	return clierr.Input(p.path, "%s", msg).At(n.Line, n.Column)
}

func deref(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < 10; i++ {
		n = n.Alias
	}
	return n
}

// get returns a mapping's value, nil if there is none.
func (p *parser) get(n *yaml.Node, key string) *yaml.Node {
	n = deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return deref(n.Content[i+1])
		}
	}
	return nil
}

func (p *parser) str(n *yaml.Node, key string) string {
	if v := p.get(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// strings reads a list of strings, or one.
func (p *parser) strings(n *yaml.Node) []string {
	if n = deref(n); n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		if n.Tag == "!!null" {
			return nil
		}
		return []string{n.Value}
	}
	var out []string
	for _, c := range n.Content {
		if c = deref(c); c.Kind == yaml.ScalarNode {
			out = append(out, c.Value)
		}
	}
	return out
}

func (p *parser) flag(n *yaml.Node, key string) (val, set bool) {
	v := p.get(n, key)
	if v == nil {
		return false, false
	}
	return v.Value == "true", true
}

func (p *parser) rule(n *yaml.Node) (*Rule, error) {
	n = deref(n)
	p.id = ""
	if n.Kind != yaml.MappingNode {
		return nil, p.bad(
			n,
			"a rule is expected here: a mapping with `id`, `languages`, `message`, `severity` and a pattern",
		)
	}
	r := &Rule{ID: p.str(n, "id"), File: p.path, Line: n.Line, Message: p.str(n, "message")}
	if r.ID == "" {
		return nil, p.bad(n, "`id` is missing")
	}
	p.id = r.ID
	for _, k := range []string{"r2c-internal-project-depends-on", "r2c-internal-patterns-from"} {
		if p.get(n, k) != nil && p.get(n, "pattern") == nil && p.get(n, "patterns") == nil &&
			p.get(n, "match") == nil &&
			p.get(n, "pattern-either") == nil {
			return nil, errIgnored
		}
	}
	if err := p.keys(n); err != nil {
		return nil, err
	}
	if p.models != nil {
		full, err := p.models.fill(p, n)
		if err != nil {
			return nil, err
		}
		n = full
	}
	if err := p.head(r, n); err != nil {
		return nil, err
	}
	if err := p.body(r, n); err != nil {
		return nil, err
	}
	return r, p.bound(r)
}

// head reads everything but the patterns.
func (p *parser) head(r *Rule, n *yaml.Node) error {
	langs := p.get(n, "languages")
	if r.Languages = p.strings(langs); len(r.Languages) == 0 {
		return p.bad(n, "`languages` is missing: a list such as [python]")
	}
	sev, err := severity(p.str(n, "severity"))
	if err != nil {
		at := p.get(n, "severity")
		if at == nil {
			at = n
		}
		return p.bad(at, "%s", err)
	}
	r.Severity = sev
	p.options(&r.Options, p.get(n, "options"))
	paths := p.get(n, "paths")
	if err := p.only(paths, "paths", "include", "exclude"); err != nil {
		return err
	}
	r.Include, r.Exclude = p.strings(p.get(paths, "include")), p.strings(p.get(paths, "exclude"))
	if fix := p.get(n, "fix"); fix != nil {
		r.Fix, r.HasFix = fix.Value, true
	}
	if fr := p.get(n, "fix-regex"); fr != nil {
		r.FixRegex = &FixRegex{Regex: p.str(fr, "regex"), Replacement: p.str(fr, "replacement")}
		fmt.Sscanf(p.str(fr, "count"), "%d", &r.FixRegex.Count)
	}
	r.Meta = p.meta(p.get(n, "metadata"))
	return nil
}

// meta reads what `metadata` says. The categories of the OWASP Top Ten come from the weaknesses, unless a rule tells
// them.
func (p *parser) meta(n *yaml.Node) Meta {
	m := Meta{
		CWE:        p.strings(p.get(n, "cwe")),
		OWASP:      p.strings(p.get(n, "owasp")),
		References: p.strings(p.get(n, "references")),
		Title:      p.str(n, "title"),
		Why:        p.str(n, "why"),
		Bad:        p.str(n, "bad"),
		Good:       p.str(n, "good"),
		Kind:       p.str(n, "kind"),
		Likelihood: strings.ToLower(p.str(n, "likelihood")),
	}
	if len(m.OWASP) == 0 {
		m.OWASP = owasp.Of(m.CWE...)
	}
	switch c := finding.Confidence(strings.ToLower(p.str(n, "confidence"))); c {
	case finding.ConfidenceHigh, finding.ConfidenceMedium, finding.ConfidenceLow:
		m.Confidence = c
	}
	return m
}

// severity reads both generations of semgrep's words. Its ERROR, WARNING and INFO are high, medium and low.
func severity(s string) (finding.Severity, error) {
	switch strings.ToUpper(s) {
	case "ERROR", "HIGH":
		return finding.High, nil
	case "WARNING", "MEDIUM":
		return finding.Medium, nil
	case "INFO", "LOW":
		return finding.Low, nil
	case "CRITICAL":
		return finding.Critical, nil
	case "INVENTORY", "EXPERIMENT":
		return finding.Info, nil
	}
	return "", fmt.Errorf("`severity` is %q; use CRITICAL, HIGH, MEDIUM, LOW, or ERROR, WARNING, INFO", s)
}

func (p *parser) body(r *Rule, n *yaml.Node) (err error) {
	mode := p.str(n, "mode")
	if spec := p.get(n, "taint"); spec != nil {
		r.Mode = Taint
		r.Taint, err = p.taint(spec, "")
		return err
	}
	switch mode {
	case "", "search":
	case "taint":
		r.Mode = Taint
		r.Taint, err = p.taint(n, "pattern-")
		return err
	case "check":
		r.Mode = Check
		if r.Check = p.str(n, "check"); r.Check == "" {
			return p.bad(n, "`check` is missing: the name of what looks for it")
		}
		return nil
	default:
		return unsupported(p.bad(p.get(n, "mode"), "mode %q is not supported; use search or taint", mode), "mode %s",
			mode)
	}
	if m := p.get(n, "match"); m != nil {
		r.Match, err = p.match(m)
		return err
	}
	for _, k := range []string{"pattern", "patterns", "pattern-either", "pattern-regex"} {
		if v := p.get(n, k); v != nil {
			if r.Match, err = p.classic(k, keyOf(n, k), v); err == nil {
				err = p.positive(r.Match, n)
			}
			return err
		}
	}
	return p.bad(
		n,
		"there is no pattern; expected one of pattern, patterns, pattern-either, pattern-regex, match, or mode: taint",
	)
}

func keyOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return n
}

// positive checks that a conjunction has something to find, and that conditions name metavariables.
func (p *parser) positive(f *Formula, n *yaml.Node) error {
	if f.Kind != And {
		return nil
	}
	for _, k := range f.Kids {
		if k.Kind != Not {
			return nil
		}
	}
	return p.bad(n, "`patterns` needs at least one pattern that is not negated")
}

var metavarName = lazyregexp.New(`^\$(\.\.\.)?([A-Z_][A-Z_0-9]*|[0-9]+)$`)

func (p *parser) metavariable(n *yaml.Node) (string, error) {
	v := p.get(n, "metavariable")
	if v == nil {
		return "", p.bad(n, "`metavariable` is missing")
	}
	return v.Value, p.isMetavar(v, v.Value)
}

func (p *parser) isMetavar(n *yaml.Node, s string) error {
	if !metavarName.MatchString(s) {
		return p.bad(n, "%q is no metavariable; expected a dollar sign and capitals, as in $X", s)
	}
	return nil
}
