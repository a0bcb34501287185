//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"log"
	"os"
)

func all() error {
	_, err := os.Open("a")
	// ruleid: go-swallowed-error
	if err != nil {
	}
	// ok: go-swallowed-error
	if err != nil {
		return err
	}
	// ok: go-swallowed-error
	if err != nil {
		log.Print(err)
	}
	// ok: go-swallowed-error
	if err != nil {
		// the file is made later
	}
	return nil
}
