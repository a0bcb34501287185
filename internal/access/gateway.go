package access

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// gateways finds every Traefik and puts together what it serves.
func (c *checker) gateways() {
	type found struct {
		st  *stack.Stack
		svc *stack.Service
	}
	var all []found
	c.host.Services(func(st *stack.Stack, s *stack.Service) {
		if isTraefik(s) {
			all = append(all, found{st, s})
		}
	})
	if len(all) == 0 {
		if c.anyLabels() {
			c.res.Unknown = "Traefik itself is not among the inputs, so its entry points and what they add are not known"
			c.res.Gateways = []*Gateway{c.gateway(nil, nil, c.allStacks())}
		} else {
			c.res.Gateways = []*Gateway{c.gateway(nil, nil, nil)}
		}
		return
	}
	// A stack belongs to its own Traefik, else to the one that it shares a network with, else to the first.
	owner := map[*stack.Stack]int{}
	for i := len(all) - 1; i >= 0; i-- {
		owner[all[i].st] = i
	}
	for i := range c.host.Stacks {
		st := &c.host.Stacks[i]
		if _, ok := owner[st]; ok {
			continue
		}
		owner[st] = 0
		for j, f := range all {
			if sharesNetwork(st, f.st) {
				owner[st] = j
				break
			}
		}
	}
	for i, f := range all {
		var stacks []*stack.Stack
		for j := range c.host.Stacks {
			if st := &c.host.Stacks[j]; owner[st] == i {
				stacks = append(stacks, st)
			}
		}
		if len(stacks) > 0 {
			c.res.Gateways = append(c.res.Gateways, c.gateway(f.st, f.svc, stacks))
		} else {
			c.warn(fmt.Sprintf("the stack has a second Traefik, %s: only the first is worked out", f.svc.Name), f.svc)
		}
	}
}

func (c *checker) allStacks() []*stack.Stack {
	var out []*stack.Stack
	for i := range c.host.Stacks {
		out = append(out, &c.host.Stacks[i])
	}
	return out
}

func (c *checker) warn(text string, s *stack.Service) {
	w := report.Warning{Text: text}
	if s != nil {
		w.Location = s.Location
	}
	c.res.Warnings = append(c.res.Warnings, w)
}

// anyLabels says whether any service speaks to a Traefik.
func (c *checker) anyLabels() bool {
	any := false
	c.host.Services(func(_ *stack.Stack, s *stack.Service) {
		for _, l := range append(s.Labels, s.DeployLabels...) {
			any = any || strings.HasPrefix(strings.ToLower(l.Key), "traefik.")
		}
	})
	return any
}

func sharesNetwork(a, b *stack.Stack) bool {
	for _, n := range a.Networks {
		for _, m := range b.Networks {
			if n.Name != "" && n.Name == m.Name {
				return true
			}
		}
	}
	return false
}

// isTraefik tells Traefik by its image, or by its flags where the image is the user's own.
func isTraefik(s *stack.Service) bool {
	if _, ok := traefik.ImageVersion(s.Image); ok {
		return true
	}
	for _, a := range traefikArgs(s) {
		l := strings.ToLower(a)
		if strings.HasPrefix(l, "--entrypoints.") || strings.HasPrefix(l, "--providers.docker") || strings.HasPrefix(l, "--providers.file.") {
			return true
		}
	}
	return false
}

// traefikArgs are the flags of the service's command, without the program's name. A shell's command line is split at spaces.
func traefikArgs(s *stack.Service) []string {
	var args []string
	for _, a := range append(append([]string{}, s.Entrypoint...), s.Command...) {
		if strings.Contains(a, " --") {
			args = append(args, strings.Fields(a)...)
		} else {
			args = append(args, a)
		}
	}
	for i, a := range args {
		if strings.HasPrefix(a, "--") {
			return args[i:]
		}
	}
	return nil
}

