package traefik

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// conn is what a rule can see of a connection and its request.
type conn struct {
	version Version
	remote  netip.Addr
	sni     string
	alpn    []string
	host    string // canonical: lower case, without port
	path    string // as routed: percent-encoded where reserved
	uri     string // path and query as middlewares see them, "" as asked
	method  string
	header  http.Header
	query   url.Values
	// rewriter is a middleware that may have written X-Forwarded-For, "" if none has.
	rewriter string
	// readdresser is a plugin that may have changed the client's address, "" if none has.
	readdresser string
	// voucher is a plugin that passes on the client's address in X-Forwarded-For, "" if none does.
	voucher string
}

// matches evaluates a rule.
func (r *Rule) matches(q *conn) bool { return r.root.matches(q) }

func (c *cond) matches(q *conn) bool {
	switch c.op {
	case '&':
		return c.l.matches(q) && c.r.matches(q)
	case '|':
		return c.l.matches(q) || c.r.matches(q)
	}
	return c.holds(q) != c.not
}

func (c *cond) holds(q *conn) bool {
	switch c.name {
	case "ClientIP":
		return c.ips.Contains(q.remote)
	case "Method":
		return slices.ContainsFunc(c.args, func(a string) bool { return strings.ToUpper(a) == q.method })
	case "Host", "HostHeader":
		return slices.ContainsFunc(c.args, func(a string) bool { return hostMatches(q, a, c.v2) })
	case "HostRegexp":
		return c.re.MatchString(q.host)
	case "Path", "PathPrefix", "PathRegexp":
		switch {
		case c.re != nil:
			return c.re.MatchString(q.path)
		case c.name == "Path":
			return q.path == c.args[0]
		}
		return strings.HasPrefix(q.path, c.args[0])
	case "Header", "Headers":
		return slices.Contains(q.header[http.CanonicalHeaderKey(c.args[0])], c.args[1])
	case "HeaderRegexp", "HeadersRegexp":
		return slices.ContainsFunc(q.header[http.CanonicalHeaderKey(c.args[0])], c.re.MatchString)
	case "Query", "QueryRegexp":
		return c.queryHolds(q)
	case "HostSNI":
		return slices.ContainsFunc(c.args, func(a string) bool {
			return a == "*" || q.sni != "" && domainMatches(q, q.sni, a)
		})
	case "HostSNIRegexp":
		return c.re.MatchString(q.sni)
	case "ALPN":
		return slices.ContainsFunc(c.args, func(a string) bool { return slices.Contains(q.alpn, a) })
	}
	return false
}

func (c *cond) queryHolds(q *conn) bool {
	key, value := c.args[0], ""
	if len(c.args) == 2 {
		value = c.args[1]
	} else if k, v, ok := strings.Cut(key, "="); ok { // version 2 writes key=value
		key, value = k, v
	}
	values, ok := q.query[key]
	switch {
	case !ok:
		return false
	case c.re != nil:
		return slices.ContainsFunc(values, c.re.MatchString)
	}
	return slices.Contains(values, value)
}

// hostMatches compares a request's host with a Host matcher's argument: without case, a final dot on either side counts for
// nothing, and from 3.7 on a leading "*" stands for the first part and a lone "*" for every host, but not in rules of version 2.
func hostMatches(q *conn, want string, v2 bool) bool {
	if v2 {
		return q.host != "" && strings.TrimSuffix(q.host, ".") == strings.TrimSuffix(want, ".")
	}
	if want == "*" && q.version.AtLeast(3, 7) {
		return true
	}
	if q.host == "" {
		return false
	}
	return domainMatches(q, strings.TrimSuffix(q.host, "."), strings.TrimSuffix(want, "."))
}

func domainMatches(q *conn, domain, want string) bool {
	if strings.HasPrefix(want, "*") && q.version.AtLeast(3, 7) {
		_, rest, ok := strings.Cut(domain, ".")
		if !ok {
			return want == "*"
		}
		return want == "*."+rest
	}
	return domain == want
}

// canonicalHost is a Host header's name without its port, lower case.
func canonicalHost(h string) string {
	if strings.Contains(h, ":") {
		if host, _, err := net.SplitHostPort(h); err == nil {
			h = host
		} else if strings.HasPrefix(h, "[") && strings.HasSuffix(h, "]") {
			h = h[1 : len(h)-1]
		}
	}
	return strings.ToLower(strings.TrimSpace(h))
}
