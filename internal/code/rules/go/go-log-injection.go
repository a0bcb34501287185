//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"log"
	"log/slog"
	"net/http"
	"strings"
)

func login(w http.ResponseWriter, r *http.Request) {
	user := r.FormValue("user")
	// ruleid: go-log-injection
	log.Printf("login of %s", user)
	// ruleid: go-log-injection
	log.Println("login of", user)
	// ruleid: go-log-injection
	slog.Info("login of " + user)

	// ok: go-log-injection
	log.Printf("login of %q", user)
	// ok: go-log-injection
	slog.Info("login", "user", user)
	// ok: go-log-injection
	log.Println("login of", strings.ReplaceAll(user, "\n", " "))
	// ok: go-log-injection
	log.Println("login, characters:", len(user))
}
