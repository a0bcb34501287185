package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/fault"
	"github.com/drydock/drydock/internal/finding"
)

// Options say how a host's projects are read. The zero value reads as `docker compose` would in the project's folder.
type Options struct {
	// Files are compose files laid over one another as one project, as `docker compose -f a -f b` does.
	Files []string
	// EnvFiles stand in for the project folder's .env.
	EnvFiles []string
	// Name is the project's name, as `docker compose -p` gives it. With several projects it goes to the first.
	Name string
	// Env looks a variable up that a file uses, before the .env file; nil is the environment of this process.
	Env func(name string) (value string, ok bool)
	// Root is the folder that locations are relative to; "" is the working folder where it holds all inputs, else
	// the deepest folder that does.
	Root string
	// Images says which Dockerfile builds an image that a service only names.
	Images []ImageSource
}

// Project is one compose project to read.
type Project struct {
	Name     string   // "" = as Compose finds it
	Dir      string   // project folder; "" = the folder of the first file
	Files    []string // laid over one another, in this order
	EnvFiles []string // instead of .env
}

// Load reads what args name: project folders and compose files, each a project of its own, side by side on one host.
// A folder may hold several projects (see Projects). Where one of several cannot be read the others still are, and
// Host.Problems tells; the error is for a host of which nothing could be read, or for arguments that make no sense.
func Load(ctx context.Context, args []string, opts Options) (*Host, error) {
	var projects []Project
	var problems []Problem
	var warnings []func(*hostReader)
	if len(opts.Files) > 0 {
		projects = append(projects, Project{Files: opts.Files, EnvFiles: opts.EnvFiles})
	}
	for _, arg := range args {
		found, err := findProjects(arg)
		if err != nil {
			problems = append(problems, asProblem(arg, err))
			continue
		}
		for i := range found.projects {
			found.projects[i].EnvFiles = opts.EnvFiles
		}
		projects = append(projects, found.projects...)
		warnings = append(warnings, found.warn)
	}
	if len(projects) == 0 && len(problems) == 0 {
		return nil, fault.Usage("no compose project is named").WithHint("Name a folder with a compose file, or a compose file.")
	}
	if len(projects) > 0 && opts.Name != "" {
		projects[0].Name = opts.Name
	}
	h := newHostReader(opts, projects)
	h.host.Problems = problems
	for _, w := range warnings {
		w(h)
	}
	return h.read(ctx, projects)
}

// LoadProjects reads projects that the caller has already told apart, as drydock.yaml does.
func LoadProjects(ctx context.Context, projects []Project, opts Options) (*Host, error) {
	if len(projects) == 0 {
		return nil, fault.Usage("no compose project is named").WithHint("Name a folder with a compose file, or a compose file.")
	}
	return newHostReader(opts, projects).read(ctx, projects)
}

func asProblem(path string, err error) Problem {
	var e *fault.Error
	if !errors.As(err, &e) {
		e = fault.InputErr(path, err)
	}
	if e.Path != "" {
		path = e.Path
	}
	return Problem{Path: path, Err: e}
}

// hostReader collects what the projects of one host give.
type hostReader struct {
	host  *Host
	opts  Options
	seen  map[string]bool // warnings and problems that were noted
	unset map[string]*unsetVar
	order []string // names in unset, as met
}

type unsetVar struct {
	loc   finding.Location
	count int
}

func newHostReader(opts Options, projects []Project) *hostReader {
	h := &hostReader{opts: opts, host: &Host{}, seen: map[string]bool{}}
	if h.opts.Env == nil {
		h.opts.Env = os.LookupEnv
	}
	var files []string
	for i := range projects {
		p := &projects[i]
		for j, f := range p.Files {
			p.Files[j] = absolute(f)
		}
		if p.Dir == "" && len(p.Files) > 0 {
			p.Dir = filepath.Dir(p.Files[0])
		}
		p.Dir = absolute(p.Dir)
		files = append(files, p.Files...)
	}
	h.host.Root = rootOf(opts.Root, files)
	return h
}

func absolute(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		return abs
	}
	return filepath.Clean(p)
}

