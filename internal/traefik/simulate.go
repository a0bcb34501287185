package traefik

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Outcome is what becomes of a request.
type Outcome string

// The outcomes.
const (
	Allowed    Outcome = "allowed"    // it reaches the backend
	Refused    Outcome = "refused"    // a middleware turns it away
	Redirected Outcome = "redirected" // it is sent elsewhere
	NotServed  Outcome = "not-served" // no router takes it
	Unknown    Outcome = "unknown"    // it depends on something that cannot be seen from here
)

// Request is one request to be worked out.
type Request struct {
	From       netip.Addr
	EntryPoint string
	Proto      string // "http", "https", "tcp" (plain) or "tls" (TCP behind TLS)
	Host       string // Host header, and the name asked for by TLS unless SNI is set
	SNI        string
	Path       string // with the query, if any; "" is "/"
	Method     string // "" is GET
	Header     http.Header
	Claimed    netip.Addr // source named by a PROXY protocol line that the client sends first; zero: none is sent
}

// Answer is what Traefik does with a request, and why.
type Answer struct {
	Outcome    Outcome
	Status     int    // HTTP status, 0 for TCP and where the backend answers
	Router     string // as the API names it, "" if none takes the request
	Service    string
	Containers []int
	Steps      []string
}

func (a *Answer) step(format string, args ...any) {
	a.Steps = append(a.Steps, fmt.Sprintf(format, args...))
}

func (a *Answer) end(o Outcome, status int) *Answer {
	a.Outcome, a.Status = o, status
	return a
}

// Simulate works a request out.
func (rt *Runtime) Simulate(q Request) *Answer {
	a := &Answer{}
	ep := rt.Static.EntryPoints[q.EntryPoint]
	if ep == nil {
		a.step("there is no entry point %q", q.EntryPoint)
		return a.end(NotServed, 0)
	}
	c, ok := rt.open(q, ep, a)
	if !ok {
		return a
	}
	tls := q.Proto == "https" || q.Proto == "tls"
	if r, done := rt.tcpRoute(c, q, tls, a); done {
		return a
	} else if r != nil {
		return rt.tcp(r, c, a)
	}
	if q.Proto == "tcp" || q.Proto == "tls" {
		a.step("no TCP router takes the connection")
		return a.end(NotServed, 0)
	}
	return rt.http(q, c, tls, a)
}

// open works out what the rules will see: the peer, the path, the headers that are left.
func (rt *Runtime) open(q Request, ep *EntryPoint, a *Answer) (*conn, bool) {
	c := &conn{version: rt.Version, remote: q.From.Unmap(), method: q.Method, header: http.Header{}, sni: canonicalHost(q.SNI)}
	if q.SNI == "" {
		c.sni = canonicalHost(q.Host)
		if net.ParseIP(c.sni) != nil {
			c.sni = "" // TLS names no address
		}
	}
	if c.method == "" {
		c.method = http.MethodGet
	}
	a.step("entry point %s, from %s", q.EntryPoint, c.remote)
	if q.Claimed.IsValid() {
		if !ep.ProxyProtocol {
			a.step("the entry point does not speak the PROXY protocol: the line is no request")
			a.end(Refused, http.StatusBadRequest)
			return nil, false
		}
		trusted := ep.ProxyInsecure
		if !trusted {
			if rs, err := ParseRanges(ep.ProxyTrusted); err == nil {
				trusted = rs.Contains(c.remote)
			}
		}
		if trusted {
			c.remote = q.Claimed.Unmap()
			a.step("the PROXY protocol line is believed: the client counts as %s", c.remote)
		} else {
			a.step("the PROXY protocol line is not believed: %s is not trusted", c.remote)
		}
	}
	if q.Proto == "tcp" || q.Proto == "tls" {
		return c, true
	}
	// A host that is written as a variable stands for whatever the variable holds.
	if !strings.Contains(q.Host, "${") && strings.ContainsFunc(q.Host, func(r rune) bool { return !hostLetter(r) }) {
		a.step("the host holds letters that none may have")
		a.end(Refused, http.StatusBadRequest)
		return nil, false
	}
	for k, v := range q.Header {
		c.header[http.CanonicalHeaderKey(k)] = slices.Clone(v)
	}
	rt.forwarded(c, ep, a)
	c.host = canonicalHost(q.Host)
	path, query, _ := strings.Cut(q.Path, "?")
	if path == "" {
		path = "/"
	}
	u, err := url.ParseRequestURI(path)
	if err != nil {
		a.step("the path cannot be read")
		a.end(Refused, http.StatusBadRequest)
		return nil, false
	}
	c.path = rt.routingPath(u)
	if rt.Version.AtLeast(3, 3) { // from then on paths are cleaned before anything else
		c.uri = u.JoinPath().EscapedPath()
		if rt.Version.AtLeast(3, 4) {
			c.uri = plainLetters.ReplaceAllStringFunc(c.uri, func(enc string) string {
				d, _ := url.PathUnescape(enc)
				return d
			})
		}
		if query != "" {
			c.uri += "?" + query
		}
	}
	c.query, _ = url.ParseQuery(query)
	return c, true
}

