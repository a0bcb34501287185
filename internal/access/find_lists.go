package access

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// lists tells of what is wrong with the allowlists that stand in front of a backend, and of those that stand elsewhere.
func (s *scene) lists() {
	type seen struct {
		m    *member
		rule string
		mw   string
	}
	told := map[seen]bool{}
	s.oldNames()
	routes := append([]*route{}, s.g.routes...)
	sortRoutes(routes, s.before)
	for _, r := range routes {
		if r.UDP || r.Router.Provider == "internal" && !r.entryRedirect() {
			continue
		}
		m := s.about(r)
		once := func(d draft, l *list) {
			name := "ClientIP"
			if l.mw != nil {
				name = l.mw.Name
			}
			k := seen{m, d.rule, name}
			if told[k] {
				return
			}
			told[k] = true
			d.m, d.router, d.key, d.also = m, r.Router.Name, name, r.targets()
			if d.place.Path == "" {
				d.place = s.listPlace(r, l)
			}
			s.add(d)
		}
		if r.live() && r.class != redirects {
			for i := range r.lists {
				s.content(r, &r.lists[i], once)
			}
			if r.nobody != "" && len(r.lists) > 1 && !slices.ContainsFunc(r.lists, func(l list) bool { return l.never != "" }) {
				once(draft{rule: ruleNever, title: fmt.Sprintf("%s lets nobody in: %s", r.Router.Name, r.nobody)}, &r.lists[0])
			}
		}
		if r.class == redirects {
			s.redirectList(r, once)
		}
	}
}

// listPlace is where an allowlist's ranges are written.
func (s *scene) listPlace(r *route, l *list) finding.Location {
	if l.mw == nil {
		return s.place(r)
	}
	return s.originPlace(l.mw.Origin, ".sourcerange")
}

// content tells of what an allowlist holds.
func (s *scene) content(r *route, l *list, once func(draft, *list)) {
	name := "the rule's ClientIP"
	if l.mw != nil {
		name = l.mw.Name
	}
	if l.spoof != "" {
		d := draft{rule: ruleSpoofForwarded, evidence: []string{l.spoof}}
		d.title = fmt.Sprintf("any client can write the address that %s judges on %s", name, r.Router.Name)
		s.unlessGuarded(r, &d)
		once(d, l)
	}
	s.rewritten(r, l, name, once)
	if l.never != "" {
		rule := ruleNever
		if l.mw != nil && l.mw.AllowList.Strategy && strings.Contains(l.never, "X-Forwarded-For") {
			rule = ruleNoProxy
		}
		place := finding.Location{}
		if l.mw != nil && rule == ruleNoProxy {
			place = s.originPlace(l.mw.Origin, ".depth", ".excludedips")
		}
		once(draft{rule: rule, place: place, evidence: []string{l.never}, title: fmt.Sprintf("%s refuses everybody on %s", name, r.Router.Name)}, l)
	}
	if l.ranges == nil {
		return
	}
	switch {
	case l.all != "":
		d := draft{rule: ruleAllowAll, evidence: []string{s.shown(l)}, title: fmt.Sprintf("%s lets all of %s in", name, l.all)}
		if s.declaredPublic(r, nil) {
			d.severity = finding.Info
		}
		s.unlessGuarded(r, &d)
		once(d, l)
	case l.cover.V4 >= broadV4 || l.cover.V6 >= broadV6:
		d := draft{rule: ruleOverbroad, evidence: []string{s.shown(l)}, severity: finding.Medium}
		d.title = fmt.Sprintf("%s holds %s of the internet's addresses", name, part(l.cover))
		if l.cover.V4 >= great || l.cover.V6 >= great {
			d.severity = finding.High
		}
		once(d, l)
	}
	if l.mw == nil {
		return
	}
	s.useless(r, l, once)
	if a := l.mw.AllowList; a.Reject != 0 && a.Reject < 400 {
		once(draft{
			rule: ruleReject, place: s.originPlace(l.mw.Origin, ".rejectstatuscode"),
			title: fmt.Sprintf("%s answers %d to those whom it refuses", name, a.Reject),
		}, l)
	}
	if l.forwarded() {
		return
	}
	switch cdn := s.cdnOf(l); {
	case cdn != "":
		s.cdnList(r, l, cdn, once)
	case !r.TCP:
		s.proxyInList(r, l, once)
	}
	s.gatewayInList(r, l, once)
	s.ingress(r, l, once)
}

