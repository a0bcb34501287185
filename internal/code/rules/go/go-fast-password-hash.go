//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/sha256"
	"crypto/sha512"

	"golang.org/x/crypto/bcrypt"
)

func all(password, body string) {
	// ruleid: go-fast-password-hash
	_ = sha256.Sum256([]byte(password))
	// ruleid: go-fast-password-hash
	_ = sha512.Sum512([]byte(password))

	// ok: go-fast-password-hash
	_ = sha256.Sum256([]byte(body))
	// ok: go-fast-password-hash
	bcrypt.GenerateFromPassword([]byte(password), 12)
	// ok: go-fast-password-hash
	_ = sha512.Sum512([]byte("x"))
}
