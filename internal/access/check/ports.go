package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

var publishedPortBypassesProxy = Rule{
	Rule: finding.Rule{
		ID: "published-port-bypasses-proxy", Severity: finding.High,
		Title: "A published port leads past Traefik",
		Description: "Docker publishes the container's port on the machine's addresses, so that nothing that " +
			"Traefik does applies. Docker's own rules also go before most firewalls.",
		Remedy: "Remove the port, or bind it to 127.0.0.1.",
	},
	Effect: finding.EffectOpen,
	Check:  onContainers((*search).ports),
}

var hostNetworkBypassesProxy = Rule{
	Rule: finding.Rule{
		ID: "host-network-bypasses-proxy", Severity: finding.High,
		Title: "The container listens on the machine's own addresses",
		Description: "With `network_mode: host` every port that the container listens on can be reached past " +
			"Traefik.",
		Remedy: "Join the service to Traefik's network instead.",
	},
	Effect: finding.EffectOpen,
	Check:  onContainers((*search).hostNetwork),
}

// ports tells of a service's ports that are published past Traefik.
func (s *search) ports(m *exposure.Container) {
	if s.model.IsGateway(m.Service) {
		return // its ports are its purpose
	}
	for all := s.model.ToldPorts(m.Service); len(all) > 0; {
		p, n := all[0], rangeOf(all)
		last := all[n-1]
		all = all[n:]
		if exposure.PortReach(p) != "public" || len(p.Unset) > 0 || dockerAPI(m.Service, p) {
			continue
		}
		d := builder{m: m, place: p.Location, key: exposure.PortText(p), edits: edit.BindLocally(p)}
		d.title = fmt.Sprintf("port %s of %s is published on %s, past Traefik", exposure.PortShown(p), m.Name(),
			exposure.Address(p))
		if n > 1 {
			d.key += " to " + exposure.PortText(last)
			d.title = fmt.Sprintf("%d ports of %s, %s to %s, are published on %s, past Traefik",
				n, m.Name(), exposure.PortText(p), exposure.PortText(last), exposure.Address(p))
		}
		var why string
		d.severity, why = s.judgePort(m, p)
		d.why = []string{why}
		// Where no Traefik is at hand, both providers are thought possible, and a compose file is read as Compose does.
		if static := s.g.Runtime.Static; static.Swarm != nil && static.Docker == nil || static.SwarmMode {
			d.edits = nil
			d.fix = "Remove the port: a swarm publishes it on its nodes' own addresses and binds to no other."
		}
		s.report(d)
	}
}

// judgePort says how bad a published port is, and why. What its service's routers keep from strangers counts only for
// the port that they serve: a torrent port beside a web page with a login is no way round that login.
func (s *analysis) judgePort(m *exposure.Container, p stack.Port) (finding.Severity, string) {
	routes := s.g.RoutesOf(m)
	same := slices.DeleteFunc(slices.Clone(routes), func(r *exposure.Route) bool { return !s.leadsTo(r, m, p.Target) })
	guard := slices.IndexFunc(same, (*exposure.Route).KeepsOut)
	hidden := slices.IndexFunc(same, (*exposure.Route).MayKeepOut)
	udp := p.Protocol == "udp"
	tool, why := toolSeverity(s.model.ToolAt(m.Service, p.Target))
	switch {
	case s.model.IsStore(m.Service) && !udp:
		return finding.Critical, "a database or cache is open to the internet"
	case why != "" && !udp && (guard < 0 || tool == finding.High):
		return tool, why
	case s.named(m):
		return finding.Info, "drydock.yaml calls the service public"
	case udp || otherPorts[p.Target]:
		return finding.Info, "the port is not one that Traefik serves"
	case guard >= 0:
		return finding.High, fmt.Sprintf(
			"router %s is guarded, and this port is not: %s",
			same[guard].Router.Name,
			same[guard].Why,
		)
	case s.missed(m) != "" && (len(same) > 0 || len(routes) == 0):
		return finding.High, fmt.Sprintf("the allowlist %s shows that it was meant to be closed", s.missed(m))
	case hidden >= 0:
		r := same[hidden]
		return finding.Medium, fmt.Sprintf(
			"router %s names %s, of which it is not known whether it keeps strangers out: if it does, this port goes "+
				"round it",
			r.Router.Name,
			strings.Join(r.Unseen(), ", "),
		)
	case slices.ContainsFunc(same, func(r *exposure.Route) bool { return r.Live() && r.Class.Open() }):
		return finding.Info, "the service is open through Traefik as well"
	case len(routes) > 0 && len(same) == 0:
		return finding.Info, "no router serves this port, so it goes round none"
	case len(routes) > 0:
		return finding.Info, "who may take the routers to it is not known"
	}
	return finding.Info, "the service has no router, so this may be the only access path to it"
}

