//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/tls"
)

func all() {
	// ruleid: go-old-tls
	_ = &tls.Config{MinVersion: tls.VersionTLS10}
	// ruleid: go-old-tls
	_ = &tls.Config{ServerName: "a", MinVersion: tls.VersionTLS11}
	config := &tls.Config{}
	// ruleid: go-old-tls
	config.MinVersion = tls.VersionSSL30

	// ok: go-old-tls
	_ = &tls.Config{MinVersion: tls.VersionTLS12}
	// ok: go-old-tls
	_ = &tls.Config{MinVersion: tls.VersionTLS13}
	// ok: go-old-tls
	config.MinVersion = tls.VersionTLS12
}
