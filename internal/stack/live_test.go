package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/testenv"
)

// standIn answers on a unix socket as an engine does, for the containers given by id.
func standIn(t *testing.T, containers map[string]map[string]any, networks []map[string]any) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock") // t.TempDir's path may be longer than a socket's may be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	sock := filepath.Join(dir, "e.sock")
	l, err := net.Listen("unix", sock)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("API-Version", "1.43")
		w.Header().Set("OSType", "linux")
		fmt.Fprint(w, "OK")
	})
	mux.HandleFunc("GET /{v}/containers/json", func(w http.ResponseWriter, _ *http.Request) {
		list := []map[string]any{}
		for id := range containers {
			list = append(list, map[string]any{"Id": id})
		}
		answer(w, list)
	})
	mux.HandleFunc("GET /{v}/containers/{id}/json", func(w http.ResponseWriter, r *http.Request) {
		c := containers[r.PathValue("id")]
		if c == nil {
			w.WriteHeader(http.StatusNotFound)
			answer(w, map[string]any{"message": "No such container"})
			return
		}
		answer(w, c)
	})
	mux.HandleFunc("GET /{v}/networks", func(w http.ResponseWriter, _ *http.Request) { answer(w, networks) })
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	t.Setenv("DOCKER_HOST", "unix://"+sock)
	t.Setenv("DOCKER_API_VERSION", "")
}

func TestFromEngineReadsContainersAndTheirFiles(t *testing.T) {
	dir := tree(t, `
-- docker-compose.yml --
services:
  web:
    build: ./web
    image: web:1
    ports: ["8080:80"]
    labels:
      - traefik.enable=true
      - traefik.http.routers.w.rule=Host(`+"`${HOST}`"+`)
      - traefik.http.routers.w.middlewares=new
-- web/Dockerfile --
FROM x
`)
	labels := func(service string, more map[string]string) map[string]string {
		out := map[string]string{
			"com.docker.compose.project": "shop", "com.docker.compose.service": service,
			"com.docker.compose.project.working_dir":  dir,
			"com.docker.compose.project.config_files": filepath.Join(dir, "docker-compose.yml"),
		}
		maps.Copy(out, more)
		return out
	}
	web := map[string]any{
		"Id": "aaaa", "Name": "/shop-web-1",
		"Config": map[string]any{
			"Image": "web:1", "Cmd": []string{"run"}, "Entrypoint": []string{"/e"}, "User": "1000",
			"Env": []string{"A=b=c"}, "ExposedPorts": map[string]any{"80/tcp": map[string]any{},
				"443/tcp": map[string]any{}},
			"Labels": labels("web", map[string]string{
				"traefik.enable": "true", "traefik.http.routers.w.rule": "Host(`shop.example.com`)",
				"traefik.http.routers.w.middlewares": "old"}),
			"Healthcheck": map[string]any{"Test": []string{"CMD", "true"}},
		},
		"HostConfig": map[string]any{"NetworkMode": "shop_default", "Privileged": true},
		"NetworkSettings": map[string]any{
			"Networks": map[string]any{"shop_default": map[string]any{}, "edge": map[string]any{}},
			"Ports": map[string]any{
				"80/tcp": []map[string]any{{"HostIp": "0.0.0.0", "HostPort": "8080"},
					{"HostIp": "::", "HostPort": "8080"}},
				"443/tcp": []map[string]any{{"HostIp": "127.0.0.1", "HostPort": "8443"}}},
		},
		"Mounts": []map[string]any{{"Type": "bind", "Source": "/s", "Destination": "/d", "RW": false},
			{"Type": "volume", "Name": "v", "Source": "/var/v", "Destination": "/c", "RW": true}},
	}
	second := map[string]any{"Id": "bbbb", "Name": "/shop-web-2",
		"Config": map[string]any{"Image": "web:1", "Labels": labels("web", nil)},
		"NetworkSettings": map[string]any{"Ports": map[string]any{"80/tcp": []map[string]any{{"HostIp": "0.0.0.0",
			"HostPort": "8081"}}}}}
	side := map[string]any{"Id": "cccc", "Name": "/shop-side-1",
		"Config":     map[string]any{"Image": "side", "Labels": labels("side", nil)},
		"HostConfig": map[string]any{"NetworkMode": "container:aaaa"}}
	alone := map[string]any{"Id": "dddd", "Name": "/alone",
		"Config":     map[string]any{"Image": "redis:7", "Labels": map[string]string{"x": "y"}},
		"HostConfig": map[string]any{"NetworkMode": "host"}}
	far := map[string]any{"Id": "eeee", "Name": "/far-a-1",
		"Config": map[string]any{"Image": "a", "Labels": map[string]string{
			"com.docker.compose.project": "far", "com.docker.compose.service": "a",
			"com.docker.compose.project.config_files": "/nowhere/compose.yaml"}}}
	standIn(t, map[string]map[string]any{"aaaa": web, "bbbb": second, "cccc": side, "dddd": alone, "eeee": far,
		"gone": nil},
		[]map[string]any{{"Name": "edge", "Internal": true}, {"Name": "shop_default"}})

	h, err := FromEngine(context.Background(), Options{Env: noEnv, Root: dir})
	if err != nil {
		t.Fatal(err, clierr.Hint(err))
	}
	if !h.Live || len(h.Problems) > 0 {
		t.Errorf("live %t, problems %v", h.Live, h.Problems)
	}
	var stacks []string
	for _, s := range h.Stacks {
		stacks = append(stacks, s.Name)
	}
	if want := []string{"far", "shop", Standalone}; !slices.Equal(stacks, want) {
		t.Errorf("stacks %v, want %v", stacks, want)
	}
	s := service(t, h, "web")
	if s.ContainerID != "aaaa" || s.Image != "web:1" || s.User != "1000" || !s.Privileged || s.NetworkMode != "" ||
		!slices.Equal(s.Command, []string{"run"}) || !slices.Equal(s.Networks, []string{"edge", "shop_default"}) ||
		!slices.Equal(s.Expose, []string{"443/tcp", "80/tcp"}) {
		t.Errorf("web is %+v", s)
	}
	var ports []string
	for _, p := range s.Ports {
		ports = append(ports, portKey(p)+" @"+p.Location.String())
	}
	if want := []string{"00080/tcp  8080 @docker-compose.yml:5:13", "00080/tcp  8081 @docker-compose.yml:5:13",
		"00443/tcp 127.0.0.1 8443 @"}; !slices.Equal(ports, want) {
		t.Errorf("ports %q\n want %q", ports, want)
	}
	if s.Build == nil || s.Build.Dockerfile != filepath.Join(dir, "web", "Dockerfile") ||
		s.Location.String() != "docker-compose.yml:2:3" {
		t.Errorf("build %+v, location %v", s.Build, s.Location)
	}
	rule := label(t, s, "traefik.http.routers.w.rule")
	if rule.Value != "Host(`shop.example.com`)" || source(t, dir, rule.ValueLoc) != "Host(`${HOST}`)" ||
		rule.RawValue != "Host(`${HOST}`)" {
		t.Errorf("rule %+v", rule)
	}
	if n := h.Stacks[1].Networks["edge"]; !n.Internal || n.Name != "edge" {
		t.Errorf("network %+v", n)
	}
	if m := s.Volumes; len(m) != 2 || m[0].Source != "v" || m[1].Source != "/s" || !m[1].ReadOnly {
		t.Errorf("mounts %+v", m)
	}
	if got := service(t, h, "side").NetworkMode; got != "service:web" {
		t.Errorf("side's network mode is %q", got)
	}
	if got := service(t, h, "alone"); got.NetworkMode != "host" || len(got.Networks) != 0 {
		t.Errorf("alone is %+v", got)
	}
	var warnings []string
	for _, w := range h.Warnings {
		warnings = append(warnings, w.Text)
	}
	if len(warnings) != 2 || !strings.Contains(warnings[0], "far") ||
		!strings.Contains(warnings[1], "traefik.http.routers.w.middlewares") {
		t.Errorf("warnings %q", warnings)
	}
}

