package traefik

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// profile is a static configuration under which random labels are tried.
type profile struct {
	name  string
	flags []string
	file  string
}

var profiles = []profile{
	{name: "plain", flags: []string{"--providers.docker.exposedbydefault=false"}},
	{name: "redirecting entry point", flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.web.http.redirections.entrypoint.to=websecure",
		"--entrypoints.websecure.http.tls=true"}},
	{name: "redirection of low priority", flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.web.http.redirections.entrypoint.to=websecure",
		"--entrypoints.web.http.redirections.entrypoint.priority=30"}},
	{name: "trusted proxy", flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.web.forwardedheaders.trustedips=127.0.0.200",
		"--entrypoints.websecure.forwardedheaders.trustedips=127.0.0.200/32,127.0.1.0/24"}},
	{name: "insecure headers", flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.web.forwardedheaders.insecure=true",
		"--entrypoints.websecure.forwardedheaders.insecure"}},
	{name: "entry point's middlewares", file: fileLists, flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.websecure.http.middlewares=filelist@file",
		"--entrypoints.websecure.http.tls=true"}},
	{name: "exposed by default", flags: []string{
		"--providers.docker.defaultrule=Host(`{{ index .Labels \"com.docker.compose.service\" }}.example.com`)",
		"--entrypoints.websecure.asdefault=true"}},
	{name: "constraints", flags: []string{
		"--providers.docker.constraints=Label(`traefik.tags`,`in`) || " +
			"!LabelRegex(`com.docker.compose.service`,`[02468]-.$`)"}},
	{name: "default rule and lists on entry points", file: fileLists, flags: []string{
		"--providers.docker.exposedbydefault=false",
		"--providers.docker.defaultrule=Host(`{{ trimPrefix `/` .ContainerName }}.example.com`)",
		"--entrypoints.web.http.middlewares=filechain@file",
		"--entrypoints.web.http.redirections.entrypoint.to=websecure",
		"--entrypoints.web.http.redirections.entrypoint.priority=25",
		"--entrypoints.web.http.redirections.entrypoint.permanent=false"}},
	{name: "redirection to a port", flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.web.http.redirections.entrypoint.to=:8443",
		"--entrypoints.web.http.redirections.entrypoint.scheme=http",
		"--entrypoints.websecure.http.tls.options=default"}},
	{name: "rules of version 2", flags: []string{"--providers.docker.exposedbydefault=false",
		"--core.defaultrulesyntax=v2"}},
	{name: "files beside", file: fileRouters, flags: []string{"--providers.docker.exposedbydefault=false",
		"--entrypoints.websecure.asdefault=true"}},
	{name: "PROXY protocol", flags: []string{
		"--providers.docker.exposedbydefault=false", "--entrypoints.web.proxyprotocol.insecure=true",
		"--entrypoints.websecure.proxyprotocol.trustedips=127.0.0.200"}},
}

// fileRouters are routers and services of the file provider, beside those of the labels and for hosts of the first
// cases.
var fileRouters = fileLists + `
  routers:
    first:
      rule: "Host(` + "`c0.example.com`" + `) && PathPrefix(` + "`/api`" + `)"
      service: noop@internal
      tls: {}
    second:
      rule: "Host(` + "`c1.example.com`" + `)"
      entryPoints: [web]
      middlewares: [filelist]
      service: shared
    third:
      rule: "Host(` + "`c2.example.com`" + `) && Method(` + "`POST`" + `)"
      middlewares: [nowhere@docker]
      service: shared
    fourth:
      rule: "Host(` + "`c3.example.com`" + `)"
      priority: 1
      tls: {options: strict}
      service: shared
  services:
    shared:
      loadBalancer: {servers: [{url: "http://` + traefiktest.Address(0) + `:18980"}]}
    halves:
      weighted: {services: [{name: shared, weight: 1}]}
tls:
  options:
    strict: {minVersion: VersionTLS13}
`

// pick takes one at random.
func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// draw is a random case in the making: two in three are written without mistakes, so that most requests get somewhere.
type draw struct {
	*rand.Rand
	b   strings.Builder
	odd bool
}

