package forecast_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/forecast"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom"
)

// A case is a Dockerfile with its manifests, and lines of findings: package | base, or the line of the instruction that
// brought it | fixed version | forecast | the edit | what is known of others. "findings" are told without the base,
// "findings-now" with what "now" says that it holds, "manifests" without an image.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			newCase(t, txtar.Parse(data)).run(t)
		})
	}
}

type testCase struct {
	dir   string
	texts map[string]string
	file  *dockerfile.File
}

func newCase(t *testing.T, a *txtar.Archive) *testCase {
	c := &testCase{dir: t.TempDir(), texts: map[string]string{}}
	for _, f := range a.Files {
		c.texts[f.Name] = string(f.Data)
		if err := os.WriteFile(filepath.Join(c.dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c.file = dockerfile.Parse([]byte(c.texts["Dockerfile"]))
	return c
}

func (c *testCase) run(t *testing.T) {
	n := 0
	for _, section := range []string{"findings", "findings-now", "manifests"} {
		for _, line := range strings.Split(c.texts[section], "\n") {
			if strings.TrimSpace(line) == "" {
				continue
			}
			n++
			c.line(t, section, line)
		}
	}
	if n == 0 {
		t.Error("no findings")
	}
}

func (c *testCase) line(t *testing.T, section, line string) {
	field := strings.Split(line, "|")
	for len(field) < 6 {
		field = append(field, "")
	}
	for i := range field {
		field[i] = strings.TrimSpace(field[i])
	}
	p := packageOf(field[0])
	stage, err := c.file.Target("")
	if err != nil {
		t.Fatal(err)
	}
	stages := c.file.Lineage(stage)
	refs := c.file.WithArgs(nil)
	b := &forecast.Build{Image: section != "manifests", File: c.file, Path: "Dockerfile", Stage: stage, Refs: refs,
		Base: refs[stages[len(stages)-1].Index]}
	b.Text = func(name string) []byte { return []byte(c.texts[name]) }
	b.FromBase = func(*inventory.Package) bool { return field[1] == "base" }
	b.Maker = func(*inventory.Package) *dockerfile.Instruction { return c.instruction(field[1]) }
	b.Declared = func() []inventory.Package { return c.declared(t) }
	if section == "findings-now" {
		b.Now = c.now()
	}
	if section == "manifests" {
		at, dev, _ := strings.Cut(field[1], " ")
		path, n, _ := strings.Cut(at, ":")
		p.Line, _ = strconv.Atoi(n)
		p.Paths, p.Dev = []string{path}, dev == "dev"
	}
	p.OwnedBy = strings.TrimPrefix(field[5], "owned by ")
	if name, needs, ok := strings.Cut(field[5], " needs "); ok {
		p.OwnedBy = ""
		b.Known = append(b.Known, parent(name, needs, c.declared(t)))
	}
	f := finding.Finding{Rule: "CVE-1", Status: finding.Open, Advisory: &finding.Advisory{Fixed: field[2]},
		Package: &finding.Package{Name: p.Name, Version: p.Version, PURL: p.PURL}}
	o := b.Of(&f, &p)
	forecast.Apply(&f, []forecast.Outcome{o})
	if string(f.Forecast) != field[3] || f.Forecast == finding.ForecastEdit && f.Fix.Text != field[4] {
		t.Errorf("%s\n got %s: %s (%s)", line, f.Forecast, f.Fix.Text, f.ForecastWhy)
	}
	if f.ForecastWhy == "" {
		t.Errorf("%s: no reason", line)
	}
	c.holdEdits(t, line, &f)
}

// holdEdits applies the edits to the text and looks for what the fix says there.
func (c *testCase) holdEdits(t *testing.T, line string, f *finding.Finding) {
	for _, e := range f.Fix.Edits {
		text := strings.Split(c.texts[e.Path], "\n")[e.Line-1]
		got := text[:e.Column-1] + e.NewText + text[e.EndColumn-1:]
		_, want, _ := strings.Cut(f.Fix.Text, "write ")
		if !strings.Contains(got, want) {
			t.Errorf("%s: the edit makes %q", line, got)
		}
	}
}

func (c *testCase) instruction(line string) *dockerfile.Instruction {
	for _, in := range c.file.Instructions {
		if strconv.Itoa(in.Line) == line {
			return in
		}
	}
	return nil
}

func (c *testCase) declared(t *testing.T) []inventory.Package {
	inv, err := sbom.FromDir(context.Background(), c.dir, sbom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return inv.Packages
}

func (c *testCase) now() *forecast.Base {
	b := &forecast.Base{Name: "debian:12", Vulnerable: map[string]bool{}}
	for _, line := range strings.Split(strings.TrimSpace(c.texts["now"]), "\n") {
		purl, id, _ := strings.Cut(line, " ")
		p := packageOf(purl)
		b.Packages = append(b.Packages, p)
		if id = strings.TrimSpace(id); id != "" {
			b.Vulnerable[forecast.Key(id, "deb", p.Name)] = true
		}
	}
	return b
}

func packageOf(purl string) inventory.Package {
	name, version, _ := strings.Cut(purl[strings.LastIndexByte(purl, '/')+1:], "@")
	return inventory.Package{Name: name, Version: version, PURL: purl}
}

// parent is an installed package that needs another, in the version that a manifest pins where one does.
func parent(name, needs string, declared []inventory.Package) inventory.Package {
	kind := "pypi"
	version := "1.0.0"
	for _, d := range declared {
		if d.Name == name {
			kind = strings.Split(strings.TrimPrefix(d.PURL, "pkg:"), "/")[0]
			version = d.Version
		}
	}
	wanted, spec, _ := strings.Cut(needs, " ")
	return inventory.Package{Name: name, Version: version, PURL: "pkg:" + kind + "/" + name + "@" + version,
		Requires: []inventory.Requirement{{Name: wanted, Range: spec}}}
}
