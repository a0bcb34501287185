package exposure

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// Access paths besides Traefik's and the published ports: a network in which a container has an address of its own, a
// Traefik of another project.

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
