// Package summary is a report as a person reads it: the verdict, the services, the findings folded into lines, and what
// could not be looked at. Every writer for people takes its words from here.
package summary

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/pkgver"
	"github.com/drydock/drydock/internal/report"
)

// Summary is a report as a person reads it: the same story for the terminal, the page and the pull request comment.
// Its text may hold foreign words; writers make it safe for their medium.
type Summary struct {
	State     State
	Verdict   string // one line: what could not be looked at first, then the policy, the counts, how much was read
	Read      string // how much was read and judged: "2 Dockerfiles, 345 packages (169 judged) and 6 services"
	Counts    map[finding.Severity]int
	Open      int                  // of the kinds that count
	Quality   map[finding.Kind]int // open findings about the quality of code, where these do not count
	Exploited int                  // open findings that are known to be exploited
	Services  []ServiceRow
	Groups    []Group // open findings, worst first
	Gaps      []Gap
	Remedies  []Remedy // of the gates that could not look at everything
	Waived    []*finding.Finding
	Silenced  []*finding.Finding // suppressed by evidence
	Data      Data
}

// State is the verdict in a word.
type State string

// The states, from the one that hides most to the one that hides nothing.
const (
	StateFailed   State = "failed"   // a gate could not look at all
	StatePartial  State = "partial"  // a gate could not look at everything
	StateBroken   State = "broken"   // everything was looked at and the policy is broken
	StateFindings State = "findings" // everything was looked at and something was found
	StateClean    State = "clean"    // everything was looked at and nothing was found
	StateListed   State = "listed"   // packages were listed and nothing was judged: there is no verdict
)

// Remedy is what to do about a gate that could not look at everything.
type Remedy struct {
	Gate finding.Gate
	Text string
}

// ServiceRow is one service with its open findings. Service is nil in the row of findings that belong to no service.
type ServiceRow struct {
	Service *report.Service
	Counts  map[finding.Severity]int
	Open    int
	Worst   *finding.Finding // nil where nothing was found
}

// Group is one line: a finding, or findings that a person reads as one (all of a package, or of the packages that a
// distribution builds from one source; one rule in one file).
type Group struct {
	Severity finding.Severity // of the worst
	Findings []*finding.Finding
	Package  string // the package, or the distribution's source package of several; "" for other findings
	Version  string // its version
	Packages int    // how many packages share the line
	Rules    int    // how many rules or vulnerabilities
	Fixed    string // for a package: the lowest version without any of the findings that have a fix
	Fixable  int    // how many have a fix
}

// Worst is the group's first finding.
func (g *Group) Worst() *finding.Finding { return g.Findings[0] }

// Gap is something that a gate could not look at: one reason, and the inputs that it is about (none where the gate as
// a whole could not work).
type Gap struct {
	Gate   finding.Gate // "" where no gate could look at it
	Status report.GateStatus
	Reason string
	Inputs []report.Input
}

// Who names the gate.
func (g *Gap) Who() string { return cmp.Or(string(g.Gate), "every gate") }

// Of reports whether the gap is one of the gate.
func (g *Gap) Of(gate finding.Gate) bool { return g.Gate == gate || g.Gate == "" }

