package stack

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"

	"github.com/drydock/drydock/internal/testenv"
)

// Compose's own loader is the judge of what files mean. Where it loads a project, drydock reads the same.

func noEnv(string) (string, bool) { return "", false }

// composeLoad loads a project. Compose's loader panics on some texts: it is no judge of these, and the log says so.
func composeLoad(t testing.TB, dir string, files []string, env map[string]string) (_ *types.Project, err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("compose's loader panics: %v", p)
			t.Log(err)
		}
	}()
	logrus.SetOutput(io.Discard)
	var configs []types.ConfigFile
	for _, f := range files {
		configs = append(configs, types.ConfigFile{Filename: f})
	}
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{WorkingDir: dir, ConfigFiles: configs,
		Environment: env},
		func(o *loader.Options) {
			o.SetProjectName("p", true)
			o.SkipConsistencyCheck = true
			o.SkipResolveEnvironment = true
			o.Profiles = []string{"*"}
		})
}

// facts flattens what both sides must agree on.
func facts(h *Host) map[string]string {
	out := map[string]string{}
	s := h.Stacks[0]
	for _, svc := range s.Services {
		set := func(k, v string) { out[svc.Name+" "+k] = v }
		set("image", svc.Image)
		for _, l := range svc.Labels {
			set("label "+l.Key, l.Value)
		}
		for _, l := range svc.DeployLabels {
			set("deploy label "+l.Key, l.Value)
		}
		set("command", fmt.Sprintf("%q", svc.Command))
		set("entrypoint", fmt.Sprintf("%q", svc.Entrypoint))
		if svc.Build != nil && svc.JoinedBy == "" {
			set("build", svc.Build.Context+" "+svc.Build.Dockerfile+" "+svc.Build.Target+" "+svc.Build.Inline)
			for k, v := range svc.Build.Args {
				if v != nil { // Compose leaves out what its environment does not have
					set("arg "+k, *v)
				}
			}
		}
		var ports []string
		for _, p := range svc.Ports {
			ports = append(ports, fmt.Sprintf("%s %s %d %s %s", p.HostIP, p.Published, p.Target, p.Protocol, p.Mode))
		}
		slices.Sort(ports)
		set("ports", strings.Join(ports, ", "))
		nets := slices.Clone(svc.Networks)
		slices.Sort(nets)
		set("networks", strings.Join(nets, ", "))
		set("mode", svc.NetworkMode)
		for _, m := range svc.Volumes {
			set("mount "+m.Target, fmt.Sprintf("%s %s %t", m.Type, m.Source, m.ReadOnly))
		}
		deps := slices.Clone(svc.DependsOn)
		slices.Sort(deps)
		set("profiles", strings.Join(svc.Profiles, ","))
		set("user", svc.User)
		set("privileged", fmt.Sprint(svc.Privileged))
		if svc.Healthcheck != nil {
			set("health", fmt.Sprintf("%q", svc.Healthcheck.Test))
		}
		for _, e := range svc.Environment {
			v := e.Value
			if !e.Known && v == "" {
				v = unknown
			}
			set("env "+e.Name, v)
		}
	}
	for k, n := range s.Networks {
		out["network "+k] = fmt.Sprintf("%s %t %t", n.Name, n.External, n.Internal)
	}
	return out
}

// unknown stands for a value that neither the file nor the environment gives.
const unknown = "?"

func deref(s *string) string {
	if s == nil {
		return unknown
	}
	return *s
}

