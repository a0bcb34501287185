//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/aes"
	"crypto/des"
	"crypto/rc4"
)

func all(key []byte) {
	// ruleid: go-weak-cipher
	des.NewCipher(key)
	// ruleid: go-weak-cipher
	des.NewTripleDESCipher(key)
	// ruleid: go-weak-cipher
	rc4.NewCipher(key)

	// ok: go-weak-cipher
	aes.NewCipher(key)
	// ok: go-weak-cipher
	block, _ := aes.NewCipher(key)
	_ = block
	// ok: go-weak-cipher
	_ = des.BlockSize
}
