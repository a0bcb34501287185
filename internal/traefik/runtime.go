package traefik

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// maxUserPriority is the highest priority that a router of a user's may have.
const maxUserPriority = math.MaxInt - 1000

// Input is everything that one Traefik reads.
type Input struct {
	Version    Version
	Static     *Static
	Containers []Container
	Files      []*File
	// Unknown names providers ("file", "http") whose content could not be read in full: what refers to them is not
	// undefined but unknown.
	Unknown map[string]bool
	// Decided is what somebody who knows says of a middleware of such a provider; nil where nobody does.
	Decided func(name string) Decision
}

// Runtime is the configuration as one Traefik runs it.
type Runtime struct {
	Version  Version
	Static   *Static
	Verdicts []Verdict // one a container
	Routes   []*Route  // every router on every entry point, by name
	Conflict []Conflict
	// FilesBroken says that a file of the file provider cannot be read: Traefik then uses nothing of any of them.
	FilesBroken bool

	Routers        map[string]*Router
	TCPRouters     map[string]*Router
	Middlewares    map[string]*Middleware
	TCPMiddlewares map[string]*Middleware
	Services       map[string]*Service
	TCPServices    map[string]*Service
	UDPServices    map[string]*Service
	TLSOptions     map[string]*TLSOptions

	unknown map[string]bool
	decided func(name string) Decision
	byName  map[string][]int // containers by the names of their networks, lower case
	tables  map[tableKey][]*Route
	claims  map[string][]string // by entry point: the hosts that HTTP routers behind TLS name, "" for one that names none
}

type tableKey struct {
	entryPoint string
	tls, tcp   bool
}

// Conflict is one name declared twice with different content: Traefik removes both.
type Conflict struct {
	Kind    string // "router", "middleware" or "service"
	TCP     bool
	Name    string // qualified
	Origins []Origin
}

// Route is a router on one entry point.
type Route struct {
	Name        string // as the API names it: "app@docker", or "websecure-app@docker" where the router is split
	Router      *Router
	EntryPoint  string
	TCP, UDP    bool
	TLS         *RouterTLS
	Rule        *Rule // nil where it is not known or not valid
	Priority    int
	Middlewares []string // qualified; the entry point's come first
	FromEntry   int      // how many of them are the entry point's
	Chain       []*Middleware
	Service     string   // qualified
	Containers  []int    // behind the service
	Outside     []string // behind the service: what is none of the containers, as host or host:port
	Faults      []Fault
	Unknown     string // why its effect cannot be told, "" if it can
	visits      int    // middlewares looked at so far
}

// FaultKind says why a router is not served.
type FaultKind int

// The kinds of fault.
const (
	NoMiddleware FaultKind = iota
	Recursion
	MultiType
	BadRange
	EmptyRange
	BadMiddleware
	BadRule
	NoService
	NoEntryPoint
	BadPriority
	NoTLSOptions
)

// Fault is a reason why a router is not served at all.
type Fault struct {
	Kind       FaultKind
	Middleware string   // qualified name
	Via        []string // chains that lead to it
	Msg        string
}

// Served reports whether the router answers anybody.
func (r *Route) Served() bool { return len(r.Faults) == 0 }

// Internal reports whether the router leads to a service of Traefik's own.
func (r *Route) Internal() bool { return strings.HasSuffix(r.Service, "@internal") }

// Build puts everything together as Traefik does.
func Build(in Input) *Runtime {
	rt := &Runtime{
		Version: in.Version, Static: in.Static, Routers: map[string]*Router{}, TCPRouters: map[string]*Router{},
		Middlewares: map[string]*Middleware{}, TCPMiddlewares: map[string]*Middleware{}, Services: map[string]*Service{},
		TCPServices: map[string]*Service{}, UDPServices: map[string]*Service{}, TLSOptions: map[string]*TLSOptions{},
		unknown: in.Unknown, decided: in.Decided, byName: map[string][]int{}, claims: map[string][]string{},
		tables: map[tableKey][]*Route{},
	}
	for i, c := range in.Containers {
		for _, h := range c.Hosts {
			rt.byName[strings.ToLower(h)] = append(rt.byName[strings.ToLower(h)], i)
		}
	}
	udp := map[string]*Router{}
	rt.readContainers(in)
	merge := func(d *Dynamic, provider string) {
		qualify(rt.Routers, d.Routers, provider, func(r *Router, n string) { r.Name = n })
		qualify(rt.TCPRouters, d.TCPRouters, provider, func(r *Router, n string) { r.Name = n })
		qualify(udp, d.UDPRouters, provider, func(r *Router, n string) { r.Name = n })
		qualify(rt.Middlewares, d.Middlewares, provider, func(m *Middleware, n string) { m.Name = n })
		qualify(rt.TCPMiddlewares, d.TCPMiddlewares, provider, func(m *Middleware, n string) { m.Name = n })
		qualify(rt.Services, d.Services, provider, func(s *Service, n string) { s.Name = n })
		qualify(rt.TCPServices, d.TCPServices, provider, func(s *Service, n string) { s.Name = n })
		qualify(rt.UDPServices, d.UDPServices, provider, func(s *Service, n string) { s.Name = n })
		for n, o := range d.TLSOptions {
			if full := n + "@" + provider; rt.TLSOptions[full] == nil {
				rt.TLSOptions[full] = o
			}
		}
	}
	for _, provider := range []string{dockerProvider, swarmProvider} {
		merge(rt.declared(in, provider), provider)
	}
	sort.Slice(rt.Conflict, func(i, j int) bool {
		return rt.Conflict[i].Kind+rt.Conflict[i].Name < rt.Conflict[j].Kind+rt.Conflict[j].Name
	})
	// One file that cannot be used spoils the whole folder.
	rt.FilesBroken = slices.ContainsFunc(in.Files, func(f *File) bool { return f.Broken })
	for _, f := range in.Files {
		if f.Config != nil && !rt.FilesBroken {
			merge(f.Config, "file")
		}
		if f.Templated {
			if rt.unknown == nil {
				rt.unknown = map[string]bool{}
			}
			rt.unknown["file"] = true
		}
	}
	if in.Static != nil {
		rt.internal()
		rt.buildRoutes(udp)
	}
	return rt
}

