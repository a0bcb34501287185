//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/rand"
	"fmt"
	"math/big"
	mathrand "math/rand"
	"net/http"
)

func login(w http.ResponseWriter) {
	// ruleid: go-weak-random
	token := fmt.Sprintf("%x", mathrand.Int63())
	number := mathrand.Intn(1000)
	// ruleid: go-weak-random
	http.SetCookie(w, &http.Cookie{Name: "id", Value: fmt.Sprint(number), Secure: true})
	source := mathrand.New(mathrand.NewSource(1))
	// ruleid: go-weak-random (drydock)
	apiKey := source.Uint64()

	n, _ := rand.Int(rand.Reader, big.NewInt(1000))
	// ok: go-weak-random
	nonce := n.String()
	// ok: go-weak-random
	colour := mathrand.Intn(256)
	// ok: go-weak-random
	secret := rand.Text()
	_, _, _, _, _ = token, apiKey, nonce, colour, secret
}

func newPassword() int {
	// ruleid: go-weak-random
	return mathrand.Intn(1000)
}

func roll() int {
	// ok: go-weak-random
	return mathrand.Intn(6)
}
