package exposure

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
	"github.com/drydock/drydock/internal/traefik"
)

// TestTheTableSaysWhatSimulateSays is the property that both answers of the gate depend on: what the table says of a
// access path, and what becomes of single requests through it. For every access path of every host at hand, requests
// that the access path's rule takes are simulated from inside and from outside of every list, over IPv4 and IPv6, from
// Docker's gateways and from a CDN.
func TestTheTableSaysWhatSimulateSays(t *testing.T) {
	total := &tally{}
	for name, h := range hostsAtHand(t) {
		model := Build(h.host, h.opts)
		for _, g := range model.Gateways {
			if g.Assumed {
				continue
			}
			for _, r := range g.Routes {
				(&agreement{t: t, host: name, model: model, g: g, r: r, tally: total}).check()
			}
		}
	}
	t.Logf("%d access paths, %d of them asked; %d requests", total.paths, total.asked, total.requests)
	// An access path is not asked where another router takes all that was tried, or where no request is found that its
	// rule takes.
	if total.asked*100 < total.paths*85 || total.requests < 10_000 {
		t.Errorf("too few: %+v", *total)
	}
}

type tally struct{ paths, asked, requests int }

type hostAtHand struct {
	host *stack.Host
	opts Options
}

// hostsAtHand are the project's own hosts, the examples of its rules, and the shared cases where they are there.
func hostsAtHand(t *testing.T) map[string]hostAtHand {
	out := map[string]hostAtHand{}
	archives := accesstest.Archives("hosts")
	for _, f := range archives {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = hostAtHand{accesstest.HostOf(t, a),
			options(accesstest.OptionsOf(t, strings.Split(string(a.Comment), "\n")))}
	}
	examples := accesstest.Archives("rules")
	for _, f := range examples {
		rule := strings.TrimSuffix(filepath.Base(f), ".txtar")
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range a.Files {
			e := accesstest.ReadExample(t, rule, x)
			out[rule+"/"+e.Name] = hostAtHand{e.Host(t), options(e.Opts)}
		}
	}
	dirs := []string{filepath.Join(testenv.Root(), "examples", "shop")}
	for _, where := range [][]string{{"traefik", "cases"}, {"field", "access"}} {
		more, _ := filepath.Glob(filepath.Join(testenv.Shared(t, where...), "*"))
		dirs = append(dirs, more...)
	}
	for _, dir := range dirs {
		h, err := stack.Load(
			context.Background(),
			[]string{dir},
			stack.Options{Env: func(string) (string, bool) { return "", false }},
		)
		if err == nil { // what cannot be read at all has no access paths
			out[dir] = hostAtHand{host: h}
		}
	}
	return out
}

// agreement compares one access path's verdict with simulated requests.
type agreement struct {
	t         *testing.T
	host      string
	model     *Model
	g         *Gateway
	r         *Route
	in        *Route // the verdict on those who reach the entry point at all
	tally     *tally
	taken     bool
	respelled bool                     // the host is written in another way than the rule's: refusals are not compared
	open      bool                     // a stranger reached the backend
	seen      map[traefik.Outcome]bool // the answers so far
}

func (a *agreement) check() {
	r := a.r
	if r.UDP || r.EntryPoint == "" || r.Rule == nil || r.Service == "noop@internal" {
		return
	}
	a.seen = map[traefik.Outcome]bool{}
	a.in = &Route{Route: r.Route, g: r.g}
	if r.Served() {
		a.in.guards()
	} else {
		a.in.Class = Closed
	}
	if strings.Contains(r.Router.Rule, "${") {
		return // a variable without a value in its host: nobody asks for that
	}
	witnesses := r.Rule.Witnesses(a.g.Version)
	a.tally.paths++
	for _, w := range witnesses {
		for _, p := range a.in.samplePaths(w) {
			w.Path = p
			for _, from := range a.sources() {
				a.ask(w, from)
			}
			a.respell(w)
			a.otherMethods(w)
		}
	}
	if a.taken {
		a.tally.asked++
	}
	if !a.taken || r.shadowed() {
		return
	}
	// And the other way round: what the table promises does happen.
	switch may := a.seen[traefik.Unknown]; {
	case a.in.Class == Public && !a.open && !(may && a.in.bouncer != nil):
		a.fail("no stranger gets in")
	case a.in.Class == Allowlisted && !a.seen[traefik.Allowed] && !may && a.in.Auth == "":
		a.fail("nobody of the list gets in")
	case a.in.Class == Allowlisted && !a.seen[traefik.Refused] && !(may && a.unseen()):
		a.fail("nobody is refused")
	case a.in.Class == Authenticated && !a.seen[traefik.Refused]:
		a.fail("nobody is asked for a login")
	case a.in.Class == Unknown && !may:
		a.fail("nothing is left open")
	case a.in.Class == Redirects && !a.seen[traefik.Redirected] && !a.seen[traefik.Refused]:
		a.fail("nobody is redirected")
	}
}

