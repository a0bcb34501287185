//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"os"
	"path/filepath"
)

func all(data []byte, name string) {
	// ruleid: go-predictable-temp-file
	os.Create("/tmp/report.csv")
	// ruleid: go-predictable-temp-file
	os.WriteFile("/var/tmp/report.csv", data, 0o600)
	// ruleid: go-predictable-temp-file
	os.Create(filepath.Join(os.TempDir(), "report.csv"))

	// ok: go-predictable-temp-file
	os.CreateTemp("", "report-*.csv")
	// ok: go-predictable-temp-file
	os.MkdirTemp("", "report")
	// ok: go-predictable-temp-file
	os.Create("/srv/report.csv")
	// ok: go-predictable-temp-file
	os.Open("/tmp/report.csv")
}
