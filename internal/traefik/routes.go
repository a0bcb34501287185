package traefik

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// buildRoutes puts every router on its entry points.
func (rt *Runtime) buildRoutes(udp map[string]*Router) {
	defaults := rt.Static.DefaultEntryPoints()
	for _, name := range slices.Sorted(maps.Keys(rt.Routers)) {
		rt.addRouter(rt.Routers[name], defaults, false)
	}
	for _, name := range slices.Sorted(maps.Keys(rt.TCPRouters)) {
		rt.addRouter(rt.TCPRouters[name], defaults, true)
	}
	for _, name := range slices.Sorted(maps.Keys(udp)) {
		rt.addUDP(udp[name])
	}
	for _, r := range rt.Routes {
		if r.TLS != nil && !r.TCP && r.EntryPoint != "" {
			rt.claims[r.EntryPoint] = append(rt.claims[r.EntryPoint], claimedHosts(r.Router.Rule, rt.Version)...)
		}
		if r.Served() && !r.UDP && r.EntryPoint != "" {
			k := tableKey{r.EntryPoint, r.TLS != nil, r.TCP}
			rt.tables[k] = append(rt.tables[k], r)
		}
	}
	for _, t := range rt.tables {
		sort.SliceStable(t, func(i, j int) bool { return rt.before(t[i], t[j]) })
	}
}

// addUDP puts a UDP router on its entry points: all that take datagrams, where it names none.
func (rt *Runtime) addUDP(r *Router) {
	eps := r.EntryPoints
	if len(eps) == 0 {
		eps = slices.Sorted(maps.Keys(rt.Static.EntryPoints))
	}
	base := Route{Name: r.Name, Router: r, UDP: true, Service: qualified(r.Service, r.Provider)}
	base.Unknown = r.Opaque
	rt.service(&base, rt.UDPServices)
	served := false
	for _, ep := range eps {
		if e := rt.Static.EntryPoints[ep]; e != nil && e.UDP() {
			route := base
			route.EntryPoint, served = ep, true
			rt.Routes = append(rt.Routes, &route)
		}
	}
	if !served {
		base.fault(NoEntryPoint, "", nil, "no valid entryPoint for this router")
		rt.Routes = append(rt.Routes, &base)
	}
}

// before orders routes as they are tried. From 3.7 on the user may set which provider goes first among equal priorities.
func (rt *Runtime) before(a, b *Route) bool {
	if a.Priority != b.Priority {
		return a.Priority > b.Priority
	}
	return rt.precedence(a) < rt.precedence(b)
}

func (rt *Runtime) precedence(r *Route) int {
	list := rt.Static.Precedence
	if !rt.Version.AtLeast(3, 7) || len(list) == 0 {
		return 0 // the order that is set by default was seen to decide nothing
	}
	if i := slices.Index(list, r.Router.Provider); i >= 0 {
		return i
	}
	return len(list)
}

// Tied reports whether chance decides which of two routes is tried first.
func (rt *Runtime) Tied(a, b *Route) bool { return !rt.before(a, b) && !rt.before(b, a) }

func (rt *Runtime) addRouter(r *Router, defaults []string, tcp bool) {
	eps := r.EntryPoints
	if len(eps) == 0 {
		eps = defaults
	}
	var valid []string
	for _, e := range eps {
		if ep := rt.Static.EntryPoints[e]; ep != nil && !ep.UDP() && !slices.Contains(valid, e) {
			valid = append(valid, e)
		}
	}
	base := Route{Name: r.Name, Router: r, TCP: tcp, Service: qualified(r.Service, r.Provider)}
	base.Unknown = r.Opaque
	rt.rule(&base)
	if len(valid) == 0 {
		base.fault(NoEntryPoint, "", nil, "no valid entryPoint for this router")
		base.TLS = r.TLS
		rt.middlewares(&base, r.Middlewares)
		rt.Routes = append(rt.Routes, &base)
		return
	}
	for _, e := range valid {
		route := base
		route.Faults = slices.Clone(base.Faults)
		route.EntryPoint, route.TLS = e, r.TLS
		ep := rt.Static.EntryPoints[e]
		list := r.Middlewares
		if !tcp {
			if len(eps) > 1 && (len(ep.Middlewares) > 0 || ep.TLS != nil) {
				route.Name = e + "-" + r.Name
			}
			if route.TLS == nil {
				route.TLS = ep.TLS
			}
			route.FromEntry = len(ep.Middlewares)
			list = append(slices.Clone(ep.Middlewares), r.Middlewares...)
		}
		rt.middlewares(&route, list)
		rt.tlsOptions(&route)
		services := rt.Services
		if tcp {
			services = rt.TCPServices
		}
		rt.service(&route, services)
		rt.Routes = append(rt.Routes, &route)
	}
}

