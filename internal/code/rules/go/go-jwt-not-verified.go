//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"github.com/golang-jwt/jwt/v5"
)

func all(text string, key jwt.Keyfunc, claims jwt.MapClaims, parser *jwt.Parser) {
	// ruleid: go-jwt-not-verified
	parser.ParseUnverified(text, claims)
	// ruleid: go-jwt-not-verified
	jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)

	// ok: go-jwt-not-verified
	jwt.ParseWithClaims(text, claims, key)
	// ok: go-jwt-not-verified
	jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	// ok: go-jwt-not-verified
	parser.Parse(text, key)
}
