package exposure

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// decider is a program that a forwardAuth or a plugin lets decide on who enters.
type decider struct {
	name     string
	decision traefik.Decision
	words    []string // parts of its image's repository, its plugin's module, or its name in an address
	paths    []string // beginnings of the path by which Traefik asks it
	// checks are beginnings of the only paths at which it checks who asks: at others it serves pages to everybody
	checks   []string
	waivers  []waiver // settings of its own that let some in without a login
	skips    *skipNames
	config   *configFile // its own configuration file, nil where it has none that decides on that
	rewrites bool        // of a plugin: it writes X-Forwarded-For
	source   string      // where that is documented
}

// deciders are the programs that are known. What is not among them is not guessed: drydock.yaml says it.
var deciders = []decider{
	{
		name:     "Authelia",
		decision: traefik.Login,
		words:    []string{"authelia"},
		paths:    []string{"/api/authz/forward-auth", "/api/verify?rd=", "/api/verify?auth=basic"},
		checks:   []string{"/api/authz/", "/api/verify"},
		source:   "https://www.authelia.com/integration/proxies/traefik/",
	},
	{
		name:     "authentik",
		decision: traefik.Login,
		words:    []string{"authentik", "goauthentik"},
		paths:    []string{"/outpost.goauthentik.io/auth"},
		checks:   []string{"/outpost.goauthentik.io/auth"},
		source:   "https://docs.goauthentik.io/add-secure-apps/providers/proxy/server_traefik",
	},
	{
		name:     "OAuth2 Proxy",
		decision: traefik.Login,
		words:    []string{"oauth2-proxy", "oauth2_proxy", "oauth2proxy"},
		paths:    []string{"/oauth2/auth"},
		waivers: []waiver{{name: "skip-auth-route"}, {name: "skip-auth-routes"}, {name: "skip-auth-regex"},
			{name: "trusted-ip"}, {name: "trusted-ips"}},
		skips: &skipNames{prefix: "oauth2-proxy-", routes: []string{"skip-auth-route", "skip-auth-routes",
			"skip-auth-regex"}, networks: []string{"trusted-ip", "trusted-ips"}},
		config: &configFile{flags: []string{"config"}, env: "OAUTH2_PROXY_CONFIG", format: "toml"},
		source: "https://oauth2-proxy.github.io/oauth2-proxy/configuration/integration",
	},
	{name: "traefik-forward-auth", decision: traefik.Login, words: []string{"traefik-forward-auth"},
		waivers: []waiver{{name: "rule.*.action", value: "allow"}, {name: "default-action", value: "allow", all: true}},
		config:  &configFile{flags: []string{"config"}, env: "CONFIG", format: "ini"},
		source:  "https://github.com/thomseddon/traefik-forward-auth"},
	{name: "Keycloak Gatekeeper", decision: traefik.Login,
		words:   []string{"gogatekeeper", "keycloak-gatekeeper", "keycloak-proxy", "louketo-proxy"},
		waivers: []waiver{{name: "resources", value: "white-listed=true"}},
		config:  &configFile{flags: []string{"config"}, env: "PROXY_CONFIG_FILE", format: "yaml"},
		source:  "https://gogatekeeper.github.io/gatekeeper/"},
	{name: "Tinyauth", decision: traefik.Login, words: []string{"tinyauth"}, paths: []string{"/api/auth/traefik"},
		checks: []string{"/api/auth/"},
		waivers: []waiver{{name: "tinyauth.apps.*.path.allow", label: true}, {name: "tinyauth.apps.*.ip.bypass", label: true},
			{name: "tinyauth.allowed", label: true}},
		source: "https://tinyauth.app/docs/guides/traefik"},
	{
		name:     "Pocket ID",
		decision: traefik.Login,
		words:    []string{"pocket-id", "pocketid"},
		source:   "https://pocket-id.org/docs",
	},
	{
		name:     "Vouch Proxy",
		decision: traefik.Login,
		words:    []string{"vouch", "vouch-proxy"},
		waivers:  []waiver{{name: "vouch-publicaccess", value: "true", all: true}},
		config:   &configFile{flags: []string{"config"}, usual: "/config/config.yml", format: "yaml"},
		source:   "https://github.com/vouch/vouch-proxy",
	},
	{
		name:     "nforwardauth",
		decision: traefik.Login,
		words:    []string{"nforwardauth"},
		source:   "https://github.com/nosduco/nforwardauth",
	},
	{name: "VoidAuth", decision: traefik.Login, words: []string{"voidauth"}, source: "https://voidauth.app"},
	{name: "Rauthy", decision: traefik.Login, words: []string{"rauthy"}, source: "https://sebadob.github.io/rauthy/"},

	{
		name:     "CrowdSec",
		decision: traefik.Bouncer,
		words:    []string{"crowdsec", "crowdsec-bouncer", "traefik-crowdsec-bouncer"},
		paths:    []string{"/api/v1/forwardAuth"},
		source:   "https://docs.crowdsec.net/u/bouncers/traefik/",
	},
	{name: "a filter by country", decision: traefik.Bouncer,
		words:  []string{"geoblock", "geoip", "geo-block", "geo-filter", "geofilter", "geo-ip", "geolock", "geo"},
		source: "https://github.com/PascalMinder/geoblock"},
	{
		name:     "Fail2ban",
		decision: traefik.Bouncer,
		words:    []string{"fail2ban", "fail2ban-forward-auth"},
		source:   "https://github.com/tomMoulard/fail2ban",
	},
	{name: "ModSecurity", decision: traefik.Bouncer, words: []string{"modsecurity", "modsecurity-crs", "coraza", "waf"},
		source: "https://github.com/acouvreur/traefik-modsecurity-plugin"},
	{
		name:     "Anubis",
		decision: traefik.Bouncer,
		words:    []string{"anubis"},
		source:   "https://anubis.techaro.lol/docs/admin/environments/traefik",
	},
	{
		name:     "a bouncer",
		decision: traefik.Bouncer,
		words:    []string{"bouncer"},
		source:   "https://docs.crowdsec.net/u/bouncers/intro",
	},
	{name: "Sablier", decision: traefik.Bouncer, words: []string{"sablier"}, source: "https://sablierapp.dev"},
	{name: "a plugin that restores the client's address", decision: traefik.Bouncer, rewrites: true,
		words: []string{
			"real-ip",
			"realip",
			"traefik-real-ip",
			"traefik-get-real-ip",
			"cloudflarewarp",
			"traefik-cloudflare-plugin",
		},
		source: "https://github.com/BetterCorp/cloudflarewarp"},
	{name: "a plugin that rewrites headers", decision: traefik.Bouncer, rewrites: true,
		words: []string{
			"header-transform",
			"headers-transform",
			"htransformation",
			"rewriteheaders",
			"plugin-rewrite-headers",
		},
		source: "https://github.com/tomMoulard/htransformation"},

	{name: "a plugin that asks nobody who they are", decision: traefik.Bouncer,
		words: []string{
			"plugindemo",
			"plugin-rewritebody",
			"rewrite-body",
			"rewritebody",
			"plugin-simplecache",
			"souin",
			"themepark",
			"traefik-themepark",
			"umami",
			"plugin-log4shell",
			"log4shell",
			"denyip",
			"plugin-blockpath",
			"blockpath",
			"maintenance",
			"traefik-maintenance",
			"maintenance-page",
			"staticresponse",
			"traefik-plugin-rewritebody",
		},
		source: "https://plugins.traefik.io/plugins"},
	{name: "a plugin for OpenID Connect", decision: traefik.Login,
		words:  []string{"oidc", "traefikoidc", "traefik-oidc-auth", "keycloakopenid", "openid"},
		source: "https://github.com/sevensolutions/traefik-oidc-auth"},
	{name: "a plugin that asks for a token", decision: traefik.Login,
		words:  []string{"jwt", "traefik-jwt-plugin", "jwt-middleware", "traefik-api-key-middleware", "api-key-auth"},
		source: "https://github.com/traefik-plugins/traefik-jwt-plugin"},
	{
		name:     "a plugin that asks a directory",
		decision: traefik.Login,
		words:    []string{"ldapauth"},
		source:   "https://github.com/wiltonsr/ldapAuth",
	},
}

