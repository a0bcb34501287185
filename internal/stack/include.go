package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
)

// include reads what a file includes and lays the file over it.
func (r *reader) include(doc *node, sc scope) (*node, error) {
	list := doc.get("include")
	doc.remove("include")
	if list == nil || list.kind == nullKind || list.reset {
		return doc, nil
	}
	for _, item := range asSequence(list).items {
		inc, err := r.includeOne(item, sc)
		if err != nil {
			return nil, err
		}
		if inc == nil {
			continue
		}
		inc.settle()
		for _, name := range []string{"name", "version", "include"} {
			inc.remove(name)
		}
		if doc, err = mergeFiles(inc, doc); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

func (r *reader) includeOne(item *node, sc scope) (*node, error) {
	at := func(e *clierr.Error) error { return e.At(item.loc.Line, item.loc.Column) }
	pathNode := item
	if item.kind == mapKind {
		pathNode = item.get("path")
	}
	if pathNode == nil || pathNode.kind == nullKind || pathNode.kind == mapKind {
		return nil, at(clierr.Input(item.loc.Path, "an include without a path").WithHint("Write `- path: other/compose.yaml`."))
	}
	var files []string
	for _, p := range asSequence(pathNode).items {
		if remote(p.text) {
			r.host.unread(p.loc, redactURL(p.text), "a remote include, for which no connection is opened; fetch it and include the copy")
			return nil, nil
		}
		files = append(files, resolve(sc.dir, p.text))
	}
	if len(files) == 0 {
		return nil, nil
	}
	for _, f := range files {
		if _, err := os.Stat(f); err != nil {
			if missing := unsetIn(pathNode); len(missing) > 0 {
				r.leftOut = append(r.leftOut, missing...)
				r.host.unread(item.loc, rawPath(pathNode), "%s, on which this include hangs, has no value: %s", variables(missing), giveValue(missing))
				return nil, nil
			}
			why := clierr.Input(item.loc.Path, "the included file %s cannot be read: %s", r.host.rel(f), reasonOf(err)).
				WithHint("Paths of an include start at the project folder, %s.", r.host.rel(sc.dir))
			if raw := rawPath(pathNode); strings.Contains(raw, "$") {
				why = why.WithHint("Its path comes from variables, %s: %s", raw, "give them the values that they have where it runs.")
			}
			return nil, at(why)
		}
		if slices.Contains(sc.chain, f) {
			return nil, at(clierr.Input(item.loc.Path, "the include runs in a circle: %s", r.circle(sc.chain, f)).
				WithHint("Remove one of these includes."))
		}
	}
	if len(sc.chain) > maxChain {
		return nil, at(clierr.Input(item.loc.Path, "includes nest more than %d deep", maxChain).WithHint("Include the files directly."))
	}
	inner := scope{dir: filepath.Dir(files[0]), chain: sc.chain}
	if d := item.get("project_directory").value(); d != "" {
		inner.dir = resolve(sc.dir, d)
	}
	envFiles := []string{filepath.Join(inner.dir, ".env")}
	if e := item.get("env_file"); e != nil && e.kind != nullKind {
		envFiles = nil
		for _, f := range asSequence(e).items {
			envFiles = append(envFiles, resolve(sc.dir, f.text))
		}
	}
	inner.home = inner.dir
	inner.env = r.host.withEnvFiles(sc.env, envFiles)
	model, err := r.model(files, inner)
	if err != nil {
		return nil, err
	}
	for _, e := range containers(model) {
		// a build without a context means the folder of the include, and says so to what is laid under it
		if b := e.val.get("build"); b != nil && b.kind == mapKind && b.get("context") == nil {
			b.add(entry{name: "context", loc: b.loc, val: &node{kind: scalarKind, text: ".", loc: b.loc, unit: b.unit.at(inner.dir)}})
		}
	}
	return model, nil
}

func (r *reader) circle(chain []string, last string) string {
	names := make([]string, 0, len(chain)+1)
	for _, f := range append(slices.Clone(chain), last) {
		names = append(names, r.host.rel(f))
	}
	return strings.Join(names, " -> ")
}

func anyUnset(n *node) bool { return len(unsetIn(n)) > 0 }

// unsetIn are the variables without a value in a node, each once.
func unsetIn(n *node) []string {
	if n == nil {
		return nil
	}
	out := slices.Clone(n.unset)
	for _, it := range n.items {
		for _, name := range unsetIn(it) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// rawPath is the path, or the first of several, as written.
func rawPath(n *node) string {
	if n.kind == listKind && len(n.items) > 0 {
		n = n.items[0]
	}
	return n.raw
}

func variables(names []string) string {
	if len(names) == 1 {
		return "the variable " + names[0]
	}
	return "one of the variables " + strings.Join(names, ", ")
}

func giveValue(names []string) string {
	return fmt.Sprintf("set %s, or name a file that does with --env-file", strings.Join(names, ", "))
}
