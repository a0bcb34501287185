package advisory

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
)

func pagedFile(t *testing.T, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.idx")
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// An index that is read as it is needed answers as one that is there whole, whoever asks at the same time, and takes a
// small part of the file for a few questions.
func TestPagedAnswersAlike(t *testing.T) {
	x, err := readPaged(pagedFile(t, snapshot))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"CVE-2023-30861", "CVE-2021-44228", "CVE-2022-0778", "GHSA-jfh8-c2jp-5v3q"}
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, id := range ids {
				got, err := x.Named(id)
				want, err2 := whole.Named(id)
				if err != nil || err2 != nil || len(got) == 0 || len(got) != len(want) {
					t.Errorf("%s: %d records, %v; want %d, %v", id, len(got), err, len(want), err2)
					return
				}
				for i := range got {
					got[i].at, want[i].at = cursor{}, cursor{}
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %v, want %v", id, got, want)
				}
			}
		}()
	}
	wg.Wait()
	n := 0
	for i := range x.passed {
		if x.passed[i].Load() {
			n++
		}
	}
	if n == 0 || n > len(x.passed)/4 {
		t.Errorf("%d of %d chunks were read", n, len(x.passed))
	}
}

// A file that is cut short or changed after it was opened is an error, not the end of the process.
func TestPagedFileThatChanges(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"cut":     func(path string) error { return os.Truncate(path, int64(headerSize)) },
		"changed": func(path string) error { return os.WriteFile(path, make([]byte, len(snapshot)), 0o644) },
	} {
		path := pagedFile(t, snapshot)
		x, err := readPaged(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Named("CVE-2021-44228"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := readPaged(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s, opened again: %v", name, err)
		}
	}
}
