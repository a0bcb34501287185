package code

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/source"
)

// What a cache keeps of the measures is what a fresh run measures, and duplicates are found from file to file.
func TestMeasures(t *testing.T) {
	dir := t.TempDir()
	body := "def f(a):\n    # why\n" + strings.Repeat("    a = g(a, 1, 2, 3) if a and h(a) else b(a)\n", 12) +
		"    return a\n"
	for name, text := range map[string]string{
		"a.py": body, "b/b.py": "x = 1\n\n" + body, "c.js": "if (a) { b() } // c\n", "d.json": "{\"a\": 1}",
		"e.css": "a { color: red }\n", "broken.py": "def (:\n  if\n", "f.txt": "if and or",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cache := t.TempDir()
	run := func() []Measure {
		e, errs := New(nil, Options{Measure: true, Cache: cache})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		tree, err := source.Walk(dir, source.Options{Wanted: e.Wanted})
		if err != nil {
			t.Fatal(err)
		}
		res, err := e.Run(context.Background(), tree, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Partial) > 0 {
			t.Error("no rule was to look at them", res.Partial)
		}
		return res.Measures
	}
	first := run()
	if again := run(); !reflect.DeepEqual(first, again) {
		t.Errorf("from the cache %v, before %v", again, first)
	}
	type figures struct{ lines, code, comments, complexity, cognitive, duplicated int }
	got := map[string]figures{}
	for _, m := range first {
		got[m.Path] = figures{m.Lines, m.Code, m.Comments, m.Complexity, m.Cognitive, m.Duplicated}
	}
	want := map[string]figures{
		"a.py":      {15, 14, 1, 25, 24, 14},
		"b/b.py":    {17, 15, 1, 25, 24, 14},
		"broken.py": got["broken.py"],
		"c.js":      {1, 1, 1, 1, 1, 0},
		"e.css":     {1, 1, 0, 0, 0, 0},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestPackedMeasures(t *testing.T) {
	for _, b := range []string{"\x01", "\x01\x02\x03\x04\xff", "\x01\x01\x01\x01\x01\x7f\x7f", "\x00\x00\x00\x00\x00\x01"} {
		if m := unpackMeasures([]byte(b), []byte("x = 1")); m != nil {
			t.Errorf("%q is taken for %v", b, m.File)
		}
	}
}
