package deploy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/rebuild/journal"
	"github.com/drydock/drydock/internal/testenv"
)

// killed is the environment variable by which the test binary is started again as a deploy that kills itself.
const killed = "DRYDOCK_TEST_DEPLOY"

type childWork struct {
	Line, Data, Dir string
	Compose         Compose
	Request         Request
	Traefik         Traefik
}

func TestMain(m *testing.M) {
	if text := os.Getenv(killed); text != "" {
		child(text)
		return
	}
	flag.Parse()
	flag.Set("test.parallel", "6") // these tests wait far more than they work
	os.Exit(m.Run())
}

// child deploys and kills itself at a line.
func child(text string) {
	var c childWork
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	e, err := engine.Open(context.Background(), "")
	if err != nil {
		panic(err)
	}
	j, err := journal.Open(c.Data, c.Request.Project, c.Dir)
	if err != nil {
		panic(err)
	}
	d := &Deployer{Engine: e, Compose: c.Compose, Journal: j, Options: options(c.Traefik)}
	d.at = func(line string) {
		if line == c.Line {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	out, err := d.Deploy(context.Background(), c.Request)
	fmt.Printf("not killed at %s: %+v %v\n", c.Line, out, err)
}

func options(t Traefik) Options {
	return Options{Wait: 30 * time.Second, Settle: 2 * time.Second, Drain: 20 * time.Second, Traefik: t}
}

// site is a project that runs on the engine, with a Traefik in front of it if asked for.
type site struct {
	t       *testing.T
	engine  *engine.Engine
	run     *engine.Run
	compose Compose
	dir     string
	name    string
	data    string
	image   string
	traefik Traefik
	front   string // address of the entry point
	api     string // address of Traefik's API
	version int
	program string
}

// newSite starts a project of one compose file, in which IMAGE and NAME stand for the image and the project.
func newSite(t *testing.T, compose, env string) *site {
	t.Helper()
	testenv.Slow(t)
	docker := testenv.Engine(t)
	s := &site{t: t, dir: t.TempDir(), data: t.TempDir(), compose: Compose{testenv.Tool(t, "docker-compose")}}
	var err error
	if s.engine, err = engine.Open(t.Context(), docker); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.engine.Close() })
	if s.run, err = s.engine.NewRun(); err != nil {
		t.Fatal(err)
	}
	s.name = "ddt" + s.run.ID
	s.image = s.name + ":latest"
	s.program = t.TempDir()
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(s.program, "app"), "../testdata/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(s.clean)
	id := s.build(env)
	if err := s.engine.Tag(t.Context(), id, s.image); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("IMAGE", s.image, "NAME", s.name).Replace(compose)
	if err := os.WriteFile(s.file(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.do("up", "-d")
	return s
}

func (s *site) file() string { return filepath.Join(s.dir, "compose.yaml") }

// build makes another version of the app and returns its id.
func (s *site) build(env string) string {
	s.t.Helper()
	s.version++
	id, err := s.engine.Build(s.t.Context(), engine.BuildOptions{Context: s.program, Dockerfile: []byte(fmt.Sprintf(
		"FROM scratch\nCOPY app /app\nENV VERSION=%d\n%s\nEXPOSE 8080\nVOLUME /data\nENTRYPOINT [\"/app\"]\n"+
			"CMD [\"serve\"]\n", s.version, env)), Tags: []string{fmt.Sprintf("%s:v%d", s.name, s.version)}})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// do runs Compose on the project, as its owner would.
func (s *site) do(args ...string) string {
	s.t.Helper()
	cmd := exec.Command(s.compose[0], append([]string{"-p", s.name, "-f", s.file()}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("compose %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// clean removes whatever the test made.
func (s *site) clean() {
	ctx, api := context.Background(), s.engine.API()
	for _, label := range []string{labelProject + "=" + s.name, "ddt.site=" + s.name} {
		list, _ := api.ContainerList(ctx, client.ContainerListOptions{All: true,
			Filters: make(client.Filters).Add("label", label)})
		for _, c := range list.Items {
			if c.Labels[LabelDeploy] != "" {
				s.t.Errorf("the signpost %v is left", c.Names)
			}
			api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		}
	}
	nets, _ := api.NetworkList(ctx, client.NetworkListOptions{
		Filters: make(client.Filters).Add("label", labelProject+"="+s.name)})
	for _, n := range nets.Items {
		api.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{})
	}
	tags, _ := s.engine.Tags(ctx)
	for _, tag := range tags {
		if strings.HasPrefix(tag, s.name+":") || strings.HasPrefix(tag, KeptPrefix+s.name) {
			s.engine.Remove(ctx, tag)
		}
	}
	s.run.Close()
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// startTraefik starts a real Traefik that sees the project's containers alone.
func (s *site) startTraefik(tool string, api bool) {
	s.t.Helper()
	s.startTraefikWith(tool, "Label(`ddt.site`,`"+s.name+"`)")
	s.traefik.EntryPoint = s.front
	if api {
		s.traefik.API = s.api
	}
}

// startTraefikWith starts one with this constraint, and waits until it serves the app.
func (s *site) startTraefikWith(tool, constraint string, more ...string) {
	s.t.Helper()
	web, admin := freePort(s.t), freePort(s.t)
	cmd := exec.Command(testenv.Tool(s.t, tool), append(more, "--entrypoints.web.address=127.0.0.1:"+fmt.Sprint(web),
		"--entrypoints.traefik.address=127.0.0.1:"+fmt.Sprint(admin), "--api.insecure=true", "--log.level=ERROR",
		"--providers.docker=true", "--providers.docker.exposedbydefault=false",
		"--providers.docker.constraints="+constraint, "--global.checknewversion=false")...)
	cmd.Dir = s.t.TempDir()
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	s.front = fmt.Sprintf("http://127.0.0.1:%d", web)
	s.api = fmt.Sprintf("http://127.0.0.1:%d", admin)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if status, _ := s.get("/"); status == 200 {
			return
		}
		if time.Now().After(end) {
			s.t.Fatal("Traefik does not serve the app")
		}
	}
}

func (s *site) get(path string) (int, string) { return s.getFrom(s.front, path) }

func (s *site) getFrom(front, path string) (int, string) {
	req, _ := http.NewRequest(http.MethodGet, front+path, nil)
	req.Host = s.name + ".test"
	c := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: req.Host}}} // Traefik's own certificate
	res, err := c.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// load sends requests until stop is called, which returns how many were sent and what failed.
func (s *site) load(path string, perSecond int) (stop func() (int, []string)) {
	return s.loadOn(s.front, path, perSecond)
}

func (s *site) loadOn(front, path string, perSecond int) (stop func() (int, []string)) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	sent, failed := 0, []string(nil)
	done := make(chan struct{})
	wg.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case at := <-tick.C:
				wg.Go(func() {
					status, body := s.getFrom(front, path)
					mu.Lock()
					defer mu.Unlock()
					sent++
					if status != http.StatusOK {
						failed = append(
							failed,
							fmt.Sprintf("%s %s: %d %.80s", at.Format("05.000"), path, status, body),
						)
					}
				})
			}
		}
	})
	return func() (int, []string) {
		close(done)
		wg.Wait()
		return sent, failed
	}
}

