package exposure

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// describe tells for every service of the host which access paths it has.
func (c *builder) describe() {
	at := map[*stack.Service]*Service{}
	var order []*Service
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		out := &Service{Stack: st.Name, Name: s.Name, Exposure: finding.ExposureInternal}
		at[s] = out
		order = append(order, out)
	})
	for _, g := range c.Gateways {
		for i := range g.Containers {
			g.describe(i, at[g.Containers[i].Service], len(c.Gateways) > 1)
		}
	}
	for _, g := range c.Gateways {
		for _, p := range g.ErrorPages() {
			if s := at[p.To.Service]; s != nil {
				d := AccessPath{Via: "error page", Access: "public", Why: fmt.Sprintf(
					"%s shows a page of it to those whom %s refuses", p.Middleware.Name, p.Route.Name)}
				if g.Open(p.To) {
					d.fold = foldPage
				}
				s.Paths = append(s.Paths, d)
				s.widen(Public)
			}
		}
	}
	for _, g := range c.Gateways {
		if g.unseenFront() {
			c.warn("Traefik publishes no port, so that something in front of it brings the clients (a tunnel, "+
				"another proxy): whom that lets in is not seen, "+
				"and everybody means everybody who comes through it", g.Service)
		}
	}
	c.facing = c.facingProxies()
	i := 0
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		if s.Off != "" {
			order[i].Paths = append(order[i].Paths, AccessPath{Via: "-", Access: "internal", Why: "no container " +
				"of it runs (" +
				s.Off + ")"})
			c.warn(s.Name+" is judged as not running, by "+s.Off, s)
			i++
			return
		}
		order[i].direct(s, c.pathPorts(s), c.House(s).NetworkMode)
		c.openPorts(s)
		c.ownAddress(st, s, order[i])
		c.otherProxies(st, s, order[i])
		if why := c.lost[s]; why != "" {
			order[i].Paths = append(order[i].Paths, AccessPath{Via: "not read", Access: "unknown", Why: why})
			order[i].widen(Unknown)
		}
		c.doubt(st, s, order[i])
		for _, g := range c.Gateways {
			if g.Service == s {
				order[i].foldPorts(g)
			}
		}
		i++
	})
	c.tellProxies()
	c.byHand(order)
	c.misnamed()
	for _, s := range order {
		c.Services = append(c.Services, *s)
	}
	for _, g := range c.Gateways {
		c.Services = append(c.Services, g.outsiders(len(c.Gateways) > 1)...)
	}
}

// outsiders are what the gateway's routers lead to and what is no compose service: access paths of the host all the
// same.
func (g *Gateway) outsiders(several bool) []Service {
	var out []Service
	for _, at := range slices.Sorted(maps.Keys(g.outside)) {
		m := g.outside[at]
		s := Service{Stack: m.Stack.Name, Name: at, Exposure: finding.ExposureInternal, Outside: true}
		for _, r := range g.Routes {
			if slices.Contains(r.Outside, at) {
				s.addRouter(r, several)
			}
		}
		out = append(out, s)
	}
	return out
}

// doubt makes a service unknown that has no access path as far as can be seen, where a Traefik that can reach it may
// lead to it by what could not be read.
func (c *builder) doubt(st *stack.Stack, s *stack.Service, out *Service) {
	if out.Exposure != finding.ExposureInternal || c.IsGateway(s) || s.NetworkMode == "none" {
		return
	}
	if why := c.elsewhere(st, s); why != "" {
		out.Paths = append(out.Paths, AccessPath{Via: "not read", Access: "unknown", Why: why})
		out.widen(Unknown)
		return
	}
	for _, g := range c.Gateways {
		if g.unseen != "" && g.Service != nil && c.spaces.meet(g.Stack, g.Service, st, s) {
			out.Paths = append(out.Paths, AccessPath{Via: "not read", Access: "unknown", Why: g.unseen})
			out.widen(Unknown)
			return
		}
	}
}

// describe adds the access paths by which a gateway leads to one of its services. several says that there are other
// gateways.
func (g *Gateway) describe(i int, out *Service, several bool) {
	m := &g.Containers[i]
	for _, r := range g.Routes {
		mine := slices.Contains(r.Containers, i)
		if own := r.Owner(); own == m && (!r.Served() || r.Internal()) {
			mine = true // also what it declares and nobody is served by
		}
		if r.Internal() && m.Service == g.Service && r.Router.Provider == "internal" {
			mine = true
		}
		if mine {
			out.addRouter(r, several)
		}
	}
}

// addRouter adds a router on an entry point to a service.
func (s *Service) addRouter(r *Route, several bool) {
	d := AccessPath{
		Via: "router", EntryPoint: r.EntryPoint, Router: r.Name, Rule: ShownRule(r.Router.Rule),
		Access: r.Class.String(), Why: r.Why,
		Sources: r.Sources,
	}
	if several && r.g.Service != nil {
		d.Traefik = r.g.Name()
	}
	if r.Class == Public && r.g.unseenFront() {
		d.Why += "; Traefik publishes no port"
	}
	if r.Service == "ping@internal" || r.Service == "acme-http@internal" {
		d.fold = foldPing
	}
	if r.Shadow != nil && r.Served() {
		d.Access, d.Why = "closed", "router "+r.Shadow.Name+" takes every request first"
		if r.Shadow.Class == Redirects {
			d.Access = "redirect"
		}
	} else {
		s.widen(r.Class)
	}
	if d.Access == "redirect" {
		d.fold = foldRedirect
	}
	s.Paths = append(s.Paths, d)
	key := r.Router.Name
	j := slices.IndexFunc(s.Routers, func(rt report.Router) bool { return rt.Name == key })
	if j < 0 {
		rt := report.Router{Name: key, Rule: ShownRule(r.Router.Rule), Middlewares: r.Middlewares, Access: d.Access}
		if r.EntryPoint != "" {
			rt.EntryPoints = []string{r.EntryPoint}
		}
		s.Routers = append(s.Routers, rt)
		return
	}
	rt := &s.Routers[j]
	if r.EntryPoint != "" && !slices.Contains(rt.EntryPoints, r.EntryPoint) {
		rt.EntryPoints = append(rt.EntryPoints, r.EntryPoint)
	}
	if d.Access != rt.Access {
		rt.Access = Wider(rt.Access, d.Access)
	}
}

