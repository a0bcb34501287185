package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// doors tells of every route by which strangers reach a backend. The rule says in which way it came to be open.
func (s *scene) doors() {
	if !s.sure() {
		return
	}
	told := map[string]bool{}
	for _, r := range s.g.routes {
		if r.Router.Provider == "internal" {
			s.internalDoor(r)
			continue
		}
		if !r.live() || !r.class.open() || s.byList(r) {
			continue
		}
		if r.Internal() {
			s.dashboard(r)
			continue
		}
		for _, m := range r.targets() {
			rule, sev, why := s.judgeDoor(r, m)
			key := rule + r.Router.Name + m.stack.Name + "/" + m.service.Name
			if told[key] {
				continue
			}
			told[key] = true
			d := draft{rule: rule, m: m, router: r.Router.Name, severity: sev, place: s.place(r), why: why, also: []*member{r.owner()}}
			d.title = s.doorTitle(rule, r, m)
			d.evidence = s.doorEvidence(r)
			switch {
			case rule == ruleSibling && s.guardWord(r, m) == "login":
				d.fix = "Give this router the login as well. If it is public on purpose, list it under `public` in drydock.yaml."
			case m.outside:
				d.fix = "Name an allowlist or a login in the router's `middlewares`. If it is public on purpose, list the router under `public` in drydock.yaml."
			case rule == ruleUnprotected || rule == ruleSibling:
				d.fix = s.addFix(r, m)
			}
			if sev != finding.Info {
				d.edits = s.doorEdits(rule, r, m)
			}
			s.add(d)
		}
	}
}

// doorEdits is what closes an open door, where that can be done in place.
func (s *scene) doorEdits(rule string, r *route, m *member) []finding.Edit {
	switch rule {
	case ruleUnprotected:
		return s.attachEdits(m)
	case ruleSibling:
		return s.siblingEdits(r, s.guardOf(r, m), m)
	}
	return nil
}

// byList says whether the route is open because of what its allowlists hold, which is told by a finding of its own.
func (s *scene) byList(r *route) bool { return len(r.lists) > 0 }

func (s *scene) doorTitle(rule string, r *route, m *member) string {
	where := "everybody"
	switch rule {
	case rulePlainHTTP:
		return fmt.Sprintf("%s serves %s over plain HTTP to %s", r.Router.Name, m.name(), where)
	case ruleSibling:
		return fmt.Sprintf("%s serves %s to %s, past the %s of another router", r.Router.Name, m.name(), where, s.guardWord(r, m))
	case ruleOtherRouter:
		return fmt.Sprintf("%s of service %s serves %s to %s", r.Router.Name, r.owner().name(), m.name(), where)
	case ruleDefaultRouter:
		return fmt.Sprintf("%s has no router of its own; Traefik's default one serves it to %s", m.name(), where)
	case ruleExposed:
		return fmt.Sprintf("%s is served to %s because nothing says otherwise", m.name(), where)
	case ruleAllEntries:
		return fmt.Sprintf("%s names no entry point and is open on %s", r.Router.Name, r.EntryPoint)
	case ruleTCPCatchAll:
		return fmt.Sprintf("TCP router %s takes all plain traffic of %s before any HTTP router", r.Router.Name, r.EntryPoint)
	}
	return fmt.Sprintf("%s serves %s to %s", r.Router.Name, m.name(), where)
}

// guardWord is what the router beside an open one has.
func (s *scene) guardWord(r *route, m *member) string {
	guard := s.guardOf(r, m)
	if guard == nil {
		guard = s.loginBeside(r, m)
	}
	if guard != nil && guard.class == authenticated {
		return "login"
	}
	return "allowlist"
}

