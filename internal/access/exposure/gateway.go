package exposure

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// gateways finds every Traefik and puts together what it serves.
func (c *builder) gateways() {
	var all []running
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		if s.Off == "" && c.isTraefik(st, s) {
			all = append(all, running{st, s})
		}
	})
	if len(all) == 0 {
		c.Host.Services(func(st *stack.Stack, s *stack.Service) {
			if hostsDashboard(s) {
				all = append(all, running{st, s})
			}
		})
	}
	if len(all) == 0 {
		if c.Options.TraefikConfig != "" {
			c.Gateways = []*Gateway{c.gateway(nil, nil, c.allStacks())}
		} else if c.anyLabels() {
			c.Unknown = "Traefik itself is not among the inputs, so its entry points and what they add are not " +
				"known: name its project as well, or its configuration by --traefik-config"
			c.Gateways = []*Gateway{c.gateway(nil, nil, c.allStacks())}
		} else {
			c.Gateways = []*Gateway{c.gateway(nil, nil, nil)}
		}
		return
	}
	for _, group := range c.together(all) {
		stacks := c.stacksOf(group, all)
		for _, f := range group {
			c.Gateways = append(c.Gateways, c.gateway(f.st, f.svc, stacks))
		}
	}
}

// running is a Traefik among the inputs.
type running struct {
	st  *stack.Stack
	svc *stack.Service
}

