package access

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// class is who may take a router.
type class int

const (
	public        class = iota // anybody
	authenticated              // whoever knows a password, a login or has a client certificate
	allowlisted                // some addresses
	closed                     // nobody
	redirects                  // nobody gets further than a redirection
	internal                   // only what can reach an entry point that is not published
	unknown
)

var classWords = map[class]string{
	public: "public", authenticated: "authenticated", allowlisted: "allowlisted", closed: "closed", redirects: "redirect",
	internal: "internal", unknown: "unknown",
}

func (c class) String() string { return classWords[c] }

// open says whether strangers get through, as far as is known.
func (c class) open() bool { return c == public }

// route is a router on an entry point with what its middlewares do.
type route struct {
	*traefik.Route
	g       *Gateway
	class   class
	why     string
	lists   []list              // allowlists in front of the backend, in order
	past    []list              // allowlists behind a redirection that nobody gets past, or on a router that only redirects
	sources []string            // what may enter, where class is allowlisted
	auth    string              // name of the middleware that asks who it is
	asker   string              // who asks, where it is another service or a plugin
	open    string              // why a login lets strangers in all the same, "" if it does not
	decider *traefik.Middleware // what decides where it is not known how, nil if nothing does
	bouncer *traefik.Middleware // what may refuse whom it knows, nil if nothing does
	shadow  *route              // the router that takes all that this one would
	nobody  string              // why an allowlist lets nobody in, "" if it does not
}

// list is an allowlist on a route.
type list struct {
	mw     *traefik.Middleware
	ranges *traefik.Ranges // nil where they cannot be seen
	all    string          // "IPv4", "IPv6" or "IPv4 and IPv6" if it lets everybody of a family in
	spoof  string          // why any client can choose the address that is judged
	never  string          // why it lets nobody in
	forced string          // why every client has the one address that is judged, which the list holds
	maybe  string          // why it may be that the judged address is not the client's
	cover  traefik.Cover
}

// effective reports whether a list keeps strangers out.
func (l *list) effective() bool {
	return l.all == "" && l.spoof == "" && l.forced == "" && l.maybe == ""
}

// headers are what the middlewares before have made of a request's forwarding headers.
type headers struct {
	forwardedFor *string             // what X-Forwarded-For was set to, nil if it was not
	writer       string              // the middleware that set it
	maybe        *traefik.Middleware // what may have written it, nil if nothing may
	proto        string              // what X-Forwarded-Proto was set to
}

// pass notes what a middleware does to the headers of those whom it lets through.
func (h *headers) pass(m *traefik.Middleware) {
	if m.Rewrites {
		h.maybe = m
	}
	if v, ok := m.Headers["x-forwarded-for"]; ok {
		h.forwardedFor, h.writer, h.maybe = &v, m.Name, nil
	}
	if v, ok := m.Headers["x-forwarded-proto"]; ok {
		h.proto = v
	}
}

// classify works out every route of a gateway.
func (c *checker) classify(g *Gateway) {
	for _, r := range g.Runtime.Routes {
		g.routes = append(g.routes, &route{Route: r, g: g})
	}
	g.leading = map[*member][]*route{}
	rivals := rivals{}
	for _, r := range g.routes {
		c.lodge(r)
		r.judge()
		rivals.add(r)
		for _, m := range r.targets() {
			g.leading[m] = append(g.leading[m], r)
		}
	}
	for _, r := range g.routes {
		r.findShadow(rivals)
	}
}

// rivals are the routes that may take another one's requests: those of an entry point for a host, under "" those that
// name no host or a pattern of them.
type rivals map[string][]*route

func rivalKey(entryPoint, host string) string { return entryPoint + "\x00" + host }

func (m rivals) add(r *route) {
	if !r.Served() || r.Rule == nil || r.UDP {
		return
	}
	hosts := r.Rule.Hosts()
	if len(hosts) == 0 || slices.ContainsFunc(hosts, func(h string) bool { return strings.Contains(h, "*") }) {
		hosts = []string{""}
	}
	for _, h := range hosts {
		k := rivalKey(r.EntryPoint, h)
		m[k] = append(m[k], r)
	}
}

// of lists the rivals of a route.
func (m rivals) of(r *route) []*route {
	out := slices.Clone(m[rivalKey(r.EntryPoint, "")])
	for _, h := range r.Rule.Hosts() {
		out = append(out, m[rivalKey(r.EntryPoint, h)]...)
	}
	return out
}

func (r *route) entry() *traefik.EntryPoint { return r.g.Runtime.Static.EntryPoints[r.EntryPoint] }

