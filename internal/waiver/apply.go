package waiver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Set is all that speaks of accepted risks in a run.
type Set struct {
	Files    []string // that were read, as reports name them
	Bytes    int64    // read of them
	Waivers  []*Waiver
	VEX      []*Statement
	Warnings []report.Warning // what of other tools' files was not understood

	comments func(file string) []byte // the text of a scanned file, for comments in it; nil if it cannot be read
}

// Apply marks the findings that somebody has accepted (status waived) or stated not to hold (suppressed), and adds a
// finding for each waiver that has expired, is not used or lacks what is asked for. all names the gates that drydock
// has: whether a waiver is of use can only be told where every gate that it may speak of looked at everything.
func (s *Set) Apply(r *report.Report, now time.Time, all []finding.Gate) {
	if s == nil {
		return
	}
	s.applyComments(r)
	if len(s.Files) == 0 {
		return
	}
	for i := range r.Findings {
		s.apply(&r.Findings[i], r, now)
	}
	own := s.ownFindings(r, now, all)
	r.Findings = append(r.Findings, own...)
	for _, rule := range Rules {
		if slices.ContainsFunc(own, func(f finding.Finding) bool { return f.Rule == rule.ID }) {
			r.Rules = append(r.Rules, rule)
		}
	}
	r.Warnings = append(r.Warnings, s.Warnings...)
	r.Warnings = append(r.Warnings, s.unusedVEX()...)
	gate := report.Gate{Name: finding.GateWaiver, Status: report.Checked,
		Read: report.Read{Files: len(s.Files), Bytes: s.Bytes}, Judged: len(s.Files)}
	for _, f := range s.Files {
		gate.Inputs = append(gate.Inputs, report.Input{Path: f, Status: report.Checked})
	}
	r.Gates = append(r.Gates, gate)
}

// apply lets every waiver see the finding, so that one that is shadowed by another still counts as used.
func (s *Set) apply(f *finding.Finding, r *report.Report, now time.Time) {
	var by *Waiver
	for _, w := range s.Waivers {
		if !w.covers(f) {
			continue
		}
		w.findings++
		switch {
		case w.over(now):
			w.expired = w.expired || f.Status == finding.Open
		case by == nil:
			by = w
		}
	}
	if f.Status == finding.Open && by != nil {
		f.Status = finding.Waived
		f.Waiver = &finding.Waiver{Owner: by.Owner, Reason: by.Reason, Source: by.Location.String(),
			Justification: by.Justification}
		if !by.Expires.IsZero() {
			f.Waiver.Expires = by.Expires.Format(dateForm)
		}
	}
	s.applyVEX(f, r)
}

// ownFindings tells of the waivers themselves.
func (s *Set) ownFindings(r *report.Report, now time.Time, all []finding.Gate) []finding.Finding {
	var out []finding.Finding
	var untold []string
	incomplete := map[string]int{} // by file
	for _, w := range s.Waivers {
		switch {
		case w.over(now):
			out = append(out, w.finding(ruleExpired, fmt.Sprintf("The waiver of %s expired on %s", w.Name,
				w.Expires.Format(dateForm)), expiredFix(w)))
		case w.findings == 0 && !w.looked(r, all):
			untold = append(untold, w.Name)
		case w.findings == 0:
			out = append(out, w.finding(ruleUnused, fmt.Sprintf("The waiver of %s covers nothing", w.Name),
				"Remove it: what it accepted is gone, or its name or scope is not what you meant."))
		}
		if w.Tool != "" && w.incomplete() {
			if incomplete[w.Location.Path]++; incomplete[w.Location.Path] == 1 {
				out = append(out, w.finding(ruleIncomplete, fmt.Sprintf("%s accepts risks without an owner, a reason or "+
					"an end", w.Location.Path), "Run `drydock waivers import "+w.Location.Path+
					"` and give each an owner, a reason and a day."))
			}
		}
	}
	if len(untold) > 0 {
		r.Warnings = append(r.Warnings, report.Warning{Text: fmt.Sprintf("whether these waivers are still of use could not "+
			"be told, as not every gate looked at everything: %s", report.List(untold, 3, "waivers"))})
	}
	return out
}

func expiredFix(w *Waiver) string {
	if w.expired {
		return "Its finding counts again: fix it, or decide anew and give another day."
	}
	return "Remove it: nothing open needs it."
}

// looked reports whether every gate that the waiver may speak of looked at everything that it was given.
func (w *Waiver) looked(r *report.Report, all []finding.Gate) bool {
	for _, g := range all {
		if !w.mayBeOf(g) {
			continue
		}
		i := slices.IndexFunc(r.Gates, func(have report.Gate) bool { return have.Name == g })
		if i < 0 || r.Gates[i].Blind() {
			return false
		}
	}
	return true
}

// mayBeOf reports whether a gate can have the findings that the waiver speaks of: by its scope, else by the form of its
// name. A finding's id begins with its gate's first letter, and advisories are the image gate's.
func (w *Waiver) mayBeOf(g finding.Gate) bool {
	switch {
	case len(w.Scope.Gates) > 0:
		return slices.Contains(w.Scope.Gates, string(g))
	case isAdvisory(w.Name) || len(w.Scope.Packages) > 0:
		return g == finding.GateImage
	case isFindingID(w.Name):
		return w.Name[0] == g[0]
	}
	return true
}

func isAdvisory(name string) bool {
	prefix, rest, ok := strings.Cut(name, "-")
	return ok && rest != "" && slices.Contains([]string{"CVE", "GHSA", "PYSEC", "GO", "RUSTSEC", "DSA", "DLA", "ALSA",
		"USN", "RHSA", "OSV", "MAL", "BIT", "DEBIAN", "ALPINE", "UBUNTU"}, strings.ToUpper(prefix))
}

func isFindingID(name string) bool {
	return len(name) == 18 && name[1] == '-' && strings.Trim(name[2:], "0123456789abcdef") == ""
}

func (w *Waiver) finding(rule, title, fix string) finding.Finding {
	f := finding.Finding{
		ID: finding.Fingerprint(finding.GateWaiver, rule, w.Location.Path, w.Name, fmt.Sprint(w.Scope)), Rule: rule,
		Gate: finding.GateWaiver, Title: title, Location: w.Location, Fix: finding.Fix{Text: fix},
		Severity: severityOf(rule),
	}
	if w.Reason != "" {
		f.Evidence = append(f.Evidence, "reason given: "+w.Reason)
	}
	if w.Owner != "" {
		f.Evidence = append(f.Evidence, "owner: "+w.Owner)
	}
	return f
}

func severityOf(rule string) finding.Severity {
	i := slices.IndexFunc(Rules, func(r finding.Rule) bool { return r.ID == rule })
	return cmp.Or(Rules[max(i, 0)].Severity, finding.Low)
}
