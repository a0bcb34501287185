// Package golden runs a writer over the recorded reports that all writers share (internal/report/testdata) and
// compares what it writes with the files kept beside its test: testdata/NAME.EXT. `go test -update` writes them anew.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/testenv"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Names are the recorded reports: a host with everything; nothing found; an input that could not be read; one that was
// read in part; a host whose every string is hostile.
var Names = []string{"host", "empty", "failed", "partial", "hostile"}

// List is the recorded report that lists packages without a verdict, for the writers that take one.
const List = "listing"

// Load reads a recorded report.
func Load(t testing.TB, name string) *report.Report {
	t.Helper()
	f, err := os.Open(filepath.Join(testenv.Root(), "internal", "report", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := report.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each writes every recorded report, compares it with the golden file and hands it to the checks.
func Each(t *testing.T, ext string, write func(*bytes.Buffer, *report.Report) error,
	checks ...func(*testing.T, []byte)) {
	t.Helper()
	of(t, Names, ext, write, checks...)
}

// EachAndList is Each for a writer that takes a list of packages too.
func EachAndList(t *testing.T, ext string, write func(*bytes.Buffer, *report.Report) error,
	checks ...func(*testing.T, []byte)) {
	t.Helper()
	of(t, append(slices.Clone(Names), List), ext, write, checks...)
}

func of(t *testing.T, names []string, ext string, write func(*bytes.Buffer, *report.Report) error,
	checks ...func(*testing.T, []byte)) {
	t.Helper()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			var b, again bytes.Buffer
			if err := write(&b, Load(t, name)); err != nil {
				t.Fatal(err)
			}
			if err := write(&again, Load(t, name)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.Bytes(), again.Bytes()) {
				t.Error("two runs wrote different bytes")
			}
			Compare(t, filepath.Join("testdata", name+"."+ext), b.Bytes())
			for _, check := range checks {
				check(t, b.Bytes())
			}
		})
	}
}

// Compare compares got with the golden file at path.
func Compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range w {
		if i >= len(g) || g[i] != w[i] {
			line := "(end)"
			if i < len(g) {
				line = g[i]
			}
			t.Fatalf("%s:%d differs (go test -update accepts it)\n got %s\nwant %s", path, i+1, line, w[i])
		}
	}
	t.Fatalf("%s: %d more lines than the golden file", path, len(g)-len(w))
}