func (s *scene) doorEvidence(r *route) []string {
	out := []string{"entry point " + r.EntryPoint}
	if r.Router.Rule != "" {
		out = append(out, "rule "+shownRule(r.Router.Rule))
	}
	if len(r.Middlewares) > 0 {
		out = append(out, "middlewares "+strings.Join(r.Middlewares, ", ")+": none of them limits who may enter")
	} else {
		out = append(out, "no middlewares")
	}
	if r.Router.Origin.Container == traefik.NoContainer && r.Router.Origin.File != "" {
		out = append(out, "declared in "+r.Router.Origin.File)
	}
	return out
}

// judgeDoor says by which rule an open route is told, how bad it is, and why.
func (s *scene) judgeDoor(r *route, m *member) (string, finding.Severity, []string) {
	sev, why := s.doorSeverity(r, m)
	switch {
	case r.TCP && r.TLS == nil && r.Rule.CatchAll() && !isStore(m.service) && s.shadowsHTTP(r):
		return ruleTCPCatchAll, s.atLeastHigh(r, m, sev), why
	case r.Router.Auto && m.service == s.g.Service:
		why := []string{"it is Traefik itself, which leads nowhere but back to its own entry points"}
		if s.speaks(m) {
			return ruleDefaultRouter, finding.Info, why
		}
		return ruleExposed, finding.Low, why
	case r.Router.Auto && !s.speaks(m):
		return ruleExposed, s.atLeastHigh(r, m, sev), why
	case r.Router.Auto:
		return ruleDefaultRouter, sev, why
	}
	if own := r.owner(); own != nil && own != m && !s.spaces.together(own, m) {
		return ruleOtherRouter, s.atLeastHigh(r, m, sev), why
	}
	guard := s.guardOf(r, m)
	switch {
	case r.harmless() && (guard == nil || guard.class == authenticated):
		return ruleUnprotected, sev, why
	case guard == nil:
		if login := s.loginBeside(r, m); login != nil {
			return ruleSibling, s.atLeast(finding.Medium, r, m, sev), besideLogin(login)
		}
		return ruleUnprotected, sev, why
	case guard.Router == r.Router && len(r.Router.EntryPoints) == 0:
		return ruleAllEntries, s.atLeastHigh(r, m, sev), why
	case r.TLS == nil && guard.TLS != nil:
		return rulePlainHTTP, s.atLeastHigh(r, m, sev), why
	case guard.EntryPoint == r.EntryPoint && guard.Rule != nil && r.Rule.Implies(guard.Rule):
		if guard.class == authenticated {
			// A part without a login, such as /webhook, may be meant: `public` in drydock.yaml says so.
			return ruleSibling, s.atLeast(finding.Medium, r, m, sev), besideLogin(guard)
		}
		return ruleSibling, s.atLeastHigh(r, m, sev), why
	case guard.class == authenticated:
		return ruleSibling, s.atLeast(finding.Medium, r, m, sev), besideLogin(guard)
	}
	return ruleUnprotected, sev, why
}

// harmless reports whether a router takes nothing but single paths that say nothing of anybody: a health check, an
// icon, the challenges of a certificate. It is often left out of a login.
func (r *route) harmless() bool {
	return !r.TCP && !r.UDP && r.Rule.OnlyPaths(func(p string, exact bool) bool {
		return strings.HasPrefix(p, "/.well-known/") || exact && leaf.MatchString(p)
	})
}

func besideLogin(guard *route) []string {
	return []string{fmt.Sprintf("router %s serves the same backend behind a login (%s); list this one under `public` in drydock.yaml if it is meant",
		guard.Router.Name, guard.auth)}
}

// loginBeside is a router with a login that serves the same port of a service, and not only a part of what r serves.
func (s *scene) loginBeside(r *route, m *member) *route {
	for _, o := range s.routesOf(m) {
		if o.Router == r.Router || !o.live() || o.class != authenticated || o.auth == "" || o.TCP != r.TCP || o.UDP != r.UDP {
			continue
		}
		if !s.samePort(o, r) {
			continue // another port of the container: another app
		}
		if o.Rule != nil && r.Rule != nil && o.Rule.Implies(r.Rule) && !r.Rule.Implies(o.Rule) {
			continue // the login is for a part of it only, such as /admin
		}
		return o
	}
	return nil
}

