package prove

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/lazyregexp"
	"golang.org/x/net/html"
)

// Probe is a request that both contenders get.
type Probe struct {
	Method string // "" = GET
	Port   int    // 0 = every port that is open
	Path   string // with its query
	From   string // where it was found: "given", "HEALTHCHECK", "compose", "port", "link", "usual"
}

// ParseProbe reads a probe as it is given on a command line: "[METHOD ][:PORT]/PATH", for instance "/healthz",
// ":8080/" or "HEAD :8080/status". A whole address is taken too; its host counts for nothing.
func ParseProbe(s string) (Probe, error) {
	p := Probe{From: "given"}
	rest := strings.TrimSpace(s)
	if m, after, ok := strings.Cut(rest, " "); ok {
		p.Method, rest = strings.ToUpper(m), strings.TrimSpace(after)
	}
	if strings.Contains(rest, "://") {
		u, err := url.Parse(rest)
		if err != nil || u.Host == "" {
			return p, badProbe(s)
		}
		rest = u.RequestURI()
		if u.Port() != "" {
			rest = ":" + u.Port() + rest
		}
	}
	if strings.HasPrefix(rest, ":") {
		port, path, _ := strings.Cut(rest[1:], "/")
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return p, badProbe(s)
		}
		p.Port, rest = int(n), "/"+path
	}
	if !strings.HasPrefix(rest, "/") || strings.ContainsAny(rest, " \t\r\n") {
		return p, badProbe(s)
	}
	p.Path = rest
	return p, nil
}

func badProbe(s string) error {
	return clierr.Usage("%q is no probe",
		s).WithHint(`A probe is "[METHOD ][:PORT]/PATH", for instance /healthz or ":8080/".`)
}

// ports that are worth asking: given, exposed by either image or named by a health check.
func (p *prover) ports() []int {
	seen := map[int]bool{}
	add := func(n int) {
		if n > 0 && n < 65536 {
			seen[n] = true
		}
	}
	for _, pr := range p.Probes {
		add(pr.Port)
	}
	for _, n := range p.Ports {
		add(n)
	}
	for _, e := range p.imgs[0].Config.ExposedPorts {
		port, proto, _ := strings.Cut(e, "/")
		if n, err := strconv.Atoi(port); err == nil && proto != "udp" {
			add(n)
		}
	}
	for _, pr := range p.healthProbes() {
		add(pr.Port)
	}
	var out []int
	for n := range seen {
		out = append(out, n)
	}
	sort.Ints(out)
	return out
}

var (
	localURL = lazyregexp.New(`https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d{1,5}))?(/[^\s"'` + "`" +
		`|;)&,]*)?`)
)

// healthProbes are the addresses that the images' health checks ask.
func (p *prover) healthProbes() []Probe {
	var out []Probe
	for _, img := range p.imgs {
		for _, m := range localURL.FindAllStringSubmatch(strings.Join(img.Config.Healthcheck, " "), -1) {
			port, _ := strconv.Atoi(m[1])
			path := m[2]
			if path == "" {
				path = "/"
			}
			out = append(out, Probe{Port: port, Path: path, From: "HEALTHCHECK"})
		}
	}
	return out
}

// usualPaths are asked of every port beside "/": an app answers some of them, and "not found" is an answer too.
var usualPaths = append([]string{"/", "/healthz", "/health", "/robots.txt", "/static/"}, openAPIPaths[:4]...)

// findProbes lists what is asked of a contender whose open ports are known. What was given goes first.
func (p *prover) findProbes(open []int) []engine.Request {
	var out []engine.Request
	seen := map[string]bool{}
	add := func(pr Probe, port int) {
		r := engine.Request{Method: pr.Method, Port: port, Path: pr.Path}
		if k := r.String(); !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	for _, pr := range append(append([]Probe{}, p.Probes...), p.healthProbes()...) {
		if pr.Port != 0 {
			add(pr, pr.Port)
			continue
		}
		for _, port := range open {
			add(pr, port)
		}
	}
	for _, port := range open {
		for _, path := range usualPaths {
			add(Probe{Path: path, From: "usual"}, port)
		}
	}
	return out
}

const maxLinks = 24

// links are the paths on the same server that an HTML answer names: its style sheets, scripts, pictures, pages. They
// show that static files came along.
func links(req engine.Request, res *engine.Response) []engine.Request {
	if res.Status != http.StatusOK || !strings.Contains(res.Header.Get("Content-Type"), "html") {
		return nil
	}
	base, err := url.Parse(fmt.Sprintf("http://localhost:%d%s", req.Port, req.Path))
	if err != nil {
		return nil
	}
	var out []engine.Request
	seen := map[string]bool{req.Path: true}
	z := html.NewTokenizer(bytes.NewReader(res.Body))
	for len(out) < maxLinks {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, ref := range refs(z) {
				u, err := base.Parse(ref)
				if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || seen[u.RequestURI()] ||
					len(out) == maxLinks {
					continue
				}
				seen[u.RequestURI()] = true
				out = append(out, engine.Request{Port: req.Port, Path: u.RequestURI()})
			}
		}
	}
	return out
}

// refs are the addresses in a tag that a browser would fetch, or follow with a plain GET.
func refs(z *html.Tokenizer) []string {
	name, more := z.TagName()
	tag := string(name)
	var out []string
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch key := string(k); {
		case key == "src", key == "href" && (tag == "link" || tag == "a"):
			out = append(out, string(v))
		}
	}
	return out
}