func (s *site) id(ref string) string {
	s.t.Helper()
	img, err := s.engine.Inspect(s.t.Context(), ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return img.ID
}

func (s *site) request(new string, services ...string) Request {
	return Request{Project: s.name, Files: []string{s.file()}, Services: services, Image: s.image, Old: s.id(s.image),
		New: new}
}

func (s *site) deployer() *Deployer {
	s.t.Helper()
	j, err := journal.Open(s.data, s.name, s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { j.Close() })
	d := &Deployer{Engine: s.engine, Compose: s.compose, Journal: j, Options: options(s.traefik)}
	start := time.Now()
	d.Options.Say = func(f string, a ...any) {
		s.t.Logf("%5.1fs "+f, append([]any{time.Since(start).Seconds()}, a...)...)
	}
	return d
}

// settled fails unless the project runs exactly the image, under its own names, and Compose finds nothing to do.
func (s *site) settled(image string, names ...string) {
	s.t.Helper()
	list, err := s.engine.API().ContainerList(s.t.Context(), client.ContainerListOptions{All: true,
		Filters: make(client.Filters).Add("label", labelProject+"="+s.name)})
	if err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, c := range list.Items {
		got = append(got, strings.TrimPrefix(c.Names[0], "/"+s.name+"-"))
		if c.ImageID != image || c.State != "running" {
			s.t.Errorf("%v runs %s, %s, not %s", c.Names, c.ImageID, c.State, image)
		}
	}
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		s.t.Errorf("containers %v, not %v", got, names)
	}
	if out := s.do("up", "-d", "--dry-run"); strings.Contains(out, "Recreate") || strings.Contains(out, "Create") {
		s.t.Errorf("Compose would change something:\n%s", out)
	}
	if id := s.id(s.image); id != image {
		s.t.Errorf("%s is %s, not %s", s.image, id, image)
	}
}

