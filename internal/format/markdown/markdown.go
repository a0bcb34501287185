// Package markdown writes a report as a comment for a pull or merge request: the verdict, what to do first, the
// services and the worst findings in the open, the rest folded. No word of what was scanned means anything in Markdown
// or HTML.
package markdown

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

// Marker stands in the first line, so that a job can find its own comment and edit it instead of writing another.
const Marker = "<!-- drydock report -->"

// Bounds: GitHub refuses comments of more than 65,536 characters.
const (
	maxComment = 60_000
	maxActions = 3
	maxOpen    = 12 // lines of the table that are not folded
	maxText    = 160
)

// states are the verdict in a word, with a sign that needs no colour.
var states = map[summary.State]string{
	summary.StateFailed: "⛔ Could not look", summary.StatePartial: "⚠️ Looked at only in part",
	summary.StateBroken:   "⛔ Not passed",
	summary.StateFindings: "⚠️ Work to do", summary.StateClean: "✅ Clean",
	summary.StateListed: "📦 Packages, not judged",
}

// Write writes r. What does not fit into a comment is counted.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	s := summary.Summarise(r, o.Time(r))
	c := &comment{}
	c.print("%s\n## %s\n\n%s\n", Marker, states[s.State], report.Markdown(capital(s.Verdict)))
	if len(r.Policy.Breaches) > 0 && !r.Listing {
		c.print("\n")
		for i, b := range r.Policy.Breaches {
			if i == maxOpen {
				c.print("- and %d more\n", len(r.Policy.Breaches)-i)
				break
			}
			c.print("- %s\n", cell(b))
		}
	}
	c.due(r)
	c.actions(r)
	c.services(r, s)
	c.findings(s.Groups, o.All)
	c.listing(r)
	c.gaps(s)
	c.notes(r.Warnings)
	c.print("\n<sub>%s · %s", report.Markdown(r.Tool.Name+" "+r.Tool.Version), report.Markdown(r.Target))
	if n := len(s.Silenced) + len(s.Waived); n > 0 {
		c.print(" · %d suppressed, %d waived", len(s.Silenced), len(s.Waived))
	}
	if !s.Data.Newest.IsZero() {
		c.print(" · advisories up to %s", s.Data.Newest.Format("2006-01-02"))
	}
	c.print("</sub>\n")
	_, err := w.Write(c.Bytes())
	return err
}

type comment struct{ bytes.Buffer }

func (c *comment) print(format string, args ...any) { fmt.Fprintf(c, format, args...) }

func (c *comment) full() bool { return c.Len() > maxComment }

func (c *comment) due(r *report.Report) {
	if len(r.Due) == 0 {
		return
	}
	c.print("\n### Due for a rebuild\n\n")
	for _, d := range r.Due {
		if c.full() {
			return
		}
		c.print("- **%s**: %s: %s\n", cell(d.Service), d.Reason, cell(d.Evidence))
	}
}

func (c *comment) actions(r *report.Report) {
	if len(r.Actions) == 0 {
		return
	}
	c.print("\n### Do first\n\n")
	for i, a := range r.Actions[:min(len(r.Actions), maxActions)] {
		c.print("%d. **%s**: removes %s (%s)\n", i+1, cell(a.Title), report.Plural(len(a.Findings), "finding"),
			summary.Severities(a.Removes))
	}
}

func (c *comment) services(r *report.Report, s *summary.Summary) {
	if len(s.Services) == 0 {
		return
	}
	c.print("\n| service | exposure | critical | high | medium | low | info | unknown | worst |\n" +
		"|---|---|--:|--:|--:|--:|--:|--:|---|\n")
	for i := range s.Services {
		if c.full() {
			c.print("\nand %s more\n", report.Plural(len(s.Services)-i, "service"))
			return
		}
		row := &s.Services[i]
		name, exposure, worst := "(no service)", "", "nothing found"
		if row.Service != nil {
			name, exposure = summary.ServiceName(r, row.Service), string(row.Service.Exposure)
			if s.Unseen(row.Service) {
				worst = "not looked at in full"
			}
		}
		if f := row.Worst; f != nil {
			worst = f.Rule
			if f.Package != nil {
				worst += " in " + f.Package.Name
			}
		}
		c.print("| %s | %s |", cell(name), cell(exposure))
		for _, sev := range finding.Severities {
			if n := row.Counts[sev]; n > 0 {
				c.print(" %d |", n)
			} else {
				c.print(" |")
			}
		}
		c.print(" %s |\n", cell(worst))
	}
}

