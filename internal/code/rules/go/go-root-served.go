//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
	"os"
)

func all() {
	// ruleid: go-root-served
	http.Handle("/a", http.FileServer(http.Dir("/")))
	// ruleid: go-root-served
	http.Handle("/b", http.FileServer(http.FS(os.DirFS("/"))))

	// ok: go-root-served
	http.Handle("/c", http.FileServer(http.Dir("/srv/public")))
	// ok: go-root-served
	http.Handle("/d", http.FileServer(http.Dir("./public")))
	// ok: go-root-served
	http.Handle("/e", http.FileServer(http.FS(os.DirFS("/srv"))))
}
