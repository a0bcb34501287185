package traefik

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/need"
)

// The oracle: a real Traefik with a stand-in for the engine's API, backends on loopback addresses of their own, and requests
// from several loopback sources. What it answers is held against Simulate.

const (
	office   = "127.0.0.2"
	stranger = "127.0.0.3"
	proxy    = "127.0.0.200"
)

// rig is one running Traefik.
type rig struct {
	ports   map[string]int // of the entry points
	runtime *Runtime
}

// setup is what a rig is started with.
type setup struct {
	tool       string // peer's name
	version    Version
	flags      []string // without entry points' addresses and the provider's endpoint
	eps        []string // entry points; "traefik" is added
	file       string   // content of a file for the file provider
	containers []Container
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// backendPort is the port of every backend, each on an address of its own.
const backendPort = "18980"

func containerIP(i int) string { return fmt.Sprintf("127.9.%d.%d", i/250, i%250+2) }

// backends answers for every container on the address that the stand-in engine gives it.
func backends(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		l, err := net.Listen("tcp", net.JoinHostPort(containerIP(i), backendPort))
		if err != nil {
			t.Skipf("absent: loopback addresses beyond 127.0.0.1: %v", err)
		}
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Drydock-Container", fmt.Sprint(i))
			fmt.Fprintf(w, "container %d\n", i)
		})}
		go srv.Serve(l)
		t.Cleanup(func() { srv.Close() })
	}
}

// engine is the stand-in for the Docker API: what Traefik's docker provider asks for and no more.
func engine(t testing.TB, cs []Container) string {
	t.Helper()
	id := func(i int) string { return fmt.Sprintf("%064x", i+1) }
	stop := make(chan struct{})
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.47")
		json.NewEncoder(w).Encode(v)
	}
	type object map[string]any
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if rest, ok := strings.CutPrefix(path, "/v1."); ok {
			_, path, _ = strings.Cut(rest, "/")
			path = "/" + path
		}
		switch {
		case path == "/_ping":
			reply(w, "OK")
		case path == "/version":
			reply(w, object{"Version": "27.0.0", "ApiVersion": "1.47", "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64"})
		case path == "/containers/json":
			list := []object{}
			for i, c := range cs {
				list = append(list, object{"Id": id(i), "Names": []string{"/" + c.Name}, "State": "running", "Status": "Up", "Labels": c.Labels, "Image": "x",
					"HostConfig": object{"NetworkMode": "n"}, "NetworkSettings": object{"Networks": object{}}})
			}
			reply(w, list)
		case path == "/events":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		case strings.HasPrefix(path, "/containers/"):
			want := strings.Split(path, "/")[2]
			for i, c := range cs {
				if id(i) != want {
					continue
				}
				port := backendPort + "/tcp"
				reply(w, object{"Id": id(i), "Name": "/" + c.Name, "Image": "sha256:0", "State": object{"Status": "running", "Running": true},
					"HostConfig": object{"NetworkMode": "n"}, "Config": object{"Labels": c.Labels, "Image": "x", "ExposedPorts": object{port: object{}}},
					"NetworkSettings": object{"Ports": object{port: nil}, "Networks": object{"n": object{"IPAddress": containerIP(i), "NetworkID": "n"}}}})
				return
			}
			http.NotFound(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(func() { close(stop); srv.Close() })
	return strings.TrimPrefix(srv.URL, "http://")
}

// start runs a real Traefik and waits until it serves the sentinel, which is the last container.
func start(t testing.TB, s setup) *rig {
	t.Helper()
	bin := need.Tool(t, s.tool)
	s.containers = append(s.containers, Container{Name: "sentinel", Labels: map[string]string{
		"traefik.enable": "true", "traefik.http.routers.sentinel.rule": "Host(`sentinel.invalid`)", "traefik.http.routers.sentinel.entrypoints": s.eps[0],
	}})
	backends(t, len(s.containers))
	r := &rig{ports: map[string]int{}}
	flags := []string{"--providers.docker.endpoint=tcp://" + engine(t, s.containers)}
	for _, ep := range append(slices.Clone(s.eps), InternalEntryPoint) {
		r.ports[ep] = freePort(t)
		flags = append(flags, fmt.Sprintf("--entrypoints.%s.address=127.0.0.1:%d", ep, r.ports[ep]))
	}
	flags = append(flags, s.flags...)
	var files []*File
	if s.file != "" {
		name := filepath.Join(t.TempDir(), "dynamic.yml")
		if err := os.WriteFile(name, []byte(s.file), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--providers.file.filename="+name)
		f, err := ReadFile("dynamic.yml", []byte(s.file), s.version)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	r.runtime = Build(Input{Version: s.version, Static: StaticFromFlags(flags), Containers: s.containers, Files: files})

	flags = append(flags, "--api.insecure=true", "--global.checknewversion=false", "--global.sendanonymoususage=false", "--log.level=ERROR")
	cmd := exec.Command(bin, flags...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
		if t.Failed() && testing.Verbose() {
			t.Logf("Traefik's log:\n%s", log.String())
		}
	})
	url := fmt.Sprintf("http://127.0.0.1:%d/api/rawdata", r.ports[InternalEntryPoint])
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(url)
		if err != nil {
			select {
			case <-done:
				t.Fatalf("Traefik ended:\n%s", log.String())
			default:
			}
			continue
		}
		data, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if bytes.Contains(data, []byte(`"sentinel@docker"`)) && (s.file == "" || bytes.Contains(data, []byte(`@file"`))) {
			return r
		}
	}
	t.Fatalf("Traefik did not come up:\n%s", log.String())
	return nil
}

// answer is what the real one did.
type answer struct {
	outcome   Outcome
	status    int
	container string
}

// ask sends a request from one of the loopback sources.
func (r *rig) ask(q Request) (answer, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: q.From.AsSlice()}, Timeout: 5 * time.Second}
		c, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", r.ports[q.EntryPoint]))
		if err == nil && q.Claimed.IsValid() {
			_, err = fmt.Fprintf(c, "PROXY TCP4 %s 127.0.0.1 1111 80\r\n", q.Claimed)
		}
		return c, err
	}
	tr := &http.Transport{DialContext: dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: q.Host}}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequest(method(q), q.Proto+"://"+q.Host+pathOf(q), nil)
	if err != nil {
		return answer{}, err
	}
	for k, v := range q.Header {
		req.Header[k] = v
	}
	client := &http.Client{Transport: tr, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	a := answer{status: resp.StatusCode, container: resp.Header.Get("X-Drydock-Container")}
	switch {
	case a.container != "":
		a.outcome = Allowed
	case a.status == 404:
		a.outcome = NotServed
	case a.status >= 300 && a.status < 400:
		a.outcome = Redirected
	default:
		a.outcome = Refused
	}
	return a, nil
}