// gateway builds the runtime of one Traefik over some stacks. svc is nil where Traefik is not among the inputs.
func (c *checker) gateway(st *stack.Stack, svc *stack.Service, stacks []*stack.Stack) *Gateway {
	g := &Gateway{Stack: st, Service: svc, Version: traefik.ParseVersion(c.opts.TraefikVersion)}
	if svc != nil && !g.Version.Known() {
		g.Version, _ = traefik.ImageVersion(svc.Image)
	}
	g.Unverified = g.Version.Known() && g.Version.Major < 3
	if g.Unverified {
		c.warn(fmt.Sprintf("access behind Traefik %s is unverified: no real one of that version was compared with", g.Version), svc)
	}
	in := traefik.Input{Version: g.Version, Unknown: map[string]bool{}}
	var problem string
	if svc != nil {
		in.Static, problem = c.static(st, svc)
	}
	if in.Static == nil {
		g.Assumed = true
		if problem != "" && c.res.Unknown == "" {
			c.res.Unknown = problem
		}
	}
	for _, s := range stacks {
		for i := range s.Services {
			m, ct := c.member(s, &s.Services[i], in.Static != nil && in.Static.Swarm)
			g.services = append(g.services, m)
			in.Containers = append(in.Containers, ct)
		}
	}
	if g.Assumed {
		in.Static = assumedStatic(in.Containers)
		in.Unknown["docker"], in.Unknown["file"] = true, true
	} else {
		c.dynamicFiles(st, svc, &in)
		for _, p := range in.Static.OtherProviders {
			in.Unknown[p] = true
		}
	}
	g.Runtime = traefik.Build(in)
	return g
}

// member makes the container of a service. Where a value hangs on a variable that compose insists on, or that only names a
// host, it is taken to be there.
func (c *checker) member(st *stack.Stack, s *stack.Service, swarm bool) (member, traefik.Container) {
	m := member{stack: st, service: s, labels: map[string]*stack.Label{}}
	ct := traefik.Container{Project: st.Name, Service: s.Name, Name: st.Name + "-" + s.Name + "-1", Labels: map[string]string{}}
	labels := s.Labels
	if swarm {
		labels = s.DeployLabels
	}
	for i := range labels {
		l := &labels[i]
		m.labels[l.Key] = l
		ct.Labels[l.Key] = l.Value
		if len(l.Unset) == 0 {
			continue
		}
		required := insists(l)
		switch {
		case namesHost(l.Key):
			ct.Labels[l.Key] = l.RawValue
		case required:
			if ct.Opaque == nil {
				ct.Opaque = map[string]bool{}
			}
			ct.Opaque[l.Key] = true
			ct.Labels[l.Key] = neutral(l.Key)
		}
	}
	ct.Labels["com.docker.compose.project"], ct.Labels["com.docker.compose.service"] = st.Name, s.Name
	ct.Ports = append(ct.Ports, s.Expose...)
	for _, p := range s.Ports {
		ct.Ports = append(ct.Ports, fmt.Sprint(p.Target))
	}
	return m, ct
}

// insists says whether compose refuses to start without the variables of a label: ${NAME?} or ${NAME:?}.
func insists(l *stack.Label) bool {
	for _, name := range l.Unset {
		if !strings.Contains(l.RawValue+l.RawKey, "${"+name+"?") && !strings.Contains(l.RawValue+l.RawKey, "${"+name+":?") {
			return false
		}
	}
	return true
}

// namesHost says whether a label's value only says under which name or in which way something is served: a variable there is
// set in a .env file that is not part of the repository, and guessing it to be empty would only mislead.
func namesHost(key string) bool {
	k := strings.ToLower(key)
	for _, s := range []string{".rule", ".certresolver", ".main", ".sans", ".network", ".address", ".users", ".realm", ".regex", ".replacement", ".port"} {
		if strings.HasSuffix(k, s) {
			return true
		}
	}
	return false
}

