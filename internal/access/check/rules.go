package check

import (
	"github.com/drydock/drydock/internal/finding"
)

// The rules' ids. They are stable: reports, waivers and the tests name them.
const (
	ruleUnprotected     = "unprotected-router"
	rulePlainHTTP       = "plain-http-router-unprotected"
	ruleRedirectList    = "allowlist-on-redirect-router"
	rulePhantom         = "allowlist-on-phantom-router"
	ruleDuplicate       = "duplicate-label-overrides"
	ruleSyntax          = "unsupported-label-syntax"
	ruleIgnored         = "ignored-label"
	ruleUnset           = "unset-variable"
	ruleUnused          = "unused-allowlist"
	ruleDefaultRouter   = "default-router-unprotected"
	ruleExposed         = "exposed-by-default"
	ruleAllEntries      = "router-on-all-entrypoints"
	ruleSibling         = "unprotected-sibling-router"
	ruleOtherRouter     = "service-exposed-by-other-router"
	ruleRedirectPrio    = "redirect-priority-lowered"
	ruleTCPCatchAll     = "tcp-catchall-shadows-http"
	ruleDeployLabels    = "deploy-labels-ignored"
	ruleAllowAll        = "allow-all-range"
	ruleOverbroad       = "overbroad-range"
	ruleTrustedProxy    = "allowlist-contains-trusted-proxy"
	ruleGateway         = "allowlist-contains-docker-gateway"
	ruleSpoofForwarded  = "spoofable-forwarded-for"
	ruleSpoofProxy      = "spoofable-proxy-protocol"
	rulePort            = "published-port-bypasses-proxy"
	ruleHostNetwork     = "host-network-bypasses-proxy"
	ruleDashInsecure    = "dashboard-insecure"
	ruleDashUnprotected = "dashboard-unprotected"
	ruleSocket          = "docker-socket-exposed"
	ruleUndefined       = "undefined-middleware"
	ruleConflict        = "middleware-conflict"
	ruleMultiType       = "multi-type-middleware"
	ruleBadRange        = "invalid-source-range"
	ruleEmptyRange      = "empty-source-range"
	ruleUnknownField    = "unknown-label-field"
	ruleBadRoot         = "invalid-label-root"
	ruleV3OnV2          = "v3-label-on-v2"
	ruleNever           = "range-never-matches"
	ruleNoProxy         = "ipstrategy-without-trusted-proxy"
	ruleReject          = "reject-status-not-error"
	ruleV2OnV3          = "v2-label-on-v3"
	ruleV2Deprecated    = "v2-label-deprecated"
	ruleNotBuilt        = "invalid-middleware"
	ruleDisabled        = "router-disabled"
	ruleBadConfig       = "invalid-traefik-configuration"
	ruleNoTLS           = "router-without-tls"
	ruleRewritten       = "address-rewritten-before-allowlist"
	ruleCDN             = "allowlist-is-a-cdn"
	ruleExactPath       = "exact-path-guard"
	ruleEveryHost       = "rule-takes-every-host"
	ruleDollar          = "unescaped-dollar"
	ruleV2Rule          = "v2-rule-on-v3"
	ruleIngress         = "ingress-hides-client"
)

// effects says what each rule's defect does to the people outside, where nothing else is known of it.
var effects = map[string]finding.Effect{
	ruleUndefined: finding.EffectClosed, ruleConflict: finding.EffectClosed, ruleMultiType: finding.EffectClosed,
	ruleBadRange:   finding.EffectClosed,
	ruleEmptyRange: finding.EffectClosed, ruleUnknownField: finding.EffectClosed, ruleBadRoot: finding.EffectClosed,
	ruleV3OnV2: finding.EffectClosed,
	ruleNever:  finding.EffectClosed, ruleNoProxy: finding.EffectClosed, ruleNotBuilt: finding.EffectClosed,
	ruleDisabled: finding.EffectClosed, ruleBadConfig: finding.EffectClosed,
	ruleNoTLS: finding.EffectWarn, ruleCDN: finding.EffectWarn, ruleDollar: finding.EffectClosed,
	ruleV2Rule: finding.EffectClosed,
	ruleReject: finding.EffectWarn, ruleV2OnV3: finding.EffectWarn, ruleV2Deprecated: finding.EffectWarn,
	ruleDuplicate: finding.EffectWarn,
}

