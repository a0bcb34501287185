package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

// row is one line of the list of findings.
type row struct {
	severity    finding.Severity
	id, what    string
	why, remedy string
	titles      []string // what is said before the remedy, on lines of their own; none where the identifier says it
	rule        string   // what the rule is called, where the finding's own title is a message
}

func (p *printer) findings() {
	groups := p.s.Groups
	if p.o.All {
		groups = nil
		for i := range p.r.Findings {
			if f := &p.r.Findings[i]; f.Status == finding.Open {
				groups = append(groups, summary.Fold(p.r.Findings[i:i+1], nil)...)
			}
		}
	}
	shown := groups
	if !p.o.All {
		shown = groups[:min(len(groups), maxGroups)]
	}
	if len(shown) > 0 {
		p.rows(shown)
	}
	if rest := groups[len(shown):]; len(rest) > 0 {
		counts, n := map[finding.Severity]int{}, 0
		for _, g := range rest {
			for _, f := range g.Findings {
				counts[f.Severity]++
				n++
			}
		}
		p.line(cell{fmt.Sprintf("and %s below these (%s); --all shows every one", report.Plural(n, "finding"),
			summary.Severities(counts)), dim})
	}
	if p.o.All {
		p.silenced("Waived", p.s.Waived)
		p.silenced("Suppressed", p.s.Silenced)
	}
}

func (p *printer) silenced(title string, fs []*finding.Finding) {
	if len(fs) == 0 {
		return
	}
	p.heading("%s", title)
	for _, f := range fs {
		why := strings.Join(f.Evidence, "; ")
		if w := f.Waiver; w != nil {
			why = w.Words()
		}
		p.line(plain("  "+pad(string(f.Severity), 8)), plain("  "+f.Rule+"  "), cell{place(f), bold}, plain("  "),
			plain(why))
	}
}

// rows writes the lines; the identifier and the place get what they need up to a share of the width, the reason and
// the remedy the rest.
func (p *printer) rows(groups []summary.Group) {
	rows := make([]row, len(groups))
	id, what, columned := len("finding"), len("where"), false
	for i := range groups {
		rows[i] = p.rowOf(&groups[i])
		if len(rows[i].titles) == 0 {
			id, what, columned = max(id, columns(rows[i].id)), max(what, columns(rows[i].what)), true
		}
	}
	id, what = min(id, p.width*24/100), min(what, p.width*32/100)
	p.w.WriteByte('\n')
	if columned {
		p.line(cell{"      " + pad("finding", id) + "  " + pad("where", what) + "  why here → fix", bold})
	}
	for _, r := range rows {
		if len(r.titles) > 0 {
			p.titled(r)
			continue
		}
		reason := r.why
		if r.rule != "" {
			reason = strings.TrimPrefix(reason+": "+r.rule, ": ")
		}
		if r.remedy != "" {
			reason = strings.TrimPrefix(reason+" → "+r.remedy, " ")
		}
		indent := 4 + 2 + id + 2 + what + 2
		tail := []string{report.Plain(reason)}
		if p.o.All {
			tail = wrap(tail[0], p.width-indent)
		}
		p.line(severityCell(r.severity),
			plain("  "+pad(r.id, id)), cell{"  " + pad(fitPlace(r.what, what), what) + "  ", bold}, plain(tail[0]))
		for _, l := range tail[1:] {
			p.line(plain(strings.Repeat(" ", indent)), plain(l))
		}
	}
}

func severityCell(s finding.Severity) cell {
	return cell{pad(strings.ToUpper(shortSeverity[s]), 4), severityStyle(s)}
}

// titled writes a row whose titles say what no column could: the rule and the place, then the titles, then the remedy.
func (p *printer) titled(r row) {
	const lead = "      "
	const most = 2 // lines of a remedy without --all
	p.line(severityCell(r.severity), plain("  "+r.id), cell{"  " + fitPlace(r.what, p.width-len(lead)-columns(r.id)-2),
		bold})
	for _, title := range r.titles {
		for _, l := range wrap(title, p.width-len(lead)) {
			p.line(plain(lead), plain(l))
		}
	}
	lines := wrap("→ "+r.remedy, p.width-len(lead))
	if len(lines) > most && !p.o.All {
		lines = append(lines[:most-1], strings.TrimSuffix(fit(lines[most-1], p.width-len(lead)-1), "…")+"…")
	}
	for _, l := range lines {
		p.line(plain(lead), plain(l))
	}
}

func (p *printer) rowOf(g *summary.Group) row {
	f := g.Worst()
	r := row{severity: g.Severity, id: report.Plain(f.Rule), what: report.Plain(g.Name()), why: why(f),
		remedy: report.Plain(remedy(g))}
	if f.Gate == finding.GateAccess {
		r.titles = titles(g)
	}
	if f.Gate == finding.GateCode && f.Package == nil {
		p.code(f, &r)
	}
	if g.Rules > 1 {
		r.id = fmt.Sprintf("%s +%d", r.id, g.Rules-1)
	}
	if n := len(g.Findings); n > 1 && f.Package == nil {
		r.what = fmt.Sprintf("%s +%d", r.what, n-1)
	}
	return r
}

