// Package pages is what people see of the server in a browser: plain HTML, one style sheet, one small script, nothing from
// elsewhere. Each page has an address that can be sent.
package pages

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assets embed.FS

// Options are what the pages need besides the core.
type Options struct {
	Core    *core.Core
	Rules   []finding.Rule // what they mean
	Version string
	// ClientAddress is the address of who asks, a proxy's word taken where it may be.
	ClientAddress func(*http.Request) string
	// Images is the name of the container image that pages offer, "" for none.
	Image string
	// AllowSignIn bounds how often an address may try to sign in; nil for no bound.
	AllowSignIn func(address string) bool
}

// Pages serves the pages.
type Pages struct {
	Options
	mux   *http.ServeMux
	own   http.Handler // mux, for forms of the server's own pages alone
	tmpl  *template.Template
	rules map[string]*finding.Rule
}

// New makes the pages.
func New(opt Options) (*Pages, error) {
	p := &Pages{Options: opt, mux: http.NewServeMux(), rules: map[string]*finding.Rule{}}
	for i := range opt.Rules {
		p.rules[opt.Rules[i].ID] = &opt.Rules[i]
	}
	var err error
	if p.tmpl, err = template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html"); err != nil {
		return nil, err
	}
	p.routes()
	p.own = http.NewCrossOriginProtection().Handler(p.mux)
	return p, nil
}

func (p *Pages) routes() {
	p.mux.Handle("GET /assets/", cached(http.FileServerFS(assets)))
	p.mux.HandleFunc("GET /setup/{secret}", p.setupForm)
	p.mux.HandleFunc("POST /setup/{secret}", p.setup)
	p.mux.HandleFunc("GET /sign-in", p.signInForm)
	p.mux.HandleFunc("POST /sign-in", p.signIn)
	p.mux.HandleFunc("POST /sign-out", p.signOut)
	for pattern, page := range map[string]handler{
		"GET /{$}":                             p.projects,
		"GET /projects/new":                    p.newProjectForm,
		"POST /projects/new":                   p.newProject,
		"GET /projects/{key}":                  p.project,
		"GET /projects/{key}/findings":         p.findings,
		"GET /projects/{key}/findings/{id}":    p.finding,
		"POST /projects/{key}/findings/{id}":   p.decide,
		"GET /projects/{key}/owasp":            p.owasp,
		"GET /projects/{key}/map":              p.stackMap,
		"GET /projects/{key}/packages":         p.packages,
		"GET /projects/{key}/analyses":         p.analyses,
		"GET /projects/{key}/settings":         p.projectSettings,
		"POST /projects/{key}/settings":        p.saveProjectSettings,
		"POST /projects/{key}/delete":          p.deleteProject,
		"GET /projects/{key}/tokens":           p.tokens,
		"POST /projects/{key}/tokens":          p.newToken,
		"POST /projects/{key}/tokens/{id}/end": p.revokeToken,
		"GET /projects/{key}/audit":            p.audit,
		"GET /packages":                        p.search,
		"GET /settings":                        p.settings,
		"POST /settings":                       p.saveSettings,
		"GET /tokens":                          p.tokens,
		"POST /tokens":                         p.newToken,
		"POST /tokens/{id}/end":                p.revokeToken,
		"GET /audit":                           p.audit,
	} {
		p.mux.HandleFunc(pattern, p.signedIn(page))
	}
	p.mux.HandleFunc(
		"GET /dashboard",
		func(w http.ResponseWriter, r *http.Request) { // as other tools link to a project
			http.Redirect(w, r, "/projects/"+url.PathEscape(r.URL.Query().Get("id")), http.StatusFound)
		},
	)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.fail(w, r, &core.Error{Kind: core.NotFound, Msg: "there is no such page"})
	})
}

// ServeHTTP serves a page. A form that another site sends is refused.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set(
		"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "+
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer") // an address may hold the secret of the set-up link
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	p.own.ServeHTTP(w, r)
}

// maxForm bounds what a form may send.
const maxForm = 64 << 10

// cached lets browsers keep what does not change while the server runs.
func cached(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=600")
		h.ServeHTTP(w, r)
	})
}

// visit is one request of somebody who is signed in.
type visit struct {
	w   http.ResponseWriter
	r   *http.Request
	ctx context.Context
	who *core.Actor
}

func (v *visit) key() string { return v.r.PathValue("key") }

// handler shows a page or returns why it cannot.
type handler func(*visit) error

