// Package junit writes a report as JUnit XML, for the test views of CI servers: a suite a gate, a failed test a
// finding, an error for what could not be looked at, and a skipped test for what was waived or suppressed.
package junit

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []*suite `xml:"testsuite"`
}

type suite struct {
	Name      string     `xml:"name,attr"`
	Tests     int        `xml:"tests,attr"`
	Failures  int        `xml:"failures,attr"`
	Errors    int        `xml:"errors,attr"`
	Skipped   int        `xml:"skipped,attr"`
	Time      string     `xml:"time,attr"`
	Timestamp string     `xml:"timestamp,attr"`
	Read      *property  `xml:"properties>property"`
	Cases     []testCase `xml:"testcase"`
	Out       string     `xml:"system-out,omitempty"` // the warnings, a line each
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Line    int      `xml:"line,attr,omitempty"`
	Time    string   `xml:"time,attr"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
	Skipped *problem `xml:"skipped"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// Write writes r. A finding that is only worth knowing (info), or of a kind that does not count, is a passed test.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	sum := summary.Summarise(r, o.Time(r))
	all := suites{Name: "drydock " + report.Plain(r.Target), Time: seconds(r.DurationMs)}
	for i := range r.Gates {
		g := &r.Gates[i]
		if g.Status == report.Skipped && !g.Blind() {
			continue
		}
		s := gateSuite(r, sum, g, o.Time(r))
		s.Out = remarks(r.WarningsOf(g.Name, len(all.Suites) == 0))
		all.add(s)
	}
	if len(all.Suites) == 0 { // a file without a test passes in most views
		s := &suite{Name: "drydock", Time: all.Time, Timestamp: o.Time(r).Format(stampLayout)}
		s.add(testCase{Class: s.Name, Name: "could look at anything",
			Error: &problem{report.Plain(sum.Verdict), "skipped", report.Plain(sum.Verdict)}})
		s.Out = remarks(r.Warnings)
		all.add(s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (all *suites) add(s *suite) {
	all.Suites = append(all.Suites, s)
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
	all.Skipped += s.Skipped
}

const stampLayout = "2006-01-02T15:04:05"

func gateSuite(r *report.Report, sum *summary.Summary, g *report.Gate, now time.Time) *suite {
	s := &suite{Name: "drydock." + string(g.Name), Time: seconds(g.DurationMs), Timestamp: now.Format(stampLayout)}
	s.Read = &property{"read", summary.Amount(g)}
	for i := range sum.Gaps {
		if gap := &sum.Gaps[i]; gap.Of(g.Name) {
			text := report.Plain(gap.Text())
			s.add(testCase{Class: s.Name, Name: "could look at " +
				report.Plain(cmp.Or(strings.Join(gap.Names(), ", "), "everything")),
				Error: &problem{text, string(gap.Status), text}})
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Gate == g.Name {
			s.add(findingCase(s.Name, f, r.Policy.Counts(f.Kind)))
		}
	}
	switch {
	case s.Tests > 0:
	case g.Judged == 0:
		s.add(testCase{Class: s.Name, Name: "could look at anything",
			Error: &problem{"nothing was judged", string(g.Status), "read " + summary.Amount(g)}})
	default:
		s.add(testCase{Class: s.Name, Name: "nothing found in " + summary.Amount(g)})
	}
	return s
}

// remarks are the report's warnings as text.
func remarks(warnings []report.Warning) string {
	lines := make([]string, len(warnings))
	for i, w := range warnings {
		lines[i] = report.Plain(w.Text)
		if at := w.Location.String(); at != "" {
			lines[i] = report.Plain(at) + ": " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

func (s *suite) add(c testCase) {
	c.Time = "0"
	s.Tests++
	switch {
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	case c.Failure != nil:
		s.Failures++
	}
	s.Cases = append(s.Cases, c)
}

func findingCase(class string, f *finding.Finding, counts bool) testCase {
	if f.Service != "" {
		class += "." + report.Plain(f.Service)
	}
	where := f.Location.String()
	if p := f.Package; p != nil {
		where = p.Name + " " + p.Version
	}
	c := testCase{Class: class, Name: report.Plain(strings.TrimSpace(f.Rule + " " + where)),
		File: report.Plain(f.Location.Path), Line: f.Location.Line}
	message := report.Plain(fmt.Sprintf("%s: %s", f.Severity, f.Title))
	switch f.Status {
	case finding.Waived:
		c.Skipped = &problem{Message: "accepted risk"}
		if w := f.Waiver; w != nil {
			c.Skipped.Message = report.Plain(w.Words())
		}
	case finding.Suppressed:
		c.Skipped = &problem{Message: report.Plain("does not hold: " + strings.Join(f.Evidence, "; "))}
	default:
		if f.Severity != finding.Info && counts {
			c.Failure = &problem{message, string(f.Severity), details(f, message)}
		}
	}
	return c
}

// details is what a person reads on opening the failure.
func details(f *finding.Finding, message string) string {
	lines := []string{message}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+report.Plain(value))
		}
	}
	add("at", f.Location.String())
	add("services", strings.Join(f.Refs(), ", "))
	add("why here", strings.Join(f.Why, ", "))
	add("fix", f.Fix.Text)
	add("id", f.ID)
	return strings.Join(lines, "\n")
}

func seconds(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }
