package access

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/traefik"
)

// ruleTable is Rules by id.
var ruleTable = sync.OnceValue(func() map[string]finding.Rule {
	m := map[string]finding.Rule{}
	for _, r := range Rules() {
		m[r.ID] = r
	}
	return m
})

// draft is a finding being written.
type draft struct {
	rule     string
	m        *member // service that it is about; nil for Traefik's own files
	router   string
	severity finding.Severity // "" takes the rule's
	effect   finding.Effect   // "" takes the rule's
	place    finding.Location
	title    string
	why      []string
	evidence []string
	flow     []finding.Step
	fix      string
	edits    []finding.Edit
	key      string // more of what tells it from others of the same rule, service and router
	also     []*member
}

func (c *checker) add(d draft) {
	meta := ruleTable()[d.rule]
	f := finding.Finding{Router: d.router}
	f.Gate, f.Rule, f.Title, f.Severity, f.Effect = finding.GateAccess, d.rule, d.title, d.severity, d.effect
	f.CWE, f.OWASP, f.Location = meta.CWE, meta.OWASP, d.place
	if f.Severity == "" {
		f.Severity = meta.Severity
	}
	if f.Effect == "" {
		f.Effect = effectOf(d.rule)
	}
	stackName := ""
	if d.m != nil {
		f.Service, stackName = d.m.service.Name, d.m.stack.Name
		f.Services = []string{c.ref(stackName, f.Service)}
		if f.Location.Path == "" {
			f.Location = d.m.service.Location
		}
	}
	for _, o := range d.also {
		if o == nil {
			continue
		}
		if ref := c.ref(o.stack.Name, o.service.Name); !slices.Contains(f.Services, ref) {
			f.Services = append(f.Services, ref)
		}
	}
	if d.router != "" {
		f.Evidence = append(f.Evidence, "router "+d.router)
	}
	f.Evidence = append(f.Evidence, d.evidence...)
	f.Why, f.Flow = d.why, d.flow
	f.Confidence = finding.ConfidenceHigh
	if g := c.seenBy(d.m); g != nil && g.Unverified {
		f.Confidence = finding.ConfidenceMedium
		f.Evidence = append(f.Evidence, fmt.Sprintf("unverified: no real Traefik %s was compared with", g.Version))
	}
	f.Fix = finding.Fix{Text: d.fix, Edits: d.edits}
	if f.Fix.Text == "" {
		f.Fix.Text = d.remedy(meta.Remedy)
	}
	f.ID = finding.Fingerprint(finding.GateAccess, d.rule, stackName, f.Service, d.router, d.key)
	c.res.Findings = append(c.res.Findings, f)
}

// seenBy is the Traefik that sees a service.
func (c *checker) seenBy(m *member) *Gateway {
	if m == nil {
		return nil
	}
	for _, g := range c.res.Gateways {
		for i := range g.services {
			if g.services[i].service == m.service {
				return g
			}
		}
	}
	return nil
}

// findings looks for the defects of everything that one Traefik serves.
func (c *checker) findings(g *Gateway) {
	s := c.scene(g)
	s.labels()
	s.faults()
	s.rules()
	s.lists()
	s.entryPoints()
	s.doors()
	s.unused()
}

// scene is the state of one gateway's findings.
type scene struct {
	*checker
	g         *Gateway
	explained map[*member]bool     // services of which a finding tells why an allowlist of theirs is not used
	openBy    map[*member][]*route // routes by which strangers reach a service
	missing   map[*member]string   // what missed found
	refused   map[*member]error    // what addRefused found
}

func (c *checker) scene(g *Gateway) *scene {
	s := &scene{checker: c, g: g, explained: map[*member]bool{}, openBy: map[*member][]*route{}, missing: map[*member]string{}, refused: map[*member]error{}}
	s.openRoutes()
	return s
}

func (s *scene) openRoutes() {
	for _, r := range s.g.routes {
		if !r.live() || !r.class.open() {
			continue
		}
		for _, m := range r.targets() {
			s.openBy[m] = append(s.openBy[m], r)
		}
	}
}

// open says whether strangers reach a service of the user's.
func (s *scene) open(m *member) bool { return len(s.openBy[m]) > 0 }

// sure says whether what Traefik adds is known, so that an open door can be called one.
func (s *scene) sure() bool { return !s.g.Assumed }

// place is where a router is declared: its rule, else its first label, else its file.
func (s *scene) place(r *route) finding.Location {
	return s.originPlace(r.Router.Origin, ".rule")
}

// originPlace finds the label among an origin's that ends as wanted, else the first one.
func (s *scene) originPlace(o traefik.Origin, suffixes ...string) finding.Location {
	if o.File != "" {
		return finding.Location{Path: o.File, Line: o.Line}
	}
	if o.Container < 0 || o.Container >= len(s.g.services) {
		if s.g.Service != nil {
			return s.g.Service.Location
		}
		return finding.Location{}
	}
	m := &s.g.services[o.Container]
	for _, suffix := range suffixes {
		for _, k := range o.Keys {
			if strings.HasSuffix(strings.ToLower(k), suffix) {
				return m.label(k).Location
			}
		}
	}
	if len(o.Keys) > 0 {
		if l := m.label(o.Keys[0]); l != nil {
			return l.Location
		}
	}
	return m.service.Location
}

// keyPlace is the place of one label.
func (m *member) keyPlace(key string) finding.Location {
	if l := m.label(key); l != nil {
		return l.Location
	}
	return m.service.Location
}

// about is the service that a route's finding is told of: what it leads to, else who declares it.
func (s *scene) about(r *route) *member {
	if own := r.owner(); own != nil {
		ts := r.targets()
		if len(ts) == 0 || slices.Contains(ts, own) {
			return own
		}
		return ts[0]
	}
	if ts := r.targets(); len(ts) > 0 {
		return ts[0]
	}
	return s.gatewayMember()
}

// gatewayMember is Traefik's own service.
func (s *scene) gatewayMember() *member {
	for i := range s.g.services {
		if s.g.services[i].service == s.g.Service {
			return &s.g.services[i]
		}
	}
	return nil
}

// declaredPublic says whether drydock.yaml calls a router, or its service, public.
func (s *scene) declaredPublic(r *route, m *member) bool {
	name, _, _ := strings.Cut(r.Router.Name, "@")
	for _, p := range s.opts.Public {
		if strings.EqualFold(p, r.Router.Name) || strings.EqualFold(p, name) || m != nil && p == m.service.Name {
			return true
		}
	}
	return false
}

// routesOf lists the routes that lead to a service.
func (s *scene) routesOf(m *member) []*route { return s.g.leading[m] }

// using lists the routes whose chain holds a middleware, those that serve a backend first, by TLS and name.
func (s *scene) using(mw *traefik.Middleware) []*route {
	var out []*route
	for _, r := range s.g.routes {
		if slices.Contains(r.Chain, mw) {
			out = append(out, r)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return s.before(out[i], out[j]) })
	return out
}

// before prefers the route that people think of: one that serves, over TLS.
func (s *scene) before(a, b *route) bool {
	if x, y := a.class == redirects, b.class == redirects; x != y {
		return y
	}
	if x, y := a.TLS != nil, b.TLS != nil; x != y {
		return x
	}
	return a.Name < b.Name
}

func quote(s string) string { return fmt.Sprintf("%q", s) }
