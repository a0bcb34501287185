// Package sarif writes a report as SARIF 2.1.0, the way GitHub code scanning wants it: one run and category a gate,
// rules with help and a security severity, stable fingerprints, taint paths as code flows, fixes as edits, and what was
// suppressed or waived as suppressed.
package sarif

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

const (
	schema = "https://json.schemastore.org/sarif-2.1.0.json"
	root   = "%SRCROOT%" // what relative addresses are relative to
)

// Write writes r as one SARIF log.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	l := log{Schema: schema, Version: "2.1.0", Runs: []run{}}
	s := summary.Summarise(r, o.Time(r))
	for i := range r.Gates {
		if g := &r.Gates[i]; g.Status != report.Skipped || g.Blind() {
			out := gateRun(r, s, g, o.Time(r))
			out.Invocations[0].Notifications = append(out.Invocations[0].Notifications,
				remarks(r.WarningsOf(g.Name, len(l.Runs) == 0))...)
			l.Runs = append(l.Runs, out)
		}
	}
	bw := bufio.NewWriter(w)
	e := json.NewEncoder(bw)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return err
	}
	return bw.Flush()
}

func gateRun(r *report.Report, s *summary.Summary, g *report.Gate, now time.Time) run {
	rules := newRules(r, g.Name)
	out := run{
		Tool:       tool{driver{Name: r.Tool.Name, Version: r.Tool.Version}},
		Automation: automation{"drydock/" + string(g.Name) + "/"},
		ColumnKind: "unicodeCodePoints",
		Bases:      map[string]artifactLocation{root: {Description: &message{Text: "the folder that drydock was run in"}}},
		Invocations: []invocation{{
			Successful: g.Status == report.Checked || g.Status == report.Partial, Start: now.Format(time.RFC3339),
			Notifications: notifications(s, g),
		}},
	}
	results := []result{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Gate == g.Name {
			results = append(results, toResult(f, rules.index(f), fallback(r, g, f)))
		}
	}
	if g.Judged > 0 || len(results) > 0 { // results that are empty say that a scan found nothing, and close alerts
		out.Results = &results
	}
	out.Tool.Driver.Rules = rules.list
	return out
}

// notifications tell how much the gate read, and what it could not look at.
func notifications(s *summary.Summary, g *report.Gate) []notification {
	ns := []notification{{Level: "note", Message: message{Text: text("read " + summary.Amount(g))}}}
	for i := range s.Gaps {
		if gap := &s.Gaps[i]; gap.Of(g.Name) {
			level := "warning"
			if gap.Status == report.Failed {
				level = "error"
			}
			ns = append(ns, notification{Level: level, Message: message{Text: text(gap.Text())}})
		}
	}
	return ns
}

// remarks are the report's warnings, which are neither results nor gaps.
func remarks(warnings []report.Warning) []notification {
	ns := make([]notification, 0, len(warnings))
	for _, w := range warnings {
		n := notification{Level: "note", Message: message{Text: text(w.Text)}}
		switch at := w.Location; {
		case at.Line > 0:
			n.Locations = []location{{Physical: place(at)}}
		case at.Path != "": // a service, or a file as a whole
			n.Message.Text = text(at.Path + ": " + w.Text)
		}
		ns = append(ns, n)
	}
	return ns
}

// fallback is the file that a finding without a place is shown at: its gate's input, else its stack's file. GitHub
// refuses results without a location.
func fallback(r *report.Report, g *report.Gate, f *finding.Finding) string {
	for _, in := range g.Inputs {
		if in.Path != "" && !strings.Contains(in.Path, ":") && (in.Service == "" || in.Service == f.Service) {
			return in.Path
		}
	}
	for _, s := range r.Stacks {
		if len(s.Files) > 0 {
			return s.Files[0]
		}
	}
	return cmp.Or(r.Target, "unknown")
}

func toResult(f *finding.Finding, rule int, elsewhere string) result {
	res := result{
		RuleID: text(f.Rule), RuleIndex: rule, Level: level(f.Severity), Rank: float64(f.Priority),
		Message: message{Text: text(sentence(f))},
		Fingerprints: map[string]string{"primaryLocationLineHash": f.ID[strings.IndexByte(f.ID, '-')+1:] + ":1",
			"drydockFinding/v1": f.ID},
		Suppressions: suppressions(f), Fixes: fixes(f), Properties: properties(f),
	}
	at := f.Location
	if at.Path == "" {
		at.Path = elsewhere
	}
	loc := location{Physical: place(at)}
	if loc.Physical.Region == nil {
		loc.Physical.Region = &region{StartLine: 1}
	} else if f.Snippet != "" {
		loc.Physical.Region.Snippet = &snippet{f.Snippet}
	}
	res.Locations = []location{loc}
	if len(f.Flow) > 0 {
		var tf threadFlow
		for _, s := range f.Flow {
			tf.Locations = append(tf.Locations,
				threadFlowLocation{location{place(s.Location), &message{Text: text(s.Text)}}})
		}
		res.CodeFlows = []codeFlow{{[]threadFlow{tf}}}
	}
	return res
}