// rootOf is the folder that locations are relative to.
func rootOf(root string, files []string) string {
	if root != "" {
		return absolute(root)
	}
	if wd, err := os.Getwd(); err == nil && !slices.ContainsFunc(files, func(f string) bool { return !below(wd, f) }) {
		return wd
	}
	if len(files) == 0 {
		return absolute(".")
	}
	common := filepath.Dir(files[0])
	for _, f := range files[1:] {
		for !below(common, f) && common != filepath.Dir(common) {
			common = filepath.Dir(common)
		}
	}
	return common
}

func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Rel is a path as locations show it: relative to the host's root where it lies below, with slashes.
func (h *Host) Rel(path string) string {
	if below(h.Root, path) {
		if rel, err := filepath.Rel(h.Root, path); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(path)
}

func (h *hostReader) rel(path string) string { return h.host.Rel(path) }

func (h *hostReader) addWarning(loc finding.Location, format string, args ...any) {
	w := Warning{Text: fmt.Sprintf(format, args...), Location: loc}
	if key := loc.String() + "\x00" + w.Text; !h.seen[key] {
		h.seen[key] = true
		h.host.Warnings = append(h.host.Warnings, w)
	}
}

func (h *hostReader) problem(e *fault.Error) {
	if key := "\x00" + e.Error(); !h.seen[key] {
		h.seen[key] = true
		h.host.Problems = append(h.host.Problems, Problem{Path: e.Path, Err: e})
	}
}

func (h *hostReader) problemAt(path, format string, args ...any) {
	h.problem(fault.Input(h.rel(path), format, args...))
}

// missing notes a variable without a value.
func (h *hostReader) missing(name string, loc finding.Location) {
	v := h.unset[name]
	if v == nil {
		v = &unsetVar{loc: loc}
		h.unset[name] = v
		h.order = append(h.order, name)
	}
	v.count++
}

func (h *hostReader) warnUnset() {
	for _, name := range h.order {
		v := h.unset[name]
		times := ""
		if v.count > 1 {
			times = fmt.Sprintf(" (used %d times)", v.count)
		}
		h.addWarning(v.loc, "the variable %s has no value%s: what hangs on it counts as unknown", name, times)
	}
}

func (h *hostReader) read(ctx context.Context, projects []Project) (*Host, error) {
	for _, p := range projects {
		h.unset, h.order = map[string]*unsetVar{}, nil
		before := len(h.host.Problems)
		s, err := h.project(ctx, p)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil { // which is why the project is left out; what else is wrong with it would only distract
			h.host.Problems = append(h.host.Problems[:before], asProblem(h.rel(p.Dir), err))
			continue
		}
		h.warnUnset()
		h.host.Stacks = append(h.host.Stacks, *s)
	}
	if len(h.host.Stacks) == 0 {
		return nil, h.nothing()
	}
	newJoiner(h).all(h.host.Stacks)
	return h.host, nil
}

// nothing is the error where no project could be read: the first problem, and how many more there are.
func (h *hostReader) nothing() error {
	first := *h.host.Problems[0].Err
	if more := len(h.host.Problems) - 1; more > 0 {
		first.Msg = strings.TrimSuffix(fmt.Sprintf("%s (and %d more)", first.Msg, more), " ")
	}
	return &first
}

// project reads one compose project.
func (h *hostReader) project(ctx context.Context, p Project) (*Stack, error) {
	env := h.opts.Env
	if len(p.EnvFiles) > 0 {
		for _, f := range p.EnvFiles {
			if _, err := os.Stat(f); err != nil {
				return nil, fault.InputErr(f, reasonOf(err)).WithHint("Name an env file that can be read.")
			}
		}
		env = h.withEnvFiles(env, p.EnvFiles)
	} else {
		env = h.withEnvFiles(env, []string{filepath.Join(p.Dir, ".env")})
	}
	s := &Stack{Dir: p.Dir, Networks: map[string]Network{}}
	nameNow := func() string { return s.Name }
	inner := func(name string) (string, bool) {
		if name == "COMPOSE_PROJECT_NAME" && nameNow() != "" {
			return nameNow(), true
		}
		return env(name)
	}
	s.Name = normalName(p.Name)
	if s.Name == "" {
		name, _ := env("COMPOSE_PROJECT_NAME")
		s.Name = normalName(name)
	}
	named := s.Name != ""
	if !named {
		s.Name = normalName(filepath.Base(p.Dir))
	}
	left := maxNodes
	r := &reader{ctx: ctx, host: h, left: left, sources: map[string]lines{}}
	if !named {
		if name := normalName(r.nameIn(p.Files, env)); name != "" {
			s.Name = name
		}
	}
	model, err := r.model(p.Files, scope{dir: p.Dir, home: p.Dir, env: inner})
	if err != nil {
		return nil, err
	}
	model.settle()
	if err := worthReading(h.rel(p.Files[0]), model); err != nil {
		return nil, err
	}
	for _, f := range p.Files {
		s.Files = append(s.Files, h.rel(f))
	}
	h.decode(s, model, inner)
	return s, nil
}

var versionOne = regexp.MustCompile(`^(image|build)$`)

// worthReading refuses YAML that is no compose file.
func worthReading(rel string, model *node) error {
	if model.get("services") != nil {
		return nil
	}
	if model != nil && (model.get("networks") != nil || model.get("volumes") != nil) {
		return fault.Input(rel, "no service in this compose file").WithHint("Add `services:`, or name the file that holds them as well.")
	}
	for _, e := range keysOf(model) {
		if slices.ContainsFunc(e.val.keys, func(k entry) bool { return versionOne.MatchString(k.name) }) {
			return fault.Input(rel, "a compose file of the first format, without `services:`").At(e.loc.Line, e.loc.Column).
				WithHint("Put `services:` above and indent the rest below it: Docker Compose reads nothing else today.")
		}
	}
	return fault.Input(rel, "not a compose file: it has no `services:`").WithHint("Name a compose file, or a folder that holds one.")
}

func (h *hostReader) decode(s *Stack, model *node, env lookup) {
	d := &decoder{host: h, stack: s, env: env}
	for _, e := range keysOf(model.get("services")) {
		s.Services = append(s.Services, d.service(e))
	}
	nets := model.get("networks")
	for _, e := range keysOf(nets) {
		s.Networks[e.name] = d.network(e.name, e.val)
	}
	for i := range s.Services {
		svc := &s.Services[i]
		for _, key := range svc.Networks {
			if _, ok := s.Networks[key]; ok {
				continue
			}
			if key != "default" {
				h.problem(fault.Input(svc.Location.Path, "service %q joins the network %q, which is defined nowhere", svc.Name, key).
					At(svc.Location.Line, svc.Location.Column).WithHint("Add it below the file's `networks:`, with `external: true` if another stack makes it."))
			}
			s.Networks[key] = d.network(key, nil)
		}
	}
	s.Volumes = names(model.get("volumes"))
	if d.ports > maxPorts {
		h.addWarning(finding.Location{Path: s.Files[0]}, "more than %d ports: the rest is left out", maxPorts)
	}
}

// nameIn is the `name:` of the last file that has one, read before the rest since other values may use it.
func (r *reader) nameIn(files []string, env lookup) string {
	name := ""
	for _, f := range files {
		src, err := readSource(f, r.host.rel(f))
		if err != nil {
			continue
		}
		r.sources[f] = src
		for line := range bytes.Lines(src.text) {
			m := topName.FindSubmatch(line)
			if m == nil {
				continue
			}
			if sub := substitute(strings.Trim(string(m[1]), `"'`), env); len(sub.unset) == 0 {
				name = sub.text
			}
		}
	}
	return name
}

// topName finds a top-level `name:`, which stands at the start of a line in every block mapping.
var topName = regexp.MustCompile(`^["']?name["']?[ \t]*:[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s#][^\n#]*?)[ \t]*(?:#[^\n]*)?\r?\n?$`)

var nameLetters = regexp.MustCompile(`[^a-z0-9_-]`)

// normalName makes a project name of any text, as Compose does.
func normalName(s string) string {
	return strings.TrimLeft(nameLetters.ReplaceAllString(strings.ToLower(s), ""), "_-")
}
