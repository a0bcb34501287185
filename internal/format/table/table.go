// Package table writes a report for a terminal: what to know in one line, what to do first, where it stands, then
// everything else, worst first. It is readable without colour, and no byte of what was scanned reaches the terminal
// unless it is printable.
package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/attack"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

// How much is shown without --all.
const (
	maxActions = 3
	maxGroups  = 30
	maxGaps    = 8
	maxNotes   = 4
	minWidth   = 72
)

// Write writes r to w. The report must be finished.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	bw := bufio.NewWriter(w)
	p := printer{w: bw, r: r, o: o, width: o.Width, s: summary.Summarise(r, o.Time(r))}
	if p.width == 0 {
		p.width = report.DefaultWidth
	}
	p.width = max(p.width, minWidth)
	p.verdict()
	p.due()
	p.actions()
	p.services()
	p.worstPath()
	p.findings()
	p.waste()
	p.measures()
	p.listing()
	p.gaps()
	p.notes()
	p.footer()
	return bw.Flush()
}

type printer struct {
	w     *bufio.Writer
	r     *report.Report
	o     report.WriteOptions
	s     *summary.Summary
	width int
}

// line writes the cells up to the width.
func (p *printer) line(cells ...cell) {
	left := p.width
	var b strings.Builder
	for _, c := range cells {
		text := fit(c.text, left)
		left -= columns(text)
		b.WriteString(paint(c.style, text, p.o.Color))
	}
	p.w.WriteString(strings.TrimRight(b.String(), " "))
	p.w.WriteByte('\n')
}

// maxLines is how many lines of one foreign text are shown without --all.
const maxLines = 3

// paragraph writes a text over several lines, the first one led by lead and the others indented like it.
func (p *printer) paragraph(lead string, c cell) {
	lines := wrap(report.Plain(c.text), p.width-columns(lead))
	if len(lines) > maxLines && !p.o.All {
		lines = lines[:maxLines]
		lines[maxLines-1] = strings.TrimSuffix(fit(lines[maxLines-1], p.width-columns(lead)-1), "…") + "…"
	}
	for _, l := range lines {
		p.line(plain(lead), cell{l, c.style})
		lead = strings.Repeat(" ", columns(lead))
	}
}

func (p *printer) heading(format string, args ...any) {
	p.w.WriteByte('\n')
	p.line(cell{fmt.Sprintf(format, args...), bold})
}

var stateWords = map[summary.State]cell{
	summary.StateFailed:   {"FAILED", red},
	summary.StatePartial:  {"PARTIAL", yellow},
	summary.StateBroken:   {"NOT PASSED", red},
	summary.StateFindings: {"FOUND", yellow},
	summary.StateClean:    {"CLEAN", green},
	summary.StateListed:   {"LISTED", bold},
}

func (p *printer) verdict() {
	word := stateWords[p.s.State]
	word.style |= bold
	lead := columns(word.text) + 2
	for i, text := range wrap(report.Plain(p.s.Verdict), p.width-lead) {
		if i == 0 {
			p.line(word, plain("  "), plain(text))
		} else {
			p.line(plain(strings.Repeat(" ", lead)), plain(text))
		}
	}
	sub := p.r.Target
	if n := len(p.r.Stacks); n > 0 {
		sub += " · " + report.Plural(n, "stack") + ", " + report.Plural(len(p.r.Services), "service")
	}
	if n := p.s.Exploited; n > 0 {
		sub += " · " + fmt.Sprintf("%d known to be exploited", n)
	}
	if sub != "" {
		p.line(cell{sub, dim})
	}
	if p.r.Listing {
		return
	}
	for i, b := range p.r.Policy.Breaches {
		if p.rest(i, maxNotes, len(p.r.Policy.Breaches)) {
			break
		}
		p.paragraph("  policy: ", plain(b))
	}
}

// rest ends a list after max entries, unless all are wanted, and says how many are left.
func (p *printer) rest(i, max, n int) bool {
	if i < max || p.o.All {
		return false
	}
	p.line(cell{fmt.Sprintf("  and %d more; --all shows every one", n-i), dim})
	return true
}

func (p *printer) due() {
	if len(p.r.Due) == 0 {
		return
	}
	p.heading("Due for a rebuild")
	for _, d := range p.r.Due {
		p.paragraph(fmt.Sprintf("  %-12s  %-12s  ", report.Plain(d.Service), d.Reason), plain(report.ShortDigests(d.Evidence)))
	}
}

