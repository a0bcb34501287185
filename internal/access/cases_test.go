package access

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/testenv"
	"github.com/drydock/drydock/internal/traefik"
)

// expected is what the shared cases say was measured.
type expected struct {
	Major        string `json:"traefik_major"`
	RejectStatus int    `json:"reject_status"`
	Routes       []struct {
		Service, Router, EntryPoint, Host, Path, Proto, Kind string
		Protected                                            *bool
		Probes                                               []struct {
			Src, Outcome string
			XFF          *string `json:"xff"`
		}
		ProxySpoof *struct{ Src, Claims, Outcome string } `json:"proxy_spoof"`
	}
	Defects []struct{ Slug, Service, Router, Severity string }
}

func cases(t *testing.T) []string {
	dirs, err := filepath.Glob(filepath.Join(testenv.Shared(t, "traefik", "cases"), "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no cases", err)
	}
	return dirs
}

// TestSharedCases holds the findings and the simulation against what a real Traefik did with each of the shared cases.
func TestSharedCases(t *testing.T) {
	for _, dir := range cases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
			if err != nil {
				t.Fatal(err)
			}
			var want expected
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			res := Check(accesstest.Load(t, dir), exposure.Options{})
			compareDefects(t, &want, res)
			compareProbes(t, &want, res)
		})
	}
}

func compareDefects(t *testing.T, want *expected, res *Result) {
	t.Helper()
	var exp, got []string
	for _, d := range want.Defects {
		exp = append(exp, fmt.Sprintf("%s %s %s %s", d.Slug, d.Service,
			strings.ReplaceAll(d.Router, "PROJECT", "ddcase"), d.Severity))
	}
	for _, f := range res.Findings {
		if f.Severity == finding.Info {
			continue
		}
		got = append(got, fmt.Sprintf("%s %s %s %s", f.Rule, f.Service, f.Router, f.Severity))
	}
	sort.Strings(exp)
	sort.Strings(got)
	if !slices.Equal(exp, got) {
		t.Errorf("defects\n got  %s\n want %s", strings.Join(got, "\n      "), strings.Join(exp, "\n      "))
	}
}

func compareProbes(t *testing.T, want *expected, res *Result) {
	t.Helper()
	rt := res.Gateways[0].Runtime
	for _, r := range want.Routes {
		proto := r.Proto
		if proto == "" {
			proto = map[string]string{"web": "http", "http": "http", "websecure": "https",
				"https": "https"}[r.EntryPoint]
		}
		if r.Kind == "tcp" && r.EntryPoint == "web" {
			proto = "http"
		}
		host := r.Host
		if host == "-" {
			host = "x"
		}
		for _, p := range r.Probes {
			q := traefik.Request{From: netip.MustParseAddr(p.Src), EntryPoint: r.EntryPoint, Proto: proto, Host: host,
				Path: r.Path, Header: http.Header{}}
			if p.XFF != nil {
				q.Header.Set("X-Forwarded-For", *p.XFF)
			}
			checkProbe(t, rt, q, p.Outcome, r.Router)
		}
		if s := r.ProxySpoof; s != nil {
			q := traefik.Request{
				From: netip.MustParseAddr(s.Src), EntryPoint: r.EntryPoint, Proto: proto, Host: host, Path: "/",
				Claimed: netip.MustParseAddr(s.Claims),
			}
			checkProbe(t, rt, q, s.Outcome, r.Router)
		}
	}
}

func checkProbe(t *testing.T, rt *traefik.Runtime, q traefik.Request, want, router string) {
	t.Helper()
	a := rt.Simulate(q)
	got := string(a.Outcome)
	if a.Outcome == traefik.Refused && a.Status == http.StatusUnauthorized {
		got = "refused-401"
	}
	if got != want {
		t.Errorf("%s from %s (%s): got %s, want %s\n  %s", router, q.From, q.EntryPoint, got, want,
			strings.Join(a.Steps, "\n  "))
	}
}
