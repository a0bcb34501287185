package access

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/access/verify"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
	"github.com/drydock/drydock/internal/traefik"
	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// shop copies the example's compose file into a folder of its own.
func shop(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Root(), "examples", "shop", "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-compose.yml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// realise starts a real Traefik on a host's labels and flags.
func realise(t *testing.T, h *stack.Host, eps ...string) *traefiktest.Rig {
	t.Helper()
	s := traefiktest.Setup{Tool: "traefik", EntryPoints: eps}
	h.Services(func(st *stack.Stack, svc *stack.Service) {
		c := traefiktest.Container{Name: st.Name + "-" + svc.Name + "-1", Labels: map[string]string{
			"com.docker.compose.project": st.Name, "com.docker.compose.service": svc.Name}}
		for _, l := range svc.Labels {
			c.Labels[l.Key] = l.Value
			if strings.HasSuffix(l.Key, ".loadbalancer.server.port") {
				c.Labels[l.Key] = traefiktest.BackendPort
			}
		}
		s.Containers = append(s.Containers, c)
		if _, ok := traefik.ImageVersion(svc.Image); !ok {
			return
		}
		for _, f := range svc.Command {
			l := strings.ToLower(f)
			if !strings.Contains(l, ".address=") && !strings.HasPrefix(l, "--certificatesresolvers") &&
				!strings.HasPrefix(l, "--providers.docker.network") && !strings.HasPrefix(l, "--accesslog") {
				s.Flags = append(s.Flags, f)
			}
		}
	})
	return traefiktest.Start(t, s)
}

// TestTheTwoLabelsHold adds the allowlist to the example as a user would, and asks a real Traefik whether it holds.
func TestTheTwoLabelsHold(t *testing.T) {
	testenv.Tool(t, "traefik")
	dir := shop(t)
	file := filepath.Join(dir, "docker-compose.yml")
	e, err := edit.Plan(accesstest.Load(t, dir), exposure.Options{},
		edit.Change{Service: "insights", Ranges: []string{traefiktest.Office + "/32"}, Name: "office"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, e.Files[0].After, 0o600); err != nil {
		t.Fatal(err)
	}
	h := accesstest.Load(t, dir)
	rig := realise(t, h, "http", "https")
	res := Check(h, exposure.Options{})
	live, err := (&verify.API{URL: fmt.Sprintf("http://127.0.0.1:%d/dashboard/", rig.Ports["traefik"])}).Ask(
		context.Background())
	if err != nil {
		t.Fatal(err)
	}
	differences, err := verify.Compare(res.Model, live, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		if !strings.HasPrefix(d.Router, "sentinel@") { // the rig's own
			t.Errorf("%+v", d)
		}
	}
	for _, c := range []struct {
		from, ep, proto string
		status          int
	}{
		{traefiktest.Office, "https", "https", 200},
		{traefiktest.Stranger, "https", "https", 403},
		{traefiktest.Office, "http", "http", 301},
		{traefiktest.Stranger, "http", "http", 301},
	} {
		a, err := rig.Ask(traefiktest.Request{From: netip.MustParseAddr(c.from), EntryPoint: c.ep, Proto: c.proto,
			Host: "insights.shop.localhost"})
		if err != nil || a.Status != c.status || (a.Container != "") != (c.status == 200) {
			t.Errorf("%s from %s: %+v, %v; want %d", c.proto, c.from, a, err, c.status)
		}
		t.Logf("%s://insights.shop.localhost/ from %s: %d %s", c.proto, c.from, a.Status, a.Location)
		s, err := res.Simulate(exposure.Request{From: c.from, EntryPoint: c.ep, Host: "insights.shop.localhost",
			Proto: c.proto})
		if err != nil || s.Status != c.status && s.Outcome != traefik.Allowed {
			t.Errorf("the simulation says %+v, %v; want %d", s, err, c.status)
		}
	}
	p := verify.Probe{
		Connect: fmt.Sprintf("127.0.0.1:%d", rig.Ports["https"]), From: netip.MustParseAddr(traefiktest.Office),
		Proto: "https", Host: "insights.shop.localhost",
		BackendHeader: "X-Drydock-Container",
	}
	for from, backend := range map[string]string{traefiktest.Office: "yes", traefiktest.Stranger: "no"} {
		p.From = netip.MustParseAddr(from)
		a := p.Send(context.Background())
		sim, err := verify.Expected(res.Model, &p, "https", &a)
		if err != nil {
			t.Fatal(err)
		}
		if agrees, ok := a.Agrees(sim); a.Backend != backend || !agrees || !ok {
			t.Errorf("probe from %s: %+v", from, a)
		}
	}
}