// otherMethods asks by the methods that a login's own rules speak of, where the rule leaves them open.
func (a *agreement) otherMethods(w traefik.Request) {
	if w.Method != "" {
		return
	}
	for _, s := range a.r.g.exempt {
		for _, w.Method = range s.methods {
			for _, from := range strangers {
				a.ask(w, from)
			}
		}
	}
}

func (r *Route) shadowed() bool { return r.Shadow != nil }

// unseen reports whether a list's ranges cannot be seen, so that whom it refuses is left open.
func (a *agreement) unseen() bool {
	return slices.ContainsFunc(a.in.Lists, func(l Allowlist) bool { return l.Ranges == nil })
}

// samplePaths are the paths to ask for: the witness's own, and those that a login's own rules speak of.
func (r *Route) samplePaths(w traefik.Request) []string {
	out := []string{w.Path}
	for _, s := range r.g.exempt {
		for _, q := range s.queries {
			out = append(out, w.Path+q)
		}
		for _, p := range s.paths {
			if r.Rule.Takes(r.g.Version, w.Host, p, strangers[0]) {
				out = append(out, p)
			}
		}
	}
	return out
}

// sources are addresses in and beside every range of the access path's lists, and some that are special.
func (a *agreement) sources() []netip.Addr {
	out := slices.Clone(strangers)
	for _, s := range []string{
		"203.0.113.250", "192.0.2.1", "2001:db8:b::9", "172.17.0.1", "172.18.0.1", "192.168.0.1", "10.0.0.2",
		"127.0.0.1", "104.16.0.1",
		"2606:4700::1", "0.0.0.1", "255.255.255.254", "ff00::1",
	} {
		out = append(out, netip.MustParseAddr(s))
	}
	for _, gw := range a.model.DockerGateways(a.g) {
		out = append(out, gw.Address)
	}
	for _, l := range a.in.Lists {
		if l.Ranges == nil {
			continue
		}
		for _, p := range l.Ranges.Prefixes {
			first := p.Masked().Addr()
			for _, x := range []netip.Addr{first, first.Next(), first.Prev(), beyond(p)} {
				if x.IsValid() && !x.IsUnspecified() && !slices.Contains(out, x) {
					out = append(out, x)
				}
			}
		}
	}
	return out
}

// beyond is the first address behind a range, not valid where there is none.
func beyond(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last.Next()
}

// ask sends one request from one client, directly or through the proxy that the entry point trusts.
func (a *agreement) ask(w traefik.Request, client netip.Addr) {
	q := w
	q.From, q.EntryPoint, q.Proto, q.Header = client, a.r.EntryPoint, a.r.proto(), w.Header.Clone()
	a.compare(q)
	a.pretend(q)
	for _, proxy := range a.proxies(client) {
		q.From, q.Header = proxy, w.Header.Clone()
		q.Header.Set("X-Forwarded-For", a.header(client))
		a.compare(q)
		if a.r.Entry().ForwardedInsecure { // where a proxy says how it was asked, a stranger says what helps
			q.Header.Set("X-Forwarded-Proto", "https")
			q.Header.Set("X-Forwarded-For", a.header(a.listed(client)))
			a.compare(q)
		}
	}
}

// respell asks for the same host written in other ways, as a client may.
func (a *agreement) respell(w traefik.Request) {
	a.respelled = true
	for i, host := range traefik.Spellings(w.Host)[1:] {
		w.Host = host
		sources := strangers
		if i == 0 {
			sources = a.sources()
		}
		for _, from := range sources {
			a.ask(w, from)
		}
	}
	a.respelled = false
}

// listed is an address that the first list that judges X-Forwarded-For holds, else the client's own.
func (a *agreement) listed(client netip.Addr) netip.Addr {
	for _, l := range a.in.Lists {
		if l.Forwarded() && l.Ranges != nil {
			return l.Ranges.Prefixes[0].Addr()
		}
	}
	return client
}

// pretend sends a request with headers that only a trusted proxy may send: a listed address, and https.
func (a *agreement) pretend(q traefik.Request) {
	if ep := a.r.Entry(); ep.ForwardedInsecure || trusts(ep, q.From) {
		return
	}
	q.Header = q.Header.Clone()
	q.Header.Set("X-Forwarded-Proto", "https")
	q.Header.Set("X-Forwarded-For", a.header(a.listed(q.From)))
	a.compare(q)
}

func (r *Route) proto() string {
	switch {
	case r.TCP && r.TLS != nil:
		return "tls"
	case r.TCP:
		return "tcp"
	case r.TLS != nil:
		return "https"
	}
	return "http"
}

