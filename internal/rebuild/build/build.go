// Package build builds the images of a host's services anew: without cache, with the base pulled, since an old layer
// hides a fix. What is built keeps no name, so that a build that fails leaves the service and its image as they were.
package build

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// Plan is one image to build, for all services of a stack that run it.
type Plan struct {
	Stack    *stack.Stack
	Services []string // sorted as in the files
	Image    string   // the name by which they run it
	Build    *stack.Build
	JoinedBy string // how the build was found, "" where compose names it
	Place    finding.Location
}

// Builder builds images. Docker is one; others need no more than this.
type Builder interface {
	// Name is what a person calls it, with its version.
	Name() string
	// Lacks tells what the plan asks for and the builder cannot do.
	Lacks(ctx context.Context, p *Plan) []string
	// Build builds without cache, with the base pulled, and returns the image's id. It writes its progress, secrets
	// struck out.
	Build(ctx context.Context, p *Plan, progress io.Writer) (id string, err error)
}

// Plans lists the images that the services of a host are built into, each once a stack. only names services; none means
// all. A service that is named and is not built, or is not there, is an error.
func Plans(h *stack.Host, only []string) ([]*Plan, error) {
	var plans []*Plan
	found := map[string]bool{}
	wanted := func(st *stack.Stack, s *stack.Service) bool {
		hit := len(only) == 0
		for _, name := range []string{s.Name, st.Name + "/" + s.Name} {
			if slices.Contains(only, name) {
				hit, found[name] = true, true
			}
		}
		return hit
	}
	h.Services(func(st *stack.Stack, s *stack.Service) {
		if wanted(st, s) && s.Build != nil {
			plans = add(plans, st, s)
		}
	})
	for _, name := range only {
		if !found[name] {
			return nil, clierr.Usage("--service %s: no service is called that", name)
		}
	}
	h.Services(func(st *stack.Stack, s *stack.Service) { // those that run an image which is rebuilt for another
		for _, p := range plans {
			if p.Stack == st && sameImage(p.Image, imageOf(st, s)) && !slices.Contains(p.Services, s.Name) {
				p.Services = append(p.Services, s.Name)
			}
		}
	})
	if len(plans) == 0 {
		return nil, clierr.Input("", "no image is built here: no service has a build of its own, and none is known").
			WithHint("Services that run a public image are updated by pulling; say in drydock.yaml (`images`) what " +
				"builds an image of yours.")
	}
	return plans, nil
}

func add(plans []*Plan, st *stack.Stack, s *stack.Service) []*Plan {
	image := imageOf(st, s)
	for _, p := range plans {
		if p.Stack == st && sameImage(p.Image, image) {
			p.Services = append(p.Services, s.Name)
			return plans
		}
	}
	place := s.BuildLocation
	if place.Path == "" {
		place = s.ImageLocation
	}
	return append(plans, &Plan{Stack: st, Services: []string{s.Name}, Image: image, Build: s.Build,
		JoinedBy: s.JoinedBy, Place: place})
}

// imageOf is the name of a service's image: where the file gives none, that which Compose makes.
func imageOf(st *stack.Stack, s *stack.Service) string {
	if s.Image != "" {
		return s.Image
	}
	return st.Name + "-" + s.Name
}

// sameImage reports whether two names mean the same image: one without a tag means the latest.
func sameImage(a, b string) bool {
	full := func(name string) string {
		if strings.LastIndexByte(name, ':') <= strings.LastIndexByte(name, '/') {
			name += ":latest"
		}
		return name
	}
	return full(a) == full(b)
}

// Check refuses a plan that would not give the image that the project builds, before anything is built.
func Check(ctx context.Context, b Builder, p *Plan) error {
	lacks := unknown(p)
	hint := "drydock builds only what it can build as the project does."
	if len(lacks) == 0 {
		lacks = b.Lacks(ctx, p)
		hint = fmt.Sprintf("The builder is %s; a newer engine, or a docker client with the buildx plugin, can do more.",
			b.Name())
	}
	if len(lacks) == 0 {
		return nil
	}
	return clierr.Input(p.Place.Path, "the image of %s cannot be built here: %s", strings.Join(p.Services, ", "),
		strings.Join(lacks, "; ")).At(p.Place.Line, p.Place.Column).WithHint("%s", hint)
}

// unknown tells what of the build is not known.
func unknown(p *Plan) []string {
	b := p.Build
	var out []string
	switch {
	case b.Remote:
		out = append(out, "its context lies on another machine")
	case len(b.Unset) > 0:
		out = append(out, "its context depends on "+strings.Join(b.Unset, ", ")+", which has no value")
	}
	if p.JoinedBy != "" && len(b.Inputs.ArgsUnset) > 0 { // in a compose file such an argument is empty, for Compose too
		out = append(out, fmt.Sprintf("the value of the build argument %s is not known from %s",
			strings.Join(b.Inputs.ArgsUnset, ", "), p.JoinedBy))
	}
	for _, key := range b.Inputs.Beyond {
		out = append(out, "it asks for "+key+", which is not passed on")
	}
	if len(b.Inputs.Platforms) > 1 {
		out = append(out, "it is built for several platforms, and a service runs one: name it")
	}
	return out
}
