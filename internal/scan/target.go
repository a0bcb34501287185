package scan

import (
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/finding"
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
	SBOMs       []string    // files with a bill of materials
	Unread      []error     // inputs that were named and could not be read: the rest is scanned, the exit code tells
}

// Unit is one thing that is built and shipped: several services may run the same one.
type Unit struct {
	Services   []string         // that run it, told apart as stack.Host.Refs does; empty for a folder or image named on the command line
	Image      string           // image reference as the services name it, "" if none
	Built      []string         // names that compose gives the image it builds, where the service names none
	Context    string           // build context that can be opened, "" if there is none here
	Dockerfile string           // path that can be opened, "" if there is none
	Target     string           // build target
	Inline     string           // dockerfile_inline
	JoinedBy   string           // how the Dockerfile was found, "" if compose names it
	Location   finding.Location // the line that brings it: `image:` or `build:`
}

// Units lists what the target ships, each once, in the order of the files.
func (t *Target) Units() []Unit {
	var units []Unit
	index := map[string]int{}
	add := func(u Unit) {
		key := strings.Join([]string{u.Image, u.Context, u.Dockerfile, u.Target, u.Inline}, "\x00")
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
			u := Unit{Services: []string{ref(st.Name, s.Name)}, Image: s.Image, JoinedBy: s.JoinedBy, Location: s.ImageLocation}
			if b := s.Build; b != nil {
				u.Dockerfile, u.Target, u.Inline = b.Dockerfile, b.Target, b.Inline
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
	}
	for _, d := range t.Dirs {
		add(Unit{Context: d})
	}
	return units
}

// rel makes a path relative to the target's root where it lies below it, with slashes.
func (t *Target) rel(path string) string {
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
