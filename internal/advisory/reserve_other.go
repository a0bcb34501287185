//go:build !unix

package advisory

// reserve returns n bytes of memory.
func reserve(n int) ([]byte, error) { return make([]byte, n), nil }
