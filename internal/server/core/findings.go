package core

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/ingest"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/store"
)

// BranchOf returns a project's branch by name, "" for its default branch, or a pull request by its number.
func (c *Core) BranchOf(ctx context.Context, p *store.Project, name, pull string) (store.Branch, error) {
	if pull != "" {
		branches, err := c.Store.Branches(ctx, p.ID)
		if err != nil {
			return store.Branch{}, err
		}
		for _, b := range branches {
			if b.Pull == pull && (name == "" || b.Name == name) {
				return b, nil
			}
		}
		return store.Branch{}, missing("pull request", store.ErrNotFound)
	}
	b, err := c.Store.Branch(ctx, p.ID, cmp.Or(name, p.DefaultBranch), "")
	if errors.Is(err, store.ErrNotFound) && name == "" {
		return store.Branch{Project: p.ID, Name: p.DefaultBranch}, nil // nothing was sent yet
	}
	return b, missing("branch", err)
}

// Query chooses findings of a project.
type Query struct {
	Branch string
	Pull   string
	store.Filter
	store.Page
}

// Value is a value that findings can be filtered by, with the number of findings that have it.
type Value struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Facets are the values to filter by, with the numbers that each would give beside the other filters.
type Facets struct {
	Status   []Value `json:"status"`
	Gate     []Value `json:"gate"`
	Severity []Value `json:"severity"`
	Kind     []Value `json:"kind"`
	Service  []Value `json:"service"`
	OWASP    []Value `json:"owasp"`
	CWE      []Value `json:"cwe"`
	New      []Value `json:"new"`
	File     []Value `json:"file"`
}

// List is a page of findings.
type List struct {
	Project  store.Project
	Branch   store.Branch
	Findings []store.Finding
	Total    int64
	Facets   Facets
}

// mostValues is how many values of a filter are listed.
const mostValues = 30

// Findings lists findings of a project, worst first.
func (c *Core) Findings(ctx context.Context, who *Actor, key string, q Query) (*List, error) {
	p, err := c.project(ctx, who, key, Read)
	if err != nil {
		return nil, err
	}
	l := &List{Project: p, Findings: []store.Finding{}}
	if l.Branch, err = c.BranchOf(ctx, &p, q.Branch, q.Pull); err != nil {
		return nil, err
	}
	counts, err := c.Store.Counts(ctx, l.Branch.ID)
	if err != nil {
		return nil, err
	}
	l.Facets = facets(counts, &q.Filter)
	if l.Findings, err = c.Store.Findings(ctx, l.Branch.ID, &q.Filter, q.Page); err != nil {
		return nil, err
	}
	if q.Path == "" && q.Rule == "" && q.Text == "" {
		l.Total = total(counts, &q.Filter)
		return l, nil
	}
	l.Total, err = c.Store.CountFindings(ctx, l.Branch.ID, &q.Filter)
	return l, err
}

// Files are the files with the most findings that a query chooses.
func (c *Core) Files(ctx context.Context, who *Actor, key string, q Query) ([]Value, error) {
	p, err := c.project(ctx, who, key, Read)
	if err != nil {
		return nil, err
	}
	b, err := c.BranchOf(ctx, &p, q.Branch, q.Pull)
	if err != nil {
		return nil, err
	}
	q.Path = ""
	list, err := c.Store.CountPaths(ctx, b.ID, &q.Filter, mostValues)
	values := []Value{}
	for _, l := range list {
		values = append(values, Value{l.Path, l.N})
	}
	return values, err
}

// dimension is one thing that findings are filtered by.
type dimension struct {
	holds  func(f *store.Filter, c *store.Count) bool // whether what is counted passes the filter in this respect
	values func(c *store.Count) []string
	of     func(*Facets) *[]Value
}

