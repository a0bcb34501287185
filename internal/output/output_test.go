package output

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]string{
		"out.json": "json", "shop.cdx.json": "cyclonedx-json", "shop.cdx.xml": "cyclonedx-xml",
		"Shop.SPDX.json": "spdx-json", "x.vex.json": "openvex",
		"r.sarif": "sarif", "r.html": "html", "r.md": "markdown", "r.txt": "table", "t.junit.xml": "junit",
		"sarif=x.json": "sarif", "json=-": "json",
		"cyclonedx-1.7-json=a=b": "cyclonedx-1.7-json",
	} {
		got, err := ParseTarget(in)
		if err != nil || got.Format.Name != want {
			t.Errorf("%s: %q, %v, want %s", in, got.Format.Name, err, want)
		}
	}
	for _, in := range []string{"x", "x.yaml", "nothing=x.json", "=x"} {
		if _, err := ParseTarget(in); clierr.Code(err) != clierr.ExitUsage || clierr.Hint(err) == "" {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestParseDiffTarget(t *testing.T) {
	for in, want := range map[string]string{"d.json": "json", "d.md": "markdown", "d.html": "html", "d.txt": "table",
		"html=x": "html"} {
		got, err := ParseDiffTarget(in)
		if err != nil || got.Format.Name != want {
			t.Errorf("%s: %q, %v", in, got.Format.Name, err)
		}
	}
	for _, in := range []string{"d.sarif", "sarif=d", "d"} {
		if _, err := ParseDiffTarget(in); clierr.Code(err) != clierr.ExitUsage {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// A file that cannot be written is an error with its name, and what stood there stands.
func TestWriteFile(t *testing.T) {
	r := golden.Load(t, "host")
	dir := t.TempDir()
	for _, f := range Formats {
		path := filepath.Join(dir, f.Name)
		if err := (Target{f, path}).WriteFile(r, report.WriteOptions{Color: true}); err != nil {
			t.Error(err)
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) == 0 || bytes.Contains(b, []byte("\x1b[")) {
			t.Errorf("%s: %d bytes, %v", f.Name, len(b), err)
		}
	}
	err := Target{Formats[0], filepath.Join(dir, "none", "x")}.WriteFile(r, report.WriteOptions{})
	if clierr.Code(err) != clierr.ExitInput {
		t.Error(err)
	}
}

// No format panics on any report that can be read, and none is broken by what the report leaves out.
func FuzzEveryFormat(f *testing.F) {
	for _, name := range golden.Names {
		b, err := os.ReadFile(filepath.Join("..", "report", "testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(
		[]byte(
			`{"schema":"drydock.report/1","findings":[{"package":{}},{"advisory":{}},{"flow":[{}],"fix":{"edits":[{}]}}],"gates":[{"status":"partial"}],"services":[{"routers":[{}]}],"images":[{"layers":[{}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := report.Decode(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, format := range Formats {
			// A time that JSON cannot hold is the one thing that may not be written.
			if err := format.Write(io.Discard, r, report.WriteOptions{}); err != nil && format.Name != "json" {
				t.Errorf("%s: %v", format.Name, err)
			}
		}
		d := diff.Compare(r, golden.Load(t, "host"))
		for _, format := range DiffFormats {
			if err := format.Write(io.Discard, d, report.WriteOptions{}); err != nil && format.Name != "json" {
				t.Errorf("%s: %v", format.Name, err)
			}
		}
	})
}