const routed = `
services:
  web:
    image: IMAGE
    labels:
      ddt.site: NAME
      traefik.enable: "true"
      traefik.http.routers.NAME.rule: Host(` + "`NAME.test`" + `)
      traefik.http.routers.NAME.entrypoints: web
      traefik.http.services.NAME.loadbalancer.server.port: "8080"
`

const healthy = `HEALTHCHECK --interval=1s --timeout=2s --retries=20 CMD ["/app", "health"]`

// A new version takes 5 s to start, and requests take up to 2 s: none of them fails while it is deployed.
func TestLiveRollingDropsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		env, tool string
		api       bool
	}{
		"no health check, Traefik's API": {"ENV START_DELAY=5s", "traefik", true},
		"a health check, no API":         {"ENV START_DELAY=5s\n" + healthy, "traefik", false},
		"Traefik 3.3":                    {"ENV START_DELAY=5s", "traefik-3.3.6", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, routed, c.env)
			s.startTraefik(c.tool, c.api)
			next := s.build(c.env)
			d := s.deployer()
			fast, slow := s.load("/", 20), s.load("/slow", 4)
			time.Sleep(time.Second)
			out, err := d.Deploy(t.Context(), s.request(next, "web"))
			time.Sleep(time.Second)
			sent1, failed1 := fast()
			sent2, failed2 := slow()
			if err != nil || !out.Deployed || len(out.Rolled) != 1 || len(out.Stopped) != 0 {
				t.Fatalf("%+v, %v", out, err)
			}
			t.Logf("%d requests, %d of 2 s", sent1+sent2, sent2)
			if failed := append(failed1, failed2...); len(failed) > 0 || sent1 < 100 || sent2 < 20 {
				t.Errorf("%d of %d requests failed:\n%s", len(failed), sent1+sent2, strings.Join(failed, "\n"))
			}
			if _, body := s.get("/"); body != "2" {
				t.Errorf("version %s answers", body)
			}
			s.settled(next, "web-1")
			if e := d.Journal.Entries(); len(e) != 1 || e[0].Step != journal.Done || e[0].Live != next {
				t.Errorf("%+v", e)
			}
		})
	}
}

