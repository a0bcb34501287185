package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/traefik"
)

// lists tells of what is wrong with the allowlists that stand in front of a backend, and of those that stand elsewhere.
func (s *analysis) lists() {
	type seen struct {
		m    *exposure.Container
		rule string
		mw   string
	}
	told := map[seen]bool{}
	s.oldNames()
	routes := append([]*exposure.Route{}, s.g.Routes...)
	exposure.SortRoutes(routes, s.g.Before)
	for _, r := range routes {
		if r.UDP || r.Router.Provider == "internal" && !r.EntryRedirect() {
			continue
		}
		m := s.g.About(r)
		once := func(d builder, l *exposure.Allowlist) {
			name := "ClientIP"
			if l.Middleware != nil {
				name = l.Middleware.Name
			}
			k := seen{m, d.rule, name}
			if told[k] {
				return
			}
			told[k] = true
			d.m, d.router, d.key, d.also = m, r.Router.Name, name, r.Targets()
			if d.place.Path == "" {
				d.place = s.listPlace(r, l)
			}
			s.add(d)
		}
		if r.Live() && r.Class != exposure.Redirects {
			for i := range r.Lists {
				s.content(r, &r.Lists[i], once)
			}
			if r.Nobody != "" && len(r.Lists) > 1 &&
				!slices.ContainsFunc(r.Lists, func(l exposure.Allowlist) bool { return l.Never != "" }) {
				once(builder{rule: ruleNever, title: fmt.Sprintf("%s lets nobody in: %s", r.Router.Name, r.Nobody)},
					&r.Lists[0])
			}
		}
		if r.Class == exposure.Redirects {
			s.redirectList(r, once)
		}
	}
}

// listPlace is where an allowlist's ranges are written.
func (s *analysis) listPlace(r *exposure.Route, l *exposure.Allowlist) finding.Location {
	if l.Middleware == nil {
		return s.g.Place(r)
	}
	return s.g.OriginPlace(l.Middleware.Origin, ".sourcerange")
}

// content tells of what an allowlist holds.
func (s *analysis) content(r *exposure.Route, l *exposure.Allowlist, once func(builder, *exposure.Allowlist)) {
	name := "the rule's ClientIP"
	if l.Middleware != nil {
		name = l.Middleware.Name
	}
	if l.Spoof != "" {
		d := builder{rule: ruleSpoofForwarded, evidence: []string{l.Spoof}}
		d.title = fmt.Sprintf("any client can write the address that %s judges on %s", name, r.Router.Name)
		s.unlessGuarded(r, &d)
		once(d, l)
	}
	s.rewritten(r, l, name, once)
	if l.Never != "" {
		rule := ruleNever
		if l.Middleware != nil && l.Middleware.AllowList.Strategy && strings.Contains(l.Never, "X-Forwarded-For") {
			rule = ruleNoProxy
		}
		place := finding.Location{}
		if l.Middleware != nil && rule == ruleNoProxy {
			place = s.g.OriginPlace(l.Middleware.Origin, ".depth", ".excludedips")
		}
		once(builder{rule: rule, place: place, evidence: []string{l.Never},
			title: fmt.Sprintf("%s refuses everybody on %s", name, r.Router.Name)}, l)
	}
	if l.Ranges == nil {
		return
	}
	switch {
	case l.Everybody != "":
		d := builder{rule: ruleAllowAll, evidence: []string{s.shown(l)},
			title: fmt.Sprintf("%s lets all of %s in", name, l.Everybody)}
		if s.declaredPublic(r, nil) {
			d.severity = finding.Info
		}
		s.unlessGuarded(r, &d)
		once(d, l)
	case l.Cover.V4 >= exposure.BroadV4 || l.Cover.V6 >= exposure.BroadV6:
		d := builder{rule: ruleOverbroad, evidence: []string{s.shown(l)}, severity: finding.Medium}
		d.title = fmt.Sprintf("%s holds %s of the internet's addresses", name, exposure.Share(l.Cover))
		if l.Cover.V4 >= great || l.Cover.V6 >= great {
			d.severity = finding.High
		}
		once(d, l)
	}
	if l.Middleware == nil {
		return
	}
	s.useless(l, once)
	if a := l.Middleware.AllowList; a.Reject != 0 && a.Reject < 400 {
		once(builder{
			rule: ruleReject, place: s.g.OriginPlace(l.Middleware.Origin, ".rejectstatuscode"),
			title: fmt.Sprintf("%s answers %d to those whom it refuses", name, a.Reject),
		}, l)
	}
	if l.Forwarded() {
		return
	}
	switch cdn := s.cdnOf(l); {
	case cdn != "":
		s.cdnList(r, l, cdn, once)
	case !r.TCP:
		s.proxyInList(r, l, once)
	}
	s.gatewayInList(l, once)
	s.ingress(r, l, once)
}