func qualify[T any](dst, src map[string]*T, provider string, rename func(*T, string)) {
	for name, v := range src {
		full := name + "@" + provider
		if dst[full] != nil {
			continue // of two files that declare one name the first counts
		}
		rename(v, full)
		dst[full] = v
	}
}

// readContainers reads every container's labels.
func (rt *Runtime) readContainers(in Input) {
	rt.Verdicts = make([]Verdict, len(in.Containers))
	for i := range in.Containers {
		c := &in.Containers[i]
		var provider *DockerProvider
		switch {
		case in.Static == nil:
		case c.Swarm:
			provider = in.Static.Swarm
		default:
			provider = in.Static.Docker
		}
		if provider == nil {
			rt.Verdicts[i].Excluded = "no " + c.Provider() + " provider"
			continue
		}
		rt.Verdicts[i] = readContainer(i, c, provider, in.Version)
	}
}

// declared merges what the containers of one provider declare.
func (rt *Runtime) declared(in Input, provider string) *Dynamic {
	all, parts := newDynamic(), make([]*Dynamic, len(rt.Verdicts))
	for i := range rt.Verdicts {
		c := rt.Verdicts[i].Config
		if c == nil || in.Containers[i].Provider() != provider {
			continue
		}
		parts[i] = c
		mergeMap(all.Routers, c.Routers, sameRouter)
		mergeMap(all.TCPRouters, c.TCPRouters, sameRouter)
		mergeMap(all.UDPRouters, c.UDPRouters, sameRouter)
		mergeMap(all.Middlewares, c.Middlewares, sameMiddleware)
		mergeMap(all.TCPMiddlewares, c.TCPMiddlewares, sameMiddleware)
		mergeMap(all.Services, c.Services, mergeService)
		mergeMap(all.TCPServices, c.TCPServices, mergeService)
		mergeMap(all.UDPServices, c.UDPServices, mergeService)
	}
	m := merging{rt, parts, provider}
	conflicts(m, "router", false, all.Routers, func(c *Dynamic) map[string]*Router { return c.Routers }, routerOrigin)
	conflicts(
		m,
		"router",
		true,
		all.TCPRouters,
		func(c *Dynamic) map[string]*Router { return c.TCPRouters },
		routerOrigin,
	)
	conflicts(
		m,
		"router",
		false,
		all.UDPRouters,
		func(c *Dynamic) map[string]*Router { return c.UDPRouters },
		routerOrigin,
	)
	conflicts(
		m,
		"middleware",
		false,
		all.Middlewares,
		func(c *Dynamic) map[string]*Middleware { return c.Middlewares },
		middlewareOrigin,
	)
	conflicts(
		m,
		"middleware",
		true,
		all.TCPMiddlewares,
		func(c *Dynamic) map[string]*Middleware { return c.TCPMiddlewares },
		middlewareOrigin,
	)
	conflicts(
		m,
		"service",
		false,
		all.Services,
		func(c *Dynamic) map[string]*Service { return c.Services },
		serviceOrigin,
	)
	conflicts(
		m,
		"service",
		true,
		all.TCPServices,
		func(c *Dynamic) map[string]*Service { return c.TCPServices },
		serviceOrigin,
	)
	conflicts(
		m,
		"service",
		false,
		all.UDPServices,
		func(c *Dynamic) map[string]*Service { return c.UDPServices },
		serviceOrigin,
	)
	return all
}

