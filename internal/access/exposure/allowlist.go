package exposure

import (
	"fmt"
	"slices"

	"github.com/drydock/drydock/internal/traefik"
)

// Allowlist is an allowlist on a route.
type Allowlist struct {
	Middleware *traefik.Middleware
	Ranges     *traefik.Ranges // nil where they cannot be seen
	Everybody  string          // "IPv4", "IPv6" or "IPv4 and IPv6" if it lets everybody of a family in
	Spoof      string          // why any client can choose the address that is judged
	Never      string          // why it lets nobody in
	Forced     string          // why every client has the one address that is judged, which the list holds
	// why it is not known whom it lets in: the address may not be the client's, or a range cannot be seen
	Maybe    string
	Rewriter *traefik.Middleware // what may have changed the address, nil where that is not the reason
	Cover    traefik.Cover
}

// effective reports whether a list keeps strangers out.
func (l *Allowlist) effective() bool {
	return l.Everybody == "" && l.Spoof == "" && l.Forced == "" && l.Maybe == ""
}

// list reads an allowlist as it works on this route, behind the middlewares that made the headers what they are.
func (r *Route) list(m *traefik.Middleware, h *headers) Allowlist {
	l := Allowlist{Middleware: m}
	rs, err := traefik.ParseRanges(m.AllowList.Ranges)
	if name := r.g.unsetOf(m); m.Opaque && name != "" {
		l.Maybe = m.Name + " depends on the variable " + name + ", which has no value here"
		return l
	}
	if err != nil || m.Opaque {
		return l
	}
	l.Ranges, l.Cover = rs, rs.Cover()
	l.Everybody = Everyone(l.Cover)
	a, ep := m.AllowList, r.Entry()
	forwarded := a.Strategy && (a.Depth > 0 || len(a.ExcludedIPs) > 0) && !r.TCP
	switch {
	case forwarded && h.vouched:
	case forwarded && h.forwardedFor != nil:
		if rs.Contains(a.Judged(*h.forwardedFor)) {
			l.Forced = h.writer + " writes X-Forwarded-For before the list judges it, and what it writes is in the " +
				"list: everybody is let in"
		} else {
			l.Never = h.writer + " writes X-Forwarded-For before the list judges it, and what it writes is not in " +
				"the list"
		}
	case !forwarded && !r.TCP && h.anything != nil:
		l.Rewriter = h.anything
		l.Maybe = fmt.Sprintf("%s (%s) may change the client's address before the list judges it", h.anything.Name,
			h.anything.Decider)
	case forwarded && h.maybe != nil:
		l.Rewriter = h.maybe
		l.Maybe = h.maybe.Name + " may write X-Forwarded-For before the list judges it"
		if h.maybe.Decider != "" {
			l.Maybe = fmt.Sprintf(
				"%s (%s) may write X-Forwarded-For before the list judges it",
				h.maybe.Name,
				h.maybe.Decider,
			)
		}
	case forwarded && ep != nil && !r.g.Assumed:
		switch proxies := ep.ForwardedTrusted; {
		case ep.ForwardedInsecure:
			l.Spoof = "the entry point believes the forwarding headers of any client (forwardedHeaders.insecure)"
		case trustsEverybody(ep):
			l.Spoof = "the entry point believes the forwarding headers of any client (forwardedHeaders.trustedIPs " +
				"holds everybody)"
		case len(proxies) == 0:
			l.Never = "it looks for the client in X-Forwarded-For, which Traefik drops where no proxy is trusted"
		case a.Depth > len(proxies) && singleAddresses(proxies):
			l.Spoof = fmt.Sprintf(
				"it takes address %d of X-Forwarded-For from the right, but there are only %d trusted proxies: the "+
					"client writes the rest",
				a.Depth,
				len(proxies),
			)
		}
	}
	if l.Never == "" && l.Forced == "" {
		l.Never = neverMatches(a, rs, forwarded)
	}
	return l
}

// emptied is a variable without a value that leaves an allowlist of the route's without ranges, "" if there is none.
func (r *Route) emptied() string {
	for _, f := range r.Faults {
		if m := r.g.Runtime.Middlewares[f.Middleware]; m != nil && m.AllowList != nil {
			return r.g.unsetOf(m)
		}
	}
	return ""
}

// unsetOf is a variable without a value on which a middleware hangs, "" if there is none or compose insists on it.
func (g *Gateway) unsetOf(m *traefik.Middleware) string {
	if m.Origin.Container < 0 || m.Origin.Container >= len(g.Containers) {
		return ""
	}
	for _, key := range m.Origin.Keys {
		if l := g.Containers[m.Origin.Container].Label(key); l != nil && len(l.Unset) > 0 && !Insists(l) {
			return l.Unset[0]
		}
	}
	return ""
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
		if Useless(a, rs, i, forwarded) == "" {
			return ""
		}
	}
	return Useless(a, rs, 0, forwarded)
}

// Useless says why an element of a list matches nobody.
func Useless(a *traefik.AllowList, rs *traefik.Ranges, i int, forwarded bool) string {
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

// clients are the addresses that a list lets in: where they are cut to an ipv6Subnet before they are compared, an
// element stands for all that are cut to it.
func (l *Allowlist) clients() *traefik.Ranges {
	if l.Middleware == nil || l.Middleware.AllowList.IPv6Subnet == nil {
		return l.Ranges
	}
	cut := *l.Middleware.AllowList.IPv6Subnet
	out := &traefik.Ranges{}
	for i, p := range l.Ranges.Prefixes {
		if p.Addr().Is6() && p.Bits() > cut {
			whole, err := p.Addr().Prefix(cut)
			if err != nil || whole.Addr() != p.Addr() {
				continue // nobody is cut to that
			}
			p = whole
		}
		out.Prefixes, out.Written = append(out.Prefixes, p), append(out.Written, l.Ranges.Written[i])
	}
	return out
}

// judgesAs reports whether two lists judge the same address of a request.
func (l *Allowlist) judgesAs(o *Allowlist) bool {
	if !l.Forwarded() {
		return true
	}
	a, b := l.Middleware.AllowList, o.Middleware.AllowList
	return a.Depth == b.Depth && slices.Equal(a.ExcludedIPs, b.ExcludedIPs)
}

func (l *Allowlist) name() string {
	if l.Middleware == nil {
		return "ClientIP in the rule"
	}
	return l.Middleware.Name
}

// Forwarded reports whether a list judges an address of X-Forwarded-For.
func (l *Allowlist) Forwarded() bool {
	return l.Middleware != nil && l.Middleware.AllowList.Forwarded()
}

func (l *Allowlist) text() string {
	if l.Ranges == nil {
		return l.name() + " (from a variable)"
	}
	return l.name() + " (" + Shorten(l.Ranges.Written) + ")"
}
