//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(a, b bool) {
	if a {
		g()
	} else if b {
		h()
		// ruleid: go-duplicate-condition
	} else if a {
		i()
	}
	if x := g(); x {
		h()
		// ok: go-duplicate-condition
	} else if x := h(); x {
		i()
	}
}