const tableHead = "\n| severity | finding | where | why here | fix |\n|---|---|---|---|---|\n"

func (c *comment) findings(groups []summary.Group, all bool) {
	if len(groups) == 0 {
		return
	}
	open := groups[:min(len(groups), maxOpen)]
	if all {
		open = groups
	}
	c.print("\n### Findings\n%s", tableHead)
	if !c.rows(open, groups) {
		return
	}
	if rest := groups[len(open):]; len(rest) > 0 {
		c.print("\n<details><summary>%s more</summary>\n%s", report.Plural(len(rest), "line"), tableHead)
		c.rows(rest, rest)
		c.print("\n</details>\n")
	}
}

// rows writes lines of the table while there is room, and reports whether there was.
func (c *comment) rows(groups, all []summary.Group) bool {
	for i := range groups {
		if c.full() {
			c.print("\n%s did not fit; the other formats have every one.\n", report.Plural(len(all)-i, "more line"))
			return false
		}
		g := &groups[i]
		f := g.Worst()
		id, where, fix := "`"+code(f.Rule)+"`", "`"+code(f.Location.String())+"`", cell(f.Fix.Text)
		if f.Package != nil {
			where = "**" + cell(g.Name()) + "**"
			fix = "no fix yet"
			if g.Fixed != "" {
				fix = "→ `" + code(g.Fixed) + "`"
			}
		}
		if g.Rules > 1 {
			id += fmt.Sprintf(" and %d more", g.Rules-1)
		}
		if n := len(g.Findings); n > 1 && f.Package == nil {
			where += fmt.Sprintf(" and %d more", n-1)
		}
		severity := string(g.Severity)
		if f.Kind.Quality() {
			severity += ", " + string(f.Kind)
		}
		c.print("| %s | %s | %s | %s | %s |\n", severity, id, where, cell(strings.Join(f.Why, ", ")), fix)
	}
	return true
}

func (c *comment) gaps(s *summary.Summary) {
	if len(s.Gaps) == 0 || c.full() {
		return
	}
	c.print("\n### Not looked at\n\n")
	for i := range s.Gaps {
		if i == maxOpen {
			c.print("- and %d more\n", len(s.Gaps)-i)
			break
		}
		c.print("- %s: %s\n", s.Gaps[i].Who(), cell(s.Gaps[i].Text()))
	}
	for _, r := range s.Remedies {
		c.print("- %s → %s\n", cell(string(r.Gate)), cell(r.Text))
	}
}

// listing is every package, where the report is a list and no verdict.
func (c *comment) listing(r *report.Report) {
	if !r.Listing || len(r.Packages) == 0 {
		return
	}
	c.print("\n| package | version | ecosystem | where |\n|---|---|---|---|\n")
	for i := range r.Packages {
		if c.full() {
			c.print("\nand %s more; the other formats have every one.\n", report.Plural(len(r.Packages)-i, "package"))
			return
		}
		p := &r.Packages[i]
		c.print("| %s | %s | %s | %s |\n", cell(p.Name), cell(p.Version), cell(p.Ecosystem),
			cell(strings.Join(p.Paths, ", ")))
	}
}

// cell is foreign text for a table's cell or a list's line.
func cell(s string) string { return report.Markdown(cut(s)) }

// code is foreign text between backticks in a table: there only the backtick and the bar mean something.
func code(s string) string {
	return strings.NewReplacer("`", "'", "|", `\|`).Replace(report.Plain(cut(s)))
}

func cut(s string) string {
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText]) + "…"
	}
	return s
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// notes are the warnings, which are neither findings nor failures, folded.
func (c *comment) notes(all []report.Warning) {
	if len(all) == 0 || c.full() {
		return
	}
	c.print("\n<details><summary>%s</summary>\n\n", report.Plural(len(all), "warning"))
	for i, n := range all {
		if i == maxOpen || c.full() {
			c.print("- and %d more\n", len(all)-i)
			break
		}
		text := n.Text
		if at := n.Location.String(); at != "" {
			text = at + ": " + text
		}
		c.print("- %s\n", cell(text))
	}
	c.print("\n</details>\n")
}