func (p *printer) actions() {
	if len(p.r.Actions) == 0 {
		return
	}
	p.heading("Do first")
	shown := p.r.Actions
	if !p.o.All {
		shown = shown[:min(len(shown), maxActions)]
	}
	for i, a := range shown {
		p.paragraph(fmt.Sprintf("%3d. ", i+1), cell{a.Title, bold})
		text := "     removes " + report.Plural(len(a.Findings), "finding") + ": " + summary.Severities(a.Removes)
		if a.Command != "" {
			text += "   $ " + a.Command
		}
		p.line(plain(text))
	}
}

var shortSeverity = map[finding.Severity]string{
	finding.Critical: "crit", finding.High: "high", finding.Medium: "med", finding.Low: "low", finding.Info: "info",
	finding.Unknown: "unkn",
}

func (p *printer) services() {
	if len(p.s.Services) == 0 {
		return
	}
	name := len("Service")
	for _, row := range p.s.Services {
		name = max(name, columns(p.serviceName(row)))
	}
	name = min(name, p.width/4)
	p.w.WriteByte('\n')
	head := []cell{{pad("Service", name), bold}, {"  " + pad("exposure", 13), bold}}
	for _, sev := range finding.Severities {
		head = append(head, cell{fmt.Sprintf("%6s", shortSeverity[sev]), bold})
	}
	p.line(append(head, cell{"   worst", bold})...)
	for _, row := range p.s.Services {
		exposure, style := "", style(0)
		if row.Service != nil {
			exposure = string(row.Service.Exposure)
			if row.Service.Exposure == finding.ExposurePublic {
				style = bold
			}
		}
		cells := []cell{plain(pad(fitName(p.serviceName(row), name), name)), {"  " + pad(exposure, 13), style}}
		for _, sev := range finding.Severities {
			n := row.Counts[sev]
			c := cell{fmt.Sprintf("%6d", n), severityStyle(sev)}
			if n == 0 {
				c = cell{fmt.Sprintf("%6s", "·"), dim}
			}
			cells = append(cells, c)
		}
		worst := "nothing found"
		if row.Worst != nil {
			worst = row.Worst.Rule
			if pk := row.Worst.Package; pk != nil {
				worst += " in " + pk.Name
			}
		} else if row.Service != nil && p.s.Unseen(row.Service) {
			worst = "not looked at in full"
		}
		p.line(append(cells, plain("   "), plain(worst))...)
	}
}

func (p *printer) serviceName(row summary.ServiceRow) string {
	if row.Service == nil {
		return "(no service)"
	}
	return report.Plain(summary.ServiceName(p.r, row.Service))
}

// worstPath writes the attack path that leads to most, in a line, and how many there are.
func (p *printer) worstPath() {
	if len(p.r.AttackPaths) == 0 {
		return
	}
	p.w.WriteByte('\n')
	text := attack.Sentence(&p.r.AttackPaths[0])
	if n := len(p.r.AttackPaths) - 1; n > 0 {
		text += fmt.Sprintf("  (%d more in the HTML page)", n)
	}
	p.paragraph("Worst path  ", plain(text))
}

// measures writes the measures of the code in a line.
func (p *printer) measures() {
	if m := summary.Measure(p.r); m != nil {
		p.w.WriteByte('\n')
		p.paragraph("Code  ", plain(m.Text()))
	}
}

func (p *printer) footer() {
	p.w.WriteByte('\n')
	var parts []string
	if n := len(p.s.Silenced); n > 0 {
		parts = append(parts, fmt.Sprintf("%d suppressed by evidence", n))
	}
	if n := len(p.s.Waived); n > 0 {
		parts = append(parts, fmt.Sprintf("%d waived", n))
	}
	if n := len(p.r.Packages); n > 0 {
		parts = append(parts, report.Plural(n, "package"))
	}
	if d := p.s.Data; d.Records > 0 {
		age := report.Plural(d.Records, "advisory")
		if !d.Newest.IsZero() {
			age += fmt.Sprintf(" up to %s (%s)", d.Newest.Format("2006-01-02"), ageText(d.Age))
		}
		if len(d.Sources) > 0 {
			age += ", " + strings.Join(d.Sources, ", ")
		}
		parts = append(parts, age)
	}
	parts = append(parts, fmt.Sprintf("%.1f s", float64(p.r.DurationMs)/1000))
	p.paragraph("", cell{strings.Join(parts, " · "), dim})
}

func ageText(d time.Duration) string {
	switch days := int(d.Hours() / 24); {
	case days < 1:
		return "today"
	case days < 60:
		return report.Plural(days, "day") + " old"
	default:
		return report.Plural(days/30, "month") + " old"
	}
}
