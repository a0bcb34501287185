package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/bounded"
)

// Request is one HTTP request to a container, or a FastCGI request where it names a script.
type Request struct {
	Method string // "" = GET
	Port   int
	Path   string // with its query, "" = "/"
	Host   string // Host header; "" = "localhost", so that answers do not differ by address
	Header http.Header
	Body   []byte
	Script string // path of the program that a FastCGI server is to run; "" = the port speaks HTTP
}

// String is the request as a person would say it: "GET :8000/healthz". Of a body it tells the size.
func (r Request) String() string {
	s := fmt.Sprintf("%s :%d%s", or(r.Method, http.MethodGet), r.Port, or(r.Path, "/"))
	if r.Script != "" {
		s += " (" + r.Script + ")"
	}
	if len(r.Body) > 0 {
		s += fmt.Sprintf(" with %d bytes", len(r.Body))
	}
	return s
}

// Response is the answer to a Request. Redirects are answers like any other.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Cut    bool // the body was longer than what is kept
}

const (
	maxBody     = 4 << 20
	requestTime = 20 * time.Second
)

// ErrNotHTTP is wrapped where a port takes connections but does not speak HTTP.
var ErrNotHTTP = errors.New("the port does not speak HTTP")

// Do sends one request to the container's address, without following redirects, proxies or cookies.
func (c *Container) Do(ctx context.Context, req Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	if req.Script != "" {
		return c.fastCGI(ctx, req)
	}
	url := "http://" + c.addr(req.Port) + or(req.Path, "/")
	hr, err := http.NewRequestWithContext(ctx, or(req.Method, http.MethodGet), url, bytes.NewReader(req.Body))
	if err != nil {
		return nil, err
	}
	maps.Copy(hr.Header, req.Header)
	hr.Host = or(req.Host, "localhost")
	tr := &http.Transport{DisableKeepAlives: true, DisableCompression: true, Proxy: nil}
	defer tr.CloseIdleConnections()
	res, err := tr.RoundTrip(hr)
	if err != nil {
		return nil, c.requestError(ctx, req, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil && !errors.Is(err, bounded.ErrTooLarge) && len(body) == 0 {
		return nil, fmt.Errorf("%s: %w", req, err)
	}
	out := &Response{Status: res.StatusCode, Header: res.Header, Body: body}
	if len(body) > maxBody {
		out.Body, out.Cut = body[:maxBody], true
	}
	return out, nil
}

// requestError tells a port that is closed from one that speaks something else.
func (c *Container) requestError(ctx context.Context, req Request, err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" || ctx.Err() != nil {
		return fmt.Errorf("%s: %w", req, err)
	}
	return fmt.Errorf("%s: %w (%w)", req, ErrNotHTTP, err)
}

func (c *Container) addr(port int) string {
	return net.JoinHostPort(c.IP.String(), strconv.Itoa(port))
}

// Open reports whether a TCP port of the container takes connections.
func (c *Container) Open(ctx context.Context, port int) bool {
	d := net.Dialer{Timeout: 2 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", c.addr(port))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// OpenPorts tries every TCP port and returns those that take connections, in order. On the local bridge a closed port
// answers at once, so that it takes a second or two.
func (c *Container) OpenPorts(ctx context.Context) []int {
	const workers, last = 64, 65535
	var mu sync.Mutex
	var open []int
	var wg sync.WaitGroup
	for w := 1; w <= workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for port := w; port <= last && ctx.Err() == nil; port += workers {
				if c.Open(ctx, port) {
					mu.Lock()
					open = append(open, port)
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	sort.Ints(open)
	return open
}

// WaitOpen waits until one of the ports takes connections and returns which do then. It returns early with a
// *Failure, holding the end of the log, when the container ends before.
func (c *Container) WaitOpen(ctx context.Context, ports []int, patience time.Duration) ([]int, error) {
	deadline := time.Now().Add(patience)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		var open []int
		for _, p := range ports {
			if c.Open(ctx, p) {
				open = append(open, p)
			}
		}
		if len(open) > 0 {
			return open, nil
		}
		if err := c.Alive(ctx); err != nil {
			return nil, err
		}
		if time.Now().After(deadline) {
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// Alive is nil while the container runs, else a *Failure with the end of its log.
func (c *Container) Alive(ctx context.Context) error {
	st, err := c.State(ctx)
	if err != nil || st.Running {
		return err
	}
	out, errs, err := c.Logs(ctx)
	if err != nil {
		return err
	}
	f := &Failure{What: "the container", Exit: st.Exit, Log: out + errs}
	switch {
	case st.OOMKilled:
		f.Err = errors.New("it used more memory than it was given")
	case st.Error != "":
		f.Err = errors.New(st.Error)
	case st.Exit == 0:
		f.Err = errors.New("it ended by itself")
	}
	return f
}

func nonce() string { return strconv.FormatInt(time.Now().UnixNano(), 36) }
