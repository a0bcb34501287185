package ast

import (
	"strings"
	"testing"
)

// A script that nests without end is left as it is, with a stack that is far from what ends the process.
func TestDeepScripts(t *testing.T) {
	for _, unit := range []string{"if ", "while ! ", "a |", "a && ", "$(", "`\\`", "{ ", "case a in a) ", "\"${a:-", "f() ", "time ! ", "f <<A\n"} {
		src := []byte(strings.Repeat(unit, maxShell/len(unit)-1))
		if got := withoutHeredocs(append(src, "<<"...)); len(got) != len(src)+2 {
			t.Errorf("%q: %d bytes of %d", unit, len(got), len(src))
		}
	}
}
