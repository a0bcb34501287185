package core

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/drydock/drydock/internal/ingest"
	"github.com/drydock/drydock/internal/queue"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/store"
)

// ImportJob is the kind of the jobs that take analyses in; their key is the analysis's id.
const ImportJob = "import"

// NewAnalysis is what is said about an upload.
type NewAnalysis struct {
	Project string // key
	Branch  string // "" for the project's default branch
	Pull    string // number of the pull request, "" for none
	Base    string // the branch that it is compared with; "" for the project's default branch
	Commit  string
	Source  string // scan, scanner or import; "" for what the document's format says
	Root    string // folder of the repository that the scan saw as its root
	Input   string // what was looked at; "" for the report's own target
}

const (
	maxBranch = 200
	maxPull   = 20
)

func checkBranch(name string) error {
	if name == "" || len(name) > maxBranch || strings.ContainsFunc(name, unicode.IsControl) {
		return invalid("bad-branch", "a branch's name has 1 to %d characters and no control characters", maxBranch)
	}
	return nil
}

// check puts the words about an upload into their canonical form.
func (n *NewAnalysis) check() error {
	for _, branch := range []string{n.Branch, n.Base} {
		if branch == "" {
			continue
		}
		if err := checkBranch(branch); err != nil {
			return err
		}
	}
	if len(n.Pull) > maxPull || strings.ContainsFunc(n.Pull, func(r rune) bool { return r < '0' || r > '9' }) {
		return invalid("bad-pull-request", "a pull request is told by its number")
	}
	for name, text := range map[string]string{"commit": n.Commit, "input": n.Input} {
		if len(text) > maxBranch || strings.ContainsFunc(text, unicode.IsControl) {
			return invalid("bad-"+name, "%s has at most %d characters and no control characters", name, maxBranch)
		}
	}
	switch n.Source {
	case "", ingest.SourceScan, ingest.SourceScanner, ingest.SourceImport:
	default:
		return invalid("bad-source", "source is scan, scanner or import")
	}
	if n.Root == "" || n.Root == "." {
		n.Root = ""
		return nil
	}
	root := path.Clean(n.Root)
	if path.IsAbs(root) || root == ".." || strings.HasPrefix(root, "../") || len(root) > maxBranch ||
		strings.ContainsFunc(root, func(r rune) bool { return unicode.IsControl(r) || r == '\\' }) {
		return invalid("bad-root", "root is a folder within the repository, as a/b")
	}
	n.Root = root
	return nil
}

// target is the project that an upload is for, and whether it is still to be made.
func (c *Core) target(ctx context.Context, who *Actor, n *NewAnalysis) (p store.Project, missing bool, err error) {
	if err := signedIn(who); err != nil {
		return p, false, err
	}
	none := &Error{Kind: NotFound, Code: "not-found", Msg: "there is no such project"}
	p, err = c.lookUp(ctx, n.Project)
	if errors.Is(err, store.ErrNotFound) {
		// a first scan makes its project, if the token is for all of them
		analyses := who.Token != nil && who.Token.Scope == ScopeAnalyse && who.Token.Project == 0 &&
			!who.Token.PullOnly
		if analyses || who.Everywhere() {
			return p, true, nil
		}
		return p, false, none
	}
	if err != nil {
		return p, false, err
	}
	may, err := c.mayAnalyse(ctx, who, p.ID)
	switch {
	case err != nil:
		return p, false, err
	case !may:
		right, err := c.Right(ctx, who, p.ID)
		if err == nil && right == None {
			err = none
		}
		if err == nil {
			err = forbidden("you may not send analyses of this project")
		}
		return p, false, err
	}
	return p, false, nil
}

// MayAccept refuses whoever may not send an analysis, before anything of it is read.
func (c *Core) MayAccept(ctx context.Context, who *Actor, n NewAnalysis) error {
	if err := n.check(); err != nil {
		return err
	}
	if _, _, err := c.target(ctx, who, &n); err != nil {
		return err
	}
	if who.Token != nil && who.Token.PullOnly && n.Pull == "" {
		return forbidden("this token is for analyses of pull requests alone")
	}
	return nil
}

