package deploy

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/clierr"
)

// Traefik says how to find out what the running Traefik has noticed. By its API, by what an entry point answers, else
// by waiting as long as it may take.
type Traefik struct {
	API        string        // address of its API, "http://127.0.0.1:8080"; "" = it is not asked
	EntryPoint string        // address of a plain HTTP entry point, "http://127.0.0.1:80"
	Throttle   time.Duration // its providersThrottleDuration; 0 = Traefik's own default
}

const (
	defaultThrottle = 2 * time.Second
	noticeMargin    = 1500 * time.Millisecond
	noticeWithin    = 30 * time.Second
	pollEvery       = 100 * time.Millisecond
	askTimeout      = 3 * time.Second
	teapot          = http.StatusTeapot // what noop@internal answers
)

// observer asks Traefik.
type observer struct {
	Traefik
	http    *http.Client
	beacons bool // the entry point tells a beacon from nothing
}

func observe(ctx context.Context, t Traefik) (*observer, error) {
	o := &observer{Traefik: t, http: &http.Client{
		Timeout:       askTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true,
			// the address is the user's own; that it is Traefik is all that the answer tells
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec
	}}
	if o.Throttle == 0 {
		o.Throttle = defaultThrottle
	}
	if o.API != "" {
		if status, err := o.ask(ctx, o.API+"/api/version", ""); err != nil || status != http.StatusOK {
			return nil, clierr.Input(o.API, "Traefik's API does not answer (%s)", describe(status, err)).
				WithHint("Give the address of its API, or leave it out: drydock then waits as long as Traefik may " +
					"take.")
		}
		return o, nil
	}
	if o.EntryPoint != "" {
		status, err := o.ask(ctx, o.EntryPoint, "nothing.drydock.invalid")
		if err != nil {
			return nil, clierr.Input(o.EntryPoint, "Traefik's entry point does not answer (%v)", err)
		}
		o.beacons = status == http.StatusNotFound // one that redirects everything cannot tell
	}
	return o, nil
}

func describe(status int, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("it says %d", status)
}

func (o *observer) ask(ctx context.Context, address, host string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	req.Host = host
	res, err := o.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, nil
}

// beacon is a router that answers as soon as the container that carries it counts, for entry points that are asked.
func (o *observer) beacon(nonce string) map[string]string {
	if !o.beacons {
		return nil
	}
	at := "traefik.http.routers." + nonce + "-beacon."
	return map[string]string{at + "rule": "Host(`" + nonce + ".invalid`)", at + "service": "noop@internal"}
}

// effective waits until a signpost counts.
func (o *observer) effective(ctx context.Context, p post) error { return o.until(ctx, p, true) }

// gone waits until a signpost does not count any more.
func (o *observer) gone(ctx context.Context, p post) error { return o.until(ctx, p, false) }

func (o *observer) until(ctx context.Context, p post, there bool) error {
	if o.API == "" && !o.beacons {
		return o.settle(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, noticeWithin)
	defer cancel()
	for {
		if seen, err := o.sees(ctx, p); err == nil && seen == there {
			return nil
		}
		if err := sleep(ctx, pollEvery); err != nil {
			word := "has not noticed"
			if !there {
				word = "still has"
			}
			return fmt.Errorf("Traefik %s the signpost %s after %s", word, p.nonce, noticeWithin)
		}
	}
}

// sees reports whether Traefik has every router of a signpost.
func (o *observer) sees(ctx context.Context, p post) (bool, error) {
	if o.API == "" {
		status, err := o.ask(ctx, o.EntryPoint, p.nonce+".invalid")
		return status == teapot, err
	}
	seen := 0
	for _, r := range p.routes {
		name := url.PathEscape(strings.ToLower(r.name+"-"+p.nonce) + "@docker")
		address := fmt.Sprintf("%s/api/%s/routers/%s", o.API, r.kind, name)
		status, err := o.ask(ctx, address, "")
		if err != nil {
			return false, err
		}
		if status == http.StatusOK {
			seen++
		}
	}
	return seen == len(p.routes) && seen > 0, nil
}

// settle waits as long as Traefik may take to notice a change.
func (o *observer) settle(ctx context.Context) error { return sleep(ctx, o.Throttle+noticeMargin) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
