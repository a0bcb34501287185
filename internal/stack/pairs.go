package stack

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
)

// pair is one entry of a list of "key=value" or of a mapping: labels, environment, build arguments.
type pair struct {
	key, value       string
	has              bool // false: the key alone
	rawKey, rawValue string
	unset            []string
	loc, valueLoc    finding.Location
	list             bool
	shared           bool
}

// pairs reads a list or mapping of pairs. Where several files gave some, a key of a later one hides the earlier ones';
// a key that stands twice in one list stays twice.
func (d *decoder) pairs(what string, n *node) []pair {
	if n == nil || n.kind == nullKind {
		return nil
	}
	if len(n.parts) > 0 {
		groups := make([][]pair, len(n.parts))
		for i, part := range n.parts {
			groups[i] = d.pairs(what, part)
		}
		return layer(groups)
	}
	var out []pair
	switch n.kind {
	case mapKind:
		for _, e := range n.keys {
			if e.val.kind == listKind || e.val.kind == mapKind {
				d.refuse(e.val, "Write a text, in quotes.", "the value of %q in `%s` must be a text, this is %s", e.name, what, e.val.kind)
				continue
			}
			out = append(out, pair{
				key: e.name, value: e.val.text, has: e.val.kind != nullKind,
				rawKey: e.name, rawValue: e.val.raw, unset: e.val.unset,
				loc: e.loc, valueLoc: e.val.loc, shared: e.val.shared,
			})
		}
	case listKind:
		for _, it := range n.items {
			switch it.kind {
			case scalarKind:
				out = append(out, listPair(it))
			case nullKind:
			default:
				d.refuse(it, "In a list an item is written `- key=value`.", "an item of `%s` must be a text, this is %s", what, it.kind)
			}
		}
	default:
		d.refuse(n, "Write a list of `- key=value`, or a mapping.", "`%s` must be a list or a mapping, this is %s", what, n.kind)
	}
	return out
}

// layer puts groups of pairs over one another.
func layer(groups [][]pair) []pair {
	later := map[string]bool{}
	for i := len(groups) - 1; i >= 0; i-- {
		kept := slices.DeleteFunc(slices.Clone(groups[i]), func(p pair) bool { return later[p.key] })
		for _, p := range groups[i] {
			later[p.key] = true
		}
		groups[i] = kept
	}
	return slices.Concat(groups...)
}

func listPair(it *node) pair {
	p := pair{unset: it.unset, loc: it.loc, valueLoc: it.loc, list: true, shared: it.shared}
	p.key, p.value, p.has = strings.Cut(it.text, "=")
	i := assignment(it.raw)
	if i < 0 {
		p.rawKey = it.raw
		return p
	}
	p.rawKey, p.rawValue = it.raw[:i], it.raw[i+1:]
	p.valueLoc = it.part(i + 1)
	return p
}

// assignment is the index of the equals sign between key and value, of none that stands in a variable's default.
func assignment(raw string) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == '$' && i+1 < len(raw) && raw[i+1] == '{':
			depth++
		case raw[i] == '}' && depth > 0:
			depth--
		case raw[i] == '=' && depth == 0:
			return i
		}
	}
	return -1
}

func asLabels(pairs []pair) []Label {
	out := make([]Label, 0, len(pairs))
	for _, p := range pairs {
		out = append(out, Label{
			Key: p.key, Value: p.value, RawKey: p.rawKey, RawValue: p.rawValue, Unset: p.unset,
			Location: p.loc, ValueLoc: p.valueLoc, List: p.list, Shared: p.shared,
		})
	}
	return out
}

// labels is what the container gets: the labels of `label_file`, and over them those of the compose files.
func (d *decoder) labels(s *Service, n *node) []Label {
	groups := [][]pair{}
	for _, f := range d.list("label_file", n.get("label_file")) {
		if len(f.unset) > 0 {
			why := fmt.Sprintf("its label file, %s, depends on %s, which has no value: %s", f.raw, variables(f.unset), giveValue(f.unset))
			s.Unread = append(s.Unread, why)
			d.host.unread(f.loc, f.raw, "service %q: %s", s.Name, why)
			continue
		}
		labels, ok := d.labelFile(f)
		if !ok {
			s.Unread = append(s.Unread, "its label file, "+d.host.rel(resolve(f.unit.base, f.text))+", could not be read in full")
		}
		groups = append(groups, labels)
	}
	return asLabels(layer(append(groups, d.pairs("labels", n.get("labels")))))
}

