package exposure

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// Sure reports whether what Traefik adds is known, so that an open access path can be called one.
func (g *Gateway) Sure() bool { return !g.Assumed }

// Place is where a router is declared: its rule, else its first label, else its file.
func (g *Gateway) Place(r *Route) finding.Location {
	return g.OriginPlace(r.Router.Origin, ".rule")
}

// OriginPlace finds the label among an origin's that ends as wanted, else the first one.
func (g *Gateway) OriginPlace(o traefik.Origin, suffixes ...string) finding.Location {
	if o.File != "" {
		return finding.Location{Path: o.File, Line: o.Line}
	}
	if o.Container < 0 || o.Container >= len(g.Containers) {
		if g.Service != nil {
			return g.Service.Location
		}
		return finding.Location{}
	}
	m := &g.Containers[o.Container]
	for _, suffix := range suffixes {
		for _, k := range o.Keys {
			if strings.HasSuffix(strings.ToLower(k), suffix) {
				return m.Label(k).Location
			}
		}
	}
	if len(o.Keys) > 0 {
		if l := m.Label(o.Keys[0]); l != nil {
			return l.Location
		}
	}
	return m.Service.Location
}

// About is the service that a route's finding is told of: what it leads to, else who declares it.
func (g *Gateway) About(r *Route) *Container {
	if own := r.Owner(); own != nil {
		ts := r.Targets()
		if len(ts) == 0 || slices.Contains(ts, own) {
			return own
		}
		return ts[0]
	}
	if ts := r.Targets(); len(ts) > 0 {
		return ts[0]
	}
	return g.Self()
}

// Self is Traefik's own service.
func (g *Gateway) Self() *Container {
	for i := range g.Containers {
		if g.Containers[i].Service == g.Service {
			return &g.Containers[i]
		}
	}
	return nil
}

// RoutesOf lists the routes that lead to a service.
func (g *Gateway) RoutesOf(m *Container) []*Route { return g.leading[m] }

// Using lists the routes whose chain holds a middleware, those that serve a backend first, by TLS and name.
func (g *Gateway) Using(mw *traefik.Middleware) []*Route {
	var out []*Route
	for _, r := range g.Routes {
		if slices.Contains(r.Chain, mw) {
			out = append(out, r)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return g.Before(out[i], out[j]) })
	return out
}

// Before puts the route first that a reader looks for: one that serves, over TLS.
func (g *Gateway) Before(a, b *Route) bool {
	if x, y := a.Class == Redirects, b.Class == Redirects; x != y {
		return y
	}
	if x, y := a.TLS != nil, b.TLS != nil; x != y {
		return x
	}
	return a.Name < b.Name
}

// Phantom reports whether a router exists only because a label names it: it has no rule of its own, while its container
// has routers that have.
func (g *Gateway) Phantom(r *Route) bool {
	if !r.Router.DefaultRule || r.Router.Auto || r.TCP {
		return false
	}
	own := r.Owner()
	return slices.ContainsFunc(g.Routes, func(o *Route) bool {
		return o.Owner() == own && o.Router != r.Router && !o.Router.DefaultRule && !o.TCP
	})
}

// Guards reports whether a middleware, by the name that a label of the docker provider uses, holds an allowlist or a
// login.
func (g *Gateway) Guards(name string) bool {
	seen := map[string]bool{}
	var visit func(string) bool
	visit = func(name string) bool {
		name = g.Labelled(name)
		if seen[name] {
			return false
		}
		seen[name] = true
		w := g.Runtime.Middlewares[name]
		if w == nil {
			w = g.Runtime.TCPMiddlewares[name]
		}
		return w != nil && (w.AllowList != nil || w.Auth != "" || slices.ContainsFunc(w.Chain, visit))
	}
	return visit(name)
}

// Labelled is the full name of a middleware that a label may name without its provider.
func (g *Gateway) Labelled(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	if full := name + "@swarm"; g.Runtime.Middlewares[full] != nil {
		return full
	}
	return name + "@docker"
}

