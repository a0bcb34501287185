package check

import (
	"fmt"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
)

var redirectPriorityLowered = Rule{
	Rule: finding.Rule{
		ID: "redirect-priority-lowered", Severity: finding.High,
		Title: "The entry point's redirection comes after the routers",
		Description: "The redirection to https has a priority below that of the routers on its entry point, so they " +
			"answer over plain HTTP.",
		Remedy: "Remove the priority of the redirection.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).redirectPriority,
}

var routerWithoutTLS = Rule{
	Rule: finding.Rule{
		ID: "router-without-tls", Severity: finding.Info,
		Title: "A router on port 443 has no TLS",
		Description: "The router serves plain HTTP on the port for https: whoever asks by https gets nothing, and " +
			"what does arrive is not encrypted. Right only where a proxy in front does the encryption.",
		Remedy: "Set `tls` on the router, or on the entry point.",
	},
	Effect: finding.EffectWarn,
	Check:  (*search).plainOn443,
}

// plainOn443 tells of routers that serve plain HTTP on the port for https.
func (s *search) plainOn443() {
	if !s.g.Sure() {
		return
	}
	for _, r := range s.g.Routes {
		ep := r.Entry()
		if ep == nil || ep.Port() != 443 || r.TLS != nil || r.TCP || r.UDP || !r.Live() ||
			r.Router.Provider == "internal" || r.Router.Auto || len(r.Router.EntryPoints) == 0 &&
			len(s.g.Runtime.Static.EntryPoints) > 1 {
			continue
		}
		s.report(builder{
			m: s.g.About(r), router: r.Router.Name, place: s.g.Place(r),
			evidence: []string{"entry point " + r.EntryPoint},
			title:    fmt.Sprintf("%s serves plain HTTP on port 443", r.Router.Name),
		})
	}
}

// redirectPriority tells of redirections that come too late.
func (s *search) redirectPriority() {
	if !s.g.Sure() {
		return
	}
	for _, r := range s.g.Routes {
		if r.EntryRedirect() {
			s.lateRedirect(r)
		}
	}
}

// lateRedirect tells of a redirection that comes after routers which serve strangers: once, of every service that
// it holds for.
func (s *search) lateRedirect(r *exposure.Route) {
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
	d := builder{m: m, router: r.Router.Name, key: first.Router.Name, also: also}
	d.title = fmt.Sprintf("%s answers on %s before the redirection does", first.Router.Name, r.EntryPoint)
	d.evidence = []string{fmt.Sprintf("priority %d of the redirection, %d of %s", r.Priority, first.Priority,
		first.Router.Name)}
	if g := s.g.Service; g != nil {
		d.place = g.Location
	}
	power, _ := s.model.Tool(m.Service)
	if s.intent(first, m) == "" && power == exposure.NoTool && !s.model.IsStore(m.Service) {
		d.severity = finding.Medium
		d.why = []string{"the app is served without encryption"}
	}
	s.report(d)
}
