// Package state says where drydock keeps what it keeps: below DRYDOCK_HOME, else in the platform's folders for data and
// cache (the XDG base directory specification on Linux). Never inside what is scanned.
package state

import (
	"os"
	"path/filepath"
	"runtime"
)

// Data is the folder for what must not be lost (the advisory index). It may not exist yet.
func Data() (string, error) {
	if h := os.Getenv("DRYDOCK_HOME"); h != "" {
		return filepath.Join(h, "data"), nil
	}
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "drydock"), nil
	}
	if runtime.GOOS != "linux" {
		d, err := os.UserConfigDir()
		return filepath.Join(d, "drydock"), err
	}
	h, err := os.UserHomeDir()
	return filepath.Join(h, ".local", "share", "drydock"), err
}

// Cache is the folder for what can be made again (layers read, code results, the last report). It may not exist yet.
func Cache() (string, error) {
	if h := os.Getenv("DRYDOCK_HOME"); h != "" {
		return filepath.Join(h, "cache"), nil
	}
	d, err := os.UserCacheDir()
	return filepath.Join(d, "drydock"), err
}

// Host is the file that says how this machine deploys and whom it tells. It may not exist.
func Host() (string, error) {
	if h := os.Getenv("DRYDOCK_HOME"); h != "" {
		return filepath.Join(h, "host.yaml"), nil
	}
	d, err := Data()
	return filepath.Join(d, "host.yaml"), err
}
