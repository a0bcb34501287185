package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/stages"
)

// Whatever was edited while a proof ran is left alone, and nothing beside it is written either.
func TestWriteConversion(t *testing.T) {
	for name, c := range map[string]struct {
		read, now *string // the ignore file
		ok        bool
	}{
		"as it was": {ptr("a\n"), ptr("a\n"), true}, "not there": {nil, nil, true},
		"edited": {ptr("a\n"), ptr("b\n"), false}, "made meanwhile": {nil, ptr("b\n"), false},
	} {
		dir := t.TempDir()
		in := &input{path: filepath.Join(dir, "Dockerfile"), text: []byte("FROM a\n"), context: dir}
		if err := os.WriteFile(in.path, in.text, 0o644); err != nil {
			t.Fatal(err)
		}
		ignore := filepath.Join(dir, ".dockerignore")
		if c.now != nil {
			if err := os.WriteFile(ignore, []byte(*c.now), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if c.read != nil {
			in.ignore = []byte(*c.read)
		}
		err := (&app{err: io.Discard, out: io.Discard}).writeConversion(in,
			&stages.Result{Dockerfile: []byte("FROM b\n"), Ignore: []byte("new\n")})
		file, _ := os.ReadFile(in.path)
		kept, _ := os.ReadFile(ignore)
		switch {
		case c.ok && (err != nil || string(file) != "FROM b\n" || string(kept) != "new\n"):
			t.Errorf("%s: %v %q %q", name, err, file, kept)
		case !c.ok && (!errors.Is(err, safefile.ErrChanged) || string(file) != "FROM a\n" || string(kept) != *c.now):
			t.Errorf("%s: %v %q %q", name, err, file, kept)
		}
	}
}

func ptr(s string) *string { return &s }
