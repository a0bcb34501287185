//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

func all(data []byte) hash.Hash {
	// ruleid: go-weak-hash
	_ = md5.Sum(data)
	// ruleid: go-weak-hash
	_ = sha1.Sum(data)
	// ruleid: go-weak-hash
	h := sha1.New()
	// ruleid: go-weak-hash
	_ = md5.New()

	// ok: go-weak-hash
	_ = sha256.Sum256(data)
	// ok: go-weak-hash
	_ = sha512.New()
	// ok: go-weak-hash
	_ = sha256.New()
	// ok: go-weak-hash
	_ = md5.Size
	return h
}
