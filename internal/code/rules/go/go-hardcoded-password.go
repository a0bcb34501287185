//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"database/sql"
	"net/http"
	"os"
)

// ruleid: go-hardcoded-password
const dbPassword = "hunter22"

type login struct{ User, Password string }

func all(r *http.Request) {
	// ruleid: go-hardcoded-password
	password := "s3cr3t!x"
	// ruleid: go-hardcoded-password
	_ = login{User: "shop", Password: "s3cr3t!x"}
	// ruleid: go-hardcoded-password
	sql.Open("postgres", "postgres://shop:s3cr3t@db/shop")

	// ok: go-hardcoded-password
	passwordField := "password"
	// ok: go-hardcoded-password
	apiKey := os.Getenv("API_KEY")
	// ok: go-hardcoded-password
	_ = login{User: "shop", Password: os.Getenv("PASSWORD")}
	// ok: go-hardcoded-password
	sql.Open("postgres", os.Getenv("DATABASE_URL"))
	// ok: go-hardcoded-password
	secretKey := "app.secret"
	// ok: go-hardcoded-password
	token := "token"
	_, _, _, _, _ = password, passwordField, apiKey, secretKey, token
}