var dimensions = []dimension{
	{func(f *store.Filter, c *store.Count) bool { return f.Status == "" || f.Status == c.Status },
		func(c *store.Count) []string { return []string{c.Status} }, func(f *Facets) *[]Value { return &f.Status }},
	{func(f *store.Filter, c *store.Count) bool { return f.Gate == "" || f.Gate == c.Gate },
		func(c *store.Count) []string { return []string{c.Gate} }, func(f *Facets) *[]Value { return &f.Gate }},
	{func(f *store.Filter, c *store.Count) bool { return f.Severity == "" || f.Severity == c.Severity },
		func(c *store.Count) []string { return []string{c.Severity} }, func(f *Facets) *[]Value { return &f.Severity }},
	{func(f *store.Filter, c *store.Count) bool { return f.Kind == "" || f.Kind == c.Kind },
		func(c *store.Count) []string { return []string{c.Kind} }, func(f *Facets) *[]Value { return &f.Kind }},
	{func(f *store.Filter, c *store.Count) bool { return f.Service == "" || f.Service == c.Service },
		func(c *store.Count) []string { return named(c.Service) }, func(f *Facets) *[]Value { return &f.Service }},
	{func(f *store.Filter, c *store.Count) bool { return f.OWASP == 0 || f.OWASP&c.OWASP != 0 },
		func(c *store.Count) []string { return store.OWASPCodes(c.OWASP) }, func(f *Facets) *[]Value { return &f.OWASP }},
	{func(f *store.Filter, c *store.Count) bool { return f.CWE == 0 || slices.Contains(c.CWE, f.CWE) },
		weaknesses, func(f *Facets) *[]Value { return &f.CWE }},
	{func(f *store.Filter, c *store.Count) bool { return !f.Fresh || c.Fresh },
		func(c *store.Count) []string { return []string{strconv.FormatBool(c.Fresh)} },
		func(f *Facets) *[]Value { return &f.New }},
}

func named(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func weaknesses(c *store.Count) []string {
	var out []string
	for _, n := range c.CWE {
		out = append(out, "CWE-"+strconv.Itoa(n))
	}
	return out
}

// facets counts the values of each dimension among what passes the filter in all others.
func facets(counts []store.Count, f *store.Filter) Facets {
	sums := make([]map[string]int64, len(dimensions))
	for i := range sums {
		sums[i] = map[string]int64{}
	}
	for i := range counts {
		c := &counts[i]
		failed, at := 0, 0
		for j := range dimensions {
			if !dimensions[j].holds(f, c) {
				failed, at = failed+1, j
			}
		}
		for j := range dimensions {
			if failed == 0 || failed == 1 && at == j {
				for _, v := range dimensions[j].values(c) {
					sums[j][v] += c.N
				}
			}
		}
	}
	var out Facets
	for i, d := range dimensions {
		*d.of(&out) = sorted(sums[i])
	}
	out.File = []Value{}
	return out
}

// sorted lists values, the most frequent first.
func sorted(sums map[string]int64) []Value {
	out := make([]Value, 0, len(sums))
	for v, n := range sums {
		out = append(out, Value{v, n})
	}
	slices.SortFunc(out, func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), mostValues)]
}

// total is the number of findings that pass the filter.
func total(counts []store.Count, f *store.Filter) int64 {
	var n int64
next:
	for i := range counts {
		for j := range dimensions {
			if !dimensions[j].holds(f, &counts[i]) {
				continue next
			}
		}
		n += counts[i].N
	}
	return n
}

// One is a finding with all that is known of it.
type One struct {
	Project   store.Project
	Branch    store.Branch
	Row       store.Finding
	Detail    *finding.Finding
	Decisions []store.Decision
}

// Finding returns a finding of a project.
func (c *Core) Finding(ctx context.Context, who *Actor, key string, id int64) (*One, error) {
	p, err := c.project(ctx, who, key, Read)
	if err != nil {
		return nil, err
	}
	return c.finding(ctx, p, id)
}

func (c *Core) finding(ctx context.Context, p store.Project, id int64) (*One, error) {
	o := &One{Project: p}
	var err error
	if o.Row, err = c.Store.Finding(ctx, id); err != nil {
		return nil, missing("finding", err)
	}
	if o.Branch, err = c.Store.BranchByID(ctx, o.Row.Branch); err != nil {
		return nil, err
	}
	if o.Branch.Project != p.ID {
		return nil, missing("finding", store.ErrNotFound)
	}
	packed, err := c.Store.FindingDetail(ctx, id)
	if err != nil {
		return nil, err
	}
	if o.Detail, err = ingest.Detail(packed); err != nil {
		return nil, err
	}
	o.Decisions, err = c.Store.Decisions(ctx, p.ID, o.Row.Identity)
	return o, err
}

