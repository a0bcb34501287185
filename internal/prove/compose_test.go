package prove

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/stack"
)

func TestAround(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"docker-compose.yml": `
services:
  web:
    build: {context: ., dockerfile: web.Dockerfile, target: final, args: {MODE: fast}}
    environment: {DB_URL: "postgres://app:${DB_PASSWORD}@db/app", LEVEL: info, FROM_OUTSIDE:, SEARCH_HOST: search, MODE: other}
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:8000/healthz"]}
    command: gunicorn -w 1 app:app
    ports: ["8443:8000", "53:5353/udp"]
    expose: ["9100"]
    labels: ["traefik.http.services.web.loadbalancer.server.port=8001"]
    depends_on: [api, cache, front]
  api:
    image: example/api:1
    depends_on: [db]
  db:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}
    healthcheck: {test: pg_isready}
  cache: {image: "redis:7", command: ["redis-server", "--save", ""]}
  other: {image: "nobody:1"}
  search: {image: "search:1"}
  front: {build: ./front}
`,
		"web.Dockerfile": "FROM scratch\n", "stand-in.env": "DB_PASSWORD=stand-in\n", ".env": "DB_PASSWORD=canary\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, err := stack.Load(t.Context(), []string{dir}, stack.Options{EnvFiles: []string{filepath.Join(dir,
		"stand-in.env")}, Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := Around(h, filepath.Join(dir, "web.Dockerfile"))
	if !ok || s.Service != "web" || s.Target != "final" || s.Args["MODE"] == nil {
		t.Fatalf("%+v, %v", s, ok)
	}
	if env := strings.Join(s.Env, " "); !strings.Contains(env, "app:stand-in@db") ||
		!strings.Contains(env, "LEVEL=info") || strings.Contains(env, "FROM_OUTSIDE") ||
		strings.Contains(env, "canary") {
		t.Error(env)
	}
	if len(s.Probes) != 1 || s.Probes[0].Port != 8000 || s.Probes[0].Path != "/healthz" {
		t.Errorf("%+v", s.Probes)
	}
	if want := []int{8000, 9100, 8001}; !slices.Equal(s.Ports, want) {
		t.Errorf("%v, not %v", s.Ports, want)
	}
	var names []string
	for _, d := range s.Services {
		names = append(names, d.Name)
	}
	if got := strings.Join(names, " "); got != "db api cache search" {
		t.Errorf("started beside it, in this order: %s", got)
	}
	if s.Services[0].Env[0] != "POSTGRES_PASSWORD=stand-in" {
		t.Error("the database has another stand-in than the app")
	}
	if got := strings.Join(s.Services[0].Health, " "); got != "CMD-SHELL pg_isready" {
		t.Errorf("the database is ready when %q succeeds", got)
	}
	if got := strings.Join(s.Absent, " "); got != "front" {
		t.Errorf("built themselves: %s", got)
	}
	if got := strings.Join(s.Run.Command, " "); got != "gunicorn -w 1 app:app" {
		t.Errorf("compose starts %q", got)
	}
	if _, ok := Around(h, filepath.Join(dir, "Dockerfile")); ok {
		t.Error("a file that no service is built from was found")
	}
}
