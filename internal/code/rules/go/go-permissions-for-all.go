//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"os"
)

func all(data []byte) {
	// ruleid: go-permissions-for-all
	os.WriteFile("config.json", data, 0o666)
	// ruleid: go-permissions-for-all
	os.Chmod("config.json", 0777)
	// ruleid: go-permissions-for-all
	os.MkdirAll("data", os.ModePerm)

	// ok: go-permissions-for-all
	os.WriteFile("config.json", data, 0o600)
	// ok: go-permissions-for-all
	os.Chmod("config.json", 0644)
	// ok: go-permissions-for-all
	os.MkdirAll("data", 0o755)
	// ok: go-permissions-for-all
	os.WriteFile("config.json", data, 0o664)
}
