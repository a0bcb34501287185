package bounded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadAllTellsEndFromCut(t *testing.T) {
	for _, c := range []struct {
		in  string
		max int64
		cut bool
	}{{"", 0, false}, {"abc", 3, false}, {"abcd", 3, true}, {"a", 0, true}} {
		b, err := ReadAll(strings.NewReader(c.in), c.max)
		if c.cut != errors.Is(err, ErrTooLarge) {
			t.Errorf("%q with max %d: error %v", c.in, c.max, err)
		}
		if !c.cut && string(b) != c.in {
			t.Errorf("%q with max %d: got %q", c.in, c.max, b)
		}
	}
}

func TestReadFileRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFile(dir, 10); err == nil {
		t.Error("a folder was read")
	}
	p := filepath.Join(dir, "f")
	if err := os.WriteFile(p, []byte("12345678901"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(p, 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	if b, err := ReadFile(p, 11); err != nil || len(b) != 11 {
		t.Errorf("%q, %v", b, err)
	}
}

func TestOpenRefusesWhatWouldHang(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); err == nil {
		t.Error("a folder was opened")
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipe here: %v", err)
	}
	if _, err := Open(pipe); err == nil {
		t.Error("a named pipe was opened")
	}
}
