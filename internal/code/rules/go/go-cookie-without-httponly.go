//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
)

func all(w http.ResponseWriter, r *http.Request, id string) {
	// ruleid: go-cookie-without-httponly
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, Secure: true})
	// ruleid: go-cookie-without-httponly
	http.SetCookie(w, &http.Cookie{Name: "theme", Value: id, HttpOnly: false})

	// ok: go-cookie-without-httponly
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, HttpOnly: true})
	// ok: go-cookie-without-httponly
	http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
	// ok: go-cookie-without-httponly
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "", MaxAge: -1})
	// ok: go-cookie-without-httponly
	r.AddCookie(&http.Cookie{Name: "session", Value: id})
}
