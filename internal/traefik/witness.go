package traefik

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// Witnesses are requests that a rule takes, one for each of its alternatives, as far as one can be found. Entry point
// and protocol are left to the caller, and the sender where the rule does not ask for one.
func (r *Rule) Witnesses(v Version) []Request {
	if r == nil {
		return nil
	}
	var out []Request
	for _, term := range r.terms {
		q := Request{Host: "x.example.org", Path: "/", Header: http.Header{}}
		if r.tcp {
			q.Host = ""
		}
		query := url.Values{}
		for _, c := range term {
			c.satisfy(&q, query)
		}
		if len(query) > 0 {
			q.Path += "?" + query.Encode()
		}
		c := &conn{
			version: v, remote: q.From, sni: canonicalHost(q.Host), host: canonicalHost(q.Host), method: http.MethodGet,
			header: q.Header, query: query,
		}
		if q.Method != "" {
			c.method = q.Method
		}
		c.path, _, _ = strings.Cut(q.Path, "?")
		if r.matches(c) {
			out = append(out, q)
		}
	}
	return out
}

// satisfy changes a request so that a matcher takes it. What a negated one forbids is left to chance: Witnesses looks
// again.
func (c *cond) satisfy(q *Request, query url.Values) {
	if c.not {
		return
	}
	arg := func(i int) string {
		if c.re != nil && (i == len(c.args)-1 || c.v2) {
			return Sample(c.re)
		}
		return c.args[i]
	}
	switch c.name {
	case "Host", "HostHeader", "HostSNI":
		q.Host = strings.Replace(c.args[0], "*", "x", 1)
		if c.args[0] == "*" {
			q.Host = ""
			if c.name != "HostSNI" {
				q.Host = "x.example.org"
			}
		}
	case "HostRegexp", "HostSNIRegexp":
		q.Host = arg(0)
	case "Path", "PathPrefix", "PathRegexp":
		// Of several prefixes of one alternative the longest holds all of them.
		if p := arg(0); q.Path == "/" || len(p) > len(q.Path) {
			q.Path = p
		}
		if !strings.HasPrefix(q.Path, "/") {
			q.Path = "/" + q.Path
		}
	case "Method":
		q.Method = strings.ToUpper(c.args[0])
	case "Header", "Headers", "HeaderRegexp", "HeadersRegexp":
		q.Header.Set(c.args[0], arg(1))
	case "Query", "QueryRegexp":
		key, value := c.args[0], ""
		if len(c.args) == 2 {
			value = arg(1)
		} else if k, v, ok := strings.Cut(key, "="); ok && c.v2 {
			key, value = k, v
		}
		query.Set(key, value)
	case "ClientIP":
		if !q.From.IsValid() {
			q.From = c.ips.Prefixes[0].Addr()
		}
	}
}

// Sample is a short text that an expression matches, "" where none is found.
func Sample(re *regexp.Regexp) string {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	sample(tree, &b)
	if s := b.String(); re.MatchString(s) {
		return s
	}
	return ""
}

// maxSample bounds a sample: an expression may ask for a thousand letters a thousand times.
const maxSample = 4 << 10

func sample(e *syntax.Regexp, b *strings.Builder) {
	if b.Len() > maxSample {
		return
	}
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		b.WriteRune(letterOf(e.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture, syntax.OpPlus:
		sample(e.Sub[0], b)
	case syntax.OpRepeat:
		for range e.Min {
			sample(e.Sub[0], b)
		}
	case syntax.OpConcat:
		for _, s := range e.Sub {
			sample(s, b)
		}
	case syntax.OpAlternate:
		sample(e.Sub[0], b)
	}
}

// letterOf is a plain letter of a class, given as pairs of bounds; else the class's first one.
func letterOf(class []rune) rune {
	for _, want := range "xa0X-_/" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= want && want <= class[i+1] {
				return want
			}
		}
	}
	if len(class) == 0 {
		return 'x'
	}
	return class[0]
}

// Impossible reports whether no request can be one that the rule takes: each of its alternatives asks for a host with
// letters that no host may have, such as version 2's {name:[a-z]+} under version 3.
func (r *Rule) Impossible() bool {
	if r == nil || r.tcp || len(r.terms) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.terms, func(term []*cond) bool {
		return !slices.ContainsFunc(term, func(c *cond) bool { return !c.not && c.noHost() })
	})
}

// noHost reports whether a matcher asks for a host that cannot be one.
func (c *cond) noHost() bool {
	switch c.name {
	case "Host", "HostHeader":
		return !slices.ContainsFunc(c.args, func(h string) bool {
			return !strings.ContainsFunc(h, func(r rune) bool { return !hostLetter(r) })
		})
	case "HostRegexp":
		tree, err := syntax.Parse(c.re.String(), syntax.Perl)
		return err == nil && !canBeHost(tree)
	}
	return false
}