// Names are the services, or the paths of inputs that belong to none, that the gap is about.
func (g *Gap) Names() []string {
	var names []string
	for i := range g.Inputs {
		of := g.Inputs[i].Names()
		if len(of) == 0 {
			of = []string{g.Inputs[i].Path}
		}
		for _, n := range of {
			if n != "" && !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names
}

// Text is the gap in one sentence, names first.
func (g *Gap) Text() string {
	names := g.Names()
	if len(names) == 1 && strings.HasPrefix(g.Reason, names[0]+":") {
		return g.Reason // an error that names its file itself
	}
	return strings.TrimPrefix(report.List(names, len(names), "")+": ", ": ") + g.Reason
}

// Data is the age of the advisories.
type Data struct {
	Newest  time.Time // the newest record of all; zero where no time is known
	Age     time.Duration
	Sources []string
	Records int
}

// Summarise makes the summary of r as of now. The report must be finished (report.Finish).
func Summarise(r *report.Report, now time.Time) *Summary {
	s := &Summary{Counts: r.Counts(), Quality: map[finding.Kind]int{}}
	for i := range r.Findings {
		f := &r.Findings[i]
		switch f.Status {
		case finding.Waived:
			s.Waived = append(s.Waived, f)
		case finding.Suppressed:
			s.Silenced = append(s.Silenced, f)
		default:
			if !r.Policy.Counts(f.Kind) {
				s.Quality[f.Kind]++
				continue
			}
			s.Open++
			if f.Advisory != nil && f.Advisory.KEV {
				s.Exploited++
			}
		}
	}
	s.Services = serviceRows(r)
	s.Groups = Fold(r.Findings, r.Packages)
	s.Gaps = gaps(r)
	if !r.Listing { // its first line says it
		s.Remedies = remedies(r)
	}
	s.Data = dataOf(r, now)
	s.Read = amounts(r)
	s.State, s.Verdict = verdict(r, s)
	return s
}

func remedies(r *report.Report) []Remedy {
	var out []Remedy
	for i := range r.Gates {
		if g := &r.Gates[i]; g.Blind() && g.Remedy != "" {
			out = append(out, Remedy{g.Name, g.Remedy})
		}
	}
	return out
}

// amounts says how much the gates read, and how much of it they could judge where that is less.
func amounts(r *report.Report) string {
	var parts, idle []string // idle are the gates for which there was nothing
	for i := range r.Gates {
		switch g := &r.Gates[i]; {
		case g.Status == report.Failed && g.Judged == 0: // "could not look" says it
		case len(g.Inputs) == 0 && g.Judged == 0:
			idle = append(idle, Amount(g))
		default:
			parts = append(parts, Amount(g))
		}
	}
	if len(parts) == 0 {
		parts = idle
	}
	return report.List(parts, len(parts), "")
}

// Amount is how much one gate read, in what it is about: "345 packages (169 judged)".
func Amount(g *report.Gate) string {
	n, what := g.Read.Files, "file"
	switch g.Name {
	case finding.GateDockerfile:
		what = "Dockerfile"
	case finding.GateImage:
		n, what = g.Read.Packages, "package"
	case finding.GateCode:
		what = "source file"
	case finding.GateAccess:
		n, what = g.Read.Services, "service"
	}
	text := report.Plural(n, what)
	if g.Judged < n {
		text += fmt.Sprintf(" (%d judged)", g.Judged)
	}
	return text
}

func verdict(r *report.Report, s *Summary) (State, string) {
	state, text := verdictOf(r, s)
	if words := s.QualityWords(); words != "" {
		text += "; not counted: " + words
	}
	if r.Against != nil {
		text += "; " + compared(r.Against)
	}
	return state, text
}

// QualityWords says how much was found about the quality of code that does not count, "" for nothing.
func (s *Summary) QualityWords() string {
	var parts []string
	if n := s.Quality[finding.KindBug]; n > 0 {
		parts = append(parts, report.Plural(n, "bug"))
	}
	if n := s.Quality[finding.KindMaintainability]; n > 0 {
		parts = append(parts, report.Plural(n, "finding")+" of maintainability")
	}
	return strings.Join(parts, " and ")
}

// compared says what is left out of a report on a change: "nothing found" is said of the change alone.
func compared(a *report.Against) string {
	name := a.Name
	if len(a.Commit) > 7 && !strings.HasPrefix(a.Commit, name) {
		name += " (" + a.Commit[:7] + ")"
	}
	text := fmt.Sprintf("only what is new since %s: %s before", name, wereThere(a.Before))
	if a.Advisories > 0 {
		text += fmt.Sprintf(", %d known only since", a.Advisories)
	}
	if a.Fixed > 0 {
		text += fmt.Sprintf(", %d fixed", a.Fixed)
	}
	if a.Unseen > 0 {
		text += fmt.Sprintf(", %d not looked at again", a.Unseen)
	}
	return text
}

func wereThere(n int) string {
	if n == 1 {
		return "1 finding was there"
	}
	return fmt.Sprintf("%d findings were there", n)
}

func verdictOf(r *report.Report, s *Summary) (State, string) {
	if r.Listing {
		return StateListed, listed(r)
	}
	names := map[report.GateStatus][]string{}
	var missed []string // gates that had something before them and could have none of it
	var unsaid []string // gates that call themselves checked and judged nothing: no run of today's writes that
	judged := 0
	for i := range r.Gates {
		g := &r.Gates[i]
		names[g.Status] = append(names[g.Status], string(g.Name))
		judged += g.Judged
		if g.Status == report.Checked && g.Judged == 0 {
			unsaid = append(unsaid, string(g.Name))
		}
		if g.Status == report.Skipped && g.Blind() {
			missed = append(missed, string(g.Name))
		}
	}
	failed, partial := names[report.Failed], names[report.Partial]
	var parts []string
	state := StateClean
	nothing := "nothing found"
	if len(s.Quality) > 0 {
		nothing = "nothing that counts"
	}
	if s.Open+len(s.Quality) > 0 {
		state = StateFindings
	}
	if !r.Policy.Passed {
		state = StateBroken
		parts = append(parts, "policy broken")
	}
	if len(unsaid) > 0 {
		state = StatePartial
		parts = append([]string{"nothing judged by " + gates(r, unsaid)}, parts...)
	}
	if len(partial) > 0 {
		state = StatePartial
		parts = append([]string{gates(r, partial) + " only in part"}, parts...)
	}
	if len(missed) > 0 {
		state = StatePartial
		parts = append([]string{"nothing looked at by " + gates(r, missed)}, parts...)
	}
	if len(failed) > 0 {
		state = StateFailed
		parts = append([]string{gates(r, failed) + " could not look"}, parts...)
	}
	switch {
	case s.Open > 0:
		parts = append(parts, fmt.Sprintf("%d open: %s", s.Open, worstOf(s.Counts)))
	case judged > 0 && (state == StateClean || state == StateFindings):
		return state, nothing + " in " + s.Read
	case judged > 0:
		parts = append(parts, nothing+" in what was looked at")
	case len(failed)+len(missed)+len(partial)+len(unsaid) == 0:
		state = StatePartial
		parts = append(parts, "no gate looked at anything")
	}
	if s.Read != "" {
		parts = append(parts, "read "+s.Read)
	}
	if judged == 0 && len(failed) == 0 {
		parts = append(parts, firstRemedy(r)...)
	}
	return state, strings.Join(parts, "; ")
}

// listed is the first line of a report that only lists packages.
func listed(r *report.Report) string {
	parts := []string{report.Plural(len(r.Packages), "package") + " listed, none judged"}
	for i := range r.Gates {
		if slices.ContainsFunc(r.Gates[i].Inputs, func(in report.Input) bool { return in.Status != report.Checked }) {
			parts = append([]string{"listed only in part"}, parts...)
			break
		}
	}
	return strings.Join(append(parts, firstRemedy(r)...), "; ")
}

// firstRemedy is what to do where nothing was judged, as a part of a sentence; none where no gate says.
func firstRemedy(r *report.Report) []string {
	for i := range r.Gates {
		if text := r.Gates[i].Remedy; text != "" {
			return []string{strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")}
		}
	}
	return nil
}

// gates names gates, in two words where they are all of several.
func gates(r *report.Report, names []string) string {
	if len(names) > 1 && len(names) == len(r.Gates) {
		return "every gate"
	}
	return report.List(names, len(names), "")
}

// Severities is "2 critical, 10 high", worst first, without those that do not occur.
func Severities(counts map[finding.Severity]int) string {
	var by []string
	for _, sev := range finding.Severities {
		if n := counts[sev]; n > 0 {
			by = append(by, fmt.Sprintf("%d %s", n, sev))
		}
	}
	return strings.Join(by, ", ")
}

// worstOf is Severities with the three worst that occur and the rest in one number.
func worstOf(counts map[finding.Severity]int) string {
	var by []string
	more := 0
	for _, sev := range finding.Severities {
		switch n := counts[sev]; {
		case n > 0 && len(by) < 3:
			by = append(by, fmt.Sprintf("%d %s", n, sev))
		default:
			more += n
		}
	}
	if more > 0 {
		by = append(by, fmt.Sprintf("%d more", more))
	}
	return strings.Join(by, ", ")
}

// ServiceName is the service's name, as "stack/service" where several services of the report have it.
func ServiceName(r *report.Report, s *report.Service) string {
	if s.Stack == "" {
		return s.Name
	}
	for i := range r.Services {
		if o := &r.Services[i]; o.Name == s.Name && o.Stack != s.Stack {
			return s.Stack + "/" + s.Name
		}
	}
	return s.Name
}

func serviceRows(r *report.Report) []ServiceRow {
	if len(r.Services) == 0 {
		return nil
	}
	rows := make([]ServiceRow, len(r.Services), len(r.Services)+1)
	byName := map[string][]int{}
	for i := range r.Services {
		s := &r.Services[i]
		rows[i] = ServiceRow{Service: s, Counts: map[finding.Severity]int{}}
		byName[s.Name] = append(byName[s.Name], i)
		byName[s.Stack+"/"+s.Name] = append(byName[s.Stack+"/"+s.Name], i)
	}
	none := ServiceRow{Counts: map[finding.Severity]int{}}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != finding.Open || !r.Policy.Counts(f.Kind) {
			continue
		}
		seen := map[int]bool{}
		for _, name := range f.Refs() {
			for _, j := range byName[name] {
				if !seen[j] {
					seen[j] = true
					rows[j].add(f)
				}
			}
		}
		if len(seen) == 0 {
			none.add(f)
		}
	}
	if none.Open > 0 {
		rows = append(rows, none)
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].before(&rows[j]) })
	return rows
}

