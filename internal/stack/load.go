package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/finding"
)

// Options say how a host's projects are read. The zero value reads as `docker compose` would in the project's folder.
type Options struct {
	// Files are compose files laid over one another as one project, as `docker compose -f a -f b` does.
	Files []string
	// Stdin is what the file "-" among Files holds; its project's folder is the working folder.
	Stdin []byte
	// EnvFiles stand in for the project folder's .env.
	EnvFiles []string
	// Name is the project's name, as `docker compose -p` gives it. With several projects it goes to the first.
	Name string
	// Env looks a variable up that a file uses, before the .env file; nil is the environment of this process. A value
	// that comes without ok is a stand-in for a variable that has neither a value nor a default (see StandIns).
	Env func(name string) (value string, ok bool)
	// Root is the folder that locations are relative to; "" is the working folder where it holds all inputs, else
	// the deepest folder that does.
	Root string
	// Images says which Dockerfile builds an image that a service only names.
	Images []ImageSource
	// Engine is the connection that FromEngine asks; nil for one of its own.
	Engine *dockerapi.Shared
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
	var left []leftOut
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
		left = append(left, found.left...)
	}
	if len(projects) == 0 && len(problems) == 0 {
		return nil, clierr.Usage("no compose project is named").WithHint("Name a folder with a compose file, or a compose file.")
	}
	if len(projects) > 0 && opts.Name != "" {
		projects[0].Name = opts.Name
	}
	h := newHostReader(opts, projects)
	h.host.Problems = problems
	h.leave(ctx, left, projects)
	return h.read(ctx, projects)
}

// LoadProjects reads projects that the caller has already told apart, as drydock.yaml does. One without files is what is found in
// its folder.
func LoadProjects(ctx context.Context, projects []Project, opts Options) (*Host, error) {
	var all []Project
	var problems []Problem
	var left []leftOut
	for _, p := range projects {
		if len(p.Files) > 0 {
			all = append(all, p)
			continue
		}
		found, err := findProjects(p.Dir)
		if err != nil {
			problems = append(problems, asProblem(p.Dir, err))
			continue
		}
		for i := range found.projects {
			found.projects[i].EnvFiles = p.EnvFiles
			if i == 0 {
				found.projects[i].Name = p.Name
			}
		}
		all = append(all, found.projects...)
		left = append(left, found.left...)
	}
	if len(all) == 0 && len(problems) == 0 {
		return nil, clierr.Usage("no compose project is named").WithHint("Name a folder with a compose file, or a compose file.")
	}
	h := newHostReader(opts, all)
	h.host.Problems = problems
	h.leave(ctx, left, all)
	return h.read(ctx, all)
}

func asProblem(path string, err error) Problem {
	var e *clierr.Error
	if !errors.As(err, &e) {
		e = clierr.InputErr(path, err)
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
		p.Files = slices.Clone(p.Files)
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

// unread notes what could not be looked at.
func (h *hostReader) unread(loc finding.Location, path, format string, args ...any) {
	u := Unread{Path: path, Reason: fmt.Sprintf(format, args...), Location: loc}
	if !slices.Contains(h.host.Unread, u) {
		h.host.Unread = append(h.host.Unread, u)
	}
}

func (h *hostReader) problem(e *clierr.Error) {
	if key := problemKey(e); !h.seen[key] {
		h.seen[key] = true
		h.host.Problems = append(h.host.Problems, Problem{Path: e.Path, Err: e})
	}
}

func problemKey(e *clierr.Error) string { return "\x00" + e.Error() }

func (h *hostReader) problemAt(path, format string, args ...any) {
	h.problem(clierr.Input(h.rel(path), format, args...))
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
		h.addWarning(v.loc, "the variable %s has no value%s: what depends on it counts as unknown", name, times)
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
	h.markShared()
	return h.host, nil
}

// markShared marks the labels that several services have from one place: of a file that two projects include.
func (h *hostReader) markShared() {
	services := map[finding.Location]int{}
	each := func(f func(*Label)) {
		h.host.Services(func(_ *Stack, s *Service) {
			for i := range s.Labels {
				f(&s.Labels[i])
			}
			for i := range s.DeployLabels {
				f(&s.DeployLabels[i])
			}
		})
	}
	each(func(l *Label) { services[l.Location]++ })
	each(func(l *Label) { l.Shared = l.Shared || services[l.Location] > 1 })
}

// nothing is the error where no project could be read: the first problem, and how many more there are.
func (h *hostReader) nothing() error {
	first := *h.host.Problems[0].Err
	if more := len(h.host.Problems) - 1; more > 0 && first.Err != nil {
		first.Err = fmt.Errorf("%w (and %d more)", first.Err, more)
	} else if more > 0 {
		first.Msg = fmt.Sprintf("%s (and %d more)", first.Msg, more)
	}
	return &first
}
