package yamlerr

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/clierr"
)

func TestExplain(t *testing.T) {
	for text, want := range map[string]string{
		"a: b: c\n":     "f:1:4: not valid YAML: mapping value is not allowed in this context",
		"a:\n  b: [}\n": "f:2:6: not valid YAML: sequence end token ']' not found",
		"services:\n  b: 1\n  a: {x: [}\n": "f:3:11: not valid YAML: could not find '{' character corresponding " +
			"to '}'",
		"a:\n - b\n c: d\n": "f:3:2: not valid YAML: value is not allowed in this context",
		"x: 1\n\ta: b\n": "f:2:1: not valid YAML: found character '\t' that cannot start any " +
			"token",
		"a: *b\n":         "f:1:5: not valid YAML: unknown anchor 'b' referenced",
		"a: 1\nb: \x01\n": "f:2: not valid YAML: control characters are not allowed",
		"a: \"x\n": "f:1:4: not valid YAML: could not find end character of " +
			"double-quoted text",
		"a: " + strings.Repeat("[", 300) + "\n": "f:1: not valid YAML: while parsing a flow node did not find " +
			"expected node content",
	} {
		err := yaml.Unmarshal([]byte(text), new(yaml.Node))
		if err == nil {
			t.Fatalf("%q is valid", text)
		}
		e := Explain("f", []byte(text), err)
		if e.Error() != want || e.Hint == "" || e.Code != clierr.ExitInput {
			t.Errorf("%q\n got %v\nwant %s", text, e, want)
		}
	}
}

// Any text that is not YAML is explained, in time, with a place inside of it.
func FuzzExplain(f *testing.F) {
	for _, s := range []string{"a: b: c", "a: [}", "- - - - {", "? {", "a: &x *x", "%YAML 9", "!<", "a: |9\n",
		"\"\\q\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := yaml.Unmarshal(text, new(yaml.Node))
		if err == nil {
			return
		}
		e := Explain("f", text, err)
		if lines := strings.Count(string(text), "\n") + strings.Count(string(text), "\r") + 2; e.Line < 0 ||
			e.Line > lines {
			t.Errorf("line %d of %d: %v", e.Line, lines, e)
		}
	})
}
