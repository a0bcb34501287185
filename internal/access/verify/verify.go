// Package verify asks a running Traefik, and sends it requests, whether it does what the model says.
package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/traefik"
)

// Live is what a running Traefik tells of itself.
type Live struct {
	Routers     map[string]LiveRouter     `json:"routers"`
	TCPRouters  map[string]LiveRouter     `json:"tcpRouters"`
	Middlewares map[string]LiveMiddleware `json:"middlewares"`
}

// LiveRouter is a router as the API tells of it.
type LiveRouter struct {
	Rule        string   `json:"rule"`
	Middlewares []string `json:"middlewares"`
	Service     string   `json:"service"`
	Status      string   `json:"status"`
	Using       []string `json:"using"`
	Errors      []string `json:"error"`
}

// LiveMiddleware is a middleware as the API tells of it; what it holds is not needed.
type LiveMiddleware struct {
	Status string   `json:"status"`
	Errors []string `json:"error"`
}

// maxLive bounds what is read of an API.
const maxLive = 64 << 20

// timeout of one request to an API or a probe.
const liveTimeout = 15 * time.Second

// API is a running Traefik's API, as the user names it.
type API struct {
	URL      string // http://127.0.0.1:8080, with a path where api.basePath sets one
	Host     string // name to ask for where the API is behind a router, "" for that of URL
	User     string // with Password: HTTP basic authentication
	Password string
	CA       []byte // certificates in PEM to trust besides the system's
}

// Ask reads a running Traefik's configuration from its API. Nothing but that address is asked.
func (a *API) Ask(ctx context.Context) (*Live, error) {
	u, err := url.Parse(a.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, clierr.Usage("that is no address of an API").WithHint("Write http://127.0.0.1:8080.")
	}
	base := strings.TrimSuffix(u.Path, "/")
	for _, end := range []string{"/rawdata", "/api", "/dashboard"} {
		base = strings.TrimSuffix(base, end) // as copied from a browser
	}
	u.Path, u.RawQuery, u.Fragment = base+"/api/rawdata", "", ""
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, clierr.Usage("that is no address of an API")
	}
	trust, err := a.trust()
	if err != nil {
		return nil, err
	}
	req.Host, trust.ServerName = a.Host, a.Host
	if a.User != "" {
		req.SetBasicAuth(a.User, a.Password)
	}
	tr := &http.Transport{DisableKeepAlives: true, TLSClientConfig: trust}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, clierr.Input(u.Host, "Traefik's API does not answer: %v", plainNetError(err)).WithHint("%s",
			netHint(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, clierr.Input(u.Host, "Traefik's API answers %d", resp.StatusCode).WithHint("%s",
			statusHint(resp.StatusCode))
	}
	data, err := bounded.ReadAll(resp.Body, maxLive)
	if err != nil {
		return nil, clierr.InputErr(u.Host, err)
	}
	var live Live
	if err := json.Unmarshal(data, &live); err != nil || live.Routers == nil && live.TCPRouters == nil {
		return nil, clierr.Input(u.Host, "what answers there is not Traefik's API").WithHint(
			"Name the entry point of the API (8080 with api.insecure), or the router to api@internal.")
	}
	return &live, nil
}

// trust is whom TLS believes.
func (a *API) trust() (*tls.Config, error) {
	if len(a.CA) == 0 {
		return &tls.Config{}, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(a.CA) {
		return nil, clierr.Usage("no certificate in PEM form is in the file of --traefik-ca")
	}
	return &tls.Config{RootCAs: pool}, nil
}

// netHint says what to do about a connection that failed.
func netHint(err error) string {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &unknown):
		return "Name the certificate's authority with --traefik-ca FILE."
	case errors.As(err, &name):
		return "Name the host that the certificate is for with --traefik-host."
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return "It speaks plain HTTP: write http:// instead of https://."
	case errors.Is(err, context.DeadlineExceeded):
		return "Is the port open to this machine? Ask from the machine that Traefik runs on."
	}
	return "Is the API enabled (api: true), and its entry point published to this machine?"
}

// statusHint says what to do about an answer that is not the API's.
func statusHint(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "It asks for a password: give --traefik-user NAME, and the password in DRYDOCK_TRAEFIK_PASSWORD."
	case http.StatusForbidden:
		return "It refuses this machine's address: an allowlist stands before the API. Ask from an address that is " +
			"in it."
	case http.StatusNotFound:
		return "No API is served there: enable it (api: true), give its path if api.basePath sets one, and the host " +
			"of its router with --traefik-host."
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return "It redirects, most often to https: write that address."
	}
	return "The API must be enabled, and the address be its own."
}