// proxies are those through which a client may come whose headers the entry point believes.
func (a *agreement) proxies(client netip.Addr) []netip.Addr {
	ep := a.r.Entry()
	if ep.ForwardedInsecure {
		return []netip.Addr{client, netip.MustParseAddr("198.51.100.200")}
	}
	if rs, err := traefik.ParseRanges(ep.ForwardedTrusted); err == nil {
		return []netip.Addr{rs.Prefixes[0].Addr()}
	}
	return nil
}

// header is X-Forwarded-For such that every list finds the client where it looks.
func (a *agreement) header(client netip.Addr) string {
	deepest, excluded := 1, ""
	for _, l := range a.in.Lists {
		if !l.Forwarded() {
			continue
		}
		s := l.Middleware.AllowList
		deepest = max(deepest, s.Depth)
		if rs, err := traefik.ParseRanges(s.ExcludedIPs); err == nil && s.Depth <= 0 {
			excluded = rs.Prefixes[0].Addr().String()
		}
	}
	out := strings.TrimSuffix(strings.Repeat(client.String()+", ", deepest), ", ")
	if excluded != "" && deepest == 1 &&
		!slices.ContainsFunc(a.in.Lists,
			func(l Allowlist) bool { return l.Forwarded() && l.Middleware.AllowList.Depth > 0 }) {
		out += ", " + excluded
	}
	return out
}

// compare holds the answer to a request against the access path's verdict.
func (a *agreement) compare(q traefik.Request) {
	got := a.g.Runtime.Simulate(q)
	a.tally.requests++
	mine := got.Router == a.r.Name
	if mine && (!a.r.Served() || a.r.shadowed() && !a.r.Shadow.EntryRedirect()) {
		a.disagree(q, got, "nobody is served by it")
	}
	if !mine {
		return
	}
	a.taken, a.seen[got.Outcome] = true, true
	a.open = a.open || got.Outcome == traefik.Allowed && a.stranger(q)
	in := a.inside(q)
	passes := got.Outcome == traefik.Allowed
	switch a.in.Class {
	case Authenticated:
		if passes && !strings.Contains(a.in.Why, "its rules ask nobody in") {
			a.disagree(q, got, "only who logs in may enter")
		}
	case Closed, Redirects, Unknown:
		if passes {
			a.disagree(q, got, a.in.Class.String())
		}
	case Allowlisted:
		if passes && in == no {
			a.disagree(q, got, "only the listed may enter")
		}
		if got.Outcome == traefik.Refused && in == yes && a.in.Auth == "" && !a.respelled {
			a.disagree(q, got, "the listed may enter")
		}
	case Public:
		if got.Outcome == traefik.Refused && in == yes && a.in.open == "" && a.r.Unknown == "" && !a.respelled {
			a.disagree(q, got, "everybody may enter")
		}
	}
}

// stranger reports whether a request comes from someone whom no list was made for, or who only says that he is listed.
func (a *agreement) stranger(q traefik.Request) bool {
	return slices.Contains(strangers, q.From) || q.Header.Get("X-Forwarded-For") != "" ||
		slices.ContainsFunc(a.in.Lists, func(l Allowlist) bool { return l.Everybody != "" })
}

type answer int

const (
	yes answer = iota
	no
	perhaps
)

// inside reports whether a request's sender is in every list of the access path, worked out from the lists alone.
func (a *agreement) inside(q traefik.Request) answer {
	out := yes
	for i := range a.in.Lists {
		l := &a.in.Lists[i]
		if l.Ranges == nil || l.Maybe != "" {
			out = perhaps
			continue
		}
		if l.Forced != "" {
			continue
		}
		addr := q.From
		if l.Middleware != nil && l.Forwarded() {
			addr = netip.Addr{}
			if ep := a.r.Entry(); ep.ForwardedInsecure || trusts(ep, q.From) {
				addr = l.Middleware.AllowList.Judged(q.Header.Get("X-Forwarded-For"))
			}
		}
		if l.Middleware != nil && l.Middleware.AllowList.IPv6Subnet != nil && addr.Is6() && !addr.Is4In6() &&
			l.Middleware.AllowList.Strategy &&
			!l.Forwarded() {
			p, _ := addr.Prefix(*l.Middleware.AllowList.IPv6Subnet)
			addr = p.Addr()
		}
		if !slices.ContainsFunc(l.Ranges.Prefixes, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) }) {
			return no
		}
	}
	return out
}

func trusts(ep *traefik.EntryPoint, from netip.Addr) bool {
	rs, err := traefik.ParseRanges(ep.ForwardedTrusted)
	return err == nil && rs.Contains(from)
}

func (a *agreement) disagree(q traefik.Request, got *traefik.Answer, verdict string) {
	a.fail(
		fmt.Sprintf(
			"%s: a request from %s (%v) to %s%s is %s %d\n    %s",
			verdict,
			q.From,
			q.Header[http.CanonicalHeaderKey("X-Forwarded-For")],
			q.Host,
			q.Path,
			got.Outcome,
			got.Status,
			strings.Join(got.Steps, "\n    "),
		),
	)
}

