package traefik

import (
	"maps"
	"math"
	"net"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Static is the part of Traefik's static configuration that decides on access.
type Static struct {
	Source            string // "file", "flags", "environment" or "" where nothing is configured
	File              string // its name, where it is a file; whoever reads it sets it
	EntryPoints       map[string]*EntryPoint
	Docker            *DockerProvider
	Swarm             *DockerProvider // of version 3
	SwarmMode         bool            // version 2: the docker provider reads a swarm's services
	FileDirectory     string          // file provider
	FileName          string
	OtherProviders    []string // providers whose content cannot be known here, by lower-case name
	API               *API
	Ping              *Internal
	Prometheus        *Internal
	RestInsecure      bool
	ACMEEntryPoints   []string // entry points that answer the HTTP challenge
	DefaultRuleSyntax string
	Precedence        []string // providers, the strongest first
	Plugins           []Plugin
	tree              *node // as written
}

// Plugin is a plugin that Traefik loads, from its catalogue or from a folder of its own.
type Plugin struct{ Name, Module string }

// EntryPoint is a port that Traefik listens on.
type EntryPoint struct {
	Name              string
	Address           string // ":80", "127.0.0.1:8080/tcp"
	AsDefault         bool
	AllowACMEByPass   bool
	Middlewares       []string
	TLS               *RouterTLS
	Redirect          *EntryPointRedirect
	ForwardedInsecure bool
	ForwardedTrusted  []string
	ProxyProtocol     bool
	ProxyInsecure     bool
	ProxyTrusted      []string
	HTTP3             bool // what asks for TLS is served over UDP as well
	Line              int  // in the file
}

// EntryPointRedirect is an entry point's redirection.
type EntryPointRedirect struct {
	To        string
	Scheme    string
	Permanent bool
	Priority  int
}

// DockerProvider is the docker provider's configuration.
type DockerProvider struct {
	Endpoint         string
	ExposedByDefault bool
	DefaultRule      string
	Constraints      string
	Network          string
	UseBindPortIP    bool
}

// API is the api section.
type API struct{ Insecure, Dashboard, Debug bool }

// Internal is a service of Traefik's own that may get a router by itself.
type Internal struct {
	EntryPoint    string
	ManualRouting bool
}

// InternalEntryPoint is the entry point of the insecure API, the ping and the metrics. It is never a default one.
const InternalEntryPoint = "traefik"

// DefaultRule is the docker provider's default rule.
const DefaultRule = "Host(`{{ normalize .Name }}`)"

// StaticFromFlags reads Traefik's command line, without the program's name. Values are never run through a shell.
func StaticFromFlags(args []string) *Static {
	root := &node{name: "traefik"}
	seen := false
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' {
			break
		}
		name := strings.TrimLeft(a, "-")
		if name == "" {
			break
		}
		value := "true"
		if k, v, ok := strings.Cut(name, "="); ok {
			name, value = k, v
		} else if i+1 < len(args) && takesNext(name, args[i+1]) {
			i++
			value = args[i]
		}
		seen = true
		root.set("--"+name, strings.Split(name, "."), value, ",")
	}
	if !seen {
		return nil
	}
	return staticOf(root, "flags")
}

// takesNext reports whether the word behind a flag without "=" is its value: a switch takes only true or false, a setting anything.
func takesNext(name, next string) bool {
	f := staticSchema()
	for _, part := range strings.Split(strings.ToLower(name), ".") {
		part, _, _ = strings.Cut(part, "[")
		if f = f.at(part); f == nil {
			return !strings.HasPrefix(next, "-")
		}
	}
	if f.kind == kindString || f.kind == kindMap {
		return true
	}
	_, err := strconv.ParseBool(next)
	return err == nil
}

// ConfigFileFlag is the path given by --configFile, "" if there is none.
func ConfigFileFlag(args []string) string {
	for i, a := range args {
		name, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if !strings.HasPrefix(a, "-") || !strings.EqualFold(name, "configfile") {
			continue
		}
		if !ok && i+1 < len(args) {
			value = args[i+1]
		}
		return value
	}
	return ""
}