func (r *Route) fault(k FaultKind, mw string, via []string, format string, args ...any) {
	r.Faults = append(r.Faults, Fault{Kind: k, Middleware: mw, Via: slices.Clone(via), Msg: fmt.Sprintf(format, args...)})
}

func (rt *Runtime) rule(r *Route) {
	router := r.Router
	if len(router.ParentRefs) > 0 {
		r.Unknown = "it stands below another router (multi-layer routing), which is not worked out here"
		return
	}
	if router.Rule == "" {
		if router.DefaultRule {
			r.Unknown = "the provider's default rule uses a template that is not worked out here"
		} else {
			r.fault(BadRule, "", nil, "the router has no rule")
		}
		return
	}
	syntax := router.RuleSyntax
	if syntax == "" && !router.DefaultRule {
		syntax = rt.Static.DefaultRuleSyntax
	}
	v2 := syntax == "v2" || rt.Version.Major == 2
	if router.Provider == "internal" {
		v2 = false
	}
	parse := ParseRule
	if r.TCP {
		parse = ParseTCPRule
	}
	rule, err := parse(router.Rule, v2)
	if err != nil && router.OpaqueRule {
		r.Unknown = "its rule comes from a variable whose value cannot be seen from here"
		return
	}
	if err != nil {
		r.fault(BadRule, "", nil, "%v", err)
		return
	}
	r.Rule = rule
	r.Priority = router.Priority
	if r.Priority == 0 {
		r.Priority = rule.Priority()
		if !r.TCP {
			r.Priority = len(router.Rule)
		}
	}
	if r.Priority > maxUserPriority && router.Provider != "internal" {
		r.fault(BadPriority, "", nil, "the router priority %d exceeds the highest that a user may set", r.Priority)
	}
	if r.TCP && router.TLS == nil {
		if h := rule.Hosts(); len(h) > 0 && h[0] != "*" {
			r.fault(BadRule, "", nil, "the rule has a HostSNI matcher, but the router has no TLS")
		}
	}
}

// qualified adds the provider to a name that has none.
func qualified(name, provider string) string {
	if name == "" || strings.Contains(name, "@") {
		return name
	}
	return name + "@" + provider
}

func (rt *Runtime) middlewares(r *Route, list []string) {
	for _, m := range list {
		// An empty element of a list ("office,") is a name like any other: "@docker".
		name := m
		if !strings.Contains(m, "@") {
			name = m + "@" + r.Router.Provider
		}
		r.Middlewares = append(r.Middlewares, name)
		rt.middleware(r, name, nil)
	}
}

// maxChain bounds how many middlewares of a route are looked at.
const maxChain = 1000

func (rt *Runtime) middleware(r *Route, name string, via []string) {
	if slices.Contains(via, name) {
		r.fault(Recursion, name, via, "could not instantiate middleware %s: recursion detected", name)
		return
	}
	// Chains of chains can stand for far more middlewares than there are.
	if r.visits++; r.visits > maxChain || len(via) > maxDepth {
		r.Unknown = "its chain of middlewares is too long to be worked out here"
		return
	}
	all := rt.Middlewares
	if r.TCP {
		all = rt.TCPMiddlewares
	}
	m := all[name]
	if m == nil {
		if d := rt.decision(name); d != Undecided && !r.TCP {
			// Who answers for it answers for the address that it passes on as well.
			r.Chain = append(r.Chain, &Middleware{Name: name, Types: []string{"forwardauth"}, Auth: "forwardauth",
				Decision: d, Decider: "drydock.yaml says so", Rewrites: true, Vouched: true})
			return
		}
		if rt.unknownName(name) {
			r.Unknown = fmt.Sprintf("middleware %q may be defined where it cannot be seen from here", name)
			return
		}
		r.fault(NoMiddleware, name, via, "middleware %q does not exist", name)
		return
	}
	if kind, msg := rt.faulty(m, r.TCP); msg != "" {
		r.fault(kind, name, via, "%s", msg)
		return
	}
	if slices.Contains(m.Types, "chain") {
		via = append(slices.Clone(via), name)
		for _, c := range m.Chain {
			full := c
			if !strings.Contains(c, "@") {
				full = c + "@" + m.Provider
			}
			rt.middleware(r, full, via)
		}
		return
	}
	r.Chain = append(r.Chain, m)
}

