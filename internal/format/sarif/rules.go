package sarif

import (
	"cmp"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// advisoryID is what the databases' identifiers look like.
var advisoryID = regexp.MustCompile(`^[A-Z][A-Za-z0-9._-]+$`)

// rules are the rules of one gate that have findings, each described once.
type rules struct {
	known map[string]*finding.Rule
	list  []rule
	at    map[string]int
}

// newRules describes every rule of the gate's findings. Where findings of one rule differ in severity, as a
// vulnerability's do from package to package, the worst stands.
func newRules(r *report.Report, gate finding.Gate) *rules {
	rs := &rules{known: map[string]*finding.Rule{}, list: []rule{}, at: map[string]int{}}
	for i := range r.Rules {
		if r.Rules[i].Gate == gate {
			rs.known[r.Rules[i].ID] = &r.Rules[i]
		}
	}
	worst := map[string]*finding.Finding{}
	var ids []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Gate != gate {
			continue
		}
		if old := worst[f.Rule]; old == nil {
			ids = append(ids, f.Rule)
			worst[f.Rule] = f
		} else if score(f) > score(old) {
			worst[f.Rule] = f
		}
	}
	sort.Strings(ids)
	for _, id := range ids {
		rs.at[id] = len(rs.list)
		rs.list = append(rs.list, rs.describe(worst[id]))
	}
	return rs
}

func (rs *rules) index(f *finding.Finding) int { return rs.at[f.Rule] }

func (rs *rules) describe(f *finding.Finding) rule {
	out := rule{
		ID: text(f.Rule), ShortDescription: message{Text: text(f.Title)}, FullDescription: message{Text: text(f.Title)},
		Configuration: configuration{level(f.Severity)},
		Properties:    ruleProperties{Tags: tags(f), Precision: precision(f.Confidence)},
	}
	if !f.Kind.Quality() { // with a figure it would be listed as a weakness
		out.Properties.SecuritySeverity = fmt.Sprintf("%.1f", score(f))
	}
	if known := rs.known[f.Rule]; known != nil {
		out.ShortDescription.Text = text(known.Title)
		out.FullDescription.Text = text(cmp.Or(known.Description, known.Title))
		md := known.Explain()
		out.Help = message{Text: text(strings.TrimSpace(known.Description + " " + known.Remedy)), Markdown: noHTML(md)}
		for _, u := range known.References {
			if strings.HasPrefix(u, "https://") {
				out.HelpURI = report.URI(u)
				break
			}
		}
		return out
	}
	out.Help = vulnerabilityHelp(f)
	if f.Package != nil && advisoryID.MatchString(f.Rule) {
		out.HelpURI = "https://osv.dev/vulnerability/" + f.Rule
	}
	return out
}

// vulnerabilityHelp describes an advisory from its facts.
func vulnerabilityHelp(f *finding.Finding) message {
	var facts []string
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	if a := f.Advisory; a != nil {
		if a.CVSS != nil {
			add("CVSS base score %.1f (%s)", *a.CVSS, cmp.Or(a.CVSSVector, "no vector"))
		}
		if a.EPSS != nil {
			add("EPSS probability of exploitation %.1f %%", *a.EPSS*100)
		}
		if a.KEV {
			add("known to be exploited (CISA KEV)")
		}
		if p := f.Package; p != nil && a.Fixed != "" {
			add("fixed for %s in version %s", p.Name, a.Fixed)
		}
		if len(a.Aliases) > 0 {
			add("also known as %s", strings.Join(a.Aliases, ", "))
		}
	}
	if f.Fix.Text != "" {
		add("what to do: %s", f.Fix.Text)
	}
	if len(facts) == 0 {
		facts = append(facts, f.Title)
	}
	var md strings.Builder
	fmt.Fprintf(&md, "**%s**\n\n", report.Markdown(f.Title))
	for i, s := range facts {
		fmt.Fprintf(&md, "- %s\n", report.Markdown(s))
		facts[i] = report.Plain(s)
	}
	return message{Text: text(strings.Join(facts, "; ")), Markdown: md.String()}
}

// noHTML keeps Markdown and takes HTML's meaning away.
func noHTML(s string) string { return strings.ReplaceAll(s, "<", "&lt;") }

// score is the security severity that GitHub sorts by: the CVSS base score, else the middle of the severity's range in
// the CVSS scale.
func score(f *finding.Finding) float64 {
	if f.Advisory != nil && f.Advisory.CVSS != nil {
		return *f.Advisory.CVSS
	}
	switch f.Weight() {
	case finding.Critical:
		return 9.5
	case finding.High:
		return 8.0
	case finding.Medium:
		return 5.5
	case finding.Low:
		return 2.5
	}
	return 0
}

func precision(c finding.Confidence) string {
	switch c {
	case finding.ConfidenceLow:
		return "low"
	case finding.ConfidenceMedium:
		return "medium"
	}
	return "high"
}

// maxTags is how many tags GitHub keeps.
const maxTags = 10

func tags(f *finding.Finding) []string {
	ts := []string{"security", string(f.Gate)}
	if f.Kind.Quality() {
		ts[0] = string(f.Kind)
	}
	for _, c := range f.CWE {
		if n := strings.TrimPrefix(c, "CWE-"); n != c && n != "" && strings.Trim(n, "0123456789") == "" {
			ts = append(ts, "external/cwe/cwe-"+strings.Repeat("0", max(0, 3-len(n)))+n)
		}
	}
	for _, o := range f.OWASP {
		ts = append(ts, "OWASP-"+report.Plain(o))
	}
	return ts[:min(len(ts), maxTags)]
}
