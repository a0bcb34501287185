package bounded

import (
	"errors"
	"strings"
	"testing"
)

func TestTOML(t *testing.T) {
	for name, text := range map[string]string{
		"lists":         "a = " + strings.Repeat("[", 1000),
		"inline tables": "a = " + strings.Repeat("{a = ", 1000),
		"dotted key":    "a" + strings.Repeat(".a", 1000) + " = 1\n",
		"header":        "[a" + strings.Repeat(".a", 1000) + "]\n",
		"after a text":  "b = \"\"\"\n\"[\\\"\"\"\"\na = " + strings.Repeat("[", 1000),
	} {
		if err := TOML([]byte(text)); !errors.Is(err, ErrTOMLDepth) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"many lists":      strings.Repeat("a = [[1.5], {b.c = 2}]\n", 1000),
		"in a comment":    "# " + strings.Repeat("[", 1000) + "\n",
		"in texts":        "a = '" + strings.Repeat("[", 1000) + "'\nb = \"\\\"" + strings.Repeat("[.", 1000) + "\"\n",
		"in a long text":  "a = '''\n'" + strings.Repeat("[", 1000) + "'''\n",
		"comment at end":  "a = 1 #",
		"open text":       "a = \"" + strings.Repeat("[", 1000),
		"many in a list":  "a = [" + strings.Repeat("1.0, ", 1000) + "]\n",
		"line after line": strings.Repeat("[[a.b]]\nc.d = 1\n", 1000),
	} {
		if err := TOML([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