func (row *ServiceRow) add(f *finding.Finding) {
	row.Counts[f.Severity]++
	row.Open++
	if row.Worst == nil { // the report is sorted worst first
		row.Worst = f
	}
}

// before puts the service with the worst finding first.
func (row *ServiceRow) before(other *ServiceRow) bool {
	if (row.Worst == nil) != (other.Worst == nil) {
		return row.Worst != nil
	}
	if row.Worst != nil && row.Worst.Priority != other.Worst.Priority {
		return row.Worst.Priority > other.Worst.Priority
	}
	for _, sev := range finding.Severities {
		if a, b := row.Counts[sev], other.Counts[sev]; a != b {
			return a > b
		}
	}
	return false
}

// Fold groups the open findings of fs, which are sorted worst first: the vulnerabilities of a package, and of packages
// with the same source package, in the same services are one line, and so is one rule in one file. The groups keep the
// order of their worst. The packages tell the source packages; nil folds by package.
func Fold(fs []finding.Finding, packages []inventory.Package) []Group {
	sources := make(map[string]inventory.Source, len(packages))
	for i := range packages {
		if p := &packages[i]; p.Source.Name != "" {
			sources[p.PURL] = p.Source
		}
	}
	var groups []Group
	at := map[string]int{}
	seen := map[string]bool{}
	for i := range fs {
		f := &fs[i]
		if f.Status != finding.Open {
			continue
		}
		key, source := foldKey(f, sources)
		j, known := at[key]
		if !known {
			j = len(groups)
			at[key] = j
			groups = append(groups, Group{Severity: f.Severity})
		}
		g := &groups[j]
		g.Findings = append(g.Findings, f)
		if f.Severity.Rank() > g.Severity.Rank() {
			g.Severity = f.Severity
		}
		if k := key + "\x00rule\x00" + f.Rule; !seen[k] {
			seen[k] = true
			g.Rules++
		}
		if f.Package == nil {
			continue
		}
		if k := key + "\x00package\x00" + f.Package.Name + f.Package.Version; !seen[k] {
			seen[k] = true
			if g.Packages++; g.Packages == 1 {
				source = inventory.Source{Name: f.Package.Name, Version: f.Package.Version}
			}
			g.Package, g.Version = source.Name, source.Version
		}
		if f.Advisory != nil && f.Advisory.Fixed != "" {
			g.Fixable++
			g.Fixed = pkgver.Higher(f.Package.PURL, g.Fixed, f.Advisory.Fixed)
		}
	}
	return groups
}

