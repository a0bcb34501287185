package traefik

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// Sources over IPv6. The documentation's prefix is nobody's, and exists in the test's own namespace only.
const (
	office6   = "2001:db8:a::10"
	near6     = "2001:db8:a::11"
	stranger6 = "2001:db8:b::1"
	proxy6    = "2001:db8:f::200"
)

// ranges6 are the lists that are tried, with what stands below ipstrategy.
var ranges6 = []struct{ list, strategy string }{
	{"2001:db8:a::10", ""}, {"2001:db8:a::10/128,127.0.0.2", ""}, {"2001:db8:a::/64", ""},
	{"2001:DB8:A:0:0:0:0:10", ""}, {"2001:db8:a::1f/124", ""},
	{"::ffff:127.0.0.2", ""}, {"::ffff:127.0.0.0/120", ""}, {"::ffff:0:0/96", ""}, {"::/0", ""}, {"0.0.0.0/0", ""},
	{"0.0.0.0/0,::/0", ""}, {"::", ""}, {"::1", ""}, {"2000::/3", ""},
	{"2001:db8:a::10%lo", ""}, {"[2001:db8:a::10]", ""}, {"2001:db8:a::10/129", ""},
	{"2001:db8:a::/64,127.0.0.2", "depth=1"}, {"2001:db8:a::/64,127.0.0.2", "depth=2"},
	{"2001:db8:a::/64", "excludedips=2001:db8:f::/48,127.0.0.200"},
	{"127.0.0.2", "excludedips=::ffff:127.0.0.200"}, {"2001:db8:a::", "ipv6subnet=64"},
	{"2001:db8:a::10", "ipv6subnet=64"}, {"2001:db8:a::/64", "ipv6subnet=48"},
	{"2001:db8:a::/64", "ipv6subnet=128"}, {"127.0.0.2", "ipv6subnet=64"}, {"2001:db8:a::", "depth=1 ipv6subnet=64"},
	{"2001:db8:a::/64", "excludedips=127.0.0.200 ipv6subnet=64"},
	{"2001:db8:a::/64", "ipv6subnet=200"}, {"2001:db8:a::/64", "ipv6subnet=0"},
}

var forwarded6 = [][]string{
	nil, {office6}, {stranger6}, {"[" + office6 + "]"}, {"[" + office6 + "]:4711"}, {office6 + "%eth0"},
	{stranger6 + ", " + office6}, {office6 + ", " + proxy6}, {office6 + "," + proxy},
	{"::ffff:" + office}, {office + ":99"}, {office, office6}, {office6, stranger6}, {"unknown", office6},
	{office6 + ", "}, {"2001:db8:a:0::10"}, {"2001:DB8:A::10"}, {"127.0.0.02"},
}

// TestIPv6AgainstTraefik asks over IPv6 and IPv4 about lists, strategies and forwarding headers of both.
func TestIPv6AgainstTraefik(t *testing.T) {
	if !traefiktest.InNamespace(t, office6+"/128", near6+"/128", stranger6+"/128", proxy6+"/128") {
		return
	}
	for _, v := range peers {
		t.Run(v.version, func(t *testing.T) {
			v.need(t)
			compareIPv6(t, v)
		})
	}
}

func compareIPv6(t *testing.T, v peer) {
	const trusted = "127.0.0.200,2001:db8:f::/48"
	s := setup{tool: v.tool, version: ParseVersion(v.version), everywhere: true,
		eps: []string{"web", "open", "trust", "mapped", "line"}, flags: []string{
			"--providers.docker.exposedbydefault=false", "--entrypoints.open.forwardedheaders.insecure=true",
			"--entrypoints.trust.forwardedheaders.trustedips=" + trusted,
			"--entrypoints.mapped.forwardedheaders.trustedips=::ffff:127.0.0.200,2001:db8:f::200",
			"--entrypoints.line.proxyprotocol.trustedips=" + trusted,
		}}
	var all []asked
	add := func(name, labels string) {
		host, cs := labelCase{"", labels}.expand(len(all))
		s.containers = append(s.containers, cs...)
		all = append(all, asked{name, requests6(host)})
	}
	for _, r := range ranges6 {
		labels := "traefik.http.routers.N.rule=Host(`HOST`)\n" +
			"traefik.http.routers.N.entrypoints=web,open,trust,mapped,line\ntraefik.http.routers.N.middlewares=N-a\n" +
			"traefik.http.middlewares.N-a.ipallowlist.sourcerange=" + r.list
		for _, w := range strings.Fields(r.strategy) {
			labels += "\ntraefik.http.middlewares.N-a.ipallowlist.ipstrategy." + w
		}
		add(r.list+" "+r.strategy, labels)
	}
	for _, rule := range []string{"ClientIP(`2001:db8:a::/64`)", "!ClientIP(`2001:db8:a::10`)",
		"ClientIP(`::ffff:127.0.0.2`)", "ClientIP(`::/0`)", "ClientIP(`2001:db8:a::10/129`)"} {
		add(rule, "traefik.http.routers.N.rule=Host(`HOST`) && "+rule+
			"\ntraefik.http.routers.N.entrypoints=web,trust,line")
	}
	start(t, s).compareAll(t, all).print(t, "IPv6, Traefik "+v.version)
}

func requests6(host string) []Request {
	var out []Request
	sources := []string{office, stranger, proxy, office6, near6, stranger6, proxy6, "::1"}
	for k, src := range sources {
		from := netip.MustParseAddr(src)
		out = append(out, Request{From: from, EntryPoint: "web", Proto: "http", Host: host})
		for j, xff := range forwarded6 {
			// Every header from a proxy, from anybody where all are believed, and some from others.
			for e, ep := range []string{"open", "trust", "mapped"} {
				if ep == "open" && k > 4 || (ep == "trust" || ep == "mapped") && src != proxy && src != proxy6 &&
					(j+k+e)%5 != 0 {
					continue
				}
				out = append(out, Request{From: from, EntryPoint: ep, Proto: "http", Host: host,
					Header: http.Header{"X-Forwarded-For": xff}})
			}
		}
		for _, claim := range []string{office, office6, stranger6} {
			out = append(out, Request{From: from, EntryPoint: "line", Proto: "http", Host: host,
				Claimed: netip.MustParseAddr(claim)})
		}
	}
	return out
}
