package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/suggest"
	"gopkg.in/yaml.v3"
)

// What a rule says beside what is read of it: a word that is nearly one of the language's is a mistake, and a rule with
// such a mistake would find nothing, or too much, without a word.

// ruleKeys are the words that a rule may have.
var ruleKeys = []string{
	"id", "languages", "message", "severity", "metadata", "mode", "match", "taint", "fix", "fix-regex", "options",
	"paths",
	"pattern", "patterns", "pattern-either", "pattern-regex", "pattern-sources", "pattern-sinks", "pattern-sanitizers",
	"pattern-propagators", "join", "extract", "dest-language", "min-version", "max-version", "product", "validators",
	"project-depends-on", "sca-kind", "steps", "check",
}

// keys checks the words of a rule.
func (p *parser) keys(n *yaml.Node) error {
	known := map[string]bool{}
	for _, k := range ruleKeys {
		known[k] = true
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if known[key.Value] {
			continue
		}
		if w := suggest.Word(key.Value, ruleKeys); w != "" && p.get(n, w) == nil {
			return hinted(p.bad(key, "%q is no key of a rule", key.Value), "Did you mean `%s`?", w)
		}
	}
	return nil
}

// only checks that a mapping has no other keys than these.
func (p *parser) only(n *yaml.Node, name string, known ...string) error {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; !slices.Contains(known, key.Value) {
			return hinted(p.bad(key, "%q is no key of `%s`", key.Value, name), "%s",
				suggest.Hint(key.Value, known, "Known are "+strings.Join(known, ", ")+"."))
		}
	}
	return nil
}

// hinted adds a hint to an error of a rule file.
func hinted(err error, format string, args ...any) error {
	if e, ok := err.(*clierr.Error); ok {
		return e.WithHint(format, args...)
	}
	return err
}

// distinct reports each rule whose id another one before it has: within a file, or across files that are distinct
// within.
func distinct(rules []*Rule, across bool) (out []*Rule, errs []error) {
	first := map[string]*Rule{}
	for _, r := range rules {
		before := first[r.ID]
		if before == nil {
			first[r.ID] = r
			out = append(out, r)
			continue
		}
		if across && before.File == r.File {
			continue // a file that was named twice
		}
		at := fmt.Sprintf("line %d", before.Line)
		if before.File != r.File {
			at = fmt.Sprintf("%s, %s,", before.File, at)
		}
		errs = append(errs, clierr.Input(r.File, "rule %s: the rule in %s has this id, too", r.ID, at).
			At(r.Line, 0).WithHint("Give each rule an id of its own."))
	}
	return out, errs
}

var (
	metavarIn = regexp.MustCompile(`\$(?:\.\.\.\.?)?[A-Z_][A-Z_0-9]*`)
	groupIn   = regexp.MustCompile(`\(\?P?<([A-Z_][A-Z_0-9]*)>`)
)

// bound checks that each metavariable that a condition, a focus or a propagator names stands in some pattern.
func (p *parser) bound(r *Rule) error {
	b := &binding{have: map[string]bool{}}
	if r.Match != nil {
		b.formula(r.Match)
	}
	if t := r.Taint; t != nil {
		for _, parts := range [][]TaintPart{t.Sources, t.Sinks, t.Sanitizers} {
			for i := range parts {
				b.formula(parts[i].Match)
			}
		}
		for i := range t.Propagators {
			g := &t.Propagators[i]
			b.formula(g.Match)
			b.want(g.From, g.Line)
			b.want(g.To, g.Line)
		}
	}
	for _, w := range b.wanted {
		if b.have[name(w.name)] {
			continue
		}
		var all []string
		for v := range b.have {
			all = append(all, "$"+v)
		}
		at := &yaml.Node{Line: w.line}
		err := p.bad(at, "no pattern has the metavariable %s", w.name)
		if near := suggest.Word(w.name, all); near != "" {
			return hinted(err, "Did you mean `%s`?", near)
		}
		return hinted(err, "Name one that stands in a pattern of the rule.")
	}
	return nil
}

// binding is which metavariables the patterns of a rule bind, and which are asked for.
type binding struct {
	have   map[string]bool
	wanted []wantedVar
}

type wantedVar struct {
	name string
	line int
}

// name is a metavariable's without its signs: $X and $...X are one here.
func name(v string) string { return strings.TrimLeft(v, "$.") }

// want notes that a metavariable has to be bound. Those that are numbers are groups of a regular expression.
func (b *binding) want(v string, line int) {
	if n := name(v); n != "" && (n[0] < '0' || n[0] > '9') {
		b.wanted = append(b.wanted, wantedVar{v, line})
	}
}

func (b *binding) formula(f *Formula) {
	if f == nil {
		return
	}
	for _, v := range metavarIn.FindAllString(f.Text, -1) {
		b.have[name(v)] = true
	}
	b.groups(f.Text)
	if f.As != "" {
		b.have[name(f.As)] = true
	}
	for _, k := range f.Kids {
		b.formula(k)
	}
	for _, vars := range f.Focus {
		for _, v := range vars {
			b.want(v, f.Line)
		}
	}
	for i := range f.Where {
		c := &f.Where[i]
		if c.Var != "" {
			b.want(c.Var, c.Line)
		}
		b.groups(c.Regex)
		b.formula(c.Match)
	}
}

func (b *binding) groups(re string) {
	for _, m := range groupIn.FindAllStringSubmatch(re, -1) {
		b.have[m[1]] = true
	}
}

// UnsupportedError says that a rule asks for something that no rule of its kind gets here.
type UnsupportedError struct {
	What string // the kind: "language rust", "mode join"
	Err  error
}

func (e *UnsupportedError) Error() string { return e.Err.Error() }

// Unwrap returns the error with its place.
func (e *UnsupportedError) Unwrap() error { return e.Err }

// unsupported marks an error as one of a kind that is told once.
func unsupported(err error, format string, args ...any) error {
	return &UnsupportedError{What: fmt.Sprintf(format, args...), Err: err}
}