// signedIn lets those in who are signed in; others go to where they can.
func (p *Pages) signedIn(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := p.actor(r)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		if !who.Known() {
			to := "/sign-in"
			if r.Method == http.MethodGet && r.URL.Path != "/" {
				to += "?to=" + url.QueryEscape(r.URL.RequestURI())
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		if err := h(&visit{w: w, r: r, ctx: r.Context(), who: who}); err != nil {
			p.fail(w, r, err)
		}
	}
}

// cookieName is the session's cookie; the prefix, where TLS is, keeps other hosts from setting it.
func cookieName(r *http.Request) string {
	if secure(r) {
		return "__Host-drydock"
	}
	return "drydock"
}

// secure reports whether the browser reached the server over TLS: itself, or by a proxy that the server is told to trust,
// for which the server has set the request's scheme.
func secure(r *http.Request) bool { return r.TLS != nil || r.URL.Scheme == "https" }

func (p *Pages) actor(r *http.Request) (*core.Actor, error) {
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return &core.Actor{Address: p.address(r)}, nil
	}
	who, err := p.Core.BySession(r.Context(), c.Value)
	if err == nil {
		who.Address = p.address(r)
	}
	return who, err
}

func (p *Pages) address(r *http.Request) string {
	if p.ClientAddress != nil {
		return p.ClientAddress(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// page is what every page has.
type page struct {
	Title   string
	Version string
	User    string
	Admin   bool
	Project *store.Project
	Manage  bool   // the user may change the project
	Tab     string // of the project's pages
	Data    any
}

// show writes a page.
func (p *Pages) show(v *visit, name string, pg page) error {
	pg.Version = p.Version
	if v.who.User != nil {
		pg.User, pg.Admin = v.who.User.Name, v.who.User.Admin
	}
	if pg.Project != nil {
		right, err := p.Core.Right(v.ctx, v.who, pg.Project.ID)
		if err != nil {
			return err
		}
		pg.Manage = right >= core.Manage
	}
	return p.write(v.w, http.StatusOK, name, pg)
}

func (p *Pages) write(w http.ResponseWriter, status int, name string, pg page) error {
	var b bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&b, name, pg); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
	return nil
}

// failure is the page of an error.
type failure struct {
	Status    int
	Msg, Hint string
}

func (p *Pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := failure{Status: http.StatusInternalServerError, Msg: "something went wrong here",
		Hint: "The server's log says what."}
	var known *core.Error
	switch {
	case errors.As(err, &known):
		f = failure{Status: known.Kind.Status(), Msg: known.Msg, Hint: known.Hint}
	case r.Context().Err() != nil:
		return
	default:
		p.Core.Log.Error("page", "path", r.URL.Path, "error", err)
	}
	if err := p.write(w, f.Status, "failure", page{Title: http.StatusText(f.Status), Version: p.Version, Data: f}); err != nil {
		http.Error(w, f.Msg, f.Status)
	}
}

// back leads to another page after a form.
func back(v *visit, to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// functions are what templates can call.
var functions = template.FuncMap{
	"ago":     ago,
	"day":     func(t time.Time) string { return dated(t, time.DateOnly) },
	"moment":  func(t time.Time) string { return dated(t, "2006-01-02 15:04") },
	"plural":  func(n int64, what string) string { return report.Plural(int(n), what) },
	"plain":   report.Plain,
	"join":    func(list []string) string { return strings.Join(list, ", ") },
	"cwe":     func(n int) string { return "CWE-" + strconv.Itoa(n) },
	"bar":     bar,
	"verdict": verdictWord,
	"path":    url.PathEscape,
	"add":     func(a, b int) int { return a + b },
}

func dated(t time.Time, layout string) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(layout)
}

// ago is how long ago something was, in one unit.
func ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := time.Since(t)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return report.Plural(int(d.Minutes()), "minute") + " ago"
	case d < 48*time.Hour:
		return report.Plural(int(d.Hours()), "hour") + " ago"
	}
	return report.Plural(int(d.Hours()/24), "day") + " ago"
}

func verdictWord(s string) string {
	switch s {
	case "passed":
		return "Passed"
	case "failed":
		return "Failed"
	case "incomplete":
		return "Incomplete"
	}
	return "Not analysed yet"
}

// segment is a part of a bar of severities.
type segment struct {
	Severity string
	N        int64
	X, W     float64
}

// bar lays severities side by side in a width of 100.
func bar(s store.Severities) []segment {
	total := s.Total()
	if total == 0 {
		return nil
	}
	var out []segment
	x := 0.0
	for _, one := range []struct {
		name string
		n    int64
	}{{"critical", s.Critical}, {"high", s.High}, {"medium", s.Medium}, {"low", s.Low}, {"info", s.Info}, {"unknown", s.Unknown}} {
		if one.n == 0 {
			continue
		}
		w := 100 * float64(one.n) / float64(total)
		out = append(out, segment{one.name, one.n, x, w})
		x += w
	}
	return out
}