// labelFile reads a file of key=value lines. ok is false where it could not be read in full.
func (d *decoder) labelFile(f *node) (labels []pair, ok bool) {
	path := resolve(f.unit.base, f.text)
	rel := d.host.rel(path)
	text, err := bounded.ReadFile(path, maxEnvFile)
	if err != nil {
		d.host.problem(clierr.Input(f.loc.Path, "the label file %s cannot be read: %s", rel, reasonOf(err)).
			At(f.loc.Line, f.loc.Column).WithHint("The labels of this service are incomplete without it."))
		return nil, false
	}
	values, whole := d.host.envFile(path, d.env)
	var out []pair
	for i, line := range bytes.Split(text, []byte("\n")) {
		key, raw, ok := strings.Cut(strings.TrimSpace(strings.TrimSuffix(string(line), "\r")), "=")
		key = strings.TrimSpace(strings.TrimPrefix(key, "export "))
		value, known := values[key]
		if !ok || !known || strings.HasPrefix(key, "#") {
			continue
		}
		loc := finding.Location{Path: rel, Line: i + 1, Column: 1}
		out = append(out, pair{key: key, value: value, has: true, rawKey: key, rawValue: raw, loc: loc, valueLoc: loc, shared: true})
	}
	return out, whole
}

// environment is the variables that a service gets from its compose files and the files they name.
func (d *decoder) environment(s *Service, n *node) {
	var vars []EnvVar
	for _, f := range d.list("env_file", n.get("env_file")) {
		vars = append(vars, d.envFile(s, f)...)
	}
	for _, p := range d.pairs("environment", n.get("environment")) {
		v := EnvVar{Name: p.key, Value: p.value, Known: p.has && len(p.unset) == 0, Location: p.loc,
			Written: p.has && strings.ReplaceAll(p.rawValue, "$$", "$") == p.value}
		if !p.has {
			v.Value, v.Known = d.env(p.key)
		}
		vars = append(vars, v)
	}
	s.Environment = lastOf(vars, func(v EnvVar) string { return v.Name })
}

// envFile reads one item of a service's `env_file`.
func (d *decoder) envFile(s *Service, f *node) []EnvVar {
	path, format, required := f, (*node)(nil), true
	if f.kind == mapKind {
		path, format = f.get("path"), f.get("format")
		req := f.get("required")
		required = req == nil || req.isTrue()
	}
	if path == nil || path.kind != scalarKind || path.unit == nil {
		return nil
	}
	if len(path.unset) > 0 {
		s.EnvUnread = append(s.EnvUnread, path.raw)
		return nil
	}
	read := d.host.envFile
	switch name := format.value(); name {
	case "":
	case "raw":
		read = d.host.rawEnvFile
	default:
		d.refuse(format, "Write `format: raw`, or leave it out.", "no format of an env file is called %q", name)
	}
	abs := resolve(path.unit.base, path.text)
	s.EnvFiles = append(s.EnvFiles, abs)
	values, whole := read(abs, d.env)
	if values == nil && required {
		d.host.addWarning(path.loc, "the env_file %s is not there: its variables are unknown", d.host.rel(abs))
	}
	if values == nil || !whole {
		s.EnvUnread = append(s.EnvUnread, d.host.rel(abs))
	}
	vars := make([]EnvVar, 0, len(values))
	for _, k := range slices.Sorted(maps.Keys(values)) {
		vars = append(vars, EnvVar{Name: k, Value: values[k], Known: true, Location: path.loc})
	}
	return vars
}

// String keeps a value out of logs by mistake.
func (v EnvVar) String() string { return fmt.Sprintf("%s=***", v.Name) }
