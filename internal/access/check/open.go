package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/traefik"
)

// The ids that the code of this family names.
const (
	ruleUnprotected   = "unprotected-router"
	rulePlainHTTP     = "plain-http-router-unprotected"
	ruleSibling       = "unprotected-sibling-router"
	ruleOtherRouter   = "service-exposed-by-other-router"
	ruleDefaultRouter = "default-router-unprotected"
	ruleExposed       = "exposed-by-default"
	ruleAllEntries    = "router-on-all-entrypoints"
	ruleTCPCatchAll   = "tcp-catchall-shadows-http"
)

var unprotectedRouter = Rule{
	Rule: finding.Rule{
		ID: ruleUnprotected, Severity: finding.High,
		Title: "A router serves its backend to everybody",
		Description: "No allowlist and no login stands between strangers and the backend of this router. High where " +
			"an allowlist shows that it was meant to be closed, info where nothing does.",
		Remedy: "Attach the allowlist to this router: `drydock access add SERVICE RANGE...`. If it is public " +
			"on purpose, list it under `public` in drydock.yaml.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

var plainHTTPRouterUnprotected = Rule{
	Rule: finding.Rule{
		ID: rulePlainHTTP, Severity: finding.High,
		Title: "The plain HTTP router serves the app itself",
		Description: "The router for plain HTTP neither redirects to https nor has the allowlist that the https " +
			"router has: who leaves out the s gets in, unencrypted.",
		Remedy: "Redirect plain HTTP to https on this router or on its entry point.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

var defaultRouterUnprotected = Rule{
	Rule: finding.Rule{
		ID: ruleDefaultRouter, Severity: finding.High,
		Title: "The container has no router of its own and gets an open one",
		Description: "For a container without HTTP routers Traefik makes one from its default rule, on all default " +
			"entry points and with no middleware.",
		Remedy: "Declare a router with a rule and the allowlist, or set `traefik.enable=false`.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

var exposedByDefault = Rule{
	Rule: finding.Rule{
		ID: ruleExposed, Severity: finding.High,
		CWE:   []string{"CWE-1188"},
		Title: "The service is served because everything is",
		Description: "Traefik's docker provider serves every container unless `exposedByDefault=false` is set, and " +
			"this service says nothing.",
		Remedy: "Set `--providers.docker.exposedbydefault=false`, or `traefik.enable=false` on the service.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

var routerOnAllEntryPoints = Rule{
	Rule: finding.Rule{
		ID: ruleAllEntries, Severity: finding.High,
		Title: "The router names no entry point and is served on an open one too",
		Description: "A router without `entrypoints` is served on all default entry points. What guards it stands " +
			"on one of them only.",
		Remedy: "Name the entry point on the router, or put the allowlist on the router itself.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

var unprotectedSiblingRouter = Rule{
	Rule: finding.Rule{
		ID: ruleSibling, Severity: finding.High,
		Title: "Another router of the same service has no guard",
		Description: "One router of the service has an allowlist or a login, and this one, which leads to the same " +
			"backend, has not. The longer rule wins for its paths.",
		Remedy: "Attach the same guard to this router, or list it under `public` in drydock.yaml if it is " +
			"public on purpose.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

var serviceExposedByOtherRouter = Rule{
	Rule: finding.Rule{
		ID: ruleOtherRouter, Severity: finding.High,
		Title:       "Another container's router leads to this service",
		Description: "A router declared elsewhere names this service as its own and has no allowlist.",
		Remedy:      "Attach the allowlist to that router, or remove it.",
	},
	Effect: finding.EffectOpen,
	Check: func(s *search) {
		s.openPaths()
		s.errorPages()
	},
}

var tcpCatchallShadowsHTTP = Rule{
	Rule: finding.Rule{
		ID: ruleTCPCatchAll, Severity: finding.High,
		Title: "A TCP router takes all plain traffic of an HTTP entry point",
		Description: "A TCP router for HostSNI(`*`) without TLS goes before every HTTP router on its entry point: " +
			"their middlewares are never asked.",
		Remedy: "Give the TCP router an entry point of its own.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).openPaths,
}

// openPath is a route by which strangers reach a backend. The rule says in which way it came to be open.
type openPath struct {
	rule     string
	route    *exposure.Route
	m        *exposure.Container
	severity finding.Severity
	why      []string
}

// findOpen lists every route by which strangers reach a backend, but for what its allowlists hold: that has rules of
// its own, as Traefik's own services have.
func (s *analysis) findOpen() []openPath {
	if !s.g.Sure() {
		return nil
	}
	var out []openPath
	told := map[string]bool{}
	for _, r := range s.g.Routes {
		if r.Router.Provider == "internal" || !r.Live() || !r.Class.Open() || len(r.Lists) > 0 || r.Internal() {
			continue
		}
		for _, m := range r.Targets() {
			rule, sev, why := s.judgePath(r, m)
			key := rule + r.Router.Name + m.Stack.Name + "/" + m.Service.Name
			if told[key] {
				continue
			}
			told[key] = true
			out = append(out, openPath{rule, r, m, sev, why})
		}
	}
	return out
}

// openPaths tells of the routes that came to be open in the rule's way.
func (s *search) openPaths() {
	for _, o := range s.open {
		rule, r, m := o.rule, o.route, o.m
		if rule != s.rule.ID {
			continue
		}
		d := builder{m: m, router: r.Router.Name, severity: o.severity, place: s.g.Place(r), why: o.why,
			also: []*exposure.Container{r.Owner()}}
		d.title = s.pathTitle(rule, r, m)
		d.evidence = s.pathEvidence(r)
		switch {
		case rule == ruleSibling && s.guardWord(r, m) == "login":
			d.fix = "Give this router the login as well. If it is public on purpose, list it under `public` in " +
				"drydock.yaml."
		case rule == ruleTCPCatchAll:
			d.fix = s.guardTCP(r, m)
		case m.Outside && r.TCP:
			d.fix = "Name an allowlist in the router's `middlewares`. If it is public on purpose, list the " +
				"router under " +
				"`public` in drydock.yaml."
		case m.Outside:
			d.fix = "Name an allowlist or a login in the router's `middlewares`. If it is public on purpose, " +
				"list the router under `public` in drydock.yaml."
		case rule == ruleUnprotected || rule == ruleSibling:
			d.fix = s.addFix(r, m)
		}
		if o.severity != finding.Info {
			d.edits = s.pathEdits(rule, r, m)
		}
		s.report(d)
	}
}

// errorPages tells of services of which an errors middleware shows a page to those who are refused.
func (s *search) errorPages() {
	if !s.g.Sure() {
		return
	}
	for _, p := range s.g.ErrorPages() {
		if s.g.Open(p.To) {
			continue
		}
		sev := finding.Info
		if slices.ContainsFunc(s.g.RoutesOf(p.To), (*exposure.Route).KeepsOut) {
			sev = finding.Medium
		}
		s.report(builder{
			m: p.To, router: p.Route.Router.Name, severity: sev, key: p.Middleware.Name,
			place: s.g.OriginPlace(p.Middleware.Origin, ".service"),
			title: fmt.Sprintf("%s shows a page of %s to everybody whom %s refuses", p.Middleware.Name, p.To.Name(),
				p.Route.Router.Name),
			evidence: []string{"middlewares " + strings.Join(p.Route.Middlewares, ", ")},
			fix:      "Put the errors middleware behind what refuses, or let it ask a service that is public.",
		})
	}
}

// pathEdits is what closes an open access path, where that can be done in place.
func (s *analysis) pathEdits(rule string, r *exposure.Route, m *exposure.Container) []finding.Edit {
	switch rule {
	case ruleUnprotected:
		return edit.Attach(s.model, s.g, m)
	case ruleSibling:
		return edit.GuardLike(s.model, s.g, r, s.guardOf(r, m), m)
	}
	return nil
}

func (s *analysis) pathTitle(rule string, r *exposure.Route, m *exposure.Container) string {
	where := "everybody"
	switch rule {
	case rulePlainHTTP:
		return fmt.Sprintf("%s serves %s over plain HTTP to %s", r.Router.Name, m.Name(), where)
	case ruleSibling:
		return fmt.Sprintf("%s serves %s to %s, past the %s of another router", r.Router.Name, m.Name(), where,
			s.guardWord(r, m))
	case ruleOtherRouter:
		return fmt.Sprintf("%s of service %s serves %s to %s", r.Router.Name, r.Owner().Name(), m.Name(), where)
	case ruleDefaultRouter:
		return fmt.Sprintf("%s has no router of its own; Traefik's default one serves it to %s", m.Name(), where)
	case ruleExposed:
		return fmt.Sprintf("%s is served to %s because nothing says otherwise", m.Name(), where)
	case ruleAllEntries:
		return fmt.Sprintf("%s names no entry point and is open on %s", r.Router.Name, r.EntryPoint)
	case ruleTCPCatchAll:
		return fmt.Sprintf("TCP router %s takes all plain traffic of %s before any HTTP router", r.Router.Name,
			r.EntryPoint)
	}
	return fmt.Sprintf("%s serves %s to %s", r.Router.Name, m.Name(), where)
}

// guardWord is what the router beside an open one has.
func (s *analysis) guardWord(r *exposure.Route, m *exposure.Container) string {
	guard := s.guardOf(r, m)
	if guard == nil {
		guard = s.loginBeside(r, m)
	}
	if guard != nil && guard.Class == exposure.Authenticated {
		return "login"
	}
	return "allowlist"
}

func (s *analysis) pathEvidence(r *exposure.Route) []string {
	out := []string{"entry point " + r.EntryPoint}
	if r.Router.Rule != "" {
		out = append(out, "rule "+exposure.ShownRule(r.Router.Rule))
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

// judgePath says by which rule an open route is told, how bad it is, and why.
func (s *analysis) judgePath(r *exposure.Route, m *exposure.Container) (string, finding.Severity, []string) {
	sev, why := s.pathSeverity(r, m)
	switch {
	case r.TCP && r.TLS == nil && r.Rule.CatchAll() && !s.model.IsStore(m.Service) && s.shadowsHTTP(r):
		return ruleTCPCatchAll, s.atLeastHigh(r, m, sev), why
	case r.Router.Auto && m.Service == s.g.Service:
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
	if own := r.Owner(); own != nil && own != m && !s.model.ShareNetwork(own, m) {
		if sev == finding.Info && exposure.IsLogin(m.Service) {
			return ruleOtherRouter, sev, []string{"a login service has to be reached by those who have not " +
				"logged in yet"}
		}
		return ruleOtherRouter, s.atLeastHigh(r, m, sev), why
	}
	guard := s.guardOf(r, m)
	switch {
	case r.Harmless() && (guard == nil || guard.Class == exposure.Authenticated):
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
		if guard.Class == exposure.Authenticated {
			// A part without a login, such as /webhook, may be meant: `public` in drydock.yaml says so.
			return ruleSibling, s.atLeast(finding.Medium, r, m, sev), besideLogin(guard)
		}
		return ruleSibling, s.atLeastHigh(r, m, sev), why
	case guard.Class == exposure.Authenticated:
		return ruleSibling, s.atLeast(finding.Medium, r, m, sev), besideLogin(guard)
	}
	return ruleUnprotected, sev, why
}

func besideLogin(guard *exposure.Route) []string {
	return []string{fmt.Sprintf("router %s serves the same backend behind a login (%s); list this one under `public` "+
		"in drydock.yaml if it is meant",
		guard.Router.Name, guard.Auth)}
}

// loginBeside is a router with a login that serves the same port of a service, and not only a part of what r serves.
func (s *analysis) loginBeside(r *exposure.Route, m *exposure.Container) *exposure.Route {
	for _, o := range s.g.RoutesOf(m) {
		if o.Router == r.Router || !o.Live() || o.Class != exposure.Authenticated || o.Auth == "" || o.TCP != r.TCP ||
			o.UDP != r.UDP {
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

// atLeastHigh raises what is only info for want of an intent: the kind of access path shows that nobody meant it. What
// is declared public stays info.
func (s *analysis) atLeastHigh(r *exposure.Route, m *exposure.Container, sev finding.Severity) finding.Severity {
	return s.atLeast(finding.High, r, m, sev)
}

func (s *analysis) atLeast(least finding.Severity, r *exposure.Route, m *exposure.Container,
	sev finding.Severity) finding.Severity {
	if sev.Rank() >= least.Rank() || s.declaredPublic(r, m) {
		return sev
	}
	return least
}

// speaks reports whether a service has any label for Traefik.
func (s *analysis) speaks(m *exposure.Container) bool {
	for k := range m.Labels {
		if strings.HasPrefix(strings.ToLower(k), "traefik.") {
			return true
		}
	}
	return false
}

func (s *analysis) shadowsHTTP(r *exposure.Route) bool {
	ep := r.Entry()
	web := ep != nil && (ep.Port() == 80 || ep.Port() == 443)
	return slices.ContainsFunc(s.g.Routes, func(o *exposure.Route) bool {
		// A router that names no entry point stands on this one only because it stands on all of them.
		return o.Shadow == r && !o.TCP && o.Router.Provider != "internal" && (web || len(o.Router.EntryPoints) > 0)
	})
}

// guardOf is a guarded route to the same backend that covers what r serves: the one whose guard r misses.
func (s *analysis) guardOf(r *exposure.Route, m *exposure.Container) *exposure.Route {
	var best *exposure.Route
	for _, o := range s.g.RoutesOf(m) {
		if o == r || !o.Guarded() || o.Service != r.Service && o.TCP == r.TCP {
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

// pathSeverity says how bad an open access path is by what stands behind it and what its owner meant.
func (s *analysis) pathSeverity(r *exposure.Route, m *exposure.Container) (finding.Severity, []string) {
	switch {
	case s.model.IsStore(m.Service) && (r.TCP || r.UDP):
		return finding.Critical, []string{"a database or cache is open to the internet"}
	case s.declaredPublic(r, m):
		return finding.Info, []string{"drydock.yaml calls it public"}
	case s.model.IsStore(m.Service):
		return finding.High, []string{"a database or cache is open to the internet"}
	}
	sev, why := toolSeverity(s.toolBehind(r, m))
	if sev == finding.High {
		return sev, []string{why}
	}
	if meant := s.intent(r, m); meant != "" {
		return finding.High, []string{meant}
	}
	if why != "" {
		return sev, []string{why}
	}
	return finding.Info,
		[]string{"nothing shows that it was meant to be closed; list it under `public` in drydock.yaml if it is " +
			"public on purpose"}
}

// toolBehind is what a stranger can do by a route with the tool that a service is.
func (s *analysis) toolBehind(r *exposure.Route, m *exposure.Container) (exposure.Power, string) {
	ports := r.PortsBehind()
	if len(ports) == 0 {
		return s.model.Tool(m.Service)
	}
	for _, p := range ports {
		if power, setting := s.model.ToolAt(m.Service, p); power > exposure.NoTool {
			return power, setting
		}
	}
	return exposure.NoTool, ""
}

// intent says what shows that a service was meant to be closed and that r misses it; "" if nothing does.
func (s *analysis) intent(r *exposure.Route, m *exposure.Container) string {
	var guards []*exposure.Route
	for _, o := range s.g.RoutesOf(m) {
		if o != r && o.Live() && o.Class == exposure.Allowlisted {
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
	for _, g := range s.model.Gateways {
		if g != s.g && slices.ContainsFunc(g.RoutesTo(m.Service), func(o *exposure.Route) bool {
			return o.Live() && o.Class == exposure.Allowlisted && r.Rule.Implies(o.Rule)
		}) {
			return fmt.Sprintf("another Traefik, %s, guards it by an allowlist", g.Name())
		}
	}
	for _, o := range s.g.Routes {
		if o == r || !o.Live() || o.Class != exposure.Allowlisted || o.TCP != r.TCP || o.EntryPoint != r.EntryPoint {
			continue
		}
		if r.Rule != nil && o.Rule != nil && r.Rule.Text != o.Rule.Text && r.Rule.Implies(o.Rule) {
			return fmt.Sprintf("it serves a part of the host that router %s guards by an allowlist", o.Router.Name)
		}
	}
	if ep := r.Entry(); ep != nil {
		if name := s.g.MissedEntryList(); name != "" {
			return fmt.Sprintf("the allowlist %s stands on an entry point that only redirects", name)
		}
	}
	return ""
}

// missed is an allowlist that a service defines, or names on one of its routers, and that keeps nobody from any
// backend.
func (s *analysis) missed(m *exposure.Container) string {
	if name, ok := s.missing[m]; ok {
		return name
	}
	name := s.findMissed(m)
	s.missing[m] = name
	return name
}

func (s *analysis) findMissed(m *exposure.Container) string {
	for _, name := range s.g.AllowlistsOf(m) {
		if !s.g.Works(name) {
			return name
		}
	}
	if name := s.misnamed(m); name != "" {
		return name
	}
	for k := range m.Labels {
		l := strings.ToLower(k)
		if strings.Contains(l, "whitelist.sourcerange") && !strings.HasPrefix(l, "traefik.http.") &&
			!strings.HasPrefix(l, "traefik.tcp.") ||
			strings.Contains(l, "allowlist.sourcerange") && !strings.HasPrefix(l, "traefik.http.") &&
				!strings.HasPrefix(l, "traefik.tcp.") {
			return strconv.Quote(k)
		}
	}
	return s.missedDeploy(m)
}

// attach is a label that puts middlewares before a router, or was meant to: with an index, or in a namespace that
// nobody reads.
var attach = lazyregexp.New(`(?i)\.routers\.[^.]+\.middlewares(?:\[[^\]]*\]|\.[^.]+)?$`)

// misnamed is an allowlist that a label of the service's attaches to a router, and that is before none of its
// backend's access paths.
func (s *analysis) misnamed(m *exposure.Container) string {
	for i := range m.Service.Labels {
		l := &m.Service.Labels[i]
		if !attach.MatchString(l.Key) {
			continue
		}
		for _, name := range splitNames(l.Value) {
			held := s.listOf(name)
			if held != "" && !slices.ContainsFunc(s.g.RoutesOf(m), func(r *exposure.Route) bool {
				return r.Live() &&
					r.GuardedBy(held)
			}) {
				return held
			}
		}
	}
	return ""
}

// listOf is the allowlist that a middleware of the docker provider's is or holds, "" if none.
func (s *analysis) listOf(name string) string {
	seen := map[string]bool{}
	var visit func(string) string
	visit = func(name string) string {
		name = s.g.Labelled(name)
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

func splitNames(s string) []string {
	var out []string
	for _, n := range strings.Split(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

func (s *analysis) missedDeploy(m *exposure.Container) string {
	for _, l := range m.Service.DeployLabels {
		k := strings.ToLower(l.Key)
		if strings.HasPrefix(k, "traefik.") &&
			(strings.Contains(k, "allowlist.sourcerange") || strings.Contains(k, "whitelist.sourcerange")) &&
			!s.g.Runtime.Static.ReadsServices() {
			return strconv.Quote(l.Key)
		}
	}
	return ""
}

// toolSeverity is how bad it is that a tool is open to strangers, by what they can do there; setting is what says so.
func toolSeverity(power exposure.Power, setting string) (sev finding.Severity, why string) {
	sev = finding.High
	switch power {
	case exposure.RunsCode:
		why = "a tool that runs what its visitors tell it to is open to the internet"
	case exposure.ChangesData:
		why = "a tool that hands out and changes what is inside is open to the internet"
	case exposure.ShowsData:
		sev, why = finding.Medium, "a tool that shows what is inside is open to the internet"
	case exposure.Administers:
		why = "a tool that administers databases or the machine is open to the internet, behind its own login alone"
	case exposure.AsksLogin:
		sev, why = finding.Medium, "a tool that can do much inside is open to the internet, behind its own login alone"
	default:
		return finding.Info, ""
	}
	if setting != "" {
		why += " (" + setting + ")"
	}
	return sev, why
}