// Accept takes an upload over. When it returns the analysis is kept, whatever happens to the server; the queue takes it
// in.
func (c *Core) Accept(ctx context.Context, who *Actor, n NewAnalysis, body io.Reader) (store.Analysis, error) {
	var a store.Analysis
	if err := c.MayAccept(ctx, who, n); err != nil {
		return a, err
	}
	if err := n.check(); err != nil {
		return a, err
	}
	doc, err := ingest.Receive(body, c.Spool)
	var refused *ingest.Refused
	if errors.As(err, &refused) {
		return a, invalid("bad-document", "%s", refused.Reason).
			hint("Send a drydock report (scan --format json) or SARIF 2.1.0.")
	}
	if err != nil {
		return a, err
	}
	defer doc.Close()
	p, create, err := c.target(ctx, who, &n)
	if err != nil {
		return a, err
	}
	if create {
		if p, err = c.createProject(ctx, who, NewProject{Key: n.Project, Name: n.Project}); err != nil {
			return a, err
		}
	}
	if a, err = c.describe(who, &p, &n, doc); err != nil {
		return a, err
	}
	if err := c.keep(ctx, &p, &n, &a, doc); err != nil {
		return a, err
	}
	c.Queue.Wake()
	return a, nil
}

// describe is the analysis that an upload becomes.
func (c *Core) describe(who *Actor, p *store.Project, n *NewAnalysis, doc *ingest.Document) (store.Analysis, error) {
	h := &doc.Head
	task := make([]byte, 16)
	rand.Read(task) // it never fails
	a := store.Analysis{Project: p.ID, Task: hex.EncodeToString(task), State: store.StateQueued, Source: n.Source,
		Format: h.Format, Commit: n.Commit, Root: n.Root, Input: n.Input, Received: c.Now(), SentBy: who.Name()}
	a.Tool, a.ToolVersion = ingest.Clean(h.Tool.Name), ingest.Clean(h.Tool.Version)
	if a.Source == "" {
		a.Source = ingest.SourceImport
		if h.Format == ingest.FormatReport {
			a.Source = ingest.SourceScan
		}
	}
	if a.Input == "" && !path.IsAbs(h.Target) && h.Target != "." {
		a.Input = ingest.Clean(h.Target)
	}
	if t, err := time.Parse(time.RFC3339, h.Started); err == nil {
		a.Started = t
	}
	for _, adv := range h.Advisories {
		a.Advisories = max(a.Advisories, ingest.Clean(adv.Newest))
	}
	gates, err := json.Marshal(orEmpty(h.Gates))
	if err != nil {
		return a, err
	}
	a.Gates = string(gates)
	summary, err := json.Marshal(
		ingest.Summary{Findings: h.Findings, Packages: h.Packages, Services: orEmpty(h.Services),
			Advisories: a.Advisories},
	)
	a.Summary = string(summary)
	return a, err
}

