// Package target is what a run looks at: it finds out what the user named, and lists what is built and shipped of it.
package target

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/stack"
)

// Target is what a run looks at, resolved from what the user named.
type Target struct {
	Name        string      // as the user named it
	Root        string      // folder that the report's paths are relative to
	Host        *stack.Host // compose projects or a live engine; nil otherwise
	Images      []string    // image sources: "docker:app", "docker-archive:app.tar", an archive's path
	Dirs        []string    // source trees that are no compose project
	Files       []string    // single files: source code, Dockerfiles
	Dockerfiles []string    // Dockerfiles named as such, whatever their name
	Piped       []byte      // a Dockerfile from standard input; nil if there is none
	SBOMs       []string    // files with a bill of materials
	Manifests   []Manifest  // lockfiles and programs that were named by themselves
	Unread      []error     // inputs that were named and could not be read: the rest is scanned, the exit code tells

	Engine *dockerapi.Shared // the connection that Host was read by; nil where it was read from files

	piped       map[string][]byte        // what was read of standard input and of pipes, by the name that was given
	looks       map[string]document.Look // what Files look like, for those that nobody reads
	dockerfiles sync.Map                 // path to *parsed
}

// Stdin is how a command line and a report call standard input.
const Stdin = "-"

// Folders are the folders that the target is made of, as far as they can be opened: the host's root, its projects, the
// source trees. Each is there once.
func (t *Target) Folders() []string {
	var dirs []string
	add := func(dir string) {
		if dir = filepath.Clean(dir); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	add(t.Root)
	if t.Host != nil {
		for i := range t.Host.Stacks {
			if d := t.Host.Stacks[i].Dir; d != "" {
				add(d)
			}
		}
	}
	for _, d := range t.Dirs {
		add(d)
	}
	return dirs
}

// Unit is one thing that is built and shipped: several services may run the same one. It is what the image gate reads
// the packages of, the Dockerfile gate judges as a build and the code gate takes the sources from.
type Unit struct {
	// that run it, told apart as stack.Host.Refs does; empty for a folder or image named on the command line
	Services   []string
	Image      string            // image reference as the services name it, "" if none
	Built      []string          // names that compose gives the image it builds, where the service names none
	Context    string            // build context that can be opened, "" if there is none here
	Dockerfile string            // path that can be opened, "" if there is none
	Target     string            // build target
	Args       map[string]string // build arguments that have a value
	Contexts   []string          // names of further build contexts
	Inline     string            // dockerfile_inline
	JoinedBy   string            // how the Dockerfile was found, "" if compose names it
	Remote     bool              // built from another machine's files
	// Context is a folder that is mounted into the container: what lies there runs, it is not built
	Mounted   bool
	Location  finding.Location // the line that brings it: `image:` or `build:`
	BuildLine finding.Location // the line of `build:`, empty if there is none
}

// Units lists what the target ships, each once, in the order of the files.
func (t *Target) Units() []Unit {
	var units []Unit
	index := map[string]int{}
	add := func(u Unit) {
		key := strings.Join([]string{u.Image, u.Context, u.Dockerfile, u.Target, u.Inline,
			fmt.Sprint(u.Args, u.Contexts)}, "\x00")
		if u.Inline != "" { // which has no place but its service's
			key += "\x00" + u.BuildLine.String()
		}
		if i, ok := index[key]; ok {
			units[i].Services = append(units[i].Services, u.Services...)
			return
		}
		index[key] = len(units)
		units = append(units, u)
	}
	if t.Host != nil {
		ref := t.Host.Refs()
		t.Host.Services(func(st *stack.Stack, s *stack.Service) {
			u := Unit{Services: []string{ref(st.Name, s.Name)}, Image: s.Image, JoinedBy: s.JoinedBy,
				Location: s.ImageLocation}
			if b := s.Build; b != nil {
				u.Dockerfile, u.Target, u.Inline, u.Remote = b.Dockerfile, b.Target, b.Inline, b.Remote
				u.Args, u.Contexts, u.BuildLine = known(b.Args), b.Contexts, s.BuildLocation
				if !b.Remote {
					u.Context = b.Context
				}
				if s.Image == "" {
					u.Location = s.BuildLocation
					u.Built = []string{st.Name + "-" + s.Name, st.Name + "_" + s.Name} // Compose v2, v1
				}
			}
			if u.Location.Path == "" {
				u.Location = s.Location
			}
			add(u)
		})
		t.Host.Services(func(st *stack.Stack, s *stack.Service) {
			for i := range s.Volumes {
				if dir := mountedCode(st, &s.Volumes[i]); dir != "" && !covered(units, dir) {
					add(Unit{Services: []string{ref(st.Name, s.Name)}, Context: dir, Mounted: true,
						Location: s.Volumes[i].Location})
				}
			}
		})
	}
	for _, d := range t.Dirs {
		add(Unit{Context: d})
	}
	return units
}

// known are the build arguments that have a value here.
func known(args map[string]*string) map[string]string {
	out := map[string]string{}
	for k, v := range args {
		if v != nil {
			out[k] = *v
		}
	}
	return out
}

// Sources lists the folders and files with source code, each once with all services that are built from it: the build
// contexts, the folders that are mounted, and what was named.
func (t *Target) Sources() []Unit {
	var out []Unit
	index := map[string]int{}
	add := func(path string, services []string) {
		path = filepath.Clean(path)
		if i, ok := index[path]; ok {
			out[i].Services = append(out[i].Services, services...)
			return
		}
		index[path] = len(out)
		out = append(out, Unit{Context: path, Services: slices.Clone(services)})
	}
	for _, u := range t.Units() {
		if u.Context != "" {
			add(u.Context, u.Services)
		}
	}
	for _, f := range t.Files {
		add(f, nil)
	}
	return out
}

// mountedCode is the folder of the project that a service mounts, "" where a mount is none: what else of the machine is
// mounted is data, or another program's.
func mountedCode(st *stack.Stack, m *stack.Mount) string {
	if m.Type != "bind" || st.Dir == "" || len(m.Unset) > 0 || !within(st.Dir, m.Source) {
		return ""
	}
	if info, err := os.Stat(m.Source); err != nil || !info.IsDir() {
		return ""
	}
	return m.Source
}

// covered reports whether a folder is read anyway, as part of a build context.
func covered(units []Unit, dir string) bool {
	return slices.ContainsFunc(units, func(u Unit) bool {
		return u.Context != "" && !u.Mounted &&
			within(u.Context, dir)
	})
}

// within reports whether path is dir or lies below it.
func within(dir, path string) bool {
	a, err1 := filepath.Abs(dir)
	b, err2 := filepath.Abs(path)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && filepath.IsLocal(rel)
}

// Absent says why something that a compose project names cannot be read. Another repository beside this one is a usual
// cause, so that the gate is blind there and the run has not failed.
func (t *Target) Absent(what, path string, err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("the %s %s is not there", what, t.Rel(path))
	}
	for errors.Unwrap(err) != nil { // the place is told already
		err = errors.Unwrap(err)
	}
	return fmt.Sprintf("the %s %s cannot be read: %v", what, t.Rel(path), err)
}

