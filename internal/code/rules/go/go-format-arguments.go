//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(a, b string) {
	// ruleid: go-format-arguments
	fmt.Printf("%s and %s\n", a)
	// ruleid: go-format-arguments
	fmt.Printf("%s\n", a, b)
	// ok: go-format-arguments
	fmt.Printf("%s and %d%%\n", a, 1)
	// ok: go-format-arguments
	fmt.Printf("%[1]s and %[1]s", a)
	// ok: go-format-arguments
	fmt.Printf("%s %s", values...)
	// ok: go-format-arguments
	fmt.Printf(pattern, a)
	// ok: go-format-arguments
	fmt.Printf("%*d", 1, 2)
}
