package sbom

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// encoded is a text as UTF-16 with a byte order mark.
func encoded(text string, big bool) string {
	var b strings.Builder
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		lo, hi := byte(u), byte(u>>8)
		if big {
			lo, hi = hi, lo
		}
		b.WriteString(string([]byte{lo, hi}))
	}
	return b.String()
}

func TestEncodings(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{
		"le/requirements.txt":   encoded("# \U0001F40D\r\nrequests==2.19.0\r\n-r more.txt\r\n", false),
		"le/more.txt":           encoded("flask==2.0.0\n", true),
		"be/requirements.txt":   encoded("django==3.2\n", true),
		"utf8/requirements.txt": "\xef\xbb\xbfidna==3.3\n",
		"utf8/package.json":     "\xef\xbb\xbf" + `{"dependencies": {"left": "1.0.0"}}`,
		"odd/requirements.txt":  encoded("six==1.0\n", false) + "x",
		"net/packages.config": encoded(
			`<?xml version="1.0" encoding="utf-16"?><packages><package id="A" version="1.0.0"/></packages>`, false),
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	inv, err := FromDir(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := briefs(inv.Packages)
	for _, p := range inv.Problems {
		got += "! " + p.Path + "\n"
	}
	const want = `NuGet A 1.0.0 net/packages.config
PyPI django 3.2 direct be/requirements.txt:1
PyPI flask 2.0.0 direct le/more.txt:1
PyPI idna 3.3 direct utf8/requirements.txt:1
PyPI requests 2.19.0 direct le/requirements.txt:2
npm left 1.0.0 direct utf8/package.json:1
! odd/requirements.txt
! utf8/package.json
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
