package codegate

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/owasp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sarif"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/secret"
)

// addImported adds what other tools found. What a rule of ours tells of the same line and weakness stays ours, and says
// who else found it.
func addImported(t *target.Target, opt *gate.Options, res *gate.Result) {
	if len(opt.Import) == 0 {
		return
	}
	im := &importer{t: t, res: res, own: map[string]bool{}, at: map[string][]int{}, seen: map[string]int{}}
	for _, r := range describeAll() {
		im.own[r.ID] = true
	}
	for i := range res.Findings {
		f := &res.Findings[i]
		im.at[lineOf(f.Location)] = append(im.at[lineOf(f.Location)], i)
	}
	for _, file := range opt.Import {
		im.file(file)
	}
}

type importer struct {
	t     *target.Target
	res   *gate.Result
	own   map[string]bool  // ids of our rules
	at    map[string][]int // findings by path and line
	seen  map[string]int   // equal findings, which are told apart by their number
	rules []string
}

func lineOf(l finding.Location) string { return fmt.Sprintf("%s:%d", l.Path, l.Line) }

func (im *importer) file(name string) {
	in := report.Input{Path: im.t.Rel(name), Status: report.Checked}
	log, err := sarif.Read(name)
	if err != nil {
		in.Status, in.Reason = report.Failed, err.Error()
		im.res.Inputs, im.res.Unread = append(im.res.Inputs, in), append(im.res.Unread, err)
		return
	}
	outside := 0
	for i := range log.Results {
		if !im.result(&log.Results[i]) {
			outside++
		}
	}
	var why []string
	if log.Problem != "" {
		why = append(why, log.Problem)
	}
	if outside > 0 {
		why = append(why, report.Plural(outside, "result")+" name no file below what is looked at: left out")
	}
	if len(why) > 0 {
		in.Status, in.Reason = report.Partial, strings.Join(why, "; ")
	}
	im.res.Inputs = append(im.res.Inputs, in)
	im.res.Read.Add(report.Read{Files: 1})
	im.res.Judged++
}

// result adds one result, and reports whether it is of a file here.
func (im *importer) result(r *sarif.Result) bool {
	loc := r.Location
	if filepath.IsAbs(loc.Path) {
		root, err := filepath.Abs(im.t.Root)
		if err != nil {
			return false
		}
		if loc.Path, err = filepath.Rel(root, loc.Path); err != nil {
			return false
		}
	}
	loc.Path = path.Clean(filepath.ToSlash(loc.Path))
	if loc.Path == "." || !filepath.IsLocal(loc.Path) {
		return false
	}
	id := r.Rule
	if id == "" || im.own[id] {
		id = strings.ToLower(strings.Join(strings.Fields(r.Tool), "-")) + ":" + id
	}
	for _, i := range im.at[lineOf(loc)] {
		if f := &im.res.Findings[i]; sameWeakness(f.CWE, r.CWE) {
			f.Evidence = gate.Union(f.Evidence, []string{"also found by " + r.Tool + " " + r.Rule})
			return true
		}
	}
	title := masked(r.Message)
	if title == "" {
		title = id
	}
	f := finding.Finding{Gate: finding.GateCode, Rule: id, Aliases: []string{}, Title: title, Severity: r.Severity,
		Confidence: finding.ConfidenceMedium, Location: loc, CWE: r.CWE, OWASP: owasp.Of(r.CWE...),
		Evidence: []string{"found by " + r.Tool}}
	if id != r.Rule && r.Rule != "" {
		f.Aliases = []string{r.Rule}
	}
	if r.Suppressed != "" {
		f.Status = finding.Suppressed
		f.Evidence = append(f.Evidence, masked(r.Suppressed))
	}
	key := id + "\x00" + loc.Path + "\x00" + title
	f.ID = finding.Fingerprint(finding.GateCode, id, loc.Path, title, fmt.Sprint(im.seen[key]))
	im.seen[key]++
	im.at[lineOf(loc)] = append(im.at[lineOf(loc)], len(im.res.Findings))
	im.res.Findings = append(im.res.Findings, f)
	if !slices.Contains(im.rules, id) {
		im.rules = append(im.rules, id)
		d := finding.Rule{ID: id, Gate: finding.GateCode, Title: r.Title, Severity: r.Severity, CWE: f.CWE, OWASP: f.OWASP,
			Description: "A rule of " + r.Tool + ", whose findings were imported."}
		if d.Title == "" {
			d.Title = id
		}
		if r.Help != "" {
			d.References = []string{r.Help}
		}
		im.res.Rules = append(im.res.Rules, d)
	}
	return true
}

// sameWeakness reports whether two findings of one line are of one weakness: ours begin with it and go on with its
// parents.
func sameWeakness(a, b []string) bool {
	return slices.ContainsFunc(a, func(c string) bool { return slices.Contains(b, c) })
}

// masked is another tool's text without the secrets that it quotes.
func masked(text string) string {
	found := secret.Find("message", []byte(text))
	for i := len(found) - 1; i >= 0; i-- {
		text = text[:found[i].Start] + found[i].Shown + text[found[i].End:]
	}
	return text
}