func effectOf(rule string) finding.Effect {
	if e, ok := effects[rule]; ok {
		return e
	}
	return finding.EffectOpen
}

// docsTraefik is where Traefik's own documentation begins.
const docsTraefik = "https://doc.traefik.io/traefik/"

func rule(id, title string, s finding.Severity, description, remedy string, cwe ...string) finding.Rule {
	r := finding.Rule{ID: id, Gate: finding.GateAccess, Title: title, Severity: s, Description: description,
		Remedy: remedy, CWE: cwe, References: []string{docsTraefik}}
	if effectOf(id) == finding.EffectOpen {
		r.OWASP = []string{"A01:2025"}
		if len(cwe) == 0 {
			r.CWE = []string{"CWE-284"}
		}
	} else {
		r.OWASP = []string{"A02:2025"}
	}
	return r
}

// Rules lists every rule of the access gate.
func Rules() []finding.Rule {
	const h, m, l = finding.High, finding.Medium, finding.Low
	return []finding.Rule{
		rule(ruleUnprotected, "A router serves its backend to everybody", h,
			"No allowlist and no login stands between strangers and the backend of this router. High where an "+
				"allowlist shows that it was meant to be closed, info where nothing does.",
			"Attach the allowlist to this router: `drydock access add SERVICE RANGE...`. If it is public on purpose, "+
				"list it under `public` in drydock.yaml."),
		rule(rulePlainHTTP, "The plain HTTP router serves the app itself", h,
			"The router for plain HTTP neither redirects to https nor has the allowlist that the https router has: "+
				"who leaves out the s gets in, unencrypted.",
			"Redirect plain HTTP to https on this router or on its entry point."),
		rule(ruleRedirectList, "The allowlist sits where every request is redirected", h,
			"The redirection to https answers first, so the allowlist on this router or entry point decides nothing. "+
				"The router that serves the backend has none.",
			"Move the allowlist to the router that serves the backend over TLS."),
		rule(rulePhantom, "The allowlist is attached to a router that does not exist", h,
			"A label names a router that has no rule of its own. Traefik says nothing: it makes a second router with "+
				"the default rule, which takes the allowlist, and the real router stays open.",
			"Name the router exactly as its `rule` label does."),
		rule(ruleDuplicate, "The same label stands twice; only the last counts", m,
			"In a list of labels a second line with the same key replaces the first without a word. A middleware "+
				"that the first one attached is gone.",
			"Keep one of the lines, with all that is meant in its value."),
		rule(ruleSyntax, "A label in a form that Traefik passes over", h,
			"Traefik reads lists in labels as values separated by commas. A list written with an index, such as "+
				"`middlewares[0]=`, is ignored without a word.",
			"Write the list as one value: `middlewares=a,b`."),
		rule(ruleIgnored, "A label outside what Traefik reads", h,
			"Traefik reads labels that begin with traefik.http, traefik.tcp, traefik.udp, traefik.docker and "+
				"traefik.enable. This one has another beginning, often a slip of the pen, and is passed over without "+
				"a word.",
			"Mend the label's beginning, or remove it."),
		rule(ruleUnset, "A label's variable has no value", m,
			"An unset variable becomes an empty text. An empty `middlewares` attaches nothing and leaves the router "+
				"open; an empty `sourcerange` stops the router.",
			"Set the variable, or write `${NAME:?}` so that compose refuses to start without it.", "CWE-1188"),
		rule(ruleUnused, "An allowlist that nothing uses", m,
			"The middleware is defined, but no router, chain or entry point names it.",
			"Add it to the `middlewares` of the router that serves the backend, or remove it."),
		rule(ruleDefaultRouter, "The container has no router of its own and gets an open one", h,
			"For a container without HTTP routers Traefik makes one from its default rule, on all default entry "+
				"points and with no middleware.",
			"Declare a router with a rule and the allowlist, or set `traefik.enable=false`."),
		rule(ruleExposed, "The service is served because everything is", h,
			"Traefik's docker provider serves every container unless `exposedByDefault=false` is set, and this "+
				"service says nothing.",
			"Set `--providers.docker.exposedbydefault=false`, or `traefik.enable=false` on the service.", "CWE-1188"),
		rule(ruleAllEntries, "The router names no entry point and is served on an open one too", h,
			"A router without `entrypoints` is served on all default entry points. What guards it stands on one of "+
				"them only.",
			"Name the entry point on the router, or put the allowlist on the router itself."),
		rule(ruleSibling, "Another router of the same service has no guard", h,
			"One router of the service has an allowlist or a login, and this one, which leads to the same backend, "+
				"has not. The longer rule wins for its paths.",
			"Attach the same guard to this router, or list it under `public` in drydock.yaml if it is public on "+
				"purpose."),
		rule(ruleOtherRouter, "Another container's router leads to this service", h,
			"A router declared elsewhere names this service as its own and has no allowlist.",
			"Attach the allowlist to that router, or remove it."),
		rule(ruleRedirectPrio, "The entry point's redirection comes after the routers", h,
			"The redirection to https has a priority below that of the routers on its entry point, so they answer "+
				"over plain HTTP.",
			"Remove the priority of the redirection."),
		rule(ruleTCPCatchAll, "A TCP router takes all plain traffic of an HTTP entry point", h,
			"A TCP router for HostSNI(`*`) without TLS goes before every HTTP router on its entry point: their "+
				"middlewares are never asked.",
			"Give the TCP router an entry point of its own."),
		rule(ruleDeployLabels, "Labels under deploy are for swarm only", m,
			"Traefik's docker provider reads a container's own labels. What stands under `deploy.labels` reaches "+
				"only a swarm's services.",
			"Move the labels from `deploy.labels` to `labels`."),
		rule(ruleAllowAll, "The allowlist holds everybody", h,
			"The ranges cover all addresses of IPv4 or IPv6, so the allowlist lets everybody in. Two halves, or "+
				"::ffff:0:0/96, do the same as 0.0.0.0/0.",
			"List the addresses that are meant."),
		rule(ruleOverbroad, "The allowlist holds a great part of the internet", m,
			"A range of millions of public addresses holds many more people than any office has.",
			"List the addresses that are meant."),
		rule(ruleTrustedProxy, "The allowlist holds the proxy in front", h,
			"The allowlist judges the address of the connection, which is the proxy's for all of its clients, and "+
				"the proxy is in the list.",
			"Set `ipstrategy.depth` so that the client behind the proxy is judged, and take the proxy out of the list."),
		rule(ruleGateway, "The allowlist holds Docker's own gateways", h,
			"Clients that come in through Docker's userland proxy (over IPv6 to an IPv4 network, or from the machine "+
				"itself) appear as the gateway of a bridge network, 172.17.0.1 and its like. A range that holds "+
				"those lets them all in.",
			"Take 172.16.0.0/12 and its parts out of the list, and list the clients' own addresses."),
		rule(ruleSpoofForwarded, "Any client can write the address that is judged", h,
			"The allowlist takes the client's address from X-Forwarded-For, which here a client may write itself.",
			"Trust only the proxies in front (`forwardedHeaders.trustedIPs`), and set `depth` to their number.",
			"CWE-290", "CWE-348"),
		rule(ruleSpoofProxy, "Any client can claim an address by the PROXY protocol", h,
			"The entry point believes the PROXY protocol of anybody, so a client can claim an address of the allowlist.",
			"Set `proxyProtocol.trustedIPs` to the load balancer in front instead of `insecure`.", "CWE-290"),
		rule(rulePort, "A published port leads past Traefik", h,
			"Docker publishes the container's port on the machine's addresses, so that nothing that Traefik does "+
				"applies. Docker's own rules also go before most firewalls.",
			"Remove the port, or bind it to 127.0.0.1."),
		rule(ruleHostNetwork, "The container listens on the machine's own addresses", h,
			"With `network_mode: host` every port that the container listens on can be reached past Traefik.",
			"Join the service to Traefik's network instead."),
		rule(ruleDashInsecure, "Traefik's API answers anybody", h,
			"With `api.insecure` the API and dashboard are served on a port of their own, without any login, and "+
				"that port is published.",
			"Remove `api.insecure`, and serve the dashboard by a router with a login or an allowlist."),
		rule(ruleDashUnprotected, "Traefik's dashboard is served to everybody", h,
			"The router to api@internal has neither a login nor an allowlist. The dashboard tells every host, "+
				"service and middleware.",
			"Attach a login or an allowlist to the router."),
		rule(ruleSocket, "The Docker socket is within reach", h,
			"Who can send requests to Docker's socket or API owns the machine; a read-only mount takes requests all "+
				"the same. Critical where the container or the port can be reached from outside, info where only "+
				"Traefik itself holds the socket.",
			"Give the socket to a proxy that passes on only what is needed, on an internal network without a "+
				"published port, and to nothing else.", "CWE-250"),
		rule(ruleUndefined, "The router names a middleware that does not exist", m,
			"Traefik does not serve a router whose middleware it cannot find: wrong spelling or case, a missing "+
				"@file, or a definition that was dropped.",
			"Name the middleware as it is defined."),
		rule(ruleConflict, "Two containers define one middleware differently", m,
			"Traefik removes a middleware that is declared twice with different content, and serves none of the "+
				"routers that use it.",
			"Declare it once, or alike everywhere."),
		rule(ruleMultiType, "One middleware has two types", m,
			"Traefik takes exactly one type under a middleware's name, and serves none of the routers that use this "+
				"one.",
			"Give each type a middleware of its own, and chain them."),
		rule(ruleBadRange, "A range that Traefik cannot read", m,
			"One element that is neither an address nor a range in CIDR form stops the middleware and every router "+
				"that uses it.",
			"Write addresses or ranges, such as 203.0.113.10 or 203.0.113.0/24, separated by commas."),
		rule(ruleEmptyRange, "The allowlist is empty", m,
			"Without any range the middleware is not made, and the routers that use it are not served.",
			"List at least one address."),
		rule(ruleUnknownField, "A label that Traefik does not know drops the container", m,
			"One label that cannot be decoded takes all others of its container with it: nothing of the container is "+
				"served.",
			"Mend or remove the label."),
		rule(ruleBadRoot, "A label's root is not spelt traefik", m,
			"The first part of a label must be exactly `traefik`. Another case there drops the whole container.",
			"Write `traefik` in small letters."),
		rule(ruleV3OnV2, "A label of a later Traefik", m,
			"The running version does not know this label yet and drops the whole container.",
			"Use the version's own name (ipwhitelist before 2.11), or update Traefik."),
		rule(ruleNever, "The allowlist lets nobody in", m,
			"No client's address can ever match, so the office is refused too.",
			"Write the addresses in the form that is compared."),
		rule(ruleNoProxy, "The allowlist waits for a header that never comes", m,
			"The address is to be taken from X-Forwarded-For, which Traefik drops unless the peer is trusted: "+
				"everybody is refused.",
			"Trust the proxy in front (`forwardedHeaders.trustedIPs`), or remove the ipStrategy if there is none."),
		rule(ruleReject, "Refusing looks like success", l,
			"The status for refused clients is below 400, so that monitoring and scripts take a refusal for an answer.",
			"Use 403 or 404."),
		rule(ruleV2OnV3, "ipWhiteList is the old name", l,
			"Version 3 still knows ipWhiteList, with a warning; a later one will not.",
			"Write ipallowlist."),
		rule(ruleV2Deprecated, "ipWhiteList is deprecated", l,
			"Version 2.11 knows ipAllowList, and version 3 only keeps the old name for a while.",
			"Write ipallowlist."),
		rule(ruleNotBuilt, "A middleware that cannot be made", m,
			"Traefik cannot make this middleware from its settings and serves none of the routers that use it.",
			"Mend the setting that is named."),
		rule(ruleBadConfig, "Traefik cannot read its configuration", m,
			"With a setting that it does not know Traefik does not start, and one file that it does not understand "+
				"takes all files of the file provider with it.",
			"Mend or remove the setting that is named."),
		rule(ruleNoTLS, "A router on port 443 has no TLS", finding.Info,
			"The router serves plain HTTP on the port for https: whoever asks by https gets nothing, and what does "+
				"arrive is not encrypted. Right only where a proxy in front does the encryption.",
			"Set `tls` on the router, or on the entry point."),
		rule(ruleRewritten, "The address is rewritten before the allowlist judges it", h,
			"A headers middleware or a plugin that stands before the allowlist writes X-Forwarded-For, from which "+
				"the allowlist's ipStrategy takes the client's address.",
			"Put the allowlist first in the router's middlewares, or judge the connection's own address (no "+
				"ipStrategy).", "CWE-290", "CWE-348"),
		rule(ruleCDN, "The allowlist holds a CDN and nobody else", l,
			"Everybody who comes through the CDN is let in. That is right where only the way past the CDN is to be "+
				"closed, and no guard of the app itself.",
			"To judge the clients behind the CDN, trust it (`forwardedHeaders.trustedIPs`), set `ipstrategy.depth=1` "+
				"and list the clients' addresses."),
		rule(ruleExactPath, "Only the exact path is guarded", m,
			"The guard stands on a router for Path(`/admin`), which takes that one path. What lies below it, and the "+
				"same path with a slash at its end, goes to a broader router without the guard.",
			"Write PathPrefix(`/admin`) in the rule of the guarded router."),
		rule(ruleEveryHost, "A part of the rule takes every host", m,
			"In a rule && binds tighter than ||: `A && B || C` is `(A && B) || C`. The last part names no host, so "+
				"the router takes its paths for every host of the entry point.",
			"Put the alternatives in parentheses: Host(`a.example.com`) && (PathPrefix(`/x`) || PathPrefix(`/y`))."),
		rule(ruleDollar, "The dollar signs of a password's hash are not doubled", m,
			"Compose takes $NAME in a label for a variable and puts nothing in its place, so that the hash is cut "+
				"and no password fits.",
			"Double every dollar sign of the hash: `$$apr1$$…`."),
		rule(ruleV2Rule, "A rule in the syntax of version 2", m,
			"Version 3 reads this rule otherwise than it is meant: several values in one matcher and matchers that "+
				"are no more make it invalid, and {name:expression} is taken as it stands, which no request ever "+
				"matches.",
			"Write the rule for version 3, or set `ruleSyntax` to v2 on the router while version 3 still reads that."),
		rule(ruleIngress, "Swarm's ingress network hides the client's address", m,
			"A port published in ingress mode, Swarm's own way, reaches Traefik from an address of the ingress "+
				"network whoever the client is. An allowlist of the connection's address then refuses everybody, or "+
				"lets everybody in if it holds that network.",
			"Publish Traefik's ports with `mode: host`, or put a load balancer in front that sends X-Forwarded-For "+
				"or the PROXY protocol."),
		rule(ruleDisabled, "Traefik does not serve the router", m,
			"The router is left out or disabled: nobody reaches its backend through it.",
			"Mend what is named."),
	}
}