// judge decides who gets through.
func (r *route) judge() {
	switch {
	case !r.Served():
		r.class, r.why = closed, "Traefik does not serve it: "+r.Faults[0].Msg
		r.collect(r.Chain)
		return
	case r.UDP && r.g.Assumed:
		r.class, r.why = unknown, "UDP routers know no middlewares; whether its entry point is published is not known"
		return
	case r.UDP && r.Unknown != "":
		r.class, r.why = unknown, r.Unknown
		return
	case r.UDP:
		r.class, r.why = public, "UDP routers know no middlewares"
		r.reach()
		return
	}
	r.guards()
	r.reach()
}

// guards works out what stands between those who reach the entry point and the backend.
func (r *route) guards() {
	r.walk()
	if src := r.Rule.Sources(); src != nil {
		l := list{ranges: src, cover: src.Cover()}
		l.all = everyone(l.cover)
		r.lists = append(r.lists, l)
	}
	r.decide()
}

// walk follows the chain up to a redirection that nobody gets past.
func (r *route) walk() {
	ep := r.entry()
	var h headers
	for i, m := range r.Chain {
		encrypted := strings.EqualFold(h.proto, "https") || strings.EqualFold(h.proto, "wss")
		switch {
		case m.AllowList != nil:
			r.lists = append(r.lists, r.list(m, &h))
		case m.Redirect != nil && !(encrypted && m.Redirect.Scheme != "") && r.redirectsAll(m.Redirect, ep),
			m.TLSRedir && r.TLS == nil && !trustsEverybody(ep) && h.proto != "https":
			r.class, r.why = redirects, m.Name+" redirects every request"
			r.past = r.lists
			r.lists = nil
			r.collect(r.Chain[i+1:])
			return
		case m.Auth == "forwardauth" || len(m.Plugins) > 0:
			r.ask(m)
		case m.Auth != "":
			r.auth = m.Name
		}
		h.pass(m)
	}
}

// ask notes what a middleware means that lets another service or a plugin decide.
func (r *route) ask(m *traefik.Middleware) {
	switch {
	case m.Decision == traefik.Bouncer:
		r.bouncer = m
	case m.Decision == traefik.Undecided:
		r.decider = m
	case r.exempted(m, strangers...):
		r.open = fmt.Sprintf("the rules of %s let requests in without a login (policy: bypass)", m.Decider)
	default:
		r.auth, r.asker = m.Name, m.Decider
		if without := r.exemptNetworks(m); len(without) > 0 {
			r.asker += "; its rules ask nobody in " + shorten(without)
		}
	}
}

// collect notes the allowlists of a chain that decide nothing.
func (r *route) collect(chain []*traefik.Middleware) {
	for _, m := range chain {
		if m.AllowList != nil {
			r.past = append(r.past, r.list(m, &headers{}))
		}
	}
}

func (r *route) redirectsAll(d *traefik.Redirect, ep *traefik.EntryPoint) bool {
	if r.TLS != nil {
		return d.Scheme == "http"
	}
	if d.Scheme != "" && trustsEverybody(ep) {
		return false // whoever writes X-Forwarded-Proto: https is not redirected
	}
	var hosts []string
	if r.Rule != nil {
		hosts = r.Rule.Hosts()
	}
	return d.RedirectsAll(hosts)
}

// trustsEverybody says whether an entry point believes the forwarding headers of any client.
func trustsEverybody(ep *traefik.EntryPoint) bool {
	if ep == nil {
		return false
	}
	if ep.ForwardedInsecure {
		return true
	}
	rs, err := traefik.ParseRanges(ep.ForwardedTrusted)
	return err == nil && everyone(rs.Cover()) != ""
}

func everyone(c traefik.Cover) string {
	const whole = 0.999
	switch {
	case c.V4 >= whole && c.V6 >= whole:
		return "IPv4 and IPv6"
	case c.V4 >= whole:
		return "IPv4"
	case c.V6 >= whole:
		return "IPv6"
	}
	return ""
}

