package exposure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
)

// TestTheTableFits writes the table of every host of the tests: no line is longer than the terminal, every service is
// named in full, and every access path has a row or is counted below.
func TestTheTableFits(t *testing.T) {
	files := accesstest.Archives("hosts")
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		res := Build(accesstest.HostOf(t, a), Options{})
		for _, o := range []TableOptions{{}, {All: true}, {Width: 80}, {Width: 200, All: true}} {
			var b strings.Builder
			if err := res.WriteTable(&b, o); err != nil {
				t.Fatal(err)
			}
			width := o.Width
			if width == 0 {
				width = 100
			}
			lines := strings.Split(b.String(), "\n")
			for _, l := range lines {
				if ansi.StringWidth(l) > width {
					t.Errorf("%s: %d columns: %s", f, ansi.StringWidth(l), l)
				}
			}
			for _, s := range res.Services {
				if width >= 100 && !slices.ContainsFunc(lines, func(l string) bool {
					name, _, _ := strings.Cut(l, " ")
					return name == s.Name || strings.HasSuffix(name, "/"+s.Name)
				}) {
					t.Errorf("%s: %s has no row in\n%s", f, s.Name, b.String())
				}
			}
		}
	}
}

const longNames = `services:
  PROXY
  web:
    image: nginx
    labels: [traefik.enable=true, "traefik.http.routers.NAME.rule=Host(` + "`a.example.com`" + `)", traefik.http.routers.NAME.entrypoints=web]
`

// TestTheTableTellsServicesApart names two projects that begin alike and have services of one name.
func TestTheTableTellsServicesApart(t *testing.T) {
	proxy := `traefik:
    image: traefik:v3.3
    command: [--providers.docker.exposedbydefault=false, --entrypoints.web.address=:80]
    ports: ["80:80"]`
	files := map[string]string{}
	for name, head := range map[string]string{"a": proxy, "b": "cache: {image: redis}"} {
		dir := "the-very-long-name-of-a-customers-project-" + name
		files[dir+"/compose.yaml"] = strings.NewReplacer("PROXY", head, "NAME", "router-with-a-long-name-of-"+
			name).Replace(longNames)
	}
	res := Build(accesstest.Host(t, files, "the-very-long-name-of-a-customers-project-a",
		"the-very-long-name-of-a-customers-project-b"), Options{})
	var b strings.Builder
	if err := res.WriteTable(&b, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ntraefik  ", "\ncache  ", "-a/web  ", "-b/web  ", "-of-a@docker", "-of-b@docker",
		"everybody: no allowlist"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// TestTheTableFoldsWhatNobodyReads has a Traefik with its own ports, a redirection and a ping.
func TestTheTableFoldsWhatNobodyReads(t *testing.T) {
	h, _ := accesstest.Project(t, `services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker.exposedbydefault=false, --ping=true, --ping.entrypoint=websecure, --entrypoints.web.address=:80,
      --entrypoints.web.http.redirections.entrypoint.to=websecure, --entrypoints.websecure.address=:443]
    ports: ["80:80", "443:443", "9100:9100"]
  app:
    image: nginx
    labels: ["traefik.enable=true", "traefik.http.routers.app.rule=Host(`+"`a`"+`)", traefik.http.routers.app.entrypoints=websecure, traefik.http.routers.app.tls=true]
`)
	res := Build(h, Options{})
	for _, c := range []struct {
		all        bool
		want, wont []string
	}{
		{false, []string{"traefik  ports 80, 443", "port 9100",
			"Not listed: 1 router that only redirects and Traefik's own answers; --all " +
				"lists every access path."},
			[]string{"web-to-websecure", "ping@internal"}},
		{true, []string{"port 80", "port 443", "web-to-websecure", "ping@internal"}, []string{"Not listed"}},
	} {
		var b strings.Builder
		if err := res.WriteTable(&b, TableOptions{All: c.all}); err != nil {
			t.Fatal(err)
		}
		for _, w := range c.want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("no %q in\n%s", w, b.String())
			}
		}
		for _, w := range c.wont {
			if strings.Contains(b.String(), w) {
				t.Errorf("%q in\n%s", w, b.String())
			}
		}
	}
}

// TestEverybodyWithoutEvidence has a Traefik that publishes no port: who says everybody says why.
func TestEverybodyWithoutEvidence(t *testing.T) {
	h, _ := accesstest.Project(t, accesstest.ProjectHead+`  app:
    image: nginx
    labels: ["traefik.enable=true", "traefik.http.routers.app.rule=Host(`+"`a`"+`)", traefik.http.routers.app.entrypoints=web]
`)
	res := Build(h, Options{})
	if why := res.Service("p", "app").Paths[0].Why; !strings.Contains(why, "Traefik publishes no port") {
		t.Error(why)
	}
	if !strings.Contains(fmt.Sprint(res.Warnings), "whom that lets in is not seen") {
		t.Errorf("%+v", res.Warnings)
	}
}
