// Package exposure is the model of who can reach each service of a host: it puts the stacks' labels and Traefik's
// configuration together as Traefik would, follows every access path into every service, and says who may take it. It
// writes the table of them, and works out single requests.
package exposure

import (
	"net/netip"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// Options is what a check depends on besides the host.
type Options struct {
	TraefikVersion string // "3.7"; "" takes it from the image's tag
	// routers and services that are meant to be public: "app-https", "app-https@docker" or a service's name
	Public   []string
	Logins   []string  // forwardAuth middlewares that ask for a login: "sso", "sso@docker", or the service that they ask
	Bouncers []string  // likewise those that let in whoever they do not know
	Checked  []Checked // what was looked at by hand, since it cannot be read here
	Now      time.Time // the zero value is the time of the check
	// Given are the flags by which advised commands read the same files as this one: " -f compose.yml", "" for none.
	Given string
	// TraefikConfig is Traefik's static configuration where it cannot be read by what the projects say: a file, or the
	// folder that stands for /etc/traefik. The file provider's files are looked for beside it.
	TraefikConfig string
	// ReadFile reads Traefik's own files from the host's folders; nil reads regular files of at most 4 MiB.
	ReadFile func(path string) ([]byte, error)
}

// Service is who can reach one service.
type Service struct {
	Stack, Name string
	Exposure    finding.Exposure
	Routers     []report.Router
	Paths       []AccessPath
	Outside     bool // it is no compose service: Name is the host and port that a router leads to
	Said        bool // part of it is somebody's word and was not judged
}

// AccessPath is one way to reach a service: a router on an entry point, a published port, the host's network.
type AccessPath struct {
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

// Model is who can reach what on a host.
type Model struct {
	Host     *stack.Host
	Options  Options
	Services []Service
	Inputs   []report.Input
	Warnings []report.Warning
	Gateways []*Gateway                         // one for every Traefik; one without a Traefik where there is none
	Unknown  string                             // why access could not be told as a whole, said once; "" if it could
	LeftOut  []LeftOut                          // files beside the projects, and which access paths each would change
	Ref      func(stack, service string) string // tells services apart on the whole host
	spaces   spaces                             // of services that share a network
	kinds    map[*stack.Service]known           // what each service is known by
}

// Gateway is one Traefik and what it serves.
type Gateway struct {
	Version    traefik.Version
	Unverified bool           // no real Traefik of that version was ever compared with
	Stack      *stack.Stack   // nil where Traefik is not among the inputs
	Service    *stack.Service // nil likewise
	Runtime    *traefik.Runtime
	// Traefik's own configuration is not known: entry points and all that they add are guessed from labels
	Assumed    bool
	Refused    *traefik.LabelError // the setting for which Traefik does not start, nil if there is none
	spaces     spaces              // who lives in whose network
	unseen     string              // why services may have access paths that are not seen, "" where all of them are
	byHand     []string            // providers whose routes somebody looked at
	folder     string              // that of Options.TraefikConfig, where it is what was read
	BadFiles   []BadFile           // files of the file provider that Traefik cannot use
	Containers []Container
	Routes     []*Route
	leading    map[*Container][]*Route // the routes that lead to each service
	OpenBy     map[*Container][]*Route // the routes by which strangers reach each service
	outside    map[string]*Container   // what routers lead to and what is no compose service, by host and port
	// by the name of a login's middleware: what its own rules may let in without a login
	exempt map[string]samples
}

// samples are what to ask a login's own rules about.
type samples struct {
	hosts, paths []string
	queries      []string // to put behind a path, with their question marks
	methods      []string // besides GET
	networks     []netip.Prefix
}

// BadFile is a file of Traefik's that it cannot use.
type BadFile struct {
	Place finding.Location
	Why   string
}

// Container is a service that a gateway sees, at the same index as its container.
type Container struct {
	Stack   *stack.Stack
	Service *stack.Service
	Labels  map[string]*stack.Label // the label that counts for each key
	Outside bool                    // it is no compose service, but what a router's URL names
	swarm   bool                    // the swarm provider of version 3 reads them
}

// Qualified is the name by which others refer to what a label of the container declares.
func (m *Container) Qualified(name string) string {
	if m != nil && m.swarm {
		return name + "@swarm"
	}
	return name + "@docker"
}

// Unqualified is a name as labels write it where the label's own provider is meant.
func Unqualified(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "@docker"), "@swarm")
}

// maxFile bounds the files of Traefik's that are read.
const maxFile = 4 << 20

// Build works out who reaches what on a host, and what files that are left out would change of it.
func Build(h *stack.Host, opts Options) *Model {
	model := build(h, opts)
	for i := range h.LeftOut {
		l := LeftOut{LeftOut: &h.LeftOut[i]}
		if l.With != nil {
			l.Changes = Changes(model, build(laidOver(h, l.LeftOut), opts))
		}
		model.LeftOut = append(model.LeftOut, l)
	}
	model.tellLeftOut()
	return model
}

// build works out who reaches what by the files that were read as the host's.
func build(h *stack.Host, opts Options) *Model {
	c := newBuilder(h, opts)
	h.Services(func(st *stack.Stack, s *stack.Service) { c.kinds[s] = c.known(st, s) })
	c.shareNetworks()
	c.gateways()
	for _, g := range c.Gateways {
		c.decide(g)
		c.classify(g)
		c.undecided(g)
	}
	c.describe()
	return c.Model
}

// builder is a model in the making.
type builder struct {
	*Model
	images map[*stack.Service]*image // those that were looked at, with what builds them
	lost   map[*stack.Service]string // why the network that a service lives in is not known
	// why flags of a Traefik's are not known, by its service
	openFlags map[*stack.Service]string
	facing    []*facing         // reverse proxies and tunnels through which strangers come
	found     map[*Checked]bool // the entries of Options.Checked that are of something here
}

func newBuilder(h *stack.Host, opts Options) *builder {
	if opts.ReadFile == nil {
		opts.ReadFile = func(path string) ([]byte, error) { return bounded.ReadFile(path, maxFile) }
	}
	return &builder{
		Model: &Model{Host: h, Options: opts, Ref: h.Refs(), spaces: spaces{},
			kinds: map[*stack.Service]known{}},
		images: map[*stack.Service]*image{}, lost: map[*stack.Service]string{},
		openFlags: map[*stack.Service]string{}, found: map[*Checked]bool{},
	}
}

// Service returns what was found of a service, nil if there is none of that name.
func (m *Model) Service(stackName, name string) *Service {
	for i := range m.Services {
		if s := &m.Services[i]; s.Stack == stackName && s.Name == name {
			return s
		}
	}
	return nil
}
