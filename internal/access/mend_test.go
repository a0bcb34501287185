package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/finding"
)

// TestFixesMend makes the edits of every finding of the shared cases, one finding at a time: it is gone afterwards.
func TestFixesMend(t *testing.T) {
	made := 0
	for _, dir := range cases(t) {
		name := filepath.Base(dir)
		for _, f := range Check(load(t, dir), Options{}).Findings {
			if len(f.Fix.Edits) == 0 {
				continue
			}
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(copied, "compose.yaml")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			after, err := applyEdits(data, f.Fix.Edits)
			if err != nil {
				t.Errorf("%s: %s: %v", name, f.Rule, err)
				continue
			}
			if err := os.Chmod(file, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, after, 0o600); err != nil {
				t.Fatal(err)
			}
			made++
			for _, g := range Check(load(t, copied), Options{}).Findings {
				if g.Rule == f.Rule && g.Router == f.Router && g.Service == f.Service && g.Severity != finding.Info {
					t.Errorf("%s: %s %s is still there after its edits:\n%s", name, f.Rule, f.Router, after)
				}
			}
		}
	}
	if made < 8 {
		t.Errorf("only %d findings came with edits", made)
	}
}

// TestRemediesCanBeCarriedOut has defects of one rule with several causes: what is advised fits the cause.
func TestRemediesCanBeCarriedOut(t *testing.T) {
	const server = "services:\n  traefik:\n    image: traefik:v3.3\n    ports: ['80:80', '5432:5432', '53:53/udp']\n    command: [--providers.docker.exposedbydefault=false, " +
		"--providers.file.filename=/d.yml, --entrypoints.web.address=:80, '--entrypoints.db.address=:5432', '--entrypoints.dns.address=:53/udp']\n" +
		"    volumes: [./d.yml:/d.yml]\n"
	app := func(labels ...string) string {
		return server + "  app:\n    image: postgres\n    labels:\n      - traefik.enable=true\n      - " + strings.Join(labels, "\n      - ") + "\n"
	}
	rule := "traefik.http.routers.app.rule=Host(`a`)"
	for name, c := range map[string]struct {
		compose, file string
		rule          string
		want, wont    string
	}{
		"two rules":       {app(rule, "traefik.http.routers.app.rule=Host(`b`)"), "", ruleDuplicate, "Keep one of the lines", "commas"},
		"two middlewares": {app(rule, "traefik.http.routers.app.middlewares=a", "traefik.http.routers.app.middlewares=b"), "", ruleDuplicate, "middlewares=a,b", ""},
		"a database for all": {app("traefik.tcp.routers.db.rule=HostSNI(`*`)", "traefik.tcp.routers.db.entrypoints=db", "traefik.tcp.services.db.loadbalancer.server.port=5432", rule,
			"traefik.http.routers.app.entrypoints=db"), "", ruleUnprotected, "`drydock access add app RANGE...`", "entry point of its own"},
		"all of an entry point": {strings.Replace(app("traefik.tcp.routers.db.rule=HostSNI(`*`)", "traefik.tcp.routers.db.entrypoints=db", "traefik.tcp.services.db.loadbalancer.server.port=1", rule,
			"traefik.http.routers.app.entrypoints=db", "traefik.http.services.web.loadbalancer.server.port=80", "traefik.http.routers.app.service=web"), "postgres", "own/app", 1), "",
			ruleTCPCatchAll, "`drydock access add app RANGE...`, and give it a port of its own", ""},
		"an unknown matcher": {app("traefik.http.routers.app.rule=Hostt(`a`)"), "", ruleDisabled, "unsupported function", "what is named"},
		"UDP":                {app("traefik.udp.routers.dns.entrypoints=dns", "traefik.udp.routers.dns.service=dns", "traefik.udp.services.dns.loadbalancer.server.port=53"), "", ruleUnprotected, "no middlewares for UDP", "access add"},
		"a router of a file": {server + "  app: {image: nginx}\n", "http:\n  routers:\n    filed: {rule: 'Host(`f`)', service: filed}\n  services:\n    filed: {loadBalancer: {servers: [{url: 'http://app:80'}]}}\n",
			ruleUnprotected, "in the middlewares of router filed@file", "access add"},
		"labels from an anchor": {"x-l: &l [traefik.enable=true, '" + rule + "']\n" + server + "  app: {image: nginx, labels: *l}\n", "", ruleUnprotected, "by hand", "access add"},
		"labels of its own":     {app(rule), "", ruleUnprotected, "`drydock access add app RANGE...`", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := host(t, map[string]string{"p/compose.yaml": c.compose, "p/d.yml": c.file}, "p")
			told := false
			for _, f := range Check(h, Options{}).Findings {
				if f.Rule != c.rule {
					continue
				}
				told = true
				if !strings.Contains(f.Fix.Text, c.want) || c.wont != "" && strings.Contains(f.Fix.Text, c.wont) {
					t.Errorf("%s: %s", f.Title, f.Fix.Text)
				}
			}
			if !told {
				t.Errorf("no %s in %+v", c.rule, Check(h, Options{}).Findings)
			}
		})
	}
}
