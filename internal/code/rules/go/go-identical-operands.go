//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(a, b int) bool {
	// ruleid: go-identical-operands
	if a == a {
		return true
	}
	// ruleid: go-identical-operands
	x := a - a
	// ok: go-identical-operands
	if a != a || a == b {
		return x == 1<<1
	}
	// ok: go-identical-operands
	return g() == g()
}
