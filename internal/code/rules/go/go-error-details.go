//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"log"
	"net/http"
	"os"
)

func order(w http.ResponseWriter, r *http.Request) {
	_, err := os.Open("orders")
	// ruleid: go-error-details
	http.Error(w, err.Error(), http.StatusInternalServerError)
	// ruleid: go-error-details
	w.Write([]byte("failed: " + err.Error()))

	// ok: go-error-details
	log.Println(err.Error())
	// ok: go-error-details
	http.Error(w, "order failed", http.StatusInternalServerError)
	// ok: go-error-details
	w.Write([]byte("failed"))
}