// hostLetter reports whether a request's host may hold a letter: others are refused before any rule is asked. Rules see
// hosts in small letters, but the question is asked of what clients send.
func hostLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		strings.ContainsRune("!$%&'()*+,-.:;=[]_~", r)
}

// canBeHost reports whether an expression may match some host in small letters, as far as its letters tell.
func canBeHost(e *syntax.Regexp) bool {
	small := func(r rune) bool { return hostLetter(r) && (r < 'A' || r > 'Z') }
	switch e.Op {
	case syntax.OpNoMatch:
		return false
	case syntax.OpLiteral:
		folded := e.Flags&syntax.FoldCase != 0
		return !slices.ContainsFunc(e.Rune, func(r rune) bool { return !small(r) && !(folded && hostLetter(r)) })
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			for r := e.Rune[i]; r <= min(e.Rune[i+1], 'z'); r++ {
				if small(r) {
					return true
				}
			}
			if e.Rune[i] <= '~' && e.Rune[i+1] >= '~' {
				return true
			}
		}
		return false
	case syntax.OpRepeat:
		return e.Min == 0 || canBeHost(e.Sub[0])
	case syntax.OpPlus, syntax.OpCapture:
		return canBeHost(e.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(e.Sub, func(s *syntax.Regexp) bool { return !canBeHost(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(e.Sub, canBeHost)
	}
	return true
}

// An ExactPath is a request for a path that a rule takes, and that it does not take with more behind it.
type ExactPath struct {
	Request
	Matcher string // Path(`/admin`), or an anchored PathRegexp
}

// ExactPaths are requests for the paths that a rule takes only as they stand: Path(`/admin`) or
// PathRegexp(`^/admin/?$`), not PathPrefix(`/admin`).
func (r *Rule) ExactPaths(v Version) []ExactPath {
	if r == nil || r.tcp {
		return nil
	}
	var out []ExactPath
	for _, term := range r.terms {
		i := slices.IndexFunc(term, (*cond).exactPath)
		if i < 0 {
			continue
		}
		one := &Rule{Text: r.Text, root: r.root, terms: [][]*cond{term}}
		for _, q := range one.Witnesses(v) {
			out = append(out, ExactPath{Request: q, Matcher: term[i].String()})
		}
	}
	return out
}

// exactPath reports whether a matcher takes a path and not what lies below it.
func (c *cond) exactPath() bool {
	switch {
	case c.not:
		return false
	case c.name == "PathRegexp":
		p := Sample(c.re)
		return strings.HasPrefix(p, "/") && !c.re.MatchString(strings.TrimSuffix(p, "/")+"/x")
	}
	return c.name == "Path" && c.re == nil
}

// OnlyPaths reports whether each alternative of a rule is limited to a path of which ok holds: an exact one, or a beginning.
func (r *Rule) OnlyPaths(ok func(path string, exact bool) bool) bool {
	if r == nil || r.terms == nil {
		return false
	}
	for _, term := range r.terms {
		found := slices.ContainsFunc(term, func(c *cond) bool {
			return !c.not && c.re == nil && (c.name == "Path" || c.name == "PathPrefix") && ok(c.args[0], c.name == "Path")
		})
		if !found {
			return false
		}
	}
	return true
}

// HostlessPart reports whether a rule has alternatives for certain hosts and one for all of them: `A && B || C` is
// `(A && B) || C`. It returns the text of one such part.
func (r *Rule) HostlessPart() (string, bool) {
	if r == nil {
		return "", false
	}
	named, part := false, ""
	for _, term := range r.terms {
		hosts, words := false, []string(nil)
		for _, c := range term {
			if strings.HasPrefix(c.name, "Host") {
				hosts = true
			}
			words = append(words, c.String())
		}
		if hosts {
			named = true
		} else if part == "" {
			part = strings.Join(words, " && ")
		}
	}
	return part, named && part != ""
}

// String is a matcher as it may be written; what it asks of headers and queries is left out.
func (c *cond) String() string {
	not := ""
	if c.not {
		not = "!"
	}
	switch c.name {
	case "Header", "Headers", "HeaderRegexp", "HeadersRegexp", "Query", "QueryRegexp":
		return not + c.name + "(`" + c.args[0] + "`, …)"
	}
	return not + c.name + "(`" + strings.Join(c.args, "`, `") + "`)"
}

// Takes reports whether a rule takes a request that comes from an address, as far as the rule can see it.
func (r *Rule) Takes(v Version, host, path string, from netip.Addr) bool {
	if r == nil {
		return false
	}
	path, _, _ = strings.Cut(path, "?")
	return r.matches(
		&conn{
			version: v,
			remote:  from,
			host:    canonicalHost(host),
			path:    path,
			method:  http.MethodGet,
			header:  http.Header{},
		},
	)
}
