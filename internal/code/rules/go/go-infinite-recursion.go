//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(n int) int {
	// ruleid: go-infinite-recursion
	return f(n - 1)
}

func ends(n int) int {
	if n == 0 {
		return 1
	}
	// ok: go-infinite-recursion
	return ends(n - 1)
}

// ok: go-infinite-recursion
func (t *T) Close() error { return t.inner.Close() }
