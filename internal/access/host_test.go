package access

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
)

var twoProjects = map[string]string{
	"infra/docker-compose.traefik.yml": `services:
  proxy:
    image: traefik:v3.3
    command:
      - --configFile=/conf/static.toml
    ports: ["80:80", "443:443"]
    volumes: [./conf:/conf:ro, "/var/run/docker.sock:/var/run/docker.sock:ro"]
    networks: [edge]
    labels:
      - traefik.enable=true
      - traefik.http.middlewares.secured.chain.middlewares=office@file,head
      - traefik.http.middlewares.head.headers.framedeny=true
      - traefik.http.routers.dash.rule=Host(` + "`t.example.com`" + `)
      - traefik.http.routers.dash.entrypoints=https
      - traefik.http.routers.dash.service=api@internal
      - traefik.http.routers.dash.middlewares=secured
networks: {edge: {name: edge}}
`,
	"infra/conf/static.toml": `[api]
[entryPoints.http]
address = ":80"
[entryPoints.http.http.redirections.entryPoint]
to = "https"
[entryPoints.https]
address = ":443"
[entryPoints.https.http.tls]
[providers.docker]
exposedByDefault = false
[providers.file]
directory = "/conf/dynamic"
`,
	"infra/conf/dynamic/lists.yml": "http:\n  middlewares:\n    office:\n      ipAllowList:\n        sourceRange:\n  " +
		"        - 203.0.113.0/24\n",
	"app/compose.yaml": `services:
  web:
    image: app
    networks: [edge]
    labels:
      traefik.enable: "true"
      traefik.http.routers.web.rule: Host(` + "`a.example.com`" + `)
      traefik.http.routers.web.middlewares: secured
  worker:
    image: app
networks: {edge: {external: true}}
`,
}

func TestOneTraefikSeesAllProjects(t *testing.T) {
	res := Check(accesstest.Host(t, twoProjects, "infra", "app"), exposure.Options{})
	if res.Unknown != "" {
		t.Errorf("unknown: %s", res.Unknown)
	}
	if s := res.Service("app", "web"); s == nil || s.Exposure != finding.ExposureAllowlisted ||
		s.Routers[0].Access != "allowlisted" || !strings.Contains(s.Paths[0].Why+s.Paths[1].Why, "203.0.113.0/24") {
		t.Errorf("web: %+v", s)
	}
	if s := res.Service("app", "worker"); s == nil || s.Exposure != finding.ExposureInternal {
		t.Errorf("worker: %+v", s)
	}
	for _, f := range res.Findings {
		if f.Severity != finding.Info {
			t.Errorf("%s %s %s: %s", f.Severity, f.Rule, f.Router, f.Title)
		}
	}
	for _, in := range res.Inputs {
		if in.Status != "checked" {
			t.Errorf("%+v", in)
		}
	}
	// A list that stands in a file is not edited from the app's labels.
	if _, err := edit.Plan(accesstest.Host(t, twoProjects, "infra", "app"), exposure.Options{},
		edit.Change{Service: "web", Ranges: []string{"198.51.100.1"}}); err == nil ||
		!strings.Contains(err.Error(), "office@file") {
		t.Errorf("%v", err)
	}
}