// foldKey is what the findings of a line share, and the source package that the line is about where it holds several.
func foldKey(f *finding.Finding, sources map[string]inventory.Source) (key string, source inventory.Source) {
	if f.Gate == finding.GateCompose && f.Severity.Rank() <= finding.Low.Rank() {
		// What every service lacks is one row: the same line or two for each of them.
		return strings.Join([]string{"c", f.Rule, f.Location.Path}, "\x01"), source
	}
	services := strings.Join(f.Refs(), "\x00")
	if f.Package == nil {
		return strings.Join([]string{"r", string(f.Gate), f.Rule, f.Location.Path, services}, "\x01"), source
	}
	if src, ok := sources[f.Package.PURL]; ok {
		return strings.Join([]string{"s", pkgver.Ecosystem(f.Package.PURL), src.Name, src.Version, services}, "\x01"),
			src
	}
	return strings.Join([]string{"p", f.Package.PURL, f.Package.Name, f.Package.Version, services}, "\x01"), source
}

// Name is the line's place: the package, the source package with the number of its packages, or the place in a file.
func (g *Group) Name() string {
	f := g.Worst()
	switch {
	case g.Packages > 1:
		return fmt.Sprintf("%s (%d packages) %s", g.Package, g.Packages, g.Version)
	case f.Package != nil:
		return strings.TrimSpace(g.Package + " " + g.Version)
	case f.Location.Path != "":
		l := f.Location
		l.Column = 0
		return l.String()
	}
	return f.Service
}

