package exposure

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// Access paths besides Traefik's and the published ports: a network in which a container has an address of its own, another
// reverse proxy, a Traefik of another project.

// openPorts notes the published ports that depend on a variable.
func (c *builder) openPorts(s *stack.Service) {
	for _, p := range s.Ports {
		if len(p.Unset) > 0 && !Loopback(p.HostIP) {
			c.input(s, p.Location.Path, report.Partial, "a published port of "+s.Name+" depends on the variable "+
				p.Unset[0]+", which has no value here; give it one with --env-file")
			return
		}
	}
}

// ownAddress adds the networks in which a container is a machine of its own, so that every port of its is open to them.
func (c *builder) ownAddress(st *stack.Stack, s *stack.Service, out *Service) {
	for _, key := range c.House(s).Networks {
		driver := st.Networks[key].Driver
		if driver != "macvlan" && driver != "ipvlan" {
			continue
		}
		why := "it has an address of its own in the network that " + key + " (" + driver +
			") joins: every port of its is open there"
		if slices.Contains(c.Options.Public, s.Name) {
			out.Paths = append(out.Paths, AccessPath{Via: "network", Access: "public", Why: why})
			out.widen(Public)
			continue
		}
		out.Paths = append(out.Paths, AccessPath{Via: "network", Access: "unknown", Why: why})
		out.widen(Unknown)
		c.input(s, s.Location.Path, report.Partial, why+", and who reaches that network is not known; take it out of "+
			key+", or list "+s.Name+" under `public` in drydock.yaml if that is meant")
	}
}

// proxies are reverse proxies that keep their rules outside compose, by image name.
var proxies = map[string]bool{"nginx-proxy-manager": true, "nginx-proxy-manager-zh": true, "nginxproxymanager": true,
	"npmplus": true, "swag": true, "zoraxy": true, "bunkerweb-all-in-one": true}

// otherProxies adds the access paths that another reverse proxy may open: what a service says to one, or what a proxy with
// rules of its own may lead to.
func (c *builder) otherProxies(st *stack.Stack, s *stack.Service, out *Service) {
	door := func(why string) {
		out.Paths = append(out.Paths, AccessPath{Via: "not read", Access: "unknown", Why: why})
		out.widen(Unknown)
	}
	if by, setting := proxied(s); by != "" {
		why := by + " serves it by " + setting + ", and what that lets in is not judged here"
		door(why)
		c.input(s, s.Location.Path, report.Partial, why+": see the settings of "+by)
		return
	}
	if proxies[imageName(s.Image)] {
		c.input(s, s.Location.Path, report.Partial, s.Name+" is a reverse proxy with rules of its own, which are not "+
			"read: see in its settings what it serves")
		return
	}
	c.Host.Services(func(pst *stack.Stack, p *stack.Service) {
		if out.Exposure == finding.ExposureInternal && proxies[imageName(p.Image)] &&
			(len(p.Ports) > 0 || p.NetworkMode == "host") && c.spaces.meet(pst, p, st, s) {
			door(p.Name + " is a reverse proxy with rules of its own, which are not read: one of them may lead here")
		}
	})
}

// proxied tells by which setting a service asks a reverse proxy other than Traefik to serve it.
func proxied(s *stack.Service) (by, setting string) {
	for _, e := range s.Environment {
		if (e.Name == "VIRTUAL_HOST" || e.Name == "VIRTUAL_HOST_MULTIPORTS") && !(e.Known && e.Value == "") {
			return "nginx-proxy", e.Name
		}
	}
	for _, l := range append(slices.Clone(s.Labels), s.DeployLabels...) {
		if l.Key == "caddy" || strings.HasPrefix(l.Key, "caddy_") || strings.HasPrefix(l.Key, "caddy.") {
			return "caddy-docker-proxy", "the label " + l.Key
		}
	}
	return "", ""
}

// elsewhere says why a Traefik of another project may serve a service that says nothing to it, "" if none may: there is
// one, since others speak to it, and whether it serves every container is not known.
func (c *builder) elsewhere(st *stack.Stack, s *stack.Service) string {
	if c.Unknown == "" || len(c.Gateways) != 1 || c.Gateways[0].Service != nil || !c.Gateways[0].Assumed {
		return ""
	}
	for _, l := range s.Labels {
		if strings.EqualFold(l.Key, "traefik.enable") && strings.EqualFold(l.Value, "false") {
			return ""
		}
	}
	for _, key := range c.House(s).Networks {
		if n := st.Networks[key]; n.External {
			return "Traefik is not among the inputs: one in the network " + n.Name + " serves it too where " +
				"exposedByDefault is on"
		}
	}
	return ""
}
