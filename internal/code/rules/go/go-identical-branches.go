//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(a bool) {
	// ruleid: go-identical-branches
	if a {
		g(1)
	} else {
		g(1)
	}
	// ok: go-identical-branches
	if a {
		g(1)
	} else {
		g(2)
	}
}