// decision is what somebody says of a middleware whose provider could not be read.
func (rt *Runtime) decision(name string) Decision {
	if rt.decided == nil || !rt.unknownName(name) {
		return Undecided
	}
	return rt.decided(name)
}

// unknownName reports whether a name may be defined by a provider that could not be read.
func (rt *Runtime) unknownName(name string) bool {
	_, provider, _ := strings.Cut(name, "@")
	return rt.unknown[provider]
}

// faulty says why a middleware cannot be made; "" if it can.
func (rt *Runtime) faulty(m *Middleware, tcp bool) (FaultKind, string) {
	switch {
	case len(m.Types) == 0:
		return BadMiddleware, fmt.Sprintf("invalid middleware %q configuration: it has no type", m.Name)
	case len(m.Types) > 1 && !tcp:
		return MultiType, "cannot create middleware: multi-types middleware not supported"
	}
	if a := m.AllowList; a != nil && !m.Opaque {
		if len(a.Ranges) == 0 {
			return EmptyRange, "sourceRange is empty, IPAllowLister not created"
		}
		if _, err := ParseRanges(a.Ranges); err != nil {
			return BadRange, "cannot parse the source range: " + err.Error()
		}
		if a.Reject != 0 && http.StatusText(a.Reject) == "" {
			return BadMiddleware, fmt.Sprintf("invalid HTTP status code %d", a.Reject)
		}
		if a.Depth <= 0 && len(a.ExcludedIPs) > 0 {
			if _, err := ParseRanges(a.ExcludedIPs); err != nil {
				return BadRange, "cannot parse excludedIPs: " + err.Error()
			}
		} else if a.IPv6Subnet != nil && (*a.IPv6Subnet <= 0 || *a.IPv6Subnet > 128) {
			return BadMiddleware, fmt.Sprintf("invalid IPv6 subnet %d value", *a.IPv6Subnet)
		}
	}
	if d := m.Redirect; d != nil {
		if slices.Contains(m.Types, "redirectscheme") && d.Scheme == "" {
			return BadMiddleware, "you must provide a target scheme"
		}
		if _, err := regexp.Compile(d.Regex); err != nil {
			return BadMiddleware, "the redirection's regular expression is not valid"
		}
	}
	switch {
	case m.Opaque || tcp:
	case m.Invalid != "":
		return BadMiddleware, m.Invalid
	case m.Auth != "" && m.Auth != "forwardauth" && !m.AuthUsers && rt.Version.AtLeast(3, 6):
		return BadMiddleware, "no users are named"
	case slices.Contains(m.Types, "errors"):
		name := m.ErrorPageService()
		if rt.Services[name] == nil && !rt.unknownName(name) && !strings.HasSuffix(name, "@internal") {
			return NoService, fmt.Sprintf("the service %q of its error pages does not exist", name)
		}
	}
	if slices.Contains(m.Types, "plugin") && !tcp {
		if len(m.Plugins) != 1 {
			return BadMiddleware, "a plugin middleware names exactly one plugin"
		}
		if !slices.ContainsFunc(rt.Static.Plugins, func(p Plugin) bool { return strings.EqualFold(p.Name, m.Plugins[0]) }) {
			return BadMiddleware, fmt.Sprintf("plugin %q is not in Traefik's static configuration", m.Plugins[0])
		}
	}
	return 0, ""
}

func (rt *Runtime) tlsOptions(r *Route) {
	if r.TLS == nil || r.TLS.Options == "" || r.TLS.Options == "default" {
		return
	}
	name := qualified(r.TLS.Options, r.Router.Provider)
	if rt.TLSOptions[name] != nil {
		return
	}
	if rt.unknownName(name) {
		r.Unknown = fmt.Sprintf("TLS options %q may be defined where they cannot be seen from here", name)
		return
	}
	r.fault(NoTLSOptions, "", nil, "unknown TLS options: %s", name)
}

