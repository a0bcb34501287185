package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// WriteDiff writes a comparison: the verdict, both sides' counts, then what is new, what could not be looked at again,
// what was fixed, and, with --all, what remains.
func WriteDiff(w io.Writer, d *diff.Diff, o report.WriteOptions) error {
	bw := bufio.NewWriter(w)
	p := printer{w: bw, o: o, width: o.Width}
	if p.width == 0 {
		p.width = report.DefaultWidth
	}
	p.width = max(p.width, minWidth)
	p.line(cell{d.Verdict(), bold})
	p.w.WriteByte('\n')
	head := []cell{{pad("", 8), bold}}
	for _, sev := range finding.Severities {
		head = append(head, cell{fmt.Sprintf("%6s", shortSeverity[sev]), bold})
	}
	p.line(append(head, cell{"   open   report", bold})...)
	p.side("before", &d.Before)
	p.side("after", &d.After)
	p.changes("New", d.New, red)
	p.changes("Could not be looked at again", d.Unseen, yellow)
	p.changes("Fixed", d.Fixed, green)
	if o.All {
		p.changes("Remaining", d.Remaining, 0)
	}
	return bw.Flush()
}

func (p *printer) side(name string, s *diff.Side) {
	cells := []cell{plain(pad(name, 8))}
	for _, sev := range finding.Severities {
		n := s.Counts[sev]
		c := cell{fmt.Sprintf("%6d", n), severityStyle(sev)}
		if n == 0 {
			c = cell{fmt.Sprintf("%6s", "·"), dim}
		}
		cells = append(cells, c)
	}
	text := fmt.Sprintf("   %4d   %s, %s", s.Open, s.Name, s.Started.UTC().Format("2006-01-02 15:04"))
	p.line(append(cells, plain(text))...)
}

func (p *printer) changes(title string, cs []diff.Change, style style) {
	if len(cs) == 0 {
		return
	}
	p.w.WriteByte('\n')
	p.line(cell{fmt.Sprintf("%s (%d)", title, len(cs)), bold | style})
	shown := cs
	if !p.o.All {
		shown = cs[:min(len(cs), maxGroups)]
	}
	id, what := 0, 0
	for i := range shown {
		id = max(id, columns(report.Plain(shown[i].Finding.Rule)))
		what = max(what, columns(report.Plain(place(&shown[i].Finding))))
	}
	id, what = min(id, p.width*24/100), min(what, p.width*32/100)
	for i := range shown {
		c := &shown[i]
		cause := c.Text
		if c.Cause == diff.CauseAdvisories {
			cause = "same package, other advisories"
		}
		p.line(cell{pad(strings.ToUpper(shortSeverity[c.Finding.Severity]), 4), severityStyle(c.Finding.Severity)},
			plain("  "+pad(c.Finding.Rule, id)), cell{"  " + pad(place(&c.Finding), what), bold}, plain("  "),
			plain(cause))
	}
	if n := len(cs) - len(shown); n > 0 {
		p.line(cell{fmt.Sprintf("and %s more; --all shows every one", report.Plural(n, "line")), dim})
	}
}
