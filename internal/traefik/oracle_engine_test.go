package traefik

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// engineCases are containers of a real engine: labels, and how the container is run.
var engineCases = []struct {
	name, labels string
	run          []string // further options of docker run
	noPort       bool     // nothing tells which port is meant
	gone         bool     // it does not run, or is not well: Traefik does not see it
}{
	{name: "guarded", labels: guarded + officeList},
	{name: "any case, spaces", labels: strings.ReplaceAll(guarded+officeList, "ipallowlist.sourcerange=",
		"IPAllowList.SourceRange= 127.0.0.9 , ")},
	{name: "http redirect beside", labels: guarded + officeList + httpRedirect},
	{name: "index", labels: strings.ReplaceAll(guarded, "middlewares=", "middlewares[0]=") + officeList},
	{name: "undefined", labels: strings.ReplaceAll(guarded, "=N-office", "=N-ghost")},
	{name: "unknown field", labels: guarded + officeList + "traefik.http.routers.N.rul=x"},
	{name: "no router", labels: officeList},
	{name: "port by label", labels: guarded + officeList + "traefik.http.services.N.loadbalancer.server.port=18980",
		run: []string{"--expose", "81", "--expose", "9000"}},
	{name: "no port", labels: guarded + officeList, run: []string{"NOPORT"}, noPort: true},
	{name: "no port, but by label", labels: guarded + officeList +
		"traefik.http.services.N.loadbalancer.server.port=18980", run: []string{"NOPORT"}},
	{name: "two networks", labels: guarded + officeList + "traefik.docker.network=NETWORK", run: []string{"SECOND"}},
	{name: "published on loopback", labels: guarded + officeList, run: []string{"-p", "127.0.0.1::18980"}},
	{name: "ended", labels: guarded + officeList, run: []string{"ENDED"}, gone: true},
	{name: "not well", labels: guarded + officeList, run: []string{"--health-cmd", "/nothing", "--health-interval",
		"1s", "--health-retries", "1"}, gone: true},
	{name: "not enabled", labels: "traefik.enable=false\n" + guarded + officeList},
	{name: "deploy label only", labels: "traefik.enable=true\ntraefik.swarm.network=x\n" + guarded + officeList},
}

// TestEngineAgainstTraefik lets a real Traefik read the containers of a real engine and asks it, as
// TestLabelsAgainstTraefik does with the stand-in. Traefik runs on this machine, which reaches the containers' own
// addresses.
func TestEngineAgainstTraefik(t *testing.T) {
	docker := testenv.Engine(t)
	id := fmt.Sprintf("ddtraefik%d", os.Getpid())
	e := &engine{t: t, docker: docker, id: id}
	e.image()
	e.do("network", "create", id)
	t.Cleanup(func() { e.try("network", "rm", id) })
	e.do("network", "create", id+"b")
	t.Cleanup(func() { e.try("network", "rm", id+"b") })

	s := setup{tool: "traefik", engine: "unix:///var/run/docker.sock", version: ParseVersion("3.7"),
		eps: []string{"web", "websecure"}, flags: []string{
			"--providers.docker.exposedbydefault=false", "--providers.docker.network=" + id,
			"--providers.docker.constraints=Label(`drydock.test`,`" + id + "`)"}}
	var all []asked
	for i, c := range engineCases {
		host, cs := labelCase{c.name, strings.ReplaceAll(c.labels, "NETWORK", id+"b")}.expand(i)
		ct := cs[0]
		ct.Labels["drydock.test"], ct.Name, ct.NoPort = id, id+"-"+ct.Service, c.noPort
		e.container(i, &ct, c.run)
		if c.gone {
			ct = Container{Project: "p", Service: ct.Service, Name: ct.Name,
				Labels: map[string]string{"traefik.enable": "false"}}
		}
		s.containers = append(s.containers, ct)
		all = append(all, asked{c.name, everyDoor(host, "web", "websecure")})
	}
	sentinel := Container{Name: id + "-sentinel", Labels: map[string]string{"traefik.enable": "true",
		"drydock.test":                              id,
		"traefik.http.routers.sentinel.rule":        "Host(`sentinel.invalid`)",
		"traefik.http.routers.sentinel.entrypoints": "web"}}
	e.container(len(engineCases), &sentinel, nil)
	start(t, s).compareAll(t, all).print(t, "a real engine, Traefik 3.7")
}

// engine is the docker client of a real engine, with what the test makes there.
type engine struct {
	t          *testing.T
	docker, id string
}

func (e *engine) try(args ...string) (string, error) {
	out, err := exec.Command(e.docker, args...).CombinedOutput()
	return string(out), err
}

func (e *engine) do(args ...string) {
	e.t.Helper()
	if out, err := e.try(args...); err != nil {
		e.t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// image imports one that holds the backend and nothing else.
func (e *engine) image() {
	bin := filepath.Join(e.t.TempDir(), "backend")
	build := exec.Command("go", "build", "-o", bin, filepath.Join("traefiktest", "testdata", "backend", "main.go"))
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		e.t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(bin)
	if err != nil {
		e.t.Fatal(err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "backend", Mode: 0o755, Size: int64(len(data))}); err != nil {
		e.t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	load := exec.Command(e.docker, "import", "-", e.id+":1")
	load.Stdin = &b
	if out, err := load.CombinedOutput(); err != nil {
		e.t.Fatalf("%v\n%s", err, out)
	}
	e.t.Cleanup(func() { e.try("rmi", e.id+":1") })
}

// container runs one with the labels of the model's.
func (e *engine) container(i int, c *Container, options []string) {
	args := []string{"run", "-d", "--name", c.Name, "--network", e.id}
	expose, second, ended := true, false, false
	for _, o := range options {
		switch o {
		case "NOPORT":
			expose = false
		case "SECOND":
			second = true
		case "ENDED":
			ended = true
		default:
			args = append(args, o)
		}
	}
	if expose {
		args = append(args, "--expose", traefiktest.BackendPort)
	}
	for k, v := range c.Labels {
		args = append(args, "--label", k+"="+v)
	}
	args = append(args, e.id+":1", "/backend", traefiktest.BackendPort, strconv.Itoa(i))
	e.t.Cleanup(func() { e.try("rm", "-f", c.Name) })
	e.do(args...)
	if second {
		e.do("network", "connect", e.id+"b", c.Name)
	}
	if ended {
		e.do("stop", "-t", "0", c.Name)
	}
}
