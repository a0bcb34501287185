package engine

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A copy holds the files of a folder under their place in the container; a link stays a link.
func TestWriteArchive(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sub", "a.conf"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeArchive(&b, Copied{dir, "/etc/app"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, h.Name+h.Linkname)
	}
	if s := strings.Join(got, " "); s != "etc/app/ etc/app/link/etc/passwd etc/app/sub/ etc/app/sub/a.conf" {
		t.Error(s)
	}
	if err := writeArchive(io.Discard, Copied{filepath.Join(dir, "absent"), "/x"}); err == nil {
		t.Error("a file that is not there was copied")
	}
	big := filepath.Join(dir, "big")
	f, err := os.Create(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(maxCopiedBytes+1), f.Close()); err != nil {
		t.Fatal(err)
	}
	if err := writeArchive(io.Discard, Copied{big, "/x"}); !errors.Is(err, errTooMuch) {
		t.Error(err)
	}
}
