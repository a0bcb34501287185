package exposure

import (
	"net/http"
	"net/netip"
	"net/url"
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
	Control       yaml.Node        `yaml:"access_control"`
	AccessControl *autheliaControl `yaml:"-"`
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
	queries   [][]autheliaQuery // one group of them is enough
	never     bool              // it holds what cannot be read here
}

// autheliaQuery is what a rule wants of a request's query.
type autheliaQuery struct {
	Operator string `yaml:"operator"`
	Key      string `yaml:"key"`
	Value    string `yaml:"value"`
	re       *regexp.Regexp
}

// asks reports whether a query is one that the rule is for.
func (r *autheliaRule) asks(query string) bool {
	values, err := url.ParseQuery(query)
	return err == nil && slices.ContainsFunc(r.queries, func(group []autheliaQuery) bool {
		return !slices.ContainsFunc(group, func(q autheliaQuery) bool { return !q.holds(values) })
	})
}

func (q *autheliaQuery) operator() string {
	switch {
	case q.Operator != "":
		return q.Operator
	case q.Value != "":
		return "equal"
	}
	return "present"
}

func (q *autheliaQuery) holds(values url.Values) bool {
	value := values.Get(q.Key)
	switch q.operator() {
	case "present":
		return values.Has(q.Key)
	case "absent":
		return !values.Has(q.Key)
	case "equal":
		return value == q.Value
	case "not equal":
		return value != q.Value
	case "pattern":
		return q.re != nil && q.re.MatchString(value)
	case "not pattern":
		return q.re != nil && !q.re.MatchString(value)
	}
	return false
}

// sampleQuery is a query that the rule is for, with its question mark; "" where it wants none.
func (r *autheliaRule) sampleQuery() string {
	if len(r.queries) == 0 {
		return ""
	}
	values := url.Values{}
	for _, q := range r.queries[0] {
		switch q.operator() {
		case "present":
			values.Set(q.Key, "1")
		case "equal":
			values.Set(q.Key, q.Value)
		case "pattern":
			if q.re != nil {
				values.Set(q.Key, traefik.Sample(q.re))
			}
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
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
	read := false
	fallback := m.autheliaDefault()
	note := func(at, why string) {
		c.input(m.Service, at, report.Partial, why+": whom Authelia's rules let in without a login is not known; put the "+
			"file where the compose file says, or list "+m.Service.Name+" under `access.logins` in drydock.yaml")
	}
	why, where := "its configuration is in no folder that can be read from here", m.Service.Location.Path
	for _, name := range m.autheliaConfigs() {
		at := c.find(m.Stack, m.Service, path.Clean("/"+strings.TrimSpace(name)))
		if at.state != seen {
			why, where = orWord(at.why, why), orWord(at.shown, where)
			continue
		}
		read = true
		data, err := at.file.read(c.Options.ReadFile)
		var cfg autheliaFile
		if err == nil {
			err = yaml.Unmarshal(data, &cfg)
		}
		if err == nil && !cfg.Control.IsZero() {
			err = cfg.Control.Decode(&cfg.AccessControl)
		}
		switch {
		case err != nil:
			note(at.file.shown, "it cannot be read")
			continue
		case templated(&cfg.Control):
			w.Decision = traefik.Undecided
			w.Decider += ", whose rules hold a template,"
		}
		c.input(m.Service, at.file.shown, report.Checked, "")
		if cfg.AccessControl == nil {
			continue
		}
		if fallback != "" {
			cfg.AccessControl.DefaultPolicy = fallback
		}
		w.Exempts = cfg.rules()
		g.exempt[w.Name] = cfg.samples()
		if slices.ContainsFunc(cfg.AccessControl.Rules, func(r autheliaRule) bool {
			return r.never && r.Policy == "bypass"
		}) {
			w.Decision = traefik.Undecided
			w.Decider += ", whose rules hold what cannot be read here,"
		}
	}
	if !read {
		note(where, why)
	}
	if w.Exempts == nil && fallback == "bypass" {
		cfg := autheliaFile{AccessControl: &autheliaControl{DefaultPolicy: fallback}}
		w.Exempts = cfg.rules()
	}
}

// autheliaDefault is the default policy that a variable sets, which wins over the file's; "" if none does.
func (m *Container) autheliaDefault() string {
	for _, e := range m.Service.Environment {
		if e.Known && e.Name == "AUTHELIA_ACCESS_CONTROL_DEFAULT_POLICY" {
			return e.Value
		}
	}
	return ""
}

// templated reports whether a template stands in a part of a configuration: what it makes is not known.
func templated(n *yaml.Node) bool {
	return strings.Contains(n.Value, "{{") || slices.ContainsFunc(n.Content, templated)
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
	return func(host, uri, method string, from netip.Addr) bool {
		if strings.HasSuffix(host, ".") {
			return false // no session's domain ends in a dot, and Authelia refuses a host that is below none
		}
		for i := range a.Rules {
			if r := &a.Rules[i]; r.takes(host, uri, method, from) {
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
	if r.Query.IsZero() {
		return
	}
	if err := r.Query.Decode(&r.queries); err != nil {
		r.never, r.queries = true, nil
	}
	for _, group := range r.queries {
		for i := range group {
			if q := &group[i]; strings.HasSuffix(q.Operator, "pattern") {
				var err error
				if q.re, err = regexp.Compile(q.Value); err != nil {
					r.never = true
				}
			}
		}
	}
}

// takes reports whether a rule is the one for a request, as far as that can be told of a client who has not logged in.
func (r *autheliaRule) takes(host, uri, method string, from netip.Addr) bool {
	_, query, _ := strings.Cut(uri, "?")
	matches := func(text string) func(*regexp.Regexp) bool {
		return func(re *regexp.Regexp) bool { return re.MatchString(text) }
	}
	switch {
	case r.never:
		return false
	case len(r.domains) > 0 && !slices.ContainsFunc(r.domains, matches(host)):
		return false
	case len(r.resources) > 0 && !slices.ContainsFunc(r.resources, matches(uri)):
		return false
	case len(r.queries) > 0 && !r.asks(query):
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
		query := r.sampleQuery()
		if query != "" && len(r.resources) == 0 {
			s.paths = append(s.paths, "/"+query)
			s.queries = append(s.queries, query)
		}
		for _, re := range r.resources {
			if p := traefik.Sample(re); strings.HasPrefix(p, "/") {
				s.paths = append(s.paths, p+query)
			} else {
				s.paths = append(s.paths, "/"+p+query)
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
	methods := append([]string{http.MethodGet}, known.methods[:min(len(known.methods), maxSamples)]...)
	for _, q := range r.Rule.Witnesses(r.g.Version) {
		path, _, _ := strings.Cut(q.Path, "?")
		for _, h := range append([]string{q.Host}, known.hosts[:min(len(known.hosts), maxSamples)]...) {
			own := []string{path}
			for _, query := range known.queries[:min(len(known.queries), maxSamples)] {
				own = append(own, path+query)
			}
			for _, p := range append(own, known.paths[:min(len(known.paths), maxSamples)]...) {
				if slices.ContainsFunc(senders, func(from netip.Addr) bool {
					return r.Rule.Takes(r.g.Version, h, p, from) && slices.ContainsFunc(methods,
						func(method string) bool {
							return w.Exempts(h, p, method, from)
						})
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
