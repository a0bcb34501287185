//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/rand"
	"crypto/rsa"

	"golang.org/x/crypto/bcrypt"
)

func all(password []byte) {
	// ruleid: go-short-key
	rsa.GenerateKey(rand.Reader, 1024)
	bits := 512
	// ruleid: go-short-key
	rsa.GenerateKey(rand.Reader, bits)
	// ruleid: go-short-key
	bcrypt.GenerateFromPassword(password, 4)

	// ok: go-short-key
	rsa.GenerateKey(rand.Reader, 2048)
	// ok: go-short-key
	rsa.GenerateKey(rand.Reader, 4096)
	// ok: go-short-key
	bcrypt.GenerateFromPassword(password, bcrypt.DefaultCost)
	// ok: go-short-key
	bcrypt.GenerateFromPassword(password, 12)
}