// forwarded drops the forwarding headers of a peer that is not trusted.
func (rt *Runtime) forwarded(c *conn, ep *EntryPoint, a *Answer) {
	trusted := ep.ForwardedInsecure
	if !trusted && len(ep.ForwardedTrusted) > 0 {
		if rs, err := ParseRanges(ep.ForwardedTrusted); err == nil {
			trusted = rs.Contains(c.remote)
		}
	}
	if !trusted {
		for k := range c.header {
			if strings.HasPrefix(k, "X-Forwarded-") || k == "X-Real-Ip" {
				delete(c.header, k)
				a.step("%s is dropped: %s is not a trusted proxy", k, c.remote)
			}
		}
		return
	}
	if xff := c.header["X-Forwarded-For"]; len(xff) > 1 {
		c.header["X-Forwarded-For"] = []string{strings.Join(xff, ", ")}
	}
}

// plainLetters are encoded characters that need not be.
var plainLetters = lazyregexp.New(`(?i)%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])`)

// reserved are the characters whose encoded form is kept when a path is routed, from 3.4 on.
const reserved = ":/?#[]@!$&'()*+,;=%"

// routingPath is the path that rules are held against. Since 3.4 it is cleaned, and only reserved characters stay encoded.
func (rt *Runtime) routingPath(u *url.URL) string {
	if !rt.Version.AtLeast(3, 4) {
		if rt.Version.AtLeast(3, 3) {
			return u.JoinPath().Path
		}
		return u.Path
	}
	escaped := u.JoinPath().EscapedPath()
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		if escaped[i] == '%' && i+2 < len(escaped) {
			enc := escaped[i : i+3]
			if d, err := url.PathUnescape(enc); err == nil && !strings.Contains(reserved, d) {
				b.WriteString(d)
			} else {
				b.WriteString(strings.ToUpper(enc))
			}
			i += 2
			continue
		}
		b.WriteByte(escaped[i])
	}
	return b.String()
}

// tcpRoute looks for a TCP router. Plain ones go before HTTP; behind TLS a named HTTP host goes first, and a router for all
// names last.
func (rt *Runtime) tcpRoute(c *conn, q Request, tls bool, a *Answer) (r *Route, done bool) {
	if !tls {
		plain := *c
		plain.sni = "" // without TLS nobody says which name is meant
		r, tie := rt.pick(rt.Table(q.EntryPoint, false, true), &plain)
		if tie {
			a.step("two TCP routers of the same priority take it: chance decides")
			a.end(Unknown, 0)
			return nil, true
		}
		return r, false
	}
	if len(rt.Table(q.EntryPoint, true, false)) == 0 && len(rt.Table(q.EntryPoint, true, true)) == 0 {
		// Where nothing asks for TLS, plain TCP routers get the bytes as they come.
		plain := *c
		plain.sni = ""
		if r, tie := rt.pick(rt.Table(q.EntryPoint, false, true), &plain); r != nil && !tie {
			return r, false
		}
	}
	// HTTPS has a route of its own for every host that its rules name, and for all of them once a rule names none.
	// Routers that are not served claim their names all the same.
	named, all := false, false
	for _, d := range rt.claims[q.EntryPoint] {
		all = all || d == ""
		named = named || d != "" && d != "*" && c.sni != "" && domainMatches(c, c.sni, strings.TrimSuffix(d, "."))
	}
	if named {
		return nil, false
	}
	r, tie := rt.pick(rt.Table(q.EntryPoint, true, true), c)
	if tie {
		a.step("two TCP routers of the same priority take it: chance decides")
		a.end(Unknown, 0)
		return nil, true
	}
	if r != nil && r.Rule.CatchAll() && all {
		return nil, false
	}
	return r, false
}

// pick is the first route that takes the request; tie says that another of the same priority takes it too, with another effect.
func (rt *Runtime) pick(table []*Route, c *conn) (first *Route, tie bool) {
	for _, r := range table {
		if first != nil && !rt.Tied(first, r) {
			break
		}
		if r.Rule == nil || !r.Rule.matches(c) {
			continue
		}
		if first == nil {
			first = r
			continue
		}
		if first.Service != r.Service || !slices.Equal(first.Middlewares, r.Middlewares) {
			return first, true
		}
	}
	return first, false
}

