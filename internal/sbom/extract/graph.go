package extract

// Graph is what a lockfile says about who needs whom. Keys are whatever identifies a package in that format.
type Graph map[string][]string

// reach is the set of all keys that can be reached from roots, roots included.
func (g Graph) reach(roots []string) map[string]bool {
	seen := make(map[string]bool, len(g))
	todo := append([]string(nil), roots...)
	for len(todo) > 0 {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[k] {
			continue
		}
		seen[k] = true
		todo = append(todo, g[k]...)
	}
	return seen
}

// DevOnly are the keys that development roots reach and production roots do not. What neither reaches is not among
// them: where it is not known that a package is for development only, it is taken to ship.
func (g Graph) DevOnly(prod, dev []string) map[string]bool {
	p, d := g.reach(prod), g.reach(dev)
	for k := range d {
		if p[k] {
			delete(d, k)
		}
	}
	return d
}

// Set makes a set of a list.
func Set(keys []string) map[string]bool {
	m := make(map[string]bool, len(keys))
	for _, k := range keys {
		m[k] = true
	}
	return m
}
