package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/owasp"
)

// The states of a finding.
const (
	FindingOpen       = "open"
	FindingClosed     = "closed"     // all that saw it have looked again and did not
	FindingWaived     = "waived"     // the project's own waivers accept it
	FindingSuppressed = "suppressed" // evidence shows that it does not hold
	FindingTriaged    = "triaged"    // somebody decided here that it does not count
)

// Finding is a finding of a branch, without its details.
type Finding struct {
	ID            int64
	Branch        int64
	Identity      int64
	Gate          string
	Rule          string
	Title         string
	Severity      string
	Kind          string
	Status        string
	Reported      string // status in the last report
	Triage        string
	Priority      int
	Service       string
	Path          string
	Line          int
	Package       string
	CWE           []int
	OWASP         int64
	Exposure      string
	Reachable     string
	Fresh         bool // in new code
	Seen          int64
	FirstAnalysis int64
	LastAnalysis  int64
	FirstSeen     time.Time
	Closed        time.Time
	Detail        []byte // compressed; only when it is added
}

// numbers is a list as the tables have it: ",89,564,".
func numbers(list []int) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	for _, n := range list {
		b.WriteString("," + strconv.Itoa(n))
	}
	return b.String() + ","
}

// numberList reads a column of numbers.
type numberList struct{ to *[]int }

// Scan takes the column over.
func (l numberList) Scan(value any) error {
	s, ok := value.(string)
	if !ok {
		return fmt.Errorf("numbers of type %T", value)
	}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return err
		}
		*l.to = append(*l.to, n)
	}
	return nil
}

// categoryBits are the categories of the OWASP Top Ten by the bit that they have in the tables.
var categoryBits = func() map[string]int64 {
	bits := map[string]int64{}
	for _, c := range owasp.Categories() {
		var rank, year int
		if n, err := fmt.Sscanf(c.Code, "A%d:%d", &rank, &year); n != 2 || err != nil {
			continue
		}
		shift := rank - 1
		if year == 2025 {
			shift += 10
		}
		bits[c.Code] = 1 << shift
	}
	return bits
}()

// OWASPBits is a list of categories, "A05:2025", as one number.
func OWASPBits(codes ...string) int64 {
	var bits int64
	for _, c := range codes {
		bits |= categoryBits[c]
	}
	return bits
}

