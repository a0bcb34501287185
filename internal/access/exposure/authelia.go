package exposure

import (
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/traefik"
)

// autheliaFile is the part of Authelia's configuration that says who needs a login.
type autheliaFile struct {
	AccessControl *autheliaControl `yaml:"access_control"`
	Definitions   struct {
		Network map[string]oneOrMany `yaml:"network"`
	} `yaml:"definitions"`
}

type autheliaControl struct {
	DefaultPolicy string `yaml:"default_policy"`
	Networks      []struct {
		Name     string    `yaml:"name"`
		Networks oneOrMany `yaml:"networks"`
	} `yaml:"networks"`
	Rules []autheliaRule `yaml:"rules"`
}

type autheliaRule struct {
	Domain      oneOrMany `yaml:"domain"`
	DomainRegex oneOrMany `yaml:"domain_regex"`
	Policy      string    `yaml:"policy"`
	Resources   oneOrMany `yaml:"resources"`
	Networks    oneOrMany `yaml:"networks"`
	Methods     oneOrMany `yaml:"methods"`
	Subject     yaml.Node `yaml:"subject"`
	Query       yaml.Node `yaml:"query"`

	domains   []*regexp.Regexp
	resources []*regexp.Regexp
	ranges    *traefik.Ranges
	never     bool // it holds something that cannot be read here: it is taken to let nobody in without a login
}

// oneOrMany is a list that may be written as one value.
type oneOrMany []string

// UnmarshalYAML reads a value, or a list of them.
func (l *oneOrMany) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		*l = []string{n.Value}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			if e.Kind == yaml.ScalarNode {
				*l = append(*l, e.Value)
			}
		}
	}
	return nil
}

// autheliaConfigs are the files that Authelia reads: those that it is told, else its usual one.
func (m *Container) autheliaConfigs() []string {
	for _, e := range m.Service.Environment {
		if e.Known && e.Name == "X_AUTHELIA_CONFIG" && e.Value != "" {
			return strings.Split(e.Value, ",")
		}
	}
	args := append(slices.Clone(m.Service.Entrypoint), m.Service.Command...)
	for i, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if name != "--config" && name != "-c" {
			continue
		}
		if !ok && i+1 < len(args) {
			value = args[i+1]
		}
		if value != "" {
			return strings.Split(value, ",")
		}
	}
	return []string{"/config/configuration.yml", "/config/configuration.yaml"}
}

// authelia reads the rules of a mounted Authelia, if its configuration can be read from here. Its own rules may let a
// request in without a login (`policy: bypass`).
func (c *builder) authelia(g *Gateway, m *Container, w *traefik.Middleware) {
	for _, name := range m.autheliaConfigs() {
		at := c.find(m.Stack, m.Service, path.Clean("/"+strings.TrimSpace(name)))
		if at.state != seen {
			continue
		}
		f := at.file
		data, err := f.read(c.Options.ReadFile)
		if err != nil {
			continue
		}
		var cfg autheliaFile
		if err := yaml.Unmarshal(data, &cfg); err != nil {
			c.input(
				m.Service,
				f.shown,
				report.Partial,
				"Authelia's configuration cannot be read: whom its rules let in without a login is not known",
			)
			continue
		}
		c.input(m.Service, f.shown, report.Checked, "")
		if cfg.AccessControl == nil {
			continue
		}
		w.Exempts = cfg.rules()
		g.exempt[w.Name] = cfg.samples()
	}
}

// rules makes one question of the configuration: is a request let in without a login?
func (cfg *autheliaFile) rules() func(host, path, method string, from netip.Addr) bool {
	a := cfg.AccessControl
	named := map[string][]string{}
	for k, v := range cfg.Definitions.Network {
		named[k] = v
	}
	for _, n := range a.Networks {
		named[n.Name] = n.Networks
	}
	for i := range a.Rules {
		a.Rules[i].prepare(named)
	}
	return func(host, path, method string, from netip.Addr) bool {
		if strings.HasSuffix(host, ".") {
			return false // no session's domain ends in a dot, and Authelia refuses a host that is below none
		}
		for i := range a.Rules {
			if r := &a.Rules[i]; r.takes(host, path, method, from) {
				return r.Policy == "bypass" && r.Subject.IsZero()
			}
		}
		return a.DefaultPolicy == "bypass"
	}
}

