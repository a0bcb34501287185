//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
	"time"
)

func all(mux *http.ServeMux) {
	// ruleid: go-server-without-timeout
	http.ListenAndServe(":8080", mux)
	// ruleid: go-server-without-timeout
	_ = &http.Server{Addr: ":8080", Handler: mux}

	// ok: go-server-without-timeout
	_ = &http.Server{Addr: ":8080", ReadHeaderTimeout: time.Second}
	// ok: go-server-without-timeout
	_ = &http.Server{Addr: ":8080", ReadTimeout: time.Second}
	// ok: go-server-without-timeout
	http.ListenAndServe("localhost:8080", mux)
}
