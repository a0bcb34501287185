package core

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password: the second choice of RFC 9106, for machines with little memory, cut to 32 MB and done by few at
// a time, so that signing in does not fill a small server.
const (
	passwordTime    = 3
	passwordMemory  = 32 << 10 // KiB
	passwordThreads = 1
	passwordKey     = 32
	passwordSalt    = 16
	minPassword     = 12
	maxPassword     = 1000
)

// hashing lets few passwords be hashed at a time.
var hashing = make(chan struct{}, 2)

func derive(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passwordTime, passwordMemory, passwordThreads, passwordKey)
}

// hashPassword is a password as the store keeps it, in PHC's form.
func hashPassword(password string) string {
	salt := make([]byte, passwordSalt)
	rand.Read(salt) // it never fails
	return fmt.Sprintf(
		"$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version,
		passwordMemory,
		passwordTime,
		passwordThreads,
		base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(derive(password, salt)),
	)
}

// samePassword reports whether a password is the one that was hashed. It takes the same time where there is no hash.
func samePassword(password, kept string) bool {
	var salt, want []byte
	if parts := strings.Split(kept, "$"); len(parts) == 6 {
		salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
		want, _ = base64.RawStdEncoding.DecodeString(parts[5])
	}
	got := derive(password, salt)
	return subtle.ConstantTimeCompare(got, want) == 1
}

// checkPassword says what is wrong with a new password.
func checkPassword(password string) error {
	if len(password) < minPassword || len(password) > maxPassword {
		return invalid("bad-password", "a password has at least %d characters", minPassword)
	}
	return nil
}
