//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/cipher"
	"crypto/rand"
)

func all(gcm cipher.AEAD, block cipher.Block, text, received []byte) {
	// ruleid: go-static-nonce
	gcm.Seal(nil, []byte("000000000000"), text, nil)
	fixed := []byte("000000000000")
	// ruleid: go-static-nonce
	gcm.Seal(nil, fixed, text, nil)
	// ruleid: go-static-nonce
	cipher.NewCBCEncrypter(block, []byte{1, 2, 3})
	// ruleid: go-static-nonce
	cipher.NewCTR(block, make([]byte, 16))

	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	// ok: go-static-nonce (drydock)
	gcm.Seal(nonce, nonce, text, nil)
	// ok: go-static-nonce
	cipher.NewCBCDecrypter(block, []byte("0000000000000000"))
	// ok: go-static-nonce
	cipher.NewCTR(block, received[:16])
}