// AllowlistsOf names the allowlists that a service's labels define or whose routers name them.
func (g *Gateway) AllowlistsOf(m *Container) []string {
	seen := map[string]bool{}
	for _, all := range []map[string]*traefik.Middleware{g.Runtime.Middlewares, g.Runtime.TCPMiddlewares} {
		for name, w := range all {
			if w.AllowList != nil && w.Origin.Container >= 0 && &g.Containers[w.Origin.Container] == m {
				seen[name] = true
			}
		}
	}
	for _, r := range g.Routes {
		if r.Owner() != m || r.Router.Auto {
			continue
		}
		for _, w := range r.Chain {
			if w.AllowList != nil {
				seen[w.Name] = true
			}
		}
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Works reports whether an allowlist keeps strangers from a backend anywhere. On a router that a misspelt label made it
// does not: nobody asks for that one.
func (g *Gateway) Works(name string) bool {
	for _, r := range g.Routes {
		if !r.Live() || r.Class != Allowlisted && r.Class != Closed || g.Phantom(r) {
			continue
		}
		for i := range r.Lists {
			if l := &r.Lists[i]; l.Middleware != nil && l.Middleware.Name == name && l.effective() {
				return true
			}
		}
	}
	return false
}

// Open reports whether strangers reach a service of the user's.
func (g *Gateway) Open(m *Container) bool { return len(g.OpenBy[m]) > 0 }

// openRoutes notes by which routes strangers reach each service.
func (g *Gateway) openRoutes() {
	g.OpenBy = map[*Container][]*Route{}
	for _, r := range g.Routes {
		if !r.Live() || !r.Class.Open() {
			continue
		}
		for _, m := range r.Targets() {
			g.OpenBy[m] = append(g.OpenBy[m], r)
		}
	}
}

// MissedEntryList is an allowlist among the middlewares of an entry point that only redirects, if it works nowhere
// else.
func (g *Gateway) MissedEntryList() string {
	for _, r := range g.Routes {
		if !r.EntryRedirect() {
			continue
		}
		for i := range r.Past {
			if m := r.Past[i].Middleware; m != nil && !g.Works(m.Name) {
				return m.Name
			}
		}
	}
	return ""
}

// Harmless reports whether a router takes nothing but single paths that say nothing of anybody: a health check, an
// icon, the challenges of a certificate. It is often left out of a login.
func (r *Route) Harmless() bool {
	return !r.TCP && !r.UDP && r.Rule.OnlyPaths(func(p string, exact bool) bool {
		return strings.HasPrefix(p, "/.well-known/") || exact && Leaf.MatchString(p)
	})
}

// Guarded reports whether a route keeps strangers from its backend by an allowlist or a login.
func (r *Route) Guarded() bool {
	return r.Live() && (r.Class == Allowlisted || r.Class == Authenticated || r.Class == Closed && r.Nobody != "")
}

// GuardedBy reports whether an allowlist decides on the route.
func (r *Route) GuardedBy(name string) bool {
	return slices.ContainsFunc(r.Lists, func(l Allowlist) bool {
		return l.Middleware != nil &&
			l.Middleware.Name == name
	})
}

// RoutesTo lists the routes that lead to a service, of whichever gateway.
func (g *Gateway) RoutesTo(svc *stack.Service) []*Route {
	for i := range g.Containers {
		if g.Containers[i].Service == svc {
			return g.leading[&g.Containers[i]]
		}
	}
	return nil
}

// Name is that of Traefik's service, with its stack.
func (g *Gateway) Name() string {
	if g.Service == nil {
		return ""
	}
	return g.Stack.Name + "/" + g.Service.Name
}

// KeepsOut reports whether the route serves some people only, or was meant to.
func (r *Route) KeepsOut() bool {
	return r.Live() && (r.Class == Allowlisted || r.Class == Authenticated || r.Class == Closed)
}

// Unseen lists the route's middlewares of which it is not known whether they keep strangers out: what they are is
// defined where it cannot be seen, or another service decides.
func (r *Route) Unseen() []string {
	defined := r.g.Runtime.Middlewares
	if r.TCP {
		defined = r.g.Runtime.TCPMiddlewares
	}
	var out []string
	if r.decider != nil {
		out = append(out, r.decider.Name)
	}
	for _, name := range r.Middlewares {
		if defined[name] == nil && !harmless.MatchString(name) {
			out = append(out, name)
		}
	}
	return out
}

// MayKeepOut reports whether the route's own guard may stand where it cannot be seen.
func (r *Route) MayKeepOut() bool { return r.Live() && r.Class == Unknown && len(r.Unseen()) > 0 }

// PortsBehind are the ports that a route's service names, empty where it names none.
func (r *Route) PortsBehind() []uint32 {
	services := r.g.Runtime.Services
	switch {
	case r.TCP:
		services = r.g.Runtime.TCPServices
	case r.UDP:
		services = r.g.Runtime.UDPServices
	}
	var out []uint32
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		svc := services[name]
		if svc == nil || seen[name] {
			return
		}
		seen[name] = true
		if n, err := strconv.ParseUint(svc.Port, 10, 16); err == nil {
			out = append(out, uint32(n))
		}
		for _, server := range svc.Servers {
			out = append(out, serverPort(server))
		}
		_, provider, _ := strings.Cut(name, "@")
		for _, part := range svc.Parts {
			if !strings.Contains(part, "@") {
				part += "@" + provider
			}
			visit(part)
		}
	}
	visit(r.Service)
	return out
}

// KeyPlace is the place of one label.
func (m *Container) KeyPlace(key string) finding.Location {
	if l := m.Label(key); l != nil {
		return l.Location
	}
	return m.Service.Location
}

// harmless are words in the names of middlewares that keep nobody out.
var harmless = lazyregexp.New(
	`(?i)compress|gzip|brotli|header|hsts|redirect|https|strip|prefix|retry|buffer|cache|cors|rate-?limit|` +
		`error|circuit|rewrite|replace`,
)

// serverPort is the port of a server's URL or address.
func serverPort(server string) uint32 {
	if !strings.Contains(server, "://") {
		server = "tcp://" + server
	}
	u, err := url.Parse(server)
	if err != nil {
		return 0
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint32(n)
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

// Leaf are paths below which an app has nothing, so that a guard of the exact path is a guard of all of it.
var Leaf = lazyregexp.New(
	`(?i)\.[a-z0-9]{1,8}$|/(metrics|health|healthz|healthcheck|livez?|readyz?|ping|status|version|robots|favicon)/?$`,
)

// ForTraefik reports whether a label is meant for Traefik.
func ForTraefik(key string) bool { return strings.HasPrefix(strings.ToLower(key), "traefik.") }

// LabelOf is the key of a router's label that ends as wanted.
func LabelOf(r *Route, suffix string) string {
	for _, k := range r.Router.Origin.Keys {
		if strings.HasSuffix(strings.ToLower(k), suffix) {
			return k
		}
	}
	return ""
}

// IsGateway reports whether a service is one of the Traefiks: their access paths are their purpose.
func (m *Model) IsGateway(svc *stack.Service) bool {
	return slices.ContainsFunc(m.Gateways, func(g *Gateway) bool { return g.Service == svc })
}

// GatewayOf is the Traefik that sees a service.
func (m *Model) GatewayOf(c *Container) *Gateway {
	if c == nil {
		return nil
	}
	for _, g := range m.Gateways {
		for i := range g.Containers {
			if g.Containers[i].Service == c.Service {
				return g
			}
		}
	}
	return nil
}

// DockerGateway is the address of a network's gateway, which stands for clients that come through Docker's own proxy.
type DockerGateway struct {
	Address netip.Addr
	Network string // "" for one that Docker may choose by itself
}

// DockerGateways are those of the networks that Traefik is in. Where a subnet is not declared, Docker takes one of its
// own:
// 172.17.0.0/16 to 172.31.0.0/16 first.
func (m *Model) DockerGateways(g *Gateway) []DockerGateway {
	var out []DockerGateway
	chosen := g.Service == nil || len(g.Service.Networks) == 0 || g.Runtime.Static.ReadsServices()
	if g.Service != nil {
		for _, key := range g.Service.Networks {
			n := m.declared(g.Stack.Networks[key])
			if n.Internal {
				continue // no port is published through it
			}
			found := gatewaysOf(n)
			out = append(out, found...)
			chosen = chosen || len(found) == 0
		}
	}
	if chosen {
		for n := byte(17); n <= 31; n++ {
			out = append(out, DockerGateway{Address: netip.AddrFrom4([4]byte{172, n, 0, 1})})
		}
	}
	return out
}

// declared is a network as the stack that makes it declares it: an external one may be made by another stack of the
// host.
func (m *Model) declared(n stack.Network) stack.Network {
	if len(n.Subnets) > 0 || n.Name == "" {
		return n
	}
	for i := range m.Host.Stacks {
		for _, o := range m.Host.Stacks[i].Networks {
			if o.Name == n.Name && len(o.Subnets) > 0 {
				return o
			}
		}
	}
	return n
}

func gatewaysOf(n stack.Network) []DockerGateway {
	var out []DockerGateway
	for _, sub := range n.Subnets {
		gw, err := netip.ParseAddr(sub.Gateway)
		if err != nil {
			p, err := netip.ParsePrefix(sub.Range)
			if err != nil {
				continue
			}
			gw = p.Masked().Addr().Next()
		}
		if gw.Is4() {
			out = append(out, DockerGateway{gw, n.Key})
		}
	}
	return out
}

// Share says how much of the internet a list holds.
func Share(c traefik.Cover) string {
	if c.V4 >= BroadV4 {
		return fmt.Sprintf("%.3g %% of the IPv4 part", c.V4*100)
	}
	return fmt.Sprintf("%.3g %% of the IPv6 part", c.V6*100)
}

// Shares of an address family from which a list is broad: a /8 of IPv4, a /19 of IPv6.
const (
	BroadV4 = 1.0 / 256
	BroadV6 = 1.0 / (1 << 19)
)

// ShareNetwork reports whether two services live in one network namespace, so that a router of the one is the other's
// as well.
func (m *Model) ShareNetwork(a, b *Container) bool { return m.spaces.together(a, b) }

// SeenBy is the Traefik that a service's labels are for: of several that see it the one that serves it.
func (m *Model) SeenBy(svc *stack.Service) (*Gateway, *Container) {
	var first *Gateway
	var seen *Container
	for _, g := range m.Gateways {
		for i := range g.Containers {
			c := &g.Containers[i]
			if c.Service != svc {
				continue
			}
			if serves(g, c) {
				return g, c
			}
			if seen == nil {
				first, seen = g, c
			}
		}
	}
	return first, seen
}

// serves reports whether a gateway leads strangers or friends to a service at all.
func serves(g *Gateway, m *Container) bool {
	return slices.ContainsFunc(g.leading[m], func(r *Route) bool { return r.Live() && r.Class != Redirects })
}

// Sorted lists the routes, those that a reader looks for first.
func (g *Gateway) Sorted() []*Route {
	out := slices.Clone(g.Routes)
	sort.SliceStable(out, func(i, j int) bool { return g.Before(out[i], out[j]) })
	return out
}