// rewritten tells of a list behind a middleware that writes the header which the list judges.
func (s *analysis) rewritten(r *exposure.Route, l *exposure.Allowlist, name string,
	once func(builder, *exposure.Allowlist)) {
	if l.Forced+l.Maybe == "" || l.Everybody != "" || l.Spoof != "" {
		return
	}
	d := builder{rule: ruleRewritten, evidence: []string{l.Forced + l.Maybe}}
	d.title = fmt.Sprintf("on %s the address that %s judges is written by a middleware before it", r.Router.Name, name)
	if l.Maybe != "" {
		d.severity = finding.Medium
		d.title = fmt.Sprintf("on %s a middleware before %s may write the address that it judges", r.Router.Name, name)
	}
	if s.declaredPublic(r, nil) {
		d.severity = finding.Info
	}
	s.unlessGuarded(r, &d)
	once(d, l)
}

// unlessGuarded lowers a finding about one of several lists where another one keeps strangers out.
func (s *analysis) unlessGuarded(r *exposure.Route, d *builder) {
	if r.Class != exposure.Public && r.Class != exposure.Unknown {
		d.severity = finding.Low
		d.why = append(d.why, "the router is guarded by something else as well: "+r.Why)
	}
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

// useless tells of single elements that match nobody in a list that is otherwise right.
func (s *analysis) useless(l *exposure.Allowlist, once func(builder, *exposure.Allowlist)) {
	if l.Never != "" {
		return
	}
	for i := range l.Ranges.Prefixes {
		if why := exposure.Useless(l.Middleware.AllowList, l.Ranges, i, l.Forwarded()); why != "" {
			once(builder{rule: ruleNever, severity: finding.Low, evidence: []string{why},
				title: fmt.Sprintf("%s is no use in %s", l.Ranges.Written[i], l.Middleware.Name)}, l)
		}
	}
}

// proxyInList tells of an allowlist that holds a trusted proxy, whose every client it lets in.
func (s *analysis) proxyInList(r *exposure.Route, l *exposure.Allowlist, once func(builder, *exposure.Allowlist)) {
	ep := r.Entry()
	if ep == nil || l.Everybody != "" {
		return
	}
	for _, t := range ep.ForwardedTrusted {
		p, err := traefik.ParseRange(t)
		if err != nil {
			continue
		}
		if !slices.ContainsFunc(l.Ranges.Prefixes, func(q netip.Prefix) bool { return q.Overlaps(p) }) {
			continue
		}
		d := builder{rule: ruleTrustedProxy, evidence: []string{"trusted proxy " + t, s.shown(l)}}
		d.title = fmt.Sprintf("%s holds the proxy in front, and with it all of the proxy's clients", l.Middleware.Name)
		if traefik.Private(p) && p.Bits() < p.Addr().BitLen() && !wholly(l.Ranges, p) {
			// The proxy is one of many addresses there; that it is one of the listed ones is not known.
			d.severity = finding.Info
		}
		once(d, l)
		return
	}
}

func wholly(rs *traefik.Ranges, p netip.Prefix) bool {
	return slices.ContainsFunc(rs.Prefixes, func(q netip.Prefix) bool {
		return q.Bits() <= p.Bits() &&
			q.Contains(p.Addr())
	})
}

// gatewayInList tells of ranges that hold the gateways of Docker's own networks.
func (s *analysis) gatewayInList(l *exposure.Allowlist, once func(builder, *exposure.Allowlist)) {
	if l.Everybody != "" || l.Cover.V4 >= exposure.BroadV4 || s.g.Service != nil && s.g.Service.NetworkMode == "host" {
		return
	}
	for _, gw := range s.model.DockerGateways(s.g) {
		in, ok := l.Ranges.Match(gw.Address)
		if !ok {
			continue
		}
		d := builder{rule: ruleGateway, evidence: []string{fmt.Sprintf("%s is in %s", gw.Address, in)}}
		d.title = fmt.Sprintf("%s holds Docker's gateways, behind which any client may stand", l.Middleware.Name)
		if gw.Network != "" {
			d.evidence = append(d.evidence, "gateway of the network "+gw.Network)
			d.title = fmt.Sprintf("%s holds the gateway of the network %s, behind which any client may stand",
				l.Middleware.Name, gw.Network)
			d.fix = fmt.Sprintf("Take %s out of the list, or choose a subnet for %s that lies outside of it.",
				gw.Address, gw.Network)
		}
		once(d, l)
		return
	}
}

// oldNames tells of every ipWhiteList in use where the running version has the new name.
func (s *analysis) oldNames() {
	d := builder{}
	switch v := s.g.Version; {
	case s.g.Assumed && !v.Known():
		return
	case !v.Known() || v.Major >= 3:
		d.rule, d.title = ruleV2OnV3, "%s is an ipWhiteList, which version 3 only keeps for a while"
	case v.AtLeast(2, 11):
		d.rule, d.title = ruleV2Deprecated, "%s is an ipWhiteList, which is deprecated in 2.11"
	default:
		return
	}
	for _, all := range []map[string]*traefik.Middleware{s.g.Runtime.Middlewares, s.g.Runtime.TCPMiddlewares} {
		for _, name := range exposure.SortedMiddlewares(all) {
			if w := all[name]; w.AllowList != nil && w.AllowList.Legacy {
				s.oldName(w, d)
			}
		}
	}
}

func (s *analysis) oldName(w *traefik.Middleware, d builder) {
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
	s.add(d)
}

func renamed(key string) string {
	i := strings.Index(strings.ToLower(key), ".ipwhitelist.")
	if i < 0 {
		return key
	}
	return key[:i] + ".ipallowlist." + key[i+len(".ipwhitelist."):]
}

// redirectList tells of allowlists on a router that only redirects, where the backend's own router has none.
func (s *analysis) redirectList(r *exposure.Route, once func(builder, *exposure.Allowlist)) {
	if !r.Live() || len(r.Past) == 0 || !s.g.Sure() {
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
	d := builder{rule: ruleRedirectList, m: m, place: s.g.OriginPlace(r.Router.Origin, ".middlewares")}
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
		s.add(d)
		return
	}
	d.edits = edit.Attach(s.model, s.g, m)
	once(d, l)
}

// openBeside says whether strangers reach the backend of a redirecting router by a router that serves it.
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
func (s *analysis) unused() {
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
		for _, name := range exposure.SortedMiddlewares(all) {
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

func (s *analysis) unusedList(w *traefik.Middleware, undefined []string) {
	base, _, _ := strings.Cut(w.Name, "@")
	if slices.ContainsFunc(undefined,
		func(n string) bool { return distance(strings.ToLower(n), strings.ToLower(base), 2) <= 2 }) {
		return
	}
	d := builder{rule: ruleUnused, key: w.Name, place: s.g.OriginPlace(w.Origin, ".sourcerange"), m: s.g.Self()}
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
	s.add(d)
}

// autoOnly says whether a container has no router but the one that Traefik made for it, which a finding of its own
// tells.
func (s *analysis) autoOnly(container int) bool {
	return slices.ContainsFunc(s.g.Routes, func(r *exposure.Route) bool {
		return r.Router.Auto && r.Router.Origin.Container == container && r.Class.Open()
	})
}