// Routers of TLS and TCP are led likewise, and a constraint that asks for Compose's labels does not hide the signposts,
// also where nobody asks Traefik whether they count.
func TestLiveRollingTLSAndTCP(t *testing.T) {
	t.Parallel()
	const more = `      traefik.http.routers.NAME-tls.rule: Host(` + "`NAME.test`" + `)
      traefik.http.routers.NAME-tls.entrypoints: websecure
      traefik.http.routers.NAME-tls.tls: "true"
      traefik.http.routers.NAME-tls.service: NAME
      traefik.tcp.routers.NAME-tcp.rule: HostSNI(` + "`*`" + `)
      traefik.tcp.routers.NAME-tcp.entrypoints: tcp
      traefik.tcp.services.NAME-tcp.loadbalancer.server.port: "8080"
`
	const env = "ENV START_DELAY=5s"
	s := newSite(t, routed+more, env)
	secure, tcp := fmt.Sprintf("127.0.0.1:%d", freePort(t)), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	s.startTraefikWith("traefik", "Label(`com.docker.compose.project`,`"+s.name+
		"`) && Label(`com.docker.compose.service`,`web`)", "--entrypoints.websecure.address="+secure,
		"--entrypoints.tcp.address="+tcp)
	next := s.build(env)
	d := s.deployer()
	var stops []func() (int, []string)
	for _, front := range []string{s.front, "https://" + secure, "http://" + tcp} {
		stops = append(stops, s.loadOn(front, "/", 10), s.loadOn(front, "/slow", 2))
	}
	out, err := d.Deploy(t.Context(), s.request(next, "web"))
	time.Sleep(time.Second)
	total := 0
	for i, stop := range stops {
		sent, failed := stop()
		if total += sent; len(failed) > 0 || sent < 20 {
			t.Errorf("load %d: %d of %d requests failed:\n%s", i, len(failed), sent, strings.Join(failed, "\n"))
		}
	}
	if err != nil || !out.Deployed || out.Left != nil || len(out.Rolled) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	t.Logf("%d requests by HTTP, TLS and TCP", total)
	for _, front := range []string{s.front, "https://" + secure, "http://" + tcp} {
		if _, body := s.getFrom(front, "/"); body != "2" {
			t.Errorf("%s: version %s answers", front, body)
		}
	}
	s.settled(next, "web-1")
}

// A disk that fills on the way: before requests are switched the old container serves on, after that the new one does,
// also where the command is interrupted at that moment. The next run ends what was begun.
func TestLiveJournalFails(t *testing.T) {
	t.Parallel()
	s := newSite(t, routed, healthy)
	s.startTraefik("traefik", true)
	for _, c := range []struct{ line, said string }{{"started", "was rolled back"}, {"removed", "was finished"}} {
		old, next := s.id(s.image), s.build(healthy)
		d := s.deployer()
		ctx, cancel := context.WithCancel(t.Context())
		path := filepath.Join(d.Journal.Dir, "journal.json")
		d.at = func(line string) {
			if line != c.line {
				return
			}
			if line == "removed" { // the old container
				cancel()
			}
			if err := errors.Join(os.Rename(path, path+".kept"), os.MkdirAll(filepath.Join(path, "x"), 0o700)); err != nil {
				t.Error(err)
			}
		}
		out, err := d.Deploy(ctx, s.request(next, "web"))
		live := next
		if c.line == "started" {
			live = old
			if err == nil || out.Deployed || !strings.Contains(clierr.Hint(err), "is the disk full?") {
				t.Fatalf("%s: %+v, %v", c.line, out, err)
			}
		} else if err != nil || !out.Deployed || out.RolledBack || out.Left == nil {
			t.Fatalf("%s: %+v, %v", c.line, out, err)
		}
		cancel()
		s.settled(live, "web-1")
		if err := errors.Join(os.RemoveAll(path), os.Rename(path+".kept", path), d.Journal.Close()); err != nil {
			t.Fatal(err)
		}
		d = s.deployer()
		said, err := d.Recover(t.Context(), d.Journal.Entries()[0])
		if err != nil || !strings.Contains(said, c.said) {
			t.Errorf("%s: %q, %v", c.line, said, err)
		}
		s.settled(live, "web-1")
		d.Journal.Close()
	}
}