// merging is what one provider's containers declare, one by one.
type merging struct {
	rt       *Runtime
	parts    []*Dynamic // nil for a container that declares nothing
	provider string
}

func routerOrigin(r *Router) Origin         { return r.Origin }
func middlewareOrigin(m *Middleware) Origin { return m.Origin }
func serviceOrigin(s *Service) Origin       { return s.Origin }

// mergeMap adds src to dst; a name whose two declarations do not go together is kept as nil, to be removed.
func mergeMap[T any](dst, src map[string]*T, same func(a, b *T) bool) {
	for name, v := range src {
		old, ok := dst[name]
		switch {
		case !ok:
			cp := *v
			dst[name] = &cp
		case old == nil || !same(old, v):
			dst[name] = nil
		}
	}
}

func conflicts[T any](
	m merging,
	kind string,
	tcp bool,
	merged map[string]*T,
	part func(*Dynamic) map[string]*T,
	origin func(*T) Origin,
) {
	for name, v := range merged {
		if v != nil {
			continue
		}
		delete(merged, name)
		c := Conflict{Kind: kind, TCP: tcp, Name: name + "@" + m.provider}
		for _, d := range m.parts {
			if d != nil {
				if x, ok := part(d)[name]; ok {
					c.Origins = append(c.Origins, origin(x))
				}
			}
		}
		m.rt.Conflict = append(m.rt.Conflict, c)
	}
}

// internal adds the routers and middlewares that Traefik makes by itself.
func (rt *Runtime) internal() {
	s := rt.Static
	add := func(name string, r Router) {
		r.Name, r.Provider, r.Origin, r.RuleSyntax = name+"@internal", "internal", Origin{
			Container: NoContainer,
		}, "v3"
		rt.Routers[r.Name] = &r
	}
	if a := s.API; a != nil && a.Insecure {
		eps := []string{InternalEntryPoint}
		add(
			"api",
			Router{EntryPoints: eps, Service: "api@internal", Priority: math.MaxInt - 1, Rule: "PathPrefix(`/api`)"},
		)
		if a.Dashboard {
			add(
				"dashboard",
				Router{
					EntryPoints: eps,
					Service:     "dashboard@internal",
					Priority:    math.MaxInt - 2,
					Rule:        "PathPrefix(`/`)",
				},
			)
		}
		if a.Debug {
			add(
				"debug",
				Router{
					EntryPoints: eps,
					Service:     "api@internal",
					Priority:    math.MaxInt - 1,
					Rule:        "PathPrefix(`/debug`)",
				},
			)
		}
	}
	if p := s.Ping; p != nil && !p.ManualRouting {
		add(
			"ping",
			Router{
				EntryPoints: []string{p.EntryPoint},
				Service:     "ping@internal",
				Priority:    math.MaxInt,
				Rule:        "PathPrefix(`/ping`)",
			},
		)
	}
	if p := s.Prometheus; p != nil && !p.ManualRouting {
		add(
			"prometheus",
			Router{
				EntryPoints: []string{p.EntryPoint},
				Service:     "prometheus@internal",
				Priority:    math.MaxInt,
				Rule:        "PathPrefix(`/metrics`)",
			},
		)
	}
	if s.RestInsecure {
		add(
			"rest",
			Router{
				EntryPoints: []string{InternalEntryPoint},
				Service:     "rest@internal",
				Priority:    math.MaxInt,
				Rule:        "PathPrefix(`/api/providers`)",
			},
		)
	}
	if len(s.ACMEEntryPoints) > 0 {
		add("acme-http", Router{
			EntryPoints: s.ACMEEntryPoints, Service: "acme-http@internal", Priority: math.MaxInt, Rule: "PathPrefix(`/.well-known/acme-challenge/`)",
		})
	}
	for name, ep := range s.EntryPoints {
		r := ep.Redirect
		if r == nil {
			continue
		}
		port := s.redirectTarget(r)
		if port == "" {
			continue // Traefik logs an error and redirects nothing
		}
		rule := "HostRegexp(`^.+$`)"
		if ep.AllowACMEByPass {
			rule += " && !PathPrefix(`/.well-known/acme-challenge/`)"
		}
		rtName := Normalize(name + "-to-" + r.To)
		mw := "redirect-" + rtName + "@internal"
		rt.Middlewares[mw] = &Middleware{
			Name: mw, Provider: "internal", Types: []string{"redirectscheme"}, Origin: Origin{Container: NoContainer},
			Redirect: &Redirect{Scheme: r.Scheme, Port: port, Permanent: r.Permanent},
		}
		add(
			rtName,
			Router{
				EntryPoints: []string{name},
				Middlewares: []string{mw},
				Service:     "noop@internal",
				Priority:    r.Priority,
				Rule:        rule,
			},
		)
	}
}