func (rt *Runtime) take(r *Route, a *Answer) {
	a.Router, a.Service, a.Containers = r.Name, r.Service, r.Containers
}

func (rt *Runtime) tcp(r *Route, c *conn, a *Answer) *Answer {
	rt.take(r, a)
	a.step("TCP router %s takes the connection: %s", r.Name, r.Rule.Text)
	if r.Unknown != "" {
		a.step("%s", r.Unknown)
		return a.end(Unknown, 0)
	}
	for _, m := range r.Chain {
		if m.AllowList == nil {
			continue
		}
		if m.Opaque {
			a.step("%s depends on a variable whose value cannot be seen from here", m.Name)
			return a.end(Unknown, 0)
		}
		if !rt.allow(m, c.remote.String(), "the connection's address", a) {
			return a.end(Refused, 0)
		}
	}
	if rt.ClientCert(r) {
		a.step("TLS asks for a client certificate")
		return a.end(Unknown, 0)
	}
	a.step("the connection goes to %s", r.Service)
	return a.end(Allowed, 0)
}

// allow holds an address against an allowlist and says why.
func (rt *Runtime) allow(m *Middleware, addr, source string, a *Answer) bool {
	host := addr
	if h, _, err := net.SplitHostPort(addr); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(host)
	rs, rerr := ParseRanges(m.AllowList.Ranges)
	switch {
	case addr == "":
		a.step("%s: no address is left to judge (%s): refused", m.Name, source)
		return false
	case err != nil || rerr != nil:
		a.step("%s: %q is no address (%s): refused", m.Name, addr, source)
		return false
	}
	if in, ok := rs.Match(ip); ok {
		a.step("%s: %s (%s) is in %s: allowed", m.Name, ip, source, in)
		return true
	}
	a.step("%s: %s (%s) is in none of %s: refused", m.Name, ip, source, rs)
	return false
}

func (rt *Runtime) http(q Request, c *conn, tls bool, a *Answer) *Answer {
	table := rt.Table(q.EntryPoint, tls, false)
	for _, r := range table {
		if r.Rule == nil {
			a.step("router %s: %s", r.Name, r.Unknown)
			return a.end(Unknown, 0)
		}
		if r.Rule.matches(c) {
			break
		}
	}
	r, tie := rt.pick(table, c)
	if tie {
		a.step("two routers of the same priority take it: chance decides")
		return a.end(Unknown, 0)
	}
	if r == nil {
		word := "plain HTTP"
		if tls {
			word = "TLS"
		}
		a.step("none of the %d routers for %s on %s takes it", len(table), word, q.EntryPoint)
		return a.end(NotServed, http.StatusNotFound)
	}
	rt.take(r, a)
	a.step("router %s takes it, of %d on the entry point, by priority %d: %s", r.Name, len(table), r.Priority, r.Rule.Text)
	if r.Unknown != "" {
		a.step("%s", r.Unknown)
		return a.end(Unknown, 0)
	}
	if rt.ClientCert(r) {
		a.step("TLS asks for a client certificate, which a stranger has not")
		return a.end(Refused, 0)
	}
	may := ""
	for _, m := range r.Chain {
		switch o, status := rt.apply(m, q, c, tls, a); {
		case o == "":
		case o == Unknown && !m.Opaque && (m.Auth == "forwardauth" || len(m.Plugins) > 0):
			may = m.Name // what follows may refuse all the same
		default:
			return a.end(o, status)
		}
	}
	if strings.HasSuffix(r.Service, "noop@internal") {
		a.step("there is no backend behind the router")
		return a.end(NotServed, http.StatusTeapot)
	}
	if may != "" {
		a.step("unless %s refuses it, the request goes to %s", may, r.Service)
		return a.end(Unknown, 0)
	}
	a.step("the request goes to %s", r.Service)
	return a.end(Allowed, 0)
}