func method(q Request) string {
	if q.Method == "" {
		return "GET"
	}
	return q.Method
}

func pathOf(q Request) string {
	if q.Path == "" {
		return "/"
	}
	return q.Path
}

// tally counts how many answers agree.
type tally struct {
	mu                           sync.Mutex
	cases, asked, agree, unknown int
	by                           map[Outcome]int // what the real one did
}

// compare asks the real one and the model.
func (r *rig) compare(t testing.TB, name string, qs []Request, sum *tally) {
	t.Helper()
	sum.mu.Lock()
	sum.cases++
	sum.mu.Unlock()
	for _, q := range qs {
		got := r.runtime.Simulate(q)
		want, err := r.ask(q)
		sum.count(r.same(t, name, q, got, want, err), want.outcome)
	}
}

// verdict is how an answer of the model's compares.
type verdict int

const (
	agrees verdict = iota
	differs
	leftOpen
)

func (s *tally) count(v verdict, o Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.by == nil {
		s.by = map[Outcome]int{}
	}
	s.by[o]++
	switch v {
	case agrees:
		s.agree++
	case leftOpen:
		s.unknown++
	}
}

func (r *rig) same(t testing.TB, name string, q Request, got *Answer, want answer, err error) verdict {
	t.Helper()
	switch {
	case err != nil && q.Proto == "https" && got.Outcome == NotServed:
		return agrees // TLS options that are not there: the connection is closed
	case err != nil:
		t.Errorf("%s: %s://%s%s from %s: %v", name, q.Proto, q.Host, q.Path, q.From, err)
		return differs
	case got.Outcome == Unknown:
		return leftOpen
	}
	ok := got.Outcome == want.outcome || got.Outcome == Refused && got.Status == want.status && want.container == ""
	if ok && want.outcome == Allowed && len(got.Containers) == 1 {
		ok = fmt.Sprint(got.Containers[0]) == want.container
	}
	if ok && got.Status != 0 {
		ok = got.Status == want.status
	}
	if ok {
		return agrees
	}
	t.Errorf("%s: %s %s://%s%s from %s on %s %v:\n  model %s %d %v, Traefik %s %d %q\n  %s", name, method(q), q.Proto, q.Host, q.Path, q.From, q.EntryPoint, q.Header,
		got.Outcome, got.Status, got.Containers, want.outcome, want.status, want.container, strings.Join(got.Steps, "\n  "))
	return differs
}

// compareAll compares several cases side by side.
func (r *rig) compareAll(t testing.TB, all []asked) *tally {
	t.Helper()
	sum := &tally{}
	work := make(chan asked)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for a := range work {
				r.compare(t, a.name, a.qs, sum)
			}
		}()
	}
	for _, a := range all {
		work <- a
	}
	close(work)
	wg.Wait()
	return sum
}

// asked is a case's requests.
type asked struct {
	name string
	qs   []Request
}

func (s *tally) print(t testing.TB, what string) {
	t.Logf("%s: %d cases; of %d answers %d agree with the real Traefik, %d are left open by the model (%d allowed, %d refused, %d redirected, %d not served)",
		what, s.cases, s.asked, s.agree, s.unknown, s.by[Allowed], s.by[Refused], s.by[Redirected], s.by[NotServed])
	if s.by[Allowed] < s.asked/20 {
		t.Errorf("the cases prove little: only %d of %d requests reached a backend", s.by[Allowed], s.asked)
	}
	if s.unknown > s.asked/5 {
		t.Errorf("the model leaves too much open: %d of %d", s.unknown, s.asked)
	}
}

// everyDoor are the requests that every case is asked.
func everyDoor(host string, eps ...string) []Request {
	var out []Request
	for _, ep := range eps {
		for _, src := range []string{office, stranger} {
			for _, proto := range []string{"http", "https"} {
				for _, path := range []string{"/", "/api/users"} {
					out = append(out, Request{From: netip.MustParseAddr(src), EntryPoint: ep, Proto: proto, Host: host, Path: path})
				}
			}
		}
	}
	return out
}

// seed is that of the random cases.
func seed(t testing.TB) uint64 {
	t.Helper()
	s := uint64(20261122)
	if v := os.Getenv("DRYDOCK_SEED"); v != "" {
		if _, err := fmt.Sscan(v, &s); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