// ClientCert reports whether a route asks for a client certificate that it verifies.
func (rt *Runtime) ClientCert(r *Route) bool {
	if r.TLS == nil {
		return false
	}
	name := r.TLS.Options
	if name == "" || name == "default" {
		// The options called default hold for all, whichever provider declares them.
		for n, o := range rt.TLSOptions {
			if strings.HasPrefix(n, "default@") && o.ClientAuth == "RequireAndVerifyClientCert" {
				return true
			}
		}
		return false
	}
	o := rt.TLSOptions[qualified(name, r.Router.Provider)]
	return o != nil && o.ClientAuth == "RequireAndVerifyClientCert"
}

// service finds the containers behind a route.
func (rt *Runtime) service(r *Route, services map[string]*Service) {
	if r.Service == "" {
		r.fault(NoService, "", nil, "the service is missing on the router")
		return
	}
	if name, ok := strings.CutSuffix(r.Service, "@internal"); ok {
		if !rt.internalService(name) {
			r.fault(NoService, "", nil, "the service %q does not exist", r.Service)
		}
		return
	}
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		s := services[name]
		if s == nil {
			if rt.unknownName(name) {
				r.Unknown = fmt.Sprintf("service %q may be defined where it cannot be seen from here", name)
			} else {
				r.fault(NoService, "", nil, "the service %q does not exist", name)
			}
			return
		}
		if s.Kind == "" {
			r.fault(NoService, "", nil, "the service %q does not have any type defined", name)
			return
		}
		containers, outside := rt.behind(s)
		for _, c := range containers {
			if !slices.Contains(r.Containers, c) {
				r.Containers = append(r.Containers, c)
			}
		}
		for _, o := range outside {
			if !slices.Contains(r.Outside, o) {
				r.Outside = append(r.Outside, o)
			}
		}
		for _, m := range s.Middlewares {
			rt.middleware(r, qualified(m, s.provider()), nil)
		}
		for _, p := range s.Parts {
			visit(qualified(p, s.provider()))
		}
	}
	visit(r.Service)
	sort.Ints(r.Containers)
}

// behind are the containers behind a service: its own, or those that its servers' addresses name. What of the addresses names
// no container is outside.
func (rt *Runtime) behind(s *Service) (containers []int, outside []string) {
	if len(s.Servers) == 0 || len(s.Containers) > 0 && !rt.Version.AtLeast(3, 4) {
		return s.Containers, nil // a label's URL counts from 3.4 on
	}
	for _, server := range s.Servers {
		found := rt.At(server)
		containers = append(containers, found...)
		if host := hostOf(server); len(found) == 0 && host != "" {
			outside = append(outside, host)
		}
	}
	return containers, outside
}

// Behind lists the containers behind a service, by its qualified name.
func (rt *Runtime) Behind(service string) []int {
	s := rt.Services[service]
	if s == nil {
		return nil
	}
	containers, _ := rt.behind(s)
	return containers
}

// ErrorPageService is the qualified name of the service that an errors middleware asks.
func (m *Middleware) ErrorPageService() string { return qualified(m.ErrorPage, m.Provider) }

// At lists the containers that a URL or an address names.
func (rt *Runtime) At(server string) []int {
	host := strings.ToLower(hostOf(server))
	name, _, _ := strings.Cut(host, ":")
	out := slices.Clone(rt.byName[host])
	for _, c := range rt.byName[name] {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// hostOf is a server's name or address with its port: "192.168.1.20:5000" of "http://192.168.1.20:5000/".
func hostOf(server string) string {
	if _, rest, ok := strings.Cut(server, "://"); ok {
		server, _, _ = strings.Cut(rest, "/")
	}
	if i := strings.LastIndexByte(server, '@'); i >= 0 {
		server = server[i+1:] // a password is not shown
	}
	return server
}

func (s *Service) provider() string {
	_, p, _ := strings.Cut(s.Name, "@")
	return p
}

func (rt *Runtime) internalService(name string) bool {
	s := rt.Static
	switch name {
	case "api":
		return s.API != nil
	case "dashboard":
		return s.API != nil && s.API.Dashboard
	case "ping":
		return s.Ping != nil
	case "prometheus":
		return s.Prometheus != nil
	case "rest":
		return slices.Contains(s.OtherProviders, "rest")
	case "noop", "acme-http":
		return true
	}
	return false
}

// Table lists what is served on an entry point, in the order in which it is tried: HTTP or TCP, behind TLS or plain.
func (rt *Runtime) Table(entryPoint string, tls, tcp bool) []*Route {
	return rt.tables[tableKey{entryPoint, tls, tcp}]
}