// hasWord reports whether a word stands in a name, whole: between its ends, dashes, dots, slashes or underscores.
func hasWord(name, word string) bool {
	edge := func(c byte) bool { return strings.IndexByte("-_./:@", c) >= 0 }
	for from := 0; ; {
		i := strings.Index(name[from:], word)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		if (i == 0 || edge(name[i-1])) && (end == len(name) || edge(name[end])) {
			return true
		}
		from = i + 1
	}
}

// knownBy finds the program that a name speaks of; of several kinds in one name ("authelia-bouncer") the longest word
// counts.
func knownBy(name string) *decider {
	name = strings.ToLower(name)
	var best *decider
	longest := 0
	for i := range deciders {
		for _, w := range deciders[i].words {
			if len(w) > longest && hasWord(name, w) {
				best, longest = &deciders[i], len(w)
			}
		}
	}
	return best
}

// IsLogin reports whether a service is one that asks people for a login.
func IsLogin(s *stack.Service) bool {
	d := knownBy(repository(s.Image))
	return d != nil && d.decision == traefik.Login
}

// repository is an image's repository without its tag, digest and the machine that it is kept on.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image = image[:i]
	}
	if host, rest, ok := strings.Cut(image, "/"); ok && strings.ContainsAny(host, ".:") {
		image = rest
	}
	return image
}

