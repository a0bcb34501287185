// Package server is `drydock serve`: one HTTP handler over one store. A test starts it in a line, with a store of its own.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/queue"
	"github.com/drydock/drydock/internal/server/api"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/server/pages"
	"github.com/drydock/drydock/internal/sonar/provision"
	"github.com/drydock/drydock/internal/store"
)

// Config says how a server is run.
type Config struct {
	Data      string // folder for the database, uploads and archives
	Database  string // postgres:// address; "" for SQLite in Data
	PublicURL string // how people and programs reach the server
	// Trusted are the proxies whose word about the client is taken.
	Trusted   []netip.Prefix
	Version   string
	Rules     []finding.Rule
	Image     string // of the container that pages offer, "" for none
	MaxUpload int64  // 0 for the usual bound
	// Binaries are what stock scanners are given; none are served where it is empty.
	Binaries []provision.Binary
	// PlainScanner lets them be sent over connections without TLS that do not come from this machine.
	PlainScanner bool
	Log          *slog.Logger
	Now          func() time.Time
}

// DefaultMaxUpload bounds an analysis as it is sent.
const DefaultMaxUpload = 64 << 20

// Server serves the API, the pages and the scanners.
type Server struct {
	Config
	Core     *core.Core
	store    *store.Store
	queue    *queue.Local
	mux      *http.ServeMux
	host     string   // that requests must name
	origin   *url.URL // of the public address
	attempts limiter
	loads    limiter
	metrics  metrics
}

// New opens the database and makes a server on it. The caller runs its jobs with Run and closes it.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxUpload == 0 {
		cfg.MaxUpload = DefaultMaxUpload
	}
	origin, err := url.Parse(cfg.PublicURL)
	if err != nil || origin.Host == "" || origin.Scheme != "http" && origin.Scheme != "https" {
		return nil, clierr.Usage("--public-url %q is no address", cfg.PublicURL).
			WithHint("Write https://drydock.example.org.")
	}
	if strings.Trim(origin.Path, "/") != "" || origin.RawQuery != "" {
		return nil, clierr.Usage("--public-url %s: the server has a host of its own, no folder on one", cfg.PublicURL)
	}
	spool := filepath.Join(cfg.Data, "uploads")
	if err := os.MkdirAll(spool, 0o700); err != nil {
		return nil, clierr.InputErr(spool, err)
	}
	where := cfg.Database
	if where == "" {
		where = cfg.Data
	}
	st, err := store.Open(ctx, where)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: cfg, store: st, origin: origin, host: origin.Host, mux: http.NewServeMux(),
		attempts: limiter{every: 6 * time.Second, burst: 10}, loads: limiter{every: 2 * time.Second, burst: 30}}
	s.Core = &core.Core{Store: st, Log: cfg.Log, Now: cfg.Now, Spool: spool,
		PublicURL: strings.TrimRight(cfg.PublicURL, "/")}
	s.queue = queue.NewLocal(st, map[string]queue.Handler{core.ImportJob: s.Core.Import}, cfg.Log)
	s.Core.Queue = s.queue
	if err := s.routes(); err != nil {
		st.Close()
		return nil, err
	}
	return s, nil
}

// Run runs the jobs until the context ends.
func (s *Server) Run(ctx context.Context) error { return s.queue.Run(ctx) }

// Close closes the database, once nothing writes any more.
func (s *Server) Close() error {
	s.Core.Settle()
	return s.store.Close()
}

