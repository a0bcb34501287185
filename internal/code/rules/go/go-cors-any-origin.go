//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"

	"github.com/gin-contrib/cors"
)

func all(w http.ResponseWriter) {
	// ruleid: go-cors-any-origin
	w.Header().Set("Access-Control-Allow-Origin", "*")
	// ruleid: go-cors-any-origin
	_ = cors.Config{AllowOrigins: []string{"*"}}
	// ruleid: go-cors-any-origin
	_ = cors.Config{AllowAllOrigins: true}

	// ok: go-cors-any-origin
	w.Header().Set("Access-Control-Allow-Origin", "https://shop.example.com")
	// ok: go-cors-any-origin
	_ = cors.Config{AllowOrigins: []string{"https://shop.example.com"}}
	// ok: go-cors-any-origin
	w.Header().Set("Access-Control-Allow-Headers", "*")
}