// plainNetError is a network error without the address, which may hold a password.
func plainNetError(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

// Difference is a point in which a running Traefik is not what the files say.
type Difference struct {
	Router string `json:"router"`
	What   string `json:"what"`  // "missing", "not in the files", "status", "rule", "middlewares" or "error"
	Files  string `json:"files"` // what the files say
	Live   string `json:"live"`  // what runs
}

// Compare holds what runs against what the files say: the routers, what guards them, and whether they are served. Of
// several Traefiks in the files the one that runs must be named, as its service or stack/service.
func Compare(r *exposure.Model, live *Live, name string) ([]Difference, error) {
	gateways, err := r.Named(name)
	if err != nil {
		return nil, err
	}
	if len(gateways) > 1 {
		return nil, clierr.Usage("the files have several Traefiks").WithHint(
			"Say which one is asked with --traefik: %s.", strings.Join(exposure.NamesOf(gateways), ", "))
	}
	type state struct {
		rule, status string
		middlewares  []string
	}
	want := map[string]state{}
	for _, g := range gateways {
		if g.Assumed {
			continue
		}
		for _, x := range g.Routes {
			if x.UDP || x.Router.Provider == "internal" && !x.EntryRedirect() {
				continue
			}
			s := state{rule: x.Router.Rule, status: "enabled", middlewares: x.Middlewares}
			if !x.Served() {
				s.status = "disabled"
			}
			if old, ok := want[x.Name]; ok && old.status == "disabled" {
				s.status = "disabled"
			}
			want[x.Name] = s
		}
	}
	runs := map[string]LiveRouter{}
	for _, m := range []map[string]LiveRouter{live.Routers, live.TCPRouters} {
		for n, x := range m {
			if !strings.HasSuffix(n, "@internal") || strings.Contains(n, "-to-") {
				runs[n] = x
			}
		}
	}
	var out []Difference
	for n, w := range want {
		x, ok := runs[n]
		if !ok {
			out = append(out, Difference{n, "missing", w.rule, "no such router"})
			continue
		}
		status := x.Status
		if status == "warning" {
			status = "enabled"
		}
		if status != "" && status != w.status {
			out = append(out, Difference{n, "status", w.status, x.Status + " " + strings.Join(x.Errors, "; ")})
		}
		if w.rule != x.Rule {
			out = append(out, Difference{n, "rule", w.rule, x.Rule})
		}
		if w.status == "enabled" && !slices.Equal(w.middlewares, x.Middlewares) {
			out = append(out, Difference{n, "middlewares", strings.Join(w.middlewares, ", "),
				strings.Join(x.Middlewares, ", ")})
		}
	}
	for n, x := range runs {
		if _, ok := want[n]; !ok {
			out = append(out, Difference{n, "not in the files", "no such router", x.Rule})
		}
	}
	for n, m := range live.Middlewares {
		if m.Status == "disabled" {
			out = append(out, Difference{n, "error", "", strings.Join(m.Errors, "; ")})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Router+out[i].What < out[j].Router+out[j].What })
	return out, nil
}

// Probe is one request that is really sent, to an address that the user names.
type Probe struct {
	Connect string     // "192.0.2.1:443": where Traefik listens
	From    netip.Addr // source address to use; invalid: the machine's own choice
	Proto   string     // "http" or "https"
	Host    string
	Path    string
	Header  http.Header
	// What tells the backend's own answer from one of Traefik's: a header that it sets, or text in its body. A status
	// alone never does: a refusal may look like success.
	BackendHeader string
	BackendBody   string
	Traefik       string // which of several Traefiks is asked, for the simulation
}

// ProbeAnswer is what came back.
type ProbeAnswer struct {
	From    string `json:"from"`
	Status  int    `json:"status"`
	Backend string `json:"backend"` // "yes", "no", or "unknown" where nothing was named that would tell
	Error   string `json:"error"`
	Model   string `json:"model"` // what the simulation says
}

// maxBody is how much of an answer is searched for the backend's text.
const maxBody = 1 << 20

// Send sends the probe.
func (p *Probe) Send(ctx context.Context) ProbeAnswer {
	a := ProbeAnswer{Backend: "unknown"}
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	d := net.Dialer{}
	if p.From.IsValid() {
		a.From = p.From.String()
		d.LocalAddr = &net.TCPAddr{IP: p.From.AsSlice()}
	}
	tr := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := d.DialContext(ctx, "tcp", p.Connect)
			if err == nil {
				if host, _, err := net.SplitHostPort(c.LocalAddr().String()); err == nil {
					a.From = host
				}
			}
			return c, err
		},
		// The question is who gets through, not whose certificate it is; and the probe sends nothing secret.
		TLSClientConfig: &tls.Config{ServerName: p.Host, InsecureSkipVerify: true},
	}
	defer tr.CloseIdleConnections()
	path := p.Path
	if path == "" {
		path = "/"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Proto+"://"+p.Host+path, nil)
	if err != nil {
		a.Error = "the host or path makes no request"
		return a
	}
	req.Header = p.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	client := &http.Client{Transport: tr,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		a.Error = plainNetError(err).Error()
		return a
	}
	defer resp.Body.Close()
	a.Status = resp.StatusCode
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	switch {
	case p.BackendHeader != "" && resp.Header.Get(p.BackendHeader) != "":
		a.Backend = "yes"
	case p.BackendBody != "" && strings.Contains(string(body), p.BackendBody):
		a.Backend = "yes"
	case p.BackendHeader != "" || p.BackendBody != "":
		a.Backend = "no"
	}
	return a
}

// Agrees reports whether a probe's answer is what the simulation says; false with ok false where that cannot be told.
func (a *ProbeAnswer) Agrees(s *exposure.Simulation) (agrees, ok bool) {
	switch {
	case a.Error != "" || s.Outcome == traefik.Unknown:
		return false, false
	case s.Outcome == traefik.Allowed:
		return a.Backend == "yes", a.Backend != "unknown"
	case a.Backend == "yes":
		return false, true
	}
	return s.Status == 0 || s.Status == a.Status, true
}

// Expected is the simulation of a probe from the address that it really came from.
func Expected(r *exposure.Model, p *Probe, entryPoint string, a *ProbeAnswer) (*exposure.Simulation, error) {
	h := map[string][]string{}
	for k, v := range p.Header {
		h[k] = v
	}
	s, err := r.Simulate(exposure.Request{From: a.From, EntryPoint: entryPoint, Proto: p.Proto, Host: p.Host,
		Path: p.Path, Headers: h, Traefik: p.Traefik})
	if err != nil {
		return nil, err
	}
	a.Model = string(s.Outcome)
	if s.Status != 0 {
		a.Model = fmt.Sprintf("%s %d", s.Outcome, s.Status)
	}
	return s, nil
}
