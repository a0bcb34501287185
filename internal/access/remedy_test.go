package access

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
	"github.com/drydock/drydock/internal/traefik"
)

// sample is a host of the tests, in a folder that may be written.
type sample struct {
	name, dir string
	args      []string
}

func (s *sample) load(t *testing.T) *stack.Host {
	t.Helper()
	var args []string
	for _, a := range s.args {
		args = append(args, filepath.Join(s.dir, a))
	}
	h, err := stack.Load(context.Background(), args,
		stack.Options{Root: s.dir, Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		return nil // what cannot be read has no finding
	}
	return h
}

// copied is the sample in a folder of its own.
func (s *sample) copied(t *testing.T) *sample {
	t.Helper()
	out := *s
	out.dir = filepath.Join(t.TempDir(), "host") // the folder's name is the project's
	if err := os.CopyFS(out.dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	return &out
}

func (s *sample) write(t *testing.T, path string, data []byte) {
	t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// testHosts are the repository's hosts and the shared ones.
func testHosts(t *testing.T) []*sample {
	t.Helper()
	var out []*sample
	files := accesstest.Archives("hosts")
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s := &sample{name: filepath.Base(f), dir: filepath.Join(t.TempDir(), "host")}
		for _, line := range strings.Split(string(a.Comment), "\n") {
			if args, ok := strings.CutPrefix(line, "args "); ok {
				s.args = strings.Fields(args)
			}
		}
		for _, file := range a.Files {
			path := filepath.Join(s.dir, filepath.FromSlash(file.Name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, file.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, s)
	}
	for _, where := range [][]string{{"traefik", "cases"}, {"field", "access"}} {
		dirs, _ := filepath.Glob(filepath.Join(testenv.Shared(t, where...), "*"))
		for _, dir := range dirs {
			s := &sample{name: filepath.Base(dir), dir: dir, args: []string{"."}}
			out = append(out, s.copied(t))
		}
	}
	return out
}

// TestFixesMend makes the edits of every finding of every host, one finding at a time: it is gone afterwards, and no
// access path is wider than before.
func TestFixesMend(t *testing.T) {
	made := 0
	for _, s := range testHosts(t) {
		h := s.load(t)
		if h == nil {
			continue
		}
		now := Check(h, exposure.Options{})
		for _, f := range now.Findings {
			if len(f.Fix.Edits) == 0 {
				continue
			}
			made++
			c := s.copied(t)
			byFile := map[string][]finding.Edit{}
			for _, e := range f.Fix.Edits {
				byFile[e.Path] = append(byFile[e.Path], e)
			}
			for path, edits := range byFile {
				data, err := os.ReadFile(filepath.Join(c.dir, path))
				if err != nil {
					t.Fatal(err)
				}
				after, err := finding.ApplyEdits(data, edits)
				if err != nil {
					t.Fatalf("%s: %s: %v", s.name, f.Rule, err)
				}
				c.write(t, path, after)
			}
			then := Check(c.load(t), exposure.Options{})
			for _, g := range then.Findings {
				if g.Rule == f.Rule && g.Router == f.Router && g.Service == f.Service && g.Severity != finding.Info {
					t.Errorf("%s: %s %s is still there after its edits %+v", s.name, f.Rule, f.Router, f.Fix.Edits)
				}
			}
			for _, ch := range exposure.Changes(now.Model, then.Model) {
				if ch.Path != nil && opens(ch) && !servesAgain(f, ch) {
					t.Errorf("%s: the fix of %s %s makes %s of %s wider: %s", s.name, f.Rule, f.Router, ch.Path.Short(),
						ch.Service, ch.Path.Brief())
				}
			}
		}
	}
	if made < 8 {
		t.Errorf("only %d findings came with edits", made)
	}
}

// opens reports whether an access path is new, or lets in another kind of client than it did.
func opens(ch exposure.Change) bool {
	return ch.Path.Lets() && (ch.Was == nil || ch.Was.Access != ch.Path.Access &&
		exposure.Wider(ch.Was.Access, ch.Path.Access) == ch.Path.Access)
}

// servesAgain reports whether an access path that opens is what the finding missed: a router that was not served.
func servesAgain(f finding.Finding, ch exposure.Change) bool {
	return f.Effect == finding.EffectClosed && (ch.Was == nil || ch.Was.Access == "closed")
}

const (
	insider = "192.0.2.77"  // in the list that is added
	outside = "93.184.1.77" // in none
)

var addCommand = regexp.MustCompile("`drydock access add (?:--router (\\S+) )?(\\S+) RANGE...`")

// TestAddCloses puts an allowlist before every service of every host: either it is refused, with what to do instead, or
// no request from outside gets through a router of the service, and nothing else changes. Where a finding advises the
// command, it is not refused.
func TestAddCloses(t *testing.T) {
	asked, refused := 0, 0
	for _, s := range testHosts(t) {
		h := s.load(t)
		if h == nil {
			continue
		}
		now := Check(h, exposure.Options{})
		advised := map[string]bool{}
		for _, f := range now.Findings {
			m := addCommand.FindStringSubmatch(f.Fix.Text)
			switch {
			case m == nil:
			case m[1] == "":
				advised[m[2]] = true
			default: // one router of several
				e, err := edit.Plan(h, exposure.Options{}, edit.Change{Service: m[2], Ranges: []string{insider},
					Router: m[1]})
				if err != nil || len(e.Files) == 0 {
					t.Errorf("%s: %s: advised for %s, and refused: %v", s.name, m[2], m[1], err)
				}
			}
		}
		ref := h.Refs()
		for _, svc := range now.Services {
			if svc.Outside {
				continue
			}
			name := ref(svc.Stack, svc.Name)
			e, err := edit.Plan(h, exposure.Options{}, edit.Change{Service: name, Ranges: []string{insider}})
			if err != nil {
				refused++
				if clierr.Hint(err) == "" {
					t.Errorf("%s: %s: refused without a remedy: %v", s.name, name, err)
				}
				if advised[name] {
					t.Errorf("%s: %s: advised, and refused: %v", s.name, name, err)
				}
				continue
			}
			asked += addHolds(t, s, now, e, svc)
		}
	}
	if asked < 40 {
		t.Errorf("only %d requests were worked out", asked)
	}
	t.Logf("%d requests, %d edits refused", asked, refused)
}

// addHolds makes an edit and asks every router of the service from outside. It returns how many requests came to one.
func addHolds(t *testing.T, s *sample, now *Result, e *edit.Edit, svc exposure.Service) int {
	t.Helper()
	c := s.copied(t)
	for _, f := range e.Files {
		rel, err := filepath.Rel(s.dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		c.write(t, rel, f.After)
	}
	then := Check(c.load(t), exposure.Options{})
	for _, ch := range exposure.Changes(now.Model, then.Model) {
		if ch.Path != nil && opens(ch) {
			t.Errorf("%s: add %s makes %s of %s wider: %s", s.name, svc.Name, ch.Path.Short(), ch.Service,
				ch.Path.Brief())
		}
	}
	asked := 0
	for _, g := range then.Gateways {
		if g.Assumed {
			continue
		}
		for _, r := range g.Routes {
			own := r.Owner()
			if own == nil || own.Service.Name != svc.Name || own.Stack.Name != svc.Stack || r.Router.Auto || r.UDP ||
				!r.Served() || r.Rule == nil || r.Internal() {
				continue
			}
			for _, q := range requestsOf(r) {
				a := g.Runtime.Simulate(q)
				if a.Router != r.Name {
					continue
				}
				asked++
				if a.Outcome == traefik.Allowed {
					t.Errorf("%s: after `add %s` %s lets %s in:\n  %s", s.name, svc.Name, r.Name, outside,
						strings.Join(a.Steps, "\n  "))
				}
			}
		}
	}
	return asked
}

var rulePath = regexp.MustCompile("[`\"](/[^`\"]*)[`\"]")

// requestsOf are requests from outside that a router may take: each host and path that its rule names.
func requestsOf(r *exposure.Route) []traefik.Request {
	hosts := append(slices.Clone(r.Rule.Hosts()), "x.example.com")
	paths := []string{"/"}
	for _, m := range rulePath.FindAllStringSubmatch(r.Router.Rule, -1) {
		paths = append(paths, m[1])
	}
	proto := "http"
	switch {
	case r.TCP && r.TLS != nil:
		proto = "tls"
	case r.TCP:
		proto = "tcp"
	case r.TLS != nil:
		proto = "https"
	}
	var out []traefik.Request
	for _, host := range hosts {
		for _, path := range paths {
			out = append(out, traefik.Request{
				From: netip.MustParseAddr(outside), EntryPoint: r.EntryPoint, Proto: proto,
				Host: strings.ReplaceAll(host, "*", "x"), Path: path, Header: map[string][]string{},
			})
		}
	}
	return out
}

// TestRemediesCanBeCarriedOut has defects of one rule with several causes: what is advised fits the cause.
func TestRemediesCanBeCarriedOut(t *testing.T) {
	const server = "services:\n  traefik:\n    image: traefik:v3.3\n    ports: ['80:80', '5432:5432', '53:53/udp']\n " +
		"   command: [--providers.docker.exposedbydefault=false, " +
		"--providers.file.filename=/d.yml, --entrypoints.web.address=:80, '--entrypoints.db.address=:5432', " +
		"'--entrypoints.dns.address=:53/udp']\n" +
		"    volumes: [./d.yml:/d.yml]\n"
	app := func(labels ...string) string {
		return server + "  app:\n    image: postgres\n    labels:\n      - traefik.enable=true\n      - " +
			strings.Join(labels, "\n      - ") + "\n"
	}
	rule := "traefik.http.routers.app.rule=Host(`a`)"
	for name, c := range map[string]struct {
		compose, file string
		rule          string
		want, wont    string
	}{
		"two rules": {app(rule, "traefik.http.routers.app.rule=Host(`b`)"), "", "duplicate-label-overrides",
			"Keep one of the lines", "commas"},
		"two middlewares": {app(rule, "traefik.http.routers.app.middlewares=a",
			"traefik.http.routers.app.middlewares=b"), "", "duplicate-label-overrides", "middlewares=a,b", ""},
		"a database for all": {app("traefik.tcp.routers.db.rule=HostSNI(`*`)", "traefik.tcp.routers.db.entrypoints=db",
			"traefik.tcp.services.db.loadbalancer.server.port=5432", rule,
			"traefik.http.routers.app.entrypoints=db"), "", "unprotected-router", "`drydock access add app RANGE...`",
			"entry point of its own"},
		"all of an entry point": {strings.Replace(app("traefik.tcp.routers.db.rule=HostSNI(`*`)",
			"traefik.tcp.routers.db.entrypoints=db", "traefik.tcp.services.db.loadbalancer.server.port=1", rule,
			"traefik.http.routers.app.entrypoints=db", "traefik.http.services.web.loadbalancer.server.port=80",
			"traefik.http.routers.app.service=web"), "postgres", "own/app", 1), "",
			"tcp-catchall-shadows-http", "`drydock access add app RANGE...`, and give it a port of its own", ""},
		"an unknown matcher": {app("traefik.http.routers.app.rule=Hostt(`a`)"), "", "router-disabled",
			"unsupported function", "what is named"},
		"UDP": {app("traefik.udp.routers.dns.entrypoints=dns", "traefik.udp.routers.dns.service=dns",
			"traefik.udp.services.dns.loadbalancer.server.port=53"), "", "unprotected-router", "no middlewares for UDP",
			"access add"},
		"a router of a file": {server + "  app: {image: nginx}\n",
			"http:\n  routers:\n    filed: {rule: 'Host(`f`)', service: filed}\n  services:\n    filed: " +
				"{loadBalancer: {servers: [{url: 'http://app:80'}]}}\n",
			"unprotected-router", "in the middlewares of router filed@file", "access add"},
		"labels from an anchor": {"x-l: &l [traefik.enable=true, '" + rule + "']\n" + server +
			"  app: {image: nginx, labels: *l}\n", "", "unprotected-router", "by hand", "access add"},
		"a list of a router beside it": {app(rule, "traefik.http.routers.admin.rule=Host(`a`) && PathPrefix(`/x`)",
			"traefik.http.routers.admin.middlewares=lan") + "  lan: {image: nginx, labels: [traefik.enable=true, " +
			"traefik.http.middlewares.lan.ipallowlist.sourcerange=10.0.0.0/8]}\n", "", "unprotected-router",
			"`drydock access add --router app app RANGE...`, or name lan@docker in its middlewares, as router " +
				"admin@docker does",
			"Add the addresses there"},
		"a TCP router of a file for all": {server + "  app:\n    image: nginx\n    labels: " +
			"[traefik.enable=true, '" + rule +
			"', traefik.http.routers.app.entrypoints=web]\n",
			"tcp:\n  routers:\n    db: {rule: 'HostSNI(`*`)', service: db, entryPoints: [web]}\n  services:\n    db: " +
				"{loadBalancer: {servers: [{address: '192.0.2.9:5432'}]}}\n", "tcp-catchall-shadows-http",
			"Name a TCP allowlist in the middlewares of router db@file", "login"},
		"a database in the machine's network": {server + "  app: {image: postgres, network_mode: host}\n", "",
			"host-network-bypasses-proxy", "Give it a network of its own", "Traefik's network"},
		"a port of a swarm": {strings.Replace(server, "--providers.docker.", "--providers.swarm.", 1) +
			"  app: {image: postgres, ports: ['5432:5432']}\n", "", "published-port-bypasses-proxy", "a swarm " +
			"publishes it",
			"127.0.0.1"},
		"a gateway within a wide range": {app(rule, "traefik.http.routers.app.middlewares=lan",
			"traefik.http.middlewares.lan.ipallowlist.sourcerange=172.16.0.0/12") +
			"networks: {default: {ipam: {config: [{subnet: 172.30.0.0/24}]}}}\n", "",
			"allowlist-contains-docker-gateway",
			"List the clients' own addresses instead of 172.16.0.0/12", "Take 172.30.0.1 out"},
		"labels of its own": {app(rule), "", "unprotected-router", "`drydock access add app RANGE...`", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := accesstest.Host(t, map[string]string{"p/compose.yaml": c.compose, "p/d.yml": c.file}, "p")
			told := false
			for _, f := range Check(h, exposure.Options{}).Findings {
				if f.Rule != c.rule {
					continue
				}
				told = true
				if !strings.Contains(f.Fix.Text, c.want) || c.wont != "" && strings.Contains(f.Fix.Text, c.wont) {
					t.Errorf("%s: %s", f.Title, f.Fix.Text)
				}
			}
			if !told {
				t.Errorf("no %s in %+v", c.rule, Check(h, exposure.Options{}).Findings)
			}
		})
	}
}
