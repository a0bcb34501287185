//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
	_ "net/http/pprof"
)

func all(mux *http.ServeMux) {
	// ruleid: go-pprof-exposed
	http.ListenAndServe(":8080", nil)
	// ruleid: go-pprof-exposed
	http.ListenAndServe("0.0.0.0:8080", nil)

	// ok: go-pprof-exposed
	http.ListenAndServe("localhost:6060", nil)
	// ok: go-pprof-exposed
	http.ListenAndServe("127.0.0.1:6060", nil)
	// ok: go-pprof-exposed
	http.ListenAndServe(":8080", mux)
}