func (d *draw) add(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

// choose picks among what is right, and in an odd case among what is not as well.
func (d *draw) choose(right []string, wrong ...string) string {
	if d.odd {
		right = append(right[:len(right):len(right)], wrong...)
	}
	return pick(d.Rand, right...)
}

// one is true once in n times; in an odd case only, if onlyOdd.
func (d *draw) one(n int, onlyOdd bool) bool { return d.IntN(n) == 0 && (d.odd || !onlyOdd) }

// randomCase writes a random set of labels for one or two containers, of the kind that people write and get wrong.
func randomCase(r *rand.Rand, i int) labelCase {
	d := &draw{Rand: r, odd: r.IntN(3) == 0}
	var parts []string
	for c := range 1 + r.IntN(2) {
		d.b.Reset()
		d.container(c)
		parts = append(parts, d.b.String())
	}
	return labelCase{fmt.Sprintf("random %d", i), strings.Join(parts, "\n---\n")}
}

func (d *draw) container(c int) {
	if !d.one(6, true) {
		d.add("traefik.enable=%s", d.choose([]string{"true", "true", "true", "1", "True"}, "false"))
	}
	if d.one(3, false) {
		d.add("traefik.tags=%s", pick(d.Rand, "in", "out"))
	}
	for k := range 1 + d.IntN(3) {
		d.router(fmt.Sprintf("N-%d-%d", c, k))
	}
	if d.one(12, true) {
		d.router("N-0-0")
	}
	for _, name := range []string{"a", "b"} {
		if c == 0 && !d.one(4, true) || d.one(4, true) {
			d.list(name)
		}
	}
	if c == 0 || d.one(3, true) {
		d.add("traefik.http.middlewares.N-chain.chain.middlewares=%s",
			d.choose([]string{"N-a", "N-head,N-b", "N-head", "N-redirect,N-a", ""}, "N-chain", "filechain@file",
				"N-ghost"))
		d.add("traefik.http.middlewares.N-redirect.redirectscheme.scheme=%s", d.choose([]string{"https"}, "http", ""))
		if d.one(2, true) {
			d.add("traefik.http.middlewares.N-redirect.redirectscheme.permanent=true")
		}
		d.add("traefik.http.middlewares.N-auth.basicauth.users=a:$apr1$EqJj89Yw$WLsBIjCILtBGjHppQ76YT1")
		d.add("traefik.http.middlewares.N-path.%s",
			d.choose([]string{"stripprefix.prefixes=/api", "replacepath.path=/other", "addprefix.prefix=/api",
				"replacepathregex.regex=^/api(.*)\ntraefik.http.middlewares.N-path.replacepathregex.replacement=/new$1"},
				"stripprefixregex.regex=[", "addprefix.prefix="))
		d.add("traefik.http.middlewares.N-deep.chain.middlewares=%s",
			d.choose([]string{"N-chain", "N-path,N-chain", "N-chain,N-chain", "N-head"}, "N-deep", "N-ghost",
				"N-chain@file"))
		d.add("traefik.http.middlewares.N-far.redirectregex.regex=%s",
			d.choose([]string{"^https?://[^/]+/(.*)", "^http://(.*)", "/api/(.*)", "nothing"}, "["))
		d.add("traefik.http.middlewares.N-far.redirectregex.replacement=%s",
			pick(d.Rand, "https://else.example.com/${1}", "https://${1}", "/new/${1}"))
		d.add("traefik.http.middlewares.N-digest.digestauth.users=a:traefik:a2688e031edb4be6a3797f3882655c05")
		d.add("traefik.http.middlewares.N-head.headers.%s",
			d.choose([]string{"framedeny=true", "customrequestheaders.X-Forwarded-For=127.0.0.2",
				"customrequestheaders.X-Key=1"}, "framedeni=true"))
	}
	if d.one(4, true) {
		d.add("traefik.http.services.N-svc.loadbalancer.server.port=18980")
	}
	if d.one(8, true) {
		d.add("traefik.http.services.N-svc2.loadbalancer.server.port=18980")
	}
	if d.one(10, false) {
		d.add("traefik.http.services.N-svc.loadbalancer.%s",
			pick(d.Rand, "sticky.cookie.name=x", "passhostheader=false", "healthcheck.path=/", "server.scheme=http"))
	}
	if d.one(8, false) {
		d.tcp(c)
	}
	if d.one(8, true) {
		d.add("%s", pick(d.Rand, "Traefik.http.routers.N.rule=Host(`x`)", "traefik.http.routers.N.nosuch=1",
			"traefik.docker.nosuch=1", "traefik.http=1", "traefik.http.routers=x",
			"traefik.http..x=1", "traefik.http.routers.N-9=x"))
	}
}

func (d *draw) router(name string) {
	key := "traefik.http.routers." + name
	if !d.one(8, true) {
		d.add("%s.rule=%s", key, d.choose([]string{
			"Host(`HOST`)", "Host(`HOST`)", "Host(`HOST`)", "Host(`HOST`) && PathPrefix(`/api`)",
			"Host(`HOST`) && !PathPrefix(`/api`)", "Host(`HOST`) || Host(`two.HOST`)",
			"Host(`HOST`) && ClientIP(`127.0.0.2`)", "HostRegexp(`^.*HOST$`)", "HostRegexp(`^HOST$`) && Method(`POST`)",
			"Host(`HOST`) && Header(`X-Key`,`1`)",
			"!Host(`two.HOST`) && Host(`HOST`)", "Host(`HOST`) && (PathPrefix(`/api`) || Query(`a`,`1`))",
			"Host(`*.HOST`)", "Host(`HOST`) && PathRegexp(`^/a`)",
			"Host(`HOST`) && !(ClientIP(`127.0.0.3`) || Path(`/`))", "Host(`HOST`) && HeaderRegexp(`X-Key`,`^[0-9]+$`)",
			"Host(`HOST`) && QueryRegexp(`a`,`[0-9]`)", "Host(`HOST`) && Query(`a`)",
			"HostRegexp(`^(two\\.)?HOST$`)", "Host(`HOST`) && (Method(`GET`) || Method(`POST`) && Header(`X-Key`,`1`))",
			"ClientIP(`127.0.0.0/30`) && Host(`HOST`)", "PathPrefix(`/api`) && Host(`HOST`)",
			"Host(`HOST`) && PathPrefix(`/api`) || Host(`two.HOST`) && !Query(`a`,`1`)",
			"!(Host(`two.HOST`) || PathPrefix(`/api`)) && Host(`HOST`)", "(((Host(`HOST`))))",
		}, "Host(`HOST`,`two.HOST`)", "Host(HOST)", "Host(`HOST`) && Path(`x`)"))
	}
	if d.IntN(5) > 0 {
		d.add("%s.entrypoints=%s", key,
			d.choose([]string{"websecure", "websecure", "web", "web,websecure", "websecure, web"}, "nowhere",
				"nowhere,web"))
	}
	if d.IntN(3) > 0 {
		d.add("%s.tls=%s", key, pick(d.Rand, "true", "true", "true", "false"))
	}
	if d.one(8, false) {
		d.add("%s.tls.certresolver=le", key)
	}
	if d.one(6, false) {
		d.add("%s.priority=%d", key, pick(d.Rand, 1, 20, 29, 31, 100, 0, -1, -20, 9223372036854774807))
	}
	if d.IntN(4) > 0 {
		field := d.choose([]string{"middlewares", "Middlewares"}, "middlewares[0]")
		d.add("%s.%s=%s", key, field,
			d.choose([]string{"N-a", "N-a", "N-b", "N-chain", "N-a,N-b", "N-redirect", "N-redirect,N-a",
				"N-a, N-redirect", "N-a@docker", "N-auth", "N-head", "N-head,N-a",
				"N-deep", "N-path,N-a", "N-a,N-path", "N-far", "N-a,N-far", "N-digest", "N-a,N-auth", "N-path,N-deep"},
				"N-ghost", "N-A", "N-a@file", "filelist@file", "N-a,", ""))
	}
	if d.one(6, true) {
		d.add("%s.service=%s", key, pick(d.Rand, "N-svc", "N-svc2", "N-svc@docker", "nowhere"))
	}
}

// tcp writes a TCP router by name, beside what HTTP routers take of the same entry point.
func (d *draw) tcp(c int) {
	key := fmt.Sprintf("traefik.tcp.routers.N-t%d", c)
	d.add("%s.rule=%s", key,
		d.choose([]string{"HostSNI(`HOST`)", "HostSNI(`two.HOST`)", "HostSNIRegexp(`^two\\.HOST$`)",
			"HostSNI(`HOST`) && ClientIP(`127.0.0.2`)", "HostSNI(`HOST`) && !ALPN(`h2`)"},
			"HostSNI(HOST)", "Host(`HOST`)"))
	d.add("%s.entrypoints=%s", key, d.choose([]string{"websecure", "websecure", "web,websecure"}, "nowhere"))
	d.add("%s.tls=%s", key, d.choose([]string{"true"}, "false"))
	if d.IntN(2) == 0 {
		d.add("%s.middlewares=%s", key, d.choose([]string{"N-tcp"}, "N-a", "N-ghost"))
		d.add("traefik.tcp.middlewares.N-tcp.%s",
			d.choose([]string{"ipallowlist.sourcerange=127.0.0.2", "ipwhitelist.sourcerange=127.0.0.2/31",
				"inflightconn.amount=10"}, "ipallowlist.sourcerange="))
	}
	if d.IntN(3) == 0 {
		d.add("%s.priority=%d", key, pick(d.Rand, 1, 50, -1))
	}
}

func (d *draw) list(name string) {
	key := "traefik.http.middlewares.N-" + name + "." + pick(d.Rand, "ipallowlist", "ipallowlist", "ipwhitelist",
		"IPAllowList")
	d.add("%s.sourcerange=%s", key,
		d.choose([]string{"127.0.0.2", "127.0.0.2/32, 127.0.0.9", "127.0.0.0/30", "127.0.0.3", "0.0.0.0/0", "::1",
			"127.0.0.200", "::ffff:127.0.0.2", "127.0.0.2/31"},
			"127.0.0.2,bad", ""))
	if d.one(3, false) {
		d.add("%s.ipstrategy.%s", key,
			d.choose([]string{"depth=1", "depth=1", "depth=2", "depth=0", "excludedips=127.0.0.200",
				"excludedips=127.0.0.200,127.0.1.0/24", "ipv6subnet=64"}, "excludedips=bad", "depth=x"))
	}
	if d.one(8, false) && !strings.Contains(key, "white") {
		d.add("%s.rejectstatuscode=%s", key, d.choose([]string{"404", "401", "200", "418"}, "999", "302"))
	}
}

// randomRequests are asked of every random case.
func randomRequests(r *rand.Rand, host string, p profile) []Request {
	var out []Request
	for range 10 {
		q := Request{
			From:       netip.MustParseAddr(pick(r, office, office, stranger, stranger, proxy, "127.0.1.7")),
			EntryPoint: pick(r, "web", "websecure", "websecure"),
			Host:       pick(r, host, host, host, "two."+host),
			Path: pick(r, "/", "/", "/api/users", "/apis", "/other?a=1", "/API", "/api/../x?a=2", "/%61pi",
				"//api", "/api%2Fx", "/?a=1&a=2"), Method: pick(r, "GET", "GET", "GET", "POST"), Header: http.Header{},
		}
		q.Proto = pick(r, "https", "https", "http")
		if q.EntryPoint == "web" {
			q.Proto = pick(r, "http", "http", "http", "https")
		}
		if r.IntN(3) == 0 {
			q.Header["X-Forwarded-For"] = pick(r, []string{office}, []string{stranger},
				[]string{office + ", " + stranger}, []string{stranger + "," + office},
				[]string{office + ", 127.0.0.200"}, []string{"unknown"}, []string{office + ":99"}, []string{""},
				[]string{office, stranger}, []string{stranger, office}, []string{"::1"}, []string{"[::1]:80"},
				[]string{office + ", , " + stranger})
		}
		if r.IntN(5) == 0 {
			q.Header["X-Forwarded-Proto"] = []string{pick(r, "https", "http", "wss", "nonsense")}
		}
		if r.IntN(6) == 0 {
			q.Header["X-Key"] = []string{"1"}
		}
		if strings.HasPrefix(p.name, "PROXY") && r.IntN(2) == 0 {
			q.Claimed = netip.MustParseAddr(pick(r, office, stranger, "198.51.100.7"))
		}
		out = append(out, q)
	}
	return out
}

// TestRandomLabelsAgainstTraefik compares random label sets and requests with a real Traefik, under several static
// configurations. The seed is fixed, so that a disagreement can be looked at again; DRYDOCK_SEED tries another.
func TestRandomLabelsAgainstTraefik(t *testing.T) {
	const perProfile = 40
	for k, p := range profiles {
		t.Run(p.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed(t), uint64(k)))
			s := setup{tool: "traefik", version: ParseVersion("3.7"), eps: []string{"web", "websecure"}, flags: p.flags,
				file: p.file}
			var all []asked
			for i := range perProfile {
				c := randomCase(r, i)
				host, cs := c.expand(i)
				s.containers = append(s.containers, cs...)
				all = append(all,
					asked{fmt.Sprintf("%s\n%s\n", c.name, strings.ReplaceAll(c.labels, "N", fmt.Sprintf("c%d", i))),
						randomRequests(r, host, p)})
			}
			rig := start(t, s)
			rig.compareAll(t, all).print(t, p.name)
		})
	}
}
