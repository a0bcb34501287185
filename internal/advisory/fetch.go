package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/drydock/drydock/internal/bounded"
)

// fetcher gets files over HTTP: only if changed, with retries, bounded in size and time.
type fetcher struct {
	client *http.Client
	wait   func(context.Context, time.Duration) error // between tries
}

const (
	tries        = 4
	firstWait    = time.Second
	longestWait  = time.Minute
	headerWait   = 30 * time.Second
	stallWait    = time.Minute
	maxRedirects = 5
)

// errAbsent means that the address has no such file.
var errAbsent = errors.New("not there (404)")

func newFetcher() *fetcher {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = headerWait
	return &fetcher{
		client: &http.Client{Transport: t, CheckRedirect: checkRedirect},
		wait: func(ctx context.Context, d time.Duration) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(d):
				return nil
			}
		},
	}
}

// checkRedirect follows a few redirects, never from https to http.
func checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return errors.New("redirected from https to " + r.URL.Scheme)
	}
	return nil
}

// stamps are what a server said of a file when it was fetched, to ask whether it changed since.
type stamps struct {
	URL          string `json:"url"` // its hash: an address may hold a password
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
}

// get fetches a file of at most so many bytes to path+".new", unless it is unchanged since the last time; keep then
// puts it in its place. check reports whether what came is whole.
func (f *fetcher) get(ctx context.Context, from, path string, most int64,
	check func(string) error) (changed bool, err error) {
	wait := firstWait
	for try := 1; ; try++ {
		changed, after, err := f.try(ctx, from, path, most, check)
		var t temporary
		if err == nil || !errors.As(err, &t) || try == tries || ctx.Err() != nil {
			return changed, err
		}
		if err := f.wait(ctx, min(max(wait, after), longestWait)); err != nil {
			return false, err
		}
		wait *= 2
	}
}

// temporary is an error that another try may fix.
type temporary struct{ error }

func (t temporary) Unwrap() error { return t.error }

// try makes one request. after is how long the server asks to wait before the next.
func (f *fetcher) try(ctx context.Context, from, path string, most int64,
	check func(string) error) (changed bool, after time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return false, 0, err
	}
	req.Header.Set("User-Agent", "drydock")
	old := readStamps(path)
	name := addressHash(from)
	if old.URL == name {
		if old.ETag != "" {
			req.Header.Set("If-None-Match", old.ETag)
		}
		if old.LastModified != "" {
			req.Header.Set("If-Modified-Since", old.LastModified)
		}
	}
	res, err := f.client.Do(req)
	if err != nil {
		return false, 0, temporary{tidyURLError(err)}
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotModified && old.URL == name:
		return false, 0, nil
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone:
		return false, 0, errAbsent
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		s, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return false, time.Duration(min(s, 3600)) * time.Second, temporary{fmt.Errorf("the server says %s", res.Status)}
	case res.StatusCode != http.StatusOK:
		return false, 0, fmt.Errorf("the server says %s", res.Status)
	}
	if res.ContentLength > most {
		return false, 0, fmt.Errorf("%w: %d bytes, at most %d are read", bounded.ErrTooLarge, res.ContentLength, most)
	}
	stall := time.AfterFunc(stallWait, cancel)
	defer stall.Stop()
	if err := save(path+".new", &ticking{bounded.Reader(res.Body, most), stall}); err != nil {
		if errors.Is(err, bounded.ErrTooLarge) {
			return false, 0, err
		}
		return false, 0, temporary{fmt.Errorf("cut off: %w", err)}
	}
	if err := check(path + ".new"); err != nil {
		os.Remove(path + ".new")
		return false, 0, temporary{err}
	}
	s := stamps{URL: name, ETag: res.Header.Get("ETag"), LastModified: res.Header.Get("Last-Modified")}
	b, err := json.Marshal(s)
	if err == nil {
		err = create(path+".new.json", b)
	}
	return true, 0, err
}

func addressHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// ticking puts off the stall timer with every byte that comes.
type ticking struct {
	r     io.Reader
	timer *time.Timer
}

func (t *ticking) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if n > 0 {
		t.timer.Reset(stallWait)
	}
	return n, err
}

func save(path string, r io.Reader) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		os.Remove(path)
		return err
	}
	return f.Close()
}

// keep puts what get fetched in its place. The stamps go first out and last in: without them it is fetched again.
func keep(path string) error {
	if err := os.Remove(path + ".json"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return os.Rename(path+".new.json", path+".json")
}

// readStamps returns what is known of the file at path, nothing where either is gone.
func readStamps(path string) stamps {
	var s stamps
	if _, err := os.Stat(path); err != nil {
		return s
	}
	b, err := bounded.ReadFile(path+".json", 64<<10)
	if err != nil || json.Unmarshal(b, &s) != nil {
		return stamps{}
	}
	return s
}

// tidyURLError leaves out the address, which the caller names, and with it what a proxy's may hold.
func tidyURLError(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	if u.Timeout() {
		return errors.New("no answer in time")
	}
	var op *net.OpError
	if errors.As(u.Err, &op) {
		return op
	}
	return u.Err
}