// rewritten tells of a list behind a middleware that writes the header which the list judges.
func (s *scene) rewritten(r *route, l *list, name string, once func(draft, *list)) {
	if l.forced+l.maybe == "" || l.all != "" || l.spoof != "" {
		return
	}
	d := draft{rule: ruleRewritten, evidence: []string{l.forced + l.maybe}}
	d.title = fmt.Sprintf("on %s the address that %s judges is written by a middleware before it", r.Router.Name, name)
	if l.maybe != "" {
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
func (s *scene) unlessGuarded(r *route, d *draft) {
	if r.class != public && r.class != unknown {
		d.severity = finding.Low
		d.why = append(d.why, "the router is guarded by something else as well: "+r.why)
	}
}

// Shares of an address family from which a list is broad: a /8 of IPv4, a /19 of IPv6.
const (
	broadV4 = 1.0 / 256
	broadV6 = 1.0 / (1 << 19)
)

// great is the share from which a list is hardly better than none.
const great = 1.0 / 16

func part(c traefik.Cover) string {
	if c.V4 >= broadV4 {
		return fmt.Sprintf("%.3g %% of the IPv4 part", c.V4*100)
	}
	return fmt.Sprintf("%.3g %% of the IPv6 part", c.V6*100)
}

// shown is a list's ranges as they are written in the file.
func (s *scene) shown(l *list) string {
	if l.mw != nil && l.mw.Origin.Container >= 0 {
		for _, k := range l.mw.Origin.Keys {
			if x := s.g.services[l.mw.Origin.Container].label(k); x != nil && strings.HasSuffix(strings.ToLower(k), ".sourcerange") {
				return "ranges " + x.RawValue
			}
		}
	}
	return "ranges " + shorten(l.ranges.Written)
}

// useless tells of single elements that match nobody in a list that is otherwise right.
func (s *scene) useless(r *route, l *list, once func(draft, *list)) {
	if l.never != "" {
		return
	}
	for i := range l.ranges.Prefixes {
		if why := useless(l.mw.AllowList, l.ranges, i, l.forwarded()); why != "" {
			once(draft{rule: ruleNever, severity: finding.Low, evidence: []string{why}, title: fmt.Sprintf("%s is no use in %s", l.ranges.Written[i], l.mw.Name)}, l)
		}
	}
}

// proxyInList tells of an allowlist that holds a trusted proxy, whose every client it lets in.
func (s *scene) proxyInList(r *route, l *list, once func(draft, *list)) {
	ep := r.entry()
	if ep == nil || l.all != "" {
		return
	}
	for _, t := range ep.ForwardedTrusted {
		p, err := traefik.ParseRange(t)
		if err != nil {
			continue
		}
		if !slices.ContainsFunc(l.ranges.Prefixes, func(q netip.Prefix) bool { return q.Overlaps(p) }) {
			continue
		}
		d := draft{rule: ruleTrustedProxy, evidence: []string{"trusted proxy " + t, s.shown(l)}}
		d.title = fmt.Sprintf("%s holds the proxy in front, and with it all of the proxy's clients", l.mw.Name)
		if traefik.Private(p) && p.Bits() < p.Addr().BitLen() && !wholly(l.ranges, p) {
			// The proxy is one of many addresses there; that it is one of the listed ones is not known.
			d.severity = finding.Info
		}
		once(d, l)
		return
	}
}

func wholly(rs *traefik.Ranges, p netip.Prefix) bool {
	return slices.ContainsFunc(rs.Prefixes, func(q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) })
}

// gatewayInList tells of ranges that hold the gateways of Docker's own networks.
func (s *scene) gatewayInList(r *route, l *list, once func(draft, *list)) {
	if l.all != "" || l.cover.V4 >= broadV4 || s.g.Service != nil && s.g.Service.NetworkMode == "host" {
		return
	}
	for _, gw := range s.dockerGateways() {
		in, ok := l.ranges.Match(gw.address)
		if !ok {
			continue
		}
		d := draft{rule: ruleGateway, evidence: []string{fmt.Sprintf("%s is in %s", gw.address, in)}}
		d.title = fmt.Sprintf("%s holds Docker's gateways, behind which any client may stand", l.mw.Name)
		if gw.network != "" {
			d.evidence = append(d.evidence, "gateway of the network "+gw.network)
			d.title = fmt.Sprintf("%s holds the gateway of the network %s, behind which any client may stand", l.mw.Name, gw.network)
			d.fix = fmt.Sprintf("Take %s out of the list, or choose a subnet for %s that lies outside of it.", gw.address, gw.network)
		}
		once(d, l)
		return
	}
}

// dockerGateway is the address of a network's gateway, which stands for clients that come through Docker's own proxy.
type dockerGateway struct {
	address netip.Addr
	network string // "" for one that Docker may choose by itself
}

// dockerGateways are those of the networks that Traefik is in. Where a subnet is not declared, Docker takes one of its own:
// 172.17.0.0/16 to 172.31.0.0/16 first.
func (s *scene) dockerGateways() []dockerGateway {
	var out []dockerGateway
	chosen := s.g.Service == nil || len(s.g.Service.Networks) == 0 || s.g.Runtime.Static.ReadsServices()
	if s.g.Service != nil {
		for _, key := range s.g.Service.Networks {
			n := s.declared(s.g.Stack.Networks[key])
			if n.Internal {
				continue // no port is published through it
			}
			found := gatewaysOf(n)
			out = append(out, found...)
			chosen = chosen || len(found) == 0
		}
	}
	if chosen {
		for n := byte(17); n <= 31; n++ {
			out = append(out, dockerGateway{address: netip.AddrFrom4([4]byte{172, n, 0, 1})})
		}
	}
	return out
}

// declared is a network as the stack that makes it declares it: an external one may be made by another stack of the host.
func (s *scene) declared(n stack.Network) stack.Network {
	if len(n.Subnets) > 0 || n.Name == "" {
		return n
	}
	for i := range s.host.Stacks {
		for _, o := range s.host.Stacks[i].Networks {
			if o.Name == n.Name && len(o.Subnets) > 0 {
				return o
			}
		}
	}
	return n
}

func gatewaysOf(n stack.Network) []dockerGateway {
	var out []dockerGateway
	for _, sub := range n.Subnets {
		gw, err := netip.ParseAddr(sub.Gateway)
		if err != nil {
			p, err := netip.ParsePrefix(sub.Range)
			if err != nil {
				continue
			}
			gw = p.Masked().Addr().Next()
		}
		if gw.Is4() {
			out = append(out, dockerGateway{gw, n.Key})
		}
	}
	return out
}

// oldNames tells of every ipWhiteList in use where the running version has the new name.
func (s *scene) oldNames() {
	d := draft{}
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
		for _, name := range sortedMiddlewares(all) {
			if w := all[name]; w.AllowList != nil && w.AllowList.Legacy {
				s.oldName(w, d)
			}
		}
	}
}