func TestFromEngineSaysWhereThereIsNone(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///nonexistent/e.sock")
	_, err := FromEngine(context.Background(), Options{})
	if err == nil || clierr.Code(err) != clierr.ExitInput || clierr.Hint(err) == "" {
		t.Errorf("error %v, hint %q", err, clierr.Hint(err))
	}
}

func TestFromRealEngine(t *testing.T) {
	docker := testenv.Engine(t)
	run := func(name string, arg ...string) string {
		t.Helper()
		cmd := exec.Command(name, arg...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, arg, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	dir := tree(t, `
-- wait.go --
package main

import "time"

func main() { time.Sleep(5 * time.Minute) }
-- compose.yaml --
services:
  wait:
    image: waiting
    labels:
      - traefik.enable=true
`)
	run("go", "build", "-o", filepath.Join(dir, "root", "wait"), filepath.Join(dir, "wait.go"))
	run("tar", "-C", filepath.Join(dir, "root"), "-cf", filepath.Join(dir, "root.tar"), "wait")
	name := fmt.Sprintf("drydock-stack-test-%d", os.Getpid())
	run(docker, "import", filepath.Join(dir, "root.tar"), name)
	t.Cleanup(func() { exec.Command(docker, "rmi", "-f", name).Run() })
	run(docker, "network", "create", "--internal", name)
	t.Cleanup(func() { exec.Command(docker, "network", "rm", name).Run() })
	id := run(docker, "run", "-d", "--name", name, "--network", name, "--label", "traefik.enable=true",
		"--label", labelProject+"="+name, "--label", labelService+"=wait", "--label", labelWorkingDir+"="+dir,
		"--label", labelFiles+"="+filepath.Join(dir, "compose.yaml"), "--expose", "8000", name, "/wait")
	t.Cleanup(func() { exec.Command(docker, "rm", "-f", name).Run() })

	h, err := FromEngine(context.Background(), Options{Env: noEnv, Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(h.Stacks, func(s Stack) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no stack %s", name)
	}
	s := h.Stacks[i].Services[0]
	if s.Name != "wait" || s.ContainerID != id || s.Image != name || !slices.Equal(s.Command, []string{"/wait"}) ||
		!slices.Equal(s.Networks, []string{name}) || !h.Stacks[i].Networks[name].Internal ||
		!slices.Equal(s.Expose, []string{"8000/tcp"}) {
		t.Errorf("service %+v", s)
	}
	if l := label(t, s, "traefik.enable"); l.Value != "true" || l.Location.String() != "compose.yaml:5:9" {
		t.Errorf("label %+v", l)
	}
}
