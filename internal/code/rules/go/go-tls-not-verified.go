//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"crypto/tls"
	"crypto/x509"
)

func all(pool *x509.CertPool, check func(tls.ConnectionState) error) {
	// ruleid: go-tls-not-verified
	_ = &tls.Config{InsecureSkipVerify: true}
	config := &tls.Config{}
	// ruleid: go-tls-not-verified
	config.InsecureSkipVerify = true

	// ok: go-tls-not-verified
	_ = &tls.Config{RootCAs: pool}
	// ok: go-tls-not-verified
	_ = &tls.Config{InsecureSkipVerify: false}
	// ok: go-tls-not-verified
	_ = &tls.Config{InsecureSkipVerify: true, VerifyConnection: check}
	// ok: go-tls-not-verified
	config.InsecureSkipVerify = false
}