func (a *agreement) fail(text string) {
	a.t.Errorf(
		"%s: %s on %s: the table says %s (%s)\n  %s",
		a.host,
		a.r.Name,
		a.r.EntryPoint,
		a.in.Class,
		a.in.Why,
		text,
	)
}

// TestChainsOfMiddlewaresAgree asks the same of every middleware that decides on access, alone and in every order of
// two, under Traefiks that believe different proxies.
func TestChainsOfMiddlewaresAgree(t *testing.T) {
	definitions := []string{
		"office.ipallowlist.sourcerange=203.0.113.0/24,2001:db8:a::/48",
		"lan.ipallowlist.sourcerange=10.0.0.0/8,127.0.0.1",
		"all.ipallowlist.sourcerange=0.0.0.0/0",
		"all6.ipallowlist.sourcerange=::/0",
		"nobody.ipallowlist.sourcerange=0.0.0.0",
		"masked.ipallowlist.sourcerange=2001:db8:a::,203.0.113.0/24", "masked.ipallowlist.ipstrategy.ipv6subnet=64",
		"deep.ipallowlist.sourcerange=203.0.113.0/24,2001:db8:a::/48", "deep.ipallowlist.ipstrategy.depth=1",
		"deeper.ipallowlist.sourcerange=203.0.113.0/24", "deeper.ipallowlist.ipstrategy.depth=2",
		"past.ipallowlist.sourcerange=203.0.113.0/24", "past.ipallowlist.ipstrategy.excludedips=198.51.100.200",
		"listed.headers.customrequestheaders.X-Forwarded-For=203.0.113.9",
		"unlisted.headers.customrequestheaders.X-Forwarded-For=192.0.2.9",
		"emptied.headers.customrequestheaders.X-Forwarded-For=",
		"secure.headers.customrequestheaders.X-Forwarded-Proto=https",
		"tls.redirectscheme.scheme=https",
		"www.redirectregex.regex=^http://(.*)", "www.redirectregex.replacement=https://$${1}",
		`moved.redirectregex.regex=^https?://r[0-9]+\.example\.com/(.*)`,
		"moved.redirectregex.replacement=https://new.example.com/$${1}",
		"basic.basicauth.users=ops:x",
		"login.forwardauth.address=http://authelia:9091/api/authz/forward-auth",
		"bouncer.forwardauth.address=http://crowdsec:8080/",
		"copies.forwardauth.address=http://crowdsec:8080/", "copies.forwardauth.authresponseheaders=X-Forwarded-For",
		"own.forwardauth.address=http://gate:8080/",
		"plug.plugin.plug.on=true",
		"waf.plugin.waf.on=true",
	}
	var names []string
	for _, d := range definitions {
		if n, _, _ := strings.Cut(d, "."); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	var b strings.Builder
	b.WriteString("  app:\n    image: nginx\n    labels:\n      - traefik.enable=true\n")
	for _, d := range definitions {
		fmt.Fprintf(&b, "      - %q\n", "traefik.http.middlewares."+d)
	}
	n := 0
	for _, first := range names {
		for _, second := range append([]string{""}, names...) {
			chain := strings.TrimSuffix(first+","+second, ",")
			fmt.Fprintf(&b, "      - traefik.http.routers.r%d.rule=Host(`r%d.example.com`)\n", n, n)
			fmt.Fprintf(&b, "      - traefik.http.routers.r%d.middlewares=%s\n", n, chain)
			fmt.Fprintf(&b, "      - traefik.http.routers.r%d.entrypoints=web\n", n)
			n++
		}
	}
	total := &tally{}
	for _, flags := range [][]string{
		nil, {"trustedips=198.51.100.200"}, {"insecure=true"},
	} {
		e := &accesstest.Example{Body: b.String(), Flags: []string{
			"--experimental.plugins.plug.modulename=github.com/acme/thing",
			"--experimental.plugins.waf.modulename=github.com/acme/traefik-modsecurity-plugin",
		}}
		for _, f := range flags {
			e.Flags = append(e.Flags, "--entrypoints.web.forwardedheaders."+f)
		}
		model := Build(e.Host(t), Options{})
		for _, g := range model.Gateways {
			for _, r := range g.Routes {
				(&agreement{t: t, model: model, host: fmt.Sprint(flags) + strings.Join(r.Router.Middlewares, ","), g: g,
					r: r, tally: total}).check()
			}
		}
	}
	t.Logf("%d access paths, %d of them asked; %d requests", total.paths, total.asked, total.requests)
	if total.asked < 1200 {
		t.Errorf("too few: %+v", *total)
	}
}
