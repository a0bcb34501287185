package dockerfile

import (
	"runtime/debug"
	"strings"
	"testing"
)

// A command line that nests without end is read, with a stack that is far from what ends the process.
func TestDeepScripts(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(128 << 20))
	for _, part := range []string{"(\")\"+", "$(", "{ ", "`", "$((", "((", "! ", "if ", "while ", "${a:-", "\"$(",
		"a && ", "a | ", "a || (", "a; ", "case a in a) ", "f() {", "<(", "[[ ( ", "[[ ! ", "coproc ", "time ", "env ",
		"x=(", "(", "a[", "$[", "@("} {
		for _, head := range []string{"FROM a\nRUN ", "FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN "} {
			f := Parse([]byte(head + strings.Repeat(part, maxScript/len(part)) + "\n"))
			for _, in := range f.Instructions {
				if in.Script != nil {
					_ = in.Script.Commands
				}
			}
		}
	}
	for _, part := range []string{"ONBUILD ", "[\"a\",", "<<a ", "--x=", "${a:-", "$"} {
		for _, head := range []string{"FROM a\n", "FROM a\nRUN ", "ARG b=", "FROM ", "FROM a\nENV c="} {
			Parse([]byte(head + strings.Repeat(part, MaxSize/8/len(part)) + "\n"))
		}
	}
}
