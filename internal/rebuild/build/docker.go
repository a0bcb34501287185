package build

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/engine"
)

// Docker builds with the Docker engine, through the user's own docker client.
func Docker(e *engine.Engine) Builder { return docker{e} }

type docker struct{ e *engine.Engine }

// Name is the engine with its version.
func (d docker) Name() string {
	kind := "without BuildKit"
	if d.e.BuildKit() {
		kind = "with BuildKit"
	}
	return fmt.Sprintf("%s %s, %s", d.e.Kind(), d.e.Version(), kind)
}

// Lacks tells what an old engine or client cannot do.
func (d docker) Lacks(ctx context.Context, p *Plan) []string {
	in := p.Build.Inputs
	var out []string
	if !d.e.BuildKit() && len(in.Secrets)+len(in.SSH) > 0 {
		out = append(out, "secrets need BuildKit")
	}
	if len(p.Build.Contexts) > 0 && !d.e.BuildContexts() {
		out = append(out, fmt.Sprintf("additional_contexts (%s) need the buildx plugin",
			strings.Join(p.Build.Contexts, ", ")))
	}
	for _, platform := range in.Platforms {
		if can := d.e.Platforms(ctx); !slices.ContainsFunc(can, func(c string) bool { return covers(c, platform) }) {
			out = append(out, fmt.Sprintf("%s is a foreign platform: this builder builds for %s", platform,
				strings.Join(can, ", ")))
		}
	}
	return out
}

// covers reports whether a builder's platform is the one that is asked for. amd64 and arm64 have a variant that need
// not be named.
func covers(can, wanted string) bool {
	trim := func(s string) string {
		return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(s), "/v8"), "/v1")
	}
	return trim(can) == trim(wanted)
}

// Build builds without cache, with the base pulled.
func (d docker) Build(ctx context.Context, p *Plan, progress io.Writer) (string, error) {
	b, in := p.Build, p.Build.Inputs
	o := engine.BuildOptions{
		Context: b.Context, File: b.Dockerfile, Target: b.Target, Args: b.Args, NoCache: true, Pull: true,
		Network: in.Network, Hosts: in.Hosts, SSH: in.SSH, ShmSize: in.ShmSize, Output: progress,
	}
	if b.Inline != "" {
		o.File, o.Dockerfile = "", []byte(b.Inline)
	}
	if len(in.Platforms) == 1 {
		o.Platform = in.Platforms[0]
	}
	for _, s := range in.Secrets {
		spec := "id=" + s.ID + ",src=" + s.File
		if s.File == "" {
			spec = "id=" + s.ID + ",env=" + s.Env
		}
		o.Secrets = append(o.Secrets, spec)
	}
	for _, c := range in.Contexts {
		o.Contexts = append(o.Contexts, c.Name+"="+c.Value)
	}
	for _, l := range b.Labels {
		o.Labels = append(o.Labels, l.Key+"="+l.Value)
	}
	return d.e.Build(ctx, o)
}
