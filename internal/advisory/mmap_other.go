//go:build !unix

package advisory

import "github.com/drydock/drydock/internal/limit"

// mapFile reads a file whole, where it cannot be mapped.
func mapFile(path string) (string, error) {
	b, err := limit.ReadFile(path, maxIndex)
	return string(b), err
}