// together sorts Traefiks into those that can run on one machine: two that publish one port cannot, unless they stand
// in one project. Those of one machine see the same containers.
func (c *builder) together(all []running) [][]running {
	var groups [][]running
	for _, f := range all {
		i := slices.IndexFunc(groups, func(g []running) bool {
			return g[0].st == f.st || !slices.ContainsFunc(g, func(o running) bool { return clash(o.svc, f.svc) })
		})
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// clash reports whether two services publish the same port of the machine, or both live on its own network.
func clash(a, b *stack.Service) bool {
	if a.NetworkMode == "host" && b.NetworkMode == "host" {
		return true
	}
	for _, p := range a.Ports {
		for _, q := range b.Ports {
			if p.Published != "" && p.Published == q.Published && p.Protocol == q.Protocol &&
				(p.HostIP == q.HostIP || p.HostIP == "" || q.HostIP == "") {
				return true
			}
		}
	}
	return false
}

// stacksOf lists the stacks that a group of Traefiks sees: its own, those that share a network with one of them, and
// those that share none with any other group, where it is the first.
func (c *builder) stacksOf(group, all []running) []*stack.Stack {
	in := func(f running) bool { return slices.Contains(group, f) }
	owner := func(st *stack.Stack) running {
		for _, f := range all {
			if f.st == st {
				return f
			}
		}
		for _, f := range all {
			if sharesNetwork(st, f.st) {
				return f
			}
		}
		return all[0]
	}
	var out []*stack.Stack
	for i := range c.Host.Stacks {
		if st := &c.Host.Stacks[i]; in(owner(st)) {
			out = append(out, st)
		}
	}
	return out
}

func (c *builder) allStacks() []*stack.Stack {
	var out []*stack.Stack
	for i := range c.Host.Stacks {
		out = append(out, &c.Host.Stacks[i])
	}
	return out
}

func (c *builder) warn(text string, s *stack.Service) {
	w := report.Warning{Text: text}
	if s != nil {
		w.Location = s.Location
	}
	c.Warnings = append(c.Warnings, w)
}

// anyLabels reports whether any service speaks to a Traefik.
func (c *builder) anyLabels() bool {
	any := false
	c.Host.Services(func(_ *stack.Stack, s *stack.Service) {
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

// gateway builds the runtime of one Traefik over some stacks. svc is nil where Traefik is not among the inputs.
func (c *builder) gateway(st *stack.Stack, svc *stack.Service, stacks []*stack.Stack) *Gateway {
	g := &Gateway{
		spaces: c.spaces,
		Stack:  st, Service: svc, Version: traefik.ParseVersion(c.Options.TraefikVersion),
		outside: map[string]*Container{}, exempt: map[string]samples{},
	}
	if svc != nil && !g.Version.Known() {
		g.Version = c.versionOf(svc)
	}
	g.Unverified = g.Version.Known() && g.Version.Major < 3
	if g.Unverified {
		c.warn(fmt.Sprintf("access behind Traefik %s is unverified: no real one of that version was compared with",
			g.Version), svc)
	}
	in := traefik.Input{Version: g.Version, Unknown: map[string]bool{}, Decided: c.decided}
	var problem string
	switch {
	case svc != nil:
		in.Static, problem = c.static(g)
	case c.Options.TraefikConfig != "":
		in.Static, problem = c.namedStatic(g)
	}
	if in.Static == nil {
		g.Assumed = true
		if problem != "" && c.Unknown == "" {
			c.Unknown = problem
		}
	}
	for _, s := range stacks {
		for i := range s.Services {
			if s.Services[i].NetworkMode == "none" || s.Services[i].Off != "" {
				continue // it has no address, or no container, so that Traefik leaves it out
			}
			hosts := c.hostsOf(st, svc, s, &s.Services[i])
			for _, kind := range seenAs(in.Static, &s.Services[i]) {
				m, ct := c.container(s, &s.Services[i], kind)
				ct.Hosts = hosts
				g.Containers = append(g.Containers, m)
				in.Containers = append(in.Containers, ct)
			}
		}
	}
	if g.Assumed {
		in.Static = assumedStatic(in.Containers)
		in.Unknown["docker"], in.Unknown["swarm"], in.Unknown["file"] = true, true, true
		g.unseen = "Traefik's configuration is not known: a router of a file's, or one that Traefik makes by itself, " +
			"may lead here"
	} else {
		g.Refused = in.Static.Refused(g.Version)
		c.dynamicFiles(g, &in)
		c.otherProviders(g, &in)
		if why := c.openFlags[svc]; why != "" {
			g.unseen = why + ": it may make a router that leads here"
		}
		if in.Unknown["file"] || slices.ContainsFunc(in.Files, func(f *traefik.File) bool { return f.Templated }) {
			g.unseen = "not all of the file provider's files could be read: a router of theirs may lead here"
		}
	}
	g.Runtime = traefik.Build(in)
	c.usersFiles(g)
	c.engines(g)
	return g
}

// engines tells where it is not seen that Traefik reads the labels of these services: they are judged as if it did.
func (c *builder) engines(g *Gateway) {
	if g.Assumed || g.Service == nil || c.Host.Live {
		return
	}
	const taken = ": the labels here are judged as if it did"
	for _, d := range g.Runtime.Static.Engines() {
		u, err := url.Parse(d.Endpoint)
		switch {
		case err != nil:
		case d.Endpoint == "" || u.Scheme == "unix":
			socket := orWord(u.Path, "/var/run/docker.sock")
			if !slices.ContainsFunc(g.Service.Volumes, func(m stack.Mount) bool {
				return len(m.Unset) > 0 || m.Target != "" && (within(socket, m.Target) ||
					path.Base(m.Target) == path.Base(socket))
			}) {
				c.warn("Traefik asks an engine at "+socket+", and nothing is mounted there, so that it may not "+
					"read labels at all"+
					taken, g.Service)
			}
		case strings.Contains(u.Hostname(), ".") && !Loopback(u.Hostname()) && u.Hostname() != "host.docker.internal" &&
			len(g.Runtime.At(u.Host)) == 0:
			c.warn("Traefik asks the engine at "+u.Host+", which may be another machine's, so that it may not "+
				"read the labels "+
				"of this one"+taken, g.Service)
		}
	}
}

// otherProviders notes the providers whose routers stand in no file and no label.
func (c *builder) otherProviders(g *Gateway, in *traefik.Input) {
	var names, remedies []string
	for _, p := range in.Static.OtherProviders {
		in.Unknown[p] = true
		if c.checkedBy(p) != nil {
			g.byHand = append(g.byHand, p)
			continue
		}
		names = append(names, p)
		if remedy := c.checkIt(p); !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	if len(names) == 0 {
		return
	}
	list := strings.Join(names, ", ")
	g.unseen = "what Traefik gets from " + list + " cannot be read from here: a router from there may lead here"
	at := in.Static.File
	if at == "" && g.Service != nil {
		at = g.Service.Location.Path
	}
	c.input(g.Service, at, report.Partial, "what Traefik gets from "+list+" is in no file or label: leave the "+
		"provider "+
		"out where it is not used; else "+strings.Join(remedies, "; ")+" (`drydock access verify PROJECT "+
		"--traefik-api URL` "+
		"shows what the running one has)")
}

// versionOf is Traefik's version by the image's tag: that which the Dockerfile starts from, where there is one.
func (c *builder) versionOf(s *stack.Service) traefik.Version {
	if v, ok := traefik.ImageVersion(c.image(s).base); ok {
		return v
	}
	v, _ := traefik.ImageVersion(s.Image)
	return v
}

// sight is how a provider sees a service.
type sight int

const (
	asContainer  sight = iota // the docker provider, by its own labels
	asSwarmMode               // the docker provider of version 2 in swarm mode, by those under deploy
	asSwarmsTask              // the swarm provider of version 3, likewise
)

// seenAs lists the ways in which a Traefik sees a service. Where both providers run, each sees what has labels for it.
func seenAs(static *traefik.Static, s *stack.Service) []sight {
	deployed := slices.ContainsFunc(s.DeployLabels, func(l stack.Label) bool { return ForTraefik(l.Key) })
	switch {
	case static == nil && deployed:
		return []sight{asContainer, asSwarmsTask}
	case static == nil || static.Swarm == nil && !static.SwarmMode:
		return []sight{asContainer}
	case static.Swarm == nil:
		return []sight{asSwarmMode}
	case static.Docker == nil:
		return []sight{asSwarmsTask}
	case !deployed:
		return []sight{asContainer}
	}
	return []sight{asContainer, asSwarmsTask}
}

// container makes the container of a service. Where a value depends on a variable that compose insists on, or that only
// names a host, it is taken to be there.
func (c *builder) container(st *stack.Stack, s *stack.Service, kind sight) (Container, traefik.Container) {
	m := Container{Stack: st, Service: s, Labels: map[string]*stack.Label{}, swarm: kind == asSwarmsTask}
	ct := traefik.Container{Project: st.Name, Service: s.Name, Name: st.Name + "-" + s.Name + "-1",
		Labels: map[string]string{}}
	if kind != asContainer {
		// A swarm tells no ports, so that a service without a label for its port is not served.
		ct = traefik.Container{Name: st.Name + "_" + s.Name, NoPort: true, Swarm: m.swarm, Labels: map[string]string{}}
		for i := range s.DeployLabels {
			m.take(&ct, &s.DeployLabels[i])
		}
		ct.Labels["com.docker.stack.namespace"] = st.Name
		return m, ct
	}
	built := c.image(s).labels
	for i := range built {
		m.take(&ct, &built[i])
	}
	if s.Build != nil {
		for i := range s.Build.Labels { // which win over the Dockerfile's
			m.take(&ct, &s.Build.Labels[i])
		}
	}
	for i := range s.Labels { // which win over the image's
		m.take(&ct, &s.Labels[i])
	}
	ct.Labels["com.docker.compose.project"], ct.Labels["com.docker.compose.service"] = st.Name, s.Name
	ct.Ports = append(ct.Ports, s.Expose...)
	for _, p := range s.Ports {
		ct.Ports = append(ct.Ports, fmt.Sprint(p.Target))
	}
	return m, ct
}

// hostsOf are the names under which a Traefik reaches a service, for routers of files that lead to a URL: those of a
// common network, and the machine's own with a published port.
func (c *builder) hostsOf(gst *stack.Stack, gateway *stack.Service, st *stack.Stack, s *stack.Service) []string {
	var out []string
	if gateway == nil || c.House(gateway).NetworkMode != "host" && c.spaces.meet(gst, gateway, st, s) {
		out = append(out, s.Name, st.Name+"-"+s.Name+"-1")
		out = append(out, s.Aliases...)
	}
	for _, p := range s.Ports {
		if p.Published == "" {
			continue
		}
		out = append(out, "host.docker.internal:"+p.Published)
		if gateway != nil && c.House(gateway).NetworkMode == "host" {
			out = append(out, "localhost:"+p.Published, "127.0.0.1:"+p.Published)
		}
	}
	return out
}

// veil notes that a label's value cannot be seen from here.
func veil(ct *traefik.Container, key string) {
	if ct.Opaque == nil {
		ct.Opaque = map[string]bool{}
	}
	ct.Opaque[key] = true
}

// take adds a label; of one key the last counts.
func (m *Container) take(ct *traefik.Container, l *stack.Label) {
	m.Labels[l.Key] = l
	ct.Labels[l.Key] = l.Value
	delete(ct.Opaque, l.Key)
	switch {
	case len(l.Unset) == 0:
	case namesHost(l.Key):
		ct.Labels[l.Key] = l.RawValue
		if strings.HasSuffix(strings.ToLower(l.Key), ".rule") {
			veil(ct, l.Key)
		}
	case Insists(l) || closes(l.Key):
		veil(ct, l.Key)
		ct.Labels[l.Key] = neutral(l.Key)
	}
}

// closes reports whether Traefik would serve nothing by a label without a value: that the variable has none here does
// not say that it has none where the stack runs.
func closes(key string) bool {
	k := strings.ToLower(key)
	return k == "traefik.enable" || strings.HasSuffix(k, ".ipstrategy.depth") ||
		strings.HasSuffix(k, ".ipstrategy.ipv6subnet")
}

// Insists reports whether compose refuses to start without the variables of a label: ${NAME?} or ${NAME:?}.
func Insists(l *stack.Label) bool {
	for _, name := range l.Unset {
		if !strings.Contains(l.RawValue+l.RawKey, "${"+name+"?") &&
			!strings.Contains(l.RawValue+l.RawKey, "${"+name+":?") {
			return false
		}
	}
	return true
}

// namesHost reports whether a label's value only says under which name or in which way something is served: a variable
// there is set in a .env file that is not part of the repository, and guessing it to be empty would only mislead.
func namesHost(key string) bool {
	k := strings.ToLower(key)
	for _, s := range []string{".rule", ".certresolver", ".main", ".sans", ".network", ".address", ".users", ".realm",
		".regex", ".replacement", ".port"} {
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
	case strings.HasSuffix(k, ".depth"), strings.HasSuffix(k, ".priority"), strings.HasSuffix(k, ".ipv6subnet"):
		return "1"
	}
	return ""
}

// assumedStatic is a Traefik that listens on every entry point that a label names.
func assumedStatic(cs []traefik.Container) *traefik.Static {
	s := &traefik.Static{
		EntryPoints: map[string]*traefik.EntryPoint{}, API: &traefik.API{Dashboard: true},
		Docker: &traefik.DockerProvider{ExposedByDefault: false, DefaultRule: traefik.DefaultRule},
		Swarm:  &traefik.DockerProvider{ExposedByDefault: false, DefaultRule: traefik.DefaultRule},
	}
	for _, c := range cs {
		for k, v := range c.Labels {
			l := strings.ToLower(k)
			if !strings.HasSuffix(l, ".entrypoints") || !strings.HasPrefix(l, "traefik.") {
				continue
			}
			address := ":0"
			if strings.HasPrefix(l, "traefik.udp.") {
				address = ":0/udp"
			}
			for _, e := range strings.Split(v, ",") {
				e = strings.TrimSpace(e)
				s.EntryPoints[e] = &traefik.EntryPoint{Name: e, Address: address}
			}
		}
	}
	if len(s.DefaultEntryPoints()) == 0 {
		s.EntryPoints["any"] = &traefik.EntryPoint{Name: "any", Address: ":0"}
	}
	s.EntryPoints["any (UDP)"] = &traefik.EntryPoint{Name: "any (UDP)", Address: ":0/udp"}
	return s
}
