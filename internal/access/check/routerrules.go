package check

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/traefik"
)

// rules tells of routers whose rules take other requests than they seem to.
func (s *analysis) rules() {
	told := map[string]bool{}
	for _, r := range s.g.Routes {
		if r.UDP || r.Router.Provider == "internal" || told[r.Router.Name] {
			continue
		}
		if s.oldRule(r) || s.everyHost(r) {
			told[r.Router.Name] = true
		}
	}
	told = map[string]bool{}
	for _, r := range s.g.Routes {
		if !told[r.Router.Name] && s.exactPath(r) {
			told[r.Router.Name] = true
		}
	}
}

// everyHost tells of a rule with a part for all hosts beside parts for certain ones.
func (s *analysis) everyHost(r *exposure.Route) bool {
	if !r.Live() || r.Class == exposure.Redirects {
		return false
	}
	part, ok := r.Rule.HostlessPart()
	if !ok || strings.Contains(part, "/.well-known/") {
		return false
	}
	d := builder{
		rule:   ruleEveryHost,
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
	s.add(d)
	return true
}

// oldRule tells of a rule in the syntax of version 2 that version 3 does not understand, or understands as something
// else.
func (s *analysis) oldRule(r *exposure.Route) bool {
	if !s.oldRuleOf(r) {
		return false
	}
	m := s.g.About(r)
	if own := r.Owner(); own != nil {
		m = own
	}
	d := builder{
		rule:     ruleV2Rule,
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
	s.add(d)
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

// exactPath tells of a guard on Path(`/admin`) while what lies below it goes to a broader router that has none.
func (s *analysis) exactPath(r *exposure.Route) bool {
	if !r.Guarded() || r.TCP || !s.g.Sure() {
		return false
	}
	for _, q := range r.Rule.ExactPaths(s.g.Version) {
		p, query, _ := strings.Cut(q.Path, "?")
		if exposure.Leaf.MatchString(p) {
			continue
		}
		below := q
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
			rule:   ruleExactPath,
			m:      s.g.About(r),
			router: r.Router.Name,
			place:  s.g.Place(r),
			key:    p,
			also:   r.Targets(),
		}
		d.title = fmt.Sprintf(
			"%s guards %s alone; what lies below goes to %s, which is open",
			r.Router.Name,
			p,
			o.Router.Name,
		)
		d.evidence = []string{"rule " + exposure.ShownRule(r.Router.Rule), r.Why}
		d.fix = fmt.Sprintf("Write PathPrefix(`%s`) for Path(`%s`) in its rule.", p, p)
		s.add(d)
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

// hash is the beginning of a password's hash: $apr1$, $2y$ and their like, with dollars as written.
var hash = lazyregexp.New(`^[^:]+:(\$+)(?:apr1|2[abxy]?|1|5|6|argon2id?|y)(\$+)`)

// dollars tells of password hashes in labels whose dollar signs compose takes for variables.
func (s *analysis) dollars(m *exposure.Container) {
	if s.model.Host.Live {
		return
	}
	for _, k := range sortedLabels(m) {
		l := m.Labels[k]
		x := middlewareKey.FindStringSubmatch(k)
		if x == nil || !userField.MatchString(x[3]) {
			continue
		}
		if !slices.ContainsFunc(strings.Split(l.RawValue, ","), undoubled) {
			continue
		}
		s.add(builder{
			rule: ruleDollar, m: m, router: s.routerOf(m, k), place: l.Location, key: k,
			title: fmt.Sprintf("compose takes the dollar signs of %s for variables: nobody can log in", l.Key),
			fix:   "Double every dollar sign of the hash, or keep the users in a file (`usersfile`).",
		})
	}
}

var userField = lazyregexp.New(`(?i)^(?:basicauth|digestauth)\.users$`)

// undoubled reports whether one user's hash has a dollar sign that compose takes for the beginning of a variable.
func undoubled(user string) bool {
	user = strings.Trim(strings.TrimSpace(user), `"'`)
	if !hash.MatchString(user) {
		return false
	}
	return strings.Contains(strings.ReplaceAll(user, "$$", ""), "$")
}

func sortedLabels(m *exposure.Container) []string {
	n := map[string]int{}
	for k := range m.Labels {
		n[k] = 0
	}
	return exposure.SortedNames(n)
}