func orEmpty[T report.Gate | report.Service](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// keep writes the analysis, its document and the job that takes it in, as one.
func (c *Core) keep(
	ctx context.Context,
	p *store.Project,
	n *NewAnalysis,
	a *store.Analysis,
	doc *ingest.Document,
) error {
	branch := store.Branch{Project: p.ID, Name: n.Branch, Pull: n.Pull, Base: n.Base}
	if branch.Name == "" {
		branch.Name = p.DefaultBranch
	}
	if branch.Base == "" && (branch.Pull != "" || branch.Name != p.DefaultBranch) {
		branch.Base = p.DefaultBranch
	}
	body, err := doc.Reader()
	if err != nil {
		return err
	}
	return c.Store.Update(ctx, func(tx *store.Tx) error {
		if err := settle(ctx, tx, p, &branch); err != nil {
			return err
		}
		var err error
		if a.Branch, err = tx.AddBranch(ctx, &branch, a.Received); err != nil {
			return err
		}
		if a.ID, err = tx.AddAnalysis(ctx, a); err != nil {
			return err
		}
		if err := tx.AddUpload(ctx, a.ID, body); err != nil {
			return err
		}
		return c.Queue.Add(ctx, tx, ImportJob, strconv.FormatInt(a.ID, 10))
	})
}

// settle makes the first branch of which a project is sent an analysis its default branch: nobody has to say that it is
// master and not main. A pull request comes with the branch that it is compared with, which need not be here yet.
func settle(ctx context.Context, tx *store.Tx, p *store.Project, first *store.Branch) error {
	if first.Pull != "" || first.Name == p.DefaultBranch {
		return nil
	}
	branches, err := tx.Branches(ctx, p.ID)
	if err != nil || slices.ContainsFunc(branches, func(b store.Branch) bool { return b.Pull == "" }) {
		return err
	}
	if first.Base == p.DefaultBranch {
		first.Base = ""
	}
	p.DefaultBranch = first.Name
	return tx.ChangeProject(ctx, p)
}

// Import takes an analysis in, as the queue asks.
func (c *Core) Import(ctx context.Context, w queue.Work) error {
	id, err := strconv.ParseInt(w.Key, 10, 64)
	if err != nil {
		return queue.Permanent(err)
	}
	im := &ingest.Importer{Store: c.Store, Now: c.Now}
	began := time.Now()
	err = im.Run(ctx, id)
	if err != nil && w.Last {
		err = errors.Join(err, im.Fail(ctx, id, "the server could not take it in; its log says why"))
	}
	c.waiting.tell(id)
	if err == nil {
		c.Log.Info("analysis taken in", "analysis", id, "ms", time.Since(began).Milliseconds())
	}
	return err
}

// Analysis returns an analysis of a project by its task.
func (c *Core) Analysis(ctx context.Context, who *Actor, key, task string) (store.Analysis, error) {
	p, err := c.project(ctx, who, key, SeeVerdict)
	if err != nil {
		return store.Analysis{}, err
	}
	a, err := c.Store.AnalysisByTask(ctx, task)
	if err == nil && a.Project != p.ID {
		err = store.ErrNotFound
	}
	return a, missing("analysis", err)
}

// Wait is Analysis, but returns only when the analysis was taken in or the time is up.
func (c *Core) Wait(ctx context.Context, who *Actor, key, task string, most time.Duration) (store.Analysis, error) {
	a, err := c.Analysis(ctx, who, key, task)
	if err != nil || a.State != store.StateQueued || most <= 0 {
		return a, err
	}
	done, stop := c.waiting.on(a.ID)
	defer stop()
	// it may have been taken in between the look and the wait
	if a, err = c.Analysis(ctx, who, key, task); err != nil || a.State != store.StateQueued {
		return a, err
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
		return a, ctx.Err()
	}
	return c.Analysis(ctx, who, key, task)
}

// Analyses lists a project's analyses, the newest first.
func (c *Core) Analyses(ctx context.Context, who *Actor, key string, page store.Page) ([]store.Analysis, error) {
	p, err := c.project(ctx, who, key, Read)
	if err != nil {
		return nil, err
	}
	return c.Store.Analyses(ctx, p.ID, 0, page)
}

// waiting are those who wait for analyses.
type waiting struct {
	mu sync.Mutex
	by map[int64]map[chan struct{}]bool
}

func (w *waiting) on(id int64) (<-chan struct{}, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil {
		w.by = map[int64]map[chan struct{}]bool{}
	}
	if w.by[id] == nil {
		w.by[id] = map[chan struct{}]bool{}
	}
	done := make(chan struct{}, 1)
	w.by[id][done] = true
	return done, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.by[id], done); len(w.by[id]) == 0 {
			delete(w.by, id)
		}
	}
}

func (w *waiting) tell(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for done := range w.by[id] {
		select {
		case done <- struct{}{}:
		default: // it was told already
		}
	}
}