// atLeastHigh raises what is only info for want of an intent: the kind of door shows that nobody meant it. What is
// declared public stays info.
func (s *scene) atLeastHigh(r *route, m *member, sev finding.Severity) finding.Severity {
	return s.atLeast(finding.High, r, m, sev)
}

func (s *scene) atLeast(least finding.Severity, r *route, m *member, sev finding.Severity) finding.Severity {
	if sev.Rank() >= least.Rank() || s.declaredPublic(r, m) {
		return sev
	}
	return least
}

// speaks says whether a service has any label for Traefik.
func (s *scene) speaks(m *member) bool {
	for k := range m.labels {
		if strings.HasPrefix(strings.ToLower(k), "traefik.") {
			return true
		}
	}
	return false
}

func (s *scene) shadowsHTTP(r *route) bool {
	ep := r.entry()
	web := ep != nil && (ep.Port() == 80 || ep.Port() == 443)
	return slices.ContainsFunc(s.g.routes, func(o *route) bool {
		// A router that names no entry point stands on this one only because it stands on all of them.
		return o.shadow == r && !o.TCP && o.Router.Provider != "internal" && (web || len(o.Router.EntryPoints) > 0)
	})
}

// guarded says whether a route keeps strangers from its backend by an allowlist or a login.
func (r *route) guarded() bool {
	return r.live() && (r.class == allowlisted || r.class == authenticated || r.class == closed && r.nobody != "")
}

// guardOf is a guarded route to the same backend that covers what r serves: the one whose guard r misses.
func (s *scene) guardOf(r *route, m *member) *route {
	var best *route
	for _, o := range s.routesOf(m) {
		if o == r || !o.guarded() || o.Service != r.Service && o.TCP == r.TCP {
			continue
		}
		switch {
		case o.Router == r.Router:
			return o
		case r.Rule != nil && o.Rule != nil && r.Rule.Implies(o.Rule):
			if best == nil || o.EntryPoint == r.EntryPoint {
				best = o
			}
		}
	}
	return best
}

// doorSeverity says how bad an open door is by what stands behind it and what its owner meant.
func (s *scene) doorSeverity(r *route, m *member) (finding.Severity, []string) {
	switch {
	case isStore(m.service) && (r.TCP || r.UDP):
		return finding.Critical, []string{"a database or cache is open to the internet"}
	case s.declaredPublic(r, m):
		return finding.Info, []string{"drydock.yaml calls it public"}
	case isStore(m.service):
		return finding.High, []string{"a database or cache is open to the internet"}
	case s.panelBehind(r, m):
		return finding.High, []string{toolOpen}
	}
	if why := s.intent(r, m); why != "" {
		return finding.High, []string{why}
	}
	return finding.Info, []string{"nothing shows that it was meant to be closed; list it under `public` in drydock.yaml if it is public on purpose"}
}

// panelBehind reports whether a route leads to a port on which a service administers something.
func (s *scene) panelBehind(r *route, m *member) bool {
	ports := r.portsBehind()
	if len(ports) == 0 {
		return isPanel(m.service)
	}
	return slices.ContainsFunc(ports, func(p uint32) bool { return administers(m.service, p) })
}

