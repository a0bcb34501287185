package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/traefik"
)

// The ids that the code of this family names.
const (
	ruleNever        = "range-never-matches"
	ruleNoProxy      = "ipstrategy-without-trusted-proxy"
	ruleV2OnV3       = "v2-label-on-v3"
	ruleV2Deprecated = "v2-label-deprecated"
)

var allowlistOnRedirectRouter = Rule{
	Rule: finding.Rule{
		ID: "allowlist-on-redirect-router", Severity: finding.High,
		Title: "The allowlist sits where every request is redirected",
		Description: "The redirection to https answers first, so the allowlist on this router or entry point " +
			"decides nothing. The router that serves the backend has none.",
		Remedy: "Move the allowlist to the router that serves the backend over TLS.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).redirectLists,
}

var unusedAllowlist = Rule{
	Rule: finding.Rule{
		ID: "unused-allowlist", Severity: finding.Medium,
		Title:       "An allowlist that nothing uses",
		Description: "The middleware is defined, but no router, chain or entry point names it.",
		Remedy:      "Add it to the `middlewares` of the router that serves the backend, or remove it.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).unused,
	Last:   true,
}

var allowAllRange = Rule{
	Rule: finding.Rule{
		ID: "allow-all-range", Severity: finding.High,
		Title: "The allowlist holds everybody",
		Description: "The ranges cover all addresses of IPv4 or IPv6, so the allowlist lets everybody in. Two " +
			"halves, or ::ffff:0:0/96, do the same as 0.0.0.0/0.",
		Remedy: "List the addresses that are meant.",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).allowAll),
}

var overbroadRange = Rule{
	Rule: finding.Rule{
		ID: "overbroad-range", Severity: finding.Medium,
		Title:       "The allowlist holds a great part of the internet",
		Description: "A range of millions of public addresses holds many more people than any office has.",
		Remedy:      "List the addresses that are meant.",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).overbroad),
}

var rangeNeverMatches = Rule{
	Rule: finding.Rule{
		ID: ruleNever, Severity: finding.Medium,
		Title:       "The allowlist lets nobody in",
		Description: "No client's address can ever match, so the office is refused too.",
		Remedy:      "Write the addresses in the form that is compared.",
	},
	Effect: finding.EffectClosed,
	Check:  onLists((*search).never),
}

var rejectStatusNotError = Rule{
	Rule: finding.Rule{
		ID: "reject-status-not-error", Severity: finding.Low,
		Title: "Refusing looks like success",
		Description: "The status for refused clients is below 400, so that monitoring and scripts take a refusal " +
			"for an answer.",
		Remedy: "Use 403 or 404.",
	},
	Effect: finding.EffectWarn,
	Check:  onLists((*search).reject),
}

var v2LabelOnV3 = Rule{
	Rule: finding.Rule{
		ID: ruleV2OnV3, Severity: finding.Low,
		Title:       "ipWhiteList is the old name",
		Description: "Version 3 still knows ipWhiteList, with a warning; a later one will not.",
		Remedy:      "Write ipallowlist.",
	},
	Effect: finding.EffectWarn,
	Check:  (*search).oldNames,
}

var v2LabelDeprecated = Rule{
	Rule: finding.Rule{
		ID: ruleV2Deprecated, Severity: finding.Low,
		Title:       "ipWhiteList is deprecated",
		Description: "Version 2.11 knows ipAllowList, and version 3 only keeps the old name for a while.",
		Remedy:      "Write ipallowlist.",
	},
	Effect: finding.EffectWarn,
	Check:  (*search).oldNames,
}

var allowlistIsACDN = Rule{
	Rule: finding.Rule{
		ID: "allowlist-is-a-cdn", Severity: finding.Low,
		Title: "The allowlist holds a CDN",
		Description: "Everybody who comes through the CDN is let in. That is right where only the way past the CDN " +
			"is to be closed, and no guard of the app itself.",
		Remedy: "To judge the clients behind the CDN, trust it (`forwardedHeaders.trustedIPs`), set " +
			"`ipstrategy.depth=1` and list the clients' addresses.",
	},
	Effect: finding.EffectWarn,
	Check:  onLists((*search).cdnList),
}

// listCheck looks at an allowlist in front of a backend; ok says that there is something to tell of it.
type listCheck func(s *search, r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool)

// onLists runs a check on every allowlist that stands in front of a backend. What it finds is told once a service.
func onLists(check listCheck) func(*search) {
	return func(s *search) {
		told := map[listOf]bool{}
		for _, r := range s.routes {
			if r.UDP || r.Router.Provider == "internal" && !r.EntryRedirect() || !r.Live() ||
				r.Class == exposure.Redirects {
				continue
			}
			for i := range r.Lists {
				if d, ok := check(s, r, &r.Lists[i]); ok {
					s.reportList(told, r, &r.Lists[i], d)
				}
			}
		}
	}
}

