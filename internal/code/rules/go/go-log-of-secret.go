//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"fmt"
	"log"
)

type person struct{ Name, Password string }

func all(user, password string, p person) {
	// ruleid: go-log-of-secret
	log.Printf("login %s %s", user, password)
	// ruleid: go-log-of-secret
	log.Println("login", p.Name, p.Password)
	// ruleid: go-log-of-secret
	fmt.Println(password)

	// ok: go-log-of-secret
	log.Printf("login %s", user)
	// ok: go-log-of-secret
	log.Println("password of", user, "changed")
	// ok: go-log-of-secret
	log.Println("password has", len(password), "characters")
	// ok: go-log-of-secret
	fmt.Println(p.Name)
}
