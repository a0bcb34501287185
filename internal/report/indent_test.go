package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// FuzzIndenter compares with json.Indent, for whatever is JSON and however it is cut into writes.
func FuzzIndenter(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, `{"a":[],"b":{},"c":[[],{}],"d":"[{,:\"\\"}`,
		`[1,-2.5e3,true,null,"é\n\\\""]`, `"x"`, `{"a":{"b":{"c":[{"d":[1]}]}}}`} {
		f.Add([]byte(s), 3)
	}
	files, _ := filepath.Glob("testdata/*.json")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b, 100)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		var compact, want, got bytes.Buffer
		if json.Compact(&compact, b) != nil || json.Indent(&want, compact.Bytes(), "", "  ") != nil {
			return
		}
		cut = max(1, min(cut, 1<<16))
		x := newIndenter(&got)
		for p := compact.Bytes(); len(p) > 0; p = p[min(cut, len(p)):] {
			x.Write(p[:min(cut, len(p))])
		}
		if err := x.Flush(); err != nil || got.String() != want.String() {
			t.Errorf("%q becomes %q, want %q; %v", compact.Bytes(), got.Bytes(), want.Bytes(), err)
		}
	})
}
