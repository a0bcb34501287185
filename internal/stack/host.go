// Package stack reads compose projects, or a live engine, into a Host: the set of stacks that one Traefik sees.
package stack

import (
	"github.com/drydock/drydock/internal/finding"
)

// Host is everything that shares one Traefik: several compose projects side by side, or what an engine runs.
type Host struct {
	Stacks   []Stack
	Warnings []Warning // unset variables, files passed over: never a failure
	Problems []Problem // inputs that could not be read, or not in full: the command exits 3
	LeftOut  []LeftOut // compose files beside the projects that no verdict is about
	Unread   []Unread  // what the projects name and could not be looked at from here: no failure, but no verdict is whole
	Live     bool      // read from an engine
	Root     string    // folder that Location.Path is relative to
}

// Warning is a remark with its place.
type Warning struct {
	Text     string
	Location finding.Location
}

// Unread is a part of the projects that depends on something that is not here.
type Unread struct {
	Path     string // the file, as written where a variable hides its name
	Reason   string // why, and what would make the reading whole
	Location finding.Location
}

// Stack is one compose project.
type Stack struct {
	Name     string
	Dir      string   // project folder, as a path that can be opened
	Files    []string // compose files that the verdicts are about, those named first, then what they include and extend; relative to Host.Root where below it
	Services []Service
	Networks map[string]Network // by the key used in the file
	Volumes  []string
}

// Network is a compose network with the name that the engine knows it by.
type Network struct {
	Key      string
	Name     string // real name: "project_key", or the external or explicit one
	External bool
	Internal bool
	Driver   string           // "macvlan", "overlay" ...; "" where the file says none
	Unset    []string         // variables without a value in its name: the real name is not known
	Subnets  []Subnet         // what the file says of its addresses; none means that the engine chooses
	Location finding.Location // of what the file says of it; zero where it says nothing
}

// Subnet is a range of a network's with the address of its gateway, as written; "" where the engine chooses.
type Subnet struct{ Range, Gateway string }

// Service is one service. Values keep what the file says after interpolation; what an unset variable would have
// brought is told by Unset and never guessed.
type Service struct {
	Name       string
	Stack      string
	Image      string
	ImageUnset []string // variables without a value in Image
	Build      *Build
	JoinedBy   string // how a service without build was joined to a Dockerfile: "drydock.yaml", "Makefile:12", "only Dockerfile", "" if not

	Labels       []Label // what Traefik sees, in file order, duplicates kept
	DeployLabels []Label // deploy.labels: swarm only

	Command      []string
	Entrypoint   []string
	CommandUnset []string // variables without a value in command and entrypoint
	CommandOpen  []string // the words in which such variables stand, as written
	Environment  []EnvVar
	EnvFiles     []string
	EnvUnread    []string // env files that are not there or could not be read in full, as locations show them

	Ports       []Port
	Expose      []string // container ports, "8000" or "8000/udp"
	Networks    []string // keys in Stack.Networks; "default" where the file names none
	NetworkMode string   // "host", "service:x", "" ...
	Aliases     []string // further names in its networks, its container's own among them
	Volumes     []Mount
	Configs     []Config

	DependsOn   []string
	AwaitsEnd   []string     // those of DependsOn that have to have ended well (service_completed_successfully), not to answer
	Healthcheck *Healthcheck // nil where the file has none
	Profiles    []string
	User        string
	WorkingDir  string
	Privileged  bool
	Off         string // "scale: 0" or "deploy.replicas: 0": no container of it runs; "" otherwise
	Extends     bool   // labels or build may come from another service by `extends`
	Rights      Rights
	// Unread says what of the service could not be read, so that it may have labels, ports or networks besides those here.
	Unread []string

	ContainerID string // live hosts only

	Location      finding.Location // the service's key
	ImageLocation finding.Location // the value of `image:`
	BuildLocation finding.Location // the value of `build:`
}

// Build is what a service's image is built from. Paths can be opened as they are.
type Build struct {
	Context    string
	Dockerfile string // path of the Dockerfile
	Target     string
	Args       map[string]*string // nil value: taken from the environment of whoever builds
	Inline     string             // dockerfile_inline
	Contexts   []string           // names of additional_contexts, which stand in for images and stages
	Inputs     BuildInputs        // what a build needs besides, and nobody who only reads it
	Remote     bool               // the context is a URL: nothing to read
	Labels     []Label            // build.labels: the image's, and so the container's where its own do not say otherwise
	Unset      []string           // variables without a value in context or dockerfile: both paths are then empty
}

// Label is one label as written and as interpolated.
type Label struct {
	Key, Value string
	RawKey     string // before interpolation
	RawValue   string // before interpolation
	Unset      []string
	Location   finding.Location // of the whole item in the list form, of the key in the map form
	ValueLoc   finding.Location // of the value
	List       bool             // list form ("- key=value")
	Shared     bool             // reached through an anchor, a merge key or extends, or by several services: editing it edits others too
}

// EnvVar is one environment entry. The value never leaves the process.
type EnvVar struct {
	Name     string
	Value    string
	Known    bool // false: no value in the file, or an unset variable
	Written  bool // the file itself holds the value, and no variable is in it
	Location finding.Location
}

// Port is one published port.
type Port struct {
	HostIP    string // "" = all addresses
	Published string // "8080", "8000-8010", "" = chosen by the engine
	Target    uint32 // container port
	Protocol  string // "tcp" or "udp"
	Mode      string
	Unset     []string
	Location  finding.Location
}

// Mount is a volume or bind mount.
type Mount struct {
	Type     string // "bind", "volume", "tmpfs"; "" where a variable without a value hides it
	Source   string // a bind's can be opened as it is
	Target   string
	ReadOnly bool
	// Propagation is how mounts below it are shared with the host: "rprivate", "shared" ...; "" as the engine has it.
	Propagation string
	Unset       []string
	Location    finding.Location
}

// Healthcheck is a service's health check.
type Healthcheck struct {
	Test     []string
	Disabled bool
	Location finding.Location
}

// Refs returns how services are told apart on the whole host: by their names, and as "stack/name" where several stacks
// have a service of that name (every team has an `app` and a `db`).
func (h *Host) Refs() func(stack, service string) string {
	stacks := map[string]int{}
	h.Services(func(_ *Stack, s *Service) { stacks[s.Name]++ })
	return func(stack, service string) string {
		if stacks[service] > 1 && stack != "" {
			return stack + "/" + service
		}
		return service
	}
}

// Services calls f for every service of the host, with its stack.
func (h *Host) Services(f func(*Stack, *Service)) {
	for i := range h.Stacks {
		for j := range h.Stacks[i].Services {
			f(&h.Stacks[i], &h.Stacks[i].Services[j])
		}
	}
}
