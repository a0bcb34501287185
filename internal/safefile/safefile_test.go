package safefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestReplaceKeepsModeAndLink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", link); err != nil {
		t.Fatal(err)
	}
	if err := Replace(link, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	st, _ := os.Stat(real)
	if b, _ := os.ReadFile(real); string(b) != "new" || st.Mode().Perm() != 0o640 {
		t.Errorf("%q, mode %v", b, st.Mode())
	}
	if to, err := os.Readlink(link); err != nil || to != "real" {
		t.Errorf("the link became %q, %v", to, err)
	}
}

func TestReplaceRefusesAChangedFile(t *testing.T) {
	p := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(p, []byte("somebody else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(p, []byte("old"), []byte("new")); !errors.Is(err, ErrChanged) {
		t.Fatalf("error %v", err)
	}
	if b, _ := os.ReadFile(p); string(b) != "somebody else's" {
		t.Errorf("%q", b)
	}
}

func TestCreateLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	p := filepath.Join(dir, "f")
	boom := errors.New("boom")
	err := Create(p, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("error %v", err)
	}
	if ls, _ := os.ReadDir(dir); len(ls) != 0 {
		t.Errorf("left behind: %v", ls)
	}
	if err := Create(p, func(w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(p); string(b) != "whole" {
		t.Errorf("%q", b)
	}
}

func TestCacheReplacesWhole(t *testing.T) {
	p := filepath.Join(t.TempDir(), "f")
	for _, want := range []string{"one", "two"} {
		if err := Cache(p, func(w io.Writer) error { _, err := io.WriteString(w, want); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := Cache(p, func(w io.Writer) error { io.WriteString(w, "half"); return errors.New("no") }); err == nil {
		t.Error("no error")
	}
	b, err := os.ReadFile(p)
	left, _ := os.ReadDir(filepath.Dir(p))
	if err != nil || string(b) != "two" || len(left) != 1 {
		t.Errorf("%q, %v, %d files", b, err, len(left))
	}
}