// What does not work is taken back, and what was there before answers all the while.
func TestLiveBrokenIsRolledBack(t *testing.T) {
	for name, c := range map[string]struct{ env, want string }{
		"it ends at once":       {"ENV BROKEN=1", "ended with exit code 3: Error: this version is broken"},
		"it dies a while later": {"ENV DIE_AFTER=3s", "ended with exit code 4"},
		"its health check is wrong": {`HEALTHCHECK --interval=1s CMD ["/app", "nothing"]` + "\nENV START_DELAY=1h",
			"not ready after"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, routed, "")
			s.startTraefik("traefik", true)
			old, broken := s.id(s.image), s.build(c.env)
			d := s.deployer()
			d.Options.Settle, d.Options.Wait = 5*time.Second, 8*time.Second
			stop := s.load("/", 20)
			out, err := d.Deploy(t.Context(), s.request(broken, "web"))
			sent, failed := stop()
			if err != nil || out.Deployed || !out.RolledBack || !strings.Contains(out.Reason, c.want) {
				t.Fatalf("%+v, %v", out, err)
			}
			if len(failed) > 0 || sent < 50 {
				t.Errorf("%d of %d requests failed:\n%s", len(failed), sent, strings.Join(failed, "\n"))
			}
			s.settled(old, "web-1")
			if _, body := s.get("/"); body != "1" {
				t.Errorf("version %s answers", body)
			}
			if e := d.Journal.Entries(); e[0].Step != journal.RolledBack || e[0].Live != old || e[0].Reason == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// A deploy that is killed between any two steps is brought to an end by the next run: rolled back before the switch,
// finished after it.
func TestLiveKilledAtEachStep(t *testing.T) {
	t.Parallel()
	s := newSite(t, routed, healthy)
	s.startTraefik("traefik", true)
	for _, line := range []string{"tagged", "starting", "pinned", "started", "ready", "switched", "drained", "removed",
		"unposted"} {
		old, next := s.id(s.image), s.build(healthy)
		s.killAt(line, next)
		j, err := journal.Open(s.data, s.name, s.dir)
		if err != nil {
			t.Fatal(err)
		}
		d := &Deployer{Engine: s.engine, Compose: s.compose, Journal: j, Options: options(s.traefik)}
		said := ""
		for _, e := range j.Entries() {
			if said, err = d.Recover(t.Context(), e); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		live := old
		switch line {
		case "switched", "drained", "removed", "unposted":
			live = next
		}
		t.Logf("killed at %q: %s", line, said)
		if e := j.Entries(); e[0].Live != live || e[0].Step.Open() {
			t.Errorf("%s: %+v", line, e)
		}
		s.settled(live, "web-1")
		if status, _ := s.get("/"); status != http.StatusOK {
			t.Errorf("%s: the app answers with %d", line, status)
		}
		j.Close()
	}
}

// After a kill somebody may have helped himself with Compose: what runs then is taken as it is, and nothing is removed.
func TestLiveReplacedByOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t, routed, healthy)
	s.startTraefik("traefik", true)
	next := s.build(healthy)
	s.killAt("started", next)
	s.do("down")
	s.do("up", "-d")
	j, err := journal.Open(s.data, s.name, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	d := &Deployer{Engine: s.engine, Compose: s.compose, Journal: j, Options: options(s.traefik)}
	said, err := d.Recover(t.Context(), j.Entries()[0])
	if err != nil || !strings.Contains(said, "something else replaced") {
		t.Errorf("%q, %v", said, err)
	}
	if e := j.Entries(); e[0].Live != next || e[0].Step.Open() {
		t.Errorf("%+v", e)
	}
	s.settled(next, "web-1")
}

// killAt starts a deploy that kills itself at a line.
func (s *site) killAt(line, next string) {
	s.t.Helper()
	text, err := json.Marshal(childWork{Line: line, Data: s.data, Dir: s.dir, Compose: s.compose,
		Request: s.request(next, "web"), Traefik: s.traefik})
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killed+"="+string(text))
	if out, err := cmd.CombinedOutput(); err == nil || len(out) > 0 {
		s.t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// Where two containers cannot stand side by side the old one is stopped first; the gap is told, and what fails is taken
// back all the same.
func TestLiveStopAndStart(t *testing.T) {
	t.Parallel()
	const compose = `
services:
  web:
    image: IMAGE
    container_name: NAME-one
    ports: ["127.0.0.1::8080"]
    labels: {traefik.enable: "true", traefik.http.routers.NAME.rule: Path(/a)}
    volumes: ["data:/data"]
  worker:
    image: IMAGE
    command: [serve]
volumes: {data: {}}
`
	s := newSite(t, compose, "ENV START_DELAY=1s")
	old := s.id(s.image)
	next, broken := s.build("ENV START_DELAY=1s"), s.build("ENV BROKEN=1")
	d := s.deployer()
	out, err := d.Deploy(t.Context(), s.request(broken, "web", "worker"))
	if err != nil || !out.RolledBack || out.Deployed {
		t.Fatalf("%+v, %v", out, err)
	}
	s.settled(old, "one", "worker-1")
	out, err = d.Deploy(t.Context(), s.request(next, "web", "worker"))
	if err != nil || !out.Deployed || len(out.Stopped) != 2 || out.Gap < time.Second || out.Gap > 30*time.Second {
		t.Fatalf("%+v, %v", out, err)
	}
	t.Logf("%+v", out)
	if !strings.Contains(out.Stopped[0].Why, "publishes port 8080/tcp") ||
		!strings.Contains(out.Stopped[1].Why, "no router of Traefik leads to it") {
		t.Errorf("%+v", out.Stopped)
	}
	s.settled(next, "one", "worker-1")
}

// A service behind Traefik that also publishes a port on the host is replaced under a bridge: no request by way of
// Traefik fails; a version that does not work never touches the old container, nor does a kill beside the bridge.
func TestLiveBridge(t *testing.T) {
	t.Parallel()
	const ported = `    ports: ["127.0.0.1::8080"]
    volumes: ["data:/data"]
volumes: {data: {}}
`
	const env = "ENV START_DELAY=3s"
	s := newSite(t, routed+ported, env)
	s.startTraefik("traefik", true)
	old, next, broken := s.id(s.image), s.build(env), s.build("ENV BROKEN=1")
	s.killAt("bridged", next)
	d := s.deployer()
	said, err := d.Recover(t.Context(), d.Journal.Entries()[0])
	if err != nil || !strings.Contains(said, "rolled back") {
		t.Fatalf("%q, %v", said, err)
	}
	s.settled(old, "web-1")
	fast, slow := s.load("/", 20), s.load("/slow", 4)
	out, err := d.Deploy(t.Context(), s.request(broken, "web"))
	if err != nil || !out.RolledBack || !strings.Contains(out.Reason, "this version is broken") {
		t.Errorf("%+v, %v", out, err)
	}
	s.settled(old, "web-1")
	out, err = d.Deploy(t.Context(), s.request(next, "web"))
	sent1, failed1 := fast()
	sent2, failed2 := slow()
	if err != nil || !out.Deployed || len(out.Bridged) != 1 || out.Gap < 3*time.Second {
		t.Fatalf("%+v, %v", out, err)
	}
	t.Logf("%d requests, %d of 2 s; the host port was silent for %s", sent1+sent2, sent2, out.Gap)
	if failed := append(failed1, failed2...); len(failed) > 0 || sent1 < 100 {
		t.Errorf("%d of %d requests failed:\n%s", len(failed), sent1+sent2, strings.Join(failed, "\n"))
	}
	s.settled(next, "web-1")
}

// All services that run the image are deployed together: two containers of one that is routed, with a name of its own,
// and a worker beside it.
func TestLiveServicesTogether(t *testing.T) {
	t.Parallel()
	const more = `    scale: 2
    volumes: ["/data"]
  reports:
    image: IMAGE
    command: [serve]
`
	s := newSite(t, routed+more, healthy)
	s.startTraefik("traefik", false)
	next := s.build(healthy)
	d := s.deployer()
	stop := s.load("/", 20)
	out, err := d.Deploy(t.Context(), s.request(next, "web", "reports"))
	sent, failed := stop()
	if err != nil || !out.Deployed || len(out.Rolled) != 1 || len(out.Stopped) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if len(failed) > 0 || sent < 50 {
		t.Errorf("%d of %d requests failed:\n%s", len(failed), sent, strings.Join(failed, "\n"))
	}
	s.settled(next, "web-1", "web-2", "reports-1")
}
