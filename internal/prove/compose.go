package prove

import (
	"path/filepath"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/stack"
)

// Surroundings are what a compose project says of the service that a Dockerfile builds.
type Surroundings struct {
	Service  string
	Context  string // its build context
	Target   string // the stage that it builds
	Env      []string
	Args     map[string]*string
	Services []Service
	Probes   []Probe
}

// Around finds the service of a host that is built from a Dockerfile, and with it the environment that its compose
// file gives, the services that it depends on and the addresses that its health check asks. ok is false where no
// service is built from that file. The host has to be read without the real .env: see stack.Options.
func Around(h *stack.Host, dockerfile string) (s Surroundings, ok bool) {
	want := absolute(dockerfile)
	h.Services(func(st *stack.Stack, sv *stack.Service) {
		if ok || sv.Build == nil || sv.Build.Remote || absolute(sv.Build.Dockerfile) != want {
			return
		}
		ok = true
		s = Surroundings{Service: sv.Name, Context: sv.Build.Context, Target: sv.Build.Target, Args: sv.Build.Args, Env: env(sv)}
		if sv.Healthcheck != nil {
			for _, m := range localURL.FindAllString(strings.Join(sv.Healthcheck.Test, " "), -1) {
				if p, err := ParseProbe(m); err == nil {
					p.From = "compose"
					s.Probes = append(s.Probes, p)
				}
			}
		}
		for _, name := range needed(st, sv) {
			dep := service(st, name)
			s.Services = append(s.Services, Service{Name: name, Image: dep.Image, Env: env(dep), Entrypoint: dep.Entrypoint, Command: dep.Command})
		}
	})
	return s, ok
}

func absolute(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		p = abs
	}
	if real, err := filepath.EvalSymlinks(p); err == nil {
		return real
	}
	return p
}

func service(st *stack.Stack, name string) *stack.Service {
	for i := range st.Services {
		if st.Services[i].Name == name {
			return &st.Services[i]
		}
	}
	return nil
}

// needed are the services that one depends on, directly or not, those without dependencies first; only such as are
// made from an image.
func needed(st *stack.Stack, sv *stack.Service) []string {
	var out []string
	seen := map[string]bool{sv.Name: true}
	var visit func(*stack.Service)
	visit = func(s *stack.Service) {
		deps := append([]string{}, s.DependsOn...)
		sort.Strings(deps)
		for _, d := range deps {
			next := service(st, d)
			if next == nil || seen[d] {
				continue
			}
			seen[d] = true
			visit(next)
			if next.Image != "" && next.Build == nil {
				out = append(out, d)
			}
		}
	}
	visit(sv)
	return out
}

func env(s *stack.Service) []string {
	var out []string
	for _, e := range s.Environment {
		if e.Known {
			out = append(out, e.Name+"="+e.Value)
		}
	}
	return out
}
