package stack

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// remote tells the references that Compose would fetch: Git repositories and OCI artifacts.
func remote(ref string) bool {
	for _, p := range []string{"https://", "http://", "git://", "ssh://", "git@", "github.com/", "oci://"} {
		if strings.HasPrefix(ref, p) {
			return true
		}
	}
	return false
}

// redactURL takes user and password out of a URL.
func redactURL(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	host, path, _ := strings.Cut(rest, "/")
	if _, h, ok := strings.Cut(host, "@"); ok {
		host = "***@" + h
	}
	return scheme + "://" + host + "/" + path
}

// windowsPath is a path with a drive, which is absolute wherever the file is read.
var windowsPath = lazyregexp.New(`^[A-Za-z]:[\\/]`)

// resolve makes a path of a compose file openable.
func resolve(dir, p string) string {
	if strings.HasPrefix(p, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, p[2:])
		}
	}
	switch {
	case filepath.IsAbs(p):
		return filepath.Clean(p)
	case windowsPath.MatchString(p):
		return p
	}
	return filepath.Join(dir, p)
}
