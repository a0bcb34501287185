package pages

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/server/core"
)

// form is a page with one form, shown again with what was wrong.
type form struct {
	Problem, Hint string
	Name          string
	To            string
}

func (f *form) refuse(err error) bool {
	var known *core.Error
	if !errors.As(err, &known) {
		return false
	}
	f.Problem, f.Hint = known.Msg, known.Hint
	return true
}

func (p *Pages) setupForm(w http.ResponseWriter, r *http.Request) {
	if err := p.Core.CheckSetup(r.Context(), r.PathValue("secret")); err != nil {
		p.fail(w, r, err)
		return
	}
	p.bare(w, r, http.StatusOK, "setup", "Set up drydock", form{Name: "admin"})
}

// bare shows a page that needs no session.
func (p *Pages) bare(w http.ResponseWriter, r *http.Request, status int, name, title string, data any) {
	if err := p.write(w, status, name, page{Title: title, Version: p.Version, Data: data}); err != nil {
		p.fail(w, r, err)
	}
}

func (p *Pages) setup(w http.ResponseWriter, r *http.Request) {
	f := form{Name: r.PostFormValue("name")}
	if r.PostFormValue("password") != r.PostFormValue("again") {
		f.Problem = "the two passwords differ"
		p.bare(w, r, http.StatusUnprocessableEntity, "setup", "Set up drydock", f)
		return
	}
	u, err := p.Core.SetUp(r.Context(), r.PathValue("secret"), f.Name, r.PostFormValue("password"), p.address(r))
	if err != nil {
		if !f.refuse(err) || p.Core.CheckSetup(r.Context(), r.PathValue("secret")) != nil {
			p.fail(w, r, err)
			return
		}
		p.bare(w, r, http.StatusUnprocessableEntity, "setup", "Set up drydock", f)
		return
	}
	secret, err := p.Core.StartSession(r.Context(), &u)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	setCookie(w, r, secret)
	http.Redirect(w, r, "/projects/new", http.StatusSeeOther)
}

func setCookie(w http.ResponseWriter, r *http.Request, value string) {
	c := &http.Cookie{Name: cookieName(r), Value: value, Path: "/", HttpOnly: true, Secure: secure(r),
		SameSite: http.SameSiteLaxMode, MaxAge: int(core.SessionTime / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (p *Pages) signInForm(w http.ResponseWriter, r *http.Request) {
	wanted, err := p.Core.NeedsSetup(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if wanted {
		p.bare(w, r, http.StatusOK, "unset", "Set up drydock", nil)
		return
	}
	p.bare(w, r, http.StatusOK, "sign-in", "Sign in", form{To: local(r.URL.Query().Get("to"))})
}

// local is an address of this server to go on to, "/" for anything else.
func local(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) {
	f := form{Name: r.PostFormValue("name"), To: local(r.PostFormValue("to"))}
	if p.AllowSignIn != nil && !p.AllowSignIn(p.address(r)) {
		f.Problem, f.Hint = "there were too many attempts from your address", "Wait a minute."
		p.bare(w, r, http.StatusTooManyRequests, "sign-in", "Sign in", f)
		return
	}
	secret, err := p.Core.SignIn(r.Context(), f.Name, r.PostFormValue("password"), p.address(r))
	if err != nil {
		if !f.refuse(err) {
			p.fail(w, r, err)
			return
		}
		p.bare(w, r, http.StatusUnauthorized, "sign-in", "Sign in", f)
		return
	}
	setCookie(w, r, secret)
	http.Redirect(w, r, f.To, http.StatusSeeOther)
}

func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName(r)); err == nil {
		if err := p.Core.SignOut(r.Context(), c.Value); err != nil {
			p.fail(w, r, err)
			return
		}
	}
	setCookie(w, r, "")
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
