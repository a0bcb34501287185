package check

import (
	"fmt"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
)

var dashboardInsecure = Rule{
	Rule: finding.Rule{
		ID: "dashboard-insecure", Severity: finding.High,
		Title: "Traefik's API answers anybody",
		Description: "With `api.insecure` the API and dashboard are served on a port of their own, without any " +
			"login, and that port is published.",
		Remedy: "Remove `api.insecure`, and serve the dashboard by a router with a login or an allowlist.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).insecureAPI,
}

var dashboardUnprotected = Rule{
	Rule: finding.Rule{
		ID: "dashboard-unprotected", Severity: finding.High,
		Title: "Traefik's dashboard is served to everybody",
		Description: "The router to api@internal has neither a login nor an allowlist. The dashboard tells every " +
			"host, service and middleware.",
		Remedy: "Attach a login or an allowlist to the router.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).dashboards,
}

// insecureAPI tells of Traefik's API on a port of its own.
func (s *search) insecureAPI() {
	if !s.g.Sure() {
		return
	}
	for _, r := range s.g.Routes {
		if r.Router.Provider == "internal" {
			s.insecure(r)
		}
	}
}

// dashboards tells of routers to Traefik's own API that are open.
func (s *search) dashboards() {
	if !s.g.Sure() {
		return
	}
	for _, r := range s.g.Routes {
		if r.Router.Provider != "internal" && r.Live() && r.Class.Open() && len(r.Lists) == 0 && r.Internal() {
			s.dashboard(r)
		}
	}
}

// insecure tells of Traefik's insecure API.
func (s *search) insecure(r *exposure.Route) {
	if r.Service != "api@internal" || !r.Served() || r.Router.Name != "api@internal" {
		return
	}
	if !r.Class.Open() {
		return
	}
	d := builder{m: s.g.Self(), router: r.Router.Name}
	ep := r.Entry()
	d.title = fmt.Sprintf("Traefik's API and dashboard answer everybody on port %d", ep.Port())
	d.evidence = []string{"api.insecure is set", "entry point " + r.EntryPoint}
	if g := s.g.Service; g != nil {
		for _, p := range g.Ports {
			if int(p.Target) == ep.Port() {
				d.place = p.Location
			}
		}
		if len(g.Ports) == 0 && g.NetworkMode != "host" {
			d.severity = finding.Info
			d.why = []string{"no port of Traefik's is published here"}
		}
	}
	s.report(d)
}

// dashboard tells of a router to Traefik's own API without a guard.
func (s *search) dashboard(r *exposure.Route) {
	switch r.Service {
	case "api@internal", "dashboard@internal", "rest@internal":
	default:
		return
	}
	m := r.Owner()
	if m == nil {
		m = s.g.Self()
	}
	s.report(builder{
		m: m, router: r.Router.Name, place: s.g.Place(r), evidence: s.pathEvidence(r),
		title: fmt.Sprintf("%s serves Traefik's dashboard to everybody", r.Router.Name),
	})
}