// StaticFromEnv reads TRAEFIK_ variables; nil where there is none that configures anything.
func StaticFromEnv(env map[string]string) *Static {
	root := &node{name: "traefik"}
	names := slices.Sorted(maps.Keys(env))
	seen := false
	for _, k := range names {
		rest, ok := strings.CutPrefix(strings.ToUpper(k), "TRAEFIK_")
		if !ok || rest == "" || rest == "CONFIGFILE" {
			continue
		}
		seen = true
		root.set(k, strings.Split(strings.ToLower(rest), "_"), env[k], "")
	}
	if !seen {
		return nil
	}
	return staticOf(root, "environment")
}

// StaticFromFile reads a traefik.yml, .yaml or .toml.
func StaticFromFile(name string, data []byte) (*Static, error) {
	root, err := fileTree(name, data)
	if err != nil {
		return nil, err
	}
	return staticOf(root, "file"), nil
}

// lists that grow when the flag is given several times.
var growing = map[string]bool{"middlewares": true, "trustedips": true, "connection": true, "precedence": true}

// set puts a value at a path. key is how the user wrote it, and join what joins a list that is given several times.
func (n *node) set(key string, path []string, value, join string) {
	if len(path) > maxDepth {
		return
	}
	for _, p := range path {
		names, bad := splitIndex(p)
		if bad != "" {
			return
		}
		for _, name := range names {
			c := n.child(name)
			if c == nil {
				c = &node{name: name}
				n.add(c)
			}
			n = c
		}
	}
	if join != "" && n.value != "" && growing[strings.ToLower(n.name)] {
		value = n.value + join + value
	}
	n.value, n.key = value, key
}

// on reports whether a section that may stand empty is switched on.
func (n *node) on(names ...string) *node {
	c := n.at(names...)
	if c == nil || c.value != "" && !strings.EqualFold(c.value, "true") {
		return nil
	}
	return c
}

// flag is a bool with a default.
func (n *node) flag(def bool, name string) bool {
	if c := n.at(name); c != nil {
		if b, err := strconv.ParseBool(c.value); err == nil {
			return b
		}
	}
	return def
}

func staticOf(root *node, source string) *Static {
	s := &Static{Source: source, tree: root, EntryPoints: map[string]*EntryPoint{}, DefaultRuleSyntax: root.text("core", "defaultrulesyntax")}
	if eps := root.at("entrypoints"); eps != nil {
		for _, e := range eps.children {
			s.EntryPoints[e.name] = entryPointOf(e)
		}
	}
	if len(s.EntryPoints) == 0 {
		s.EntryPoints["http"] = &EntryPoint{Name: "http", Address: ":80"}
	}
	if a := root.on("api"); a != nil {
		s.API = &API{Insecure: a.truth("insecure"), Dashboard: a.flag(true, "dashboard"), Debug: a.truth("debug")}
	}
	if p := root.on("ping"); p != nil {
		s.Ping = &Internal{EntryPoint: orDefault(p.text("entrypoint"), InternalEntryPoint), ManualRouting: p.truth("manualrouting")}
	}
	if p := root.at("metrics").on("prometheus"); p != nil {
		s.Prometheus = &Internal{EntryPoint: orDefault(p.text("entrypoint"), InternalEntryPoint), ManualRouting: p.truth("manualrouting")}
	}
	s.providers(root.at("providers"))
	if r := root.at("certificatesresolvers"); r != nil {
		for _, c := range r.children {
			if ep := c.text("acme", "httpchallenge", "entrypoint"); ep != "" {
				s.ACMEEntryPoints = append(s.ACMEEntryPoints, ep)
			}
		}
	}
	for _, section := range []string{"plugins", "localplugins"} {
		if p := root.at("experimental", section); p != nil {
			for _, c := range p.children {
				s.Plugins = append(s.Plugins, Plugin{Name: c.name, Module: c.text("modulename")})
			}
		}
	}
	internal := s.API != nil && s.API.Insecure || s.RestInsecure
	for _, i := range []*Internal{s.Ping, s.Prometheus} {
		internal = internal || i != nil && !i.ManualRouting && i.EntryPoint == InternalEntryPoint
	}
	if internal && s.EntryPoints[InternalEntryPoint] == nil {
		s.EntryPoints[InternalEntryPoint] = &EntryPoint{Name: InternalEntryPoint, Address: ":8080"}
	}
	return s
}

