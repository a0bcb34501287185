package exposure

import (
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// Access paths that another reverse proxy or a tunnel opens. Its rules are not judged: what they name is looked for in
// its configuration, where that is here, so that no service reads as closed to which one of them leads.

// proxy is a reverse proxy other than Traefik.
type proxy struct {
	config []string // folders of its container in which its rules stand; none: they are kept where nothing can be read
	tunnel bool     // it brings clients without a published port
}

var (
	ownRules  = proxy{}
	nginxLike = proxy{config: []string{"/etc/nginx", "/usr/local/openresty/nginx/conf"}}
)

// proxies are known by image name.
var proxies = map[string]proxy{
	"nginx-proxy-manager": ownRules, "nginx-proxy-manager-zh": ownRules, "nginxproxymanager": ownRules,
	"npmplus": ownRules, "swag": ownRules, "zoraxy": ownRules, "bunkerweb-all-in-one": ownRules,
	"nginx": nginxLike, "nginx-unprivileged": nginxLike, "openresty": nginxLike, "angie": nginxLike,
	"caddy": {config: []string{"/etc/caddy"}}, "haproxy": {config: []string{"/usr/local/etc/haproxy"}},
	"envoy": {config: []string{"/etc/envoy"}}, "httpd": {config: []string{"/usr/local/apache2/conf"}},
	"varnish":     {config: []string{"/etc/varnish"}},
	"cloudflared": {config: []string{"/etc/cloudflared", "/home/nonroot/.cloudflared"}, tunnel: true},
	"ngrok":       {config: []string{"/etc/ngrok.yml", "/etc/ngrok"}, tunnel: true},
	"frpc":        {config: []string{"/etc/frp"}, tunnel: true}, "newt": {tunnel: true},
}

// rulesOf are the rules of a proxy, as text: what it was given as configuration, settings and flags. unread says why
// not all of them are here.
func (c *builder) rulesOf(st *stack.Stack, s *stack.Service, p proxy) (text, unread string) {
	var b strings.Builder
	words := slices.Concat(s.Entrypoint, s.Command)
	for _, e := range s.Environment {
		words = append(words, e.Value)
	}
	b.WriteString(strings.Join(words, "\n"))
	if len(p.config) == 0 {
		return b.String(), "its rules are kept where they cannot be read"
	}
	for _, dir := range p.config {
		if why := c.configText(st, s, dir, &b); why != "" {
			unread = why
		}
	}
	remote := slices.ContainsFunc(s.Environment, func(e stack.EnvVar) bool { return e.Name == "TUNNEL_TOKEN" }) ||
		slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "--token") })
	if p.tunnel && remote && unread == "" {
		unread = "its rules are kept by the tunnel's provider"
	}
	return b.String(), unread
}

// What is read of a proxy's configuration at most: a mount of "/" must not be.
const (
	maxProxyFiles = 200
	maxProxyText  = 4 << 20
)

// configText adds what stands in a folder of a proxy's container, by its mounts, configs and Dockerfile. It says why
// not all of it is here; where nothing brings a configuration, the image's own is meant, which leads nowhere.
func (c *builder) configText(st *stack.Stack, s *stack.Service, dir string, b *strings.Builder) (unread string) {
	left := maxProxyFiles
	take := func(f file) {
		if left--; left < 0 || b.Len() > maxProxyText {
			left, unread = -1, "its configuration holds too much to be read"
			return
		}
		data, err := f.read(c.Options.ReadFile)
		if err != nil {
			unread = f.shown + " cannot be read"
		}
		b.WriteString("\n" + string(data))
	}
	disk := func(root string) {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
			case left < 0:
				return fs.SkipAll
			case d.Type().IsRegular():
				take(file{path: p, shown: c.rel(p)})
			default:
				unread = c.rel(p) + ", which is part of its configuration, leads elsewhere"
			}
			return err
		})
		if err != nil {
			unread = c.rel(root) + ", which holds its configuration, is not here"
		}
	}
	touches := func(target string) bool { return within(target, dir) || within(dir, target) }
	for _, m := range s.Volumes {
		switch {
		case m.Target == "" || !touches(path.Clean(m.Target)) || m.Type == "tmpfs":
		case len(m.Unset) > 0 || m.Type != "bind":
			unread = "what is mounted at " + m.Target + " cannot be read from here"
		default:
			disk(below(sourceOf(st, m), path.Clean(m.Target), dir))
		}
	}
	for i := range s.Configs {
		if cf := &s.Configs[i]; within(cf.Target, dir) && !cf.Known {
			unread = "the config at " + cf.Target + " cannot be read from here"
		} else if within(cf.Target, dir) {
			take(c.configFile(cf))
		}
	}
	img := c.image(s)
	for i := range img.copies {
		switch o := &img.copies[i]; {
		case !touches(o.target):
		case o.path != "":
			disk(below(o.path, o.target, dir))
		case o.hidden != "":
			unread = o.hidden
		default:
			take(file{data: o.data})
		}
	}
	if img.unread != "" {
		unread = img.unread
	}
	return unread
}