// sentence is what a reader of the alert sees first.
func sentence(f *finding.Finding) string {
	s := strings.TrimSuffix(f.Title, ".")
	if p := f.Package; p != nil && !strings.Contains(s, p.Name) {
		s = fmt.Sprintf("%s %s: %s", p.Name, p.Version, s)
	}
	s += "."
	if len(f.Why) > 0 {
		s += " Here: " + strings.Join(f.Why, ", ") + "."
	}
	if f.Fix.Text != "" {
		s += " Fix: " + strings.TrimSuffix(f.Fix.Text, ".") + "."
	}
	return s
}

func place(l finding.Location) physicalLocation {
	p := physicalLocation{Artifact: artifact(l.Path)}
	if l.Line > 0 {
		r := area(l)
		p.Region = &r
	}
	return p
}

func area(l finding.Location) region {
	r := region{StartLine: l.Line, StartColumn: l.Column}
	if l.EndLine >= l.Line {
		r.EndLine = l.EndLine
		if l.Column > 0 && (l.EndLine > l.Line || l.EndColumn >= l.Column) {
			r.EndColumn = l.EndColumn
		}
	}
	return r
}

// artifact is a path as a URI: relative to the source root unless it is absolute.
func artifact(p string) artifactLocation {
	p = strings.ReplaceAll(p, `\`, "/")
	if path.IsAbs(p) {
		return artifactLocation{URI: "file://" + pathURI(path.Clean(p))}
	}
	return artifactLocation{URI: pathURI(path.Clean(p)), BaseID: root}
}

func pathURI(p string) string {
	// What separates a URI's parts is only a character in a path.
	return strings.NewReplacer("?", "%3F", "#", "%23", ":",
		"%3A").Replace(report.URI(strings.ReplaceAll(p, "%", "%25")))
}

func fixes(f *finding.Finding) []fix {
	if len(f.Fix.Edits) == 0 {
		return nil
	}
	out := fix{Description: message{Text: text(cmp.Or(f.Fix.Text, f.Title))}}
	at := map[string]int{}
	for _, e := range f.Fix.Edits {
		if e.Line == 0 || e.Column == 0 {
			return nil
		}
		i, known := at[e.Path]
		if !known {
			i = len(out.Changes)
			at[e.Path] = i
			out.Changes = append(out.Changes, artifactChange{Artifact: artifact(e.Path)})
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements,
			replacement{area(e.Location), snippet{e.NewText}})
	}
	return []fix{out}
}

// suppressions is empty, not absent, for a finding that counts: viewers then know that none applies.
func suppressions(f *finding.Finding) []suppression {
	switch f.Status {
	case finding.Suppressed:
		return []suppression{{"external", "accepted", strings.Join(f.Evidence, "; ")}}
	case finding.Waived:
		s := suppression{"external", "accepted", "accepted"}
		if w := f.Waiver; w != nil {
			s.Justification = w.Words()
		}
		return []suppression{s}
	}
	return []suppression{}
}

func properties(f *finding.Finding) map[string]any {
	ps := map[string]any{
		"kind": f.Kind, "severity": f.Severity, "priority": f.Priority, "confidence": f.Confidence, "exposure": f.Exposure,
		"reachable": f.Reachable,
		"forecast":  f.Forecast, "services": f.Services, "aliases": f.Aliases,
	}
	if f.Router != "" {
		ps["router"] = f.Router
	}
	if p := f.Package; p != nil {
		ps["package"] = p
	}
	if a := f.Advisory; a != nil {
		ps["advisory"] = a
	}
	return ps
}

func level(s finding.Severity) string {
	switch s {
	case finding.Critical, finding.High:
		return "error"
	case finding.Medium, finding.Unknown:
		return "warning"
	}
	return "note"
}

// text makes foreign text plain, and its brackets harmless: a message may hold links in brackets.
func text(s string) string {
	return strings.NewReplacer("[", `\[`, "]", `\]`).Replace(report.Plain(s))
}
