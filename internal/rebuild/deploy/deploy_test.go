package deploy

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A signpost repeats every router of the service a little above it, and leads to the port of the container's own.
func TestSignpostLabels(t *testing.T) {
	labels := map[string]string{
		"traefik.enable": "true", "traefik.docker.network": "edge", "team": "shop",
		"com.docker.compose.project":                                "p",
		"com.docker.compose.config-hash":                            "1234",
		"com.docker.compose.oneoff":                                 "False",
		"traefik.http.routers.Web.rule":                             "Host(`a`)",
		"traefik.http.routers.Web.middlewares":                      "auth, secured@file",
		"traefik.http.routers.Web.tls.certresolver":                 "le",
		"traefik.http.routers.Web.service":                          "one@docker",
		"traefik.http.routers.api.rule":                             "Path(`/api`)",
		"traefik.http.routers.api.priority":                         "70",
		"traefik.http.routers.api.service":                          "two",
		"traefik.http.routers.dash.rule":                            "Host(`d`)",
		"traefik.http.routers.dash.service":                         "api@internal",
		"traefik.http.services.one.loadbalancer.server.port":        "8000",
		"traefik.http.services.one.loadbalancer.sticky.cookie.name": "s",
		"traefik.http.services.two.loadbalancer.server.scheme":      "https",
		"traefik.http.middlewares.auth.basicauth.users":             "x",
		"traefik.tcp.routers.db.rule":                               "HostSNI(`*`)",
		"traefik.tcp.services.db.loadbalancer.server.port":          "5432",
	}
	routes, no := routesOf(labels)
	if no != "" || len(routes) != 3 {
		t.Fatalf("%q, %v", no, routes)
	}
	got := signpostLabels(labels, routes, "id", "n", 2, "9000")
	want := map[string]string{
		LabelDeploy: "id", "traefik.enable": "true", "traefik.docker.network": "edge", "team": "shop",
		"com.docker.compose.project":                                  "p",
		"traefik.http.routers.web-n.rule":                             "Host(`a`)",
		"traefik.http.routers.web-n.middlewares":                      "auth@docker,secured@file",
		"traefik.http.routers.web-n.tls.certresolver":                 "le",
		"traefik.http.routers.web-n.priority":                         "11",
		"traefik.http.routers.web-n.service":                          "web-n",
		"traefik.http.services.web-n.loadbalancer.server.port":        "8000",
		"traefik.http.services.web-n.loadbalancer.sticky.cookie.name": "s",
		"traefik.http.routers.api-n.rule":                             "Path(`/api`)",
		"traefik.http.routers.api-n.priority":                         "72",
		"traefik.http.routers.api-n.service":                          "api-n",
		"traefik.http.services.api-n.loadbalancer.server.scheme":      "https",
		"traefik.http.services.api-n.loadbalancer.server.port":        "9000",
		"traefik.tcp.routers.db-n.rule":                               "HostSNI(`*`)",
		"traefik.tcp.routers.db-n.priority":                           "14",
		"traefik.tcp.routers.db-n.service":                            "db-n",
		"traefik.tcp.services.db-n.loadbalancer.server.port":          "5432",
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, not %q", k, got[k], v)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s is there", k)
		}
	}
	for name, l := range map[string]map[string]string{
		"the default rule": {"traefik.http.routers.a.entrypoints": "web"},
		"UDP":              {"traefik.udp.routers.a.entrypoints": "dns"},
	} {
		if _, no := routesOf(l); no == "" {
			t.Errorf("%s can be repeated", name)
		}
	}
}

func TestBusyConnections(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		connection
		busy bool
	}{
		"asked and not answered":          {connection{received: 9, lastRecv: 9000 * ms, lastSent: 9000 * ms}, true},
		"asked again and not answered":    {connection{0, 9, 9, 5000 * ms, 9000 * ms}, true},
		"answered a moment ago":           {connection{0, 9, 9, 1900 * ms, 1800 * ms}, true},
		"answered and kept open":          {connection{0, 9, 9, 5000 * ms, 4000 * ms}, false},
		"opened and nothing asked of yet": {connection{lastRecv: 100 * ms, lastSent: 100 * ms}, false},
	} {
		if c.connection.busy() != c.busy {
			t.Errorf("%s: busy is %v", name, !c.busy)
		}
	}
}