// below is the part of what stands at a target that a folder of the container holds: a mount of "/" holds the folder.
func below(source, target, dir string) string {
	if within(dir, target) && dir != target {
		return filepath.Join(source, filepath.FromSlash(strings.TrimPrefix(dir, strings.TrimSuffix(target, "/"))))
	}
	return source
}

// leadsTo reports whether rules name an address: a URL, a name with a port, or what a directive passes requests to.
func leadsTo(rules, name string) bool {
	n := regexp.QuoteMeta(name)
	re, err := regexp.Compile(`(?mi)(?:://|@)` + n + `(?:[:/;\s"'}]|$)|(?:^|[\s"',=])` + n + `:\d|` +
		`\b(?:server|proxy_pass|fastcgi_pass|uwsgi_pass|grpc_pass|scgi_pass|reverse_proxy|php_fastcgi|to|set\s+\$\w+)\s+"?` +
		n + `["\s;:/]`)
	return err == nil && re.MatchString(rules)
}

// facing is a reverse proxy or tunnel through which strangers come.
type facing struct {
	st            *stack.Stack
	svc           *stack.Service
	name          string // the image's
	rules, unread string
	checked       *Checked // what somebody says of it, nil if nothing is said
	doors         bool     // it may lead to a service that is judged here
}

// facingProxies finds the reverse proxies and tunnels through which strangers come.
func (c *builder) facingProxies() []*facing {
	var out []*facing
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		if c.IsGateway(s) || s.Off != "" {
			return
		}
		for _, name := range c.namesOf(s) {
			name = imageName(name)
			p, ok := proxies[name]
			if !ok || !p.tunnel && !c.published(s) {
				continue
			}
			f := &facing{st: st, svc: s, name: name, checked: c.checkedBy(s.Name, name)}
			f.rules, f.unread = c.rulesOf(st, s, p)
			out = append(out, f)
			return
		}
	})
	return out
}

// published reports whether strangers can reach a port of a service past Traefik.
func (c *builder) published(s *stack.Service) bool {
	home := c.House(s)
	return home.NetworkMode == "host" || slices.ContainsFunc(home.Ports, func(p stack.Port) bool {
		return PortReach(p) != "internal"
	})
}

// otherProxies adds the access paths that another reverse proxy may open: what a service says to one, or what a proxy
// with rules of its own leads to.
func (c *builder) otherProxies(st *stack.Stack, s *stack.Service, out *Service) {
	door := func(why string) {
		out.Paths = append(out.Paths, AccessPath{Via: "not read", Access: "unknown", Why: why})
		out.widen(Unknown)
	}
	if by, setting := proxied(s); by != "" {
		if chk := c.checkedBy(by); chk == nil || !chk.names(s) {
			why := by + " serves it by " + setting + ", and what that lets in is not judged here"
			door(why)
			c.input(s, s.Location.Path, report.Partial, why+": "+c.checkIt(by))
		}
		return
	}
	if c.IsGateway(s) || slices.ContainsFunc(c.facing, func(f *facing) bool { return f.svc == s }) {
		return
	}
	for _, f := range c.facing {
		if f.checked != nil || !c.spaces.meet(f.st, f.svc, st, s) {
			continue
		}
		named := slices.ContainsFunc(c.hostsOf(f.st, f.svc, st, s), func(n string) bool { return leadsTo(f.rules, n) })
		switch {
		case named && out.Exposure != finding.ExposurePublic:
			door(f.svc.Name + " is a reverse proxy whose rules lead here, and whom they let in is not judged here")
			f.doors = true
		case !named && f.unread != "" && out.Exposure == finding.ExposureInternal:
			door(f.svc.Name + " is a reverse proxy with rules of its own, which are not read: one of them may " +
				"lead here")
			f.doors = true
		}
	}
}

// tellProxies notes the proxies that may lead to a service that is judged here: whom they let in is not known.
func (c *builder) tellProxies() {
	for _, f := range c.facing {
		if f.checked != nil || !f.doors {
			continue
		}
		why := f.svc.Name + " is a reverse proxy, and whom its rules let in is not judged here"
		if f.unread != "" {
			why = f.svc.Name + " is a reverse proxy with rules of its own, which are not read (" + f.unread + ")"
		}
		c.input(f.svc, f.svc.Location.Path, report.Partial, why+": "+c.checkIt(f.svc.Name))
	}
}

// proxied tells by which setting a service asks a reverse proxy other than Traefik to serve it.
func proxied(s *stack.Service) (by, setting string) {
	for _, e := range s.Environment {
		if (e.Name == "VIRTUAL_HOST" || e.Name == "VIRTUAL_HOST_MULTIPORTS") && !(e.Known && e.Value == "") {
			return "nginx-proxy", e.Name
		}
	}
	for _, l := range append(slices.Clone(s.Labels), s.DeployLabels...) {
		if l.Key == "caddy" || strings.HasPrefix(l.Key, "caddy_") || strings.HasPrefix(l.Key, "caddy.") {
			return "caddy-docker-proxy", "the label " + l.Key
		}
	}
	return "", ""
}
