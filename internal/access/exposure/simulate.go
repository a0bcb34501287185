package exposure

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/traefik"
)

// Request is a request to be worked out, as a person or a file of requests gives it.
type Request struct {
	From       string              `json:"from"`       // client's address
	EntryPoint string              `json:"entrypoint"` // "websecure"
	Proto      string              `json:"proto"`      // "http", "https", "tcp" or "tls"; "" as the entry point is used
	Host       string              `json:"host"`
	Path       string              `json:"path"`
	Method     string              `json:"method"`
	Headers    map[string][]string `json:"headers"`
	Proxy      string              `json:"proxy"`             // source that a PROXY protocol line claims
	Traefik    string              `json:"traefik,omitempty"` // which of several, as its service or stack/service
}

// Simulation is what Traefik would do with a request, and why.
type Simulation struct {
	Outcome traefik.Outcome `json:"outcome"`
	Status  int             `json:"status"`
	Router  string          `json:"router"`
	Service string          `json:"service"`
	Steps   []string        `json:"steps"`
	Request *Request        `json:"request,omitempty"` // in answers to a list of requests
}

// Simulate works out a request. The error is for a request that makes no sense.
func (m *Model) Simulate(q Request) (*Simulation, error) {
	g, err := m.gatewayFor(q)
	if err != nil {
		return nil, err
	}
	if g == nil {
		why := m.Unknown
		if why == "" {
			why = "Traefik is not among the inputs"
		}
		return &Simulation{Outcome: traefik.Unknown, Steps: []string{why}}, nil
	}
	req, err := q.read(g)
	if err != nil {
		return nil, err
	}
	a := g.Runtime.Simulate(*req)
	out := &Simulation{Outcome: a.Outcome, Status: a.Status, Router: a.Router, Service: a.Service, Steps: a.Steps}
	if g.Unverified {
		out.Steps = append(out.Steps, fmt.Sprintf("unverified: no real Traefik %s was compared with", g.Version))
	}
	return out, nil
}

// Named lists the Traefiks of a name, as the service or as stack/service; all of them for "".
func (m *Model) Named(name string) ([]*Gateway, error) {
	var out []*Gateway
	for _, g := range m.Gateways {
		if name == "" || g.Service != nil && (g.Service.Name == name || g.Name() == name) {
			out = append(out, g)
		}
	}
	if len(out) == 0 {
		return nil, clierr.Usage("no Traefik is called %q", name).WithHint("There are: %s.",
			strings.Join(NamesOf(m.Gateways), ", "))
	}
	return out, nil
}

// NamesOf lists Traefiks as stack/service.
func NamesOf(gs []*Gateway) []string {
	var out []string
	for _, g := range gs {
		if g.Service != nil {
			out = append(out, g.Name())
		}
	}
	return out
}

// gatewayFor finds the Traefik that a request goes to, nil where its configuration is not known.
func (m *Model) gatewayFor(q Request) (*Gateway, error) {
	gateways, err := m.Named(q.Traefik)
	if err != nil {
		return nil, err
	}
	name := q.EntryPoint
	var names []string
	var found []*Gateway
	for _, g := range gateways {
		if g.Assumed {
			continue
		}
		if g.Runtime.Static.EntryPoints[name] != nil {
			found = append(found, g)
		}
		for n := range g.Runtime.Static.EntryPoints {
			names = append(names, n)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, clierr.Usage("several Traefiks have an entry point %q",
			name).WithHint("Say which one with --traefik: %s.", strings.Join(NamesOf(found), ", "))
	case len(names) == 0:
		return nil, nil
	}
	sort.Strings(names)
	return nil, clierr.Usage("there is no entry point %q", name).WithHint("Traefik listens on: %s.",
		strings.Join(names, ", "))
}

func (q *Request) read(g *Gateway) (*traefik.Request, error) {
	from, err := netip.ParseAddr(q.From)
	if err != nil {
		return nil, clierr.Usage("%q is no IP address",
			q.From).WithHint("Give the client's address, such as 203.0.113.9 or 2001:db8::9.")
	}
	req := &traefik.Request{From: from, EntryPoint: q.EntryPoint, Proto: q.Proto, Host: q.Host, Path: q.Path,
		Method: strings.ToUpper(q.Method), Header: http.Header{}}
	for k, vs := range q.Headers {
		for _, v := range vs {
			req.Header.Add(k, v)
		}
	}
	if q.Proxy != "" {
		if req.Claimed, err = netip.ParseAddr(q.Proxy); err != nil {
			return nil, clierr.Usage("%q is no IP address", q.Proxy)
		}
	}
	switch req.Proto {
	case "":
		req.Proto = g.usualProto(q.EntryPoint)
	case "http", "https", "tcp", "tls":
	default:
		return nil, clierr.Usage("%q is no protocol", q.Proto).WithHint("Use http, https, tcp or tls.")
	}
	return req, nil
}

// usualProto is how an entry point is used: https where it or a router on it has TLS, plain TCP where nothing else is
// there.
func (g *Gateway) usualProto(entryPoint string) string {
	rt := g.Runtime
	http := len(rt.Table(entryPoint, false, false))
	switch {
	case rt.Static.EntryPoints[entryPoint].TLS != nil, len(rt.Table(entryPoint, true, false)) > 0:
		return "https"
	case http == 0 && len(rt.Table(entryPoint, false, true)) > 0:
		return "tcp"
	case http == 0 && len(rt.Table(entryPoint, true, true)) > 0:
		return "tls"
	}
	return "http"
}

// maxRequests bounds a file of requests.
const maxRequests = 16 << 20

// ReadRequests reads a list of requests, as JSON. A header's value may be one text or a list of them.
func ReadRequests(name string, rd io.Reader) ([]Request, error) {
	data, err := bounded.ReadAll(rd, maxRequests)
	if err != nil {
		return nil, clierr.InputErr(name, err)
	}
	var raw []struct {
		Request
		Headers map[string]json.RawMessage `json:"headers"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, clierr.Input(name, "not a list of requests: %v", err).
			WithHint(
				`Write [{"from": "203.0.113.9", "entrypoint": "websecure", "host": "app.example.com", "path": "/"}].`)
	}
	out := make([]Request, len(raw))
	for i, r := range raw {
		out[i] = r.Request
		for k, v := range r.Headers {
			var many []string
			if json.Unmarshal(v, &many) != nil {
				var one string
				if err := json.Unmarshal(v, &one); err != nil {
					return nil, clierr.Input(name, "request %d: the header %s is neither a text nor a list of texts",
						i+1, k)
				}
				many = []string{one}
			}
			if out[i].Headers == nil {
				out[i].Headers = map[string][]string{}
			}
			out[i].Headers[k] = many
		}
	}
	return out, nil
}
