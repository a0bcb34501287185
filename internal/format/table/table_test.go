package table

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

func TestGolden(t *testing.T) {
	golden.EachAndList(t, "txt",
		func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) },
		func(t *testing.T, out []byte) { harmless(t, string(out), report.DefaultWidth) })
}

func TestGoldenAll(t *testing.T) {
	golden.EachAndList(t, "all.txt", func(b *bytes.Buffer, r *report.Report) error {
		return Write(b, r, report.WriteOptions{All: true, Width: 120})
	}, func(t *testing.T, out []byte) { harmless(t, string(out), 120) })
}

// harmless fails on anything that a terminal would act upon, and on lines that are too long.
func harmless(t testing.TB, out string, width int) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Error("the output is not UTF-8")
	}
	for _, l := range strings.Split(out, "\n") {
		for _, c := range l {
			if c < 0x20 || c >= 0x7f && c < 0xa0 || c >= 0x200b && c <= 0x200f || c >= 0x202a && c <= 0x202e ||
				c >= 0x2066 && c <= 0x2069 {
				t.Errorf("%U in %q", c, l)
			}
		}
		if columns(l) > width {
			t.Errorf("%d columns in %q", columns(l), l)
		}
	}
}

// Without its colours, the coloured report is the plain one: nothing is told by colour alone.
func TestColourOnlyAdds(t *testing.T) {
	for _, name := range golden.Names {
		var plain, colour bytes.Buffer
		if err := Write(&plain, golden.Load(t, name), report.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := Write(&colour, golden.Load(t, name), report.WriteOptions{Color: true}); err != nil {
			t.Fatal(err)
		}
		text := colour.String()
		if !strings.Contains(text, "\x1b[") {
			t.Errorf("%s: no colour", name)
		}
		var bare strings.Builder
		for {
			before, rest, found := strings.Cut(text, "\x1b[")
			bare.WriteString(before)
			if !found {
				break
			}
			_, text, _ = strings.Cut(rest, "m")
		}
		if got := strings.ReplaceAll(bare.String(), " \n", "\n"); got != plain.String() {
			t.Errorf("%s: the colours hide or add text", name)
		}
	}
}

func TestHidesWhatIsBelowTheFold(t *testing.T) {
	r := &report.Report{}
	for i := range 100 {
		r.Findings = append(r.Findings, finding.Finding{Gate: finding.GateCode, Rule: "r", Severity: finding.Low,
			Location: finding.Location{Path: strings.Repeat("a", i+1), Line: 1}})
	}
	r.Finish()
	var b bytes.Buffer
	if err := Write(&b, r, report.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if want := "and 70 findings below these (70 low); --all shows every one"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, b.String())
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("openssl", "3.0.11", "CVE-2024-1", "\x1b]0;t\x07\r\n", uint8(80))
	f.Add("\xff\xfe", "界界界", "\u202e\u2066", strings.Repeat("e\u0301\u0301\u0301", 90), uint8(3))
	f.Fuzz(func(t *testing.T, name, version, rule, text string, width uint8) {
		r := report.New(report.Tool{Name: name, Version: version}, text, golden.Load(t, "empty").Started)
		r.Findings = []finding.Finding{
			{Gate: finding.GateImage, Rule: rule, Title: text, Services: []string{name},
				Package:  &finding.Package{Name: name, Version: version, PURL: text},
				Advisory: &finding.Advisory{Fixed: text}, Why: []string{text}},
			{Gate: finding.GateCode, Rule: text, Title: rule, Location: finding.Location{Path: name, Line: 3},
				Fix: finding.Fix{Text: text}},
			{Gate: finding.GateCode, Rule: rule, Status: finding.Waived,
				Waiver: &finding.Waiver{Owner: name, Reason: text}},
		}
		r.Services = []report.Service{{Name: name, Stack: text, Exposure: finding.Exposure(rule)}}
		r.Stacks = []report.Stack{{Name: text}, {Name: name}}
		r.Gates = []report.Gate{{Name: finding.Gate(name), Status: report.Failed, Reason: text,
			Inputs: []report.Input{{Service: name, Path: version, Status: report.Failed, Reason: text}}}}
		r.Warnings = []report.Warning{{Text: text}}
		r.Actions = []report.Action{{Title: text, Command: rule}}
		r.Policy.Breaches = []string{text}
		r.Finish()
		var b bytes.Buffer
		if err := Write(&b, r, report.WriteOptions{Width: int(width), All: width%2 == 0}); err != nil {
			t.Fatal(err)
		}
		harmless(t, b.String(), max(int(width), minWidth)+map[bool]int{true: report.DefaultWidth}[width == 0])
	})
}

func TestGoldenDiff(t *testing.T) {
	golden.EachDiff(t, "txt",
		func(b *bytes.Buffer, d *diff.Diff) error { return WriteDiff(b, d, report.WriteOptions{}) },
		func(t *testing.T, out []byte) { harmless(t, string(out), report.DefaultWidth) })
}

func TestWaste(t *testing.T) {
	r := &report.Report{Images: []report.Image{
		{Name: "small", Waste: &report.Waste{Efficiency: 0.9, Bytes: 1 << 20, TotalBytes: 10 << 20}},
		{Name: "app:1", Waste: &report.Waste{Efficiency: 0.75, Bytes: 50e6, TotalBytes: 200e6,
			Paths: []report.WastedPath{{
				Path: "root/.cache", Bytes: 40e6, How: "removed", CreatedBy: "RUN pip install x",
				HiddenBy: "RUN rm -rf /root/.cache",
				Location: finding.Location{Path: "Dockerfile", Line: 4},
			}}}},
		{Name: "unknown"},
	}}
	r.Finish()
	var b bytes.Buffer
	if err := Write(&b, r, report.WriteOptions{Width: 200}); err != nil {
		t.Fatal(err)
	}
	want := "app:1: 50.0 MB of 200.0 MB, efficiency 0.75; most of it 40.0 MB in /root/.cache, brought by " +
		"Dockerfile:4 and removed by RUN rm …"
	if !strings.Contains(b.String(), want) || strings.Contains(b.String(), "small") {
		t.Errorf("%s\nhas not %s", b.String(), want)
	}
}