func composeFacts(p *types.Project) map[string]string {
	out := map[string]string{}
	all := map[string]types.ServiceConfig{}
	maps.Copy(all, p.Services)
	maps.Copy(all, p.DisabledServices)
	for name, svc := range all {
		set := func(k, v string) { out[name+" "+k] = v }
		set("image", svc.Image)
		for k, v := range svc.Labels {
			set("label "+k, v)
		}
		if svc.Deploy != nil {
			for k, v := range svc.Deploy.Labels {
				set("deploy label "+k, v)
			}
		}
		set("command", fmt.Sprintf("%q", []string(svc.Command)))
		set("entrypoint", fmt.Sprintf("%q", []string(svc.Entrypoint)))
		if b := svc.Build; b != nil {
			file := b.Dockerfile
			if b.DockerfileInline != "" {
				file = ""
			} else if !filepath.IsAbs(file) {
				file = filepath.Join(b.Context, file)
			}
			set("build", b.Context+" "+file+" "+b.Target+" "+b.DockerfileInline)
			for k, v := range b.Args {
				set("arg "+k, deref(v))
			}
		}
		var ports []string
		for _, q := range svc.Ports {
			ports = append(ports, fmt.Sprintf("%s %s %d %s %s", q.HostIP, q.Published, q.Target, q.Protocol, q.Mode))
		}
		slices.Sort(ports)
		set("ports", strings.Join(ports, ", "))
		set("networks", "")
		if svc.NetworkMode == "" { // both is refused later, by Compose's check of the whole
			set("networks", strings.Join(slices.Sorted(maps.Keys(svc.Networks)), ", "))
		}
		set("mode", svc.NetworkMode)
		for _, m := range svc.Volumes {
			set("mount "+m.Target, fmt.Sprintf("%s %s %t", m.Type, m.Source, m.ReadOnly))
		}
		set("profiles", strings.Join(svc.Profiles, ","))
		set("user", svc.User)
		set("privileged", fmt.Sprint(svc.Privileged))
		if h := svc.HealthCheck; h != nil {
			set("health", fmt.Sprintf("%q", []string(h.Test)))
		}
		for k, v := range svc.Environment {
			set("env "+k, deref(v))
		}
	}
	for k, n := range p.Networks {
		out["network "+k] = fmt.Sprintf("%s %t %t", n.Name, bool(n.External), n.Internal)
	}
	return out
}

func diffFacts(ours, theirs map[string]string) []string {
	var out []string
	for k, v := range theirs {
		if w, ok := ours[k]; !ok || v != w && !(w == unknown && v == "") {
			out = append(out, fmt.Sprintf("%s: compose %q, drydock %q", k, v, w))
		}
	}
	for k, w := range ours {
		if _, ok := theirs[k]; !ok {
			out = append(out, fmt.Sprintf("%s: not in compose, drydock %q", k, w))
		}
	}
	slices.Sort(out)
	return out
}

// slow is more than a small project may take, on a machine that is busy with other things.
const slow = 3 * time.Second

// compare loads a project both ways. It reports false where Compose refuses the project.
func compare(t testing.TB, dir string, files ...string) bool {
	t.Helper()
	start := time.Now()
	h, err := LoadProjects(context.Background(),
		[]Project{{Name: "p", Dir: dir, Files: slices.Clone(files), EnvFiles: []string{os.DevNull}}},
		Options{Env: noEnv})
	if took := time.Since(start); took > slow {
		t.Errorf("drydock took %v", took)
	}
	if err == nil {
		ports := 0
		h.Services(func(_ *Stack, s *Service) { ports += len(s.Ports) })
		if ports > 500 {
			return false // Compose takes minutes for these
		}
	}
	theirs, theirErr := composeLoad(t, dir, files, map[string]string{"COMPOSE_PROJECT_NAME": "p"})
	if theirErr != nil {
		return false
	}
	if err != nil {
		t.Errorf("compose loads it, drydock says: %v", err)
		return true
	}
	for _, d := range diffFacts(facts(h), composeFacts(theirs)) {
		t.Error(d)
	}
	return true
}

func TestSharedCasesReadAsComposeReadsThem(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(testenv.Shared(t, "traefik", "cases"), "*", "compose.yaml"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no cases", err)
	}
	loaded := 0
	for _, f := range dirs {
		t.Run(filepath.Base(filepath.Dir(f)), func(t *testing.T) {
			if compare(t, filepath.Dir(f), f) {
				loaded++
			}
		})
	}
	if loaded < 20 {
		t.Errorf("compose loaded only %d of %d cases", loaded, len(dirs))
	}
}
