package traefik

import (
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// NoContainer is the Origin.Container of what does not come from a container's labels.
const NoContainer = -1

// Origin says where a part of the configuration was written.
type Origin struct {
	Container int      // index in Input.Containers, or NoContainer
	File      string   // file of the file provider
	Line      int      // in File
	Keys      []string // the labels' keys, sorted; empty for a file
}

// Dynamic is what one provider or one container declares. The maps' keys are the names as written, without "@provider".
type Dynamic struct {
	Routers        map[string]*Router
	Middlewares    map[string]*Middleware
	Services       map[string]*Service
	TCPRouters     map[string]*Router
	TCPMiddlewares map[string]*Middleware
	TCPServices    map[string]*Service
	UDPRouters     map[string]*Router
	UDPServices    map[string]*Service
	TLSOptions     map[string]*TLSOptions
}

func newDynamic() *Dynamic {
	return &Dynamic{
		Routers: map[string]*Router{}, Middlewares: map[string]*Middleware{}, Services: map[string]*Service{},
		TCPRouters: map[string]*Router{}, TCPMiddlewares: map[string]*Middleware{}, TCPServices: map[string]*Service{},
		UDPRouters: map[string]*Router{}, UDPServices: map[string]*Service{}, TLSOptions: map[string]*TLSOptions{},
	}
}

// Router is a router as declared.
type Router struct {
	Name        string // "app@docker" once merged
	Provider    string
	EntryPoints []string // as written; none means the default ones
	Middlewares []string
	Service     string
	Rule        string
	RuleSyntax  string // "v2", "v3" or ""
	Priority    int    // 0: the rule's length
	TLS         *RouterTLS
	DefaultRule bool     // the rule came from the provider's default rule
	Auto        bool     // the router itself was made for a container that declares none
	Opaque      string   // why it is not known whether or behind what it is served: a variable whose value cannot be seen
	OpaqueRule  bool     // part of its rule comes from such a variable
	ParentRefs  []string // multi-layer routing of 3.6: not modelled, such a router's access is unknown
	Origin      Origin
}

// RouterTLS is a router's tls section.
type RouterTLS struct {
	Options      string
	CertResolver string
	Passthrough  bool // TCP only
}

// TLSOptions is a set of TLS options; only client certificates matter for access.
type TLSOptions struct {
	Name       string
	ClientAuth string // "RequireAndVerifyClientCert", ...
	HasCA      bool
}

// Service is a backend.
type Service struct {
	Name        string
	Containers  []int  // the containers behind it
	Kind        string // "loadbalancer", "weighted", "mirroring", "failover", "highestrandomweight", "" if none is set
	Port        string // as written in a label
	Scheme      string
	Servers     []string // URLs and addresses, of a file
	Parts       []string // names of the services behind a weighted, mirroring or failover service
	Middlewares []string // 3.7 and later
	Origin      Origin
	settings    string // everything but the servers, to compare
}

// Decision is what a middleware does to a client whom nobody knows, where another service or a plugin decides on that.
type Decision int

// The decisions.
const (
	Undecided Decision = iota // it cannot be told
	Login                     // it asks who that is
	Bouncer                   // it lets in whomever it has nothing against
)

// Middleware is a middleware as declared.
type Middleware struct {
	Name      string
	Provider  string
	Types     []string // lower case; more than one is an error
	AllowList *AllowList
	Chain     []string
	Redirect  *Redirect
	Auth      string   // "basicauth", "digestauth", "forwardauth", "" if it asks for nothing
	AuthUsers bool     // basic and digest: users are named here or in a file
	UsersFile string   // of a basicAuth or digestAuth, as a path in Traefik's container
	AuthAddr  string   // forward: the address that is asked
	Decision  Decision // forward and plugins: what becomes of a client whom nobody knows; whoever knows the services sets it
	Decider   string   // forward and plugins: who decides, in words
	// Exempts reports whether the login's own rules let a request in without a login; nil where they are not known. uri
	// is the path with the query.
	Exempts  func(host, uri, method string, from netip.Addr) bool
	Rewrites bool // forward and plugins: it may write the X-Forwarded-For of the request
	// Readdresses says of a plugin that it may change the client's address itself: nothing is known of it.
	Readdresses bool
	// Vouched says of a plugin that rewrites: its user answers for the address that it passes on being the client's.
	Vouched   bool
	Headers   map[string]string
	Plugins   []string
	Opaque    bool     // part of it comes from a variable whose value cannot be seen
	TLSRedir  bool     // the headers middleware's sslRedirect of version 2
	Hosts     []string // the headers middleware's allowedHosts: others are refused
	NoRequest bool     // inFlightReq of none at a time: it refuses everybody
	ErrorPage string   // service that an errors middleware asks, qualified only if it was written so
	// ErrorStatus are the statuses for which it does, as numbers and ranges of them.
	ErrorStatus []string
	Invalid     string // why its settings make no middleware, "" if they do
	Origin      Origin
	content     string // everything, to compare
}

// AllowList is an ipAllowList or ipWhiteList.
type AllowList struct {
	Ranges      []string
	Legacy      bool // ipWhiteList
	Strategy    bool // an ipStrategy stands there, maybe an empty one
	Depth       int
	ExcludedIPs []string
	IPv6Subnet  *int
	Reject      int // 0: 403
}

// Redirect is a redirectScheme or redirectRegex.
type Redirect struct {
	Scheme, Port       string
	Regex, Replacement string
	Permanent          bool
}

// dynamicOf reads a checked tree.
func dynamicOf(root *node, provider string, from Origin) *Dynamic {
	d := newDynamic()
	origin := func(n *node) Origin {
		o := from
		o.Line = n.line
		if o.File == "" {
			o.Keys = n.keys()
			sort.Strings(o.Keys)
		}
		return o
	}
	each := func(f func(n *node), names ...string) {
		if c := root.at(names...); c != nil {
			for _, n := range c.children {
				f(n)
			}
		}
	}
	router := func(m map[string]*Router) func(*node) {
		return func(n *node) {
			r := readRouter(n)
			r.Provider, r.Origin = provider, origin(n)
			m[n.name] = r
		}
	}
	middleware := func(m map[string]*Middleware) func(*node) {
		return func(n *node) {
			w := readMiddleware(n)
			w.Provider, w.Origin = provider, origin(n)
			m[n.name] = w
		}
	}
	service := func(m map[string]*Service) func(*node) {
		return func(n *node) {
			s := readService(n)
			s.Origin = origin(n)
			if from.Container != NoContainer {
				s.Containers = []int{from.Container}
			}
			m[n.name] = s
		}
	}
	each(router(d.Routers), "http", "routers")
	each(middleware(d.Middlewares), "http", "middlewares")
	each(service(d.Services), "http", "services")
	each(router(d.TCPRouters), "tcp", "routers")
	each(middleware(d.TCPMiddlewares), "tcp", "middlewares")
	each(service(d.TCPServices), "tcp", "services")
	each(router(d.UDPRouters), "udp", "routers")
	each(service(d.UDPServices), "udp", "services")
	each(func(n *node) {
		d.TLSOptions[n.name] = &TLSOptions{
			Name: n.name, ClientAuth: n.text("clientauth", "clientauthtype"), HasCA: len(n.strings("clientauth", "cafiles")) > 0,
		}
	}, "tls", "options")
	return d
}

func readRouter(n *node) *Router {
	r := &Router{
		Name: n.name, EntryPoints: n.strings("entrypoints"), Middlewares: n.strings("middlewares"), Service: n.text("service"),
		Rule: n.text("rule"), RuleSyntax: n.text("rulesyntax"), Priority: n.number("priority"), ParentRefs: n.strings("parentrefs"),
	}
	if t := n.at("tls"); t != nil {
		r.TLS = &RouterTLS{Options: t.text("options"), CertResolver: t.text("certresolver"), Passthrough: t.truth("passthrough")}
	}
	return r
}

var serviceKinds = []string{"loadbalancer", "weighted", "mirroring", "failover", "highestrandomweight"}

func readService(n *node) *Service {
	s := &Service{Name: n.name, Middlewares: n.strings("middlewares")}
	for _, k := range serviceKinds {
		if n.at(k) != nil {
			s.Kind = k
			break
		}
	}
	lb := n.at("loadbalancer")
	if srv := lb.at("server"); srv != nil {
		s.Port, s.Scheme = srv.text("port"), srv.text("scheme")
		if u := srv.text("url"); u != "" {
			s.Servers = append(s.Servers, u)
		}
	}
	if srv := lb.at("servers"); srv != nil {
		for _, e := range srv.children {
			s.Servers = append(s.Servers, e.text("url")+e.text("address"))
		}
	}
	for _, k := range []string{"weighted", "highestrandomweight"} {
		if list := n.at(k, "services"); list != nil {
			for _, e := range list.children {
				s.Parts = append(s.Parts, e.text("name"))
			}
		}
	}
	for _, p := range []string{n.text("mirroring", "service"), n.text("failover", "service"), n.text("failover", "fallback")} {
		if p != "" {
			s.Parts = append(s.Parts, p)
		}
	}
	if lb != nil {
		rest := &node{name: lb.name}
		for _, c := range lb.children {
			if !strings.EqualFold(c.name, "server") && !strings.EqualFold(c.name, "servers") {
				rest.children = append(rest.children, c)
			}
		}
		s.settings = rest.canonical()
	}
	return s
}

func readMiddleware(n *node) *Middleware {
	m := &Middleware{Name: n.name, content: n.canonical()}
	for _, c := range n.children {
		if c.off {
			continue
		}
		t := strings.ToLower(c.name)
		m.Types = append(m.Types, t)
		if m.Invalid == "" {
			m.Invalid = invalid(t, c)
		}
		switch t {
		case "ipallowlist", "ipwhitelist":
			m.AllowList = readAllowList(c, t == "ipwhitelist")
		case "chain":
			m.Chain = c.strings("middlewares")
		case "redirectscheme":
			m.Redirect = &Redirect{Scheme: c.text("scheme"), Port: c.text("port"), Permanent: c.truth("permanent")}
		case "redirectregex":
			m.Redirect = &Redirect{Regex: c.text("regex"), Replacement: c.text("replacement"), Permanent: c.truth("permanent")}
		case "basicauth", "digestauth":
			m.Auth = t
			m.UsersFile = c.text("usersfile")
			m.AuthUsers = len(c.strings("users")) > 0 || m.UsersFile != ""
		case "forwardauth":
			m.Auth, m.AuthAddr = t, c.text("address")
			m.Rewrites = writesForwardedFor(c)
		case "headers":
			m.TLSRedir = c.truth("sslredirect") || c.truth("sslforcehost")
			if !c.truth("isdevelopment") {
				m.Hosts = c.strings("allowedhosts")
			}
			if h := c.at("customrequestheaders"); h != nil {
				m.Headers = map[string]string{}
				for _, e := range h.children {
					m.Headers[strings.ToLower(e.name)] = e.value
				}
			}
		case "errors":
			m.ErrorPage, m.ErrorStatus = c.text("service"), c.strings("status")
		case "inflightreq":
			m.NoRequest = c.number("amount") == 0
		case "plugin":
			for _, p := range c.children {
				m.Plugins = append(m.Plugins, p.name)
			}
		}
	}
	sort.Strings(m.Types)
	return m
}

// writesForwardedFor reports whether a forwardAuth copies X-Forwarded-For from the answer that it gets.
func writesForwardedFor(c *node) bool {
	const name = "X-Forwarded-For"
	if slices.ContainsFunc(c.strings("authresponseheaders"), func(h string) bool { return strings.EqualFold(h, name) }) {
		return true
	}
	re, err := regexp.Compile(c.text("authresponseheadersregex"))
	return err == nil && re.String() != "" && re.MatchString(name)
}

func readAllowList(c *node, legacy bool) *AllowList {
	a := &AllowList{Ranges: c.strings("sourcerange"), Legacy: legacy, Reject: c.number("rejectstatuscode")}
	if s := c.at("ipstrategy"); s != nil {
		a.Strategy, a.Depth, a.ExcludedIPs = true, s.number("depth"), s.strings("excludedips")
		if s.at("ipv6subnet") != nil {
			v := s.number("ipv6subnet")
			a.IPv6Subnet = &v
		}
	}
	return a
}

// canonical is the node's content in one spelling, so that two declarations can be compared as Traefik compares them:
// after decoding, without regard to the case of names or the spaces of lists.
func (n *node) canonical() string {
	if n.off {
		return ""
	}
	var parts []string
	for _, c := range n.children {
		parts = append(parts, strings.ToLower(c.name)+"="+c.canonical())
	}
	sort.Strings(parts)
	list := n.list
	if !n.isList {
		list = splitList(n.value)
	}
	return strings.Join(list, ",") + "{" + strings.Join(parts, ";") + "}"
}

func sameRouter(a, b *Router) bool {
	x, y := *a, *b
	x.Origin, y.Origin, x.Name, y.Name = Origin{}, Origin{}, "", ""
	x.Auto, y.Auto = false, false
	return reflect.DeepEqual(&x, &y)
}

func sameMiddleware(a, b *Middleware) bool { return a.content == b.content }

// mergeService joins the servers of two services that are otherwise the same.
func mergeService(a, b *Service) bool {
	if a.Kind != b.Kind || a.Kind != "loadbalancer" || a.settings != b.settings {
		return false
	}
	a.Containers = append(a.Containers, b.Containers...)
	a.Servers = append(a.Servers, b.Servers...)
	return true
}

// enableKey is the label by which a container reports whether it takes part.
const enableKey = "traefik.enable"

// veil marks what depends on values that cannot be seen.
func (d *Dynamic) veil(opaque map[string]bool) {
	if len(opaque) == 0 {
		return
	}
	has := func(o Origin, suffixes ...string) bool {
		for _, k := range o.Keys {
			for _, s := range suffixes {
				if opaque[k] && strings.HasSuffix(strings.ToLower(k), s) {
					return true
				}
			}
		}
		return false
	}
	for _, m := range []map[string]*Router{d.Routers, d.TCPRouters, d.UDPRouters} {
		for _, r := range m {
			switch {
			case opaque[enableKey]:
				r.Opaque = "whether Traefik serves it depends on a variable whose value cannot be seen from here"
			case has(r.Origin, ".middlewares", ".entrypoints"):
				r.Opaque = "its middlewares or entry points come from a variable whose value cannot be seen from here"
			}
			r.OpaqueRule = has(r.Origin, ".rule")
		}
	}
	for _, m := range []map[string]*Middleware{d.Middlewares, d.TCPMiddlewares} {
		for _, w := range m {
			w.Opaque = has(w.Origin, "")
		}
	}
}
