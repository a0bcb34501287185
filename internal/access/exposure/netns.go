package exposure

import (
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// A service with `network_mode: service:X` or `container:X` has no network of its own: what X publishes are its access
// paths, and what is said of X's addresses holds for it.

// maxNetworkChain bounds how many services may point to one another.
const maxNetworkChain = 20

// netns are the services that share one network.
type netns struct {
	model  *Model
	owner  *Container   // whose network it is
	guests []*Container // who lives in it
}

// spaces are the shared networks, by every service that lives in one.
type spaces map[*stack.Service]*netns

// meet reports whether two containers are in one network, be it another service's.
func (all spaces) meet(sa *stack.Stack, a *stack.Service, sb *stack.Stack, b *stack.Service) bool {
	if space := all[a]; space != nil {
		sa, a = space.owner.Stack, space.owner.Service
	}
	if space := all[b]; space != nil {
		sb, b = space.owner.Stack, space.owner.Service
	}
	return a == b || meet(sa, a, sb, b)
}

// together reports whether two services share one network, so that a router of the one is the other's as well.
func (all spaces) together(a, b *Container) bool {
	space := all[a.Service]
	return space != nil && space == all[b.Service]
}

// shareNetworks finds out who lives in whose network.
func (c *builder) shareNetworks() {
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		_, name, _ := strings.Cut(s.NetworkMode, ":")
		if !borrows(s) || name == "" {
			return // one that depends on a variable is told where the file is read
		}
		owner := c.networkOwner(st, s)
		if owner == nil {
			why := "it lives in the network of " + name + ", which is not among the inputs: name its project as well"
			if c.lender(&Container{Stack: st, Service: s}) != nil {
				why = "it lives in the network of " + name + ", which leads back to it in a circle: give one of " +
					"them a network " +
					"of its own"
			}
			c.lost[s] = why
			c.input(s, s.NetworkMode, report.Partial, why)
			return
		}
		space := c.spaces[owner.Service]
		if space == nil {
			space = &netns{model: c.Model, owner: owner}
			c.spaces[owner.Service] = space
		}
		space.guests = append(space.guests, &Container{Stack: st, Service: s})
		c.spaces[s] = space
	})
}

// borrows reports whether a service lives in another one's network.
func borrows(s *stack.Service) bool {
	return strings.HasPrefix(s.NetworkMode, "service:") || strings.HasPrefix(s.NetworkMode, "container:")
}

// networkOwner follows a service to the one whose network it lives in, nil where that is not among the inputs.
func (c *builder) networkOwner(st *stack.Stack, s *stack.Service) *Container {
	m := &Container{Stack: st, Service: s}
	for range maxNetworkChain {
		if m == nil || !borrows(m.Service) {
			return m
		}
		m = c.lender(m)
	}
	return nil // a circle
}

// lender is the service that another one's network mode names: a service of its project, or a container of the host.
func (c *builder) lender(m *Container) *Container {
	kind, name, _ := strings.Cut(m.Service.NetworkMode, ":")
	var out *Container
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		same := st == m.Stack && s.Name == name
		if kind == "container" {
			same = name == st.Name+"-"+s.Name+"-1" || name == st.Name+"_"+s.Name+"_1" ||
				slices.Contains(s.Aliases, name) ||
				s.ContainerID != "" && strings.HasPrefix(s.ContainerID, name) && len(name) >= 12
		}
		if same && out == nil {
			out = &Container{Stack: st, Service: s}
		}
	})
	return out
}

// House is the service whose network a service lives in: itself, where it has one of its own.
func (m *Model) House(s *stack.Service) *stack.Service {
	if space := m.spaces[s]; space != nil {
		return space.owner.Service
	}
	return s
}

// claims reports whether a port is known to be a service's: by what its image is, or by what its file says of it.
func (n *netns) claims(s *stack.Service, port uint32) bool {
	if known := n.model.storePortsOf(s); len(known) > 0 {
		return slices.Contains(known, port)
	}
	for _, name := range n.model.namesOf(s) {
		if t, ok := kindOf(name); ok && slices.Contains(t.ports, port) {
			return true
		}
	}
	text := strconv.FormatUint(uint64(port), 10)
	for _, e := range s.Expose {
		if e == text || strings.HasPrefix(e, text+"/") {
			return true
		}
	}
	return slices.ContainsFunc(s.Labels, func(l stack.Label) bool {
		key := strings.ToLower(l.Key)
		return strings.HasPrefix(key, "traefik.") && strings.HasSuffix(key, ".server.port") && l.Value == text
	})
}