func (s *Static) providers(p *node) {
	if p == nil {
		return
	}
	s.Precedence = p.strings("precedence")
	for _, c := range p.children {
		name := strings.ToLower(c.name)
		switch name {
		case "providersthrottleduration", "precedence":
		case "docker":
			d := p.on("docker")
			if d == nil {
				continue
			}
			s.Docker, s.SwarmMode = containerProvider(d), d.truth("swarmmode")
		case "swarm":
			if d := p.on("swarm"); d != nil {
				s.Swarm = containerProvider(d)
			}
		case "file":
			s.FileDirectory, s.FileName = c.text("directory"), c.text("filename")
		case "rest":
			s.RestInsecure = c.truth("insecure")
			s.OtherProviders = append(s.OtherProviders, name)
		default:
			s.OtherProviders = append(s.OtherProviders, name)
		}
	}
}

// Engines are the providers that read labels.
func (s *Static) Engines() []*DockerProvider {
	return slices.DeleteFunc([]*DockerProvider{s.Docker, s.Swarm}, func(d *DockerProvider) bool { return d == nil })
}

// ReadsServices reports whether the labels of a swarm's services are read, which compose files hold under `deploy`.
func (s *Static) ReadsServices() bool { return s.Swarm != nil || s.SwarmMode }

func containerProvider(d *node) *DockerProvider {
	return &DockerProvider{
		Endpoint: d.text("endpoint"), ExposedByDefault: d.flag(true, "exposedbydefault"),
		DefaultRule: orDefault(d.text("defaultrule"), DefaultRule), Constraints: d.text("constraints"),
		Network: d.text("network"), UseBindPortIP: d.truth("usebindportip"),
	}
}

func entryPointOf(e *node) *EntryPoint {
	ep := &EntryPoint{
		Name: e.name, Address: e.text("address"), AsDefault: e.truth("asdefault"), AllowACMEByPass: e.truth("allowacmebypass"),
		HTTP3:       e.at("http3") != nil && !e.at("http3").off,
		Middlewares: e.strings("http", "middlewares"), ForwardedInsecure: e.truth("forwardedheaders", "insecure"),
		ForwardedTrusted: e.strings("forwardedheaders", "trustedips"), Line: e.line,
	}
	if t := e.on("http", "tls"); t != nil {
		ep.TLS = &RouterTLS{Options: t.text("options"), CertResolver: t.text("certresolver")}
	}
	if p := e.on("proxyprotocol"); p != nil {
		ep.ProxyProtocol, ep.ProxyInsecure, ep.ProxyTrusted = true, p.truth("insecure"), p.strings("trustedips")
	}
	if r := e.at("http", "redirections", "entrypoint"); r != nil && r.text("to") != "" {
		ep.Redirect = &EntryPointRedirect{
			To: r.text("to"), Scheme: orDefault(r.text("scheme"), "https"), Permanent: r.flag(true, "permanent"), Priority: math.MaxInt - 1,
		}
		if r.at("priority") != nil {
			ep.Redirect.Priority = r.number("priority")
		}
	}
	return ep
}

func orDefault(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// Port is the port that the entry point listens on, 0 if it cannot be told.
func (e *EntryPoint) Port() int {
	addr, _, _ := strings.Cut(e.Address, "/")
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(port)
	return n
}

// UDP reports whether the entry point takes datagrams.
func (e *EntryPoint) UDP() bool {
	_, proto, _ := strings.Cut(e.Address, "/")
	return strings.EqualFold(proto, "udp")
}

// Loopback reports whether only the machine (or container) itself can reach the entry point.
func (e *EntryPoint) Loopback() bool {
	host, _, err := net.SplitHostPort(strings.SplitN(e.Address, "/", 2)[0])
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// DefaultEntryPoints are those that serve a router which names none: the ones marked asDefault, else all that take
// connections, but never the one called "traefik".
func (s *Static) DefaultEntryPoints() []string {
	marked := false
	for _, e := range s.EntryPoints {
		marked = marked || e.AsDefault
	}
	var out []string
	for name, e := range s.EntryPoints {
		if !e.UDP() && name != InternalEntryPoint && (!marked || e.AsDefault) {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

var redirectPort = lazyregexp.New(`^:(\d+)$`)

// redirectTarget is the port of a redirection, "" if it names no entry point there is.
func (s *Static) redirectTarget(r *EntryPointRedirect) string {
	if m := redirectPort.FindStringSubmatch(r.To); m != nil {
		return m[1]
	}
	if e := s.EntryPoints[r.To]; e != nil && e.Port() > 0 {
		return strconv.Itoa(e.Port())
	}
	return ""
}
