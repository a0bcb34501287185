package stack

import (
	"maps"
	"slices"

	"github.com/drydock/drydock/internal/clierr"
)

// How Compose lays one file over another, and a service over the one that it extends: mappings merge by key, lists
// append, a value replaces a value. What follows another rule is named here, by its path below the service. A `!reset`
// stays in the result as a mark, for the layers that the result is laid over in turn; it reads as a key that is not there.

type mergeRule uint8

const (
	generic   mergeRule = iota
	keyValue            // "k=v" lists and mappings alike: the later key wins
	replace             // the later one as a whole
	sequence            // one value is a list of one
	asMap               // a list of names is a mapping with empty values
	build               // a path is {context: path}
	logging             // options merge only within one driver
	appendAll           // a list that keeps what the other one has already: the last of them wins when it is read
)

var serviceRules = map[string]mergeRule{
	"annotations":               keyValue,
	"build":                     build,
	"build.args":                keyValue,
	"build.additional_contexts": keyValue,
	"build.extra_hosts":         sequence,
	"build.labels":              keyValue,
	"command":                   replace,
	"depends_on":                asMap,
	"deploy.labels":             keyValue,
	"dns":                       sequence,
	"dns_opt":                   sequence,
	"dns_search":                sequence,
	"entrypoint":                replace,
	"env_file":                  sequence,
	"environment":               keyValue,
	"extra_hosts":               sequence,
	"healthcheck.test":          replace,
	"label_file":                sequence,
	"labels":                    keyValue,
	"logging":                   logging,
	"models":                    asMap,
	"networks":                  asMap,
	"sysctls":                   keyValue,
	"tmpfs":                     sequence,
}

// acrossFiles is how services of different files merge. Compose drops an item that the base has already only where both
// are written in one form, and has brought those of earlier files into its own; it matters where the last item wins.
var acrossFiles = func() map[string]mergeRule {
	rules := maps.Clone(serviceRules)
	rules["volumes"] = appendAll
	return rules
}()

var noRules = map[string]mergeRule{}

// mergeFiles lays a file's model over what the files before it gave.
func mergeFiles(base, over *node) (*node, error) {
	if base == nil {
		return over, nil
	}
	for _, section := range over.keys {
		old := base.entry(section.name)
		switch {
		case old == nil || old.val.kind == nullKind || old.val.reset || section.val.override || section.val.reset:
			base.set(section)
		case section.val.kind == nullKind:
		case old.val.kind == mapKind && section.val.kind == mapKind:
			if err := mergeSection(section.name, old.val, section.val); err != nil {
				return nil, err
			}
		default:
			merged, err := mergeNodes("", noRules, old.val, section.val)
			if err != nil {
				return nil, err
			}
			base.set(entry{name: section.name, loc: section.loc, val: merged})
		}
	}
	return base, nil
}

// mergeSection merges the services, networks and so on of two models, by name.
func mergeSection(section string, base, over *node) error {
	rules := noRules
	if section == "services" {
		rules = acrossFiles
	}
	for _, e := range over.keys {
		old := base.entry(e.name)
		if old == nil || old.val.reset || e.val.reset {
			base.set(e)
			continue
		}
		merged, err := mergeNodes("", rules, old.val, e.val)
		if err != nil {
			return err
		}
		old.val = merged
	}
	return nil
}

// mergeNodes lays over on base and returns the result, which may be either of them, changed.
func mergeNodes(path string, rules map[string]mergeRule, base, over *node) (*node, error) {
	if over.override {
		return over, nil
	}
	rule := rules[path]
	switch rule {
	case replace:
		return over, nil
	case keyValue:
		return mergeKeyValues(base, over), nil
	case sequence:
		base, over = asSequence(base), asSequence(over)
	case asMap:
		base, over = asMapping(base), asMapping(over)
	case build:
		base, over = buildMapping(base), buildMapping(over)
	case logging:
		if d, o := base.get("driver"), over.get("driver"); d != nil && o != nil && d.text != o.text {
			return over, nil
		}
	}
	switch {
	case over.kind == nullKind:
		return base, nil
	case base.kind == nullKind:
		return over, nil
	case base.kind != over.kind && (base.kind != scalarKind || over.kind != scalarKind):
		if base.kind == scalarKind {
			return over, nil
		}
		return nil, clierr.Input(over.loc.Path, "%s cannot override %s (%s)", over.kind, base.kind, base.loc).
			At(over.loc.Line, over.loc.Column).WithHint("Write both in the same form.")
	case base.kind == listKind:
		return appended(base, over, rule == appendAll), nil
	case base.kind == scalarKind:
		return over, nil
	}
	return base, mergeMappings(path, rules, base, over)
}

func mergeMappings(path string, rules map[string]mergeRule, base, over *node) error {
	for _, e := range over.keys {
		old := base.entry(e.name)
		switch {
		case old == nil || old.val.reset || e.val.reset:
			base.set(e)
		default:
			next := e.name
			if path != "" {
				next = path + "." + e.name
			}
			merged, err := mergeNodes(next, rules, old.val, e.val)
			if err != nil {
				return err
			}
			*old = entry{name: e.name, loc: e.loc, val: merged}
		}
	}
	return nil
}

// mergeKeyValues keeps both lists whole: which entries win is decided when they are read, so that a key that stands
// twice in one list is still seen to do so.
func mergeKeyValues(base, over *node) *node {
	if over.kind == nullKind {
		return base
	}
	if base.kind == nullKind {
		return over
	}
	for _, e := range over.keys {
		if e.val.reset {
			base.remove(e.name)
		}
	}
	n := &node{kind: listKind, loc: over.loc, unit: over.unit}
	for _, m := range []*node{base, over} {
		if len(m.parts) > 0 {
			n.parts = append(n.parts, m.parts...)
		} else {
			n.parts = append(n.parts, m)
		}
	}
	return n
}

// appended is base with the items of over, each once. What base holds already is left out as well, unless all is set.
func appended(base, over *node, all bool) *node {
	n := *base
	n.items = slices.Clone(base.items)
	have := make(map[string]bool, len(n.items))
	if !all {
		for _, it := range n.items {
			have[it.meaning()] = true
		}
	}
	for _, it := range over.items {
		if m := it.meaning(); !have[m] {
			have[m] = true
			n.items = append(n.items, it)
		}
	}
	return &n
}

func asSequence(n *node) *node {
	if n.kind != scalarKind {
		return n
	}
	return &node{kind: listKind, items: []*node{n}, loc: n.loc, unit: n.unit, shared: n.shared}
}

func asMapping(n *node) *node {
	if n.kind == mapKind || n.kind == nullKind {
		return n
	}
	m := &node{kind: mapKind, loc: n.loc, unit: n.unit, shared: n.shared}
	for _, it := range asSequence(n).items {
		m.set(entry{name: it.text, loc: it.loc, val: &node{loc: it.loc, unit: it.unit}})
	}
	return m
}

func buildMapping(n *node) *node {
	if n.kind != scalarKind {
		return n
	}
	return &node{kind: mapKind, loc: n.loc, unit: n.unit, shared: n.shared,
		keys: []entry{{name: "context", loc: n.loc, val: n}}}
}
