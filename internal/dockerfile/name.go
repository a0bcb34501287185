package dockerfile

import "strings"

// IsName tells whether a file's name is one that Dockerfiles have: Dockerfile and Containerfile, with anything behind a
// dot, or anything before .Dockerfile, in any case. A .dockerignore that belongs to one is none.
func IsName(name string) bool {
	n := strings.ToLower(name)
	if strings.HasSuffix(n, ".dockerignore") {
		return false
	}
	for _, w := range []string{"dockerfile", "containerfile"} {
		if n == w || strings.HasPrefix(n, w+".") || strings.HasSuffix(n, "."+w) {
			return true
		}
	}
	return false
}
