package access

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// entryPoints tells of what is wrong with Traefik's entry points, where something hangs on them.
func (s *scene) entryPoints() {
	if !s.sure() {
		return
	}
	for _, r := range s.g.routes {
		if r.entryRedirect() {
			s.redirectPriority(r)
		}
	}
	s.plainOn443()
	told := map[*member]bool{}
	routes := append([]*route{}, s.g.routes...)
	sortRoutes(routes, s.before)
	for _, r := range routes {
		ep := r.entry()
		if ep == nil || !ep.ProxyProtocol || len(r.lists) == 0 || r.class != allowlisted {
			continue
		}
		why := "proxyProtocol.insecure"
		if !ep.ProxyInsecure {
			if !everybody(ep.ProxyTrusted) {
				continue
			}
			why = "proxyProtocol.trustedIPs holds everybody"
		}
		m := s.about(r)
		if told[m] {
			continue
		}
		told[m] = true
		d := draft{rule: ruleSpoofProxy, m: m, router: r.Router.Name, place: s.listPlace(r, &r.lists[0]), also: r.targets()}
		d.title = fmt.Sprintf("on %s any client can claim an address that %s lets in", r.EntryPoint, r.Router.Name)
		d.evidence = []string{"entry point " + r.EntryPoint + ": " + why, r.why}
		s.add(d)
	}
}

// plainOn443 tells of routers that serve plain HTTP on the port for https.
func (s *scene) plainOn443() {
	for _, r := range s.g.routes {
		ep := r.entry()
		if ep == nil || ep.Port() != 443 || r.TLS != nil || r.TCP || r.UDP || !r.live() || r.Router.Provider == "internal" || r.Router.Auto || len(r.Router.EntryPoints) == 0 && len(s.g.Runtime.Static.EntryPoints) > 1 {
			continue
		}
		s.add(draft{
			rule: ruleNoTLS, m: s.about(r), router: r.Router.Name, place: s.place(r), evidence: []string{"entry point " + r.EntryPoint},
			title: fmt.Sprintf("%s serves plain HTTP on port 443", r.Router.Name),
		})
	}
}

func everybody(list []string) bool {
	rs, err := traefik.ParseRanges(list)
	return err == nil && everyone(rs.Cover()) != ""
}

// redirectPriority tells of a redirection that comes after routers which serve strangers: once, of every service that
// it holds for.
func (s *scene) redirectPriority(r *route) {
	var first *route
	var also []*member
	for _, o := range s.g.routes {
		if o.EntryPoint != r.EntryPoint || o.TLS != nil || o.TCP || o.Router.Provider == "internal" || !o.live() || !o.class.open() || o.Priority < r.Priority {
			continue
		}
		if first == nil {
			first = o
		}
		also = append(also, o.targets()...)
	}
	if first == nil {
		return
	}
	m := s.about(first)
	d := draft{rule: ruleRedirectPrio, m: m, router: r.Router.Name, key: first.Router.Name, also: also}
	d.title = fmt.Sprintf("%s answers on %s before the redirection does", first.Router.Name, r.EntryPoint)
	d.evidence = []string{fmt.Sprintf("priority %d of the redirection, %d of %s", r.Priority, first.Priority, first.Router.Name)}
	if g := s.g.Service; g != nil {
		d.place = g.Location
	}
	if s.intent(first, m) == "" && !isPanel(m.service) && !isStore(m.service) {
		d.severity = finding.Medium
		d.why = []string{"the app is served without encryption"}
	}
	s.add(d)
}

// ways tells of the doors that lead past Traefik: published ports, the host's network, Docker's socket.
func (c *checker) ways() {
	for _, g := range c.res.Gateways {
		s := c.scene(g)
		for i := range g.services {
			m := &g.services[i]
			if !c.isGateway(m.service) {
				s.ports(m)
				s.hostNetwork(m)
			}
			s.socket(m)
			s.publishedAPI(m)
		}
		s.endpoint()
	}
	// Services that no gateway sees have the same doors.
	if len(c.res.Gateways) == 1 && c.res.Gateways[0].Service == nil && len(c.res.Gateways[0].services) == 0 {
		g := c.res.Gateways[0]
		c.host.Services(func(st *stack.Stack, svc *stack.Service) {
			s := c.scene(g)
			m := &member{stack: st, service: svc, labels: map[string]*stack.Label{}}
			s.ports(m)
			s.hostNetwork(m)
			s.socket(m)
			s.publishedAPI(m)
		})
	}
}

// isGateway says whether a service is one of the Traefiks: their doors are their purpose.
func (c *checker) isGateway(svc *stack.Service) bool {
	return slices.ContainsFunc(c.res.Gateways, func(g *Gateway) bool { return g.Service == svc })
}

// guardedRoutes lists the routes by which a service is served to some only, or was meant to be.
func (s *scene) guardedRoutes(m *member) []*route {
	var out []*route
	for _, r := range s.routesOf(m) {
		if r.live() && (r.class == allowlisted || r.class == authenticated || r.class == closed) {
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

func (s *scene) named(m *member) bool { return slices.Contains(s.opts.Public, m.service.Name) }

// bindLocally is the edit that binds a published port to the loopback address, for the short form written on one line.
func bindLocally(p stack.Port) []finding.Edit {
	if p.HostIP != "" || p.Published == "" || p.Location.Line == 0 || p.Location.EndLine != p.Location.Line || p.Mode != "" {
		return nil
	}
	text := p.Published + ":" + strconv.FormatUint(uint64(p.Target), 10)
	if p.Protocol == "udp" {
		text += "/udp"
	}
	switch p.Location.EndColumn - p.Location.Column {
	case len(text):
		return []finding.Edit{{Location: p.Location, NewText: "127.0.0.1:" + text}}
	case len(text) + 2:
		return []finding.Edit{{Location: p.Location, NewText: `"127.0.0.1:` + text + `"`}}
	}
	return nil
}

func (s *scene) hostNetwork(m *member) {
	if s.house(m.service).NetworkMode != "host" {
		return
	}
	d := draft{rule: ruleHostNetwork, m: m}
	d.title = fmt.Sprintf("%s listens on the machine's own addresses, past Traefik", m.name())
	guarded := s.guardedRoutes(m)
	switch {
	case isStore(m.service):
		d.severity, d.why = finding.Critical, []string{"a database or cache is open to the internet"}
	case isPanel(m.service):
		d.severity, d.why = finding.High, []string{toolOpen}
	case s.named(m):
		d.severity = finding.Info
	case len(guarded) > 0:
		d.severity, d.why = finding.High, []string{fmt.Sprintf("router %s is guarded, and this way is not", guarded[0].Router.Name)}
	case s.missed(m) != "":
		d.severity, d.why = finding.High, []string{fmt.Sprintf("the allowlist %s shows that it was meant to be closed", s.missed(m))}
	default:
		d.severity, d.why = finding.Info, []string{"what it listens on is not known from here"}
	}
	s.add(d)
}
