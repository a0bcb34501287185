package markdown

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

func TestGolden(t *testing.T) {
	golden.EachAndList(t, "md",
		func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) }, harmless)
}

// harmless fails on HTML, links and control characters that are not the writer's own. Between backticks nothing but a
// backtick means anything.
func harmless(t *testing.T, out []byte) {
	t.Helper()
	text := string(out)
	for _, own := range []string{Marker, "<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>"} {
		text = strings.ReplaceAll(text, own, "")
	}
	var bare strings.Builder
	for _, line := range strings.Split(text, "\n") {
		line = strings.ReplaceAll(line, "\\`", "")
		if strings.Count(line, "`")%2 != 0 {
			t.Errorf("a backtick is open in %q", line)
		}
		for i, part := range strings.Split(line, "`") {
			if i%2 == 0 {
				bare.WriteString(part)
			}
		}
	}
	for _, bad := range []string{"<", "](", "@", "![", "\x1b", "\u202e", "\r"} {
		if s := strings.ReplaceAll(bare.String(), `\]\(`, ""); strings.Contains(s, bad) {
			t.Errorf("%q in the comment", bad)
		}
	}
}

func TestFitsIntoAComment(t *testing.T) {
	r := golden.Load(t, "empty")
	for i := range 5000 {
		r.Findings = append(r.Findings, finding.Finding{ID: fmt.Sprint("c-", i), Gate: finding.GateCode,
			Rule: fmt.Sprint("rule-", i), Title: "t", Severity: finding.High,
			Fix: finding.Fix{Text: strings.Repeat("word ", 40)}})
	}
	r.Finish()
	for _, all := range []bool{false, true} {
		var b bytes.Buffer
		if err := Write(&b, r, report.WriteOptions{All: all}); err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(b.String())); n > 65_536 {
			t.Errorf("%d characters", n)
		}
		if !strings.Contains(b.String(), "did not fit") {
			t.Error("nothing says that lines are missing")
		}
	}
}

func TestGoldenDiff(t *testing.T) {
	golden.EachDiff(t, "md",
		func(b *bytes.Buffer, d *diff.Diff) error { return WriteDiff(b, d, report.WriteOptions{}) }, harmless)
}
