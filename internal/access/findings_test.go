package access

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
)

// compose writes a project of a Traefik and services into a folder of its own. EXTRA stands for more flags.
func compose(t testing.TB, image, flags, rest string) string {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	fmt.Fprintf(&b, "services:\n  traefik:\n    image: %s\n    command:\n", image)
	for _, f := range append([]string{"--providers.docker=true", "--entrypoints.web.address=:80",
		"--entrypoints.websecure.address=:443"}, strings.Fields(flags)...) {
		fmt.Fprintf(&b, "      - %q\n", f)
	}
	if !strings.Contains(flags, "exposedbydefault") {
		b.WriteString("      - --providers.docker.exposedbydefault=false\n")
	}
	b.WriteString("    ports: ['80:80', '443:443']\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n")
	b.WriteString(rest)
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// app is a service with labels, one a line.
func app(name, more string, labels ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s:\n    image: nginx\n", name)
	if more != "" {
		fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(more, "\n", "\n    "))
	}
	if len(labels) > 0 {
		b.WriteString("    labels:\n")
		for _, l := range labels {
			for _, x := range strings.Split(strings.TrimSpace(l), "\n") {
				fmt.Fprintf(&b, "      - %s\n", strings.TrimSpace(x))
			}
		}
	}
	return b.String()
}

const (
	on     = "traefik.enable=true"
	httpTo = "traefik.http.routers.app-http.rule=Host(`a.example.com`)\n" +
		"traefik.http.routers.app-http.entrypoints=web\ntraefik.http.routers.app-http.middlewares=to-https\n" +
		"traefik.http.middlewares.to-https.redirectscheme.scheme=https"
	https = "traefik.http.routers.app-https.rule=Host(`a.example.com`)\n" +
		"traefik.http.routers.app-https.entrypoints=websecure\ntraefik.http.routers.app-https.tls=true"
	attached = "traefik.http.routers.app-https.middlewares=office"
	office   = "traefik.http.middlewares.office.ipallowlist.sourcerange=203.0.113.10/32"
)

