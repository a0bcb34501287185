package keys

func f() {
	name := src()
	// ok: keys
	sink(T{name: clean(name)})
	// ruleid: keys
	sink(T{other: name})
	// ruleid: keys
	sink(map[string]int{name: 1})
}
