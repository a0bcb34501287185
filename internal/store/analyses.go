package store

import (
	"context"
	"errors"
	"io"
	"time"
)

// Severities counts findings by severity.
type Severities struct {
	Critical int64 `json:"critical"`
	High     int64 `json:"high"`
	Medium   int64 `json:"medium"`
	Low      int64 `json:"low"`
	Info     int64 `json:"info"`
	Unknown  int64 `json:"unknown"`
}

// Total is their sum.
func (s Severities) Total() int64 { return s.Critical + s.High + s.Medium + s.Low + s.Info + s.Unknown }

// Branch is a branch or pull request of a project, and its state.
type Branch struct {
	ID       int64
	Project  int64
	Name     string
	Pull     string // number of the pull request, "" for a branch
	Base     string // the branch that it is compared with
	Analysis int64  // the newest that counts
	Analysed time.Time
	Verdict  string
	Revision int64
	Worst    int64 // priority of the worst open finding
	Open     Severities
	Fresh    int64 // open findings in new code
}

func scanBranch(r row) (Branch, error) {
	var b Branch
	err := r.Scan(&b.ID, &b.Project, &b.Name, &b.Pull, &b.Base, &b.Analysis, moment{&b.Analysed}, &b.Verdict, &b.Revision,
		&b.Worst, &b.Open.Critical, &b.Open.High, &b.Open.Medium, &b.Open.Low, &b.Open.Info, &b.Open.Unknown, &b.Fresh)
	return b, err
}

// Branch returns a branch, or with a number a pull request, of a project.
func (r *Reader) Branch(ctx context.Context, project int64, name, pull string) (Branch, error) {
	return one(ctx, r, "branch", scanBranch, project, name, pull)
}

// BranchByID returns the branch with an id.
func (r *Reader) BranchByID(ctx context.Context, id int64) (Branch, error) {
	return one(ctx, r, "branch-by-id", scanBranch, id)
}

// Branches lists a project's branches and then its pull requests.
func (r *Reader) Branches(ctx context.Context, project int64) ([]Branch, error) {
	return many(ctx, r, "list-branches", scanBranch, project)
}

// AddBranch adds a branch, unless it is there, and returns its id.
func (t *Tx) AddBranch(ctx context.Context, b *Branch, now time.Time) (int64, error) {
	return t.insert(ctx, "add-branch", b.Project, b.Name, b.Pull, b.Base, stamp(now))
}

// SetBranch notes the newest analysis of a branch and its verdict.
func (t *Tx) SetBranch(ctx context.Context, b *Branch) error {
	return t.change(ctx, "set-branch", b.Analysis, stamp(b.Analysed), b.Verdict, b.ID)
}

// MaxScopes is how many scopes a branch can have: each is a bit of a signed number.
const MaxScopes = 62

// Scope is what one kind of analysis of a branch looks at.
type Scope struct {
	Bit      int
	Source   string
	Tool     string
	Input    string
	Root     string
	Gates    string // that were checked at least once, separated by blanks
	Analysis int64  // the newest that was taken in
}

// Mask is the scope's bit as findings hold it.
func (s *Scope) Mask() int64 { return 1 << s.Bit }

// Scopes lists the scopes of a branch.
func (r *Reader) Scopes(ctx context.Context, branch int64) ([]Scope, error) {
	return many(ctx, r, "list-scopes", func(r row) (Scope, error) {
		var s Scope
		err := r.Scan(&s.Bit, &s.Source, &s.Tool, &s.Input, &s.Root, &s.Gates, &s.Analysis)
		return s, err
	}, branch)
}

// SetScope adds a scope or notes its newest analysis.
func (t *Tx) SetScope(ctx context.Context, branch int64, s *Scope) error {
	_, err := t.exec(ctx, "set-scope", branch, s.Bit, s.Source, s.Tool, s.Input, s.Root, s.Gates, s.Analysis)
	return err
}

// The states of an analysis.
const (
	StateQueued     = "queued"
	StateDone       = "done"
	StateSuperseded = "superseded" // a later one of the same scope was taken in before it
	StateFailed     = "failed"
)