// decide says of every middleware that lets another service or a plugin decide what is known of that.
func (c *builder) decide(g *Gateway) {
	for _, w := range g.Runtime.Middlewares {
		switch {
		case w.Auth == "forwardauth":
			c.forwardAuth(g, w)
		case len(w.Plugins) > 0:
			c.plugin(g, w)
		}
	}
}

// told reports whether a list of drydock.yaml names a middleware, or the service that it asks.
func told(list []string, w *traefik.Middleware, asked []*Container) bool {
	base, _, _ := strings.Cut(w.Name, "@")
	return slices.ContainsFunc(list, func(n string) bool {
		return strings.EqualFold(n, w.Name) || strings.EqualFold(n, base) ||
			slices.ContainsFunc(
				asked,
				func(m *Container) bool { return n == m.Service.Name || n == m.Stack.Name+"/"+m.Service.Name },
			)
	})
}

func (c *builder) told(w *traefik.Middleware, asked []*Container) traefik.Decision {
	switch {
	case told(c.Options.Logins, w, asked):
		return traefik.Login
	case told(c.Options.Bouncers, w, asked):
		return traefik.Bouncer
	}
	return traefik.Undecided
}

func (c *builder) forwardAuth(g *Gateway, w *traefik.Middleware) {
	u, err := url.Parse(w.AuthAddr)
	if err != nil {
		u = &url.URL{Host: w.AuthAddr}
	}
	asked := g.asked(u)
	w.Decider = "the service at " + strconv.Quote(u.Host)
	if len(asked) > 0 {
		w.Decider = "service " + asked[0].Name()
	}
	said := c.told(w, asked)
	if known := c.knownService(u, asked); known != nil {
		w.Decider, w.Decision = known.name, known.decision
		if len(asked) > 0 {
			w.Decider += ", service " + asked[0].Name()
		}
		if said == traefik.Undecided {
			c.ownRules(g, w, known, asked)
		}
	}
	if said != traefik.Undecided {
		w.Decision = said
	}
}

