//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

func all(key, signature, body []byte, given string) bool {
	mac := hmac.New(sha256.New, key)
	// ruleid: go-timing-compare
	a := bytes.Equal(mac.Sum(nil), signature)
	// ruleid: go-timing-compare
	b := hex.EncodeToString(mac.Sum(nil)) == given

	// ok: go-timing-compare
	c := hmac.Equal(mac.Sum(nil), signature)
	// ok: go-timing-compare
	d := bytes.Equal(body, signature)
	// ok: go-timing-compare
	e := given == "x"
	return a && b && c && d && e
}