func gaps(r *report.Report) []Gap {
	var out []Gap
	for i := range r.Gates {
		g := &r.Gates[i]
		if !g.Blind() {
			continue
		}
		first := len(out)
	inputs:
		for _, in := range g.Inputs {
			if in.Status == report.Checked {
				continue
			}
			for i := first; i < len(out); i++ {
				if out[i].Reason == in.Reason && out[i].Status == in.Status {
					out[i].Inputs = append(out[i].Inputs, in)
					continue inputs
				}
			}
			out = append(out, Gap{g.Name, in.Status, in.Reason, []report.Input{in}})
		}
		if len(out) == first {
			out = append(out, Gap{Gate: g.Name, Status: g.Status, Reason: g.Reason})
		}
	}
	return foldGaps(out, len(r.Gates))
}

// foldGaps says once what every one of several gates says.
func foldGaps(all []Gap, gates int) []Gap {
	if gates < 2 {
		return all
	}
	said := map[string]int{}
	for i := range all {
		said[all[i].Text()]++
	}
	out := all[:0]
	for _, g := range all {
		n := said[g.Text()]
		if n >= gates {
			said[g.Text()] = -1
			g.Gate = ""
		}
		if n >= 0 {
			out = append(out, g)
		}
	}
	return out
}

// Unseen tells that some gate could not look at the service, or at all, so that "nothing found" would say too much.
func (s *Summary) Unseen(svc *report.Service) bool {
	for i := range s.Gaps {
		names := s.Gaps[i].Names()
		if len(names) == 0 || slices.Contains(names, svc.Name) || slices.Contains(names, svc.Stack+"/"+svc.Name) {
			return true
		}
	}
	return false
}

func dataOf(r *report.Report, now time.Time) Data {
	var d Data
	for _, a := range r.Advisories {
		d.Records += a.Count
		if a.Source != "" && !slices.Contains(d.Sources, a.Source) {
			d.Sources = append(d.Sources, a.Source)
		}
		t, err := time.Parse(time.RFC3339, a.Newest)
		if err == nil && (d.Newest.IsZero() || t.After(d.Newest)) {
			d.Newest = t
		}
	}
	if !d.Newest.IsZero() {
		d.Age = max(0, now.Sub(d.Newest))
	}
	return d
}
