package exposure

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// Class is who may take a router.
type Class int

const (
	Public        Class = iota // anybody
	Authenticated              // whoever knows a password, a login or has a client certificate
	Allowlisted                // some addresses
	Closed                     // nobody
	Redirects                  // nobody gets further than a redirection
	Internal                   // only what can reach an entry point that is not published
	Unknown
)

var classWords = map[Class]string{
	Public: "public", Authenticated: "authenticated", Allowlisted: "allowlisted", Closed: "closed",
	Redirects: "redirect",
	Internal:  "internal", Unknown: "unknown",
}

// String is the word of reports.
func (c Class) String() string { return classWords[c] }

// Open reports whether strangers get through, as far as is known.
func (c Class) Open() bool { return c == Public }

// Route is a router on an entry point with what its middlewares do.
type Route struct {
	*traefik.Route
	g     *Gateway
	Class Class
	Why   string
	Lists []Allowlist // allowlists in front of the backend, in order
	// allowlists behind a redirection that nobody gets past, or on a router that only redirects
	Past    []Allowlist
	Sources []string            // what may enter, where class is allowlisted
	Auth    string              // name of the middleware that asks who it is
	asker   string              // who asks, where it is another service or a plugin
	open    string              // why a login lets strangers in all the same, "" if it does not
	decider *traefik.Middleware // what decides where it is not known how, nil if nothing does
	bouncer *traefik.Middleware // what may refuse whom it knows, nil if nothing does
	Shadow  *Route              // the router that takes all that this one would
	Nobody  string              // why an allowlist lets nobody in, "" if it does not
}

// headers are what the middlewares before have made of a request's forwarding headers.
type headers struct {
	forwardedFor *string             // what X-Forwarded-For was set to, nil if it was not
	writer       string              // the middleware that set it
	maybe        *traefik.Middleware // what may have written it, nil if nothing may
	anything     *traefik.Middleware // what may have changed any part of the request, nil if nothing may
	vouched      bool                // somebody answers for its being the client's
	proto        string              // what X-Forwarded-Proto was set to
}

// pass notes what a middleware does to the headers of those whom it lets through.
func (h *headers) pass(m *traefik.Middleware) {
	switch {
	case m.Vouched:
		h.vouched, h.maybe, h.forwardedFor = true, nil, nil
	case m.Rewrites:
		h.vouched, h.maybe = false, m
	}
	if m.Readdresses {
		h.anything = m
	}
	if v, ok := m.Headers["x-forwarded-for"]; ok {
		h.forwardedFor, h.writer, h.maybe, h.vouched = &v, m.Name, nil, false
	}
	if v, ok := m.Headers["x-forwarded-proto"]; ok {
		h.proto = v
	}
}

// classify works out every route of a gateway.
func (c *builder) classify(g *Gateway) {
	for _, r := range g.Runtime.Routes {
		g.Routes = append(g.Routes, &Route{Route: r, g: g})
	}
	g.leading = map[*Container][]*Route{}
	rivals := rivals{}
	for _, r := range g.Routes {
		c.lodge(r)
		r.judge()
		rivals.add(r)
		for _, m := range r.Targets() {
			g.leading[m] = append(g.leading[m], r)
		}
	}
	for _, r := range g.Routes {
		r.findShadow(rivals)
	}
	g.openRoutes()
}

// rivals are the routes that may take another one's requests: those of an entry point for a host, under "" those that
// name no host or a pattern of them.
type rivals map[string][]*Route

func rivalKey(entryPoint, host string) string { return entryPoint + "\x00" + host }