func TestWithoutTraefikAccessIsUnknown(t *testing.T) {
	res := Check(accesstest.Host(t, twoProjects, "app"), exposure.Options{})
	if res.Unknown == "" {
		t.Error("it is not said that Traefik is missing")
	}
	if s := res.Service("app", "web"); s.Exposure != finding.ExposureUnknown || s.Routers[0].Access != "unknown" {
		t.Errorf("web: %+v", s)
	}
	if s := res.Service("app", "worker"); s.Exposure != finding.ExposureInternal {
		t.Errorf("worker: %+v", s)
	}
	for _, f := range res.Findings {
		if f.Severity != finding.Info {
			t.Errorf("%s %s: what is defined elsewhere is not undefined: %s", f.Severity, f.Rule, f.Title)
		}
	}
	s, err := res.Simulate(exposure.Request{From: "203.0.113.9", EntryPoint: "https", Host: "a.example.com"})
	if err != nil || s.Outcome != "unknown" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestUnreadableTraefikFilesAreSaid(t *testing.T) {
	broken := map[string]string{}
	for k, v := range twoProjects {
		broken[k] = v
	}
	broken["infra/conf/dynamic/lists.yml"] = "http:\n  middlewares: [\n"
	res := Check(accesstest.Host(t, broken, "infra", "app"), exposure.Options{})
	if s := res.Service("app", "web"); s.Exposure != finding.ExposureUnknown {
		t.Errorf("web: %+v", s)
	}
	failed := 0
	for _, in := range res.Inputs {
		if in.Status == "failed" && strings.Contains(in.Path, "lists.yml") {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("inputs: %+v", res.Inputs)
	}
	broken["infra/conf/static.toml"] = "[entryPoints\n"
	res = Check(accesstest.Host(t, broken, "infra", "app"), exposure.Options{})
	if res.Unknown == "" || !strings.Contains(res.Unknown, "static.toml:") {
		t.Errorf("unknown: %q", res.Unknown)
	}
}

func TestNothingForTraefikIsNoComplaint(t *testing.T) {
	res := Check(accesstest.Host(t,
		map[string]string{"a/compose.yaml": "services:\n  db:\n    image: redis\n    ports: ['6379:6379']\n"}, "a"),
		exposure.Options{})
	if res.Unknown != "" || len(res.Findings) != 1 || res.Findings[0].Rule != "published-port-bypasses-proxy" ||
		res.Findings[0].Severity != finding.Critical {
		t.Errorf("%q, %+v", res.Unknown, res.Findings)
	}
	if s := res.Service("a", "db"); s.Exposure != finding.ExposurePublic {
		t.Errorf("%+v", s)
	}
}

// TestNoSecretIsTold plants words in everything that may hold a secret and looks for them in everything that is said.
func TestNoSecretIsTold(t *testing.T) {
	const canary = "c4n4ry"
	res := Check(accesstest.Host(t, map[string]string{"a/compose.yaml": `services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker.exposedbydefault=false, --entrypoints.web.address=:80, --certificatesresolvers.le.acme.email=` + canary + `]
    environment: {CF_API_KEY: ` + canary + `}
  web:
    image: nginx
    environment: {PASSWORD: ` + canary + `}
    labels:
      - traefik.enable=true
      - traefik.http.routers.web.rule=Host(` + "`a`" + `)
      - traefik.http.routers.web.middlewares=auth,head,list
      - traefik.http.middlewares.auth.basicauth.users=a:` + canary + `
      - traefik.http.middlewares.head.headers.customrequestheaders.X-Key=` + canary + `
      - traefik.http.middlewares.head.headers.nosuch=` + canary + `
      - traefik.http.middlewares.auth.basicauth.users=b:` + canary + `
`}, "a"), exposure.Options{})
	var b strings.Builder
	if err := res.WriteTable(&b, exposure.TableOptions{All: true}); err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Findings {
		b.WriteString(f.Title + strings.Join(f.Evidence, " ") + strings.Join(f.Why, " ") + f.Fix.Text + f.Snippet)
		for _, s := range f.Flow {
			b.WriteString(s.Text)
		}
		for _, e := range f.Fix.Edits {
			b.WriteString(e.NewText)
		}
	}
	for _, s := range res.Services {
		for _, d := range s.Paths {
			b.WriteString(d.Why + d.Rule)
		}
	}
	if strings.Contains(b.String(), canary) {
		t.Errorf("a secret is told:\n%s", b.String())
	}
	if len(res.Findings) == 0 {
		t.Error("nothing is found")
	}
}

// TestHostileLabelsEnd reads what is written to cost time: chains of chains, thousands of labels, deep names.
func TestHostileLabelsEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("services:\n  traefik:\n    image: traefik:v3.3\n    command: " +
		"[--providers.docker.exposedbydefault=false, --entrypoints.web.address=:80]\n  bomb:\n    image: x\n    " +
		"labels:\n      - traefik.enable=true\n")
	b.WriteString("      - traefik.http.routers.r.rule=Host(`a`)\n      - traefik.http.routers.r.middlewares=c0,c0\n " +
		"     - traefik.http.routers.p.middlewares=c0,c0\n")
	for i := range 40 {
		fmt.Fprintf(&b, "      - traefik.http.middlewares.c%d.chain.middlewares=%s\n", i,
			strings.Repeat(fmt.Sprintf("c%d,", i+1), 20)+fmt.Sprintf("c%d", i+1))
	}
	for i := range 3000 {
		fmt.Fprintf(&b, "      - traefik.http.routers.x%d.rule=PathPrefix(`/%d`) || PathPrefix(`/b%d`)\n", i, i, i)
	}
	fmt.Fprintf(&b, "      - traefik.%s=1\n", strings.Repeat("a.", 3000))
	start := time.Now()
	res := Check(accesstest.Host(t, map[string]string{"a/compose.yaml": b.String()}, "a"), exposure.Options{})
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %s", d)
	}
	if res.Service("a", "bomb") == nil {
		t.Error("the service is missing")
	}
}