// apply runs one middleware: an empty outcome lets the request pass.
func (rt *Runtime) apply(m *Middleware, q Request, c *conn, tls bool, a *Answer) (Outcome, int) {
	switch {
	case m.Opaque:
		a.step("%s depends on a variable whose value cannot be seen from here", m.Name)
		return Unknown, 0
	case m.AllowList != nil && m.AllowList.Forwarded() && c.voucher != "":
		if rt.allow(m, c.remote.String(), "the address that "+c.voucher+" passes on", a) {
			return "", 0
		}
		return Refused, http.StatusForbidden
	case m.AllowList != nil && m.AllowList.Forwarded() && c.rewriter != "":
		a.step("%s judges X-Forwarded-For, which %s may have written", m.Name, c.rewriter)
		return Unknown, 0
	case m.AllowList != nil && !m.AllowList.Forwarded() && c.readdresser != "":
		a.step("%s judges the client's address, which %s may have changed", m.Name, c.readdresser)
		return Unknown, 0
	case m.AllowList != nil:
		addr, source := m.AllowList.judged(c)
		if rt.allow(m, addr, source, a) {
			return "", 0
		}
		if m.AllowList.Reject != 0 {
			return Refused, m.AllowList.Reject
		}
		return Refused, http.StatusForbidden
	case m.Redirect != nil:
		if to := m.Redirect.to(q, c, tls); to != "" {
			status := http.StatusFound
			switch {
			case m.Redirect.Permanent && c.method == http.MethodGet:
				status = http.StatusMovedPermanently
			case m.Redirect.Permanent:
				status = http.StatusPermanentRedirect
			case c.method != http.MethodGet:
				status = http.StatusTemporaryRedirect
			}
			if _, err := url.Parse(to); err != nil {
				a.step("%s makes an address that is none", m.Name)
				return Refused, http.StatusBadGateway
			}
			a.step("%s redirects to %s", m.Name, to)
			return Redirected, status
		}
		a.step("%s leaves the request as it is: it is already where it would be sent", m.Name)
	case m.NoRequest:
		a.step("%s lets no request in at a time", m.Name)
		return Refused, http.StatusTooManyRequests
	case len(m.Hosts) > 0 && !slices.ContainsFunc(m.Hosts, func(h string) bool { return strings.EqualFold(h, q.Host) }):
		a.step("%s takes only its own hosts, and %s is none of them", m.Name, q.Host)
		return Refused, http.StatusInternalServerError
	case m.TLSRedir && !tls && c.header.Get("X-Forwarded-Proto") != "https":
		a.step("%s redirects to https", m.Name)
		return Redirected, http.StatusMovedPermanently
	case m.Auth == "forwardauth" || len(m.Plugins) > 0:
		return m.ask(q, c, a)
	case m.Auth != "":
		if c.header.Get("Authorization") != "" {
			a.step("%s checks the password, which is not done here", m.Name)
			return Unknown, 0
		}
		a.step("%s asks for a password", m.Name)
		return Refused, http.StatusUnauthorized
	}
	for k, v := range m.Headers {
		key := http.CanonicalHeaderKey(k)
		if key == "X-Forwarded-For" {
			c.rewriter, c.voucher = "", ""
		}
		if v == "" {
			delete(c.header, key)
		} else {
			c.header[key] = []string{v}
		}
	}
	return "", 0
}

// ask is what a middleware does that lets another service or a plugin decide.
func (m *Middleware) ask(q Request, c *conn, a *Answer) (Outcome, int) {
	who := orDefault(m.Decider, "another service")
	if m.Rewrites && m.Decision != Login {
		c.rewriter, c.voucher = m.Name, ""
		if m.Vouched {
			c.rewriter, c.voucher = "", m.Name
		}
	}
	if m.Readdresses {
		c.readdresser = m.Name
	}
	switch uri := orDefault(c.uri, orDefault(q.Path, "/")); {
	case m.Decision == Bouncer:
		a.step("%s is %s: it refuses whom it knows, and lets in all others", m.Name, who)
		return Unknown, 0
	case m.Decision == Undecided:
		a.step("%s: %s decides, and whether that asks for a login is not known here", m.Name, who)
		return Unknown, 0
	case m.Exempts != nil && m.Exempts(c.host, uri, c.method, c.remote):
		a.step("%s: the rules of %s let this in without a login", m.Name, who)
		return "", 0
	case c.header.Get("Authorization") != "" || c.header.Get("Cookie") != "":
		a.step("%s: %s checks who that is, which is not done here", m.Name, who)
		return Unknown, 0
	}
	a.step("%s: %s asks for a login", m.Name, who)
	return Refused, http.StatusUnauthorized
}

// Judged is the address that an ipStrategy takes from a value of X-Forwarded-For; it is not valid where there is none.
func (l *AllowList) Judged(forwardedFor string) netip.Addr {
	h := http.Header{}
	if forwardedFor != "" {
		h.Set("X-Forwarded-For", forwardedFor)
	}
	addr, _ := l.judged(&conn{header: h})
	if host, _, err := net.SplitHostPort(addr); err == nil {
		addr = host
	}
	ip, _ := netip.ParseAddr(addr)
	return ip
}