// neutral is a value of the right form for a key whose real value cannot be seen.
func neutral(key string) string {
	k := strings.ToLower(key)
	switch {
	case strings.HasSuffix(k, ".sourcerange"):
		return "192.0.2.0/32" // an address of nobody's (RFC 5737); the middleware is marked as opaque
	case strings.HasSuffix(k, "enable"), strings.HasSuffix(k, ".tls"), strings.HasSuffix(k, ".permanent"):
		return "true"
	case strings.HasSuffix(k, ".depth"), strings.HasSuffix(k, ".priority"):
		return "1"
	}
	return ""
}

// assumedStatic is a Traefik that listens on every entry point that a label names.
func assumedStatic(cs []traefik.Container) *traefik.Static {
	s := &traefik.Static{
		EntryPoints: map[string]*traefik.EntryPoint{}, API: &traefik.API{Dashboard: true},
		Docker: &traefik.DockerProvider{ExposedByDefault: false, DefaultRule: traefik.DefaultRule},
	}
	for _, c := range cs {
		for k, v := range c.Labels {
			if l := strings.ToLower(k); strings.HasSuffix(l, ".entrypoints") && strings.HasPrefix(l, "traefik.") {
				for _, e := range strings.Split(v, ",") {
					e = strings.TrimSpace(e)
					s.EntryPoints[e] = &traefik.EntryPoint{Name: e, Address: ":0"}
				}
			}
		}
	}
	if len(s.EntryPoints) == 0 {
		s.EntryPoints["any"] = &traefik.EntryPoint{Name: "any", Address: ":0"}
	}
	return s
}

// static finds Traefik's static configuration: a file first, then flags, then the environment, as Traefik does. A nil result
// comes with the reason.
func (c *checker) static(st *stack.Stack, s *stack.Service) (*traefik.Static, string) {
	args := traefikArgs(s)
	env, unseen := environment(s)
	wanted := traefik.ConfigFileFlag(args)
	if wanted == "" {
		wanted = env["TRAEFIK_CONFIGFILE"]
	}
	names := []string{wanted}
	if wanted == "" {
		names = []string{"/etc/traefik/traefik.toml", "/etc/traefik/traefik.yaml", "/etc/traefik/traefik.yml"}
	}
	for _, name := range names {
		p, ok := hostPath(st, s, name)
		if !ok {
			if wanted != "" {
				return nil, fmt.Sprintf("Traefik's configuration %s is in no folder that can be read from here", wanted)
			}
			continue
		}
		data, err := c.opts.ReadFile(p)
		if err != nil {
			if wanted == "" && isMissing(err) {
				continue
			}
			c.input(s, p, report.Failed, "could not be read")
			return nil, fmt.Sprintf("Traefik's configuration %s could not be read", c.rel(p))
		}
		static, err := traefik.StaticFromFile(c.rel(p), data)
		if err != nil {
			c.input(s, p, report.Failed, err.Error())
			return nil, err.Error()
		}
		c.input(s, p, report.Checked, "")
		return static, ""
	}
	if static := traefik.StaticFromFlags(args); static != nil {
		return static, ""
	}
	if static := traefik.StaticFromEnv(env); static != nil {
		if unseen {
			return nil, "part of Traefik's configuration comes from variables that have no value here"
		}
		return static, ""
	}
	if s.Build != nil || len(s.EnvFiles) > 0 || c.host.Live || mounts(s, "/etc/traefik") {
		return nil, "Traefik's configuration is in no file, flag or variable that can be read from here"
	}
	return &traefik.Static{EntryPoints: map[string]*traefik.EntryPoint{"http": {Name: "http", Address: ":80"}}}, ""
}

func isMissing(err error) bool { return os.IsNotExist(err) }

func environment(s *stack.Service) (env map[string]string, unseen bool) {
	env = map[string]string{}
	for _, e := range s.Environment {
		if e.Known {
			env[e.Name] = e.Value
		} else if strings.HasPrefix(strings.ToUpper(e.Name), "TRAEFIK_") {
			unseen = true
		}
	}
	return env, unseen
}

