package check

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/traefik"
)

var exactPathGuard = Rule{
	Rule: finding.Rule{
		ID: "exact-path-guard", Severity: finding.Medium,
		Title: "Only the exact path is guarded",
		Description: "The guard stands on a router for Path(`/admin`), or for an expression that ends there, which " +
			"takes that one path. What lies below it goes to a broader router without the guard.",
		Remedy: "Write PathPrefix(`/admin`) in the rule of the guarded router.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).exactPaths,
}

var ruleTakesEveryHost = Rule{
	Rule: finding.Rule{
		ID: "rule-takes-every-host", Severity: finding.Medium,
		Title: "A part of the rule takes every host",
		Description: "In a rule && binds tighter than ||: `A && B || C` is `(A && B) || C`. The last part names no " +
			"host, so the router takes its paths for every host of the entry point.",
		Remedy: "Put the alternatives in parentheses: Host(`a.example.com`) && (PathPrefix(`/x`) || " +
			"PathPrefix(`/y`)).",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).everyHosts,
}

var v2RuleOnV3 = Rule{
	Rule: finding.Rule{
		ID: "v2-rule-on-v3", Severity: finding.Medium,
		Title: "A rule in the syntax of version 2",
		Description: "Version 3 reads this rule otherwise than it is meant: several values in one matcher and " +
			"matchers that are no more make it invalid, and {name:expression} is taken as it stands, which no " +
			"request ever matches.",
		Remedy: "Write the rule for version 3, or set `ruleSyntax` to v2 on the router while version 3 still " +
			"reads that.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).oldRules,
}

// everyHost tells of a rule with a part for all hosts beside parts for certain ones.
func (s *search) everyHost(r *exposure.Route) bool {
	if s.oldRuleOf(r) || !r.Live() || r.Class == exposure.Redirects {
		return false
	}
	part, ok := r.Rule.HostlessPart()
	if !ok || strings.Contains(part, "/.well-known/") {
		return false
	}
	d := builder{
		m:      s.g.About(r),
		router: r.Router.Name,
		place:  s.g.Place(r),
		effect: finding.EffectClosed,
	}
	d.title = fmt.Sprintf("%s takes requests for every host: the part %s of its rule names none", r.Router.Name, part)
	d.evidence = []string{"rule " + exposure.ShownRule(r.Router.Rule), "entry point " + r.EntryPoint}
	d.why = []string{"other services of the entry point lose these paths"}
	if r.Class.Open() {
		d.effect, d.why = finding.EffectOpen, []string{"it is served under every name that leads here"}
	}
	s.report(d)
	return true
}

// oldRule tells of a rule in the syntax of version 2 that version 3 does not understand, or understands as something
// else.
func (s *search) oldRule(r *exposure.Route) bool {
	if !s.oldRuleOf(r) {
		return false
	}
	m := s.g.About(r)
	if own := r.Owner(); own != nil {
		m = own
	}
	d := builder{
		m:        m,
		router:   r.Router.Name,
		place:    s.g.Place(r),
		evidence: traefik.OldSyntax(r.Router.Rule),
	}
	d.title = fmt.Sprintf("the rule of %s is written for version 2: version 3 does not serve it", r.Router.Name)
	if r.Served() {
		d.title = fmt.Sprintf(
			"the rule of %s is written for version 2: under version 3 it takes other requests than it seems to",
			r.Router.Name,
		)
	}
	if m != nil {
		s.explained[m] = true
	}
	s.report(d)
	return true
}

// oldRuleOf reports whether a route's rule is read as version 3's and written as version 2's.
func (s *analysis) oldRuleOf(r *exposure.Route) bool {
	if v := s.g.Version; v.Known() && v.Major < 3 || s.g.Assumed && !v.Known() || r.Router.DefaultRule {
		return false
	}
	syntax := r.Router.RuleSyntax
	if syntax == "" {
		syntax = s.g.Runtime.Static.DefaultRuleSyntax
	}
	return syntax != "v2" && len(traefik.OldSyntax(r.Router.Rule)) > 0
}

// exactPath tells of a guard on Path(`/admin`), or on an expression that ends there, while what lies below it goes to
// a broader router that has none.
func (s *search) exactPath(r *exposure.Route) bool {
	if !r.Guarded() || r.TCP || !s.g.Sure() {
		return false
	}
	for _, q := range r.Rule.ExactPaths(s.g.Version) {
		p, query, _ := strings.Cut(q.Path, "?")
		if exposure.Leaf.MatchString(p) {
			continue
		}
		below := q.Request
		below.Path = path.Join(p, "x")
		if query != "" {
			below.Path += "?" + query
		}
		o := s.taker(r, below)
		if o == nil || o == r || !o.Class.Open() ||
			!slices.ContainsFunc(o.Targets(),
				func(m *exposure.Container) bool { return slices.Contains(r.Targets(), m) }) {
			continue
		}
		d := builder{
			m:      s.g.About(r),
			router: r.Router.Name,
			place:  s.g.Place(r),
			key:    p,
			also:   r.Targets(),
		}
		d.title = fmt.Sprintf(
			"%s guards %s and nothing below it, which goes to %s, and that is open",
			r.Router.Name,
			p,
			o.Router.Name,
		)
		d.evidence = []string{"rule " + exposure.ShownRule(r.Router.Rule), r.Why}
		d.fix = fmt.Sprintf("Write PathPrefix(`%s`) for %s in its rule.", p, q.Matcher)
		s.report(d)
		return true
	}
	return false
}

// taker is the route that takes a request on the entry point of another one, asked for as that one is.
func (s *analysis) taker(r *exposure.Route, q traefik.Request) *exposure.Route {
	q.EntryPoint, q.Proto = r.EntryPoint, "http"
	if r.TLS != nil {
		q.Proto = "https"
	}
	if !q.From.IsValid() {
		q.From = netip.MustParseAddr("198.51.100.77")
	}
	name := s.g.Runtime.Simulate(q).Router
	i := slices.IndexFunc(s.g.Routes, func(o *exposure.Route) bool {
		return o.Name == name &&
			o.EntryPoint == r.EntryPoint
	})
	if name == "" || i < 0 {
		return nil
	}
	return s.g.Routes[i]
}

// onRouters runs a check on the routes, until it tells of a router.
func (s *search) onRouters(check func(*exposure.Route) bool) {
	told := map[string]bool{}
	for _, r := range s.g.Routes {
		if !told[r.Router.Name] && check(r) {
			told[r.Router.Name] = true
		}
	}
}

// ofUser reports whether a route's rule was written by somebody.
func ofUser(r *exposure.Route) bool { return !r.UDP && r.Router.Provider != "internal" }

func (s *search) exactPaths() { s.onRouters(s.exactPath) }

func (s *search) everyHosts() {
	s.onRouters(func(r *exposure.Route) bool { return ofUser(r) && s.everyHost(r) })
}

func (s *search) oldRules() {
	s.onRouters(func(r *exposure.Route) bool { return ofUser(r) && s.oldRule(r) })
}