// OWASPCodes is the list of categories that OWASPBits made a number of, the newer edition first.
func OWASPCodes(bits int64) []string {
	codes := []string{}
	for _, c := range owasp.Categories() {
		if bits&categoryBits[c.Code] != 0 {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// rowsAtOnce is how many rows one statement adds.
const rowsAtOnce = 100

// addRows runs a statement that adds rows, in groups; fields gives a row's values, and each is called for every row that
// the statement returns.
func addRows(ctx context.Context, t *Tx, name string, rows int, fields func(i int) []any, each func(row) error) error {
	for start := 0; start < rows; start += rowsAtOnce {
		n := min(rowsAtOnce, rows-start)
		var args []any
		var values strings.Builder
		for i := start; i < start+n; i++ {
			f := fields(i)
			args = append(args, f...)
			if i > start {
				values.WriteByte(',')
			}
			values.WriteString("(?" + strings.Repeat(",?", len(f)-1) + ")")
		}
		statement := strings.Replace(queries[name], "/*rows*/", values.String(), 1)
		if err := t.addGroup(ctx, name, t.bind(statement), args, each); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) addGroup(ctx context.Context, name, statement string, args []any, each func(row) error) error {
	if each == nil {
		_, err := t.db.ExecContext(ctx, statement, args...)
		return describe(name, err)
	}
	rows, err := t.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return describe(name, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return describe(name, err)
		}
	}
	return describe(name, rows.Err())
}

// AddFindings adds findings to a branch, or writes anew those that it knows by their identity, of which there must be no
// two among them. Of one that was known the first sight stays.
func (t *Tx) AddFindings(ctx context.Context, branch int64, fs []Finding) error {
	ids := make(map[int64]int64, len(fs))
	err := addRows(ctx, t, "add-findings", len(fs), func(i int) []any {
		f := &fs[i]
		return []any{branch, f.Identity, f.Gate, f.Rule, f.Title, f.Severity, f.Kind, f.Status, f.Reported, f.Triage,
			f.Priority, f.Service, f.Path, f.Line, f.Package, numbers(f.CWE), f.OWASP, f.Exposure, f.Reachable, f.Fresh,
			f.Seen, f.FirstAnalysis, f.LastAnalysis, stamp(f.FirstSeen), stamp(f.Closed)}
	}, func(r row) error {
		var id, identity int64
		err := r.Scan(&id, &identity)
		ids[identity] = id
		return err
	})
	if err != nil {
		return err
	}
	return addRows(ctx, t, "add-details", len(fs), func(i int) []any {
		return []any{ids[fs[i].Identity], fs[i].Detail}
	}, nil)
}

// Known is what an import has to know of a finding that is there.
type Known struct {
	Status        string
	Seen          int64
	Fresh         bool
	FirstAnalysis int64
	FirstSeen     time.Time
	Triage        string
}

// KnownFindings are a branch's findings by identity.
func (r *Reader) KnownFindings(ctx context.Context, branch int64) (map[int64]Known, error) {
	out := map[int64]Known{}
	_, err := many(ctx, r, "known-findings", func(r row) (struct{}, error) {
		var identity int64
		var k Known
		err := r.Scan(&identity, &k.Status, &k.Seen, &k.Fresh, &k.FirstAnalysis, moment{&k.FirstSeen}, &k.Triage)
		out[identity] = k
		return struct{}{}, err
	}, branch)
	return out, err
}

// OpenIdentities are the identities of a branch's findings that are not closed.
func (r *Reader) OpenIdentities(ctx context.Context, branch int64) (map[int64]bool, error) {
	list, err := many(ctx, r, "open-identities", number, branch)
	out := make(map[int64]bool, len(list))
	for _, identity := range list {
		out[identity] = true
	}
	return out, err
}

// CloseUnseen notes that a scope looked with a gate and did not see the findings that its analysis does not have; those
// that no scope sees any more are closed.
func (t *Tx) CloseUnseen(ctx context.Context, branch int64, gate string, s *Scope, analysis int64,
	now time.Time) (int64, error) {
	if _, err := t.exec(ctx, "unsee-findings", ^s.Mask(), branch, gate, analysis, s.Mask()); err != nil {
		return 0, err
	}
	return t.exec(ctx, "close-findings", stamp(now), branch, gate)
}

// AgeFindings takes the findings of a branch that were first seen before a time out of the new code.
func (t *Tx) AgeFindings(ctx context.Context, branch int64, before time.Time) error {
	_, err := t.exec(ctx, "age-findings", branch, stamp(before))
	return err
}

// Recount counts a branch's findings anew; it ends every change of findings.
func (t *Tx) Recount(ctx context.Context, branch int64) error {
	for _, name := range []string{"delete-counts", "add-counts", "count-branch"} {
		if _, err := t.exec(ctx, name, branch); err != nil {
			return err
		}
	}
	return nil
}

// Count is how many findings of a branch share what they are filtered by.
type Count struct {
	Status   string
	Gate     string
	Severity string
	Kind     string
	Service  string
	CWE      []int
	OWASP    int64
	Fresh    bool
	N        int64
}

// Counts are the counts of a branch's findings.
func (r *Reader) Counts(ctx context.Context, branch int64) ([]Count, error) {
	return many(ctx, r, "list-counts", func(r row) (Count, error) {
		var c Count
		err := r.Scan(&c.Status, &c.Gate, &c.Severity, &c.Kind, &c.Service, numberList{&c.CWE}, &c.OWASP, &c.Fresh, &c.N)
		return c, err
	}, branch)
}

// Filter chooses findings of a branch; what is empty chooses all.
type Filter struct {
	Status   string
	Gate     string
	Severity string
	Kind     string
	Service  string
	Path     string
	Rule     string
	CWE      int
	OWASP    int64 // bits, of which a finding has one
	Fresh    bool  // only new code
	Text     string
}

// conditions are the filter as SQL, with its arguments.
func (f *Filter) conditions() (string, []any) {
	var b strings.Builder
	var args []any
	add := func(wanted bool, condition string, with ...any) {
		if wanted {
			b.WriteString(" AND " + condition)
			args = append(args, with...)
		}
	}
	add(f.Status != "", "status = ?", f.Status)
	add(f.Gate != "", "gate = ?", f.Gate)
	add(f.Severity != "", "severity = ?", f.Severity)
	add(f.Kind != "", "kind = ?", f.Kind)
	add(f.Service != "", "service = ?", f.Service)
	add(f.Path != "", "path = ?", f.Path)
	add(f.Rule != "", "rule = ?", f.Rule)
	add(f.CWE != 0, "cwe LIKE ?", fmt.Sprintf("%%,%d,%%", f.CWE))
	add(f.OWASP != 0, "(owasp & CAST(? AS BIGINT)) <> 0", f.OWASP)
	add(f.Fresh, "fresh = TRUE")
	if f.Text != "" {
		like := contains(f.Text)
		add(true, `(LOWER(title) LIKE ? ESCAPE '\' OR LOWER(rule) LIKE ? ESCAPE '\' OR LOWER(path) LIKE ? ESCAPE '\' `+
			`OR LOWER(package) LIKE ? ESCAPE '\')`, like, like, like, like)
	}
	return b.String(), args
}

// where completes a query with the filter's conditions.
func (r *Reader) where(name string, branch int64, f *Filter, more ...any) (string, []any) {
	conditions, args := f.conditions()
	args = append(append([]any{branch}, args...), more...)
	return r.bind(strings.Replace(queries[name], "/*conditions*/", conditions, 1)), args
}

func scanFinding(r row) (Finding, error) {
	var f Finding
	err := r.Scan(&f.ID, &f.Branch, &f.Identity, &f.Gate, &f.Rule, &f.Title, &f.Severity, &f.Kind, &f.Status, &f.Reported,
		&f.Triage, &f.Priority, &f.Service, &f.Path, &f.Line, &f.Package, numberList{&f.CWE}, &f.OWASP, &f.Exposure,
		&f.Reachable, &f.Fresh, &f.Seen, &f.FirstAnalysis, &f.LastAnalysis, moment{&f.FirstSeen}, moment{&f.Closed})
	return f, err
}

// Findings lists those of a branch that a filter chooses, worst first.
func (r *Reader) Findings(ctx context.Context, branch int64, f *Filter, p Page) ([]Finding, error) {
	text, args := r.where("list-findings", branch, f, p.Limit, p.Offset)
	return manyOf(ctx, r, "list-findings", text, scanFinding, args...)
}

// CountFindings is the number of findings that a filter chooses.
func (r *Reader) CountFindings(ctx context.Context, branch int64, f *Filter) (int64, error) {
	text, args := r.where("count-findings", branch, f)
	n, err := number(r.db.QueryRowContext(ctx, text, args...))
	return n, describe("count-findings", err)
}

// PathCount is a file and the number of its findings.
type PathCount struct {
	Path string
	N    int64
}

// CountPaths are the files with the most findings that a filter chooses.
func (r *Reader) CountPaths(ctx context.Context, branch int64, f *Filter, limit int) ([]PathCount, error) {
	text, args := r.where("count-paths", branch, f, limit)
	return manyOf(ctx, r, "count-paths", text, func(r row) (PathCount, error) {
		var c PathCount
		err := r.Scan(&c.Path, &c.N)
		return c, err
	}, args...)
}

// Finding returns the finding with an id.
func (r *Reader) Finding(ctx context.Context, id int64) (Finding, error) {
	return one(ctx, r, "finding", scanFinding, id)
}

// FindingDetail is a finding as it was reported: compressed JSON.
func (r *Reader) FindingDetail(ctx context.Context, id int64) ([]byte, error) {
	return one(ctx, r, "finding-detail", func(r row) ([]byte, error) {
		var b []byte
		err := r.Scan(&b)
		return b, err
	}, id)
}

// The decisions about a finding; "" takes one back.
const (
	Confirmed     = "confirmed"
	FalsePositive = "false-positive"
	Accepted      = "accepted"
)

// Decision is what somebody decided about a finding of a project.
type Decision struct {
	Identity int64
	State    string
	Owner    string
	Reason   string
	Expires  time.Time // zero for never
	Made     time.Time
	MadeBy   string
}

// Holds reports whether the decision takes the finding out of those that count.
func (d *Decision) Holds(now time.Time) bool {
	if d.State != FalsePositive && d.State != Accepted {
		return false
	}
	return d.Expires.IsZero() || now.Before(d.Expires)
}

func scanDecision(r row) (Decision, error) {
	var d Decision
	err := r.Scan(&d.Identity, &d.State, &d.Owner, &d.Reason, moment{&d.Expires}, moment{&d.Made}, &d.MadeBy)
	return d, err
}

// Decide notes a decision; it holds in all branches of the project.
func (t *Tx) Decide(ctx context.Context, project int64, d *Decision) error {
	if _, err := t.exec(ctx, "add-decision", project, d.Identity, d.State, d.Owner, d.Reason, stamp(d.Expires),
		stamp(d.Made), d.MadeBy); err != nil {
		return err
	}
	counts := 0
	if d.Holds(d.Made) {
		counts = 1
	}
	if _, err := t.exec(ctx, "triage-findings", d.State, counts, d.Identity, project); err != nil {
		return err
	}
	branches, err := many(ctx, &t.Reader, "branches-with-finding", number, d.Identity, project)
	if err != nil {
		return err
	}
	for _, b := range branches {
		if err := t.Recount(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// Decisions are what was decided about a finding, the newest first.
func (r *Reader) Decisions(ctx context.Context, project, identity int64) ([]Decision, error) {
	return many(ctx, r, "list-decisions", scanDecision, project, identity)
}

// CurrentDecisions are the newest decisions about a project's findings, by identity.
func (r *Reader) CurrentDecisions(ctx context.Context, project int64) (map[int64]Decision, error) {
	list, err := many(ctx, r, "current-decisions", scanDecision, project)
	out := make(map[int64]Decision, len(list))
	for _, d := range list {
		out[d.Identity] = d
	}
	return out, err
}
