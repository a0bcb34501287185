package stack

import (
	"context"
	"slices"

	"github.com/drydock/drydock/internal/finding"
)

// Compose files that lie beside a project and are no part of it by default. A verdict is about the files that it names;
// what another one would change is for the checkers to say, since a deployment may lay it over.

// Role is what a file that is left out is for.
type Role string

// Roles.
const (
	Sibling      Role = "sibling"      // compose.prod.yml: whether it is deployed nobody says
	Override     Role = "override"     // Compose itself lays it over where no file is named
	Development  Role = "development"  // its name says that it is for development, tests or as a sample
	OtherDefault Role = "otherDefault" // docker-compose.yml beside compose.yml: Compose takes the other one
)

// LeftOut is a compose file beside a project that no verdict is about.
type LeftOut struct {
	Path string // relative to Host.Root where below it
	Base string // first file of the project that it belongs to, likewise
	Role Role
	// With is that project as it would be with the file: laid over its own, or in its place where it is another default
	// file. nil where it cannot be read.
	With *Stack
}

// maxLeftOut bounds how many files are read that the verdict is not about.
const maxLeftOut = 16

// leave tells of the files that are left out, and reads what each would make of its project. Their own faults are not
// told: no verdict is about them.
func (h *hostReader) leave(ctx context.Context, left []leftOut, projects []Project) {
	for i, l := range left {
		path, base := absolute(l.path), absolute(l.base)
		h.addWarning(finding.Location{Path: h.rel(path)}, "%s", l.why)
		at := slices.IndexFunc(projects, func(p Project) bool { return len(p.Files) == 1 && p.Files[0] == base })
		if at < 0 || i >= maxLeftOut {
			continue
		}
		p := projects[at]
		p.Files = []string{path}
		if l.role != OtherDefault {
			p.Files = []string{base, path}
		}
		other := &hostReader{opts: h.opts, host: &Host{Root: h.host.Root}, seen: map[string]bool{}}
		other.unset = map[string]*unsetVar{}
		with, err := other.project(ctx, p)
		if err != nil {
			with = nil
		}
		h.host.LeftOut = append(h.host.LeftOut, LeftOut{Path: h.rel(path), Base: h.rel(base), Role: l.role, With: with})
	}
}
