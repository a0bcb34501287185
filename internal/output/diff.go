package output

import (
	"io"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/format/html"
	"github.com/drydock/drydock/internal/format/markdown"
	"github.com/drydock/drydock/internal/format/table"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
)

// DiffFormat is one way to write a comparison.
type DiffFormat struct {
	Name  string
	Ext   string // the file name extension that chooses it when -o names no format
	Write func(io.Writer, *diff.Diff, report.WriteOptions) error
}

// DiffFormats lists the formats that a comparison can be written in.
var DiffFormats = []DiffFormat{
	{"table", ".txt", table.WriteDiff},
	{"json", ".json", func(w io.Writer, d *diff.Diff, _ report.WriteOptions) error { return d.Encode(w) }},
	{"html", ".html", html.WriteDiff},
	{"markdown", ".md", markdown.WriteDiff},
}

// LookupDiff finds a format of comparisons by name.
func LookupDiff(name string) (DiffFormat, error) {
	for _, f := range DiffFormats {
		if f.Name == name {
			return f, nil
		}
	}
	return DiffFormat{}, clierr.Usage("a comparison has no format %q", name).WithHint("Formats: %s.",
		strings.Join(DiffNames(), ", "))
}

// DiffNames lists the names of the formats.
func DiffNames() []string {
	names := make([]string, len(DiffFormats))
	for i, f := range DiffFormats {
		names[i] = f.Name
	}
	return names
}

// DiffTarget is one `-o [FORMAT=]FILE` of a comparison.
type DiffTarget struct {
	Format DiffFormat
	Path   string
}

// ParseDiffTarget reads the value of -o. Without a format the file's extension chooses it.
func ParseDiffTarget(s string) (DiffTarget, error) {
	if name, path, ok := strings.Cut(s, "="); ok && path != "" {
		f, err := LookupDiff(name)
		return DiffTarget{f, path}, err
	}
	for _, f := range DiffFormats {
		if strings.HasSuffix(strings.ToLower(s), f.Ext) {
			return DiffTarget{f, s}, nil
		}
	}
	return DiffTarget{}, noFormat(s, DiffNames())
}

// WriteFile writes d to t, whole or not at all.
func (t DiffTarget) WriteFile(d *diff.Diff, opt report.WriteOptions) error {
	opt.Color = false
	if err := safefile.Create(t.Path, func(w io.Writer) error { return t.Format.Write(w, d, opt) }); err != nil {
		return cannotWrite(t.Path, t.Format.Name, err)
	}
	return nil
}
