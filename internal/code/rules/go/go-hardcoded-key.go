//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha256"
	"os"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/sessions"
)

var key = []byte("0123456789abcdef")

func all(token *jwt.Token) {
	// ruleid: go-hardcoded-key
	aes.NewCipher([]byte("0123456789abcdef"))
	// ruleid: go-hardcoded-key
	aes.NewCipher(key)
	// ruleid: go-hardcoded-key
	hmac.New(sha256.New, []byte("secret"))
	// ruleid: go-hardcoded-key
	token.SignedString([]byte("secret"))
	// ruleid: go-hardcoded-key
	sessions.NewCookieStore([]byte("secret"))
	local := []byte("secret")
	// ruleid: go-hardcoded-key
	token.SignedString(local)

	// ok: go-hardcoded-key
	aes.NewCipher([]byte(os.Getenv("KEY")))
	// ok: go-hardcoded-key
	token.SignedString([]byte(os.Getenv("KEY")))
	// ok: go-hardcoded-key
	sessions.NewCookieStore([]byte(os.Getenv("KEY")))
	read, _ := os.ReadFile("key")
	// ok: go-hardcoded-key
	aes.NewCipher(read)
}
