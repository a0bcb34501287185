package access

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
)

// ports tells of a service's ports that are published past Traefik.
func (s *scene) ports(m *member) {
	for all := s.toldPorts(m.service); len(all) > 0; {
		p, n := all[0], rangeOf(all)
		last := all[n-1]
		all = all[n:]
		if portReach(p) != "public" || len(p.Unset) > 0 || dockerAPI(m.service, p) {
			continue
		}
		d := draft{rule: rulePort, m: m, place: p.Location, key: portText(p), edits: bindLocally(p)}
		d.title = fmt.Sprintf("port %s of %s is published on %s, past Traefik", portText(p), m.name(), address(p))
		if n > 1 {
			d.key += " to " + portText(last)
			d.title = fmt.Sprintf("%d ports of %s, %s to %s, are published on %s, past Traefik",
				n, m.name(), portText(p), portText(last), address(p))
		}
		var why string
		d.severity, why = s.judgePort(m, p)
		d.why = []string{why}
		s.add(d)
	}
}

// judgePort says how bad a published port is, and why. What its service's routers keep from strangers counts only for
// the port that they serve: a torrent port beside a web page with a login is no way round that login.
func (s *scene) judgePort(m *member, p stack.Port) (finding.Severity, string) {
	routes := s.routesOf(m)
	same := slices.DeleteFunc(slices.Clone(routes), func(r *route) bool { return !s.leadsTo(r, m, p.Target) })
	guard := slices.IndexFunc(same, (*route).keepsOut)
	hidden := slices.IndexFunc(same, (*route).mayKeepOut)
	udp := p.Protocol == "udp"
	switch {
	case isStore(m.service) && !udp:
		return finding.Critical, "a database or cache is open to the internet"
	case administers(m.service, p.Target) && !udp:
		return finding.High, toolOpen
	case s.named(m):
		return finding.Info, "drydock.yaml calls the service public"
	case udp || otherPorts[p.Target]:
		return finding.Info, "the port is not one that Traefik serves"
	case guard >= 0:
		return finding.High, fmt.Sprintf(
			"router %s is guarded, and this port is not: %s",
			same[guard].Router.Name,
			same[guard].why,
		)
	case s.missed(m) != "" && (len(same) > 0 || len(routes) == 0):
		return finding.High, fmt.Sprintf("the allowlist %s shows that it was meant to be closed", s.missed(m))
	case hidden >= 0:
		r := same[hidden]
		return finding.Medium, fmt.Sprintf(
			"router %s names %s, of which it is not known whether it keeps strangers out: if it does, this port goes round it",
			r.Router.Name,
			strings.Join(r.unseen(), ", "),
		)
	case slices.ContainsFunc(same, func(r *route) bool { return r.live() && r.class.open() }):
		return finding.Info, "the service is open through Traefik as well"
	case len(routes) > 0 && len(same) == 0:
		return finding.Info, "no router serves this port, so it goes round none"
	case len(routes) > 0:
		return finding.Info, "who may take the routers to it is not known"
	}
	return finding.Info, "the service has no router, so this may be its only door"
}

// keepsOut reports whether the route serves some people only, or was meant to.
func (r *route) keepsOut() bool {
	return r.live() && (r.class == allowlisted || r.class == authenticated || r.class == closed)
}

// harmless are words in the names of middlewares that keep nobody out.
var harmless = lazyregexp.New(
	`(?i)compress|gzip|brotli|header|hsts|redirect|https|strip|prefix|retry|buffer|cache|cors|rate-?limit|error|circuit|rewrite|replace`,
)

// unseen lists the route's middlewares of which it is not known whether they keep strangers out: what they are is
// defined where it cannot be seen, or another service decides.
func (r *route) unseen() []string {
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

// mayKeepOut reports whether the route's own guard may stand where it cannot be seen.
func (r *route) mayKeepOut() bool { return r.live() && r.class == unknown && len(r.unseen()) > 0 }

// leadsTo reports whether a route leads to a port of a service's. Where no label names the port, Traefik takes the
// lowest one that the container exposes, of which those of the image are not known here.
func (s *scene) leadsTo(r *route, m *member, port uint32) bool {
	ports := r.portsBehind()
	if len(ports) > 0 {
		return slices.Contains(ports, port)
	}
	low := lowestPort(m.service)
	return low == 0 || port == low || low == 80 && port == 443
}

// portsBehind are the ports that a route's service names, empty where it names none.
func (r *route) portsBehind() []uint32 {
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

// lowestPort is the lowest port of HTTP's kind that the compose file exposes or publishes, 0 if there is none.
func lowestPort(svc *stack.Service) uint32 {
	low := uint32(0)
	take := func(n uint32) {
		if n != 0 && !otherPorts[n] && (low == 0 || n < low) {
			low = n
		}
	}
	for _, p := range svc.Ports {
		if p.Protocol != "udp" {
			take(p.Target)
		}
	}
	for _, e := range svc.Expose {
		if n, err := strconv.ParseUint(strings.TrimSuffix(e, "/tcp"), 10, 16); err == nil {
			take(uint32(n))
		}
	}
	return low
}

// samePort reports whether two routes lead to the same port of a service.
func (s *scene) samePort(a, b *route) bool {
	if a.Service == b.Service {
		return true
	}
	x, y := a.portsBehind(), b.portsBehind()
	return len(x) > 0 && len(y) > 0 && slices.ContainsFunc(x, func(p uint32) bool { return slices.Contains(y, p) })
}
