package check

import (
	"fmt"
	"slices"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// entryPoints tells of what is wrong with Traefik's entry points, where something hangs on them.
func (s *analysis) entryPoints() {
	if !s.g.Sure() {
		return
	}
	for _, r := range s.g.Routes {
		if r.EntryRedirect() {
			s.redirectPriority(r)
		}
	}
	s.plainOn443()
	told := map[*exposure.Container]bool{}
	routes := append([]*exposure.Route{}, s.g.Routes...)
	exposure.SortRoutes(routes, s.g.Before)
	for _, r := range routes {
		ep := r.Entry()
		if ep == nil || !ep.ProxyProtocol || len(r.Lists) == 0 || r.Class != exposure.Allowlisted {
			continue
		}
		why := "proxyProtocol.insecure"
		if !ep.ProxyInsecure {
			if !everybody(ep.ProxyTrusted) {
				continue
			}
			why = "proxyProtocol.trustedIPs holds everybody"
		}
		m := s.g.About(r)
		if told[m] {
			continue
		}
		told[m] = true
		d := builder{rule: ruleSpoofProxy, m: m, router: r.Router.Name, place: s.listPlace(r, &r.Lists[0]),
			also: r.Targets()}
		d.title = fmt.Sprintf("on %s any client can claim an address that %s lets in", r.EntryPoint, r.Router.Name)
		d.evidence = []string{"entry point " + r.EntryPoint + ": " + why, r.Why}
		s.add(d)
	}
}

// plainOn443 tells of routers that serve plain HTTP on the port for https.
func (s *analysis) plainOn443() {
	for _, r := range s.g.Routes {
		ep := r.Entry()
		if ep == nil || ep.Port() != 443 || r.TLS != nil || r.TCP || r.UDP || !r.Live() ||
			r.Router.Provider == "internal" || r.Router.Auto || len(r.Router.EntryPoints) == 0 &&
			len(s.g.Runtime.Static.EntryPoints) > 1 {
			continue
		}
		s.add(builder{
			rule: ruleNoTLS, m: s.g.About(r), router: r.Router.Name, place: s.g.Place(r),
			evidence: []string{"entry point " + r.EntryPoint},
			title:    fmt.Sprintf("%s serves plain HTTP on port 443", r.Router.Name),
		})
	}
}

func everybody(list []string) bool {
	rs, err := traefik.ParseRanges(list)
	return err == nil && exposure.Everyone(rs.Cover()) != ""
}

// redirectPriority tells of a redirection that comes after routers which serve strangers: once, of every service that
// it holds for.
func (s *analysis) redirectPriority(r *exposure.Route) {
	var first *exposure.Route
	var also []*exposure.Container
	for _, o := range s.g.Routes {
		if o.EntryPoint != r.EntryPoint || o.TLS != nil || o.TCP || o.Router.Provider == "internal" || !o.Live() ||
			!o.Class.Open() || o.Priority < r.Priority {
			continue
		}
		if first == nil {
			first = o
		}
		also = append(also, o.Targets()...)
	}
	if first == nil {
		return
	}
	m := s.g.About(first)
	d := builder{rule: ruleRedirectPrio, m: m, router: r.Router.Name, key: first.Router.Name, also: also}
	d.title = fmt.Sprintf("%s answers on %s before the redirection does", first.Router.Name, r.EntryPoint)
	d.evidence = []string{fmt.Sprintf("priority %d of the redirection, %d of %s", r.Priority, first.Priority,
		first.Router.Name)}
	if g := s.g.Service; g != nil {
		d.place = g.Location
	}
	if s.intent(first, m) == "" && !exposure.IsPanel(m.Service) && !exposure.IsStore(m.Service) {
		d.severity = finding.Medium
		d.why = []string{"the app is served without encryption"}
	}
	s.add(d)
}

// ways tells of the doors that lead past Traefik: published ports, the host's network, Docker's socket.
func (s *analysis) ways() {
	for _, m := range s.containers {
		if !s.model.IsGateway(m.Service) {
			s.ports(m)
			s.hostNetwork(m)
		}
		s.socket(m)
		s.publishedAPI(m)
	}
	if len(s.g.Containers) > 0 {
		s.endpoint()
	}
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

func (s *analysis) hostNetwork(m *exposure.Container) {
	if s.model.House(m.Service).NetworkMode != "host" {
		return
	}
	d := builder{rule: ruleHostNetwork, m: m}
	d.title = fmt.Sprintf("%s listens on the machine's own addresses, past Traefik", m.Name())
	guarded := s.guardedRoutes(m)
	switch {
	case exposure.IsStore(m.Service):
		d.severity, d.why = finding.Critical, []string{"a database or cache is open to the internet"}
	case exposure.IsPanel(m.Service):
		d.severity, d.why = finding.High, []string{toolOpen}
	case s.named(m):
		d.severity = finding.Info
	case len(guarded) > 0:
		d.severity, d.why = finding.High,
			[]string{fmt.Sprintf("router %s is guarded, and this way is not", guarded[0].Router.Name)}
	case s.missed(m) != "":
		d.severity, d.why = finding.High,
			[]string{fmt.Sprintf("the allowlist %s shows that it was meant to be closed", s.missed(m))}
	default:
		d.severity, d.why = finding.Info, []string{"what it listens on is not known from here"}
	}
	s.add(d)
}