// list reads an allowlist as it works on this route, behind the middlewares that made the headers what they are.
func (r *route) list(m *traefik.Middleware, h *headers) list {
	l := list{mw: m}
	rs, err := traefik.ParseRanges(m.AllowList.Ranges)
	if err != nil || m.Opaque {
		return l
	}
	l.ranges, l.cover = rs, rs.Cover()
	l.all = everyone(l.cover)
	a, ep := m.AllowList, r.entry()
	forwarded := a.Strategy && (a.Depth > 0 || len(a.ExcludedIPs) > 0) && !r.TCP
	switch {
	case forwarded && h.forwardedFor != nil:
		if rs.Contains(a.Judged(*h.forwardedFor)) {
			l.forced = h.writer + " writes X-Forwarded-For before the list judges it, and what it writes is in the list: everybody is let in"
		} else {
			l.never = h.writer + " writes X-Forwarded-For before the list judges it, and what it writes is not in the list"
		}
	case forwarded && h.maybe != nil:
		l.maybe = h.maybe.Name + " may write X-Forwarded-For before the list judges it"
		if h.maybe.Decider != "" {
			l.maybe = fmt.Sprintf(
				"%s (%s) may write X-Forwarded-For before the list judges it",
				h.maybe.Name,
				h.maybe.Decider,
			)
		}
	case forwarded && ep != nil && !r.g.Assumed:
		switch proxies := ep.ForwardedTrusted; {
		case ep.ForwardedInsecure:
			l.spoof = "the entry point believes the forwarding headers of any client (forwardedHeaders.insecure)"
		case trustsEverybody(ep):
			l.spoof = "the entry point believes the forwarding headers of any client (forwardedHeaders.trustedIPs holds everybody)"
		case len(proxies) == 0:
			l.never = "it looks for the client in X-Forwarded-For, which Traefik drops where no proxy is trusted"
		case a.Depth > len(proxies) && singleAddresses(proxies):
			l.spoof = fmt.Sprintf(
				"it takes address %d of X-Forwarded-For from the right, but there are only %d trusted proxies: the client writes the rest",
				a.Depth,
				len(proxies),
			)
		}
	}
	if l.never == "" && l.forced == "" {
		l.never = neverMatches(a, rs, forwarded)
	}
	return l
}

func singleAddresses(list []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool {
		p, err := traefik.ParseRange(s)
		return err != nil || p.Bits() != p.Addr().BitLen()
	})
}

// neverMatches says why no client's address can be in a list.
func neverMatches(a *traefik.AllowList, rs *traefik.Ranges, forwarded bool) string {
	for i := range rs.Prefixes {
		if useless(a, rs, i, forwarded) == "" {
			return ""
		}
	}
	return useless(a, rs, 0, forwarded)
}

// useless says why an element of a list matches nobody.
func useless(a *traefik.AllowList, rs *traefik.Ranges, i int, forwarded bool) string {
	p := rs.Prefixes[i]
	switch {
	case p.Addr().IsUnspecified() && p.Bits() == p.Addr().BitLen():
		return fmt.Sprintf("%s is one address that no client has, not \"everybody\"", rs.Written[i])
	case a.IPv6Subnet != nil && p.Addr().Is6() && p.Bits() > *a.IPv6Subnet && (!forwarded || a.Depth > 0):
		if base, err := p.Addr().Prefix(*a.IPv6Subnet); err == nil && base.Addr() != p.Addr() {
			return fmt.Sprintf(
				"clients are cut to /%d before they are compared, so %s matches nobody",
				*a.IPv6Subnet,
				rs.Written[i],
			)
		}
	}
	return ""
}

// decide takes the lists, the login and the certificate together.
func (r *route) decide() {
	if r.class == redirects {
		return
	}
	var guards []*list
	for i := range r.lists {
		l := &r.lists[i]
		if l.never != "" {
			r.class, r.why, r.nobody = closed, l.never, l.never
			return
		}
		if l.effective() {
			guards = append(guards, l)
		}
	}
	if why := r.apart(); why != "" {
		r.class, r.why, r.nobody = closed, why, why
		return
	}
	switch {
	case len(guards) > 0:
		r.class = allowlisted
		for _, l := range guards {
			r.sources = append(r.sources, l.text())
		}
		r.why = "only " + strings.Join(r.sources, " that are also in ")
	case r.auth != "":
		r.class, r.why = authenticated, r.auth+" asks for a login"
		if r.asker != "" {
			r.why = fmt.Sprintf("%s asks for a login (%s)", r.auth, r.asker)
		}
	case r.g.Runtime.ClientCert(r.Route):
		r.class, r.why = authenticated, "TLS asks for a client certificate"
	case r.Unknown != "":
		r.class, r.why = unknown, r.Unknown
	case r.g.Assumed:
		r.class, r.why = unknown, "no middleware of its own; what its entry points add is not known"
	case r.decider != nil:
		r.class, r.why = unknown, undecidedWhy(r.decider)
	case slices.ContainsFunc(r.lists, func(l list) bool { return l.maybe != "" && l.spoof == "" && l.all == "" }):
		i := slices.IndexFunc(r.lists, func(l list) bool { return l.maybe != "" })
		r.class, r.why = unknown, r.lists[i].maybe
	case len(r.lists) > 0 && r.lists[0].spoof+r.lists[0].forced != "":
		r.class, r.why = public, r.lists[0].spoof+r.lists[0].forced
	case len(r.lists) > 0:
		r.class, r.why = public, "its allowlist holds everybody"
	case r.open != "":
		r.class, r.why = public, r.open
	case r.bouncer != nil:
		r.class, r.why = public, fmt.Sprintf(
			"no allowlist, no login; %s (%s) refuses only whom it knows",
			r.bouncer.Name,
			r.bouncer.Decider,
		)
	default:
		r.class, r.why = public, "no allowlist, no login"
	}
}