func (s *Server) routes() error {
	pg, err := pages.New(pages.Options{Core: s.Core, Rules: s.Rules, Version: s.Version, Image: s.Image,
		ClientAddress: s.client, AllowSignIn: s.attempts.allow})
	if err != nil {
		return err
	}
	calls := api.New(api.Options{Core: s.Core, Version: s.Version, MaxUpload: s.MaxUpload})
	s.mux.Handle("/", pg)
	s.mux.Handle("/api/v1/", s.authenticated(calls))
	s.mux.Handle("/api/", s.authenticated(newSonar(s.Core, s.Version)))
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.store.Ready(r.Context()); err != nil {
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	s.mux.Handle("GET /metrics", s.authenticated(http.HandlerFunc(s.showMetrics)))
	provider, err := provision.New(provision.Options{Binaries: s.Binaries, Cache: filepath.Join(s.Data, "scanner"),
		Version: s.Version, Server: s.Core.PublicURL, Secure: s.maySendPrograms, Log: s.Log,
		Allow: func(r *http.Request) bool { return s.loads.allow(s.client(r)) }})
	if err != nil {
		return err
	}
	for _, path := range provision.Paths() {
		s.mux.Handle(path, provider)
	}
	return nil
}

// ServeHTTP answers a request that names the server by its own name. A page elsewhere that has a name of its own lead to
// this address is refused before anything else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	if s.fromProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https" {
		r.URL.Scheme = "https"
	}
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // it is that very value
			s.Log.Error("panic", "path", r.URL.Path, "panic", fmt.Sprint(p))
			http.Error(rec, "something went wrong here", http.StatusInternalServerError)
		}
		s.metrics.note(rec.status, time.Since(began))
	}()
	if why := s.stranger(r); why != "" {
		http.Error(rec, why, http.StatusMisdirectedRequest)
		return
	}
	s.mux.ServeHTTP(rec, r)
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController at the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// stranger says why a request is not for this server, "" if it is: its Host, and its Origin where it has one. What asks
// for the server's health by its address need not know its name.
func (s *Server) stranger(r *http.Request) string {
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
		return ""
	}
	if !sameHost(r.Host, s.host, s.origin.Scheme) && !s.loopback(r) {
		return "this server is called " + s.host + "; --public-url sets it"
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "null" {
		u, err := url.Parse(origin)
		if err != nil || !sameHost(u.Host, r.Host, s.origin.Scheme) {
			return "a page of another site may not ask this server"
		}
	}
	return ""
}