func mounts(s *stack.Service, target string) bool {
	for _, m := range s.Volumes {
		if within(m.Target, target) || within(target, m.Target) {
			return true
		}
	}
	return false
}

func within(p, dir string) bool {
	p, dir = path.Clean(p), path.Clean(dir)
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// hostPath is the path on the host of a path in the container, through the bind mount that covers it best.
func hostPath(st *stack.Stack, s *stack.Service, name string) (string, bool) {
	if !path.IsAbs(name) {
		name = "/" + name
	}
	best := -1
	for i, m := range s.Volumes {
		if m.Type == "bind" && within(name, m.Target) && (best < 0 || len(m.Target) > len(s.Volumes[best].Target)) {
			best = i
		}
	}
	if best < 0 {
		return "", false
	}
	m := s.Volumes[best]
	src := m.Source
	if !filepath.IsAbs(src) {
		src = filepath.Join(st.Dir, src)
	}
	return filepath.Join(src, filepath.FromSlash(strings.TrimPrefix(path.Clean(name), path.Clean(m.Target)))), true
}

// maxFiles bounds how many files of the file provider are read.
const maxFiles = 500

// maxEntries bounds how much of a folder is walked: a mount of "/" must not be.
const maxEntries = 10_000

// dynamicFiles reads the files of the file provider.
func (c *checker) dynamicFiles(st *stack.Stack, s *stack.Service, in *traefik.Input) {
	static := in.Static
	name := static.FileDirectory
	if name == "" {
		name = static.FileName
	}
	if name == "" {
		return
	}
	p, ok := hostPath(st, s, name)
	if !ok {
		in.Unknown["file"] = true
		c.input(s, name, report.Skipped, "the file provider's files are in no folder that can be read from here")
		return
	}
	var files []string
	if static.FileDirectory == "" {
		files = []string{p}
	} else {
		left := maxEntries
		err := filepath.WalkDir(p, func(f string, d fs.DirEntry, err error) error {
			if left--; err == nil && left < 0 {
				err = errors.New("too many files")
			}
			if err != nil {
				return err
			}
			switch strings.ToLower(filepath.Ext(f)) {
			case ".yml", ".yaml", ".toml":
				if d.Type().IsRegular() && len(files) < maxFiles {
					files = append(files, f)
				}
			}
			return nil
		})
		if err != nil {
			in.Unknown["file"] = true
			c.input(s, p, report.Failed, "the file provider's folder could not be read")
			return
		}
	}
	sort.Strings(files)
	for _, f := range files {
		data, err := c.opts.ReadFile(f)
		if err != nil {
			in.Unknown["file"] = true
			c.input(s, f, report.Failed, "could not be read")
			continue
		}
		file, err := traefik.ReadFile(c.rel(f), data, in.Version)
		if err != nil {
			in.Unknown["file"] = true
			c.input(s, f, report.Failed, err.Error())
			continue
		}
		in.Files = append(in.Files, file)
		switch {
		case file.Templated:
			c.input(s, f, report.Partial, "it holds a template, which is not run here")
		case file.Err != nil:
			c.input(s, f, report.Failed, "Traefik does not understand it: "+file.Err.Msg)
		default:
			c.input(s, f, report.Checked, "")
		}
	}
}

func (c *checker) input(s *stack.Service, p string, status report.GateStatus, reason string) {
	c.res.Inputs = append(c.res.Inputs, report.Input{Service: c.ref(s.Stack, s.Name), Path: c.rel(p), Status: status, Reason: reason})
}

// rel is a path as the report shows it.
func (c *checker) rel(p string) string {
	root, err := filepath.Abs(c.host.Root)
	if err != nil || c.host.Root == "" && !filepath.IsAbs(p) {
		return filepath.ToSlash(p)
	}
	abs, err := filepath.Abs(p)
	if err != nil {
		return filepath.ToSlash(p)
	}
	if r, err := filepath.Rel(root, abs); err == nil && r != ".." && !strings.HasPrefix(r, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(p)
}
