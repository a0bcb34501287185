//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
)

var sites = map[string]bool{"https://shop.example.com": true}

func any(w http.ResponseWriter, r *http.Request) {
	// ruleid: go-cors-reflected-origin
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	origin := r.Header.Get("Origin")
	// ruleid: go-cors-reflected-origin
	w.Header().Add("Access-Control-Allow-Origin", origin)
}

func some(w http.ResponseWriter, r *http.Request, allowed map[string]bool) {
	origin := r.Header.Get("Origin")
	if !allowed[origin] {
		return
	}
	// ok: go-cors-reflected-origin
	w.Header().Set("Access-Control-Allow-Origin", origin)
	// ok: go-cors-reflected-origin
	w.Header().Set("Access-Control-Allow-Origin", "https://shop.example.com")
	// ok: go-cors-reflected-origin
	w.Header().Set("Vary", r.Header.Get("Origin"))
}

func asked(w http.ResponseWriter, r *http.Request, isOurs func(string) bool, match func(string) (string, bool)) {
	origin := r.Header.Get("Origin")
	if isOurs(origin) {
		// ok: go-cors-reflected-origin
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
	site, known := match(origin)
	if known {
		// ok: go-cors-reflected-origin
		w.Header().Set("Access-Control-Allow-Origin", site)
	}
	if origin != "" {
		// ruleid: go-cors-reflected-origin
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}