// intent says what shows that a service was meant to be closed and that r misses it; "" if nothing does.
func (s *scene) intent(r *route, m *member) string {
	var guards []*route
	for _, o := range s.routesOf(m) {
		if o != r && o.live() && o.class == allowlisted {
			guards = append(guards, o)
		}
	}
	if name := s.missed(m); name != "" {
		return fmt.Sprintf("the allowlist %s shows that it was meant to be closed, and decides nothing", name)
	}
	for _, o := range guards {
		if o.Service != r.Service && !o.TCP {
			continue // another port of the container: another app
		}
		if r.Rule != nil && o.Rule != nil && o.Rule.Implies(r.Rule) && !r.Rule.Implies(o.Rule) {
			continue // the guard is for a part of it only, such as /admin
		}
		return fmt.Sprintf("router %s of the same service has the allowlist that this one misses", o.Router.Name)
	}
	for _, g := range s.res.Gateways {
		if g != s.g && slices.ContainsFunc(g.routesTo(m.service), func(o *route) bool { return o.live() && o.class == allowlisted && r.Rule.Implies(o.Rule) }) {
			return fmt.Sprintf("another Traefik, %s, guards it by an allowlist", g.name())
		}
	}
	for _, o := range s.g.routes {
		if o == r || !o.live() || o.class != allowlisted || o.TCP != r.TCP || o.EntryPoint != r.EntryPoint {
			continue
		}
		if r.Rule != nil && o.Rule != nil && r.Rule.Text != o.Rule.Text && r.Rule.Implies(o.Rule) {
			return fmt.Sprintf("it serves a part of the host that router %s guards by an allowlist", o.Router.Name)
		}
	}
	if ep := r.entry(); ep != nil {
		if name := s.missedEntryList(); name != "" {
			return fmt.Sprintf("the allowlist %s stands on an entry point that only redirects", name)
		}
	}
	return ""
}

// routesTo lists the routes that lead to a service, of whichever gateway.
func (g *Gateway) routesTo(svc *stack.Service) []*route {
	for i := range g.services {
		if g.services[i].service == svc {
			return g.leading[&g.services[i]]
		}
	}
	return nil
}

// name is that of Traefik's service, with its stack.
func (g *Gateway) name() string {
	if g.Service == nil {
		return ""
	}
	return g.Stack.Name + "/" + g.Service.Name
}

// missed is an allowlist that a service defines, or names on one of its routers, and that keeps nobody from any
// backend.
func (s *scene) missed(m *member) string {
	if name, ok := s.missing[m]; ok {
		return name
	}
	name := s.findMissed(m)
	s.missing[m] = name
	return name
}

func (s *scene) findMissed(m *member) string {
	for _, name := range s.allowlistsOf(m) {
		if !s.works(name) {
			return name
		}
	}
	if name := s.misnamed(m); name != "" {
		return name
	}
	for k := range m.labels {
		l := strings.ToLower(k)
		if strings.Contains(l, "whitelist.sourcerange") && !strings.HasPrefix(l, "traefik.http.") && !strings.HasPrefix(l, "traefik.tcp.") ||
			strings.Contains(l, "allowlist.sourcerange") && !strings.HasPrefix(l, "traefik.http.") && !strings.HasPrefix(l, "traefik.tcp.") {
			return quote(k)
		}
	}
	return s.missedDeploy(m)
}

// attach is a label that puts middlewares before a router, or was meant to: with an index, or in a namespace that
// nobody reads.
var attach = lazyregexp.New(`(?i)\.routers\.[^.]+\.middlewares(?:\[[^\]]*\]|\.[^.]+)?$`)

// misnamed is an allowlist that a label of the service's attaches to a router, and that is before none of its
// backend's doors.
func (s *scene) misnamed(m *member) string {
	for i := range m.service.Labels {
		l := &m.service.Labels[i]
		if !attach.MatchString(l.Key) {
			continue
		}
		for _, name := range splitNames(l.Value) {
			held := s.listOf(name)
			if held != "" && !slices.ContainsFunc(s.routesOf(m), func(r *route) bool { return r.live() && r.guardedBy(held) }) {
				return held
			}
		}
	}
	return ""
}

// listOf is the allowlist that a middleware of the docker provider's is or holds, "" if none.
func (s *scene) listOf(name string) string {
	seen := map[string]bool{}
	var visit func(string) string
	visit = func(name string) string {
		name = s.labelled(name)
		w := s.g.Runtime.Middlewares[name]
		if w == nil || seen[name] {
			return ""
		}
		seen[name] = true
		if w.AllowList != nil {
			return name
		}
		for _, c := range w.Chain {
			if !strings.Contains(c, "@") {
				c += "@" + w.Provider
			}
			if list := visit(c); list != "" {
				return list
			}
		}
		return ""
	}
	return visit(name)
}