func (m *Model) storePortsOf(s *stack.Service) []uint32 {
	for _, name := range m.namesOf(s) {
		if known := storePorts[imageName(name)]; len(known) > 0 {
			return known
		}
	}
	return nil
}

// storePorts are the ports of databases and caches, by image name.
var storePorts = ports(
	`postgres:5432 postgresql:5432 postgis:5432 timescaledb:5432 timescaledb-ha:5432 pgvector:5432 mysql:3306,33060
	mysql-server:3306,33060 mariadb:3306 percona:3306 mongo:27017 mongodb:27017 mongodb-community-server:27017 redis:6379
	redis-stack:6379,8001 redis-stack-server:6379 valkey:6379 keydb:6379 dragonfly:6379 memcached:11211 elasticsearch:9200,9300
	opensearch:9200,9600 cassandra:9042,7000 couchdb:5984 influxdb:8086 clickhouse:8123,9000 clickhouse-server:8123,9000
	neo4j:7474,7687 etcd:2379,2380 zookeeper:2181 qdrant:6333,6334 pgbouncer:5432,6432`)

// listens reports whether a port of a shared network may be a service's: it is known to be, or nobody is known to have
// it and the service is no database with ports of its own.
func (n *netns) listens(s *stack.Service, port uint32) bool {
	if n.claims(s, port) {
		return true
	}
	return !n.claimed(port) && len(n.model.storePortsOf(s)) == 0
}

// claimed reports whether a port is known to be some guest's.
func (n *netns) claimed(port uint32) bool {
	return slices.ContainsFunc(n.guests, func(g *Container) bool { return n.claims(g.Service, port) })
}

// tells reports whether what is said of a port is said of a guest: it is known to be its, or may be a tool's that
// administers something on any port.
func (n *netns) tells(s *stack.Service, port uint32) bool {
	power, _ := n.model.ToolAt(s, port)
	return n.claims(s, port) || power > NoTool && !n.claimed(port)
}

// pathPorts are the ports that are published for a service: its own, or those of the network that it lives in which may
// be its.
func (c *builder) pathPorts(s *stack.Service) []stack.Port {
	space := c.spaces[s]
	if space == nil || space.owner.Service == s {
		return s.Ports
	}
	return slices.DeleteFunc(slices.Clone(space.owner.Service.Ports), func(p stack.Port) bool {
		return len(p.Unset) == 0 && !space.listens(s, p.Target)
	})
}

// ToldPorts are the published ports that findings are told of at a service: one that is known to be a guest's is told
// there, and one that nobody is known to have at the network's owner.
func (m *Model) ToldPorts(s *stack.Service) []stack.Port {
	space := m.spaces[s]
	if space == nil {
		return s.Ports
	}
	return slices.DeleteFunc(slices.Clone(space.owner.Service.Ports), func(p stack.Port) bool {
		if space.owner.Service != s {
			return !space.tells(s, p.Target)
		}
		return m.servesTraefik(space, p) ||
			slices.ContainsFunc(space.guests, func(g *Container) bool { return space.tells(g.Service, p.Target) })
	})
}

// servesTraefik reports whether a port of a shared network is an entry point of a Traefik that lives in it.
func (m *Model) servesTraefik(space *netns, p stack.Port) bool {
	for _, g := range m.Gateways {
		if g.Service == nil || m.spaces[g.Service] != space || g.Service == space.owner.Service {
			continue
		}
		for _, ep := range g.Runtime.Static.EntryPoints {
			if g.Assumed || ep.Port() == int(p.Target) {
				return true
			}
		}
	}
	return false
}

// lodge adds to what a route leads to who lives in its target's network and may have its port.
func (c *builder) lodge(r *Route) {
	for _, i := range slices.Clone(r.Containers) {
		space := c.spaces[r.g.Containers[i].Service]
		if space == nil || space.owner.Service != r.g.Containers[i].Service {
			continue
		}
		ports := r.PortsBehind()
		for _, guest := range space.guests {
			if len(ports) > 0 &&
				!slices.ContainsFunc(ports, func(p uint32) bool { return space.listens(guest.Service, p) }) {
				continue
			}
			for j := range r.g.Containers {
				if r.g.Containers[j].Service == guest.Service && !slices.Contains(r.Containers, j) {
					r.Containers = append(r.Containers, j)
				}
			}
		}
	}
}
