package traefik

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// tcpCases have an entry point of their own each, EP, since a TCP router for all names takes everything there.
var tcpCases = []labelCase{
	{"open", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP"},
	{"guarded", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.middlewares=N-a\ntraefik.tcp.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"old name", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.middlewares=N-a\ntraefik.tcp.middlewares.N-a.ipwhitelist.sourcerange=127.0.0.2"},
	{"middleware of http", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.middlewares=N-a\ntraefik.http.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"empty range", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.middlewares=N-a\ntraefik.tcp.middlewares.N-a.ipallowlist.sourcerange="},
	{"bad range", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.middlewares=N-a\ntraefik.tcp.middlewares.N-a.ipallowlist.sourcerange=x"},
	{"no rule", "traefik.tcp.routers.N.entrypoints=EP\ntraefik.tcp.services.N.loadbalancer.server.port=18980"},
	{"name without tls", "traefik.tcp.routers.N.rule=HostSNI(`HOST`)\ntraefik.tcp.routers.N.entrypoints=EP"},
	{"name with tls", "traefik.tcp.routers.N.rule=HostSNI(`HOST`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.tls=true"},
	{"all names with tls, guarded", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.tls=true\ntraefik.tcp.routers.N.middlewares=N-a\n" +
		"traefik.tcp.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"client ip", "traefik.tcp.routers.N.rule=ClientIP(`127.0.0.2`)\ntraefik.tcp.routers.N.entrypoints=EP"},
	{"not client ip", "traefik.tcp.routers.N.rule=HostSNI(`*`) && !ClientIP(`127.0.0.3`)\n" +
		"traefik.tcp.routers.N.entrypoints=EP"},
	{"beside a guarded http router", "traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.http.routers.N.rule=Host(`HOST`)\ntraefik.http.routers.N.entrypoints=EP\n" +
		"traefik.http.routers.N.middlewares=N-a\ntraefik.http.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"beside a guarded https router",
		"traefik.tcp.routers.N.rule=HostSNI(`HOST`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.tcp.routers.N.tls=true\n" +
			"traefik.http.routers.N.rule=Host(`HOST`)\ntraefik.http.routers.N.entrypoints=EP\n" +
			"traefik.http.routers.N.tls=true\ntraefik.http.routers.N.middlewares=N-a\n" +
			"traefik.http.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"all names beside a guarded https router",
		"traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.tcp.routers.N.tls=true\n" +
			"traefik.http.routers.N.rule=Host(`HOST`)\ntraefik.http.routers.N.entrypoints=EP\n" +
			"traefik.http.routers.N.tls=true\ntraefik.http.routers.N.middlewares=N-a\n" +
			"traefik.http.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"all names beside an https router without a name",
		"traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.tcp.routers.N.tls=true\n" +
			"traefik.http.routers.N.rule=PathPrefix(`/`)\ntraefik.http.routers.N.entrypoints=EP\n" +
			"traefik.http.routers.N.tls=true\ntraefik.http.routers.N.middlewares=N-a\n" +
			"traefik.http.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"a middleware of http, no http router",
		"traefik.tcp.routers.N.rule=HostSNI(`*`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.http.middlewares.N-a.ipallowlist.sourcerange=127.0.0.2"},
	{"beside a disabled https router",
		"traefik.tcp.routers.N.rule=HostSNI(`HOST`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.tcp.routers.N.tls=true\n" +
			"traefik.http.routers.N.rule=Host(`HOST`)\ntraefik.http.routers.N.entrypoints=EP\n" +
			"traefik.http.routers.N.tls=true\ntraefik.http.routers.N.middlewares=ghost"},
	{"beside an https router of a bad rule",
		"traefik.tcp.routers.N.rule=HostSNI(`HOST`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.tcp.routers.N.tls=true\n" +
			"traefik.http.routers.N.rule=Host(`HOST`) && Nosuch(`x`)\ntraefik.http.routers.N.entrypoints=EP\n" +
			"traefik.http.routers.N.tls=true"},
	{"beside an https router that is not for the name",
		"traefik.tcp.routers.N.rule=HostSNI(`HOST`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
			"traefik.tcp.routers.N.tls=true\n" +
			"traefik.http.routers.N.rule=!Host(`HOST`) && Host(`other.example.com`)\n" +
			"traefik.http.routers.N.entrypoints=EP\ntraefik.http.routers.N.tls=true"},
	{"sni expression without tls",
		"traefik.tcp.routers.N.rule=HostSNIRegexp(`^HOST$`)\ntraefik.tcp.routers.N.entrypoints=EP"},
	{"sni expression", "traefik.tcp.routers.N.rule=HostSNIRegexp(`^HOST$`)\ntraefik.tcp.routers.N.entrypoints=EP\n" +
		"traefik.tcp.routers.N.tls=true"},
}

// TestTCPAgainstTraefik asks over TCP routers: the backend speaks HTTP, so what comes back tells if the bytes got
// through.
func TestTCPAgainstTraefik(t *testing.T) {
	for _, v := range peers {
		t.Run(v.version, func(t *testing.T) {
			v.need(t)
			s := setup{tool: v.tool, version: ParseVersion(v.version), eps: []string{"web", "websecure"},
				flags: []string{"--providers.docker.exposedbydefault=false", "--entrypoints.web.asdefault=true"}}
			var all []asked
			for i, c := range tcpCases {
				ep := fmt.Sprintf("raw%d", i)
				s.eps = append(s.eps, ep)
				c.labels = strings.ReplaceAll(c.labels, "EP", ep)
				host, cs := c.expand(i)
				s.containers = append(s.containers, cs...)
				var qs []Request
				for _, src := range []string{office, stranger} {
					for _, proto := range []string{"http", "https"} {
						for _, h := range []string{host, "other.example.com", fmt.Sprintf("c%d-0-p", i)} {
							qs = append(qs, Request{From: netip.MustParseAddr(src), EntryPoint: ep, Proto: proto,
								Host: h})
						}
					}
					qs = append(qs, Request{From: netip.MustParseAddr(src), EntryPoint: "web", Proto: "http",
						Host: fmt.Sprintf("c%d-0-p", i)})
				}
				all = append(all, asked{c.name, qs})
			}
			start(t, s).compareAll(t, all).print(t, "TCP, Traefik "+v.version)
		})
	}
}
