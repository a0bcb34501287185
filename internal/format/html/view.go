package html

import (
	"cmp"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

// group is one foldable line of the list.
type group struct {
	*summary.Group
	Head  *finding.Finding
	Place string
	Rule  *finding.Rule // nil for vulnerabilities
	Text  string        // what the filter looks in, lower case
	Terms []rank.Term   // what makes the head's priority
	Loads string        // whether the code loads the head's package, in words
}

// loads says whether the code loads a package.
var loads = map[finding.Reachable]string{finding.ReachableDirect: "The code imports it.",
	finding.ReachableTransitive: "A package that the code imports needs it.", finding.ReachableNo: "The code does not use it.",
	finding.ReachableUnknown: "Whether the code loads it is not known."}

func newGroup(g *summary.Group, rules map[string]*finding.Rule, explain func(*finding.Finding) []rank.Term) group {
	f := g.Worst()
	terms := explain(f)
	if rank.Sum(terms) != f.Priority { // recorded by a version with another formula
		terms = nil
	}
	var text []string
	for _, f := range g.Findings {
		if f.Package != nil {
			text = append(text, f.Package.Name)
		}
		text = append(text, f.Rule, f.Title, f.Location.Path, strings.Join(f.Aliases, " "), strings.Join(f.Refs(), " "))
	}
	return group{g, f, g.Name(), rules[f.Rule],
		strings.ToLower(report.Plain(strings.Join(append(text, g.Name()), " "))), terms, loads[f.Reachable]}
}

func place(f *finding.Finding) string {
	if f.Package != nil {
		return strings.TrimSpace(f.Package.Name + " " + f.Package.Version)
	}
	l := f.Location
	l.Column = 0
	return cmp.Or(l.String(), f.Service)
}

// part is one coloured piece of a bar.
type part struct {
	Severity finding.Severity
	N        int
	Percent  float64 // of the bar's full length
}

// bar is a row of the chart of severities.
type bar struct {
	Name     string
	Exposure finding.Exposure
	Open     int
	Parts    []part
	Worst    *finding.Finding
	Unseen   bool
}

func bars(r *report.Report, s *summary.Summary) []bar {
	most := 1
	for _, row := range s.Services {
		most = max(most, row.Open)
	}
	var out []bar
	for _, row := range s.Services {
		b := bar{Name: "(no service)", Open: row.Open, Parts: parts(row.Counts, most), Worst: row.Worst}
		if row.Service != nil {
			b.Name, b.Exposure = summary.ServiceName(r, row.Service), row.Service.Exposure
			b.Unseen = s.Unseen(row.Service)
		}
		out = append(out, b)
	}
	return out
}

// parts are the pieces of a bar that is full at most.
func parts(counts map[finding.Severity]int, most int) []part {
	var ps []part
	for _, sev := range finding.Severities {
		if n := counts[sev]; n > 0 {
			ps = append(ps, part{sev, n, 100 * float64(n) / float64(most)})
		}
	}
	return ps
}

var advisoryID = regexp.MustCompile(`^[A-Z][A-Za-z0-9._-]+$`)

// functions are the template's. What they return is text, which the template escapes.
var functions = template.FuncMap{
	"plain":      report.Plain,
	"plural":     report.Plural,
	"severities": func() []finding.Severity { return finding.Severities },
	"share": func(counts map[finding.Severity]int) []part {
		n := 0
		for _, c := range counts {
			n += c
		}
		return parts(counts, max(n, 1))
	},
	"less1":   func(n int) int { return n - 1 },
	"percent": func(f *float64) string { return fmt.Sprintf("%.1f %%", *f*100) },
	"score":   func(f *float64) string { return fmt.Sprintf("%.1f", *f) },
	"join":    func(ss []string) string { return report.Plain(strings.Join(ss, ", ")) },
	"lower":   strings.ToLower,
	"date":    func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"day":     func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"days":    func(d time.Duration) string { return report.Plural(int(d.Hours()/24), "day") },
	"seconds": func(ms int64) string { return fmt.Sprintf("%.1f s", float64(ms)/1000) },
	// advisory is the page of a vulnerability, "" for what is no identifier of one.
	"advisory": func(id string) string {
		if advisoryID.MatchString(id) {
			return "https://osv.dev/vulnerability/" + id
		}
		return ""
	},
	"line": func(l finding.Location) string { l.Column = 0; return report.Plain(l.String()) },
	// code keeps line breaks, and is plain otherwise.
	"code": func(s string) string {
		lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
		for i, l := range lines {
			lines[i] = report.Plain(strings.ReplaceAll(strings.TrimSuffix(l, "\r"), "\t", "    "))
		}
		return strings.Join(lines, "\n")
	},
	"exposed": func(e finding.Exposure) string { return exposed[e] },
}

// exposed says an exposure in words.
var exposed = map[finding.Exposure]string{
	finding.ExposurePublic: "anyone", finding.ExposureAuthenticated: "who signs in",
	finding.ExposureAllowlisted: "listed addresses",
	finding.ExposureInternal:    "only the stack", finding.ExposureUnknown: "not known",
}
