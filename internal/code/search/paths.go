package search

import (
	"path"
	"strings"
)

// Applies reports whether the rule's `paths` let it look at a file.
func (p *Program) Applies(rel string) bool {
	r := p.Rule
	for _, g := range r.Exclude {
		if pathMatches(g, rel) {
			return false
		}
	}
	if len(r.Include) == 0 {
		return true
	}
	for _, g := range r.Include {
		if pathMatches(g, rel) {
			return true
		}
	}
	return false
}

// pathMatches reports whether a pattern of `paths` matches a path or a folder that it lies in. Without a slash the
// pattern is of a name anywhere, else of a path from any folder; ** is any number of folders.
func pathMatches(glob, rel string) bool {
	glob = strings.Trim(strings.TrimPrefix(glob, "./"), "/")
	parts := strings.Split(rel, "/")
	want := strings.Split(glob, "/")
	for from := range parts {
		for to := from + 1; to <= len(parts); to++ {
			if globParts(want, parts[from:to]) {
				return true
			}
		}
	}
	return false
}

func globParts(want, have []string) bool {
	if len(want) == 0 {
		return len(have) == 0
	}
	if want[0] == "**" {
		for i := 0; i <= len(have); i++ {
			if globParts(want[1:], have[i:]) {
				return true
			}
		}
		return false
	}
	if len(have) == 0 {
		return false
	}
	ok, err := path.Match(want[0], have[0])
	return ok && err == nil && globParts(want[1:], have[1:])
}
