package dockerfile

import "strings"

// sources are endings by which a lower-case name is some other file: dockerfile.go is a program.
var sources = map[string]bool{
	"go": true, "py": true, "js": true, "ts": true, "rb": true, "rs": true, "java": true, "php": true, "c": true,
	"h": true, "cs": true, "sh": true,
	"json": true, "yml": true, "yaml": true, "toml": true, "html": true, "css": true,
}

// IsName reports whether a file's name is one that Dockerfiles have: Dockerfile and Containerfile, with anything behind
// a dot, or anything before .Dockerfile, in any case. A .dockerignore that belongs to one is none, and neither is a
// text about one.
func IsName(name string) bool {
	n := strings.ToLower(name)
	if strings.HasSuffix(n, ".dockerignore") || strings.HasSuffix(n, ".md") || strings.HasSuffix(n, ".rst") {
		return false
	}
	for _, w := range []string{"dockerfile", "containerfile"} {
		if n == w || strings.HasSuffix(n, "."+w) {
			return true
		}
		if ext, ok := strings.CutPrefix(n, w+"."); ok {
			return name[0] != n[0] || !sources[ext] // with a capital it is one for that language
		}
	}
	return false
}