func (m rivals) add(r *Route) {
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
func (m rivals) of(r *Route) []*Route {
	out := slices.Clone(m[rivalKey(r.EntryPoint, "")])
	for _, h := range r.Rule.Hosts() {
		out = append(out, m[rivalKey(r.EntryPoint, h)]...)
	}
	return out
}

// Entry is the entry point that the route is on, nil where Traefik has none of that name.
func (r *Route) Entry() *traefik.EntryPoint { return r.g.Runtime.Static.EntryPoints[r.EntryPoint] }

// judge decides who gets through.
func (r *Route) judge() {
	switch {
	case !r.Served():
		r.Class, r.Why = Closed, "Traefik does not serve it: "+r.Faults[0].Msg
		if name := r.emptied(); name != "" {
			r.Class, r.Why = Unknown, "its allowlist depends on the variable "+name+", which has no value here: without "+
				"one Traefik does not serve it"
		}
		r.collect(r.Chain)
		return
	case !r.Router.OpaqueRule && r.Rule.Impossible():
		r.Class, r.Why = Closed, "its rule asks for a host with letters that no host may have"
		r.collect(r.Chain)
		return
	case r.UDP && r.g.Assumed:
		r.Class, r.Why = Unknown, "UDP routers know no middlewares; whether its entry point is published is not known"
		return
	case r.UDP && r.Unknown != "":
		r.Class, r.Why = Unknown, r.Unknown
		return
	case r.UDP:
		r.Class, r.Why = Public, "UDP routers know no middlewares"
		r.reach()
		return
	}
	r.guards()
	r.reach()
}

// guards works out what stands between those who reach the entry point and the backend.
func (r *Route) guards() {
	r.walk()
	if src := r.Rule.Sources(); src != nil {
		l := Allowlist{Ranges: src, Cover: src.Cover()}
		l.Everybody = Everyone(l.Cover)
		r.Lists = append(r.Lists, l)
	}
	r.decide()
}

// walk follows the chain up to a redirection that nobody gets past.
func (r *Route) walk() {
	ep := r.Entry()
	var h headers
	for i, m := range r.Chain {
		encrypted := strings.EqualFold(h.proto, "https") || strings.EqualFold(h.proto, "wss")
		switch {
		case m.AllowList != nil:
			r.Lists = append(r.Lists, r.list(m, &h))
		case m.Redirect != nil && !(encrypted && m.Redirect.Scheme != "") && r.redirectsAll(m.Redirect, ep),
			m.TLSRedir && r.TLS == nil && !trustsEverybody(ep) && h.proto != "https":
			r.Class, r.Why = Redirects, m.Name+" redirects every request"
			r.Past = r.Lists
			r.Lists = nil
			r.collect(r.Chain[i+1:])
			return
		case m.Auth == "forwardauth" || len(m.Plugins) > 0:
			r.ask(m)
		case m.Auth != "":
			r.Auth = m.Name
		}
		h.pass(m)
	}
}

// ask notes what a middleware means that lets another service or a plugin decide.
func (r *Route) ask(m *traefik.Middleware) {
	switch {
	case m.Decision == traefik.Bouncer:
		r.bouncer = m
	case m.Decision == traefik.Undecided:
		r.decider = m
	case r.exempted(m, strangers...):
		r.open = fmt.Sprintf("the rules of %s let some requests in without a login", m.Decider)
	default:
		r.Auth, r.asker = m.Name, m.Decider
		if without := r.exemptNetworks(m); len(without) > 0 {
			r.asker += "; its rules ask nobody in " + Shorten(without)
		}
	}
}

// collect notes the allowlists of a chain that decide nothing.
func (r *Route) collect(chain []*traefik.Middleware) {
	for _, m := range chain {
		if m.AllowList != nil {
			r.Past = append(r.Past, r.list(m, &headers{}))
		}
	}
}

func (r *Route) redirectsAll(d *traefik.Redirect, ep *traefik.EntryPoint) bool {
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

// trustsEverybody reports whether an entry point believes the forwarding headers of any client.
func trustsEverybody(ep *traefik.EntryPoint) bool {
	if ep == nil {
		return false
	}
	if ep.ForwardedInsecure {
		return true
	}
	rs, err := traefik.ParseRanges(ep.ForwardedTrusted)
	return err == nil && Everyone(rs.Cover()) != ""
}

// Everyone names the address families of which ranges hold everybody, "" if of none.
func Everyone(c traefik.Cover) string {
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

// decide takes the lists, the login and the certificate together.
func (r *Route) decide() {
	if r.Class == Redirects {
		return
	}
	var guards []*Allowlist
	for i := range r.Lists {
		l := &r.Lists[i]
		if l.Never != "" {
			r.Class, r.Why, r.Nobody = Closed, l.Never, l.Never
			return
		}
		if l.effective() {
			guards = append(guards, l)
		}
	}
	if why := r.apart(); why != "" {
		r.Class, r.Why, r.Nobody = Closed, why, why
		return
	}
	switch {
	case len(guards) > 0:
		r.Class = Allowlisted
		for _, l := range guards {
			r.Sources = append(r.Sources, l.text())
		}
		r.Why = "only " + strings.Join(r.Sources, " that are also in ")
	case r.Auth != "":
		r.Class, r.Why = Authenticated, r.Auth+" asks for a login"
		if r.asker != "" {
			r.Why = fmt.Sprintf("%s asks for a login (%s)", r.Auth, r.asker)
		}
	case r.g.Runtime.ClientCert(r.Route):
		r.Class, r.Why = Authenticated, "TLS asks for a client certificate"
	case r.Unknown != "":
		r.Class, r.Why = Unknown, r.Unknown
	case r.g.Assumed:
		r.Class, r.Why = Unknown, "no middleware of its own; what its entry points add is not known"
	case r.decider != nil:
		r.Class, r.Why = Unknown, undecidedWhy(r.decider)
	case slices.ContainsFunc(r.Lists, func(l Allowlist) bool {
		return l.Maybe != "" && l.Spoof == "" &&
			l.Everybody == ""
	}):
		i := slices.IndexFunc(r.Lists, func(l Allowlist) bool { return l.Maybe != "" })
		r.Class, r.Why = Unknown, r.Lists[i].Maybe
	case len(r.Lists) > 0 && r.Lists[0].Spoof+r.Lists[0].Forced != "":
		r.Class, r.Why = Public, r.Lists[0].Spoof+r.Lists[0].Forced
	case len(r.Lists) > 0:
		r.Class, r.Why = Public, "its allowlist holds everybody"
	case r.open != "":
		r.Class, r.Why = Public, r.open
	case r.bouncer != nil:
		r.Class, r.Why = Public, fmt.Sprintf(
			"no allowlist, no login; %s asks for none (%s)",
			r.bouncer.Name,
			r.bouncer.Decider,
		)
	default:
		r.Class, r.Why = Public, "no allowlist, no login"
	}
}

// apart says why nobody can be in all of the route's lists at once, "" where somebody may be.
func (r *Route) apart() string {
	var lists []*Allowlist
	for i := range r.Lists {
		if l := &r.Lists[i]; l.Ranges != nil && l.Forced+l.Maybe == "" {
			lists = append(lists, l)
		}
	}
	for i, a := range lists {
		for _, b := range lists[i+1:] {
			switch {
			case a.Forwarded() != b.Forwarded():
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
func (r *Route) proxyApart(a, b *Allowlist) string {
	if b.Forwarded() {
		a, b = b, a
	}
	ep := r.Entry()
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

// Shorten is a list of ranges for a sentence.
func Shorten(s []string) string {
	if len(s) > 6 {
		return strings.Join(s[:5], ", ") + fmt.Sprintf(" and %d more", len(s)-5)
	}
	return strings.Join(s, ", ")
}

// reach narrows a route that only the machine or the networks behind it can get to.
func (r *Route) reach() {
	if r.Class == Closed || r.Class == Redirects || r.g.Assumed {
		return
	}
	if ok, why := r.g.published(r.Entry(), r.TLS != nil && !r.TCP); !ok {
		if r.Class, r.Why = Internal, why; r.g.hiddenPort() {
			r.Class, r.Why = Unknown, "which ports of Traefik's are published depends on a variable that has no value "+
				"here"
		}
		return
	}
	if r.cutOff() {
		r.Class, r.Why = Internal, "Traefik is in none of its networks: what the router takes ends in a time-out"
	}
}

// cutOff reports whether Traefik shares no network with any container that the route leads to: the engine drops what
// goes from one bridge network to another, so that the router exists and its requests do not arrive.
func (r *Route) cutOff() bool {
	targets := r.Targets()
	for _, m := range targets {
		if m.Outside || r.g.spaces.meet(r.g.Stack, r.g.Service, m.Stack, m.Service) {
			return false
		}
	}
	return len(targets) > 0
}

// meet reports whether two containers are in one network. Any network mode but the bridges' counts as yes: a host's
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
		return space.owner.Service
	}
	return g.Service
}

// hiddenPort reports whether a variable without a value hides which port of Traefik's is published.
func (g *Gateway) hiddenPort() bool {
	return g.Service != nil &&
		slices.ContainsFunc(g.home().Ports, func(p stack.Port) bool { return p.Target == 0 && len(p.Unset) > 0 })
}

// published reports whether strangers can reach an entry point. https says that TLS is asked for, which HTTP/3 serves over
// UDP.
func (g *Gateway) published(ep *traefik.EntryPoint, https bool) (bool, string) {
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
	why := "the port of its entry point is not published"
	for _, p := range g.home().Ports {
		spoken := p.Protocol == "" || p.Protocol == proto || p.Protocol == "udp" && ep.HTTP3 && https
		if int(p.Target) != ep.Port() || !spoken {
			continue
		}
		if PortReach(p) != "internal" {
			return true, ""
		}
		why = "the port of its entry point is published on " + p.HostIP + " only"
	}
	return false, why
}

// Loopback reports whether an address is the machine's own.
func Loopback(ip string) bool {
	a := net.ParseIP(strings.Trim(ip, "[]"))
	return a != nil && a.IsLoopback() || ip == "localhost"
}

// findShadow looks for a router that takes every request first.
func (r *Route) findShadow(all rivals) {
	if !r.Served() || r.Rule == nil || r.UDP {
		return
	}
	for _, o := range all.of(r) {
		switch {
		case o.TCP && !r.TCP && o.TLS == nil && r.TLS == nil && o.Rule.CatchAll():
		case o.TCP != r.TCP || (o.TLS == nil) != (r.TLS == nil) || o.Priority <= r.Priority || !o.EntryRedirect() &&
			!r.Rule.Implies(o.Rule):
			continue
		}
		if o != r && o.Unknown == "" {
			r.Shadow = o
			return
		}
	}
}

// EntryRedirect reports whether the route is an entry point's own redirection. It takes every request; that it may
// leave out the path of certificate challenges makes no other access path.
func (r *Route) EntryRedirect() bool {
	return r.Router.Provider == "internal" && r.Service == "noop@internal"
}

// Live reports whether requests reach the route at all.
func (r *Route) Live() bool { return r.Served() && r.Shadow == nil }

// Owner is the service on which the router is declared, nil for a file or Traefik itself.
func (r *Route) Owner() *Container {
	if i := r.Router.Origin.Container; i >= 0 && i < len(r.g.Containers) {
		return &r.g.Containers[i]
	}
	return nil
}

// Targets are the services that the route leads to.
func (r *Route) Targets() []*Container {
	var out []*Container
	for _, i := range r.Containers {
		out = append(out, &r.g.Containers[i])
	}
	for _, o := range r.Outside {
		out = append(out, r.g.outsider(o))
	}
	return out
}

// outsider stands for what a router leads to and what is no compose service: a machine of the network, a program of
// the host's.
func (g *Gateway) outsider(at string) *Container {
	m := g.outside[at]
	if m == nil {
		st := g.Stack
		if st == nil {
			st = &stack.Stack{}
		}
		m = &Container{
			Stack:   st,
			Service: &stack.Service{Name: at, Stack: st.Name},
			Labels:  map[string]*stack.Label{},
			Outside: true,
		}
		g.outside[at] = m
	}
	return m
}

// Name is the service's name, "" for nil.
func (m *Container) Name() string {
	if m == nil {
		return ""
	}
	return m.Service.Name
}

// Label is the label that counts for a key, nil if there is none.
func (m *Container) Label(key string) *stack.Label {
	if m == nil {
		return nil
	}
	return m.Labels[key]
}