// Forwarded reports whether the list judges X-Forwarded-For and not the connection.
func (l *AllowList) Forwarded() bool { return l.Strategy && (l.Depth > 0 || len(l.ExcludedIPs) > 0) }

// judged is the address that an allowlist looks at, and where it comes from.
func (l *AllowList) judged(c *conn) (addr, source string) {
	remote := func() (string, string) {
		return maskV6(c.remote.String(), l.IPv6Subnet), "the connection's address"
	}
	if !l.Strategy {
		return c.remote.String(), "the connection's address"
	}
	xff := strings.Split(c.header.Get("X-Forwarded-For"), ",")
	switch {
	case l.Depth > 0:
		source = fmt.Sprintf("X-Forwarded-For, number %d from the right", l.Depth)
		if len(xff) < l.Depth {
			return "", source
		}
		return maskV6(strings.TrimSpace(xff[len(xff)-l.Depth]), l.IPv6Subnet), source
	case len(l.ExcludedIPs) > 0:
		source = "X-Forwarded-For, the first from the right that is not excluded"
		excluded, err := ParseRanges(l.ExcludedIPs)
		if err != nil {
			return "", source
		}
		for _, x := range slices.Backward(xff) {
			if x = strings.TrimSpace(x); x == "" {
				continue
			}
			ip, err := netip.ParseAddr(x)
			if err != nil || !excluded.Contains(ip) {
				return x, source
			}
		}
		return "", source
	}
	return remote()
}

func maskV6(s string, bits *int) string {
	ip, err := netip.ParseAddr(s)
	if bits == nil || err != nil || !ip.Is6() {
		return s
	}
	p, err := ip.Prefix(*bits)
	if err != nil {
		return s
	}
	return p.Addr().String()
}

var (
	schemePattern = lazyregexp.New(`^(https?:\/\/)?(\[[\w:.]+\]|[\w\._-]+)?(:\d+)?(.*)$`)
)

// to is where the redirection sends a request, "" where it leaves it alone.
func (d *Redirect) to(q Request, c *conn, tls bool) string {
	uri := orDefault(orDefault(c.uri, q.Path), "/")
	scheme := "http"
	if tls {
		scheme = "https"
	}
	if d.Scheme == "" {
		re, err := regexp.Compile(d.Regex)
		old := scheme + "://" + q.Host + uri
		if err != nil || !re.MatchString(old) {
			return ""
		}
		if to := re.ReplaceAllString(old, d.Replacement); to != old {
			return to
		}
		return ""
	}
	host, port, err := net.SplitHostPort(q.Host)
	if err != nil {
		host, port = q.Host, ""
	} else {
		port = ":" + port
	}
	switch strings.ToLower(c.header.Get("X-Forwarded-Proto")) {
	case "http", "ws":
		scheme = "http"
	case "https", "wss":
		scheme = "https"
	}
	if scheme == "http" && port == ":80" || scheme == "https" && port == ":443" {
		port = ""
	}
	newPort := ""
	if d.Port != "" && !(d.Scheme == "http" && d.Port == "80" || d.Scheme == "https" && d.Port == "443") {
		newPort = ":" + d.Port
	}
	old := scheme + "://" + host + port + uri
	if to := schemePattern.ReplaceAllString(old, d.Scheme+"://${2}"+newPort+"${4}"); to != old {
		return to
	}
	return ""
}

// RedirectsAll reports whether a redirection sends every plain request elsewhere, whatever its host and path: then nothing behind
// it is ever reached without TLS. A client that may write X-Forwarded-Proto gets round it.
func (d *Redirect) RedirectsAll(hosts []string) bool {
	if d.Scheme != "" {
		return d.Scheme == "https"
	}
	if len(hosts) == 0 {
		hosts = []string{"example.com", "a.b-c.example.org", "192.0.2.1", "localhost"}
	}
	for _, host := range hosts {
		for _, h := range Spellings(host) {
			for _, p := range []string{"/", "/a", "/a/b.html?x=1&y=", "/%20;a=b"} {
				if d.to(Request{Host: h, Path: p}, &conn{header: http.Header{}}, false) == "" {
					return false
				}
			}
		}
	}
	return true
}

// Spellings are ways to write one host in a request's Host header. A rule compares without case, port and final dot, a
// redirection's expression reads what was written.
func Spellings(host string) []string {
	return []string{host, strings.ToUpper(host), host + ":8080", host + "."}
}