// loopback reports whether this machine asks by a loopback address or localhost: names that no other machine can give.
func (s *Server) loopback(r *http.Request) bool {
	if !isLoopback(s.client(r)) {
		return false
	}
	host := hostname(r.Host)
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func isLoopback(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && a.Unmap().IsLoopback()
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func sameHost(a, b, scheme string) bool {
	usual := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return strings.EqualFold(strings.TrimSuffix(a, usual), strings.TrimSuffix(b, usual))
}

// peer is the address of the connection's other end.
func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

func (s *Server) trusts(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(s.Trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

func (s *Server) fromProxy(r *http.Request) bool { return s.trusts(peer(r)) }

// client is the address of who asks: the connection's, or of what trusted proxies say, from the right, the first that is
// no trusted proxy.
func (s *Server) client(r *http.Request) string {
	at := peer(r)
	if !s.trusts(at) {
		return at.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = a.Unmap()
		if !s.trusts(at) {
			break
		}
	}
	return at.String()
}

// maySendPrograms reports whether an answer with a program reaches its reader as it was sent.
func (s *Server) maySendPrograms(r *http.Request) bool {
	return s.PlainScanner || r.TLS != nil || r.URL.Scheme == "https" || isLoopback(s.client(r))
}

// authenticated puts who asks into the request: by a token, as Bearer or as the name of Basic, or by a session, whose
// changes must come from the server's own pages.
func (s *Server) authenticated(h http.Handler) http.Handler {
	own := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.actor(r)
		if err != nil {
			s.Log.Error("authentication", "error", err)
			http.Error(w, "something went wrong here", http.StatusInternalServerError)
			return
		}
		who.Address = s.client(r)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if who.Token != nil && !who.Token.Expires.IsZero() {
			w.Header().Set(client.ExpiresHeader, who.Token.Expires.UTC().Format(time.RFC3339))
		}
		next := h
		if who.User != nil {
			next = own.Handler(h)
		}
		if !who.Known() && r.Header.Get("Authorization") == "" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="drydock"`)
		}
		next.ServeHTTP(w, r.WithContext(api.WithActor(r.Context(), who)))
	})
}

func (s *Server) actor(r *http.Request) (*core.Actor, error) {
	token, shown := "", false
	if name, _, ok := r.BasicAuth(); ok {
		token, shown = name, true
	} else if scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		token, shown = strings.TrimSpace(rest), true
	}
	if shown {
		return s.Core.ByToken(r.Context(), token)
	}
	for _, name := range []string{"__Host-drydock", "drydock"} {
		if c, err := r.Cookie(name); err == nil {
			return s.Core.BySession(r.Context(), c.Value)
		}
	}
	return &core.Actor{}, nil
}

// limiter bounds how often an address may do something.
type limiter struct {
	every time.Duration
	burst int
	mu    sync.Mutex
	by    map[string]*rate.Limiter
}

// maxAddresses bounds how many addresses a limiter remembers.
const maxAddresses = 10_000

func (l *limiter) allow(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by == nil || len(l.by) > maxAddresses {
		l.by = map[string]*rate.Limiter{}
	}
	one := l.by[address]
	if one == nil {
		one = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.by[address] = one
	}
	return one.Allow()
}

// metrics counts what was answered.
type metrics struct {
	mu      sync.Mutex
	answers map[int]int64 // by status, in hundreds
	seconds float64
}

func (m *metrics) note(status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers == nil {
		m.answers = map[int]int64{}
	}
	m.answers[status/100]++
	m.seconds += took.Seconds()
}

// showMetrics writes what a Prometheus reads. It needs a token of its own kind.
func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) {
	who := api.Actor(r.Context())
	if who.Token == nil || who.Token.Scope != core.ScopeMetrics {
		w.Header().Set("WWW-Authenticate", `Bearer realm="drydock"`)
		http.Error(w, "this needs a token of the scope metrics", http.StatusUnauthorized)
		return
	}
	waiting, err := s.store.CountJobs(r.Context())
	if err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	projects, err := s.store.CountProjects(r.Context(), "", store.Visible{All: true})
	if err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprintf(
		w,
		"# HELP drydock_jobs_waiting Analyses that are kept and not taken in yet.\n# TYPE drydock_jobs_waiting gauge\n"+
			"drydock_jobs_waiting %d\n# HELP drydock_projects Projects.\n# TYPE drydock_projects gauge\ndrydock_projects %d\n",
		waiting,
		projects,
	)
	s.metrics.mu.Lock()
	defer s.metrics.mu.Unlock()
	fmt.Fprint(
		w,
		"# HELP drydock_requests_total Requests that were answered, by the status's class.\n# TYPE drydock_requests_total counter\n",
	)
	for class := 1; class <= 5; class++ {
		fmt.Fprintf(w, "drydock_requests_total{status=\"%dxx\"} %d\n", class, s.metrics.answers[class])
	}
	fmt.Fprintf(
		w,
		"# HELP drydock_request_seconds_total Time spent on them.\n# TYPE drydock_request_seconds_total counter\n"+
			"drydock_request_seconds_total %g\n",
		s.metrics.seconds,
	)
}

// ListenAndServe serves on an address until the context ends; requests at hand are answered before it returns.
func (s *Server) ListenAndServe(ctx context.Context, listener net.Listener, cert, key string) error {
	h := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)}
	jobs := make(chan error, 1)
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go func() { jobs <- s.Run(work) }()
	served := make(chan error, 1)
	go func() {
		if cert != "" {
			served <- h.ServeTLS(listener, cert, key)
			return
		}
		served <- h.Serve(listener)
	}()
	select {
	case err := <-served:
		stop()
		return errors.Join(err, <-jobs)
	case <-ctx.Done():
	}
	const patience = 20 * time.Second
	down, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := h.Shutdown(down)
	stop()
	return errors.Join(err, <-jobs)
}