// guardedBy says whether an allowlist decides on the route.
func (r *route) guardedBy(name string) bool {
	return slices.ContainsFunc(r.lists, func(l list) bool { return l.mw != nil && l.mw.Name == name })
}

func splitNames(s string) []string {
	var out []string
	for _, n := range strings.Split(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

func (s *scene) missedDeploy(m *member) string {
	for _, l := range m.service.DeployLabels {
		k := strings.ToLower(l.Key)
		if strings.HasPrefix(k, "traefik.") && (strings.Contains(k, "allowlist.sourcerange") || strings.Contains(k, "whitelist.sourcerange")) &&
			!s.g.Runtime.Static.ReadsServices() {
			return quote(l.Key)
		}
	}
	return ""
}

// allowlistsOf names the allowlists that a service's labels define or whose routers name them.
func (s *scene) allowlistsOf(m *member) []string {
	seen := map[string]bool{}
	for _, all := range []map[string]*traefik.Middleware{s.g.Runtime.Middlewares, s.g.Runtime.TCPMiddlewares} {
		for name, w := range all {
			if w.AllowList != nil && w.Origin.Container >= 0 && &s.g.services[w.Origin.Container] == m {
				seen[name] = true
			}
		}
	}
	for _, r := range s.g.routes {
		if r.owner() != m || r.Router.Auto {
			continue
		}
		for _, w := range r.Chain {
			if w.AllowList != nil {
				seen[w.Name] = true
			}
		}
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// works says whether an allowlist keeps strangers from a backend anywhere. On a router made up by a slip of the pen it
// does not: nobody asks for that one.
func (s *scene) works(name string) bool {
	for _, r := range s.g.routes {
		if !r.live() || r.class != allowlisted && r.class != closed || s.phantom(r) {
			continue
		}
		for i := range r.lists {
			if l := &r.lists[i]; l.mw != nil && l.mw.Name == name && l.effective() {
				return true
			}
		}
	}
	return false
}

// missedEntryList is an allowlist among the middlewares of an entry point that only redirects, if it works nowhere
// else.
func (s *scene) missedEntryList() string {
	for _, r := range s.g.routes {
		if !r.entryRedirect() {
			continue
		}
		for i := range r.past {
			if m := r.past[i].mw; m != nil && !s.works(m.Name) {
				return m.Name
			}
		}
	}
	return ""
}

// phantom says whether a router exists only because a label names it: it has no rule of its own, while its container
// has routers that have.
func (s *scene) phantom(r *route) bool {
	if !r.Router.DefaultRule || r.Router.Auto || r.TCP {
		return false
	}
	own := r.owner()
	return slices.ContainsFunc(s.g.routes, func(o *route) bool {
		return o.owner() == own && o.Router != r.Router && !o.Router.DefaultRule && !o.TCP
	})
}

// internalDoor tells of Traefik's insecure API.
func (s *scene) internalDoor(r *route) {
	if r.Service != "api@internal" || !r.Served() || r.Router.Name != "api@internal" {
		return
	}
	if !r.class.open() {
		return
	}
	d := draft{rule: ruleDashInsecure, m: s.gatewayMember(), router: r.Router.Name}
	ep := r.entry()
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
	s.add(d)
}

// dashboard tells of a router to Traefik's own API without a guard.
func (s *scene) dashboard(r *route) {
	switch r.Service {
	case "api@internal", "dashboard@internal", "rest@internal":
	default:
		return
	}
	m := r.owner()
	if m == nil {
		m = s.gatewayMember()
	}
	s.add(draft{
		rule: ruleDashUnprotected, m: m, router: r.Router.Name, place: s.place(r), evidence: s.doorEvidence(r),
		title: fmt.Sprintf("%s serves Traefik's dashboard to everybody", r.Router.Name),
	})
}
