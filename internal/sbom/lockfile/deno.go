package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// denoLock is deno.lock, versions 2 to 5. Until version 3 the packages of npm stand one level deeper.
type denoLock struct {
	Version   string                     `json:"version"`
	NPM       map[string]json.RawMessage `json:"npm"`
	JSR       map[string]json.RawMessage `json:"jsr"`
	Remote    map[string]json.RawMessage `json:"remote"`
	Workspace json.RawMessage            `json:"workspace"`
	Packages  struct {
		NPM map[string]json.RawMessage `json:"npm"`
		JSR map[string]json.RawMessage `json:"jsr"`
	} `json:"packages"`
}

// readDenoLock reads the packages of npm in a deno.lock. Those of JSR and modules from the web have no advisories by
// name, so that the file is told as read in part where it has any.
func readDenoLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var lock denoLock
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, extract.JSONError(data, err)
	}
	npm, path := lock.NPM, "npm"
	switch lock.Version {
	case "4", "5":
	case "3":
		npm, path = lock.Packages.NPM, "packages.npm"
	case "2":
		npm, path = nil, "npm.packages"
		if inner := lock.NPM["packages"]; inner != nil {
			if err := json.Unmarshal(inner, &npm); err != nil {
				return nil, fmt.Errorf("npm.packages: %w", err)
			}
		}
	default:
		return nil, fmt.Errorf("version %q of the lockfile is not known", lock.Version)
	}
	lines := extract.JSONLines(data, path)
	var out []inventory.Package
	for _, key := range slices.Sorted(maps.Keys(npm)) {
		if name, version, ok := denoPackage(key); ok {
			p := extract.NewPackage(ecosystem.NPM, name, version)
			p.Line = lines[path+"\x00"+key]
			out = append(out, p)
		}
	}
	var rest []error
	if n := len(lock.JSR) + len(lock.Packages.JSR); n > 0 {
		rest = append(rest, fmt.Errorf("packages of JSR have no advisories and are not looked at: %d", n))
	}
	if n := len(lock.Remote); n > 0 {
		rest = append(rest, fmt.Errorf("modules from the web have no advisories and are not looked at: %d", n))
	}
	return out, errors.Join(rest...)
}

// denoPackage takes NAME@VERSION apart. What follows an underscore tells the peers that it was resolved with.
func denoPackage(key string) (name, version string, ok bool) {
	at := strings.IndexByte(key[min(1, len(key)):], '@') + 1
	if at <= 0 {
		return "", "", false
	}
	version, _, _ = strings.Cut(key[at+1:], "_")
	return key[:at], version, version != ""
}