func (r *autheliaRule) prepare(named map[string][]string) {
	add := func(to *[]*regexp.Regexp, expr string) {
		re, err := regexp.Compile(expr)
		if err != nil {
			r.never = true
			return
		}
		*to = append(*to, re)
	}
	for _, d := range r.Domain {
		// "*.example.com" is every name below it; "{user}.example.com" depends on who is logged in.
		if rest, ok := strings.CutPrefix(d, "*"); ok {
			add(&r.domains, "(?i)^.+"+regexp.QuoteMeta(rest)+"$")
		} else {
			add(&r.domains, "(?i)^"+regexp.QuoteMeta(d)+"$")
		}
	}
	for _, d := range r.DomainRegex {
		add(&r.domains, "(?i)"+d)
	}
	for _, p := range r.Resources {
		add(&r.resources, p)
	}
	var list []string
	for _, n := range r.Networks {
		if more, ok := named[n]; ok {
			list = append(list, more...)
		} else {
			list = append(list, n)
		}
	}
	if len(list) > 0 {
		rs, err := traefik.ParseRanges(list)
		if err != nil {
			r.never = true
		}
		r.ranges = rs
	}
	if !r.Query.IsZero() {
		r.never = true
	}
}

// takes reports whether a rule is the one for a request, as far as that can be told of a client who has not logged in.
func (r *autheliaRule) takes(host, path, method string, from netip.Addr) bool {
	matches := func(text string) func(*regexp.Regexp) bool {
		return func(re *regexp.Regexp) bool { return re.MatchString(text) }
	}
	switch {
	case r.never:
		return false
	case len(r.domains) > 0 && !slices.ContainsFunc(r.domains, matches(host)):
		return false
	case len(r.resources) > 0 && !slices.ContainsFunc(r.resources, matches(path)):
		return false
	case len(r.Methods) > 0 &&
		!slices.ContainsFunc(r.Methods, func(m string) bool { return strings.EqualFold(m, method) }):
		return false
	}
	return r.ranges == nil || r.ranges.Contains(from)
}

// samples are hosts, paths and networks for which the rules may let a request in without a login.
func (cfg *autheliaFile) samples() (s samples) {
	for i := range cfg.AccessControl.Rules {
		r := &cfg.AccessControl.Rules[i]
		if r.Policy != "bypass" {
			continue
		}
		for _, re := range r.domains {
			s.hosts = append(s.hosts, traefik.Sample(re))
		}
		for _, re := range r.resources {
			if p := traefik.Sample(re); strings.HasPrefix(p, "/") {
				s.paths = append(s.paths, p)
			} else {
				s.paths = append(s.paths, "/"+p)
			}
		}
		if r.ranges != nil {
			s.networks = append(s.networks, r.ranges.Prefixes...)
		}
	}
	return s
}

// maxSamples bounds how many requests of each kind a configuration of thousands of rules is asked about.
const maxSamples = 200

// exempted reports whether one of some senders gets past a login on this route because the login's own rules let it in.
func (r *Route) exempted(w *traefik.Middleware, senders ...netip.Addr) bool {
	if w.Exempts == nil {
		return false
	}
	known := r.g.exempt[w.Name]
	for _, q := range r.Rule.Witnesses(r.g.Version) {
		path, _, _ := strings.Cut(q.Path, "?")
		for _, h := range append([]string{q.Host}, known.hosts[:min(len(known.hosts), maxSamples)]...) {
			for _, p := range append([]string{path}, known.paths[:min(len(known.paths), maxSamples)]...) {
				if slices.ContainsFunc(senders, func(from netip.Addr) bool {
					return r.Rule.Takes(r.g.Version, h, p, from) && w.Exempts(h, p, "GET", from)
				}) {
					return true
				}
			}
		}
	}
	return false
}

// exemptNetworks are the networks from which the login's own rules let a request on this route in.
func (r *Route) exemptNetworks(w *traefik.Middleware) []string {
	var out []string
	networks := r.g.exempt[w.Name].networks
	for _, p := range networks[:min(len(networks), maxSamples)] {
		if !slices.Contains(out, p.String()) && r.exempted(w, p.Addr()) {
			out = append(out, p.String())
		}
	}
	return out
}

// strangers are addresses that are in nobody's list but by chance (RFC 5737 and RFC 3849 keep them for examples).
var strangers = []netip.Addr{netip.MustParseAddr("198.51.100.77"), netip.MustParseAddr("2001:db8:ffff::77")}
