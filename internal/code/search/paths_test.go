package search

import (
	"testing"
)

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		glob, path string
		want       bool
	}{
		{"*.py", "a/b.py", true}, {"tests", "a/tests/b.py", true}, {"a/*.py", "x/a/b.py", true},
		{"a/**/c.py", "a/c.py", true}, {"/src/*.js", "src/a.js", true}, {"*.js", "a.py", false},
		{"src/**", "src/a/b.js", true}, {"test_*.py", "a/test_x.py", true}, {"b", "ab/c", false},
	} {
		if got := pathMatches(c.glob, c.path); got != c.want {
			t.Errorf("%s on %s: %v", c.glob, c.path, got)
		}
	}
}