// code says what a rule for code is called. The message of a rule is a text of its own and stands under --all.
func (p *printer) code(f *finding.Finding, r *row) {
	for i := range p.r.Rules {
		if rule := &p.r.Rules[i]; rule.Gate == finding.GateCode && rule.ID == f.Rule {
			r.rule = report.Plain(rule.Title)
		}
	}
	switch {
	case r.rule == "" || strings.Contains(r.rule, "$"): // the message has what the title has a metavariable for
		r.rule = ""
	case f.Fix.Text == "" && p.o.All && !strings.HasPrefix(f.Title, r.rule):
		r.rule, r.remedy = r.rule+" ("+f.Title+")", ""
	case f.Fix.Text == "":
		r.remedy = ""
	}
}

// titles are those of a group's findings, the first three of them, each with what it is about.
func titles(g *summary.Group) []string {
	const most = 3
	var out []string
	for _, f := range g.Findings[:min(len(g.Findings), most)] {
		out = append(out, report.Plain(subject(f)+f.Title))
	}
	if more := len(g.Findings) - most; more > 0 {
		out = append(out, fmt.Sprintf("and %d more; --all shows every one", more))
	}
	return out
}

// subject is the service and the router of a finding, so far as its title does not name them.
func subject(f *finding.Finding) string {
	var names []string
	router, _, _ := strings.Cut(f.Router, "@")
	if f.Service != "" && !strings.Contains(f.Title, f.Service) {
		names = append(names, f.Service)
	}
	if router != "" && router != f.Service && !strings.Contains(f.Title, router) {
		names = append(names, "router "+f.Router)
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ", ") + ": "
}

// place is the package that a finding stands in, or the line.
func place(f *finding.Finding) string {
	if f.Package != nil {
		return strings.TrimSpace(f.Package.Name + " " + f.Package.Version)
	}
	if f.Location.Path != "" {
		l := f.Location
		l.Column = 0
		return l.String()
	}
	return f.Service
}

// why is what makes the finding matter more or less here, in the fewest words; --format json has the full reasons.
func why(f *finding.Finding) string {
	var words []string
	if f.Kind.Quality() {
		words = append(words, string(f.Kind))
	}
	if a := f.Advisory; a != nil {
		if a.KEV {
			words = append(words, "exploited")
		}
		if a.EPSS != nil && *a.EPSS >= 0.1 {
			words = append(words, fmt.Sprintf("EPSS %.0f %%", *a.EPSS*100))
		}
	}
	if f.Exposure != finding.ExposureUnknown {
		words = append(words, string(f.Exposure))
	}
	if slices.Contains(f.Why, rank.Development) {
		words = append(words, "for development")
	}
	switch f.Reachable {
	case finding.ReachableDirect:
		words = append(words, "imported")
	case finding.ReachableNo:
		words = append(words, "not imported")
	}
	return strings.Join(words, ", ")
}

// remedy is what fixes the group.
func remedy(g *summary.Group) string {
	f := g.Worst()
	if f.Package == nil {
		if f.Fix.Text == "" {
			return f.Title
		}
		return f.Fix.Text
	}
	switch f.Forecast {
	case finding.ForecastNotShipped:
		return "never ships"
	case finding.ForecastWaitForBase:
		return "wait for the base image"
	}
	switch {
	case g.Fixed == "" && f.Forecast == finding.ForecastBase:
		return "in a newer base"
	case g.Fixed == "":
		return "no fix yet"
	}
	text := g.Fixed
	switch f.Forecast {
	case finding.ForecastRebuild:
		text += " by a rebuild"
	case finding.ForecastBase:
		text += " in a newer base"
	case finding.ForecastEdit:
		text += " (edit)"
	case finding.ForecastUnknown:
		text += " (rebuild?)"
	}
	if n := len(g.Findings); g.Fixable < n {
		text += fmt.Sprintf(" (%d of %d)", g.Fixable, n)
	}
	return text
}

func (p *printer) gaps() {
	if len(p.s.Gaps) == 0 {
		return
	}
	p.heading("Not looked at")
	for i, g := range p.s.Gaps {
		if p.rest(i, maxGaps, len(p.s.Gaps)) {
			break
		}
		p.paragraph(fmt.Sprintf("  %-10s  ", g.Who()), plain(g.Text()))
	}
	for _, r := range p.s.Remedies {
		p.paragraph(fmt.Sprintf("  %-10s  → ", r.Gate), plain(r.Text))
	}
}

func (p *printer) notes() {
	if len(p.r.Warnings) == 0 {
		return
	}
	p.heading("Warnings")
	for i, n := range p.r.Warnings {
		if p.rest(i, maxNotes, len(p.r.Warnings)) {
			break
		}
		text := n.Text
		if at := n.Location.String(); at != "" {
			text = at + ": " + text
		}
		p.paragraph("  ", plain(text))
	}
}
