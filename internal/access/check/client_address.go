package check

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/traefik"
)

var allowlistContainsTrustedProxy = Rule{
	Rule: finding.Rule{
		ID: "allowlist-contains-trusted-proxy", Severity: finding.High,
		Title: "The allowlist holds the proxy in front",
		Description: "The allowlist judges the address of the connection, which is the proxy's for all of its " +
			"clients, and the proxy is in the list.",
		Remedy: "Set `ipstrategy.depth` so that the client behind the proxy is judged, and take the proxy out " +
			"of the list.",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).proxyInList),
}

var allowlistContainsDockerGateway = Rule{
	Rule: finding.Rule{
		ID: "allowlist-contains-docker-gateway", Severity: finding.High,
		Title: "The allowlist holds Docker's own gateways",
		Description: "Clients that come in through Docker's userland proxy (over IPv6 to an IPv4 network, or from " +
			"the machine itself) appear as the gateway of a bridge network, 172.17.0.1 and its like. A range that " +
			"holds those lets them all in.",
		Remedy: "Take 172.16.0.0/12 and its parts out of the list, and list the clients' own addresses.",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).gatewayInList),
}

var spoofableForwardedFor = Rule{
	Rule: finding.Rule{
		ID: "spoofable-forwarded-for", Severity: finding.High,
		CWE:   []string{"CWE-290", "CWE-348"},
		Title: "Any client can write the address that is judged",
		Description: "The allowlist takes the client's address from X-Forwarded-For, which here a client may write " +
			"itself.",
		Remedy: "Trust only the proxies in front (`forwardedHeaders.trustedIPs`), and set `depth` to their " +
			"number.",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).spoofed),
}

var ipstrategyWithoutTrustedProxy = Rule{
	Rule: finding.Rule{
		ID: ruleNoProxy, Severity: finding.Medium,
		Title: "The allowlist waits for a header that never comes",
		Description: "The address is to be taken from X-Forwarded-For, which Traefik drops unless the peer is " +
			"trusted: everybody is refused.",
		Remedy: "Trust the proxy in front (`forwardedHeaders.trustedIPs`), or remove the ipStrategy if there " +
			"is none.",
	},
	Effect: finding.EffectClosed,
	Check:  onLists((*search).never),
}

var addressRewrittenBeforeAllowlist = Rule{
	Rule: finding.Rule{
		ID: "address-rewritten-before-allowlist", Severity: finding.High,
		CWE:   []string{"CWE-290", "CWE-348"},
		Title: "The address is rewritten before the allowlist judges it",
		Description: "A headers middleware or a plugin that stands before the allowlist writes X-Forwarded-For, " +
			"from which the allowlist's ipStrategy takes the client's address.",
		Remedy: "Put the allowlist first in the router's middlewares, or judge the connection's own address " +
			"(no ipStrategy).",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).rewritten),
}

var ingressHidesClient = Rule{
	Rule: finding.Rule{
		ID: "ingress-hides-client", Severity: finding.Medium,
		Title: "Swarm's ingress network hides the client's address",
		Description: "A port published in ingress mode, Swarm's own way, reaches Traefik from an address of the " +
			"ingress network whoever the client is. An allowlist of the connection's address then refuses " +
			"everybody, or lets everybody in if it holds that network.",
		Remedy: "Publish Traefik's ports with `mode: host`, or put a load balancer in front that sends " +
			"X-Forwarded-For or the PROXY protocol.",
	},
	Effect: finding.EffectOpen,
	Check:  onLists((*search).ingress),
}

