//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(a int) int {
	if a > 0 {
		return 1
		// ruleid: go-unreachable-code
		log()
	}
	for {
		continue
		// ruleid: go-unreachable-code
		log()
	}
}

func g(a int) int {
	if a > 0 {
		goto end
	}
	return 1
	// ok: go-unreachable-code
end:
	return 2
}
