// Package access works out who can reach each service of a host: it puts the stacks' labels and Traefik's configuration
// together as Traefik would, follows every way into every service, and says who may take it and where an allowlist misses.
package access

import (
	"net/netip"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// Options is what a check depends on besides the host.
type Options struct {
	TraefikVersion string   // "3.7"; "" takes it from the image's tag
	Public         []string // routers and services that are meant to be public: "app-https", "app-https@docker" or a service's name
	Logins         []string // forwardAuth middlewares that ask for a login: "sso", "sso@docker", or the service that they ask
	Bouncers       []string // likewise those that let in whoever they do not know
	// TraefikConfig is Traefik's static configuration where it cannot be read by what the projects say: a file, or the folder that
	// stands for /etc/traefik. The file provider's files are looked for beside it.
	TraefikConfig string
	// ReadFile reads Traefik's own files from the host's folders; nil reads regular files of at most 4 MiB.
	ReadFile func(path string) ([]byte, error)
}

// Service is who can reach one service.
type Service struct {
	Stack, Name string
	Exposure    finding.Exposure
	Routers     []report.Router
	Doors       []Door
	Outside     bool // it is no compose service: Name is the host and port that a router leads to
}

// Door is one way into a service: a router on an entry point, a published port, the host's network.
type Door struct {
	Via        string // "router", "port", "host network", or "not read" for what may be one
	Traefik    string // of a router: the Traefik as stack/service, where there are several
	EntryPoint string // of a router
	Router     string
	Rule       string
	Access     string   // "public", "authenticated", "allowlisted", "redirect", "closed", "internal" or "unknown"
	Sources    []string // the ranges that may enter, where an allowlist decides
	Why        string
	port       string // of a published port: "8080->80", "53/udp"
	fold       fold   // what a table for people tells of in one line
}

// Result is what Check found.
type Result struct {
	Services []Service
	Findings []finding.Finding
	Inputs   []report.Input
	Warnings []report.Warning
	Gateways []*Gateway // one for every Traefik; one without a Traefik where there is none
	Unknown  string     // why access could not be told as a whole, said once; "" if it could
	leftOut  []leftOut  // files beside the projects, and which doors each would change
}

// Gateway is one Traefik and what it serves.
type Gateway struct {
	Version    traefik.Version
	Unverified bool           // no real Traefik of that version was ever compared with
	Stack      *stack.Stack   // nil where Traefik is not among the inputs
	Service    *stack.Service // nil likewise
	Runtime    *traefik.Runtime
	Assumed    bool                // Traefik's own configuration is not known: entry points and all that they add are guessed from labels
	refused    *traefik.LabelError // the setting for which Traefik does not start, nil if there is none
	spaces     spaces              // who lives in whose network
	unseen     string              // why services may have doors that are not seen, "" where all of them are
	folder     string              // that of Options.TraefikConfig, where it is what was read
	bad        []badFile           // files of the file provider that Traefik cannot use
	services   []member
	routes     []*route
	leading    map[*member][]*route // the routes that lead to each service
	outside    map[string]*member   // what routers lead to and what is no compose service, by host and port
	exempt     map[string]samples   // by the name of a login's middleware: what its own rules may let in without a login
}

// samples are what to ask a login's own rules about.
type samples struct {
	hosts, paths []string
	networks     []netip.Prefix
}

// badFile is a file of Traefik's that it cannot use.
type badFile struct {
	place finding.Location
	why   string
}

// member is a service that a gateway sees, at the same index as its container.
type member struct {
	stack   *stack.Stack
	service *stack.Service
	labels  map[string]*stack.Label // the label that counts for each key
	outside bool                    // it is no compose service, but what a router's URL names
	swarm   bool                    // the swarm provider of version 3 reads them
}

// qualified is the name by which others refer to what a label of the member declares.
func (m *member) qualified(name string) string {
	if m != nil && m.swarm {
		return name + "@swarm"
	}
	return name + "@docker"
}

// unqualified is a name as labels write it where the label's own provider is meant.
func unqualified(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "@docker"), "@swarm")
}

// maxFile bounds the files of Traefik's that are read.
const maxFile = 4 << 20

// Check works out who reaches what on a host.
func Check(h *stack.Host, opts Options) *Result {
	if opts.ReadFile == nil {
		opts.ReadFile = func(path string) ([]byte, error) { return bounded.ReadFile(path, maxFile) }
	}
	res := &Result{}
	c := &checker{host: h, opts: opts, res: res, ref: h.Refs()}
	c.shareNetworks()
	c.gateways()
	for _, g := range res.Gateways {
		c.decide(g)
		c.classify(g)
		c.undecided(g)
	}
	c.describe()
	c.compareLeftOut()
	for _, g := range res.Gateways {
		c.findings(g)
	}
	c.ways()
	c.tellLeftOut()
	c.finish()
	return res
}

type checker struct {
	host   *stack.Host
	opts   Options
	res    *Result
	ref    func(stack, service string) string // tells services apart on the whole host
	images map[*stack.Service]*image
	spaces spaces                    // of services that share a network
	lost   map[*stack.Service]string // why the network that a service lives in is not known
}

// Service returns what was found of a service, nil if there is none of that name.
func (r *Result) Service(stackName, name string) *Service {
	for i := range r.Services {
		if s := &r.Services[i]; s.Stack == stackName && s.Name == name {
			return s
		}
	}
	return nil
}

// finish puts the findings in order and fills what follows from others.
func (c *checker) finish() {
	seen := map[string]int{}
	out := c.res.Findings[:0]
	for _, f := range c.res.Findings {
		if f.Effect == finding.EffectClosed && c.servedElsewhere(f.Service, f.Router) {
			continue
		}
		if i, ok := seen[f.ID]; ok {
			// Several Traefiks see one service: what is worst counts.
			if f.Severity.Rank() > out[i].Severity.Rank() {
				f.Exposure = out[i].Exposure
				f.Normalize()
				out[i] = f
			}
			continue
		}
		seen[f.ID] = len(out)
		for _, s := range c.res.Services {
			if len(f.Services) > 0 && c.ref(s.Stack, s.Name) == f.Services[0] {
				f.Exposure = s.Exposure
			}
		}
		f.Normalize()
		out = append(out, f)
	}
	c.res.Findings = out
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		if x, y := a.Severity.Rank(), b.Severity.Rank(); x != y {
			return x > y
		}
		if a.Location.Path != b.Location.Path {
			return a.Location.Path < b.Location.Path
		}
		if a.Location.Line != b.Location.Line {
			return a.Location.Line < b.Location.Line
		}
		return a.Rule < b.Rule
	})
}

// servedElsewhere says whether of several Traefiks one serves a router: then it is no outage that another one does not.
func (c *checker) servedElsewhere(service, router string) bool {
	if len(c.res.Gateways) < 2 || router == "" {
		return false
	}
	for _, g := range c.res.Gateways {
		for _, r := range g.routes {
			if r.Router.Name == router && r.live() && r.class != closed && r.owner().name() == service {
				return true
			}
		}
	}
	return false
}