// NewDecision is what somebody decides about a finding.
type NewDecision struct {
	State   string
	Owner   string
	Reason  string
	Expires time.Time
}

const maxReason = 2000

// Decide notes a decision about a finding; it holds in all branches of the project.
func (c *Core) Decide(ctx context.Context, who *Actor, key string, id int64, n NewDecision) error {
	p, err := c.project(ctx, who, key, Triage)
	if err != nil {
		return err
	}
	o, err := c.finding(ctx, p, id)
	if err != nil {
		return err
	}
	if err := c.checkDecision(&n); err != nil {
		return err
	}
	d := store.Decision{
		Identity: o.Row.Identity,
		State:    n.State,
		Owner:    n.Owner,
		Reason:   n.Reason,
		Expires:  n.Expires,
		Made:     c.Now(),
		MadeBy:   who.Name(),
	}
	e := store.Entry{Action: "finding.decide", Object: o.Row.Rule, Project: p.ID, Detail: n.State + ": " + n.Reason}
	return c.audited(ctx, who, e, func(tx *store.Tx) error { return tx.Decide(ctx, p.ID, &d) })
}

func (c *Core) checkDecision(n *NewDecision) error {
	switch n.State {
	case "", store.Confirmed:
	case store.FalsePositive:
		if n.Reason == "" {
			return invalid("bad-decision", "say why it is a false positive")
		}
	case store.Accepted:
		if n.Owner == "" || n.Reason == "" || n.Expires.IsZero() {
			return invalid("bad-decision", "an accepted risk has an owner, a reason and a last day")
		}
		if !c.Now().Before(n.Expires) {
			return invalid("bad-decision", "the last day is over already")
		}
	default:
		return invalid(
			"bad-decision",
			"a finding can be %s, %s or %s",
			store.Confirmed,
			store.FalsePositive,
			store.Accepted,
		)
	}
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	if len(n.Reason) > maxReason || len(n.Owner) > maxName || strings.ContainsFunc(n.Owner+n.Reason, control) {
		return invalid("bad-decision", "the owner or the reason is too long or has control characters")
	}
	return nil
}

// Verdict is the state of a branch.
type Verdict struct {
	Project  store.Project
	Branch   store.Branch
	Verdict  string // "none" before the first analysis
	Reasons  []string
	Gates    []report.Gate
	Analysis *store.Analysis
}

// NoVerdict stands where nothing was analysed yet.
const NoVerdict = "none"

// Verdict tells whether a branch passes.
func (c *Core) Verdict(ctx context.Context, who *Actor, key, branch, pull string) (*Verdict, error) {
	p, err := c.project(ctx, who, key, SeeVerdict)
	if err != nil {
		return nil, err
	}
	b, err := c.BranchOf(ctx, &p, branch, pull)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Project: p, Branch: b, Verdict: NoVerdict, Reasons: []string{"nothing was analysed yet"},
		Gates: []report.Gate{}}
	if b.Analysis == 0 {
		return v, nil
	}
	a, err := c.Store.Analysis(ctx, b.Analysis)
	if err != nil {
		return nil, err
	}
	settings, err := c.Store.SettingsOf(ctx, &p)
	if err != nil {
		return nil, err
	}
	counts, err := c.Store.Counts(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(a.Gates), &v.Gates); err != nil {
		return nil, err
	}
	j := ingest.Judge(&settings, counts, v.Gates)
	v.Analysis, v.Verdict, v.Reasons = &a, j.Verdict, j.Reasons
	return v, nil
}

// SearchPackages lists the packages with a part in their name in all projects that the actor sees.
func (c *Core) SearchPackages(
	ctx context.Context,
	who *Actor,
	part string,
	page store.Page,
) ([]store.Package, error) {
	if err := signedIn(who); err != nil {
		return nil, err
	}
	return c.Store.SearchPackages(ctx, part, who.visible(), page)
}
