package stack

import (
	"context"
	"slices"

	"github.com/drydock/drydock/internal/clierr"
)

// More bounds: files that one project may bring in, and how deep includes and extends may nest.
const (
	maxUnits = 500
	maxChain = 50
)

// reader reads one project: its files, what they include, and what their services extend.
type reader struct {
	ctx   context.Context
	host  *hostReader
	units int
	left  int // nodes
	putIn int // bytes of variables

	sources map[string]lines // by absolute path: a file that many services extend is read once
	leftOut []string         // variables without a value on which includes hang that are left out
}

// scope is what relative paths and variables mean in a set of files.
type scope struct {
	dir   string // where relative paths start: the project folder, or that of a file that is extended
	home  string // the project folder, of the project or of what is included
	env   lookup
	chain []string         // files being included, outermost first
	other bool             // reading a file that is extended
	bases map[string]*node // the services of files that are extended, by path: read once for all that extend them
}

// model reads and merges files as `docker compose -f a -f b` does.
func (r *reader) model(files []string, sc scope) (*node, error) {
	var merged *node
	sc.bases = map[string]*node{}
	for _, f := range files {
		docs, err := r.documents(f, sc)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			if doc.kind == nullKind {
				continue
			}
			if err := r.check(doc); err != nil {
				return nil, err
			}
			inner := sc
			inner.chain = append(slices.Clone(sc.chain), f)
			if doc, err = r.include(doc, inner); err != nil {
				return nil, err
			}
			if err := r.extendAll(doc, f, sc); err != nil {
				return nil, err
			}
			if merged, err = mergeFiles(merged, doc); err != nil {
				return nil, err
			}
		}
	}
	return merged, nil
}

// files lists what was read: the named files in their order, then those that they include or extend, by name.
func (r *reader) files(named []string) []string {
	var more []string
	for f := range r.sources {
		if !slices.Contains(named, f) {
			more = append(more, f)
		}
	}
	slices.Sort(more)
	var out []string
	for _, f := range append(slices.Clone(named), more...) {
		out = append(out, r.host.rel(f))
	}
	return out
}

// documents reads one file's YAML.
func (r *reader) documents(path string, sc scope) ([]*node, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	rel := r.host.rel(path)
	if r.units++; r.units > maxUnits {
		return nil, clierr.Input(rel, "more than %d files are included or extended", maxUnits).WithHint("Scan the projects one by one.")
	}
	src, ok := r.sources[path]
	if !ok {
		var err error
		if src, err = readSource(path, rel); err != nil {
			return nil, err
		}
		r.sources[path] = src
	}
	u := &unit{path: path, rel: rel, base: sc.dir, home: sc.home, src: src}
	p := &parser{unit: u, env: sc.env, left: &r.left, putIn: &r.putIn, missing: r.host.missing, problem: r.host.problem}
	docs, err := p.documents()
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if d.kind != mapKind && d.kind != nullKind {
			return nil, clierr.Input(rel, "not a compose file: it holds %s, not a mapping", d.kind).At(d.loc.Line, d.loc.Column).
				WithHint("A compose file starts with `services:`.")
		}
		r.host.checkKeys(d)
	}
	return docs, nil
}

// check refuses a file whose sections are not mappings: nothing of it could be understood.
func (r *reader) check(doc *node) error {
	for _, section := range []string{"services", "networks", "volumes"} {
		n := doc.get(section)
		if n == nil || n.kind == mapKind || n.kind == nullKind || n.reset {
			continue
		}
		return clierr.Input(n.loc.Path, "`%s` must be a mapping, this is %s", section, n.kind).At(n.loc.Line, n.loc.Column).
			WithHint("Write `%s:` and below it, indented, one name with a colon for each.", section)
	}
	for _, e := range keysOf(doc.get("services")) {
		if n := e.val; n.kind != mapKind && n.kind != nullKind && !n.reset {
			return clierr.Input(n.loc.Path, "service %q must be a mapping, this is %s", e.name, n.kind).At(n.loc.Line, n.loc.Column).
				WithHint("Below `%s:` stand keys such as `image:`.", e.name)
		}
	}
	return nil
}

func keysOf(n *node) []entry {
	if n == nil {
		return nil
	}
	return n.keys
}