// ownRules reads what the settings of a known login say of whom it lets in without one.
func (c *builder) ownRules(g *Gateway, w *traefik.Middleware, known *decider, asked []*Container) {
	switch {
	case known.name == "Authelia" && len(asked) > 0:
		c.authelia(g, asked[0], w)
	case known.decision == traefik.Login:
		w1, setting := c.waived(g, w, known, asked)
		switch {
		case w1 == nil:
		case w1.all:
			w.Decision = traefik.Bouncer
			w.Decider += ", whose setting " + setting + " lets everybody in"
		default:
			w.Decision = traefik.Undecided
			w.Decider += ", whose setting " + setting + " lets some in without a login,"
		}
	}
}

// asked are the services that a forwardAuth's address names: by their names, or by the host under which Traefik serves
// them.
func (g *Gateway) asked(u *url.URL) []*Container {
	var out []*Container
	for _, i := range g.Runtime.At(u.Host) {
		out = append(out, &g.Containers[i])
	}
	if len(out) > 0 || !strings.Contains(u.Hostname(), ".") {
		return out
	}
	for _, r := range g.Runtime.Routes {
		if r.Rule == nil || r.TCP || r.UDP || !slices.Contains(r.Rule.Hosts(), strings.ToLower(u.Hostname())) {
			continue
		}
		for _, i := range r.Containers {
			if m := &g.Containers[i]; !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// knownService tells what is asked: by the image of the service, else by the names in the address and the path.
func (c *builder) knownService(u *url.URL, asked []*Container) *decider {
	for _, m := range asked {
		for _, name := range c.namesOf(m.Service) { // its own image, or what that is built from
			if d := knownBy(name); d != nil {
				return d.at(u)
			}
		}
	}
	if len(asked) == 1 {
		if d := knownBy(asked[0].Service.Name); d != nil {
			return d.at(u)
		}
	}
	if d := knownBy(u.Hostname()); d != nil {
		return d.at(u)
	}
	for i := range deciders {
		d := &deciders[i]
		if slices.ContainsFunc(d.paths, func(p string) bool { return strings.HasPrefix(u.Path+"?"+u.RawQuery, p) }) {
			return d
		}
	}
	return nil
}

// at is the decider where it is asked at a path at which it checks who asks, else nil.
func (d *decider) at(u *url.URL) *decider {
	if len(d.checks) > 0 && !slices.ContainsFunc(d.checks, func(p string) bool { return strings.HasPrefix(u.Path, p) }) {
		return nil
	}
	return d
}

// waiver is a setting of a login by which it lets some in without one: a flag or the variable of that name, or a label
// of a container.
type waiver struct {
	name  string // as a flag without its dashes, or as a label; "*" stands for one part of it
	value string // what the value must hold; "" for any
	empty bool   // the value must be empty
	label bool
	all   bool // it lets everybody in
}

// waived finds a setting by which a login lets some in without one, nil where there is none.
func (c *builder) waived(g *Gateway, w *traefik.Middleware, d *decider, asked []*Container) (*waiver, string) {
	var own []setting
	for _, m := range asked {
		own = append(own, c.loginRules(g, m, w, d)...)
	}
	for i := range d.waivers {
		w := &d.waivers[i]
		if !w.label {
			if name := w.among(own); name != "" {
				return w, name
			}
			continue
		}
		for i := range g.Containers { // it reads every container's labels
			if name := w.in(&g.Containers[i]); name != "" {
				return w, name
			}
		}
	}
	return nil, ""
}

// in finds the setting among a container's, "" where it is not there or off.
func (w *waiver) in(m *Container) string {
	var all []setting
	if w.label {
		for _, l := range append(slices.Clone(m.Service.Labels), m.Service.DeployLabels...) {
			all = append(all, setting{name: l.Key, value: l.Value + l.RawValue})
		}
		return w.among(all)
	}
	all, _ = given(m, nil)
	return w.among(all)
}

// among finds the setting among others: its name as it stands there. One whose value is not known counts.
func (w *waiver) among(all []setting) string {
	name := regexp.MustCompile("(?i)^(?:.*_)?" + strings.NewReplacer(`\*`, `[^._]+`, `\.`, `[._]`, "-", "[-_]").
		Replace(regexp.QuoteMeta(w.name)) + "$")
	for _, s := range all {
		value := strings.Trim(s.value, `"'`)
		switch {
		case !name.MatchString(s.name):
		case s.unset != "" && value == "" && !w.empty:
			return orWord(s.shown, s.name)
		case w.empty || w.value != "":
			if (value == "") == w.empty && strings.Contains(value, w.value) {
				return orWord(s.shown, s.name)
			}
		case value != "" && !strings.EqualFold(value, "false"):
			return orWord(s.shown, s.name)
		}
	}
	return ""
}

func (c *builder) plugin(g *Gateway, w *traefik.Middleware) {
	name := w.Plugins[0]
	w.Decider = "the plugin " + name
	w.Rewrites, w.Readdresses = true, true // what is not known may do anything
	for _, p := range g.Runtime.Static.Plugins {
		if !strings.EqualFold(p.Name, name) {
			continue
		}
		known := knownBy(p.Module)
		if known == nil {
			known = knownBy(p.Name)
		}
		if known != nil {
			w.Decision, w.Rewrites, w.Readdresses = known.decision, known.rewrites, false
			w.Decider += ", " + known.name
		}
	}
	if d := c.told(w, nil); d != traefik.Undecided {
		// Who says what it decides has looked at it, and answers for the address that it passes on.
		w.Decision, w.Vouched, w.Readdresses = d, w.Rewrites, false
	}
}

// undecidedWhy says why a middleware leaves open who enters, and what would tell.
func undecidedWhy(w *traefik.Middleware) string {
	base, _, _ := strings.Cut(w.Name, "@")
	return fmt.Sprintf(
		"%s decides (%s), and whether it asks for a login is not known: list %s under `access.logins` or "+
			"`access.bouncers` in drydock.yaml",
		w.Decider,
		w.Name,
		base,
	)
}

// undecided says once a middleware that who enters depends on it, and that this is not known.
func (c *builder) undecided(g *Gateway) {
	told := map[string]bool{}
	for _, r := range g.Routes {
		why := r.doubt()
		if why == "" || told[why] || g.Assumed {
			continue
		}
		told[why] = true
		svc := g.Service
		if own := r.Owner(); own != nil {
			svc = own.Service
		}
		at := r.Router.Origin.File
		if at == "" {
			at = svc.Location.Path
		}
		c.input(svc, at, report.Partial, why)
	}
}

// doubt says why it is not known who may take a route, and what would tell; "" where it is known, or told elsewhere.
func (r *Route) doubt() string {
	if r.Class != Unknown {
		return ""
	}
	if !r.Served() {
		return r.Why + "; give the variable a value with --env-file"
	}
	if r.Router.Opaque != "" || r.Router.OpaqueRule && r.Rule == nil {
		return r.Why + "; give the variable a value with --env-file"
	}
	if name := r.byHand(); r.Unknown != "" && name != "" {
		return r.Unknown + ": list " + name + " under `access.logins` or `access.bouncers` in drydock.yaml"
	}
	if r.Unknown != "" {
		return "" // what a provider defines that was not read, which is said of the provider
	}
	if r.decider != nil && r.Why == undecidedWhy(r.decider) {
		return r.Why
	}
	for _, l := range r.Lists {
		if l.Maybe == "" || l.Maybe != r.Why {
			continue
		}
		if l.Rewriter == nil {
			return l.Maybe + "; give the variable a value with --env-file"
		}
		base, _, _ := strings.Cut(l.Rewriter.Name, "@")
		return fmt.Sprintf("%s: list %s under `access.logins` or `access.bouncers` in drydock.yaml if what it passes on "+
			"is the client's address", l.Maybe, base)
	}
	return ""
}

// byHand is a middleware of the route's whose provider somebody looked at, and of which nothing is said; "" if there is
// none.
func (r *Route) byHand() string {
	for _, name := range r.Unseen() {
		if _, provider, _ := strings.Cut(name, "@"); slices.Contains(r.g.byHand, provider) {
			return name
		}
	}
	return ""
}
