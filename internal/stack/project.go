package stack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"

	"github.com/drydock/drydock/internal/fault"
	"github.com/drydock/drydock/internal/limit"
)

// More bounds: files that one project may bring in, and how deep includes and extends may nest.
const (
	maxUnits   = 500
	maxChain   = 50
	maxEnvFile = 1 << 20
)

// reader reads one project: its files, what they include, and what their services extend.
type reader struct {
	ctx   context.Context
	host  *hostReader
	units int
	left  int // nodes

	sources map[string]lines // by absolute path: a file that many services extend is read once
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

// documents reads one file's YAML.
func (r *reader) documents(path string, sc scope) ([]*node, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	rel := r.host.rel(path)
	if r.units++; r.units > maxUnits {
		return nil, fault.Input(rel, "more than %d files are included or extended", maxUnits).WithHint("Scan the projects one by one.")
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
	p := &parser{unit: u, env: sc.env, left: &r.left, missing: r.host.missing, problem: r.host.problem}
	docs, err := p.documents()
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if d.kind != mapKind && d.kind != nullKind {
			return nil, fault.Input(rel, "not a compose file: it holds %s, not a mapping", d.kind).At(d.loc.Line, d.loc.Column).
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
		return fault.Input(n.loc.Path, "`%s` must be a mapping, this is %s", section, n.kind).At(n.loc.Line, n.loc.Column).
			WithHint("Write `%s:` and below it, indented, one name with a colon for each.", section)
	}
	for _, e := range keysOf(doc.get("services")) {
		if n := e.val; n.kind != mapKind && n.kind != nullKind && !n.reset {
			return fault.Input(n.loc.Path, "service %q must be a mapping, this is %s", e.name, n.kind).At(n.loc.Line, n.loc.Column).
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
		inc.share()
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
	at := func(e *fault.Error) error { return e.At(item.loc.Line, item.loc.Column) }
	pathNode := item
	if item.kind == mapKind {
		pathNode = item.get("path")
	}
	if pathNode == nil || pathNode.kind == nullKind || pathNode.kind == mapKind {
		return nil, at(fault.Input(item.loc.Path, "an include without a path").WithHint("Write `- path: other/compose.yaml`."))
	}
	var files []string
	for _, p := range asSequence(pathNode).items {
		if remote(p.text) {
			r.host.addWarning(p.loc, "%s is a remote include: drydock opens no connection for it and leaves it out", redactURL(p.text))
			return nil, nil
		}
		files = append(files, resolve(sc.dir, p.text))
	}
	if len(files) == 0 {
		return nil, nil
	}
	for _, f := range files {
		if _, err := os.Stat(f); err != nil {
			if len(pathNode.unset) > 0 || anyUnset(pathNode) {
				r.host.addWarning(item.loc, "the include is left out: its path hangs on a variable without a value")
				return nil, nil
			}
			return nil, at(fault.Input(item.loc.Path, "the included file %s cannot be read: %s", r.host.rel(f), reasonOf(err)).
				WithHint("Paths of an include start at the project folder, %s.", r.host.rel(sc.dir)))
		}
		if slices.Contains(sc.chain, f) {
			return nil, at(fault.Input(item.loc.Path, "the include runs in a circle: %s", r.circle(sc.chain, f)).
				WithHint("Remove one of these includes."))
		}
	}
	if len(sc.chain) > maxChain {
		return nil, at(fault.Input(item.loc.Path, "includes nest more than %d deep", maxChain).WithHint("Include the files directly."))
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
	for _, e := range keysOf(model.get("services")) {
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

func anyUnset(n *node) bool {
	if n == nil {
		return false
	}
	return len(n.unset) > 0 || slices.ContainsFunc(n.items, anyUnset)
}

// extendAll gives every service of a file what it extends.
func (r *reader) extendAll(doc *node, file string, sc scope) error {
	services := doc.get("services")
	for _, e := range keysOf(services) {
		merged, err := r.extend(services, e.name, file, sc, nil)
		if err != nil {
			return err
		}
		services.entry(e.name).val = merged
	}
	return nil
}

// extend returns services[name] laid over what it extends. seen holds the services on the way, to find circles.
func (r *reader) extend(services *node, name, file string, sc scope, seen []string) (*node, error) {
	svc := services.get(name)
	ext := svc.get("extends")
	if ext == nil || ext.kind == nullKind || ext.reset {
		return svc, nil
	}
	here := file + "\x00" + name
	if slices.Contains(seen, here) {
		return nil, fault.Input(ext.loc.Path, "service %q extends itself, in a circle", name).At(ext.loc.Line, ext.loc.Column).
			WithHint("Remove one of the `extends` on the way: %s.", circleOf(append(seen, here)))
	}
	if len(seen) > maxChain {
		return nil, fault.Input(ext.loc.Path, "extends nest more than %d deep", maxChain).At(ext.loc.Line, ext.loc.Column).
			WithHint("Extend the last of them directly.")
	}
	base, err := r.extendsBase(services, ext, name, file, sc, append(seen, here))
	if err != nil || base == nil {
		return svc, err
	}
	if r.left -= base.size(); r.left < 0 {
		return nil, fault.Input(ext.loc.Path, "more than %d values once all that is extended is counted", maxNodes).At(ext.loc.Line, ext.loc.Column).
			WithHint("Scan the projects one by one.")
	}
	base.share()
	over := svc.clone(false)
	over.remove("extends")
	base = base.clone(true)
	base.settle() // its marks are about what it is laid over itself
	rules := serviceRules
	if sc.other || ext.get("file") != nil {
		rules = acrossFiles
	}
	merged, err := mergeNodes("", rules, base, over)
	if err != nil {
		return nil, err
	}
	if merged.kind == mapKind {
		merged.set(entry{name: extendedMark, val: &node{kind: scalarKind, text: "true"}})
		merged.loc = svc.loc
	}
	services.entry(name).val = merged
	return merged, nil
}

// extendedMark is a key that no file can hold under a service without being refused; it says that extends was applied.
const extendedMark = "\x00extended"

func (r *reader) extendsBase(services, ext *node, name, file string, sc scope, seen []string) (*node, error) {
	ref, refFile := ext.text, ""
	if ext.kind == mapKind {
		ref, refFile = ext.get("service").value(), ext.get("file").value()
	}
	fail := func(format string, args ...any) *fault.Error {
		return fault.Input(ext.loc.Path, format, args...).At(ext.loc.Line, ext.loc.Column)
	}
	if ref == "" {
		if anyUnset(ext) || anyUnset(ext.get("service")) {
			r.host.addWarning(ext.loc, "service %q extends something that hangs on a variable without a value: left out", name)
			return nil, nil
		}
		return nil, fail("service %q extends nothing: no service is named", name).WithHint("Write `extends: {service: NAME}`.")
	}
	if refFile == "" {
		if services.entry(ref) == nil {
			return nil, fail("service %q extends %q, which is not in this file", name, ref).WithHint("Name the file as well: `file: other.yaml`.")
		}
		return r.extend(services, ref, file, sc, seen)
	}
	if remote(refFile) {
		r.host.addWarning(ext.loc, "service %q extends a remote file: drydock opens no connection for it and leaves it out", name)
		return nil, nil
	}
	path := resolve(ext.unit.base, refFile)
	inner := scope{dir: filepath.Dir(path), home: sc.home, env: sc.env, chain: sc.chain, other: true, bases: sc.bases}
	others, err := r.extendable(path, inner)
	if err != nil {
		var e *fault.Error
		if errors.As(err, &e) && e.Line == 0 {
			if anyUnset(ext.get("file")) {
				r.host.addWarning(ext.loc, "service %q extends a file whose name hangs on a variable without a value: left out", name)
				return nil, nil
			}
			return nil, fail("service %q extends a file that cannot be read: %s", name, e.Error()).WithHint("Paths start at the folder of the project.")
		}
		return nil, err
	}
	if others.entry(ref) == nil {
		return nil, fail("service %q extends %q, which is not in %s", name, ref, r.host.rel(path)).WithHint("Check the name of the service.")
	}
	return r.extend(others, ref, path, inner, seen)
}

// extendable reads the services of a file that is extended.
func (r *reader) extendable(path string, sc scope) (*node, error) {
	if services, ok := sc.bases[path]; ok {
		return services, nil
	}
	docs, err := r.documents(path, sc)
	if err != nil {
		return nil, err
	}
	var model *node
	for _, d := range docs {
		if err := r.check(d); err != nil {
			return nil, err
		}
		if model, err = mergeFiles(model, d); err != nil {
			return nil, err
		}
	}
	sc.bases[path] = model.get("services")
	return sc.bases[path], nil
}

func circleOf(seen []string) string {
	var names []string
	for _, s := range seen {
		_, name, _ := strings.Cut(s, "\x00")
		names = append(names, name)
	}
	return strings.Join(names, " -> ")
}

// remote tells the references that Compose would fetch: Git repositories and OCI artifacts.
func remote(ref string) bool {
	for _, p := range []string{"https://", "http://", "git://", "ssh://", "git@", "github.com/", "oci://"} {
		if strings.HasPrefix(ref, p) {
			return true
		}
	}
	return false
}

// redactURL takes user and password out of a URL.
func redactURL(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	host, path, _ := strings.Cut(rest, "/")
	if _, h, ok := strings.Cut(host, "@"); ok {
		host = "***@" + h
	}
	return scheme + "://" + host + "/" + path
}

// windowsPath is a path with a drive, which is absolute wherever the file is read.
var windowsPath = regexp.MustCompile(`^[A-Za-z]:[\\/]`)

// resolve makes a path of a compose file openable.
func resolve(dir, p string) string {
	if strings.HasPrefix(p, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, p[2:])
		}
	}
	switch {
	case filepath.IsAbs(p):
		return filepath.Clean(p)
	case windowsPath.MatchString(p):
		return p
	}
	return filepath.Join(dir, p)
}

var dotenvLine = regexp.MustCompile(`line (\d+)`)

// quiet keeps the library from writing to standard error which variables of a .env file have no value.
var quiet = sync.OnceFunc(func() { logrus.SetOutput(io.Discard) })

// readEnvFile reads NAME=value lines. The library's own words are not passed on: they quote the file, which is where
// secrets live.
func (h *hostReader) readEnvFile(path string, env lookup) map[string]string {
	text, err := limit.ReadFile(path, maxEnvFile)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			h.problem(fault.InputErr(h.rel(path), reasonOf(err)).WithHint("Its variables count as unknown."))
		}
		return nil
	}
	quiet()
	vars := map[string]string{}
	vars, err = dotenv.UnmarshalWithLookup(string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), dotenv.LookupFn(env))
	if err != nil {
		e := fault.Input(h.rel(path), "not a file of NAME=value lines").WithHint("Docker Compose refuses it; variables after this line count as unknown.")
		if m := dotenvLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ := strconv.Atoi(m[1])
			e = e.At(line, 0)
		}
		h.problem(e)
	}
	return vars
}

// withEnvFiles adds files to an environment: a later file wins over an earlier one, what the environment has already
// over both.
func (h *hostReader) withEnvFiles(env lookup, files []string) lookup {
	vars := map[string]string{}
	for _, f := range files {
		maps.Copy(vars, h.readEnvFile(f, both(env, vars)))
	}
	return both(env, vars)
}

func both(env lookup, vars map[string]string) lookup {
	return func(name string) (string, bool) {
		if v, ok := env(name); ok {
			return v, true
		}
		v, ok := vars[name]
		return v, ok
	}
}
