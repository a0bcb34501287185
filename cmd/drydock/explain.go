package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/state"
	"github.com/drydock/drydock/internal/suggest"
	"github.com/drydock/drydock/internal/vuln"
)

// explanation is what `explain --format json` prints: one of the three is filled, and beside a finding its rule or
// advisory.
type explanation struct {
	Rule     *finding.Rule     `json:"rule"`
	Finding  *finding.Finding  `json:"finding"`
	Advisory *vuln.Explanation `json:"advisory"`
	Priority []rank.Term       `json:"priority"` // what makes a finding's priority
}

func newExplainCmd(a *app) *cobra.Command {
	var from, format string
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "What a rule, an advisory or a finding means, and what to do about it",
		Long: `Explain tells what is behind an id: a rule's (also under another tool's name, such as DL3008), an advisory's (CVE, GHSA
and the like), or a finding's of the last scan or of a recorded report. Without an id it lists the rules.`,
		Example: `  drydock explain allowlist-on-redirect-router
  drydock explain DL3008
  drydock explain CVE-2023-30861
  drydock explain i-1d3c54ab9e0f2277 --from report.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return clierr.Usage("--format %s: explain knows table and json", format)
			}
			if len(args) == 0 {
				return a.listRules(format)
			}
			e, err := lookUp(args[0], from)
			if err != nil {
				return err
			}
			if format == "json" {
				return a.printJSON(e)
			}
			return e.write(a.out)
		},
	}
	c.Flags().StringVar(&from, "from", "", "a recorded report (JSON) to look a finding up in; else the last scan's")
	c.Flags().StringVar(&format, "format", "table", "table or json")
	return c
}

// lookUp finds what an id stands for: a rule, then a finding, then an advisory.
func lookUp(id, from string) (*explanation, error) {
	if r := ruleNamed(id); r != nil {
		return &explanation{Rule: r}, nil
	}
	f, terms, err := recorded(id, from)
	if err != nil {
		return nil, err
	}
	if f != nil { // with what there is to know in general
		e := &explanation{Finding: f, Rule: ruleNamed(f.Rule), Priority: terms}
		if f.Advisory != nil {
			e.Advisory, err = advisoryNamed(f.Advisory.ID)
		}
		return e, err
	}
	if x, err := advisoryNamed(id); err != nil || x != nil {
		return &explanation{Advisory: x}, err
	}
	return nil, clierr.Input("", "nothing is known under the id %q", id).WithHint("%s",
		suggest.Hint(id, ruleIDs(), "'drydock explain' lists the rules; 'drydock db status' tells which advisories "+
			"are at hand."))
}

// ruleNamed is the rule with that id or alias, nil if there is none.
func ruleNamed(id string) *finding.Rule {
	rules := scan.Rules()
	for i := range rules {
		if named(&rules[i], id) {
			return &rules[i]
		}
	}
	return nil
}

func ruleIDs() []string {
	var ids []string
	for _, r := range scan.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// advisoryNamed is what the advisories say under an id, nil if nothing.
func advisoryNamed(id string) (*vuln.Explanation, error) {
	_, db, err := openDB()
	if err != nil {
		return nil, err
	}
	return vuln.Explain(db, id)
}

func named(r *finding.Rule, id string) bool {
	if strings.EqualFold(r.ID, id) {
		return true
	}
	for _, alias := range r.Aliases {
		if strings.EqualFold(alias, id) {
			return true
		}
	}
	return false
}

// recorded finds a finding in a recorded report, with the terms of its priority; from "" is the last scan's, which need not exist.
func recorded(id, from string) (*finding.Finding, []rank.Term, error) {
	path := from
	if path == "" {
		var err error
		if path, err = lastReport(); err != nil {
			return nil, nil, nil
		}
	}
	file, err := bounded.Open(path)
	if err != nil {
		if from == "" {
			return nil, nil, nil
		}
		return nil, nil, clierr.InputErr(path, err)
	}
	defer file.Close()
	r, err := report.Decode(file)
	if err != nil {
		if from == "" {
			return nil, nil, nil // written by another version: as good as none
		}
		return nil, nil, clierr.InputErr(path, err)
	}
	for i := range r.Findings {
		if r.Findings[i].ID == id {
			return &r.Findings[i], rank.Terms(r, &r.Findings[i]), nil
		}
	}
	return nil, nil, nil
}

// lastReport is where the last scan's report is kept, so that its findings can be asked about.
func lastReport() (string, error) {
	dir, err := state.Cache()
	return filepath.Join(dir, "last-report.json"), err
}

// keep stores r as the last report. A cache that cannot be written costs no scan its result.
func keep(r *report.Report) {
	path, err := lastReport()
	if err != nil || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	_ = safefile.Cache(path, r.EncodeCompact)
}

func (e *explanation) write(w io.Writer) error {
	var pages []string
	if e.Finding != nil {
		pages = append(pages, explainFinding(e.Finding, e.Priority))
	}
	switch {
	case e.Rule != nil:
		pages = append(pages, e.Rule.Explain())
	case e.Advisory != nil:
		pages = append(pages, e.Advisory.Page())
	}
	for _, line := range strings.Split(strings.TrimRight(strings.Join(pages, "\n"), "\n"), "\n") {
		if _, err := fmt.Fprintln(w, report.Plain(line)); err != nil {
			return err
		}
	}
	return nil
}

// explainFinding is a finding as a page, with the sum that makes its priority.
func explainFinding(f *finding.Finding, terms []rank.Term) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s (%s gate, %s, priority %d of 100, %s)\n", f.ID, f.Title, f.Gate, f.Severity, f.Priority,
		f.Status)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s: %s\n", label, text)
		}
	}
	b.WriteByte('\n')
	line("Where", f.Location.String())
	line("Services", strings.Join(f.Refs(), ", "))
	line("Why it matters here", strings.Join(f.Why, "; "))
	line("Evidence", strings.Join(f.Evidence, "; "))
	line("Rule", strings.Join(append([]string{f.Rule}, f.Aliases...), ", "))
	line("Classified as", strings.Join(append(append([]string{}, f.CWE...), f.OWASP...), ", "))
	for i, s := range f.Flow {
		fmt.Fprintf(&b, "  %d. %s %s\n", i+1, s.Location, s.Text)
	}
	fmt.Fprintf(&b, "\n## Priority %d of 100\n\n", f.Priority)
	sum := 0
	for _, t := range terms {
		sum += t.Points
		fmt.Fprintf(&b, "  %+4d  %s\n", t.Points, t.Reason)
	}
	if sum != f.Priority {
		fmt.Fprintf(&b, "  the sum is %d; priorities go from 0 to 100\n", sum)
	}
	if f.Fix.Text != "" {
		fmt.Fprintf(&b, "\n## What to do\n\n%s\n", f.Fix.Text)
	}
	return b.String()
}

func (a *app) listRules(format string) error {
	rules := scan.Rules()
	if format == "json" {
		return a.printJSON(rules)
	}
	for _, r := range rules {
		fmt.Fprintf(a.out, "%-40s %-10s %-8s %s\n", r.ID, r.Gate, r.Severity, r.Title)
	}
	return nil
}

func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
