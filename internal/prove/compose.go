package prove

import (
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/stages"
)

// Surroundings are what a compose project says of the service that a Dockerfile builds.
type Surroundings struct {
	Service  string
	Context  string // its build context
	Target   string // the stage that it builds
	Env      []string
	Args     map[string]*string
	Services []Service
	Absent   []string // services that it depends on and that are built themselves, so that none is started
	Probes   []Probe
	Ports    []int // of the container, as compose publishes or exposes them and as Traefik is told

	Run   *stages.Run // how compose runs the service
	Files []Mounted   // files of the project that compose mounts

	Elsewhere []string // targets of mounts from outside of the project, which no container of a proof gets
	Unread    []string // files of variables that are not there, or not whole
}

// Mounted is a file or folder of the compose project that it mounts into the container.
type Mounted struct{ Source, Target string }

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
		s = Surroundings{Service: sv.Name, Context: sv.Build.Context, Target: sv.Build.Target, Args: sv.Build.Args,
			Env: env(sv)}
		if sv.Healthcheck != nil {
			for _, m := range localURL.FindAllString(strings.Join(sv.Healthcheck.Test, " "), -1) {
				if p, err := ParseProbe(m); err == nil {
					p.From = "compose"
					s.Probes = append(s.Probes, p)
				}
			}
		}
		s.Ports = ports(sv)
		s.Run = &stages.Run{User: sv.User, WorkDir: sv.WorkingDir}
		if len(sv.CommandUnset) == 0 {
			s.Run.Entrypoint, s.Run.Command = sv.Entrypoint, sv.Command
		}
		if h := sv.Healthcheck; h != nil && !h.Disabled {
			s.Run.Health = h.Test
		}
		s.Unread = sv.EnvUnread
		for _, v := range sv.Volumes {
			if v.Target == "" || len(v.Unset) > 0 {
				continue
			}
			if v.Type == "bind" {
				if inFolder(v.Source, st.Dir) {
					s.Files = append(s.Files, Mounted{v.Source, v.Target})
				} else {
					s.Elsewhere = append(s.Elsewhere, v.Target)
				}
				if v.ReadOnly {
					continue
				}
			}
			if v.Type != "tmpfs" {
				s.Run.Mounts = append(s.Run.Mounts, v.Target)
			}
		}
		for _, name := range needed(st, sv) {
			dep := service(st, name)
			if dep.Build != nil || dep.Image == "" {
				s.Absent = append(s.Absent, name)
				continue
			}
			d := Service{Name: name, Image: dep.Image, Env: env(dep), Entrypoint: dep.Entrypoint, Command: dep.Command}
			if h := dep.Healthcheck; h != nil && !h.Disabled {
				d.Health = h.Test
			}
			s.Services = append(s.Services, d)
		}
	})
	return s, ok
}

// ports are those of the container that compose names: published or exposed ones, and the one that Traefik asks.
func ports(sv *stack.Service) []int {
	var out []int
	add := func(text string) {
		number, protocol, _ := strings.Cut(text, "/")
		if n, err := strconv.Atoi(number); err == nil && n > 0 && n < 65536 && protocol != "udp" &&
			!slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, p := range sv.Ports {
		add(strconv.Itoa(int(p.Target)) + "/" + p.Protocol)
	}
	for _, e := range sv.Expose {
		add(e)
	}
	for _, l := range sv.Labels {
		if strings.HasSuffix(strings.ToLower(l.Key), ".loadbalancer.server.port") {
			add(l.Value)
		}
	}
	return out
}

// inFolder reports whether a path lies in the compose project's folder, links resolved, and is not that folder itself's
// parent.
func inFolder(p, dir string) bool {
	rel, err := filepath.Rel(absolute(dir), absolute(p))
	return err == nil && filepath.IsLocal(rel)
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

// needed are the services that one depends on, directly or not, those without dependencies first: those of depends_on,
// and those whose name stands as a host in a value of the environment.
func needed(st *stack.Stack, sv *stack.Service) []string {
	var out []string
	seen := map[string]bool{sv.Name: true}
	var visit func(*stack.Service)
	visit = func(s *stack.Service) {
		deps := append(hosts(st, s), s.DependsOn...)
		sort.Strings(deps)
		for _, d := range deps {
			next := service(st, d)
			if next == nil || seen[d] {
				continue
			}
			seen[d] = true
			visit(next)
			out = append(out, d)
		}
	}
	visit(sv)
	return out
}

// hosts are the services that the environment of one names: "db" in DB_HOST=db or in postgres://app@db:5432/app.
func hosts(st *stack.Stack, s *stack.Service) []string {
	var out []string
	for _, e := range s.Environment {
		for i := range st.Services {
			name := st.Services[i].Name
			if e.Known && (e.Value == name && hostVariable.MatchString(e.Name) ||
				strings.HasPrefix(e.Value, name+":") ||
				strings.Contains(e.Value, "://"+name+":") || strings.Contains(e.Value, "://"+name+"/") ||
				strings.Contains(e.Value, "@"+name+":") || strings.Contains(e.Value, "@"+name+"/")) {
				out = append(out, name)
			}
		}
	}
	return out
}

var hostVariable = lazyregexp.New(`(?i)(^|_)(HOST|HOSTNAME|SERVER|ADDR|ADDRESS|URL|BROKER)$`)

func env(s *stack.Service) []string {
	var out []string
	for _, e := range s.Environment {
		if e.Known {
			out = append(out, e.Name+"="+e.Value)
		}
	}
	return out
}