// Draining ends a second after the last busy connection, at its limit at the latest, and waits the limit out where
// nothing can be seen.
func TestDrain(t *testing.T) {
	busyUntil := func(d time.Duration) func() ([]connection, error) {
		var start time.Time
		return func() ([]connection, error) {
			if start.IsZero() {
				start = time.Now()
			}
			if time.Since(start) > d {
				return nil, nil
			}
			return []connection{{port: 8080, received: 1}, {port: 1, received: 1}}, nil
		}
	}
	for name, c := range map[string]struct {
		see         func() ([]connection, error)
		port        int
		limit, want time.Duration
	}{
		"busy for a while":   {busyUntil(400 * time.Millisecond), 8080, time.Minute, 1300 * time.Millisecond},
		"busy for ever":      {busyUntil(time.Hour), 8080, time.Second, time.Second},
		"busy on other port": {busyUntil(time.Hour), 9999, time.Minute, time.Second},
		"not to be seen":     {func() ([]connection, error) { return nil, errNoDrain }, 8080, time.Second, time.Second},
	} {
		start := time.Now()
		if err := drain(t.Context(), c.see, c.port, c.limit); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d < c.want-50*time.Millisecond || d > c.want+time.Second {
			t.Errorf("%s: %s, not %s", name, d, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := drain(ctx, busyUntil(time.Hour), 8080, time.Minute); err == nil {
		t.Error("a cancelled drain has no error")
	}
}

// The signposts' program is machine code: it must run, wait and end well.
func TestPauseProgramRuns(t *testing.T) {
	program, ok := pauseProgram(runtime.GOARCH, time.Second)
	if !ok || runtime.GOOS != "linux" {
		t.Skipf("there is no program for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	path := filepath.Join(t.TempDir(), "wait")
	if err := os.WriteFile(path, program, 0o700); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	out, err := exec.Command(path).CombinedOutput()
	if d := time.Since(start); err != nil || d < time.Second || d > 10*time.Second {
		t.Errorf("%v after %s: %s", err, d, out)
	}
}

func TestParseProbe(t *testing.T) {
	for in, want := range map[string]struct {
		path string
		port int
	}{"/health": {"/health", 0}, "8080/health?x=/": {"/health?x=/", 8080}, ":80/": {"/", 80}} {
		if path, port, err := ParseProbe(in); path != want.path || port != want.port || err != nil {
			t.Errorf("%q: %q, %d, %v", in, path, port, err)
		}
	}
	for _, in := range []string{"", "health", "x/health", "70000/", "http://example.com/"} {
		if _, _, err := ParseProbe(in); err == nil {
			t.Errorf("%q is a probe", in)
		}
	}
}

func TestSplitFiles(t *testing.T) {
	known := []string{"/srv/a, b/compose.yaml", "/srv/x.yaml"}
	got := splitFiles("/srv/a, b/compose.yaml,/srv/x.yaml,/srv/y.yaml", known)
	if want := []string{"/srv/a, b/compose.yaml", "/srv/x.yaml", "/srv/y.yaml"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// The override names the image for people and changes nothing by which Compose tells configurations apart.
func TestOverride(t *testing.T) {
	path, err := override(t.TempDir(), "app:1\nservices: {x: {}}", "sha256:abc", []string{"web", "a: b"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "# Written by drydock: app:1 services: {x: {}} is sha256:abc.\nservices:\n" +
		"  \"web\":\n    pull_policy: never\n  \"a: b\":\n    pull_policy: never\n"
	if string(text) != want {
		t.Errorf("%s", text)
	}
	env := composeEnv([]string{"A=1", "DOCKER_CONTEXT=far", "DOCKER_HOST=tcp://far"}, "unix:///x")
	if strings.Join(env, " ") != "A=1 DOCKER_HOST=unix:///x" {
		t.Error(env)
	}
}
