//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"golang.org/x/crypto/ssh"
)

func all(key ssh.PublicKey, check ssh.HostKeyCallback) {
	// ruleid: go-ssh-any-host
	_ = &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	// ruleid: go-ssh-any-host
	callback := ssh.InsecureIgnoreHostKey()

	// ok: go-ssh-any-host
	_ = &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(key)}
	// ok: go-ssh-any-host
	_ = &ssh.ClientConfig{HostKeyCallback: check}
	// ok: go-ssh-any-host
	callback = check
}
