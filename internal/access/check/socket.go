package check

import (
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

var dockerSocketExposed = Rule{
	Rule: finding.Rule{
		ID: "docker-socket-exposed", Severity: finding.High,
		CWE:   []string{"CWE-250"},
		Title: "The Docker socket is within reach",
		Description: "Who can send requests to Docker's socket or API owns the machine; a read-only mount takes " +
			"requests all the same. Critical where the container or the port can be reached from outside, info " +
			"where only Traefik itself holds the socket.",
		Remedy: "Give the socket to a proxy that passes on only what is needed, on an internal network without " +
			"a published port, and to nothing else.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).sockets,
}

// socketProxies are words of images and services that stand between Docker's socket and its users and pass on only
// some requests.
var socketProxies = []string{
	"socket-proxy",
	"socketproxy",
	"socket_proxy",
	"dockerproxy",
	"docker-proxy",
	"docker_proxy",
}

// isSocketProxy reports whether a service is a proxy of Docker's socket. One that serves the web by containers' labels
// (caddy-docker-proxy) is none: its ports are its sites.
func isSocketProxy(s *stack.Service) bool {
	image, name := strings.ToLower(s.Image), strings.ToLower(s.Name)
	return !strings.Contains(image, "caddy") && slices.ContainsFunc(
		socketProxies,
		func(w string) bool { return strings.Contains(image, w) || strings.Contains(name, w) },
	)
}

// holdsSocket reports whether a mount brings Docker's or Podman's socket into a container: the socket itself, or the
// folder that it stands in. Whether it is mounted read-only makes no difference: a socket takes requests either way.
func holdsSocket(v stack.Mount) bool {
	for _, p := range []string{v.Source, v.Target} {
		switch path.Base(path.Clean(p)) {
		case "docker.sock", "podman.sock":
			return true
		}
	}
	if v.Type != "bind" {
		return false
	}
	switch path.Clean(v.Source) {
	case "/run", "/var/run", "/run/podman":
		return true
	}
	return holdsRoot(v)
}

// holdsRoot reports whether a mount brings a folder of the machine above the socket's into a container.
func holdsRoot(v stack.Mount) bool {
	return v.Type == "bind" && (path.Clean(v.Source) == "/" || path.Clean(v.Source) == "/var")
}

// socket tells of Docker's socket in a container.
func (s *search) socket(m *exposure.Container) {
	at := slices.IndexFunc(m.Service.Volumes, holdsSocket)
	if at < 0 {
		return
	}
	v := m.Service.Volumes[at]
	d := builder{m: m, place: v.Location, key: v.Target}
	reach := s.reach(m)
	switch {
	case m.Service == s.g.Service && m.Service != nil || s.model.IsGateway(m.Service):
		d.severity = finding.Info
		d.title = fmt.Sprintf("%s holds Docker's socket: who breaks into Traefik owns the machine", m.Name())
		d.why = []string{"read-only or not, the socket takes every request"}
		d.fix = "Let Traefik ask a socket proxy that only reads containers, on an internal network of their own " +
			"(providers.docker.endpoint)."
	case isSocketProxy(m.Service) && reach == finding.ExposureInternal:
		return // it is the remedy
	case reach == finding.ExposureInternal:
		d.severity = finding.Info
		d.title = fmt.Sprintf("%s holds Docker's socket: who breaks into it owns the machine", m.Name())
		d.why = []string{"no access path leads to it from outside"}
	case isSocketProxy(m.Service):
		if s.publishesAPI(m) {
			return // told of the port
		}
		d.severity = socketSeverity(reach)
		d.title = fmt.Sprintf("%s passes requests on to Docker, and can be reached from outside", m.Name())
		d.why = []string{"its exposure is " + string(reach)}
		d.fix = "Remove its routers and ports: only Traefik may reach it, on an internal network."
	default:
		d.severity = socketSeverity(reach)
		d.title = fmt.Sprintf(
			"%s can be reached from outside and holds Docker's socket: who breaks into it owns the machine",
			m.Name(),
		)
		d.why = []string{"its exposure is " + string(reach)}
		if holdsRoot(v) {
			// Monitors are given the whole machine to read; whether one runs as root, who may open the socket, its image says.
			d.severity = finding.Medium
			d.why = append(d.why, "the socket stands below "+v.Source+", and root in the container may open it")
		}
		if v.ReadOnly {
			d.why = append(d.why, "mounted read-only the socket still takes every request")
		}
	}
	s.report(d)
}

// socketSeverity is how bad it is that a service holds the socket, by who can reach it: a login or a list before it is
// one fault in the app away.
func socketSeverity(reach finding.Exposure) finding.Severity {
	if reach == finding.ExposureUnknown {
		return finding.High
	}
	return finding.Critical
}

// reach is who can reach a service by any access path.
func (s *analysis) reach(m *exposure.Container) finding.Exposure {
	if svc := s.model.Service(m.Stack.Name, m.Service.Name); svc != nil {
		return svc.Exposure
	}
	return finding.ExposureInternal
}

// dockerAPI reports whether a published port leads to Docker's API.
func dockerAPI(s *stack.Service, p stack.Port) bool {
	return p.Target == 2375 || p.Target == 2376 || isSocketProxy(s) && p.Protocol != "udp"
}

// publishesAPI reports whether a service publishes Docker's API to the internet.
func (s *analysis) publishesAPI(m *exposure.Container) bool {
	return slices.ContainsFunc(
		m.Service.Ports,
		func(p stack.Port) bool { return dockerAPI(m.Service, p) && exposure.PortReach(p) == "public" },
	)
}

// publishedAPI tells of Docker's API on a published port.
func (s *search) publishedAPI(m *exposure.Container) {
	for _, p := range m.Service.Ports {
		if !dockerAPI(m.Service, p) || exposure.PortReach(p) != "public" {
			continue
		}
		s.report(builder{
			m: m, place: p.Location, key: exposure.PortText(p), severity: finding.Critical,
			edits: edit.BindLocally(p),
			title: fmt.Sprintf("%s publishes Docker's API on %s", m.Name(), exposure.Address(p)),
			why:   []string{"whoever reaches the port can start a container that owns the machine"},
			fix:   "Remove the port: services reach it by its name on an internal network.",
		})
	}
}

// endpoint tells of a docker provider that asks an engine over TCP that is no service of the host's own.
func (s *search) endpoint() {
	engines := s.g.Runtime.Static.Engines()
	if len(engines) == 0 || s.g.Assumed {
		return
	}
	u, err := url.Parse(engines[0].Endpoint)
	if err != nil || u.Scheme != "tcp" && u.Scheme != "http" {
		return
	}
	host := u.Hostname()
	_, err = netip.ParseAddr(host)
	if err == nil && exposure.Loopback(host) || err != nil && host != "host.docker.internal" &&
		!strings.Contains(host, ".") {
		return
	}
	m := s.g.Self()
	if m == nil {
		return
	}
	s.report(builder{
		m: m, key: "endpoint", severity: finding.High,
		title:    "Traefik asks Docker's API over TCP: whoever reaches that port owns the machine",
		evidence: []string{"providers.docker.endpoint"},
	})
}

// sockets tells of Docker's socket and API wherever they are within reach.
func (s *search) sockets() {
	for _, m := range s.containers {
		s.socket(m)
		s.publishedAPI(m)
	}
	if len(s.g.Containers) > 0 {
		s.endpoint()
	}
}
