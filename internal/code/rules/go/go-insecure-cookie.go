//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"

	"github.com/gorilla/sessions"
)

func all(w http.ResponseWriter, r *http.Request, id string) {
	// ruleid: go-insecure-cookie
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, HttpOnly: true})
	// ruleid: go-insecure-cookie
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, Secure: false})
	// ruleid: go-insecure-cookie
	_ = &sessions.Options{Path: "/", Secure: false}

	// ok: go-insecure-cookie
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, Secure: true})
	// ok: go-insecure-cookie
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, Secure: r.TLS != nil})
	// ok: go-insecure-cookie
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "", MaxAge: -1})
	// ok: go-insecure-cookie
	r.AddCookie(&http.Cookie{Name: "session", Value: id})
	// ok: go-insecure-cookie
	later := &http.Cookie{Name: "later", Value: id}
	later.Secure = true
	http.SetCookie(w, later)
}
