package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Any bytes of a file of variables end in variables or in an error with a line that is there, and shows none of them.
func FuzzEnvFile(f *testing.F) {
	for _, s := range []string{"A=b\n", "export A='b c' # d\nB=\"x$A\\n\"\n", "A\n", "A: b\n", "A=$A$A\nB=${A:-$B}\n",
		"A=\"x\ny\"\n", "=\n", "A=${B?no}\n", "\xef\xbb\xbfA=b\r\n", "'A'=b\n"} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), ".env")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		vars, err := readEnvFile(path, ".env", noEnv)
		total := 0
		for _, v := range vars {
			total += len(v)
		}
		if total > 2*maxEnvFile {
			t.Errorf("%d bytes of variables", total)
		}
		if err == nil {
			return
		}
		if lines := strings.Count(string(text), "\n") + 1; err.Line < 0 || err.Line > lines+1 || err.Hint == "" {
			t.Errorf("%v, hint %q, in %d lines", err, err.Hint, lines)
		}
		if err.Msg != "not a file of NAME=value lines" && !strings.HasPrefix(err.Msg, "its variables put more") ||
			err.Err != nil {
			t.Errorf("other words: %v", err)
		}
	})
}
