package left

func left(m map[string]int) {
	k := key()
	// ruleid: left-index
	m[k] = 1
	// ok: left-index
	m["a"] = key()
}