// TestFindings tells for stacks of every kind what is found above info: rule, service, router, severity.
func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		image, flags, rest string
		want               []string
	}{
		"right": {rest: app("app", "", on, httpTo, https, attached, office)},
		"right with the entry point's redirection": {flags: "--entrypoints.web.http.redirections.entrypoint.to=websecure",
			rest: app("app", "", on, https, attached, office)},
		"right with the entry point's list": {flags: "--entrypoints.web.http.redirections.entrypoint.to=websecure " +
			"--entrypoints.websecure.http.middlewares=office@docker",
			rest: app("app", "", on, https, office)},
		"public on purpose": {rest: app("app", "", on, httpTo, https)},
		"public with login": {rest: app("app", "", on, httpTo, https, "traefik.http.routers.app-https.middlewares=auth",
			"traefik.http.middlewares.auth.basicauth.users=a:b")},
		"login with an open part": {rest: app("app", "", on, httpTo, https,
			"traefik.http.routers.app-https.middlewares=auth", "traefik.http.middlewares.auth.basicauth.users=a:b",
			"traefik.http.routers.hook.rule=Host(`a.example.com`) && PathPrefix(`/webhook`)\n"+
				"traefik.http.routers.hook.entrypoints=websecure\ntraefik.http.routers.hook.tls=true"),
			want: []string{"unprotected-sibling-router app hook@docker medium"}},
		"bound to loopback": {rest: app("app", "ports: ['127.0.0.1:8000:80']", on, httpTo, https, attached,
			office)},
		"public site, admin part": {rest: app("app", "", on, httpTo, https,
			"traefik.http.routers.admin.rule=Host(`a.example.com`) && PathPrefix(`/admin`)\n"+
				"traefik.http.routers.admin.entrypoints=websecure\ntraefik.http.routers.admin.tls=true\n"+
				"traefik.http.routers.admin.middlewares=office", office)},
		"allowlist on both": {rest: app("app", "", on, strings.Replace(httpTo, "=to-https", "=to-https,office", 1),
			https, attached, office)},
		"constraint label": {flags: "--providers.docker.constraints=Label(`traefik.constraint-label`,`pub`)",
			rest: app("app", "", on, "traefik.constraint-label=pub", httpTo, https, attached, office)},

		"plain http router": {rest: app("app", "", on,
			strings.Replace(strings.Split(httpTo, "\ntraefik.http.middlewares")[0],
				"\ntraefik.http.routers.app-http.middlewares=to-https", "", 1), https, attached, office),
			want: []string{"plain-http-router-unprotected app app-http@docker high"}},
		"two lines, the last wins": {rest: app("app", "", on,
			strings.Replace(httpTo, "middlewares=to-https",
				"middlewares=to-https\ntraefik.http.routers.app-http.middlewares=office", 1), https, attached, office),
			want: []string{"duplicate-label-overrides app app-http@docker medium"}},
		"index": {rest: app("app", "", on, httpTo, https, strings.Replace(attached, "middlewares=", "middlewares[0]=",
			1), office),
			want: []string{"unprotected-router app app-https@docker high",
				"unsupported-label-syntax app app-https@docker high"}},
		"misspelt namespace": {rest: app("app", "", on, httpTo, https,
			strings.Replace(attached, "traefik.http", "traefik.htttp", 1), office),
			want: []string{"ignored-label app app-https@docker high", "unprotected-router app app-https@docker high"}},
		"misspelt root": {rest: app("app", "", on, httpTo, https,
			strings.Replace(attached, "traefik.http", "treafik.http", 1), office),
			want: []string{"ignored-label app app-https@docker high", "unprotected-router app app-https@docker high"}},
		"unset middlewares": {rest: app("app", "", on, httpTo, https,
			strings.Replace(attached, "=office", "=${NO_SUCH_VARIABLE}", 1), office),
			want: []string{"unprotected-router app app-https@docker high", "unset-variable app app-https@docker high"}},
		"required variable": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "=203.0.113.10/32", "=${NO_SUCH_VARIABLE:?}", 1))},
		"unset host": {rest: app("app", "", on, strings.ReplaceAll(httpTo, "a.example.com", "${NO_SUCH_VARIABLE}"),
			strings.ReplaceAll(https, "a.example.com", "${NO_SUCH_VARIABLE}"), attached, office)},
		"unused": {rest: app("app", "", on, httpTo, https, office),
			want: []string{"unprotected-router app app-https@docker high", "unused-allowlist app  medium"}},
		"no router at all": {rest: app("app", "", on, office),
			want: []string{"default-router-unprotected app app-PROJECT@docker high"}},
		"exposed": {flags: "--providers.docker.exposedbydefault=true", rest: app("worker", ""),
			want: []string{"exposed-by-default traefik traefik-PROJECT@docker low",
				"exposed-by-default worker worker-PROJECT@docker high"}},
		"exposed, but in no network of Traefik's": {flags: "--providers.docker.exposedbydefault=true",
			rest: app("db", "networks: [back]") + "networks:\n  back: {}\n",
			want: []string{"exposed-by-default traefik traefik-PROJECT@docker low"}},
		"all entry points": {flags: "--entrypoints.websecure.http.middlewares=office@docker " +
			"--entrypoints.websecure.http.tls=true",
			rest: app("app", "", on, "traefik.http.routers.app.rule=Host(`a.example.com`)", office),
			want: []string{"router-on-all-entrypoints app app@docker high"}},
		"sibling": {rest: app("app", "", on, httpTo, https, attached, office,
			"traefik.http.routers.app-api.rule=Host(`a.example.com`) && PathPrefix(`/api`)\n"+
				"traefik.http.routers.app-api.entrypoints=websecure\ntraefik.http.routers.app-api.tls=true"),
			want: []string{"unprotected-sibling-router app app-api@docker high"}},
		"other router": {rest: app("app", "", on, "traefik.http.services.app.loadbalancer.server.port=80", httpTo,
			https, attached, office) +
			app("other", "", on,
				"traefik.http.routers.o.rule=Host(`o.example.com`)\ntraefik.http.routers.o.entrypoints=websecure\n"+
					"traefik.http.routers.o.tls=true\ntraefik.http.routers.o.service=app"),
			want: []string{"service-exposed-by-other-router app o@docker high"}},
		"redirection of low priority": {flags: "--entrypoints.web.http.redirections.entrypoint.to=websecure " +
			"--entrypoints.web.http.redirections.entrypoint.priority=1 " +
			"--entrypoints.websecure.http.middlewares=office@docker --entrypoints.websecure.http.tls=true",
			rest: app("app", "", on,
				"traefik.http.routers.app.rule=Host(`a.example.com`)\n"+
					"traefik.http.routers.app.entrypoints=web,websecure", office),
			want: []string{"plain-http-router-unprotected app app@docker high",
				"redirect-priority-lowered app web-to-websecure@internal high"}},
		"tcp takes all": {rest: app("app", "", on, httpTo, https, attached, office,
			"traefik.tcp.routers.raw.rule=HostSNI(`*`)\ntraefik.tcp.routers.raw.entrypoints=web\n"+
				"traefik.tcp.services.raw.loadbalancer.server.port=80"),
			want: []string{"tcp-catchall-shadows-http app raw@docker high"}},
		"tcp open": {flags: "--entrypoints.pg.address=:443",
			rest: strings.Replace(
				app("db", "", on, "traefik.tcp.routers.db.rule=HostSNI(`*`)\ntraefik.tcp.routers.db.entrypoints=pg\n"+
					"traefik.tcp.services.db.loadbalancer.server.port=5432"), "nginx", "postgres:16", 1),
			want: []string{"unprotected-router db db@docker critical"}},
		"deploy labels": {rest: "  app:\n    image: nginx\n    deploy:\n      labels:\n        - " +
			"traefik.enable=true\n        - traefik.http.routers.app-https.rule=Host(`a.example.com`)\n        - " +
			"traefik.http.routers.app-https.tls=true\n",
			want: []string{"deploy-labels-ignored app app-https@docker medium"}},
		"halves": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "0.0.0.0/1,128.0.0.0/1", 1)),
			want: []string{"allow-all-range app app-https@docker high"}},
		"mapped all": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "::ffff:0:0/96", 1)),
			want: []string{"allow-all-range app app-https@docker high"}},
		"broad": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "203.0.0.0/7", 1)),
			want: []string{"overbroad-range app app-https@docker medium"}},
		"private is fine": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "10.0.0.0/8,192.168.0.0/16,127.0.0.1", 1))},
		"trusted proxy in it": {flags: "--entrypoints.websecure.forwardedheaders.trustedips=203.0.113.200",
			rest: app("app", "", on, httpTo, https, attached, office+",203.0.113.0/24"),
			want: []string{"allowlist-contains-trusted-proxy app app-https@docker high"}},
		"depth of two": {flags: "--entrypoints.websecure.forwardedheaders.trustedips=203.0.113.200/32",
			rest: app("app", "", on, httpTo, https, attached, office,
				"traefik.http.middlewares.office.ipallowlist.ipstrategy.depth=2"),
			want: []string{"spoofable-forwarded-for app app-https@docker high"}},
		"excluded, everybody trusted": {flags: "--entrypoints.websecure.forwardedheaders.trustedips=0.0.0.0/0",
			rest: app("app", "", on, httpTo, https, attached, office,
				"traefik.http.middlewares.office.ipallowlist.ipstrategy.excludedips=203.0.113.200"),
			want: []string{"spoofable-forwarded-for app app-https@docker high"}},
		"excluded, nobody trusted": {rest: app("app", "", on, httpTo, https, attached, office,
			"traefik.http.middlewares.office.ipallowlist.ipstrategy.excludedips=203.0.113.200"),
			want: []string{"ipstrategy-without-trusted-proxy app app-https@docker medium"}},
		"proxy protocol": {flags: "--entrypoints.websecure.proxyprotocol.insecure=true",
			rest: app("app", "", on, httpTo, https, attached, office),
			want: []string{"spoofable-proxy-protocol app app-https@docker high"}},
		"host network": {rest: app("app", "network_mode: host", on, httpTo, https, attached, office,
			"traefik.http.services.app.loadbalancer.server.port=80"),
			want: []string{"host-network-bypasses-proxy app  high"}},
		"database published": {rest: strings.Replace(app("db", "ports: ['5432:5432']"), "nginx", "postgres:16", 1),
			want: []string{"published-port-bypasses-proxy db  critical"}},
		"dashboard": {flags: "--api.dashboard=true",
			rest: app("dash", "", on,
				"traefik.http.routers.dash.rule=Host(`t.example.com`)\n"+
					"traefik.http.routers.dash.entrypoints=websecure\ntraefik.http.routers.dash.tls=true\n"+
					"traefik.http.routers.dash.service=api@internal"),
			want: []string{"dashboard-unprotected dash dash@docker high"}},
		"insecure api, not published": {flags: "--api.insecure=true", rest: app("app", "", on, httpTo, https, attached,
			office)},
		"socket": {rest: app("app", "volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']", on, httpTo, https,
			attached, office), want: []string{"docker-socket-exposed app  critical"}},
		"wrong case": {rest: app("app", "", on, httpTo, https, strings.Replace(attached, "office", "Office", 1),
			office), want: []string{"undefined-middleware app app-https@docker medium"}},
		"definer is off": {rest: app("app", "", on, httpTo, https, attached) + app("other", "", "traefik.enable=false",
			office),
			want: []string{"undefined-middleware app app-https@docker medium"}},
		"conflict": {rest: app("app", "", on, httpTo, https, attached, office) + app("b", "", on,
			strings.ReplaceAll(strings.ReplaceAll(https+"\n"+attached, "app-", "b-"), "a.example", "b.example"),
			strings.Replace(office, ".10/32", ".11/32", 1)),
			want: []string{"middleware-conflict app app-https@docker medium",
				"middleware-conflict b b-https@docker medium"}},
		"two types": {rest: app("app", "", on, httpTo, https, attached, office,
			"traefik.http.middlewares.office.headers.framedeny=true"),
			want: []string{"multi-type-middleware app app-https@docker medium"}},
		"unknown field": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "sourcerange", "sourceranges", 1)),
			want: []string{"unknown-label-field app app-https@docker medium"}},
		"bad root": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "traefik", "Traefik", 1)),
			want: []string{"invalid-label-root app app-https@docker medium"}},
		"new label on 2.10": {image: "traefik:v2.10", rest: app("app", "", on, httpTo, https, attached, office),
			want: []string{"v3-label-on-v2 app app-https@docker medium"}},
		"nobody": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "0.0.0.0", 1)),
			want: []string{"range-never-matches app app-https@docker medium"}},
		"subnet": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "2001:db8:a::10", 1),
			"traefik.http.middlewares.office.ipallowlist.ipstrategy.ipv6subnet=64"),
			want: []string{"range-never-matches app app-https@docker medium"}, image: "traefik:v3.7"},
		"reject 200": {rest: app("app", "", on, httpTo, https, attached, office,
			"traefik.http.middlewares.office.ipallowlist.rejectstatuscode=200"),
			want: []string{"reject-status-not-error app app-https@docker low"}},
		"old name, 2.11": {image: "traefik:v2.11", rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "ipallow", "ipwhite", 1)),
			want: []string{"v2-label-deprecated app app-https@docker low"}},
		"router with the list in another stack's words": {rest: app("app", "", on, httpTo, https, attached, office,
			"traefik.http.routers.portainer-https.tls=true"),
			want: []string{"unprotected-router app portainer-https@docker high"}},
		"one router on two containers": {rest: app("app", "", on, httpTo, https, office) + app("b", "", on, attached),
			want: []string{"router-disabled app app-https@docker medium", "router-disabled b app-https@docker medium"}},
		"half of the internet": {rest: app("app", "", on, httpTo, https, attached,
			strings.Replace(office, "203.0.113.10/32", "128.0.0.0/1", 1)),
			want: []string{"overbroad-range app app-https@docker high"}},
		"insecure headers get round the redirect": {flags: "--entrypoints.web.forwardedheaders.insecure=true",
			rest: app("app", "", on, httpTo, https, attached, office),
			want: []string{"plain-http-router-unprotected app app-http@docker high"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.image == "" {
				c.image = "traefik:v3.1"
			}
			dir := compose(t, c.image, c.flags, c.rest)
			res := Check(accesstest.Load(t, dir), exposure.Options{})
			var got []string
			for _, f := range res.Findings {
				if f.Severity != finding.Info {
					got = append(got, fmt.Sprintf("%s %s %s %s", f.Rule, f.Service,
						strings.ReplaceAll(f.Router, "ddcase", "PROJECT"), f.Severity))
				}
			}
			sort.Strings(got)
			sort.Strings(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}
