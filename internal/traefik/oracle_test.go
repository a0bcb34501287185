package traefik

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// The oracle: what a real Traefik answers is held against Simulate.

const (
	office   = traefiktest.Office
	stranger = traefiktest.Stranger
	proxy    = traefiktest.Proxy
)

// peer is a real Traefik of one version.
type peer struct {
	tool, version string
	extra         bool // compared with where it is installed and DRYDOCK_SLOW is set, but not asked for in CI
}

var peers = []peer{
	{"traefik", "3.7", false}, {"traefik-3.3.6", "3.3", false}, {"traefik-3.0.4", "3.0", false},
	{"traefik-3.2.3", "3.2", true}, {"traefik-3.4.3", "3.4", true}, {"traefik-3.5.3", "3.5", true},
	{"traefik-3.6.15", "3.6", true},
}

// need skips where the peer is not installed; testenv.Tool says so for those that must be.
func (p peer) need(t testing.TB) {
	t.Helper()
	if !p.extra {
		return
	}
	if os.Getenv("DRYDOCK_SLOW") == "" {
		t.Skip("slow: set DRYDOCK_SLOW=1 to compare with this version too")
	}
	if _, err := os.Stat(filepath.Join(testenv.Peers(), "bin", p.tool)); err != nil {
		t.Skipf("absent: %s (install it with .ci/peers %s)", p.tool, p.tool)
	}
}

// setup is what a rig is started with.
type setup struct {
	tool       string // peer's name
	version    Version
	flags      []string
	eps        []string
	file       string
	containers []Container
	engine     string // a real engine's address, instead of the stand-in
	everywhere bool   // listen on all addresses, IPv6 ones too
}

// rig is a running Traefik and the model of it.
type rig struct {
	*traefiktest.Rig
	runtime *Runtime
}

func start(t testing.TB, s setup) *rig {
	t.Helper()
	real := traefiktest.Setup{Tool: s.tool, Flags: s.flags, EntryPoints: s.eps, File: s.file, Everywhere: s.everywhere,
		Engine: s.engine}
	for i, c := range s.containers {
		s.containers[i].Hosts = []string{traefiktest.Address(i)}
		real.Containers = append(real.Containers, traefiktest.Container{Name: c.Name, Labels: c.Labels})
	}
	r := &rig{Rig: traefiktest.Start(t, real)}
	in := Input{Version: s.version, Static: StaticFromFlags(r.Flags), Containers: s.containers}
	if s.file != "" {
		f, err := ReadFile("dynamic.yml", []byte(s.file), s.version)
		if err != nil {
			t.Fatal(err)
		}
		in.Files = append(in.Files, f)
	}
	r.runtime = Build(in)
	return r
}

// answer is what the real one did.
type answer struct {
	outcome   Outcome
	status    int
	container string
}

func (r *rig) ask(q Request) (answer, error) {
	real, err := r.Ask(traefiktest.Request{
		From: q.From, EntryPoint: q.EntryPoint, Proto: q.Proto, Host: q.Host, Path: q.Path, Method: q.Method,
		Header: q.Header, Claimed: q.Claimed,
	})
	if err != nil {
		return answer{}, err
	}
	a := answer{status: real.Status, container: real.Container}
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
	case err != nil && (got.Outcome == NotServed && q.Proto == "https" || got.Outcome != Allowed && got.Status == 0):
		return agrees // the connection is closed: TLS options that are not there, or TCP
	case err != nil && q.Proto == "https" && got.Outcome == Allowed && r.plainTCP(got.Router):
		return agrees // the backend got the bytes, and speaks no TLS
	case err != nil:
		t.Errorf("%s: %s://%s%s from %s: %v", name, q.Proto, q.Host, q.Path, q.From, err)
		return differs
	case got.Outcome == Unknown:
		return leftOpen
	}
	ok := got.Outcome == want.outcome || got.Outcome != Allowed && got.Status == want.status && want.container == ""
	if ok && want.outcome == Allowed && len(got.Containers) == 1 {
		ok = fmt.Sprint(got.Containers[0]) == want.container
	}
	if ok && got.Status != 0 {
		ok = got.Status == want.status
	}
	if ok {
		return agrees
	}
	t.Errorf("%s: %s %s://%s%s from %s on %s %v:\n  model %s %d %v, Traefik %s %d %q\n  %s", name,
		orDefault(q.Method, "GET"), q.Proto, q.Host, q.Path, q.From, q.EntryPoint, q.Header,
		got.Outcome, got.Status, got.Containers, want.outcome, want.status, want.container,
		strings.Join(got.Steps, "\n  "))
	return differs
}

// plainTCP reports whether a route hands on the bytes as they come.
func (r *rig) plainTCP(name string) bool {
	for _, x := range r.runtime.Routes {
		if x.Name == name && x.TCP && x.TLS == nil {
			return true
		}
	}
	return false
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
	t.Logf("%s: %d cases; of %d answers %d agree with the real Traefik, %d are left open by the model (%d allowed, "+
		"%d refused, %d redirected, %d not served)",
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
					out = append(out, Request{From: netip.MustParseAddr(src), EntryPoint: ep, Proto: proto, Host: host,
						Path: path})
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
