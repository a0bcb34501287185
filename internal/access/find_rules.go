package access

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/traefik"
)

// rules tells of routers whose rules take other requests than they seem to.
func (s *scene) rules() {
	told := map[string]bool{}
	for _, r := range s.g.routes {
		if r.UDP || r.Router.Provider == "internal" || told[r.Router.Name] {
			continue
		}
		if s.oldRule(r) || s.everyHost(r) {
			told[r.Router.Name] = true
		}
	}
	told = map[string]bool{}
	for _, r := range s.g.routes {
		if !told[r.Router.Name] && s.exactPath(r) {
			told[r.Router.Name] = true
		}
	}
}

// everyHost tells of a rule with a part for all hosts beside parts for certain ones.
func (s *scene) everyHost(r *route) bool {
	if !r.live() || r.class == redirects {
		return false
	}
	part, ok := r.Rule.HostlessPart()
	if !ok || strings.Contains(part, "/.well-known/") {
		return false
	}
	d := draft{
		rule:   ruleEveryHost,
		m:      s.about(r),
		router: r.Router.Name,
		place:  s.place(r),
		effect: finding.EffectClosed,
	}
	d.title = fmt.Sprintf("%s takes requests for every host: the part %s of its rule names none", r.Router.Name, part)
	d.evidence = []string{"rule " + shownRule(r.Router.Rule), "entry point " + r.EntryPoint}
	d.why = []string{"other services of the entry point lose these paths"}
	if r.class.open() {
		d.effect, d.why = finding.EffectOpen, []string{"it is served under every name that leads here"}
	}
	s.add(d)
	return true
}

// oldRule tells of a rule in the syntax of version 2 that version 3 does not understand, or understands as something
// else.
func (s *scene) oldRule(r *route) bool {
	if !s.oldRuleOf(r) {
		return false
	}
	m := s.about(r)
	if own := r.owner(); own != nil {
		m = own
	}
	d := draft{
		rule:     ruleV2Rule,
		m:        m,
		router:   r.Router.Name,
		place:    s.place(r),
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
func (s *scene) oldRuleOf(r *route) bool {
	if v := s.g.Version; v.Known() && v.Major < 3 || s.g.Assumed && !v.Known() || r.Router.DefaultRule {
		return false
	}
	syntax := r.Router.RuleSyntax
	if syntax == "" {
		syntax = s.g.Runtime.Static.DefaultRuleSyntax
	}
	return syntax != "v2" && len(traefik.OldSyntax(r.Router.Rule)) > 0
}

// leaf are paths below which an app has nothing, so that a guard of the exact path is a guard of all of it.
var leaf = lazyregexp.New(
	`(?i)\.[a-z0-9]{1,8}$|/(metrics|health|healthz|healthcheck|livez?|readyz?|ping|status|version|robots|favicon)/?$`,
)

// exactPath tells of a guard on Path(`/admin`) while what lies below it goes to a broader router that has none.
func (s *scene) exactPath(r *route) bool {
	if !r.guarded() || r.TCP || !s.sure() {
		return false
	}
	for _, q := range r.Rule.ExactPaths(s.g.Version) {
		p, query, _ := strings.Cut(q.Path, "?")
		if leaf.MatchString(p) {
			continue
		}
		below := q
		below.Path = path.Join(p, "x")
		if query != "" {
			below.Path += "?" + query
		}
		o := s.taker(r, below)
		if o == nil || o == r || !o.class.open() ||
			!slices.ContainsFunc(o.targets(), func(m *member) bool { return slices.Contains(r.targets(), m) }) {
			continue
		}
		d := draft{
			rule:   ruleExactPath,
			m:      s.about(r),
			router: r.Router.Name,
			place:  s.place(r),
			key:    p,
			also:   r.targets(),
		}
		d.title = fmt.Sprintf(
			"%s guards %s alone; what lies below goes to %s, which is open",
			r.Router.Name,
			p,
			o.Router.Name,
		)
		d.evidence = []string{"rule " + shownRule(r.Router.Rule), r.why}
		d.fix = fmt.Sprintf("Write PathPrefix(`%s`) for Path(`%s`) in its rule.", p, p)
		s.add(d)
		return true
	}
	return false
}

// taker is the route that takes a request on the entry point of another one, asked for as that one is.
func (s *scene) taker(r *route, q traefik.Request) *route {
	q.EntryPoint, q.Proto = r.EntryPoint, "http"
	if r.TLS != nil {
		q.Proto = "https"
	}
	if !q.From.IsValid() {
		q.From = netip.MustParseAddr("198.51.100.77")
	}
	name := s.g.Runtime.Simulate(q).Router
	i := slices.IndexFunc(s.g.routes, func(o *route) bool { return o.Name == name && o.EntryPoint == r.EntryPoint })
	if name == "" || i < 0 {
		return nil
	}
	return s.g.routes[i]
}

// hash is the beginning of a password's hash: $apr1$, $2y$ and their like, with dollars as written.
var hash = lazyregexp.New(`^[^:]+:(\$+)(?:apr1|2[abxy]?|1|5|6|argon2id?|y)(\$+)`)

// dollars tells of password hashes in labels whose dollar signs compose takes for variables.
func (s *scene) dollars(m *member) {
	if s.host.Live {
		return
	}
	for _, k := range sortedLabels(m) {
		l := m.labels[k]
		x := middlewareKey.FindStringSubmatch(k)
		if x == nil || !userField.MatchString(x[3]) {
			continue
		}
		if !slices.ContainsFunc(strings.Split(l.RawValue, ","), undoubled) {
			continue
		}
		s.add(draft{
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

func sortedLabels(m *member) []string {
	n := map[string]int{}
	for k := range m.labels {
		n[k] = 0
	}
	return sortedNames(n)
}