// listOf is an allowlist of a service.
type listOf struct {
	m    *exposure.Container
	name string
}

// reportList reports what was found of an allowlist, once a service.
func (s *search) reportList(told map[listOf]bool, r *exposure.Route, l *exposure.Allowlist, d builder) {
	name := "ClientIP"
	if l.Middleware != nil {
		name = l.Middleware.Name
	}
	m := s.g.About(r)
	if told[listOf{m, name}] {
		return
	}
	told[listOf{m, name}] = true
	d.m, d.router, d.key, d.also = m, r.Router.Name, name, r.Targets()
	if d.place.Path == "" {
		d.place = s.listPlace(r, l)
	}
	s.report(d)
}

// listName is what a sentence calls an allowlist.
func listName(l *exposure.Allowlist) string {
	if l.Middleware == nil {
		return "the rule's ClientIP"
	}
	return l.Middleware.Name
}

// judgesConnection reports whether a list is a middleware whose ranges are known, and judges the connection's address.
func judgesConnection(l *exposure.Allowlist) bool {
	return l.Ranges != nil && l.Middleware != nil && !l.Forwarded()
}

// never tells of lists that let nobody in, and of single elements that match nobody in a list that is otherwise right.
func (s *search) never(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if l.Never != "" {
		d = builder{evidence: []string{l.Never}, title: fmt.Sprintf("%s refuses everybody on %s", listName(l),
			r.Router.Name)}
		rule := ruleNever
		if l.Middleware != nil && l.Middleware.AllowList.Strategy && strings.Contains(l.Never, "X-Forwarded-For") {
			rule = ruleNoProxy
			d.place = s.g.OriginPlace(l.Middleware.Origin, ".depth", ".excludedips")
		}
		return d, rule == s.rule.ID
	}
	if s.rule.ID != ruleNever {
		return d, false
	}
	if l.Ranges != nil && l.Middleware != nil {
		for i := range l.Ranges.Prefixes {
			if why := exposure.Useless(l.Middleware.AllowList, l.Ranges, i, l.Forwarded()); why != "" {
				return builder{severity: finding.Low, evidence: []string{why},
					title: fmt.Sprintf("%s is no use in %s", l.Ranges.Written[i], l.Middleware.Name)}, true
			}
		}
	}
	if r.Nobody != "" && len(r.Lists) > 1 && l == &r.Lists[0] &&
		!slices.ContainsFunc(r.Lists, func(o exposure.Allowlist) bool { return o.Never != "" }) {
		return builder{title: fmt.Sprintf("%s lets nobody in: %s", r.Router.Name, r.Nobody)}, true
	}
	return d, false
}

// allowAll tells of lists that hold everybody.
func (s *search) allowAll(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if l.Ranges == nil || l.Everybody == "" {
		return d, false
	}
	d = builder{evidence: []string{s.shown(l)}, title: fmt.Sprintf("%s lets all of %s in", listName(l), l.Everybody)}
	if s.declaredPublic(r, nil) {
		d.severity = finding.Info
	}
	s.unlessGuarded(r, &d)
	return d, true
}

// overbroad tells of lists that hold a great part of the internet.
func (s *search) overbroad(_ *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if l.Ranges == nil || l.Everybody != "" || l.Cover.V4 < exposure.BroadV4 && l.Cover.V6 < exposure.BroadV6 {
		return d, false
	}
	d = builder{evidence: []string{s.shown(l)}, severity: finding.Medium}
	d.title = fmt.Sprintf("%s holds %s of the internet's addresses", listName(l), exposure.Share(l.Cover))
	if l.Cover.V4 >= great || l.Cover.V6 >= great {
		d.severity = finding.High
	}
	return d, true
}

// reject tells of lists whose refusal looks like success.
func (s *search) reject(_ *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if l.Ranges == nil || l.Middleware == nil {
		return d, false
	}
	status := l.Middleware.AllowList.Reject
	if status == 0 || status >= 400 {
		return d, false
	}
	return builder{
		place: s.g.OriginPlace(l.Middleware.Origin, ".rejectstatuscode"),
		title: fmt.Sprintf("%s answers %d to those whom it refuses", listName(l), status),
	}, true
}

// listPlace is where an allowlist's ranges are written.
func (s *analysis) listPlace(r *exposure.Route, l *exposure.Allowlist) finding.Location {
	if l.Middleware == nil {
		return s.g.Place(r)
	}
	return s.g.OriginPlace(l.Middleware.Origin, ".sourcerange")
}

// great is the share from which a list is hardly better than none.
const great = 1.0 / 16