// leadsTo reports whether a route leads to a port of a service's. Where no label names the port, Traefik takes the
// lowest one that the container exposes, of which those of the image are not known here.
func (s *analysis) leadsTo(r *exposure.Route, m *exposure.Container, port uint32) bool {
	ports := r.PortsBehind()
	if len(ports) > 0 {
		return slices.Contains(ports, port)
	}
	low := lowestPort(m.Service)
	return low == 0 || port == low || low == 80 && port == 443
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
func (s *analysis) samePort(a, b *exposure.Route) bool {
	if a.Service == b.Service {
		return true
	}
	x, y := a.PortsBehind(), b.PortsBehind()
	return len(x) > 0 && len(y) > 0 && slices.ContainsFunc(x, func(p uint32) bool { return slices.Contains(y, p) })
}

// otherPorts are container ports of protocols other than HTTP: publishing them goes round no router.
var otherPorts = map[uint32]bool{
	21: true, 22: true, 25: true, 53: true, 110: true, 123: true, 143: true, 389: true, 465: true, 514: true, 587: true,
	636: true, 853: true, 993: true,
	995: true, 1194: true, 1883: true, 2222: true, 3478: true, 5060: true, 5222: true, 5349: true, 8883: true,
	22000: true, 25565: true, 51820: true,
}

// guardedRoutes lists the routes by which a service is served to some only, or was meant to be.
func (s *analysis) guardedRoutes(m *exposure.Container) []*exposure.Route {
	var out []*exposure.Route
	for _, r := range s.g.RoutesOf(m) {
		if r.Live() && (r.Class == exposure.Allowlisted || r.Class == exposure.Authenticated ||
			r.Class == exposure.Closed) {
			out = append(out, r)
		}
	}
	return out
}

// rangeOf is how many of the first ports one item of the file stands for: "9200-9300:9200-9300" is one finding and not
// a hundred and one.
func rangeOf(ports []stack.Port) int {
	n := 1
	for n < len(ports) && ports[0].Location.Line > 0 && ports[n].Location == ports[0].Location &&
		ports[n].Protocol == ports[0].Protocol && ports[n].HostIP == ports[0].HostIP {
		n++
	}
	return n
}

func (s *analysis) named(m *exposure.Container) bool {
	return slices.Contains(s.model.Options.Public, m.Service.Name)
}

func (s *search) hostNetwork(m *exposure.Container) {
	if s.model.IsGateway(m.Service) || s.model.House(m.Service).NetworkMode != "host" {
		return
	}
	d := builder{m: m}
	d.title = fmt.Sprintf("%s listens on the machine's own addresses, past Traefik", m.Name())
	guarded := s.guardedRoutes(m)
	tool, why := toolSeverity(s.model.Tool(m.Service))
	switch {
	case s.model.IsStore(m.Service):
		d.severity, d.why = finding.Critical, []string{"a database or cache is open to the internet"}
	case why != "" && (len(guarded) == 0 || tool == finding.High):
		d.severity, d.why = tool, []string{why}
	case s.named(m):
		d.severity = finding.Info
	case len(guarded) > 0:
		d.severity, d.why = finding.High,
			[]string{fmt.Sprintf("router %s is guarded, and this access path is not", guarded[0].Router.Name)}
	case s.missed(m) != "":
		d.severity, d.why = finding.High,
			[]string{fmt.Sprintf("the allowlist %s shows that it was meant to be closed", s.missed(m))}
	default:
		d.severity, d.why = finding.Info, []string{"what it listens on is not known from here"}
	}
	switch {
	case s.model.IsStore(m.Service):
		d.fix = "Give it a network of its own instead: its users reach it there by its name."
	case s.g.Service == nil || len(s.g.RoutesOf(m)) == 0:
		d.fix = "Give it a network of its own instead, and publish the ports that are meant."
	}
	s.report(d)
}