// accessOrder is from the widest to the narrowest.
var accessOrder = []string{"public", "unknown", "authenticated", "allowlisted", "internal", "redirect", "closed"}

// Wider is the access that lets in more of two.
func Wider(a, b string) string {
	if slices.Index(accessOrder, b) < slices.Index(accessOrder, a) {
		return b
	}
	return a
}

// exposureOrder is from the widest to the narrowest, unknown beside public: it may be.
var exposureOrder = []finding.Exposure{
	finding.ExposurePublic, finding.ExposureUnknown, finding.ExposureAuthenticated, finding.ExposureAllowlisted,
	finding.ExposureInternal,
}

func (s *Service) widen(c Class) {
	e := finding.ExposureInternal
	switch c {
	case Public:
		e = finding.ExposurePublic
	case Unknown:
		e = finding.ExposureUnknown
	case Authenticated:
		e = finding.ExposureAuthenticated
	case Allowlisted:
		e = finding.ExposureAllowlisted
	}
	if slices.Index(exposureOrder, e) < slices.Index(exposureOrder, s.Exposure) {
		s.Exposure = e
	}
}

// direct adds the access paths that lead past Traefik. Traefik's own published entry points are its purpose: they make
// it public.
func (s *Service) direct(svc *stack.Service, ports []stack.Port, network string) {
	for _, p := range ports {
		where := PortReach(p)
		d := AccessPath{Via: "port", Access: where, Why: fmt.Sprintf("port %s is published on %s", PortShown(p),
			Address(p)), port: PortShown(p)}
		if len(p.Unset) > 0 && !Loopback(p.HostIP) {
			d.Access, d.Why = "unknown", "the published port depends on the variable "+p.Unset[0]+", which has no value"
		}
		s.Paths = append(s.Paths, d)
		switch d.Access {
		case "public":
			s.widen(Public)
		case "unknown":
			s.widen(Unknown)
		}
	}
	for _, why := range svc.Unread {
		s.Paths = append(s.Paths, AccessPath{Via: "not read", Access: "unknown", Why: why})
		s.widen(Unknown)
	}
	if network == "host" {
		s.Paths = append(s.Paths, AccessPath{Via: "host network", Access: "public",
			Why: "it listens on the machine's own addresses"})
		s.widen(Public)
	}
}

// foldPorts marks the published ports of a Traefik that are its entry points: who comes in there is for the routers to
// say.
func (s *Service) foldPorts(g *Gateway) {
	for i := range s.Paths {
		d := &s.Paths[i]
		switch d.Via {
		case "host network":
			d.fold = foldPorts
		case "port":
			for _, ep := range g.Runtime.Static.EntryPoints {
				if target, proto, _ := strings.Cut(d.target(), "/"); target == fmt.Sprint(ep.Port()) &&
					(proto == "udp") == ep.UDP() {
					d.fold = foldPorts
				}
			}
		}
	}
}

// target is the container's port of a published one, with "/udp" behind it where it is one.
func (p *AccessPath) target() string {
	if _, target, ok := strings.Cut(p.port, "->"); ok {
		return target
	}
	return p.port
}

// unseenFront reports whether nobody can reach Traefik but through something that the files do not show.
func (g *Gateway) unseenFront() bool {
	return !g.Assumed && g.Service != nil && g.Service.NetworkMode == "" && len(g.Service.Ports) == 0
}

// PortReach says who reaches a published port: "public", or "internal" where it is bound to the loopback address or a
// private one.
func PortReach(p stack.Port) string {
	if p.HostIP == "" {
		return "public"
	}
	a, err := netip.ParseAddr(strings.Trim(p.HostIP, "[]"))
	if err != nil || Loopback(p.HostIP) || a.IsPrivate() || a.IsLinkLocalUnicast() || tailnet.Contains(a) {
		if p.HostIP == "localhost" || err == nil {
			return "internal"
		}
		return "unknown"
	}
	return "public"
}

// tailnet is the shared address space that private overlay networks use.
var tailnet = netip.MustParsePrefix("100.64.0.0/10")

// Address says where a port is published.
func Address(p stack.Port) string {
	if p.HostIP == "" {
		return "all addresses"
	}
	return p.HostIP
}

// PortShown is a published port for a reader: where the file gives it no number of the machine's, the engine chooses
// one.
func PortShown(p stack.Port) string {
	if p.Published == "" && len(p.Unset) == 0 {
		return "any->" + PortText(p)
	}
	return PortText(p)
}

// PortText is a published port as a finding names it: "80", "8080->80", "53/udp".
func PortText(p stack.Port) string {
	t := fmt.Sprint(p.Target)
	if p.Published != "" && p.Published != t {
		t = p.Published + "->" + t
	}
	if p.Protocol == "udp" {
		t += "/udp"
	}
	return t
}