// shown is a list's ranges as they are written in the file.
func (s *analysis) shown(l *exposure.Allowlist) string {
	if l.Middleware != nil && l.Middleware.Origin.Container >= 0 {
		for _, k := range l.Middleware.Origin.Keys {
			if x := s.g.Containers[l.Middleware.Origin.Container].Label(k); x != nil &&
				strings.HasSuffix(strings.ToLower(k), ".sourcerange") {
				return "ranges " + x.RawValue
			}
		}
	}
	return "ranges " + exposure.Shorten(l.Ranges.Written)
}

// oldNames tells of every ipWhiteList in use where the running version has the new name.
func (s *search) oldNames() {
	d, rule := builder{}, ""
	switch v := s.g.Version; {
	case s.g.Assumed && !v.Known():
		return
	case !v.Known() || v.Major >= 3:
		rule, d.title = ruleV2OnV3, "%s is an ipWhiteList, which version 3 only keeps for a while"
	case v.AtLeast(2, 11):
		rule, d.title = ruleV2Deprecated, "%s is an ipWhiteList, which is deprecated in 2.11"
	default:
		return
	}
	if rule != s.rule.ID {
		return
	}
	for _, all := range []map[string]*traefik.Middleware{s.g.Runtime.Middlewares, s.g.Runtime.TCPMiddlewares} {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if w := all[name]; w.AllowList != nil && w.AllowList.Legacy {
				s.oldName(w, d)
			}
		}
	}
}

func (s *search) oldName(w *traefik.Middleware, d builder) {
	users := s.g.Using(w)
	if len(users) == 0 {
		return
	}
	d.title = fmt.Sprintf(d.title, w.Name)
	d.key, d.place, d.m = w.Name, s.g.OriginPlace(w.Origin, ".sourcerange"), s.g.About(users[0])
	d.router = users[0].Router.Name
	if o := w.Origin; o.Container >= 0 {
		d.m = &s.g.Containers[o.Container]
		for _, r := range users {
			if r.Owner() == d.m {
				d.router = r.Router.Name
				break
			}
		}
		for _, k := range o.Keys {
			if x := d.m.Label(k); x != nil && renamed(x.Key) != x.Key {
				d.edits = append(d.edits, edit.RenameKey(x, renamed(x.Key))...)
			}
		}
	}
	s.report(d)
}

func renamed(key string) string {
	i := strings.Index(strings.ToLower(key), ".ipwhitelist.")
	if i < 0 {
		return key
	}
	return key[:i] + ".ipallowlist." + key[i+len(".ipwhitelist."):]
}

// redirectLists tells of allowlists on routers that only redirect.
func (s *search) redirectLists() {
	told := map[listOf]bool{}
	for _, r := range s.routes {
		if !r.UDP && (r.Router.Provider != "internal" || r.EntryRedirect()) {
			s.redirectList(told, r)
		}
	}
}

// redirectList tells of allowlists on a router that only redirects, where the backend's own router has none.
func (s *search) redirectList(told map[listOf]bool, r *exposure.Route) {
	if r.Class != exposure.Redirects || !r.Live() || len(r.Past) == 0 || !s.g.Sure() {
		return
	}
	l := &r.Past[0]
	if l.Middleware == nil || s.g.Works(l.Middleware.Name) && !r.EntryRedirect() && !s.openBeside(r) {
		return
	}
	m := s.g.About(r)
	if r.EntryRedirect() {
		if m = s.openAfter(l); m == nil {
			return
		}
	} else if !s.openBeside(r) {
		return
	}
	d := builder{m: m, place: s.g.OriginPlace(r.Router.Origin, ".middlewares")}
	d.title = fmt.Sprintf("the allowlist %s stands on %s, which redirects every request: it decides nothing",
		l.Middleware.Name, r.Router.Name)
	d.evidence = []string{"middlewares " + strings.Join(r.Middlewares, ", ")}
	var open []string
	for _, o := range s.g.OpenBy[m] {
		if !slices.Contains(open, o.Router.Name) {
			open = append(open, o.Router.Name)
		}
	}
	d.evidence = append(d.evidence, "open: "+strings.Join(open, ", "))
	s.explained[m] = true
	if r.EntryRedirect() {
		d.router, d.key = r.Router.Name, l.Middleware.Name
		s.report(d)
		return
	}
	d.edits = edit.Attach(s.model, s.g, m)
	s.reportList(told, r, l, d)
}

// openBeside reports whether strangers reach the backend of a redirecting router by a router that serves it.
func (s *analysis) openBeside(r *exposure.Route) bool {
	for _, m := range r.Targets() {
		for _, o := range s.g.OpenBy[m] {
			if o.Router != r.Router && len(o.Lists) == 0 {
				return true
			}
		}
	}
	return false
}

