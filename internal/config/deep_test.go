package config

import (
	"runtime/debug"
	"strings"
	"testing"
)

// A configuration that nests without end is refused, with little stack. A stack that overflows ends the process.
func TestDeepConfiguration(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	for _, part := range []string{"[", "{a: ", "- ", "? ", "!!map {", "a: &a [*a, "} {
		for _, head := range []string{"", "version: 1\nstacks: ", "version: 1\npolicy: "} {
			if _, err := Parse("drydock.yaml", []byte(head+strings.Repeat(part, maxFile/len(part)))); err == nil {
				t.Errorf("%q after %q is taken", part, head)
			}
		}
	}
}
