// Package traefiktest runs a real Traefik for tests: a stand-in for the engine's API, a backend on a loopback address
// of its own for every container, and requests from several loopback sources. It needs no engine and no rights.
package traefiktest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/testenv"
)

// Sources of requests: all of 127.0.0.0/8 is the machine itself.
const (
	Office   = "127.0.0.2"
	Stranger = "127.0.0.3"
	Proxy    = "127.0.0.200"
)

// internalEntryPoint is that of Traefik's API.
const internalEntryPoint = "traefik"

// Container is one that the stand-in engine tells of.
type Container struct {
	Name   string
	Labels map[string]string
}

// Setup is what a Traefik is started with.
type Setup struct {
	Tool        string   // the peer's name, such as "traefik-3.0.4"
	Flags       []string // without the entry points' addresses and the provider's endpoint
	EntryPoints []string
	File        string // content of a YAML file for the file provider
	Containers  []Container
	Engine      string // address of a real engine that runs the containers, sentinel included; "" is the stand-in
	Everywhere  bool   // listen on all addresses, for requests over IPv6: in a network namespace of the test's own
}

// Rig is a running Traefik.
type Rig struct {
	Ports map[string]int // of the entry points, on 127.0.0.1
	Flags []string       // all that decide on routing
}

// freePorts finds ports that nobody listens on, each another one.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", ":0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// BackendPort is the port of every backend, each on an address of its own.
const BackendPort = "18980"

// Address is the address of a container's backend: one of the process's own, so that tests side by side do not meet.
func Address(i int) string { return fmt.Sprintf("127.%d.%d.%d", 10+os.Getpid()%200, i/250, i%250+2) }

// backends answers for every container on the address that the stand-in engine gives it.
func backends(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		l, err := net.Listen("tcp", net.JoinHostPort(Address(i), BackendPort))
		if err != nil {
			testenv.Absent(t, "loopback addresses beyond 127.0.0.1: %v", err)
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
			reply(w, object{"Version": "27.0.0", "ApiVersion": "1.47", "MinAPIVersion": "1.24", "Os": "linux",
				"Arch": "amd64"})
		case path == "/containers/json":
			list := []object{}
			for i, c := range cs {
				list = append(list, object{"Id": id(i), "Names": []string{"/" + c.Name}, "State": "running",
					"Status": "Up", "Labels": c.Labels, "Image": "x",
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
				port := BackendPort + "/tcp"
				reply(w, object{"Id": id(i), "Name": "/" + c.Name, "Image": "sha256:0",
					"State":      object{"Status": "running", "Running": true},
					"HostConfig": object{"NetworkMode": "n"}, "Config": object{"Labels": c.Labels, "Image": "x",
						"ExposedPorts": object{port: object{}}},
					"NetworkSettings": object{"Ports": object{port: nil},
						"Networks": object{"n": object{"IPAddress": Address(i), "NetworkID": "n"}}}})
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

// Start runs a real Traefik and waits until it serves the sentinel, which is the last container.
func Start(t testing.TB, s Setup) *Rig {
	t.Helper()
	bin := testenv.Tool(t, s.Tool)
	s.Containers = append(s.Containers, Container{Name: "sentinel", Labels: map[string]string{
		"traefik.enable": "true", "traefik.http.routers.sentinel.rule": "Host(`sentinel.invalid`)",
		"traefik.http.routers.sentinel.entrypoints": s.EntryPoints[0],
	}})
	r := &Rig{Ports: map[string]int{}}
	endpoint := s.Engine
	if endpoint == "" {
		backends(t, len(s.Containers))
		endpoint = "tcp://" + engine(t, s.Containers)
	}
	flags := []string{"--providers.docker.endpoint=" + endpoint}
	ports := freePorts(t, len(s.EntryPoints)+1)
	for i, ep := range append(slices.Clone(s.EntryPoints), internalEntryPoint) {
		r.Ports[ep] = ports[i]
		address := "127.0.0.1"
		if s.Everywhere {
			address = ""
		}
		flags = append(flags, fmt.Sprintf("--entrypoints.%s.address=%s:%d", ep, address, r.Ports[ep]))
	}
	flags = append(flags, s.Flags...)
	if s.File != "" {
		name := filepath.Join(t.TempDir(), "dynamic.yml")
		if err := os.WriteFile(name, []byte(s.File), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--providers.File.filename="+name)
	}
	r.Flags = slices.Clone(flags)

	flags = append(flags, "--api.insecure=true", "--global.checknewversion=false", "--global.sendanonymoususage=false",
		"--log.level=ERROR")
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
	url := fmt.Sprintf("http://127.0.0.1:%d/api/rawdata", r.Ports[internalEntryPoint])
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
		if bytes.Contains(data, []byte(`"sentinel@docker"`)) &&
			(s.File == "" || bytes.Contains(data, []byte(`@file"`))) {
			r.settle(s.EntryPoints[0])
			return r
		}
	}
	t.Fatalf("Traefik did not come up:\n%s", log.String())
	return nil
}

// Raw is what the API says of the whole configuration.
func (r *Rig) Raw() ([]byte, error) {
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/api/rawdata", r.Ports[internalEntryPoint]))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// settle waits until the sentinel is served: the API tells of routers a moment before they are.
func (r *Rig) settle(entryPoint string) {
	q := Request{From: netip.MustParseAddr("127.0.0.1"), EntryPoint: entryPoint, Proto: "http",
		Host: "sentinel.invalid"}
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if a, err := r.Ask(q); err == nil && a.Status != http.StatusNotFound {
			return
		}
	}
}

// Request is a request to a rig.
type Request struct {
	From       netip.Addr
	EntryPoint string
	Proto      string // "http" or "https"
	Host       string
	Path       string // "" is "/"
	Method     string // "" is GET
	Header     http.Header
	Claimed    netip.Addr // named by a PROXY protocol line that is sent first, where it is valid
}

// Answer is what came back.
type Answer struct {
	Status    int
	Container string // index of the container whose backend answered, "" if none did
	Location  string
}

// Ask sends a request from one of the loopback sources.
func (r *Rig) Ask(q Request) (Answer, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: q.From.AsSlice()}, Timeout: 5 * time.Second}
		target := "127.0.0.1"
		if q.From.Is6() && !q.From.Is4In6() {
			target = "::1"
		}
		c, err := d.DialContext(ctx, "tcp", net.JoinHostPort(target, fmt.Sprint(r.Ports[q.EntryPoint])))
		switch {
		case err != nil || !q.Claimed.IsValid():
		case q.Claimed.Is6():
			_, err = fmt.Fprintf(c, "PROXY TCP6 %s ::1 1111 80\r\n", q.Claimed)
		default:
			_, err = fmt.Fprintf(c, "PROXY TCP4 %s 127.0.0.1 1111 80\r\n", q.Claimed)
		}
		return c, err
	}
	tr := &http.Transport{DialContext: dial, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: q.Host}}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequest(orElse(q.Method, "GET"), q.Proto+"://"+q.Host+orElse(q.Path, "/"), nil)
	if err != nil {
		return Answer{}, err
	}
	maps.Copy(req.Header, q.Header)
	client := &http.Client{Transport: tr, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return Answer{Status: resp.StatusCode, Container: resp.Header.Get("X-Drydock-Container"),
		Location: resp.Header.Get("Location")}, nil
}

func orElse(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
