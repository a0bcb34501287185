package dockerfilegate

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
)

// files lists the Dockerfiles of the target, each once: those that services build from, those named, and those below
// folders that are no compose project. What could not be looked through of those is the second result.
func files(ctx context.Context, t *target.Target) ([]*file, []report.Input, error) {
	var all []*file
	index := map[string]*file{}
	get := func(path string) *file {
		key := path
		if abs, err := filepath.Abs(path); err == nil {
			key = abs
		}
		if index[key] == nil {
			index[key] = &file{path: path, shown: t.Rel(path)}
			all = append(all, index[key])
		}
		return index[key]
	}
	for _, u := range t.Units() {
		switch {
		case u.Remote:
		case u.Inline != "":
			f := &file{shown: u.BuildLine.Path, text: []byte(u.Inline), place: u.BuildLine}
			f.add(u)
			all = append(all, f)
		case u.Dockerfile != "":
			get(u.Dockerfile).add(u)
		}
	}
	for _, path := range t.Dockerfiles {
		get(path)
	}
	if t.Piped != nil {
		all = append(all, &file{shown: target.Stdin, text: t.Piped})
	}
	for _, path := range t.Files {
		if dockerfile.IsName(filepath.Base(path)) {
			get(path)
		}
	}
	var unwalked []report.Input
	for _, dir := range t.Dirs {
		missed := func(path, why string) {
			unwalked = append(unwalked, report.Input{Path: t.Rel(path), Status: report.Skipped, Reason: why})
		}
		if err := walkDockerfiles(ctx, dir, func(path string) { get(path) }, missed); err != nil {
			return nil, nil, err
		}
	}
	return all, unwalked, nil
}

// Strict reports whether one of the target's Dockerfiles makes its build checks errors: # check=error=true.
func Strict(ctx context.Context, t *target.Target) bool {
	all, _, err := files(ctx, t)
	if err != nil {
		return false // the gate tells of it
	}
	return slices.ContainsFunc(all, func(d *file) bool {
		f, err := d.parse(t)
		return err == nil && lint.Strict(f)
	})
}

// add notes a unit that is built of the file. Images of several names that are built alike are judged as one.
func (f *file) add(u target.Unit) {
	for i := range f.units {
		o := &f.units[i]
		if o.Target == u.Target && o.Context == u.Context && maps.Equal(o.Args, u.Args) &&
			slices.Equal(o.Contexts, u.Contexts) {
			o.Services = append(o.Services, u.Services...)
			return
		}
	}
	u.Services = slices.Clone(u.Services)
	f.units = append(f.units, u)
}

// services are the host's services as the rules see them, by their reference.
func services(t *target.Target) map[string]lint.Service {
	all := map[string]lint.Service{}
	if t.Host == nil {
		return all
	}
	ref := t.Host.Refs()
	t.Host.Services(func(st *stack.Stack, s *stack.Service) {
		known := lint.Service{Name: ref(st.Name, s.Name), Health: s.Healthcheck != nil, User: s.User}
		for i := range st.Services {
			other := &st.Services[i]
			for _, on := range other.DependsOn {
				if on == s.Name && !slices.Contains(other.AwaitsEnd, on) {
					known.Dependants = append(known.Dependants, other.Name)
				}
			}
		}
		all[known.Name] = known
	})
	return all
}

// walkDockerfiles calls found for every Dockerfile below a folder, in the order of their names, and missed for what
// could not be looked at: a folder that cannot be read, and a Dockerfile that is a link out of the folder. Version
// control and installed dependencies are passed over.
func walkDockerfiles(ctx context.Context, dir string, found func(string), missed func(path, why string)) error {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return clierr.InputErr(dir, err)
	}
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err != nil:
			missed(p, "it cannot be read: "+clierr.Reason(err))
		case d.IsDir() && p != dir && (d.Name() == ".git" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || !dockerfile.IsName(d.Name()):
		case d.Type().IsRegular() || leadsInto(root, p):
			found(p)
		default:
			missed(p, "it is no regular file of this folder")
		}
		return nil
	})
}

// leadsInto reports whether a link leads to a regular file below root.
func leadsInto(root, link string) bool {
	real, err := filepath.EvalSymlinks(link)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(root, real)
	st, err2 := os.Stat(real)
	return err == nil && err2 == nil && st.Mode().IsRegular() && filepath.IsLocal(rel)
}