// apart says why nobody can be in all of the route's lists at once, "" where somebody may be.
func (r *route) apart() string {
	var lists []*list
	for i := range r.lists {
		if l := &r.lists[i]; l.ranges != nil && l.forced+l.maybe == "" {
			lists = append(lists, l)
		}
	}
	for i, a := range lists {
		for _, b := range lists[i+1:] {
			switch {
			case a.forwarded() != b.forwarded():
				if why := r.proxyApart(a, b); why != "" {
					return why
				}
			case a.judgesAs(b) && !a.clients().Overlaps(b.clients()):
				return "two allowlists hold at once and no address is in both"
			}
		}
	}
	return ""
}

// proxyApart says why nobody passes two lists of which one judges the connection and the other one what a proxy says:
// the connection is then the proxy's.
func (r *route) proxyApart(a, b *list) string {
	if b.forwarded() {
		a, b = b, a
	}
	ep := r.entry()
	if ep == nil || r.g.Assumed || ep.ForwardedInsecure {
		return ""
	}
	proxies, err := traefik.ParseRanges(ep.ForwardedTrusted)
	if err != nil || b.clients().Overlaps(proxies) {
		return ""
	}
	return fmt.Sprintf(
		"%s asks for a client behind a trusted proxy, and %s lets no trusted proxy in",
		a.name(),
		b.name(),
	)
}

// clients are the addresses that a list lets in: where they are cut to an ipv6Subnet before they are compared, an
// element stands for all that are cut to it.
func (l *list) clients() *traefik.Ranges {
	if l.mw == nil || l.mw.AllowList.IPv6Subnet == nil {
		return l.ranges
	}
	cut := *l.mw.AllowList.IPv6Subnet
	out := &traefik.Ranges{}
	for i, p := range l.ranges.Prefixes {
		if p.Addr().Is6() && p.Bits() > cut {
			whole, err := p.Addr().Prefix(cut)
			if err != nil || whole.Addr() != p.Addr() {
				continue // nobody is cut to that
			}
			p = whole
		}
		out.Prefixes, out.Written = append(out.Prefixes, p), append(out.Written, l.ranges.Written[i])
	}
	return out
}

// judgesAs reports whether two lists judge the same address of a request.
func (l *list) judgesAs(o *list) bool {
	if !l.forwarded() {
		return true
	}
	a, b := l.mw.AllowList, o.mw.AllowList
	return a.Depth == b.Depth && slices.Equal(a.ExcludedIPs, b.ExcludedIPs)
}

func (l *list) name() string {
	if l.mw == nil {
		return "ClientIP in the rule"
	}
	return l.mw.Name
}

func (l *list) forwarded() bool { return l.mw != nil && l.mw.AllowList.Forwarded() }

func (l *list) text() string {
	if l.ranges == nil {
		return l.name() + " (from a variable)"
	}
	return l.name() + " (" + shorten(l.ranges.Written) + ")"
}

func shorten(s []string) string {
	if len(s) > 6 {
		return strings.Join(s[:5], ", ") + fmt.Sprintf(" and %d more", len(s)-5)
	}
	return strings.Join(s, ", ")
}

// reach narrows a route that only the machine or the networks behind it can get to.
func (r *route) reach() {
	if r.class == closed || r.class == redirects || r.g.Assumed {
		return
	}
	if ok, why := r.g.published(r.entry()); !ok {
		if r.class, r.why = internal, why; r.g.hiddenPort() {
			r.class, r.why = unknown, "which ports of Traefik's are published hangs on a variable that has no value here"
		}
		return
	}
	if r.cutOff() {
		r.class, r.why = internal, "Traefik is in none of its networks: what the router takes ends in a time-out"
	}
}

// cutOff says whether Traefik shares no network with any container that the route leads to: the engine drops what goes
// from one bridge network to another, so that the router exists and its requests do not arrive.
func (r *route) cutOff() bool {
	targets := r.targets()
	for _, m := range targets {
		if m.outside || r.g.spaces.meet(r.g.Stack, r.g.Service, m.stack, m.service) {
			return false
		}
	}
	return len(targets) > 0
}