var spoofableProxyProtocol = Rule{
	Rule: finding.Rule{
		ID: "spoofable-proxy-protocol", Severity: finding.High,
		CWE:   []string{"CWE-290"},
		Title: "Any client can claim an address by the PROXY protocol",
		Description: "The entry point believes the PROXY protocol of anybody, so a client can claim an address of " +
			"the allowlist.",
		Remedy: "Set `proxyProtocol.trustedIPs` to the load balancer in front instead of `insecure`.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).spoofedProxy,
}

// spoofed tells of lists that judge an address which any client can write.
func (s *search) spoofed(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if l.Spoof == "" {
		return d, false
	}
	d = builder{evidence: []string{l.Spoof}}
	d.title = fmt.Sprintf("any client can write the address that %s judges on %s", listName(l), r.Router.Name)
	s.unlessGuarded(r, &d)
	return d, true
}

// rewritten tells of a list behind a middleware that writes the header which the list judges.
func (s *search) rewritten(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if l.Forced == "" && l.Rewriter == nil || l.Everybody != "" || l.Spoof != "" {
		return d, false
	}
	d = builder{evidence: []string{l.Forced + l.Maybe}}
	d.title = fmt.Sprintf("on %s the address that %s judges is written by a middleware before it", r.Router.Name,
		listName(l))
	if l.Maybe != "" {
		d.severity = finding.Medium
		d.title = fmt.Sprintf("on %s a middleware before %s may write the address that it judges", r.Router.Name,
			listName(l))
	}
	if s.declaredPublic(r, nil) {
		d.severity = finding.Info
	}
	s.unlessGuarded(r, &d)
	return d, true
}

// proxyInList tells of an allowlist that holds a trusted proxy, whose every client it lets in.
func (s *search) proxyInList(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if name, others := cdnOf(l); !judgesConnection(l) || r.TCP || name != "" && others == 0 {
		return d, false // to restrict an origin to its CDN is often meant
	}
	ep := r.Entry()
	if ep == nil || l.Everybody != "" {
		return d, false
	}
	for _, t := range ep.ForwardedTrusted {
		p, err := traefik.ParseRange(t)
		if err != nil {
			continue
		}
		if !slices.ContainsFunc(l.Ranges.Prefixes, func(q netip.Prefix) bool { return q.Overlaps(p) }) {
			continue
		}
		d = builder{evidence: []string{"trusted proxy " + t, s.shown(l)}}
		d.title = fmt.Sprintf("%s holds the proxy in front, and with it all of the proxy's clients", l.Middleware.Name)
		if traefik.Private(p) && p.Bits() < p.Addr().BitLen() && !wholly(l.Ranges, p) {
			// The proxy is one of many addresses there; that it is one of the listed ones is not known.
			d.severity = finding.Info
		}
		return d, true
	}
	return d, false
}

func wholly(rs *traefik.Ranges, p netip.Prefix) bool {
	return slices.ContainsFunc(rs.Prefixes, func(q netip.Prefix) bool {
		return q.Bits() <= p.Bits() &&
			q.Contains(p.Addr())
	})
}

// gatewayInList tells of ranges that hold the gateways of Docker's own networks.
func (s *search) gatewayInList(_ *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if !judgesConnection(l) {
		return d, false
	}
	if l.Everybody != "" || l.Cover.V4 >= exposure.BroadV4 || s.g.Service != nil && s.g.Service.NetworkMode == "host" {
		return d, false
	}
	for _, gw := range s.model.DockerGateways(s.g) {
		in, ok := l.Ranges.Match(gw.Address)
		if !ok {
			continue
		}
		d = builder{evidence: []string{fmt.Sprintf("%s is in %s", gw.Address, in)}}
		d.title = fmt.Sprintf("%s holds Docker's gateways, behind which any client may stand", l.Middleware.Name)
		if gw.Network != "" {
			d.evidence = append(d.evidence, "gateway of the network "+gw.Network)
			d.title = fmt.Sprintf("%s holds the gateway of the network %s, behind which any client may stand",
				l.Middleware.Name, gw.Network)
			what := fmt.Sprintf("Take %s out of the list", in)
			if p, err := traefik.ParseRange(in); err == nil && p.Bits() < p.Addr().BitLen() {
				what = fmt.Sprintf("List the clients' own addresses instead of %s", in)
			}
			d.fix = fmt.Sprintf("%s, or choose a subnet for %s that lies outside of it.", what, gw.Network)
		}
		return d, true
	}
	return d, false
}

// ingress tells of lists that judge an address of Swarm's ingress network, from which every client seems to come.
func (s *search) ingress(r *exposure.Route, l *exposure.Allowlist) (d builder, ok bool) {
	if !judgesConnection(l) {
		return d, false
	}
	ep := r.Entry()
	if ep == nil || ep.ProxyProtocol || s.g.Service == nil || !s.g.Runtime.Static.ReadsServices() ||
		s.g.Service.NetworkMode == "host" ||
		l.Everybody != "" {
		return d, false
	}
	for _, p := range s.g.Service.Ports {
		if int(p.Target) != ep.Port() || p.Mode == "host" || exposure.Loopback(p.HostIP) {
			continue
		}
		d = builder{effect: finding.EffectClosed, evidence: []string{"entry point " + r.EntryPoint}}
		d.title = fmt.Sprintf(
			"%s judges an address of the ingress network on %s, not the client's: nobody is let in",
			l.Middleware.Name,
			r.EntryPoint,
		)
		for _, ingress := range []string{"10.0.0.2", "10.255.0.2"} {
			if l.Ranges.Contains(netip.MustParseAddr(ingress)) {
				d.effect, d.severity = finding.EffectOpen, finding.High
				d.title = fmt.Sprintf(
					"%s holds the ingress network, from which every client of %s seems to come",
					l.Middleware.Name,
					r.EntryPoint,
				)
			}
		}
		d.place, d.evidence = p.Location,
			append(d.evidence, "port "+exposure.PortText(p)+" is published in ingress mode")
		return d, true
	}
	return d, false
}

// spoofedProxy tells of allowlists on an entry point that believes the PROXY protocol of anybody.
func (s *search) spoofedProxy() {
	if !s.g.Sure() {
		return
	}
	told := map[*exposure.Container]bool{}
	for _, r := range s.routes {
		ep := r.Entry()
		if ep == nil || !ep.ProxyProtocol || len(r.Lists) == 0 || r.Class != exposure.Allowlisted {
			continue
		}
		why := "proxyProtocol.insecure"
		if !ep.ProxyInsecure {
			if !everybody(ep.ProxyTrusted) {
				continue
			}
			why = "proxyProtocol.trustedIPs holds everybody"
		}
		m := s.g.About(r)
		if told[m] {
			continue
		}
		told[m] = true
		d := builder{m: m, router: r.Router.Name, place: s.listPlace(r, &r.Lists[0]),
			also: r.Targets()}
		d.title = fmt.Sprintf("on %s any client can claim an address that %s lets in", r.EntryPoint, r.Router.Name)
		d.evidence = []string{"entry point " + r.EntryPoint + ": " + why, r.Why}
		s.report(d)
	}
}

func everybody(list []string) bool {
	rs, err := traefik.ParseRanges(list)
	return err == nil && exposure.Everyone(rs.Cover()) != ""
}