// Hidden are the builds of the host whose context cannot be told or stands on another machine: neither their Dockerfile
// nor their code is here.
func (t *Target) Hidden() []report.Input {
	if t.Host == nil {
		return nil
	}
	var out []report.Input
	ref := t.Host.Refs()
	t.Host.Services(func(st *stack.Stack, s *stack.Service) {
		in := report.Input{Service: ref(st.Name, s.Name), Status: report.Skipped}
		switch b := s.Build; {
		case b == nil:
			return
		case b.Remote:
			in.Path, in.Reason = b.Context, "it is built from another machine's files, and nothing is fetched"
		case len(b.Unset) > 0:
			in.Path, in.Reason = s.BuildLocation.Path, "the path of the build is not known: "+
				strings.Join(b.Unset, ", ")+" has no value"
		default:
			return
		}
		out = append(out, in)
	})
	return out
}

// Sizes is how large files of the host are together; those that cannot be asked count nothing.
func (t *Target) Sizes(files []string) int64 {
	var n int64
	for _, f := range files {
		if !filepath.IsAbs(f) {
			f = filepath.Join(t.Root, f)
		}
		if st, err := os.Stat(f); err == nil {
			n += st.Size()
		}
	}
	return n
}

// Rel makes a path relative to the target's root where it lies below it, with slashes.
func (t *Target) Rel(path string) string {
	if t.Root == "" || path == "" {
		return filepath.ToSlash(path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	root, err := filepath.Abs(t.Root)
	if err != nil {
		return filepath.ToSlash(path)
	}
	r, err := filepath.Rel(root, abs)
	if err != nil || r == ".." || strings.HasPrefix(r, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(r)
}

// Joined tells how services that only name an image came to a Dockerfile, once a Dockerfile, where nothing in compose
// or drydock.yaml says so: a reader must be able to see that it is the wrong one.
func (t *Target) Joined() []report.Warning {
	var out []report.Warning
	told := map[string]bool{}
	t.Host.Services(func(_ *stack.Stack, s *stack.Service) {
		if s.Build == nil || s.JoinedBy == "" || s.JoinedBy == "drydock.yaml" ||
			strings.HasPrefix(s.JoinedBy, "service ") || told[s.Build.Dockerfile] {
			return
		}
		told[s.Build.Dockerfile] = true
		why := "the build stands in " + s.JoinedBy
		if s.JoinedBy == "only Dockerfile" {
			why = "it is the only Dockerfile of the folder"
		}
		out = append(out, report.Warning{Text: fmt.Sprintf("%s is taken to be built from %s: %s", s.Image,
			t.Rel(s.Build.Dockerfile), why), Location: s.ImageLocation})
	})
	return out
}

// UnreadInputs are the inputs that could not even be handed to a gate, or not in full: every gate lacks them.
func (t *Target) UnreadInputs() []report.Input {
	var in []report.Input
	for _, err := range t.Unread {
		path := clierr.Path(err) // told beside the reason
		i := report.Input{Path: path, Status: report.Failed, Reason: strings.TrimPrefix(err.Error(), path+": ")}
		if t.readInPart(i.Path) {
			i.Status = report.Partial
		}
		in = append(in, i)
	}
	if t.Host != nil {
		for _, u := range t.Host.Unread {
			in = append(in, report.Input{Path: u.Path, Status: report.Partial, Reason: u.Reason})
		}
	}
	return in
}

// readInPart reports whether a file is one of those that the host was read from.
func (t *Target) readInPart(path string) bool {
	return t.Host != nil &&
		slices.ContainsFunc(t.Host.Stacks, func(s stack.Stack) bool { return slices.Contains(s.Files, path) })
}
