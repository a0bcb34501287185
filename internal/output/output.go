// Package output knows the formats by name, and writes a report to the places that a command line asks for.
package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/format/cyclonedx"
	"github.com/drydock/drydock/internal/format/html"
	"github.com/drydock/drydock/internal/format/json"
	"github.com/drydock/drydock/internal/format/junit"
	"github.com/drydock/drydock/internal/format/markdown"
	"github.com/drydock/drydock/internal/format/openvex"
	"github.com/drydock/drydock/internal/format/sarif"
	"github.com/drydock/drydock/internal/format/spdx"
	"github.com/drydock/drydock/internal/format/table"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
)

// Format is one way to write a report.
type Format struct {
	Name  string
	About string // for the help text
	Ext   string // the file name extension that chooses it when -o names no format, "" for none
	Lists bool   // it can hold a list of packages without a verdict; the others are read as one
	Write func(io.Writer, *report.Report, report.WriteOptions) error
}

// Formats lists every format, in the order in which the help shows them.
var Formats = []Format{
	{"table", "for a person at a terminal", ".txt", true, table.Write},
	{"json", "the report itself, schema " + report.Schema, ".json", true, json.Write},
	{"html", "one page with charts, that needs nothing else", ".html", true, html.Write},
	{"markdown", "a comment for a pull request", ".md", true, markdown.Write},
	{"junit", "for the test view of a CI server", ".junit.xml", false, junit.Write},
	{"sarif", "for code scanning, SARIF 2.1.0", ".sarif", false, sarif.Write},
	{"cyclonedx-json", "SBOM with vulnerabilities, CycloneDX 1.6 JSON", ".cdx.json", true, cyclonedx.WriteJSON},
	{"cyclonedx-xml", "the same as XML", ".cdx.xml", true, cyclonedx.WriteXML},
	{"cyclonedx-1.7-json", "the same as CycloneDX 1.7 JSON", "", true, cyclonedx.WriteJSON17},
	{"cyclonedx-1.7-xml", "the same as CycloneDX 1.7 XML", "", true, cyclonedx.WriteXML17},
	{"openvex", "what is affected and what is not, OpenVEX 0.2.0", ".vex.json", false, openvex.Write},
	{"spdx-json", "SBOM, SPDX 2.3 JSON", ".spdx.json", true, spdx.Write},
}

// Lookup finds a format by name.
func Lookup(name string) (Format, error) {
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, clierr.Usage("no format is called %q", name).WithHint("Formats: %s.", strings.Join(Names(), ", "))
}

// Names lists the formats' names.
func Names() []string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return names
}

// ListNames lists the names of the formats that can hold a list of packages without a verdict.
func ListNames() []string {
	var names []string
	for _, f := range Formats {
		if f.Lists {
			names = append(names, f.Name)
		}
	}
	return names
}

// CheckList is an error for a format that says what was found wrong and nothing else: without findings it would say
// that all is well, and an upload of it would close what another run opened.
func (f Format) CheckList() error {
	if f.Lists {
		return nil
	}
	return clierr.Usage("%s holds verdicts, and a list of packages is none", f.Name).
		WithHint("drydock vuln judges the packages and writes it. Formats of a list: %s.",
			strings.Join(ListNames(), ", "))
}

// Target is one `-o [FORMAT=]FILE`.
type Target struct {
	Format Format
	Path   string // "-" is standard output
}

// ParseTarget reads the value of -o. Without a format the file's extension chooses it.
func ParseTarget(s string) (Target, error) {
	if name, path, ok := strings.Cut(s, "="); ok && path != "" {
		f, err := Lookup(name)
		return Target{f, path}, err
	}
	// The longest extension that fits: shop.spdx.json is SPDX, not a report.
	best := Format{}
	for _, f := range Formats {
		if f.Ext != "" && len(f.Ext) > len(best.Ext) && strings.HasSuffix(strings.ToLower(s), f.Ext) {
			best = f
		}
	}
	if best.Ext != "" {
		return Target{best, s}, nil
	}
	return Target{}, noFormat(s, Names())
}

func noFormat(s string, names []string) error {
	return clierr.Usage("-o %s names no format, and the file's name does not tell it", s).
		WithHint("Write it as -o FORMAT=FILE. Formats: %s.", strings.Join(names, ", "))
}

func cannotWrite(path, format string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) { // of a temporary file beside it, whose name says nothing to anybody
		err = p.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return clierr.Input(path, "cannot write the %s report: its folder is not there", format)
	}
	return &clierr.Error{Code: clierr.ExitInput, Path: path, Msg: fmt.Sprintf("cannot write the %s report", format),
		Err: err}
}

// WriteFile writes r to t, whole or not at all.
func (t Target) WriteFile(r *report.Report, opt report.WriteOptions) error {
	opt.Color = false
	err := safefile.Create(t.Path, func(w io.Writer) error { return t.Format.Write(w, r, opt) })
	if err != nil {
		return cannotWrite(t.Path, t.Format.Name, err)
	}
	return nil
}