func (s *scene) oldName(w *traefik.Middleware, d draft) {
	users := s.using(w)
	if len(users) == 0 {
		return
	}
	d.title = fmt.Sprintf(d.title, w.Name)
	d.key, d.place, d.m = w.Name, s.originPlace(w.Origin, ".sourcerange"), s.about(users[0])
	d.router = users[0].Router.Name
	if o := w.Origin; o.Container >= 0 {
		d.m = &s.g.services[o.Container]
		for _, r := range users {
			if r.owner() == d.m {
				d.router = r.Router.Name
				break
			}
		}
		for _, k := range o.Keys {
			if x := d.m.label(k); x != nil && renamed(x.Key) != x.Key {
				d.edits = append(d.edits, s.renameKey(x, renamed(x.Key))...)
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
func (s *scene) redirectList(r *route, once func(draft, *list)) {
	if !r.live() || len(r.past) == 0 || !s.sure() {
		return
	}
	l := &r.past[0]
	if l.mw == nil || s.works(l.mw.Name) && !r.entryRedirect() && !s.openBeside(r) {
		return
	}
	m := s.about(r)
	if r.entryRedirect() {
		if m = s.openAfter(r, l); m == nil {
			return
		}
	} else if !s.openBeside(r) {
		return
	}
	d := draft{rule: ruleRedirectList, m: m, place: s.originPlace(r.Router.Origin, ".middlewares")}
	d.title = fmt.Sprintf("the allowlist %s stands on %s, which redirects every request: it decides nothing", l.mw.Name, r.Router.Name)
	d.evidence = []string{"middlewares " + strings.Join(r.Middlewares, ", ")}
	var open []string
	for _, o := range s.openBy[m] {
		if !slices.Contains(open, o.Router.Name) {
			open = append(open, o.Router.Name)
		}
	}
	d.evidence = append(d.evidence, "open: "+strings.Join(open, ", "))
	s.explained[m] = true
	if r.entryRedirect() {
		d.router, d.key = r.Router.Name, l.mw.Name
		s.add(d)
		return
	}
	d.edits = s.attachEdits(m)
	once(d, l)
}

// openBeside says whether strangers reach the backend of a redirecting router by a router that serves it.
func (s *scene) openBeside(r *route) bool {
	for _, m := range r.targets() {
		for _, o := range s.openBy[m] {
			if o.Router != r.Router && len(o.lists) == 0 {
				return true
			}
		}
	}
	return false
}

// openAfter is a service that strangers reach on the entry point to which another one redirects: the one that defines the
// allowlist, if it is among them.
func (s *scene) openAfter(r *route, l *list) *member {
	if s.works(l.mw.Name) {
		return nil
	}
	var first *member
	for i := range s.g.services {
		m := &s.g.services[i]
		if !slices.ContainsFunc(s.openBy[m], func(o *route) bool { return len(o.lists) == 0 }) {
			continue
		}
		if l.mw.Origin.Container == i {
			return m
		}
		if first == nil {
			first = m
		}
	}
	return first
}

// labelOf is the key of a router's label that ends as wanted.
func labelOf(r *route, suffix string) string {
	for _, k := range r.Router.Origin.Keys {
		if strings.HasSuffix(strings.ToLower(k), suffix) {
			return k
		}
	}
	return ""
}

// unused tells of allowlists that nothing names, unless another finding of the service already says why.
func (s *scene) unused() {
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
	for _, r := range s.g.routes {
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
		for _, name := range sortedMiddlewares(all) {
			w := all[name]
			if w.AllowList == nil || used[prefix+name] {
				continue
			}
			s.unusedList(w, undefined)
		}
	}
}

func sortedMiddlewares(m map[string]*traefik.Middleware) []string {
	n := map[string]int{}
	for k := range m {
		n[k] = 0
	}
	return sortedNames(n)
}

func (s *scene) undefinedNames() []string {
	var out []string
	for _, f := range s.res.Findings {
		if f.Rule == ruleUndefined || f.Rule == ruleConflict {
			for _, r := range s.g.routes {
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

func (s *scene) unusedList(w *traefik.Middleware, undefined []string) {
	base, _, _ := strings.Cut(w.Name, "@")
	if slices.ContainsFunc(undefined, func(n string) bool { return distance(strings.ToLower(n), strings.ToLower(base), 2) <= 2 }) {
		return
	}
	d := draft{rule: ruleUnused, key: w.Name, place: s.originPlace(w.Origin, ".sourcerange"), m: s.gatewayMember()}
	d.title = fmt.Sprintf("nothing uses the allowlist %s", w.Name)
	d.fix = "Name it in the `middlewares` of the router that serves the backend, or remove it."
	if i := w.Origin.Container; i >= 0 {
		d.m = &s.g.services[i]
		if s.explained[d.m] || s.autoOnly(i) {
			return
		}
	}
	if d.m == nil || !slices.ContainsFunc(s.openBy[d.m], func(r *route) bool { return !s.declaredPublic(r, d.m) && !r.Internal() }) || !s.sure() {
		d.severity = finding.Info
	} else {
		d.edits = s.attachEdits(d.m)
	}
	s.add(d)
}

// autoOnly says whether a container has no router but the one that Traefik made for it, which a finding of its own tells.
func (s *scene) autoOnly(container int) bool {
	return slices.ContainsFunc(s.g.routes, func(r *route) bool { return r.Router.Auto && r.Router.Origin.Container == container && r.class.open() })
}