// Analysis is one upload and what came of it.
type Analysis struct {
	ID          int64
	Project     int64
	Branch      int64
	Task        string // hexadecimal
	State       string
	Problem     string
	Source      string // scan, scanner, import
	Format      string // report, sarif, cyclonedx, spdx
	Commit      string
	Root        string
	Input       string
	Tool        string
	ToolVersion string
	Advisories  string
	Started     time.Time
	Received    time.Time
	Finished    time.Time
	SentBy      string
	Verdict     string
	Gates       string // JSON
	Summary     string // JSON
}

func scanAnalysis(r row) (Analysis, error) {
	var a Analysis
	err := r.Scan(&a.ID, &a.Project, &a.Branch, &a.Task, &a.State, &a.Problem, &a.Source, &a.Format, &a.Commit, &a.Root,
		&a.Input, &a.Tool, &a.ToolVersion, &a.Advisories, moment{&a.Started}, moment{&a.Received}, moment{&a.Finished},
		&a.SentBy, &a.Verdict, &a.Gates, &a.Summary)
	return a, err
}

// AddAnalysis adds an analysis that waits to be taken in and returns its id.
func (t *Tx) AddAnalysis(ctx context.Context, a *Analysis) (int64, error) {
	return t.insert(ctx, "add-analysis", a.Project, a.Branch, a.Task, a.Source, a.Format, a.Commit, a.Root, a.Input,
		a.Tool, a.ToolVersion, a.Advisories, stamp(a.Started), stamp(a.Received), a.SentBy, a.Gates, a.Summary)
}

// Analysis returns the analysis with an id.
func (r *Reader) Analysis(ctx context.Context, id int64) (Analysis, error) {
	return one(ctx, r, "analysis-by-id", scanAnalysis, id)
}

// AnalysisByTask returns the analysis of a task.
func (r *Reader) AnalysisByTask(ctx context.Context, task string) (Analysis, error) {
	return one(ctx, r, "analysis-by-task", scanAnalysis, task)
}

// Analyses lists a project's analyses, of one branch or with 0 of all, the newest first.
func (r *Reader) Analyses(ctx context.Context, project, branch int64, p Page) ([]Analysis, error) {
	return many(ctx, r, "list-analyses", scanAnalysis, project, branch, branch, p.Limit, p.Offset)
}

// FinishAnalysis writes what came of an analysis: its state, problem, verdict and summary.
func (t *Tx) FinishAnalysis(ctx context.Context, a *Analysis, now time.Time) error {
	return t.change(ctx, "finish-analysis", a.State, a.Problem, a.Verdict, a.Summary, stamp(now), a.ID)
}

// UploadPart is the size of the pieces in which an uploaded document is kept.
const UploadPart = 1 << 20

// AddUpload keeps an analysis's document.
func (t *Tx) AddUpload(ctx context.Context, analysis int64, r io.Reader) error {
	piece := make([]byte, UploadPart)
	for part := 0; ; part++ {
		n, err := io.ReadFull(r, piece)
		if n > 0 {
			if _, err := t.exec(ctx, "add-upload", analysis, part, piece[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF, err == io.ErrUnexpectedEOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// Upload reads an analysis's document piece by piece.
func (r *Reader) Upload(ctx context.Context, analysis int64) io.Reader {
	return &uploadReader{ctx: ctx, r: r, analysis: analysis}
}

type uploadReader struct {
	ctx      context.Context
	r        *Reader
	analysis int64
	part     int
	rest     []byte
}

// Read reads on.
func (u *uploadReader) Read(p []byte) (int, error) {
	if len(u.rest) == 0 {
		data, err := one(u.ctx, u.r, "upload-part", func(r row) ([]byte, error) {
			var b []byte
			err := r.Scan(&b)
			return b, err
		}, u.analysis, u.part)
		switch {
		case errors.Is(err, ErrNotFound) && u.part == 0:
			return 0, ErrNotFound
		case errors.Is(err, ErrNotFound):
			return 0, io.EOF
		case err != nil:
			return 0, err
		}
		u.part++
		u.rest = data
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
