package traefik

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// FuzzLabels decodes whatever stands in labels, builds what comes of it and asks it something: no panic, and a
// container is either taken or dropped with a reason.
func FuzzLabels(f *testing.F) {
	for i, c := range labelCases {
		_, cs := c.expand(i)
		var lines []string
		for k, v := range cs[0].Labels {
			lines = append(lines, k+"="+v)
		}
		f.Add(strings.Join(lines, "\n"))
	}
	f.Add("traefik.http.routers.x]=1")
	f.Add("traefik.http.routers.[0]=1")
	f.Add("traefik." + strings.Repeat("a.", 500) + "=1")
	static := StaticFromFlags([]string{"--providers.docker", "--entrypoints.web.address=:80",
		"--entrypoints.websecure.address=:443", "--entrypoints.web.http.redirections.entrypoint.to=websecure"})
	f.Fuzz(func(t *testing.T, text string) {
		labels := map[string]string{}
		for _, line := range strings.Split(text, "\n") {
			k, v, _ := strings.Cut(line, "=")
			labels[k] = v
		}
		rt := Build(Input{Version: Newest, Static: static,
			Containers: []Container{{Project: "p", Service: "s", Name: "p-s-1", Labels: labels}}})
		if v := rt.Verdicts[0]; v.Config == nil && v.Excluded == "" {
			t.Errorf("dropped without a reason: %+v", v)
		}
		for _, r := range rt.Routes {
			if r.Rule == nil && r.Served() && r.Unknown == "" && !r.UDP {
				t.Errorf("route %s is served without a rule", r.Name)
			}
		}
		for _, proto := range []string{"http", "https", "tcp", "tls"} {
			for ep := range static.EntryPoints {
				a := rt.Simulate(Request{From: netip.MustParseAddr("1.2.3.4"), EntryPoint: ep, Proto: proto,
					Host: "a.example.com", Header: http.Header{"X-Forwarded-For": {"1.1.1.1, x"}}})
				if a.Outcome == "" || len(a.Steps) == 0 {
					t.Errorf("no outcome: %+v", a)
				}
			}
		}
	})
}

// FuzzRule parses whatever stands in a rule: no panic, a rule implies itself, and what it is taken apart into agrees
// with it.
func FuzzRule(f *testing.F) {
	for _, s := range []string{
		"Host(`a`)", "Host(`a`) && PathPrefix(`/x`) || !Method(`GET`)", "HostRegexp(`^.+$`)",
		"!(Host(`a`) && !ClientIP(`10.0.0.0/8`))", "Query(`a=1`)", "Host(`a`, `b`)", "Path(`/{id:[0-9]+}`)",
		"HostSNI(`*`)", "HostSNI(`a.b`) && ALPN(`h2`)", "Host(", "((((Host(`a`))))", "Host(`a`) & Host(`b`)",
		"-Host(`a`)", "Host(1)", "func(){}()", "`a`",
	} {
		f.Add(s, "a.example.com", "/x?a=1", false)
		f.Add(s, "", "", true)
	}
	f.Fuzz(func(t *testing.T, text, host, path string, v2 bool) {
		q := &conn{version: Newest, host: host, sni: host, path: path, method: "GET", header: http.Header{},
			remote: netip.MustParseAddr("10.1.2.3"), query: map[string][]string{"a": {"1"}}}
		for _, parse := range []func(string, bool) (*Rule, error){ParseRule, ParseTCPRule} {
			r, err := parse(text, v2)
			if err != nil {
				continue
			}
			if !r.Implies(r) {
				t.Errorf("%q does not imply itself", text)
			}
			r.Sources()
			r.Hosts()
			whole := r.matches(q)
			if terms := r.terms; terms != nil {
				any := false
				for _, term := range terms {
					all := true
					for _, c := range term {
						all = all && c.matches(q)
					}
					any = any || all
				}
				if any != whole {
					t.Errorf("%q: taken apart it says %t, whole %t", text, any, whole)
				}
			}
		}
	})
}

// FuzzFile reads whatever is a file of the file provider or the static configuration.
func FuzzFile(f *testing.F) {
	f.Add("a.yml", fileLists)
	f.Add("a.toml", "[http.middlewares.office.ipAllowList]\nsourceRange=[\"1.2.3.4\"]\n[[tls.certificates]]\n"+
		"certFile=\"a\"\n")
	f.Add("a.yaml", "a: &x\n  b: *x\n")
	f.Add("a.yml", "http:\n  routers:\n    a: {rule: \"Host(`a`)\", tls: {}, middlewares: [x, y], entryPoints: web}\n"+
		"<<: {http: {}}\n")
	f.Add("a.toml", "[http\n")
	f.Add("a.json", `{"entryPoints": {"web": {"address": ":80", "http": {"tls": {}}}}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		if s, err := StaticFromFile(name, []byte(text)); err == nil {
			Build(Input{Version: Newest, Static: s})
		}
		if file, err := ReadFile(name, []byte(text), Newest); err == nil {
			Build(Input{Version: Newest,
				Static: StaticFromFlags([]string{"--providers.docker", "--entrypoints.web.address=:80"}),
				Files:  []*File{file}})
		}
	})
}

// FuzzStatic reads whatever stands in a command or in the environment, and whatever is a template or a constraint.
func FuzzStatic(f *testing.F) {
	f.Add("--providers.docker\n--entrypoints.web.address=:80\n--api\n--log", "TRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:80",
		"Host(`{{ normalize .Name }}`)", "Label(`a`,`b`) && !LabelRegex(`c`,`d`)")
	f.Add("-\n--\n--=\n--a[0].b=1\n--x", "TRAEFIK_=1\nTRAEFIK__=2", "{{ range $i := 1000000000 }}x{{ end }}", "Label(")
	f.Add("--entrypoints.=1", "", "{{ define `a` }}{{ template `a` }}{{ end }}{{ template `a` }}", "!!Label(`a`,``)")
	f.Fuzz(func(t *testing.T, args, env, rule, constraint string) {
		vars := map[string]string{}
		for _, line := range strings.Split(env, "\n") {
			k, v, _ := strings.Cut(line, "=")
			vars[k] = v
		}
		StaticFromEnv(vars)
		ConfigFileFlag(strings.Split(args, "\n"))
		s := StaticFromFlags(strings.Split(args, "\n"))
		if s == nil {
			return
		}
		if s.Docker != nil {
			s.Docker.DefaultRule, s.Docker.Constraints = rule, constraint
		}
		Build(Input{Version: Newest, Static: s,
			Containers: []Container{{Project: "p", Service: "s", Labels: map[string]string{"traefik.enable": "true"}}}})
	})
}