// meet says whether two containers are in one network. Any network mode but the bridges' counts as yes: a host's
// network reaches all of them, and what another container's or a plugin's holds is not known.
func meet(sa *stack.Stack, a *stack.Service, sb *stack.Stack, b *stack.Service) bool {
	if sa == nil || a == nil || sb == nil || a.NetworkMode != "" || b.NetworkMode != "" {
		return true
	}
	mine := map[string]bool{}
	for _, k := range a.Networks {
		name := sa.Networks[k].Name
		if name == "" {
			return true // not known
		}
		mine[name] = true
	}
	for _, k := range b.Networks {
		if name := sb.Networks[k].Name; name == "" || mine[name] {
			return true
		}
	}
	return len(mine) == 0 || len(b.Networks) == 0
}

// home is the service whose network Traefik lives in, whose ports are Traefik's: its own service, as a rule.
func (g *Gateway) home() *stack.Service {
	if space := g.spaces[g.Service]; space != nil {
		return space.owner.service
	}
	return g.Service
}

// hiddenPort reports whether a variable without a value hides which port of Traefik's is published.
func (g *Gateway) hiddenPort() bool {
	return g.Service != nil && slices.ContainsFunc(g.home().Ports, func(p stack.Port) bool { return p.Target == 0 && len(p.Unset) > 0 })
}

// published says whether strangers can reach an entry point.
func (g *Gateway) published(ep *traefik.EntryPoint) (bool, string) {
	switch {
	case ep == nil || g.Service == nil:
		return true, ""
	case ep.Loopback():
		return false, "its entry point listens on the loopback address only"
	case g.home().NetworkMode == "host":
		return true, ""
	case len(g.home().Ports) == 0:
		return true, "" // something else brings the clients: a tunnel, another host's proxy
	}
	proto := "tcp"
	if ep.UDP() {
		proto = "udp"
	}
	for _, p := range g.home().Ports {
		if int(p.Target) == ep.Port() && (p.Protocol == "" || p.Protocol == proto) && !loopback(p.HostIP) {
			return true, ""
		}
	}
	return false, "the port of its entry point is not published"
}

func loopback(ip string) bool {
	a := net.ParseIP(strings.Trim(ip, "[]"))
	return a != nil && a.IsLoopback() || ip == "localhost"
}

// findShadow looks for a router that takes every request first.
func (r *route) findShadow(all rivals) {
	if !r.Served() || r.Rule == nil || r.UDP {
		return
	}
	for _, o := range all.of(r) {
		switch {
		case o.TCP && !r.TCP && o.TLS == nil && r.TLS == nil && o.Rule.CatchAll():
		case o.TCP != r.TCP || (o.TLS == nil) != (r.TLS == nil) || o.Priority <= r.Priority || !o.entryRedirect() && !r.Rule.Implies(o.Rule):
			continue
		}
		if o != r && o.Unknown == "" {
			r.shadow = o
			return
		}
	}
}

// entryRedirect says whether the route is an entry point's own redirection. It takes every request; that it may leave
// out the path of certificate challenges makes no other door.
func (r *route) entryRedirect() bool {
	return r.Router.Provider == "internal" && r.Service == "noop@internal"
}

// live says whether requests reach the route at all.
func (r *route) live() bool { return r.Served() && r.shadow == nil }

// owner is the service on which the router is declared, nil for a file or Traefik itself.
func (r *route) owner() *member {
	if i := r.Router.Origin.Container; i >= 0 && i < len(r.g.services) {
		return &r.g.services[i]
	}
	return nil
}

// targets are the services that the route leads to.
func (r *route) targets() []*member {
	var out []*member
	for _, i := range r.Containers {
		out = append(out, &r.g.services[i])
	}
	for _, o := range r.Outside {
		out = append(out, r.g.outsider(o))
	}
	return out
}

// outsider stands for what a router leads to and what is no compose service: a machine of the network, a program of
// the host's.
func (g *Gateway) outsider(at string) *member {
	m := g.outside[at]
	if m == nil {
		st := g.Stack
		if st == nil {
			st = &stack.Stack{}
		}
		m = &member{
			stack:   st,
			service: &stack.Service{Name: at, Stack: st.Name},
			labels:  map[string]*stack.Label{},
			outside: true,
		}
		g.outside[at] = m
	}
	return m
}

func (m *member) name() string {
	if m == nil {
		return ""
	}
	return m.service.Name
}

// label is the label that counts for a key, nil if there is none.
func (m *member) label(key string) *stack.Label {
	if m == nil {
		return nil
	}
	return m.labels[key]
}
