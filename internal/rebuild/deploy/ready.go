package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/clierr"
)

// How often a container is looked at until it is ready and while it settles, and how long one probe may take.
const (
	readyEvery   = 250 * time.Millisecond
	settleEvery  = time.Second
	probeTimeout = 5 * time.Second
)

// probe asks a container over HTTP whether it works.
type probe struct {
	path string // "" where none was given: any answer will do
	port int    // 0 = that which Traefik uses, else the lowest exposed one
}

// ParseProbe reads "/health" or "8080/health" or ":8080/health".
func ParseProbe(s string) (path string, port int, err error) {
	port0, rest, ok := strings.Cut(strings.TrimPrefix(s, ":"), "/")
	if !ok {
		return "", 0, clierr.Usage("the probe %q is no path", s).WithHint("Write /health, or 8080/health.")
	}
	if port0 != "" {
		if port, err = strconv.Atoi(port0); err != nil || port < 1 || port > 65535 {
			return "", 0, clierr.Usage("the probe %q has no port that there could be", s).
				WithHint("Write /health, or 8080/health: the address is the container's own.")
		}
	}
	return "/" + rest, port, nil
}

// failure is a reason for which a new version is not taken.
type failure struct{ reason string }

func (f *failure) Error() string { return f.reason }

func failed(format string, args ...any) error { return &failure{fmt.Sprintf(format, args...)} }

// alive fails where a container has ended or was restarted.
func (d *work) alive(ctx context.Context, c *container.InspectResponse) error {
	s := c.State
	name := strings.TrimPrefix(c.Name, "/")
	switch {
	case s == nil || s.Status == "created":
		return nil
	case s.Running && !s.Restarting && c.RestartCount == 0:
		return nil
	case s.OOMKilled:
		return failed("%s ran out of memory", name)
	}
	why := fmt.Sprintf("%s ended with exit code %d", name, s.ExitCode)
	if said := d.reason(ctx, c.ID); said != "" {
		why += ": " + said
	}
	return &failure{why}
}

// ready waits until a container answers: by its health check, else by the probe.
func (d *work) ready(ctx context.Context, id string, routes []route) error {
	end := time.Now().Add(d.opt.Wait)
	last := ""
	for time.Now().Before(end) {
		c, err := d.inspect(ctx, id)
		if err != nil {
			return err
		}
		if err := d.alive(ctx, c); err != nil {
			return err
		}
		ok, why := d.answers(ctx, c, routes)
		if ok {
			return nil
		}
		last = why
		if err := sleep(ctx, readyEvery); err != nil {
			return err
		}
	}
	return failed("it was not ready after %s: %s", d.opt.Wait, last)
}

// answers reports whether a running container says that it works, and what it says otherwise.
func (d *work) answers(ctx context.Context, c *container.InspectResponse, routes []route) (bool, string) {
	if c.State == nil || !c.State.Running {
		return false, "it is not running yet"
	}
	if h := c.State.Health; h != nil && h.Status != container.NoHealthcheck {
		if h.Status != container.Healthy {
			return false, "its health check says " + string(h.Status)
		}
		if d.probe.path == "" {
			return true, ""
		}
	}
	return d.asked(ctx, c, routes)
}

// asked probes a container. Without a given path any answer will do that is no worse than the old container's, and
// where no port is known it is enough that it runs.
func (d *work) asked(ctx context.Context, c *container.InspectResponse, routes []route) (bool, string) {
	port := d.probe.port
	if port == 0 {
		port = routedPort(c, routes)
	}
	ip := addressOf(c)
	if port == 0 || ip == "" {
		return d.probe.path == "", "there is no address to probe"
	}
	at := net.JoinHostPort(ip, strconv.Itoa(port))
	if d.probe.path == "" {
		conn, err := (&net.Dialer{Timeout: probeTimeout}).DialContext(ctx, "tcp", at)
		if err != nil {
			return d.unreachable, "nothing listens on port " + strconv.Itoa(port)
		}
		conn.Close()
		return d.noWorse(ctx, "http://"+at+"/")
	}
	status, err := get(ctx, "http://"+at+d.probe.path)
	if err != nil {
		return false, "the probe failed: " + plain(err)
	}
	return status < 400, fmt.Sprintf("the probe was answered with %d", status)
}

// noWorse asks for the front page: an answer that says "server error" counts only if the old container gave it too.
func (d *work) noWorse(ctx context.Context, address string) (bool, string) {
	status, err := get(ctx, address)
	if err != nil || status < 500 || d.oldFails {
		return true, "" // what speaks no HTTP listens, and no more can be told
	}
	return false, fmt.Sprintf("it answers with %d", status)
}

func get(ctx context.Context, address string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, nil
}

// plain is the cause of a failed request, without its address.
func plain(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

// settle watches containers that are ready: one that ends or stops answering is not taken.
func (d *work) settle(ctx context.Context, ids []string) error {
	for end := time.Now().Add(d.opt.Settle); time.Now().Before(end); {
		if err := sleep(ctx, settleEvery); err != nil {
			return err
		}
		for _, id := range ids {
			c, err := d.inspect(ctx, id)
			if err != nil {
				return err
			}
			if err := d.alive(ctx, c); err != nil {
				return err
			}
			if h := c.State.Health; h != nil && h.Status == container.Unhealthy {
				return failed("%s became unhealthy", strings.TrimPrefix(c.Name, "/"))
			}
		}
	}
	return nil
}

// addressOf is a container's address on its network: of the one that Traefik is told to use, else of the first.
func addressOf(c *container.InspectResponse) string {
	if c.NetworkSettings == nil {
		return ""
	}
	wanted := ""
	for k, v := range c.Config.Labels {
		if strings.EqualFold(k, "traefik.docker.network") {
			wanted = v
		}
	}
	first := ""
	for name, n := range c.NetworkSettings.Networks {
		if n == nil || !n.IPAddress.IsValid() {
			continue
		}
		if name == wanted {
			return n.IPAddress.String()
		}
		if ip := n.IPAddress.String(); first == "" || ip < first {
			first = ip
		}
	}
	return first
}

func (d *work) inspect(ctx context.Context, id string) (*container.InspectResponse, error) {
	r, err := d.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return nil, err
	}
	return &r.Container, nil
}