// openAfter is a service that strangers reach on the entry point to which another one redirects: the one that defines
// the allowlist, if it is among them.
func (s *analysis) openAfter(l *exposure.Allowlist) *exposure.Container {
	if s.g.Works(l.Middleware.Name) {
		return nil
	}
	var first *exposure.Container
	for i := range s.g.Containers {
		m := &s.g.Containers[i]
		if !slices.ContainsFunc(s.g.OpenBy[m], func(o *exposure.Route) bool { return len(o.Lists) == 0 }) {
			continue
		}
		if l.Middleware.Origin.Container == i {
			return m
		}
		if first == nil {
			first = m
		}
	}
	return first
}

// unused tells of allowlists that nothing names, unless another finding of the service already says why.
func (s *search) unused() {
	used := map[string]bool{}
	rt := s.g.Runtime
	var use func(name string, tcp bool, depth int)
	use = func(name string, tcp bool, depth int) {
		all := rt.Middlewares
		key := "http " + name
		if tcp {
			all, key = rt.TCPMiddlewares, "tcp "+name
		}
		if used[key] || depth > 32 {
			return
		}
		used[key] = true
		if w := all[name]; w != nil {
			for _, c := range w.Chain {
				if !strings.Contains(c, "@") {
					c += "@" + w.Provider
				}
				use(c, tcp, depth+1)
			}
		}
	}
	for _, r := range s.g.Routes {
		for _, n := range r.Middlewares {
			use(n, r.TCP, 0)
		}
	}
	undefined := s.undefinedNames()
	for _, tcp := range []bool{false, true} {
		all, prefix := rt.Middlewares, "http "
		if tcp {
			all, prefix = rt.TCPMiddlewares, "tcp "
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			w := all[name]
			if w.AllowList == nil || used[prefix+name] {
				continue
			}
			s.unusedList(w, undefined)
		}
	}
}

func (s *analysis) undefinedNames() []string {
	var out []string
	for _, f := range *s.found {
		if f.Rule == ruleUndefined || f.Rule == ruleConflict {
			for _, r := range s.g.Routes {
				for _, x := range r.Faults {
					if x.Kind == traefik.NoMiddleware {
						b, _, _ := strings.Cut(x.Middleware, "@")
						out = append(out, b)
					}
				}
			}
			return out
		}
	}
	return out
}

func (s *search) unusedList(w *traefik.Middleware, undefined []string) {
	base, _, _ := strings.Cut(w.Name, "@")
	if slices.ContainsFunc(undefined,
		func(n string) bool { return distance(strings.ToLower(n), strings.ToLower(base), 2) <= 2 }) {
		return
	}
	d := builder{key: w.Name, place: s.g.OriginPlace(w.Origin, ".sourcerange"), m: s.g.Self()}
	d.title = fmt.Sprintf("nothing uses the allowlist %s", w.Name)
	d.fix = "Name it in the `middlewares` of the router that serves the backend, or remove it."
	if i := w.Origin.Container; i >= 0 {
		d.m = &s.g.Containers[i]
		if s.explained[d.m] || s.autoOnly(i) {
			return
		}
	}
	if d.m == nil || !slices.ContainsFunc(s.g.OpenBy[d.m],
		func(r *exposure.Route) bool { return !s.declaredPublic(r, d.m) && !r.Internal() }) || !s.g.Sure() {
		d.severity = finding.Info
	} else {
		d.edits = edit.Attach(s.model, s.g, d.m)
	}
	s.report(d)
}

// autoOnly reports whether a container has no router but the one that Traefik made for it, which a finding of its own
// tells.
func (s *analysis) autoOnly(container int) bool {
	return slices.ContainsFunc(s.g.Routes, func(r *exposure.Route) bool {
		return r.Router.Auto && r.Router.Origin.Container == container && r.Class.Open()
	})
}

// unlessGuarded lowers a finding about one of several lists where another one keeps strangers out.
func (s *analysis) unlessGuarded(r *exposure.Route, d *builder) {
	if r.Class != exposure.Public && r.Class != exposure.Unknown {
		d.severity = finding.Low
		d.why = append(d.why, "the router is guarded by something else as well: "+r.Why)
	}
}

// cdnList tells of an allowlist that everybody passes who comes through a CDN. To restrict an origin to its CDN is
// often meant.
func (s *search) cdnList(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if !judgesConnection(l) {
		return d, false
	}
	name, others := cdnOf(l)
	if name == "" || r.Class != exposure.Allowlisted || r.Auth != "" || s.declaredPublic(r, nil) {
		return d, false // a login stands behind it
	}
	d = builder{evidence: []string{s.shown(l)}, severity: finding.Low}
	if _, told := s.proxyInList(r, l); told {
		return d, false
	}
	beside := "and nobody else's"
	if others > 0 {
		beside = fmt.Sprintf("beside %d others", others)
	}
	d.title = fmt.Sprintf("%s holds the ranges of %s %s: everybody who comes through it enters", l.Middleware.Name,
		name,
		beside)
	return d, true
}
